#include "worker/reach.h"

#include "app/device_facts.h"
#include "app/port/queue.h"
#include "app/run_files.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "worker/greet.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE LIVE_PATH_SIZE
#define MAX_TEXT ((size_t)64 * 1024 * 1024)

static void live_free(struct live_run *run)
{
	if (run->log_fd >= 0)
		close(run->log_fd);
	json_decref(run->doc);
	json_decref(run->plan);
	json_decref(run->facts);
	reach_free(run->reach);
	free(run->backup[0]);
	free(run->backup[1]);
	json_decref(run->answers);
	free(run->outputs);
	free(run->diff);
	fleet_free(run->fleet);
	free(run);
}

/* --- taking runs in hand ------------------------------------------------- */

struct live_run *live_find(struct worker *w, const char *id)
{
	for (struct live_run *r = w->runs; r; r = r->next) {
		if (strcmp(r->id, id) == 0)
			return r;
	}
	return NULL;
}

void live_target_of(
    const struct snapshot *s, const struct record *device, struct managed *ret)
{
	managed_find(device,
	    snapshot_find(
		s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM)),
	    ret);
}

void live_find_target(struct worker *w, const char *device, struct managed *ret)
{
	const struct snapshot *s;
	const struct record *r;

	*ret = (struct managed){ .address = "" };
	if (snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return;
	r = snapshot_find(s, KIND_DEVICE, device);
	if (r)
		live_target_of(s, r, ret);
	snapshot_unref(s);
}

const char *live_target_noun(const struct live_run *run)
{
	static const char *const nouns[] = { [JOB_DEVICE] = "device",
		[JOB_STORE] = "store",
		[JOB_FLEET] = "device",
		[JOB_SWEEP] = "sweep" };

	return nouns[run->scope];
}

size_t live_count_job(const struct worker *w, const struct job *job)
{
	size_t n = 0;

	for (const struct live_run *r = w->runs; r; r = r->next)
		n += r->job == job && !r->parent && r->phase != LIVE_ENDED;
	return n;
}

static const struct live_run *find_holder(
    const struct worker *w, const char *device, const struct managed *target)
{
	for (const struct live_run *r = w->runs; r; r = r->next) {
		if (r->phase != LIVE_ENDED &&
		    (strcmp(r->device, device) == 0 ||
			managed_may_be_one(&r->target, target)))
			return r;
	}
	return NULL;
}

const struct live_run *live_device_holder(struct worker *w, const char *device)
{
	struct managed target = { .address = "" };

	if (w->runs)
		live_find_target(w, device, &target);
	return find_holder(w, device, &target);
}

bool live_device_is_busy(struct worker *w, const char *device)
{
	struct managed target = { .address = "" };

	if (w->runs || greet_count(w) > 0)
		live_find_target(w, device, &target);
	return find_holder(w, device, &target) ||
	       greet_has_device(w, device, &target);
}

static enum err_code read_doc(
    struct worker *w, struct live_run *run, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	enum queue_place place;
	char path[PATH_SIZE];
	enum err_code rc;

	live_path(w, run, "run.json", path);
	rc = file_read_regular(path, &text, e);
	if (rc == ERR_NOT_FOUND)
		rc = queue_read(w->app.dir, run->id, &text, &place, e);
	if (rc == ERR_OK)
		rc = run_doc_parse(buf_text(&text), text.len, &run->doc, e);
	buf_release(&text);
	return rc == ERR_OK ? live_read_identity(run, e) : rc;
}

enum err_code live_read_identity(struct live_run *run, struct err *e)
{
	const json_t *parameters = json_object_get(run->doc, "parameters");

	run->job = job_find(json_text(run->doc, "job", ""));
	if (!run->job)
		return err_set(
		    e, ERR_CORRUPT, "run %s is of no known job", run->id);
	run->scope = job_scope_of(run->job, parameters);
	if (run->scope != JOB_DEVICE)
		return ERR_OK;
	text_copy(run->device, sizeof(run->device),
	    json_text(parameters, "device", ""));
	/* it becomes part of file names */
	if (!schema_is_name(run->device, 63))
		return err_set(e, ERR_CORRUPT,
		    "run %s is for no device that could be", run->id);
	return run_doc_device(run->doc, run->device)
		   ? ERR_OK
		   : err_set(e, ERR_SYSTEM, "out of memory");
}

/* A text that waited for recording when a master died; NULL: none. */
static char *read_text(struct worker *w, const struct live_run *run,
    const char *file, size_t *ret_len)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	char path[PATH_SIZE];

	live_path(w, run, file, path);
	if (file_read_regular(path, &text, NULL) != ERR_OK) {
		buf_release(&text);
		return NULL;
	}
	return buf_steal(&text, ret_len);
}

