/* The rows of a run over many devices, in the document and on disk. */
#include "worker/fleet.h"

#include "app/choice.h"
#include "base/file.h"
#include "base/json.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ROWS_TEXT ((size_t)256 << 20)
#define MAX_ROW ((size_t)64 << 10)

const char *fleet_row_name(const struct fleet *f, size_t row)
{
	return json_text(f->rows[row].told, "name", "");
}

bool fleet_rows_find(const struct fleet *f, const char *name, size_t *ret)
{
	size_t low = 0, high = f->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(fleet_row_name(f, mid), name);

		if (order == 0) {
			*ret = mid;
			return true;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

void fleet_row_tell(
    struct fleet *f, size_t row, enum run_state state, const char *text)
{
	json_t *told = f->rows[row].told;

	json_object_set_new(told, "state", json_string(run_state_words[state]));
	if (text)
		(void)!json_set_text(told, "result", text, strlen(text));
	f->shown = false;
}

/* --- how a row ended --------------------------------------------------- */

/* The name is the row's own. */
static void take_over(json_t *told, const json_t *from)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)from, key, value)
	{
		if (strcmp(key, "name") != 0)
			json_object_set(told, key, value);
	}
}

static void count_ended(struct fleet *f, size_t row)
{
	struct fleet_row *r = &f->rows[row];

	if (r->place == FLEET_IN_HAND)
		f->n_in_hand--;
	r->place = FLEET_ENDED;
	f->n_ended++;
	f->n_failed += run_doc_state(r->told) != RUN_SUCCEEDED;
	f->n_left_alone += json_flag(r->told, "left_alone", false);
	f->shown = false;
}

static enum err_code append_line(struct fleet *f, size_t row, struct err *e)
{
	struct buf line = BUF_INIT(MAX_ROW);
	enum err_code rc = json_write_line(f->rows[row].told, &line, e);
	off_t size = lseek(f->rows_fd, 0, SEEK_END);

	if (rc == ERR_OK && !buf_putc(&line, '\n'))
		rc = buf_check(&line, "a row", e);
	if (rc == ERR_OK)
		rc = fd_write_all(f->rows_fd, line.data, line.len, e);
	/* no half lines */
	if (rc != ERR_OK && size >= 0 && ftruncate(f->rows_fd, size) < 0)
		log_error("the rows of a run cannot be cut");
	buf_release(&line);
	return rc;
}

enum err_code fleet_row_end(
    struct live_run *run, size_t row, const json_t *from, struct err *e)
{
	struct fleet *f = run->fleet;
	enum err_code rc;

	if (from)
		take_over(f->rows[row].told, from);
	if (f->rows[row].attempts > 0)
		json_object_set_new(f->rows[row].told, "retries",
		    json_integer(f->rows[row].attempts));
	rc = append_line(f, row, e);
	if (rc == ERR_OK)
		count_ended(f, row);
	return rc;
}

void fleet_row_leave(struct live_run *run, size_t row, enum run_state state,
    const char *text, bool left_alone)
{
	struct fleet *f = run->fleet;
	struct err e = ERR_INIT;

	fleet_row_tell(f, row, state, text);
	if (left_alone)
		json_object_set_new(
		    f->rows[row].told, "left_alone", json_true());
	if (fleet_row_end(run, row, NULL, &e) == ERR_OK)
		return;
	/* nothing was done: should we die, it is looked at again */
	log_err(&e, run->id);
	count_ended(f, row);
}

/* --- choosing, and after a restart ------------------------------------- */

enum err_code fleet_rows_choose(
    struct worker *w, struct live_run *run, struct err *e)
{
	json_t *told = json_object_get(run->doc, "devices");
	const struct record **list = NULL;
	const struct snapshot *s;
	size_t n = 0;
	enum err_code rc = snapshots_current(w->app.snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	rc = choice_find(
	    &w->app, s, json_object_get(run->doc, "parameters"), &list, &n, e);
	json_array_clear(told);
	for (size_t i = 0; i < n && rc == ERR_OK; i++) {
		json_t *row = json_pack("{s:s, s:s}", "name",
		    record_key(list[i]), "state", run_state_words[RUN_QUEUED]);

		if (json_array_append_new(told, row) != 0)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	}
	free(list);
	snapshot_unref(s);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	const struct fleet_row *x = a, *y = b;

	return strcmp(
	    json_text(x->told, "name", ""), json_text(y->told, "name", ""));
}

static enum err_code make_rows(struct live_run *run, struct err *e)
{
	json_t *told = json_object_get(run->doc, "devices"), *row;
	struct fleet *f = run->fleet;
	size_t i;

	f->rows = calloc(json_array_size(told) + 1, sizeof(*f->rows));
	if (!f->rows)
		return err_set(e, ERR_SYSTEM, "out of memory");
	json_array_foreach(told, i, row)
	{
		if (!schema_is_name(json_text(row, "name", ""), 63))
			return err_set(e, ERR_CORRUPT,
			    "run %s is for a device that cannot be", run->id);
		f->rows[f->n++].told = row;
	}
	qsort(f->rows, f->n, sizeof(*f->rows), by_name);
	return ERR_OK;
}

static void replay_line(struct fleet *f, const char *line, size_t len)
{
	json_t *row;
	size_t at;

	if (json_read(line, len, MAX_ROW, &row, NULL) != ERR_OK)
		return;
	if (fleet_rows_find(f, json_text(row, "name", ""), &at) &&
	    f->rows[at].place != FLEET_ENDED) {
		take_over(f->rows[at].told, row);
		count_ended(f, at);
	}
	json_decref(row);
}

/* What had ended when the master died; a line that was left half written is
 * cut off. */
static enum err_code replay(
    struct live_run *run, const char *path, struct err *e)
{
	struct buf text = BUF_INIT(MAX_ROWS_TEXT);
	enum err_code rc = file_read_regular(path, &text, e);
	size_t at = 0;

	while (rc == ERR_OK && at < text.len) {
		const char *end = memchr(text.data + at, '\n', text.len - at);

		if (!end)
			break;
		replay_line(
		    run->fleet, text.data + at, (size_t)(end - text.data) - at);
		at = (size_t)(end - text.data) + 1;
	}
	buf_release(&text);
	if (rc == ERR_OK && ftruncate(run->fleet->rows_fd, (off_t)at) < 0)
		rc = err_set_errno(e, "cannot cut %s", path);
	return rc;
}

enum err_code fleet_rows_open(
    struct worker *w, struct live_run *run, struct err *e)
{
	char path[LIVE_PATH_SIZE];
	struct fleet *f = run->fleet;
	enum err_code rc = make_rows(run, e);

	if (rc != ERR_OK)
		return rc;
	live_path(w, run, "rows.jsonl", path);
	f->rows_fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (f->rows_fd < 0)
		return err_set_errno(e, "cannot open %s", path);
	rc = replay(run, path, e);
	for (size_t i = 0; i < f->n && rc == ERR_OK; i++) {
		if (f->rows[i].place == FLEET_WAITS)
			fleet_row_tell(f, i, RUN_QUEUED, NULL);
	}
	return rc;
}
