/*
 * /bulk/runs: cancels many runs, or runs again what did not end well: what it
 * does and to which is shown first, then each is asked by itself.
 *
 * Sending the form once more goes on where it stopped: each run has its part of
 * the form's key, and what was started under it is not started again.
 */
#include "web/pages/run_table.h"

#include "app/run_again.h"
#include "base/clock.h"
#include "base/json.h"
#include "web/pages/form_view.h"
#include "web/pages/pages.h"
#include "web/pages/table_choice.h"
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RUNS 1000
/* No further run is asked after this: nginx waits a minute. */
#define ASKING_MS 30000
#define MAX_KEY 200

/* --- what can be done ---------------------------------------------------- */

static const char *refuse_cancel(const json_t *run)
{
	return run_doc_has_ended(run) ? "it has ended" : NULL;
}

static enum err_code cancel_one(
    struct request *r, const char *id, json_t **ret, struct err *e)
{
	*ret = NULL;
	return runs_cancel(r->app, &r->actor, id, e);
}

static enum err_code again_one(
    struct request *r, const char *id, json_t **ret, struct err *e)
{
	struct actor actor = r->actor;
	char key[MAX_KEY];

	actor.via = TRIGGER_BULK;
	snprintf(key, sizeof(key), "bulk-%.40s-%.60s",
	    request_form(r, "once", r->id), id);
	return run_again_create(r->app, &actor, id, key, ret, e);
}

static const struct action {
	const char *name, *verb, *done, *warning;
	/* Why it would be refused, of the run in short; NULL: it may be. */
	const char *(*refusal)(const json_t *run);
	/* ret: the run that was started, or NULL */
	enum err_code (*ask)(
	    struct request *r, const char *id, json_t **ret, struct err *e);
	bool starts;
} actions[] = {
	{ "cancel", "Cancel", "asked to stop",
	    "No device is touched any more that was not; what was begun is "
	    "brought to an end.",
	    refuse_cancel, cancel_one, false },
	{ "again", "Run again", "started again",
	    "Each starts a run of the same job with the same parameters; a run "
	    "over many devices only for those that did not end well.",
	    run_again_refusal, again_one, true },
};

struct jv run_bulk_actions(struct request *r)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, COUNT(actions));

	if (!access_allows(r->actor.role, MAY_RUN))
		return list;
	for (size_t i = 0; i < COUNT(actions); i++) {
		struct jv v = jv_dict(a, 2);

		jv_dict_set(a, v, "name", jv_text(actions[i].name));
		jv_dict_set(a, v, "verb", jv_text(actions[i].verb));
		jv_list_append(a, list, v);
	}
	return list;
}

static const struct action *action_of(const char *name)
{
	for (size_t i = 0; i < COUNT(actions); i++) {
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	}
	return NULL;
}

/* --- choosing ------------------------------------------------------------ */

struct choice {
	struct request *r;
	const struct action *action;
	struct table_choice rows; /* struct run_entry */
	struct run_selection hold;
};

static enum err_code choose_all(
    struct request *r, void *ctx, struct record_table *ret, struct err *e)
{
	struct choice *c = ctx;

	return run_table_select(
	    r, RECORD_TABLE_ALL, MAX_RUNS, ret, &c->hold, e);
}

static const void *find_run(void *ctx, const char *key)
{
	struct choice *c = ctx;
	const struct run_entry *entry = run_index_hold(c->r->web->runs, key);
	void *grown = realloc(
	    c->hold.rows, (c->hold.n + 1) * sizeof(const struct run_entry *));

	if (grown)
		c->hold.rows = grown;
	if (!entry || !grown) {
		run_entry_unref(entry);
		return NULL;
	}
	c->hold.rows[c->hold.n++] = entry;
	return entry;
}

/* The caller releases c->hold, whatever the result. */
static enum err_code choose(
    struct request *r, const char *word, struct choice *c, struct err *e)
{
	struct table_choosing from = { .spec = &run_table_spec,
		.one = "run",
		.find = find_run,
		.select = choose_all,
		.ctx = c };
	enum err_code rc;

	*c = (struct choice){ .r = r, .action = action_of(word) };
	if (!c->action)
		return err_set(e, ERR_NOT_FOUND,
		    "\"%.60s\" is nothing that can be asked of runs", word);
	rc = table_choice_read(r, &from, &c->rows, e);
	if (rc == ERR_OK && c->rows.n > MAX_RUNS)
		rc = request_refuse(r, 422, e,
		    "%zu runs are chosen, and at most %d can be asked at once. "
		    "Choose fewer, by a filter or by ticking them.",
		    c->rows.n, MAX_RUNS);
	return rc;
}

/* --- what it means, before it is done ------------------------------------ */

/* Each run of the choice, as it is told in short; NULL when out of memory. */
static json_t *read_docs(const struct choice *c)
{
	json_t *docs = json_array();

	for (size_t i = 0; docs && i < c->rows.n; i++) {
		if (json_array_append_new(
			docs, run_entry_json(c->rows.rows[i])) != 0) {
			json_decref(docs);
			return NULL;
		}
	}
	return docs;
}

/* What will be done, and how many of it may change devices. */
struct meaning {
	struct jv runs, others;
	size_t n_runs, n_others, n_changing;
};

static bool changes_devices(const json_t *run)
{
	const struct job *job = job_find(json_text(run, "job", ""));

	return job &&
	       job_may_change_device(job, json_object_get(run, "parameters"));
}

static struct meaning weigh(
    struct arena *a, const struct choice *c, const json_t *docs)
{
	struct meaning m = { .runs = jv_list(a, c->rows.n),
		.others = jv_list(a, c->rows.n) };
	const json_t *doc;
	size_t i;

