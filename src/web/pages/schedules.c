/*
 * /schedules: what runs by itself and when next; run now, pause, resume.  New,
 * edit and delete are those of every record.
 */
#include "web/pages/pages.h"

#include "app/inventory.h"
#include "app/lost_names.h"
#include "app/schedules.h"
#include "base/clock.h"
#include "base/json.h"
#include "web/pages/bulk.h"
#include "web/pages/parameter_form.h"
#include "web/pages/past.h"
#include "web/pages/record_edit.h"
#include "web/pages/record_export.h"
#include "web/pages/record_history.h"

#include <string.h>

#define TIMES 5

static void add_times(struct arena *a, const struct record *record, struct jv v)
{
	struct jv list = jv_list(a, TIMES);
	struct schedule s;
	struct err e = ERR_INIT;
	char words[SCHEDULE_WORDS_SIZE];
	int64_t times[TIMES];
	size_t n;

	jv_dict_set(a, v, "next", list);
	if (schedule_load(record, &s, &e) != ERR_OK) {
		jv_dict_set(a, v, "wrong", jv_copy_text(a, e.message));
		return;
	}
	schedule_words(&s, record, words);
	jv_dict_set(a, v, "words", jv_copy_text(a, words));
	n = schedule_times(&s, clock_wall_ms(), times, TIMES);
	for (size_t i = 0; i < n; i++) {
		struct jv one = jv_dict(a, 2);
		char text[SCHEDULE_TEXT_SIZE];

		schedule_format(&s, times[i], text);
		jv_dict_set(a, one, "local", jv_copy_text(a, text));
		jv_dict_set(a, one, "ms", jv_int(times[i]));
		jv_list_append(a, list, one);
	}
	schedule_release(&s);
}

static void add_state(
    struct request *r, const struct record *record, struct jv v)
{
	struct arena *a = r->arena;
	const struct job *job = job_find(record_text(record, SCHEDULE_JOB));
	struct schedule_state state;

	schedule_state_read(r->app->dir, record_key(record), &state);
	jv_dict_set(a, v, "run", jv_copy_text(a, state.run));
	/* of sweeps that found nothing new there is no record */
	jv_dict_set(a, v, "recorded", jv_bool(!job || job->scope != JOB_SWEEP));
	jv_dict_set(a, v, "open",
	    jv_bool(schedule_run_is_open(r->app->dir, state.run)));
	jv_dict_set(a, v, "note", jv_copy_text(a, state.note));
	jv_dict_set(a, v, "note_ms", jv_int(state.note_ms));
	jv_dict_set(a, v, "started_ms", jv_int(state.due_ms));
}

static void add_lost(
    struct request *r, const struct record *record, struct jv v)
{
	char text[LOST_NAMES_TEXT];

	if (lost_names_of(r->snapshot, record, text))
		jv_dict_set(r->arena, v, "lost", jv_copy_text(r->arena, text));
}

static struct jv schedule_view(struct request *r, const struct record *record)
{
	struct arena *a = r->arena;
	struct jv v = jv_dict(a, 12);
	const struct job *job = job_find(record_text(record, SCHEDULE_JOB));

	jv_dict_set(a, v, "record", view_record(a, record));
	jv_dict_set(a, v, "job_title",
	    jv_text(job ? job->title : record_text(record, SCHEDULE_JOB)));
	jv_dict_set(a, v, "parameters",
	    parameter_form_told(r, job_holder_of(KIND_SCHEDULE), record));
	add_lost(r, record, v);
	add_times(a, record, v);
	add_state(r, record, v);
	return v;
}

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct record_table_spec *spec =
	    record_table_spec_of(KIND_SCHEDULE);
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 4), schedules;
	struct record_table t;
	enum err_code rc =
	    record_table_select(r, spec, RECORD_TABLE_PAGE, &t, e);

	if (rc != ERR_OK)
		return rc;
	schedules = jv_dict(a, t.size);
	for (size_t i = t.first; i < t.n && i < t.first + t.size; i++)
		jv_dict_set(a, schedules, record_key(t.rows[i]),
		    schedule_view(r, t.rows[i]));
	jv_dict_set(a, ctx, "table", record_table_view(r, spec, &t));
	jv_dict_set(a, ctx, "schedules", schedules);
	jv_dict_set(a, ctx, "bulk", bulk_view(r, KIND_SCHEDULE));
	return response_page(r, out, 200, "schedules.html", ctx, e);
}

