/* The record of a device that was torn down goes to the archive, after its last
 * backup is on main. */
#include "worker/record_internal.h"

#include "app/teardown.h"
#include "base/json.h"

static bool is_to_be_archived(const struct live_run *run)
{
	const json_t *p = json_object_get(run->doc, "parameters");

	return run->job->id == JOB_TEARDOWN && run->phase == LIVE_ENDED &&
	       run_doc_state(run->doc) == RUN_SUCCEEDED &&
	       job_may_change_device(run->job, p) &&
	       json_flag(p, "archive", true);
}

static enum err_code stage(struct worker *w, struct store_txn *t,
    struct live_run *run, const struct record *device, const struct snapshot *s,
    struct err *e)
{
	int last = run->backup[1] ? 1 : 0;
	struct buf backup = BUF_INIT(STORE_MAX_FILE);
	enum err_code rc;

	if (run->backup[last])
		buf_add(&backup, run->backup[last], run->backup_len[last]);
	rc = buf_check(&backup, "the last backup", e);
	if (rc == ERR_OK)
		rc = teardown_stage_archive(&w->app, t, s, device,
		    run->backup[last] ? &backup : NULL, e);
	buf_release(&backup);
	return rc;
}

enum err_code teardown_stage(struct worker *w, struct store_txn *t,
    struct live_run *run, bool *ret_staged, struct err *e)
{
	const struct record *device;
	const struct snapshot *s;
	enum err_code rc;

	if (!is_to_be_archived(run))
		return ERR_OK;
	rc = snapshots_current(w->app.snapshots, &s, e);
	if (rc != ERR_OK)
		return rc;
	device = snapshot_find(s, KIND_DEVICE, run->device);
	/* archived before a crash, or renamed: then someone looks after it */
	if (device) {
		rc = stage(w, t, run, device, s, e);
		*ret_staged = rc == ERR_OK;
	}
	snapshot_unref(s);
	return rc;
}