	json_array_foreach(docs, i, doc)
	{
		const char *why = c->action->refusal(doc);
		struct jv v = view_run(a, doc);

		if (why) {
			m.n_others++;
			jv_dict_set(a, v, "why", jv_text(why));
			jv_list_append(a, m.others, v);
			continue;
		}
		m.n_runs++;
		m.n_changing += c->action->starts && changes_devices(doc);
		jv_list_append(a, m.runs, v);
	}
	return m;
}

static void add_choice(struct request *r, const struct choice *c, struct jv ctx)
{
	struct arena *a = r->arena;

	table_choice_add(r, &c->rows, ctx);
	jv_dict_set(a, ctx, "nav", jv_text("runs"));
	jv_dict_set(a, ctx, "action", jv_text(c->action->name));
	jv_dict_set(a, ctx, "verb", jv_text(c->action->verb));
	jv_dict_set(a, ctx, "done", jv_text(c->action->done));
	jv_dict_set(a, ctx, "warning", jv_text(c->action->warning));
}

static enum err_code show_form(struct request *r, struct response *out,
    const struct choice *c, const char *problem, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 20);
	json_t *docs = read_docs(c);
	struct meaning m;
	enum err_code rc;

	if (!docs)
		return err_set(e, ERR_SYSTEM, "out of memory");
	m = weigh(a, c, docs);
	add_choice(r, c, ctx);
	jv_dict_set(a, ctx, "runs", m.runs);
	jv_dict_set(a, ctx, "others", m.others);
	jv_dict_set(a, ctx, "n_runs", jv_int((int64_t)m.n_runs));
	jv_dict_set(a, ctx, "n_others", jv_int((int64_t)m.n_others));
	jv_dict_set(a, ctx, "n_changing", jv_int((int64_t)m.n_changing));
	jv_dict_set(a, ctx, "problem", jv_text(problem));
	rc = response_page(
	    r, out, *problem ? 409 : 200, "run_bulk.html", ctx, e);
	json_decref(docs);
	return rc;
}

static enum err_code chosen(
    struct request *r, struct response *out, struct err *e)
{
	struct choice c;
	enum err_code rc = choose(r, request_form(r, "action", ""), &c, e);

	if (rc == ERR_OK)
		rc = show_form(r, out, &c, "", e);
	run_selection_release(&c.hold);
	return rc;
}

/* --- asking -------------------------------------------------------------- */

/* The run as a row of what came of it: {…, accepted, message, started}. */
static struct jv ask_one(struct request *r, const struct action *action,
    const json_t *run, bool *ret_accepted)
{
	struct arena *a = r->arena;
	struct jv v = view_run(a, run);
	struct err why = ERR_INIT;
	json_t *started = NULL;

	*ret_accepted =
	    action->ask(r, json_text(run, "id", ""), &started, &why) == ERR_OK;
	jv_dict_set(a, v, "accepted", jv_bool(*ret_accepted));
	jv_dict_set(
	    a, v, "message", jv_copy_text(a, *ret_accepted ? "" : why.message));
	jv_dict_set(
	    a, v, "started", jv_copy_text(a, json_text(started, "id", "")));
	json_decref(started);
	return v;
}

static struct jv kept_fields(struct request *r)
{
	struct jv kept = jv_list(r->arena, r->n_form);

	for (size_t i = 0; i < r->n_form; i++) {
		struct jv v;

		if (strcmp(r->form_pairs[i].name, "csrf") == 0)
			continue;
		v = jv_dict(r->arena, 2);
		jv_dict_set(
		    r->arena, v, "name", jv_text(r->form_pairs[i].name));
		jv_dict_set(
		    r->arena, v, "value", jv_text(r->form_pairs[i].value));
		jv_list_append(r->arena, kept, v);
	}
	return kept;
}

/* Not a redirect: who loads it again starts nothing twice (see above), and what
 * came of each run is told here alone. */
static enum err_code ask_all(struct request *r, struct response *out,
    const struct choice *c, struct err *e)
{
	struct deadline deadline = deadline_in_ms(ASKING_MS);
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 20), rows = jv_list(a, c->rows.n);
	json_t *docs = read_docs(c);
	size_t n = 0, accepted = 0;
	enum err_code rc;

	if (!docs)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (; n < c->rows.n && !deadline_passed(deadline); n++) {
		bool ok;

		jv_list_append(a, rows,
		    ask_one(r, c->action, json_array_get(docs, n), &ok));
		accepted += ok;
	}
	add_choice(r, c, ctx);
	jv_dict_set(a, ctx, "outcome", rows);
	jv_dict_set(a, ctx, "accepted", jv_int((int64_t)accepted));
	jv_dict_set(a, ctx, "left", jv_int((int64_t)(c->rows.n - n)));
	jv_dict_set(a, ctx, "kept", kept_fields(r));
	rc = response_page(r, out, 200, "run_bulk_done.html", ctx, e);
	json_decref(docs);
	return rc;
}

static enum err_code ask_post(
    struct request *r, struct response *out, struct err *e)
{
	struct choice c;
	enum err_code rc = choose(r, r->capture[0], &c, e);

	if (rc == ERR_OK)
		rc = table_choice_check(r, &c.rows, e);
	if (rc == ERR_OK)
		rc = ask_all(r, out, &c, e);
	else if (rc == ERR_CONFLICT && c.rows.keys)
		rc = show_form(
		    r, out, &c, arena_strdup(r->arena, e->message), e);
	run_selection_release(&c.hold);
	return rc;
}

static const struct route routes[] = {
	PAGE_POST("/bulk/runs", MAY_RUN, chosen),
	PAGE_POST("/bulk/runs/{action}", MAY_RUN, ask_post),
};

const struct route_table pages_run_bulk_routes = { routes, COUNT(routes) };
