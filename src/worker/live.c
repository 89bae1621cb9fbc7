#include "worker/worker_internal.h"

#include "app/port/queue.h"
#include "app/run_files.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define MAX_LOG ((size_t)8 * 1024 * 1024) /* of one run */
#define MAX_TEXT ((size_t)64 * 1024 * 1024)
#define ROWS_SHOWN_MS 500 /* a run's rows are shown this often */

static void live_path(const struct worker *w, const struct live_run *run,
    const char *file, char path[PATH_SIZE])
{
	run_live_path(w->app.dir, run->id, file, path, PATH_SIZE);
}

static void live_free(struct live_run *run)
{
	if (run->log_fd >= 0)
		close(run->log_fd);
	json_decref(run->doc);
	json_decref(run->plan);
	free(run->backup[0]);
	free(run->backup[1]);
	free(run->diff);
	free(run);
}

/* --- the log ------------------------------------------------------------------ */

/* A line that a dead master left half written is cut off. */
static void count_lines(struct live_run *run, const char *path)
{
	struct buf log = BUF_INIT(MAX_LOG);

	run->log_lines = 0;
	run->log_size = 0;
	if (file_read_regular(path, &log, NULL) == ERR_OK) {
		for (size_t i = 0; i < log.len; i++) {
			if (log.data[i] != '\n')
				continue;
			run->log_lines++;
			run->log_size = (off_t)i + 1;
		}
	}
	buf_release(&log);
}

static enum err_code open_log(struct worker *w, struct live_run *run,
    struct err *e)
{
	char path[PATH_SIZE];
	enum err_code rc;

	live_path(w, run, NULL, path);
	rc = dir_create(path, 0750, e);
	if (rc != ERR_OK)
		return rc;
	live_path(w, run, "log.jsonl", path);
	count_lines(run, path);
	run->log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0640);
	if (run->log_fd < 0 || ftruncate(run->log_fd, run->log_size) < 0)
		return err_set_errno(e, "cannot create %s", path);
	return ERR_OK;
}

static void append_line(struct live_run *run, const struct buf *line)
{
	struct err e = ERR_INIT;

	if (fd_write_all(run->log_fd, line->data, line->len, &e) == ERR_OK) {
		run->log_lines++;
		run->log_size += (off_t)line->len;
		return;
	}
	log_error("run %s: its log cannot be written: %s", run->id, e.message);
	/* no half lines */
	if (ftruncate(run->log_fd, run->log_size) < 0)
		log_error("run %s: its log cannot be cut", run->id);
}

void live_log_text(struct worker *w, struct live_run *run, const char *level,
    const char *device, const char *text)
{
	/* room stays for the lines that tell how it ended */
	size_t max = strcmp(level, "error") == 0 ? MAX_LOG
						 : MAX_LOG - MAX_LOG / 8;
	struct buf line = BUF_INIT(max);
	json_t *entry = json_object();
	char now[CLOCK_TEXT_SIZE];
	struct err e = ERR_INIT;

	(void)w;
	clock_format_utc(clock_wall_ms(), now);
	json_object_set_new(entry, "n", json_integer(run->log_lines + 1));
	json_object_set_new(entry, "t", json_string(now));
	json_object_set_new(entry, "level", json_string(level));
	if (*device)
		json_object_set_new(entry, "device", json_string(device));
	if (!json_set_text(entry, "text", text, strlen(text)) ||
	    json_write_line(entry, &line, &e) != ERR_OK ||
	    !buf_putc(&line, '\n'))
		log_error("run %s: a line of its log is lost: %s", run->id,
		    e.message);
	else if ((size_t)run->log_size + line.len <= max)
		append_line(run, &line);
	json_decref(entry);
	buf_release(&line);
}

void live_log(struct worker *w, struct live_run *run, enum log_level level,
    const char *fmt, ...)
{
	static const char *const words[] = { "debug", "info", "warning",
		"error" };
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	live_log_text(w, run, words[level], run->device, text);
}

/* --- files -------------------------------------------------------------------- */

void live_write_doc(struct worker *w, struct live_run *run)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	struct err e = ERR_INIT;
	char path[PATH_SIZE];

	live_path(w, run, "run.json", path);
	run->doc_written_ms = clock_mono_ms();
	if (json_write(run->doc, &text, &e) != ERR_OK ||
	    file_replace(path, buf_text(&text), text.len, 0640, &e) != ERR_OK)
		log_err(&e, run->id);
	buf_release(&text);
}

