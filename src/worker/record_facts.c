/*
 * What devices told about themselves, into their records on main.
 */
#include "worker/record_internal.h"

#include "base/json.h"
#include "domain/policy.h"

#include <string.h>

/* People may have set another status since the run began. */
static const char *refusal(const struct record *device)
{
	enum device_status status;

	if (!device)
		return "there is no record of the device any more";
	if (!device_status_parse(record_text(device, DEVICE_STATUS), &status))
		return "its record has no status";
	return policy_refusal(status, POLICY_DISCOVER);
}

/* The record as it will be.  ERR_INVALID: it cannot be one. */
static enum err_code make_record(const struct record *device, json_t *facts,
    struct record **ret, struct err *e)
{
	json_t *object = record_to_json(device);
	enum err_code rc;

	if (!object || json_object_update(object, facts) != 0)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else
		rc = record_new(kind_get(KIND_DEVICE), object, NULL, ret, e);
	json_decref(object);
	return rc;
}

static enum err_code put_record(struct store_txn *t,
    const struct record *device, const struct record *now, bool *ret_changed,
    struct err *e)
{
	size_t len, old_len;
	const char *text = record_json(now, &len);
	const char *old = record_json(device, &old_len);
	struct blob_id version;

	if (len == old_len && memcmp(text, old, len) == 0)
		return ERR_OK;
	memcpy(version.raw, record_version(device), sizeof(version.raw));
	*ret_changed = true;
	return store_txn_put(
	    t, record_path(device), text, len, store_expect_blob(&version), e);
}

enum err_code record_stage_facts(struct worker *w, struct store_txn *t,
    struct live_run *run, bool *ret_changed, struct err *e)
{
	const struct snapshot *s;
	const struct record *device;
	struct record *now = NULL;
	const char *why;
	enum err_code rc;

	if (!run->facts)
		return ERR_OK;
	rc = snapshots_current(w->app.snapshots, &s, e);
	if (rc != ERR_OK)
		return rc;
	device = record_find_device(s, run);
	why = refusal(device);
	if (why) {
		live_log(w, run, LOG_WARNING, "not recorded: %s", why);
	} else if ((rc = make_record(device, run->facts, &now, e)) == ERR_OK) {
		rc = put_record(t, device, now, ret_changed, e);
	} else if (rc == ERR_INVALID) {
		live_log(w, run, LOG_ERROR, "not recorded: %s", e->message);
		rc = ERR_OK;
	}
	record_unref(now);
	snapshot_unref(s);
	return rc;
}
