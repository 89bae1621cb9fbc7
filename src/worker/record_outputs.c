/*
 * What the further commands of a backup told, on main beside the
 * configuration.
 */
#include "worker/record_internal.h"

/* No text: nobody asks for it any more.  now: NULL if there is no file. */
static enum err_code put(struct store_txn *t, const struct live_run *run,
    const char *path, const struct blob_id *now, bool *ret_changed,
    struct err *e)
{
	struct blob_id id;

	blob_id_of(run->outputs, run->outputs_len, &id);
	if (run->outputs_len == 0 ? !now : now && blob_id_equal(now, &id))
		return ERR_OK;
	*ret_changed = true;
	if (run->outputs_len == 0)
		return store_txn_remove(t, path, STORE_ANY, e);
	return store_txn_put(
	    t, path, run->outputs, run->outputs_len, STORE_ANY, e);
}

enum err_code record_stage_outputs(struct worker *w, struct store_txn *t,
    const struct live_run *run, bool *ret_changed, struct err *e)
{
	const struct snapshot *s;
	const struct record *r;
	char path[PATH_MAX_PATH];
	struct blob_id now;
	enum err_code rc;
	bool has;

	if (!run->outputs)
		return ERR_OK;
	rc = snapshots_current(w->app.snapshots, &s, e);
	if (rc != ERR_OK)
		return rc;
	r = record_find_device(s, run);
	if (r) {
		path_of_config(PATH_OUTPUTS, record_text(r, DEVICE_AREA),
		    record_key(r), path);
		has = snapshot_config(s, PATH_OUTPUTS, record_key(r), &now);
		rc = put(t, run, path, has ? &now : NULL, ret_changed, e);
	}
	snapshot_unref(s);
	return rc;
}