static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	return record_export(r, out, record_table_spec_of(KIND_SCHEDULE), e);
}

static enum err_code schedule_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 4);
	const struct record *record;
	enum err_code rc = record_page_find(r, &record, e);

	if (rc != ERR_OK)
		return past_answer(r, out, rc, e);
	jv_dict_set(r->arena, ctx, "s", schedule_view(r, record));
	jv_dict_set(r->arena, ctx, "record", view_record(r->arena, record));
	jv_dict_set(r->arena, ctx, "once", jv_text(r->id));
	return response_page(r, out, 200, "schedule.html", ctx, e);
}

/* --- what can be done ---------------------------------------------------- */

static enum err_code run_post(
    struct request *r, struct response *out, struct err *e)
{
	const char *once = request_form(r, "once", "");
	struct actor actor = r->actor;
	const struct record *record;
	json_t *doc = NULL;
	enum err_code rc = record_page_find(r, &record, e);

	if (rc != ERR_OK)
		return rc;
	actor.via = TRIGGER_FORM;
	rc = schedule_run_now(
	    r->app, &actor, record, *once ? once : NULL, &doc, e);
	if (rc == ERR_OK) {
		rc = view_redirect(
		    r, out, e, "/runs/%s", json_text(doc, "id", ""));
		json_decref(doc);
	} else if (rc == ERR_CONFLICT || rc == ERR_INVALID) {
		response_flash(r, out, "bad",
		    arena_printf(
			r->arena, "Nothing was started: %s", e->message));
		rc = view_redirect(
		    r, out, e, "/schedules/%s", record_key(record));
	}
	return rc;
}

static enum err_code set_enabled(
    struct request *r, struct response *out, bool enabled, struct err *e)
{
	struct inventory_result result = { 0 };
	const struct record *record;
	json_t *patch;
	enum err_code rc = record_page_find(r, &record, e);

	if (rc != ERR_OK)
		return rc;
	patch = json_pack("{s:b}", "enabled", enabled);
	if (!patch)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = inventory_patch(r->app, &r->actor,
	    &(struct inventory_change){ .kind = record_kind(record),
		.key = record_key(record),
		.object = patch },
	    &result, e);
	json_decref(patch);
	inventory_result_release(&result);
	if (rc != ERR_OK)
		return rc;
	response_flash(r, out, "good",
	    enabled ? "It goes on from now."
		    : "It is paused: what comes meanwhile is not made up for.");
	return view_redirect(r, out, e, "/schedules/%s", record_key(record));
}

static enum err_code pause_post(
    struct request *r, struct response *out, struct err *e)
{
	return set_enabled(r, out, false, e);
}

static enum err_code resume_post(
    struct request *r, struct response *out, struct err *e)
{
	return set_enabled(r, out, true, e);
}

#define ONE "/schedules/{name}"

static const struct route routes[] = {
	PAGE_GET("/schedules", MAY_VIEW, list_page),
	PAGE_GET("/schedules.csv", MAY_VIEW, export_page),
	PAGE_GET("/schedules.json", MAY_VIEW, export_page),
	PAGE_GET("/schedules/new", MAY_ADMIN, record_new_page),
	PAGE_POST_FIELDS(
	    "/schedules/new", MAY_ADMIN, record_new_post, BODY_FORM),
	PAGE_GET(ONE, MAY_VIEW, schedule_page),
	PAGE_GET(ONE "/edit", MAY_ADMIN, record_edit_page),
	PAGE_POST_FIELDS(ONE "/edit", MAY_ADMIN, record_edit_post, BODY_FORM),
	PAGE_GET(ONE "/delete", MAY_ADMIN, record_delete_page),
	PAGE_POST(ONE "/delete", MAY_ADMIN, record_delete_post),
	PAGE_POST(ONE "/restore", MAY_ADMIN, past_restore_post),
	PAGE_GET(ONE "/history", MAY_VIEW, record_history_page),
	PAGE_POST(ONE "/run", MAY_RUN, run_post),
	PAGE_POST(ONE "/pause", MAY_ADMIN, pause_post),
	PAGE_POST(ONE "/resume", MAY_ADMIN, resume_post),
};

const struct route_table pages_schedules_routes = { routes, COUNT(routes) };
