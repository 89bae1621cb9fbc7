/* What a run gives to branch main: backups, and what its device told. */
#include "worker/record_internal.h"

#include <stdio.h>
#include <string.h>

const struct record *record_find_device(
    const struct snapshot *s, const struct live_run *run)
{
	const struct record *r = snapshot_find(s, KIND_DEVICE, run->device);
	const struct record *const *all;
	struct managed target;
	size_t n;

	all = snapshot_all(s, KIND_DEVICE, &n);
	if (r || !*run->target.address)
		return r;
	for (size_t i = 0; i < n; i++) {
		live_target_of(s, all[i], &target);
		if (!managed_is_same(&target, &run->target))
			continue;
		if (r)
			return NULL;
		r = all[i];
	}
	return r;
}

bool record_find_backup(struct worker *w, const struct live_run *run,
    char path[PATH_MAX_PATH], struct blob_id *ret_now, bool *ret_has)
{
	const struct snapshot *s;
	const struct record *r;

	if (snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return false;
	r = record_find_device(s, run);
	if (r) {
		path_of_config(PATH_BACKUP, record_text(r, DEVICE_AREA),
		    record_key(r), path);
		*ret_has =
		    snapshot_config(s, PATH_BACKUP, record_key(r), ret_now);
	}
	snapshot_unref(s);
	return r != NULL;
}

static enum err_code stage_outputs(
    struct worker *w, struct store_txn *t, struct live_run *run, struct err *e)
{
	struct record_message m;
	char subject[128];
	bool changed = false;
	enum err_code rc = record_stage_outputs(w, t, run, &changed, e);

	if (rc != ERR_OK || !changed)
		return rc;
	snprintf(subject, sizeof(subject), "Back up command outputs of %s",
	    run->device);
	record_make_run_message(&m, run, subject);
	return store_txn_seal(t, &m.message, e);
}

static enum err_code stage_backup(
    struct worker *w, struct store_txn *t, struct live_run *run, struct err *e)
{
	struct record_message m;
	char path[PATH_MAX_PATH], subject[128];
	struct blob_id now;
	enum err_code rc = ERR_OK;
	bool has;

	for (int phase = 0; phase < 2 && rc == ERR_OK; phase++) {
		if (!run->backup[phase])
			continue;
		if (!record_find_backup(w, run, path, &now, &has)) {
			log_warning("run %s: its backup is not kept: there is "
				    "no record of %s any more",
			    run->id, run->device);
			continue;
		}
		if (run->backup_len[phase] > STORE_MAX_FILE) {
			log_error("run %s: a backup of %zu bytes is too large "
				  "for the store",
			    run->id, run->backup_len[phase]);
			continue;
		}
		snprintf(subject, sizeof(subject), "Back up %s %s the run",
		    run->device, phase ? "after" : "before");
		if (!run->job->can_write)
			snprintf(subject, sizeof(subject), "Back up %s",
			    run->device);
		record_make_run_message(&m, run, subject);
		rc = store_txn_put(t, path, run->backup[phase],
		    run->backup_len[phase], STORE_ANY, e);
		if (rc == ERR_OK)
			rc = store_txn_seal(t, &m.message, e);
	}
	return rc;
}

static enum err_code stage_archive(
    struct worker *w, struct store_txn *t, struct live_run *run, struct err *e)
{
	struct record_message m;
	char subject[120];
	bool staged = false;
	enum err_code rc = teardown_stage(w, t, run, &staged, e);

	if (rc != ERR_OK || !staged)
		return rc;
	snprintf(subject, sizeof(subject), "Archive %s, which was torn down",
	    run->device);
	record_make_message(
	    &m, run, subject, run->device, run_state_words[RUN_SUCCEEDED]);
	return store_txn_seal(t, &m.message, e);
}

enum err_code record_stage_main(
    struct worker *w, struct store_txn *t, struct live_run *run, struct err *e)
{
	struct record_message m;
	char subject[128];
	bool changed = false;
	enum err_code rc = stage_backup(w, t, run, e);

	if (rc == ERR_OK)
		rc = stage_outputs(w, t, run, e);
	if (rc == ERR_OK)
		rc = stage_archive(w, t, run, e);
	if (rc == ERR_OK)
		rc = record_stage_facts(w, t, run, &changed, e);
	if (rc != ERR_OK || !changed)
		return rc;
	snprintf(subject, sizeof(subject), "Discover %s", run->device);
	record_make_run_message(&m, run, subject);
	return store_txn_seal(t, &m.message, e);
}
