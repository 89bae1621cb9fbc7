/*
 * /runs: the table of runs, newest first unless the query orders it otherwise,
 * filtered by the query; its files; and the end of those that were ticked.
 *
 * In order of time pages follow each other by the id of the last run, so that
 * new runs do not push rows from page to page; in any other order by number.
 */
#include "web/pages/pages.h"

#include "app/runs.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/job.h"
#include "web/pages/record_export.h"
#include "web/pages/saved_views.h"
#include "web/web.h"

#include <string.h>

#define DEFAULT_SIZE 50
#define EXPORT_MAX ((size_t)30 * 1024 * 1024)

static const struct column {
	const char *name, *label;
	enum run_sort sort; /* RUN_SORTS: not by this one */
	bool shown;	    /* unless the query names others */
	const char *member; /* of the run's document; for files */
} columns[] = {
	{ "job", "Run", RUN_SORT_JOB, true, "job" },
	{ "device", "Device", RUN_SORT_DEVICE, true, NULL },
	{ "state", "State", RUN_SORT_STATE, true, "state" },
	{ "result", "Result", RUN_SORTS, true, "result" },
	{ "trigger", "Trigger", RUN_SORT_TRIGGER, true, "trigger" },
	{ "actor", "By", RUN_SORT_ACTOR, true, "actor" },
	{ "time", "When", RUN_SORT_TIME, true, "created_at" },
	{ "id", "Id", RUN_SORTS, false, "id" },
	{ "started", "Started", RUN_SORTS, false, "started_at" },
	{ "finished", "Finished", RUN_SORTS, false, "finished_at" },
};

/* --- the query ----------------------------------------------------------- */

/* NULL: any */
static const char *chosen(struct request *r, const char *name)
{
	const char *value = request_query(r, name, "");

	return *value ? value : NULL;
}

static bool is_shown(struct request *r, const struct column *c)
{
	const struct request_pair *all;
	bool any = false;
	size_t n;

	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].name, "col") != 0)
			continue;
		any = true;
		if (strcmp(all[i].value, c->name) == 0)
			return true;
	}
	return c == columns || (!any && c->shown);
}

static long number_of(
    struct request *r, const char *name, long max, long fallback)
{
	long n = fallback;

	if (!text_to_long(request_query(r, name, ""), 1, max, &n))
		return fallback;
	return n;
}

static void read_filter(struct request *r, struct run_filter *f)
{
	const char *sort = request_query(r, "sort", "");

	*f = (struct run_filter){
		.device = chosen(r, "device"),
		.job = chosen(r, "job"),
		.trigger = chosen(r, "trigger"),
		.state = chosen(r, "state"),
		.actor = chosen(r, "actor"),
		.before = chosen(r, "before"),
	};
	for (size_t i = 0; i < COUNT(columns); i++) {
		if (columns[i].sort != RUN_SORTS &&
		    strcmp(sort + (*sort == '-'), columns[i].name) == 0) {
			f->sort = columns[i].sort;
			f->down = *sort == '-';
		}
	}
	if (f->sort != RUN_SORT_TIME)
		f->before = NULL;
}

/* --- the table ----------------------------------------------------------- */

static struct jv job_names(struct arena *a)
{
	struct jv list = jv_list(a, JOB_COUNT);

	for (int i = 0; i < JOB_COUNT; i++)
		jv_list_append(a, list, jv_text(job_get((enum job_id)i)->name));
	return list;
}

static void add_filter(struct request *r, struct jv list, const char *name,
    const char *label, struct jv options)
{
	struct arena *a = r->arena;
	struct jv v = jv_dict(a, 4);

	jv_dict_set(a, v, "name", jv_text(name));
	jv_dict_set(a, v, "label", jv_text(label));
	jv_dict_set(a, v, "value", jv_text(request_query(r, name, "")));
	jv_dict_set(a, v, "options", options);
	jv_list_append(a, list, v);
}

static struct jv filters_view(struct request *r)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, 5);

	add_filter(r, list, "device", "Device", jv_none());
	add_filter(r, list, "state", "State", view_words(a, run_state_words));
	add_filter(r, list, "job", "Job", job_names(a));
	add_filter(
	    r, list, "trigger", "Trigger", view_words(a, run_trigger_words));
	add_filter(r, list, "actor", "By", jv_none());
	return list;
}