static void read_facts(struct worker *w, struct live_run *run)
{
	size_t len = 0;
	char *text = read_text(w, run, "facts.json", &len);

	if (text &&
	    (json_read(text, len, MAX_TEXT, &run->facts, NULL) != ERR_OK ||
		!device_facts_are_sound(run->facts))) {
		json_decref(run->facts);
		run->facts = NULL;
	}
	free(text);
}

void live_read_texts(struct worker *w, struct live_run *run)
{
	char file[100];
	size_t len;

	for (int after = 0; after < 2; after++)
		run->backup[after] = read_text(
		    w, run, live_backup_files[after], &run->backup_len[after]);
	run->outputs = read_text(w, run, outputs_live_file, &run->outputs_len);
	read_facts(w, run);
	if (!*run->device)
		return;
	snprintf(file, sizeof(file), "%s.diff", run->device);
	run->diff = read_text(w, run, file, &len);
}

void live_append(struct worker *w, struct live_run *run)
{
	struct live_run **at = &w->runs;

	while (*at)
		at = &(*at)->next;
	*at = run;
}

enum err_code live_adopt(
    struct worker *w, const char *id, struct live_run **ret, struct err *e)
{
	struct live_run *run = calloc(1, sizeof(*run));
	enum err_code rc;

	if (!run)
		return err_set(e, ERR_SYSTEM, "out of memory");
	run->log_fd = -1;
	text_copy(run->id, sizeof(run->id), id);
	rc = read_doc(w, run, e);
	if (rc == ERR_OK)
		rc = live_open_log(w, run, e);
	if (rc != ERR_OK) {
		live_free(run);
		return rc;
	}
	live_read_texts(w, run);
	live_find_target(w, run->device, &run->target);
	live_append(w, run);
	*ret = run;
	return ERR_OK;
}

/* What is wrong with it once will be wrong again: it is set aside.  What may
 * pass goes back. */
static void unclaim(struct worker *w, const char *id, const struct err *why)
{
	struct err e = ERR_INIT;

	if (live_is_damage(why->code))
		live_set_aside(w, id, QUEUE_CLAIMED, why);
	else if (queue_move(w->app.dir, id, QUEUE_CLAIMED, QUEUE_QUEUED, &e) !=
		 ERR_OK)
		log_err(&e, id);
}

enum err_code live_claim(
    struct worker *w, const char *id, struct live_run **ret, struct err *e)
{
	struct live_run *run;
	enum err_code rc;

	rc = queue_move(w->app.dir, id, QUEUE_QUEUED, QUEUE_CLAIMED, e);
	if (rc != ERR_OK)
		return rc;
	rc = live_adopt(w, id, &run, e);
	if (rc == ERR_OK && run_doc_state(run->doc) != RUN_QUEUED) {
		live_let_go(w, run);
		rc = err_set(e, ERR_CORRUPT,
		    "run %s is in the queue and not in the state queued", id);
	}
	if (rc != ERR_OK) {
		unclaim(w, id, e);
		return rc;
	}
	live_set_state(w, run, RUN_CLAIMED);
	*ret = run;
	return ERR_OK;
}

bool live_is_damage(enum err_code rc)
{
	return rc == ERR_CORRUPT || rc == ERR_INVALID || rc == ERR_LIMIT;
}