void live_set_state(struct worker *w, struct live_run *run, enum run_state to)
{
	if (run_doc_state(run->doc) != to)
		run_doc_set_state(run->doc, to, clock_wall_ms());
	live_write_doc(w, run);
}

static const char *const backup_files[2] = { "backup-before.cfg",
	"backup-after.cfg" };

void live_set_backup(struct worker *w, struct live_run *run, bool after,
    const char *text)
{
	char path[PATH_SIZE];
	struct err e = ERR_INIT;

	free(run->backup[after]);
	run->backup[after] = strdup(text);
	run->backup_len[after] = strlen(text);
	live_path(w, run, backup_files[after], path);
	if (file_replace(path, text, strlen(text), 0600, &e) != ERR_OK)
		log_err(&e, run->id);
}

void live_set_diff(struct worker *w, struct live_run *run, const char *text,
    json_int_t added, json_int_t removed)
{
	json_t *device = run_doc_device(run->doc, run->device);
	char file[100], path[PATH_SIZE];
	struct err e = ERR_INIT;

	free(run->diff);
	run->diff = strdup(text);
	json_object_set_new(device, "added", json_integer(added));
	json_object_set_new(device, "removed", json_integer(removed));
	snprintf(file, sizeof(file), "%s.diff", run->device);
	live_path(w, run, file, path);
	if (file_replace(path, text, strlen(text), 0640, &e) != ERR_OK)
		log_err(&e, run->id);
	live_write_doc(w, run);
}

static void write_row_diff(
    struct worker *w, struct live_run *run, const char *device,
    const char *text)
{
	char file[100], path[PATH_SIZE];
	struct err e = ERR_INIT;

	snprintf(file, sizeof(file), "%.90s.diff", device);
	live_path(w, run, file, path);
	if (file_replace(path, text, strlen(text), 0640, &e) != ERR_OK)
		log_err(&e, run->id);
}

void live_add_row(struct worker *w, struct live_run *run, const json_t *row)
{
	static const char *const kept[] = { "name", "state", "result", "added",
		"removed" };
	const char *name = json_text(row, "name", "");
	const char *diff = json_text(row, "diff", "");
	json_t *devices = json_object_get(run->doc, "devices");
	json_t *to;

	/* it becomes part of file names */
	if (!schema_is_name(name, 63))
		return;
	to = json_flag(row, "again", false)
	    ? json_incref(run_doc_device(run->doc, name)) : json_object();
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (json_object_get(row, kept[i]))
			json_object_set(to, kept[i],
			    json_object_get(row, kept[i]));
	}
	if (json_flag(row, "again", false))
		json_decref(to);
	else
		json_array_append_new(devices, to);
	if (*diff)
		write_row_diff(w, run, name, diff);
	if (clock_mono_ms() >= run->doc_written_ms + ROWS_SHOWN_MS)
		live_write_doc(w, run);
}

enum err_code live_write_plan(struct worker *w, struct live_run *run,
    struct err *e)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	char path[PATH_SIZE];
	enum err_code rc;

	live_path(w, run, "plan.json", path);
	rc = json_write(run->plan, &text, e);
	if (rc == ERR_OK)
		rc = file_write_durable(path, buf_text(&text), text.len, 0600,
		    e);
	buf_release(&text);
	return rc;
}

bool live_has_plan(const struct worker *w, const struct live_run *run)
{
	char path[PATH_SIZE];

	live_path(w, run, "plan.json", path);
	return access(path, F_OK) == 0;
}

/* --- taking runs in hand ---------------------------------------------------------- */

struct live_run *live_find(struct worker *w, const char *id)
{
	for (struct live_run *r = w->runs; r; r = r->next) {
		if (strcmp(r->id, id) == 0)
			return r;
	}
	return NULL;
}

void live_target_of(const struct snapshot *s, const struct record *device,
    char target[32])
{
	const struct record *platform;
	char address[16];
	int prefix, port;

	target[0] = '\0';
	if (!schema_parse_ipv4(record_text(device, DEVICE_PRIMARY_IP4), address,
	    &prefix, &port))
		return;
	platform = snapshot_find(s, KIND_PLATFORM,
	    record_text(device, DEVICE_PLATFORM));
	if (!port && platform)
		port = (int)record_number(platform, PLATFORM_PORT, 0);
	snprintf(target, 32, "%s:%d", address, port);
}