static struct jv column_view(
    struct request *r, const struct column *c, const struct run_filter *f)
{
	struct jv v = jv_dict(r->arena, 5);
	bool current = c->sort == f->sort;
	bool up = current && !f->down && f->sort != RUN_SORT_TIME;
	const char *next =
	    up ? arena_printf(r->arena, "-%s", c->name) : c->name;

	jv_dict_set(r->arena, v, "name", jv_text(c->name));
	jv_dict_set(r->arena, v, "label", jv_text(c->label));
	jv_dict_set(r->arena, v, "aria",
	    jv_text(!current ? ""
		    : up     ? "ascending"
			     : "descending"));
	jv_dict_set(r->arena, v, "url",
	    c->sort == RUN_SORTS
		? jv_text("")
		: jv_text(query_link(r, "/runs", "sort",
		      c->sort == RUN_SORT_TIME ? NULL : next)));
	return v;
}

static void add_columns(
    struct request *r, const struct run_filter *f, struct jv view)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, COUNT(columns));
	struct jv choices = jv_list(a, COUNT(columns));

	for (size_t i = 0; i < COUNT(columns); i++) {
		bool shown = is_shown(r, &columns[i]);
		struct jv choice = jv_dict(a, 3);

		if (shown)
			jv_list_append(a, list, column_view(r, &columns[i], f));
		if (i == 0)
			continue;
		jv_dict_set(a, choice, "name", jv_text(columns[i].name));
		jv_dict_set(a, choice, "label", jv_text(columns[i].label));
		jv_dict_set(a, choice, "shown", jv_bool(shown));
		jv_list_append(a, choices, choice);
	}
	jv_dict_set(a, view, "columns", list);
	jv_dict_set(a, view, "choices", choices);
}

/* What macros filter_form and table_tools of tables.html take. */
static struct jv table_view(struct request *r, const struct run_filter *f)
{
	static const char *const kept[] = { "sort", "size", "col", NULL };
	struct arena *a = r->arena;
	struct jv view = jv_dict(a, 20);

	add_columns(r, f, view);
	jv_dict_set(a, view, "filters", filters_view(r));
	jv_dict_set(a, view, "filtered",
	    jv_bool(f->device || f->job || f->trigger || f->state || f->actor));
	jv_dict_set(a, view, "kept", query_fields(r, kept, NULL));
	jv_dict_set(a, view, "unkept", query_fields(r, NULL, "col"));
	jv_dict_set(a, view, "path", jv_text("/runs"));
	jv_dict_set(a, view, "kind", jv_text("runs"));
	jv_dict_set(a, view, "query", jv_text(query_text(r, "before")));
	jv_dict_set(
	    a, view, "csv", jv_text(query_link(r, "/runs.csv", "size", NULL)));
	jv_dict_set(a, view, "json",
	    jv_text(query_link(r, "/runs.json", "size", NULL)));
	jv_dict_set(a, view, "views", saved_views_of(r, "runs"));
	return view;
}

struct links {
	const char *older, *newest;
};

/* One more than a page was asked for: it tells that there is more. */
static struct links page_links(
    struct request *r, const struct run_filter *f, json_t *runs, size_t size)
{
	struct links l = { "", "" };
	bool more = json_array_size(runs) > size;
	long page = (long)(f->skip / size) + 1;

