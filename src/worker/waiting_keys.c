/* Host keys that wait for a person, in DIR/pending-hostkeys (app/hostkeys.h):
 * sessions leave them, and what settles them takes them away. */
#include "worker/worker_internal.h"

#include "app/hostkeys.h"
#include "base/file.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void file_path(
    const struct worker *w, const char *device, char path[LIVE_PATH_SIZE])
{
	snprintf(path, LIVE_PATH_SIZE, "%s/pending-hostkeys/%s.json",
	    w->app.dir, device);
}

static enum err_code keep(struct worker *w, const struct live_run *run,
    const json_t *doc, struct err *e)
{
	struct buf text = BUF_INIT(16384);
	char path[LIVE_PATH_SIZE];
	enum err_code rc;

	snprintf(path, sizeof(path), "%s/pending-hostkeys", w->app.dir);
	rc = dir_create(path, 0750, e);
	if (rc == ERR_OK)
		rc = json_write(doc, &text, e);
	file_path(w, run->device, path);
	if (rc == ERR_OK)
		rc = file_replace(path, buf_text(&text), text.len, 0640, e);
	buf_release(&text);
	return rc;
}

void waiting_keys_keep(
    struct worker *w, struct live_run *run, const json_t *message)
{
	const char *fingerprint = json_text(message, "fingerprint", "");
	char at[HOSTKEYS_AT_SIZE];
	struct err e = ERR_INIT;
	json_t *doc;

	hostkeys_format_at(&run->target, at);
	doc = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type",
	    json_text(message, "key_type", ""), "key",
	    json_text(message, "key", ""), "fingerprint", fingerprint, "run",
	    run->id, "at", at);
	if (!doc)
		log_error("run %s: out of memory", run->id);
	else if (keep(w, run, doc, &e) != ERR_OK)
		log_err(&e, run->id);
	json_decref(doc);
	run->met_key = true;
	json_object_set_new(run_doc_device(run->doc, run->device), "hostkey",
	    json_string(fingerprint));
}

void waiting_keys_settle(struct worker *w, const struct live_run *run)
{
	char path[LIVE_PATH_SIZE];

	if (run->met_key || run->scope != JOB_DEVICE)
		return;
	file_path(w, run->device, path);
	(void)unlink(path);
}

void waiting_keys_tend(struct worker *w)
{
	const struct snapshot *s;
	const struct commit_id *now;

	if (snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return;
	now = snapshot_commit(s);
	if (memcmp(now, &w->keys_commit, sizeof(*now)) != 0) {
		w->keys_commit = *now;
		hostkeys_sweep(&w->app, s);
	}
	snapshot_unref(s);
}
