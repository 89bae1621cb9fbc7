/* Runs over the store, in a slot's process: see app/store_run.h. */
#include "worker/slot.h"

#include "app/store_run.h"
#include "base/clock.h"
#include "base/json.h"

#include <string.h>

/* Rows and their differences go together as long as they are small and come
 * quickly. */
#define MAX_ROWS 200
#define MAX_BYTES ((size_t)1 << 20)
#define MAX_WAIT_MS 250
/* Of all differences of a run; of the later ones their numbers are told. */
#define MAX_DIFFS ((size_t)256 << 20)

struct store_slot {
	struct slot *slot;
	json_t *rows; /* not told yet */
	size_t bytes;
	size_t all_bytes;
	int64_t told_ms; /* when the last ones were */
};

static enum err_code tell_rows(struct store_slot *s, struct err *e)
{
	json_t *rows = s->rows;

	s->told_ms = clock_mono_ms();
	if (!rows)
		return ERR_OK;
	s->rows = NULL;
	s->bytes = 0;
	return slot_tell(
	    json_pack("{s:s, s:o}", "type", "rows", "rows", rows), e);
}

static json_t *row_message(const struct store_run_row *row, bool with_diff)
{
	json_t *m = json_pack("{s:s, s:s, s:o}", "name", row->device, "state",
	    run_state_words[row->state], "result",
	    slot_text(row->text, strlen(row->text)));

	if (m && row->diff)
		(void)(json_object_set_new(
			   m, "added", json_integer((json_int_t)row->added)) ||
		       json_object_set_new(m, "removed",
			   json_integer((json_int_t)row->removed)));
	if (m && row->diff && with_diff)
		json_object_set_new(
		    m, "diff", slot_text(row->diff, strlen(row->diff)));
	if (m && row->again)
		json_object_set_new(m, "again", json_true());
	return m;
}

static enum err_code io_row(
    void *ctx, const struct store_run_row *row, struct err *e)
{
	struct store_slot *s = ctx;
	size_t len = row->diff ? strlen(row->diff) : 0;
	bool fits = s->all_bytes + len <= MAX_DIFFS;

	if (!s->rows)
		s->rows = json_array();
	if (json_array_append_new(s->rows, row_message(row, fits)) != 0)
		return err_set(e, ERR_SYSTEM, "out of memory");
	s->bytes += fits ? len : 0;
	s->all_bytes += fits ? len : 0;
	if (json_array_size(s->rows) < MAX_ROWS && s->bytes < MAX_BYTES &&
	    clock_mono_ms() < s->told_ms + MAX_WAIT_MS)
		return ERR_OK;
	return tell_rows(s, e);
}

static void io_log(
    void *ctx, enum log_level level, const char *device, const char *text)
{
	static const char *const words[] = { "debug", "info", "warning",
		"error" };

	(void)ctx;
	(void)slot_tell(json_pack("{s:s, s:s, s:s, s:o}", "type", "log",
			    "level", words[level], "device", device, "text",
			    slot_text(text, strlen(text))),
	    NULL);
}

static enum err_code io_effect(
    void *ctx, const struct commit_id *base, struct err *e)
{
	struct store_slot *s = ctx;
	char text[STORE_OID_TEXT_SIZE];
	enum err_code rc = tell_rows(s, e);

	commit_id_format(base, text);
	if (rc == ERR_OK)
		rc = slot_ask(s->slot,
		    json_pack("{s:s, s:s}", "type", "effect", "base", text), e);
	return rc;
}

static bool io_cancelled(void *ctx)
{
	struct store_slot *s = ctx;

	return slot_cancelled(s->slot);
}

static bool read_input(const json_t *rq, struct store_run_input *in)
{
	in->run_id = json_text(rq, "run", "");
	in->actor = json_text(rq, "actor", "");
	in->job = job_find(json_text(rq, "job", ""));
	in->parameters = json_object_get(rq, "parameters");
	return in->job && store_run_of(in->job->id) &&
	       run_trigger_parse(json_text(rq, "trigger", ""), &in->trigger);
}

static void execute(
    struct store_slot *s, const json_t *rq, struct store_run_outcome *out)
{
	const struct store_run_io io = { s, io_log, io_row, io_effect,
		io_cancelled };
	bool settle = strcmp(json_text(rq, "mode", ""), "settle") == 0;
	struct store_run_input in = { 0 };
	struct err e = ERR_INIT;
	struct app app;

	if (!read_input(rq, &in)) {
		store_run_end(out, RUN_FAILED, "there is no such job");
		return;
	}
	if (s->slot->had_session) {
		store_run_end(out, settle ? RUN_UNKNOWN : RUN_FAILED,
		    "the store is not opened where credentials were; nothing "
		    "was written");
		return;
	}
	if (app_open(s->slot->dir, &app, &e) != ERR_OK) {
		store_run_end(out, settle ? RUN_UNKNOWN : RUN_FAILED,
		    "the store cannot be opened; nothing was written: %s",
		    e.message);
		return;
	}
	in.app = &app;
	if (settle && commit_id_parse(json_text(rq, "base", ""), &in.base))
		store_run_settle(&in, &io, out);
	else if (settle)
		store_run_end(out, RUN_UNKNOWN, "the journal names no commit");
	else
		store_run_of(in.job->id)(&in, &io, out);
	app_close(&app);
}

json_t *slot_store_run(struct slot *slot, const json_t *request)
{
	struct store_slot s = { .slot = slot };
	struct store_run_outcome out = { .state = RUN_FAILED };
	struct err e = ERR_INIT;

	execute(&s, request, &out);
	if (tell_rows(&s, &e) != ERR_OK)
		return NULL; /* the master is gone */
	io_log(&s, out.state == RUN_SUCCEEDED ? LOG_INFO : LOG_WARNING, "",
	    out.text);
	return json_pack("{s:s, s:s, s:s, s:o}", "type", "end", "state",
	    run_state_words[out.state], "rows", run_state_words[out.rows],
	    "text", slot_text(out.text, strlen(out.text)));
}