	if (f->before || f->skip)
		l.newest = query_link(r, "/runs", "before", NULL);
	if (!more)
		return l;
	json_array_remove(runs, size);
	if (f->sort == RUN_SORT_TIME)
		l.older = query_link(r, "/runs", "before",
		    json_text(json_array_get(runs, size - 1), "id", ""));
	else
		l.older = query_link(r, "/runs", "page",
		    arena_printf(r->arena, "%ld", page + 1));
	return l;
}

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	size_t size = (size_t)number_of(r, "size", 250, DEFAULT_SIZE);
	struct jv ctx = jv_dict(r->arena, 8);
	struct run_filter f;
	struct links links;
	json_t *runs = NULL;
	enum err_code rc;

	read_filter(r, &f);
	f.limit = size + 1;
	if (f.sort != RUN_SORT_TIME)
		f.skip = ((size_t)number_of(r, "page", 100000, 1) - 1) * size;
	rc = run_index_list(r->web->runs, &f, &runs, e);
	if (rc != ERR_OK)
		return rc;
	links = page_links(r, &f, runs, size);
	jv_dict_set(r->arena, ctx, "table", table_view(r, &f));
	jv_dict_set(r->arena, ctx, "runs", view_runs(r->arena, runs));
	jv_dict_set(r->arena, ctx, "older", jv_text(links.older));
	jv_dict_set(r->arena, ctx, "newest", jv_text(links.newest));
	rc = response_page(r, out, 200, "runs.html", ctx, e);
	json_decref(runs);
	return rc;
}

/* --- files --------------------------------------------------------------- */

static const char *cell_text(
    struct arena *a, const json_t *run, const struct column *c)
{
	const json_t *devices = json_object_get(run, "devices");
	const char *all = "";
	json_t *device;
	size_t i;

	if (c->member)
		return json_text(run, c->member, "");
	json_array_foreach(devices, i, device)
	{
		all = arena_printf(a, "%s%s%s", all, i ? ", " : "",
		    json_text(device, "name", ""));
	}
	return all;
}

static void write_csv(struct request *r, const json_t *runs, struct buf *out)
{
	const struct column *last = columns;
	json_t *run;
	size_t i;

	for (size_t c = 0; c < COUNT(columns); c++)
		last = is_shown(r, &columns[c]) ? &columns[c] : last;
	for (const struct column *c = columns; c <= last; c++) {
		if (is_shown(r, c))
			csv_add(out, c->name, c == last ? "\r\n" : ",");
	}
	json_array_foreach(runs, i, run)
	{
		for (const struct column *c = columns; c <= last; c++) {
			if (is_shown(r, c))
				csv_add(out, cell_text(r->arena, run, c),
				    c == last ? "\r\n" : ",");
		}
	}
}

static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	struct buf text = BUF_INIT(EXPORT_MAX);
	bool csv = text_ends_with(r->path, ".csv");
	struct run_filter f;
	json_t *runs = NULL, *all;
	enum err_code rc;

	read_filter(r, &f);
	f.limit = RUN_LIST_MAX;
	rc = run_index_list(r->web->runs, &f, &runs, e);
	if (rc != ERR_OK)
		return rc;
	all = json_pack("{s:O}", "items", runs);
	if (!all)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else if (csv)
		write_csv(r, runs, &text);
	else
		rc = json_write(all, &text, e);
	if (rc == ERR_OK)
		rc = record_export_send(out, r->arena, "runs", csv, &text, e);
	json_decref(all);
	json_decref(runs);
	buf_release(&text);
	return rc;
}

/* --- many at once -------------------------------------------------------- */

static enum err_code cancel_post(
    struct request *r, struct response *out, struct err *e)
{
	size_t asked = 0, refused = 0;

	for (size_t i = 0; i < r->n_form; i++) {
		struct err why = ERR_INIT;

		if (strcmp(r->form_pairs[i].name, "row") != 0)
			continue;
		asked++;
		if (runs_cancel(r->app, &r->actor, r->form_pairs[i].value,
			&why) != ERR_OK)
			refused++;
	}
	if (asked == 0)
		return request_refuse(
		    r, 422, e, "Nothing is ticked. Tick runs of the table.");
	response_flash(r, out, refused ? "attention" : "good",
	    arena_printf(r->arena, "%zu of %zu runs were asked to stop%s",
		asked - refused, asked,
		refused ? "; the others have ended." : "."));
	return response_redirect(
	    r, out, query_link(r, "/runs", "before", NULL));
}

static const struct route routes[] = {
	PAGE_GET("/runs", MAY_VIEW, list_page),
	PAGE_GET("/runs.csv", MAY_VIEW, export_page),
	PAGE_GET("/runs.json", MAY_VIEW, export_page),
	PAGE_POST("/runs/cancel", MAY_RUN, cancel_post),
};

const struct route_table pages_runs_routes = { routes, COUNT(routes) };
