/* The live directory of a run in hand: its log, document, differences. */
#include "worker/worker_internal.h"

#include "app/run_files.h"
#include "app/run_rows.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE LIVE_PATH_SIZE
#define MAX_LOG ((size_t)8 * 1024 * 1024) /* of one run */
#define MAX_TEXT ((size_t)64 * 1024 * 1024)
#define ROWS_SHOWN_MS 500 /* a run's rows are shown this often */

void live_path(const struct worker *w, const struct live_run *run,
    const char *file, char path[LIVE_PATH_SIZE])
{
	char inside[200];

	if (!run->parent) {
		run_live_path(w->app.dir, run->id, file, path, PATH_SIZE);
		return;
	}
	snprintf(inside, sizeof(inside), "at/%s%s%s", run->device,
	    file ? "/" : "", file ? file : "");
	run_live_path(w->app.dir, run->id, inside, path, PATH_SIZE);
}

/* --- the log ------------------------------------------------------------- */

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

enum err_code live_open_log(
    struct worker *w, struct live_run *run, struct err *e)
{
	char path[PATH_SIZE];
	enum err_code rc;

	live_path(w, run, NULL, path);
	rc = dir_create(path, 0750, e);
	if (rc != ERR_OK)
		return rc;
	live_path(w, run, "log.jsonl", path);
	count_lines(run, path);
	run->log_fd =
	    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
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
	size_t max =
	    strcmp(level, "error") == 0 ? MAX_LOG : MAX_LOG - MAX_LOG / 8;
	struct buf line = BUF_INIT(max);
	json_t *entry = json_object();
	char now[CLOCK_TEXT_SIZE];
	struct err e = ERR_INIT;

	(void)w;
	text = text_after_name(text, device);
	if (run->parent)
		run = run->parent; /* one log for all */
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

/* --- files --------------------------------------------------------------- */

/* Beside a long document, for those who ask how the run is doing. */
static void write_brief(struct worker *w, const struct live_run *run)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	json_t *brief = run_rows_shorten(run->doc, RUN_ROWS_TOLD);
	struct err e = ERR_INIT;
	char path[PATH_SIZE];

	live_path(w, run, "brief.json", path);
	if (brief && brief != run->doc &&
	    (json_write(brief, &text, &e) != ERR_OK ||
		file_replace(path, buf_text(&text), text.len, 0640, &e) !=
		    ERR_OK))
		log_err(&e, run->id);
	json_decref(brief);
	buf_release(&text);
}

void live_write_doc(struct worker *w, struct live_run *run)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	struct err e = ERR_INIT;
	char path[PATH_SIZE];

	live_path(w, run, "run.json", path);
	run->doc_written_ms = clock_mono_ms();
	write_brief(w, run);
	if (json_write(run->doc, &text, &e) != ERR_OK ||
	    file_replace(path, buf_text(&text), text.len, 0640, &e) != ERR_OK)
		log_err(&e, run->id);
	buf_release(&text);
}

void live_set_state(struct worker *w, struct live_run *run, enum run_state to)
{
	if (run_doc_state(run->doc) != to)
		run_doc_set_state(run->doc, to, clock_wall_ms());
	if (run->parent)
		fleet_note_state(run);
	live_write_doc(w, run);
}

const char *const live_backup_files[2] = { "backup-before.cfg",
	"backup-after.cfg" };

void live_set_backup(
    struct worker *w, struct live_run *run, bool after, const char *text)
{
	char path[PATH_SIZE];
	struct err e = ERR_INIT;

	free(run->backup[after]);
	run->backup[after] = strdup(text);
	run->backup_len[after] = strlen(text);
	live_path(w, run, live_backup_files[after], path);
	if (file_replace(path, text, strlen(text), 0600, &e) != ERR_OK)
		log_err(&e, run->id);
}

void live_set_facts(struct worker *w, struct live_run *run, json_t *facts)
{
	struct buf text = BUF_INIT((size_t)1024 * 1024);
	char path[PATH_SIZE];
	struct err e = ERR_INIT;

	json_decref(run->facts);
	run->facts = json_incref(facts);
	live_path(w, run, "facts.json", path);
	if (json_write(facts, &text, &e) != ERR_OK ||
	    file_replace(path, buf_text(&text), text.len, 0600, &e) != ERR_OK)
		log_err(&e, run->id);
	buf_release(&text);
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

static void write_row_diff(struct worker *w, struct live_run *run,
    const char *device, const char *text)
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
		"removed", "left_alone" };
	const char *name = json_text(row, "name", "");
	const char *diff = json_text(row, "diff", "");
	json_t *devices = json_object_get(run->doc, "devices");
	json_t *to;

	/* it becomes part of file names */
	if (!schema_is_name(name, 63))
		return;
	to = json_flag(row, "again", false)
		 ? json_incref(run_doc_device(run->doc, name))
		 : json_object();
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (json_object_get(row, kept[i]))
			json_object_set(
			    to, kept[i], json_object_get(row, kept[i]));
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

enum err_code live_write_plan(
    struct worker *w, struct live_run *run, struct err *e)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	char path[PATH_SIZE];
	enum err_code rc;

	live_path(w, run, "plan.json", path);
	rc = json_write(run->plan, &text, e);
	if (rc == ERR_OK)
		rc = file_write_durable(
		    path, buf_text(&text), text.len, 0600, e);
	buf_release(&text);
	return rc;
}

bool live_has_plan(const struct worker *w, const struct live_run *run)
{
	char path[PATH_SIZE];

	live_path(w, run, "plan.json", path);
	return access(path, F_OK) == 0;
}
