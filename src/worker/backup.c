/*
 * Configurations that sessions have read: kept as backups if they are whole,
 * else put aside.  The last good one stays until there is a better one.
 */
#include "worker/worker_internal.h"

#include "base/file.h"
#include "base/json.h"
#include "domain/backup_rules.h"

#include <stdio.h>
#include <string.h>

/* Where the platform does not say. */
#define MIN_PERCENT 30
#define MAX_TEXT ((size_t)64 << 20)

void backup_keep_aside(
    struct worker *w, struct live_run *run, const char *file, const char *text)
{
	struct err e = ERR_INIT;
	char path[4096];

	snprintf(path, sizeof(path), "%s/quarantine", w->app.dir);
	if (dir_create(path, 0700, &e) == ERR_OK) {
		snprintf(
		    path, sizeof(path), "%s/quarantine/%s", w->app.dir, file);
		if (file_replace(path, text, strlen(text), 0600, &e) != ERR_OK)
			log_err(&e, run->id);
	}
	json_object_set_new(
	    run_doc_device(run->doc, run->device), "quarantined", json_true());
}

/* DIR/quarantine/<device>.cfg, the newest only. */
static void put_aside(
    struct worker *w, struct live_run *run, const char *text, const char *why)
{
	char file[100];

	snprintf(file, sizeof(file), "%s.cfg", run->device);
	backup_keep_aside(w, run, file, text);
	run->quarantined = true;
	live_log(w, run, LOG_ERROR,
	    "what was read is no whole configuration, and was put aside: %s",
	    why);
}

void backup_put_aside(
    struct worker *w, struct live_run *run, const json_t *message)
{
	put_aside(w, run, json_text(message, "text", ""),
	    json_text(message, "why", ""));
}

static struct backup_rules rules_of(
    const struct snapshot *s, const struct live_run *run)
{
	const struct record *device =
	    snapshot_find(s, KIND_DEVICE, run->device);
	const struct record *platform =
	    device ? snapshot_find(
			 s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM))
		   : NULL;
	struct backup_rules rules = { "", "", 0 };

	if (!platform)
		return rules;
	rules.ignore = record_text(platform, PLATFORM_BACKUP_IGNORE);
	rules.end = record_text(platform, PLATFORM_BACKUP_END);
	rules.min_percent = (int)record_number(
	    platform, PLATFORM_BACKUP_MIN_PERCENT, MIN_PERCENT);
	if (json_flag(json_object_get(run->doc, "parameters"), "accept_smaller",
		false))
		rules.min_percent = 0;
	return rules;
}

/* Bytes of the last good one; 0: there is none, or nobody asks. */
static size_t last_length(struct worker *w, const struct snapshot *s,
    const struct live_run *run, const struct backup_rules *rules)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	struct blob_id id;
	size_t len = 0;

	if (rules->min_percent > 0 &&
	    snapshot_config(s, PATH_BACKUP, run->device, &id) &&
	    store_read_blob(w->app.store, &id, &text, NULL) == ERR_OK)
		len = text.len;
	buf_release(&text);
	return len;
}

static void keep(
    struct worker *w, struct live_run *run, bool after, const char *text)
{
	char version[STORE_OID_TEXT_SIZE];
	struct blob_id id;

	live_set_backup(w, run, after, text);
	blob_id_of(text, strlen(text), &id);
	blob_id_format(&id, version);
	json_object_set_new(run_doc_device(run->doc, run->device),
	    after ? "backup_after" : "backup_before", json_string(version));
	live_write_doc(w, run);
}

void backup_take(struct worker *w, struct live_run *run, const json_t *message)
{
	bool after = strcmp(json_text(message, "phase", ""), "after") == 0;
	struct buf text = BUF_INIT(MAX_TEXT);
	const struct snapshot *s;
	struct backup_rules rules;
	struct err e = ERR_INIT;
	char why[300];
	enum err_code rc = snapshots_current(w->app.snapshots, &s, &e);

	if (rc != ERR_OK) {
		put_aside(w, run, json_text(message, "text", ""), e.message);
		return;
	}
	rules = rules_of(s, run);
	rc = backup_rules_clean(
	    &rules, json_text(message, "text", ""), &text, &e);
	if (rc != ERR_OK)
		put_aside(w, run, json_text(message, "text", ""), e.message);
	else if (backup_rules_refusal(&rules, buf_text(&text),
		     last_length(w, s, run, &rules), why))
		put_aside(w, run, buf_text(&text), why);
	else
		keep(w, run, after, buf_text(&text));
	snapshot_unref(s);
	buf_release(&text);
}

bool backup_is_refused(
    const struct live_run *run, enum run_state state, char text[300])
{
	if (run->job->id != JOB_BACKUP || state != RUN_SUCCEEDED ||
	    !run->quarantined)
		return false;
	snprintf(text, 300,
	    "%s: what was read is not a whole configuration; it is kept "
	    "aside, and the last good backup stays. The log says why.",
	    run->device);
	return true;
}