void live_set_aside(struct worker *w, const char *id, enum queue_place place,
    const struct err *why)
{
	char dir[PATH_SIZE], from[PATH_SIZE + 64], to[PATH_SIZE + 64];

	log_err(why, id);
	queue_path(w->app.dir, place, dir, sizeof(dir));
	snprintf(from, sizeof(from), "%s/%s.json", dir, id);
	snprintf(to, sizeof(to), "%s/%s.bad", dir, id);
	if (rename(from, to) < 0)
		log_error("run %s cannot be set aside", id);
}

/* --- letting go ---------------------------------------------------------- */

static void unlink_run(struct worker *w, struct live_run *run)
{
	struct live_run **at = &w->runs;

	while (*at && *at != run)
		at = &(*at)->next;
	assert(*at);
	*at = run->next;
	w->queue_changed = true; /* its device is free */
}

void live_end(struct worker *w, struct live_run *run, enum run_state state,
    const char *text)
{
	json_t *device = run_doc_device(run->doc, run->device);

	run_doc_set_result(run->doc, "%s", text);
	if (device)
		json_object_set(
		    device, "result", json_object_get(run->doc, "result"));
	else
		run_doc_end_devices(run->doc, state, text);
	run->phase = LIVE_ENDED;
	metrics_count_end(w, run, state);
	live_set_state(w, run, state);
	log_info("run %s %s: %s", run->id, run_state_words[state], text);
}

/* What the rows that were told so far left. */
static void remove_row_diffs(struct worker *w, const struct live_run *run)
{
	const json_t *row;
	char file[100], path[PATH_SIZE];
	size_t i;

	json_array_foreach(json_object_get(run->doc, "devices"), i, row)
	{
		snprintf(file, sizeof(file), "%.90s.diff",
		    json_text(row, "name", ""));
		live_path(w, run, file, path);
		unlink(path);
	}
}

void live_requeue(struct worker *w, struct live_run *run, const char *why)
{
	char path[PATH_SIZE];
	const char *const files[] = { "brief.json", "run.json",
		live_backup_files[0], live_backup_files[1], outputs_live_file,
		"facts.json" };
	struct err e = ERR_INIT;

	if (run->parent) {
		fleet_put_back(w, run, RETRY_MS, why);
		return;
	}
	live_log(w, run, LOG_WARNING, "%s; it will start again", why);
	live_set_state(w, run, RUN_QUEUED);
	/* the log stays; the document in the spool is the original one */
	remove_row_diffs(w, run);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		live_path(w, run, files[i], path);
		unlink(path);
	}
	if (queue_move(w->app.dir, run->id, QUEUE_CLAIMED, QUEUE_QUEUED, &e) !=
	    ERR_OK)
		log_err(&e, run->id);
	live_let_go(w, run);
}

void live_let_go(struct worker *w, struct live_run *run)
{
	unlink_run(w, run);
	live_free(run);
}

void live_forget(struct worker *w, struct live_run *run)
{
	struct err e = ERR_INIT;
	char path[PATH_SIZE];

	/* the spool file last: until then a restart finds the run again */
	live_path(w, run, NULL, path);
	if (dir_remove(path, &e) != ERR_OK)
		log_err(&e, run->id);
	queue_clear_cancel(w->app.dir, run->id);
	if (queue_remove(w->app.dir, run->id, QUEUE_CLAIMED, &e) != ERR_OK)
		log_err(&e, run->id);
	live_let_go(w, run);
}

void live_sweep(struct worker *w)
{
	char path[PATH_SIZE], dir_path[PATH_SIZE];
	struct dirent *entry;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "%s/live", w->app.dir);
	dir = opendir(dir_path);
	while (dir && (entry = readdir(dir)) != NULL) {
		struct buf text = BUF_INIT(RUN_DOC_MAX);
		enum queue_place place;
		struct err e = ERR_INIT;

		if (run_id_is_valid(entry->d_name) &&
		    queue_read(w->app.dir, entry->d_name, &text, &place,
			NULL) == ERR_NOT_FOUND) {
			run_live_path(w->app.dir, entry->d_name, NULL, path,
			    sizeof(path));
			if (dir_remove(path, &e) != ERR_OK)
				log_err(&e, entry->d_name);
		}
		buf_release(&text);
	}
	if (dir)
		closedir(dir);
}