static void find_target(struct worker *w, const char *device, char target[32])
{
	const struct snapshot *s;
	const struct record *r;

	target[0] = '\0';
	if (snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return;
	r = snapshot_find(s, KIND_DEVICE, device);
	if (r)
		live_target_of(s, r, target);
	snapshot_unref(s);
}

const char *live_target_noun(const struct live_run *run)
{
	return run->job->scope == JOB_STORE ? "store" : "device";
}

bool live_job_is_busy(const struct worker *w, const struct job *job)
{
	for (const struct live_run *r = w->runs; r; r = r->next) {
		if (r->job == job && r->phase != LIVE_ENDED)
			return true;
	}
	return false;
}

bool live_device_is_busy(struct worker *w, const char *device)
{
	char target[32] = "";

	if (w->runs)
		find_target(w, device, target);
	for (const struct live_run *r = w->runs; r; r = r->next) {
		if (r->phase != LIVE_ENDED &&
		    (strcmp(r->device, device) == 0 ||
		    (*target && strcmp(r->target, target) == 0)))
			return true;
	}
	return false;
}

static enum err_code read_doc(struct worker *w, struct live_run *run,
    struct err *e)
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
	if (rc != ERR_OK)
		return rc;
	run->job = job_find(json_text(run->doc, "job", ""));
	if (!run->job)
		return err_set(
		    e, ERR_CORRUPT, "run %s is of no known job", run->id);
	if (run->job->scope == JOB_STORE)
		return ERR_OK;
	text_copy(run->device, sizeof(run->device),
	    json_text(json_object_get(run->doc, "parameters"), "device", ""));
	/* it becomes part of file names */
	if (!schema_is_name(run->device, 63))
		return err_set(e, ERR_CORRUPT,
		    "run %s is for no device that could be", run->id);
	return run_doc_device(run->doc, run->device)
	    ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
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

static void read_texts(struct worker *w, struct live_run *run)
{
	char file[100];
	size_t len;

	for (int after = 0; after < 2; after++)
		run->backup[after] = read_text(w, run, backup_files[after],
		    &run->backup_len[after]);
	if (!*run->device)
		return;
	snprintf(file, sizeof(file), "%s.diff", run->device);
	run->diff = read_text(w, run, file, &len);
}

enum err_code live_adopt(struct worker *w, const char *id,
    struct live_run **ret, struct err *e)
{
	struct live_run *run = calloc(1, sizeof(*run));
	struct live_run **at = &w->runs;
	enum err_code rc;

	if (!run)
		return err_set(e, ERR_SYSTEM, "out of memory");
	run->log_fd = -1;
	text_copy(run->id, sizeof(run->id), id);
	rc = read_doc(w, run, e);
	if (rc == ERR_OK)
		rc = open_log(w, run, e);
	if (rc != ERR_OK) {
		live_free(run);
		return rc;
	}
	read_texts(w, run);
	find_target(w, run->device, run->target);
	while (*at)
		at = &(*at)->next;
	*at = run;
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

enum err_code live_claim(struct worker *w, const char *id,
    struct live_run **ret, struct err *e)
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

/* --- letting go -------------------------------------------------------------------- */

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
		json_object_set(device, "result",
		    json_object_get(run->doc, "result"));
	else
		run_doc_end_devices(run->doc, state, text);
	run->phase = LIVE_ENDED;
	live_set_state(w, run, state);
	log_info("run %s %s: %s", run->id, run_state_words[state], text);
}

/* What the rows that were told so far left. */
static void remove_row_diffs(struct worker *w, const struct live_run *run)
{
	const json_t *row;
	char file[100], path[PATH_SIZE];
	size_t i;

	json_array_foreach(json_object_get(run->doc, "devices"), i, row) {
		snprintf(file, sizeof(file), "%.90s.diff",
		    json_text(row, "name", ""));
		live_path(w, run, file, path);
		unlink(path);
	}
}

void live_requeue(struct worker *w, struct live_run *run, const char *why)
{
	char path[PATH_SIZE];
	const char *const files[] = { "run.json", backup_files[0],
		backup_files[1] };
	struct err e = ERR_INIT;

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
