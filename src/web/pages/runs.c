/*
 * /runs: the table of runs, newest first unless the query orders it otherwise,
 * and as a file.
 */
#include "web/pages/run_table.h"

#include "base/json.h"
#include "web/pages/pages.h"
#include "web/pages/record_export.h"
#include "web/web.h"

#include <string.h>

/* A file of so many is some 20 MB. */
#define EXPORT_MAX_RUNS 100000

#define LIST(...) ((const int[]){ __VA_ARGS__, -1 })

static const char *key_of(const void *row)
{
	return run_field_text(row, RUN_FIELD_ID);
}

static const struct record_table_source source = {
	.name = "runs",
	.schema = &run_fields,
	.key = key_of,
	.text = run_field_text,
	.count = run_field_count,
	.item = run_field_item,
};

const struct record_table_spec run_table_spec = {
	.kind = KIND_NONE,
	.columns = LIST(RUN_FIELD_JOB, RUN_FIELD_DEVICE, RUN_FIELD_STATE,
	    RUN_FIELD_RESULT, RUN_FIELD_TRIGGER, RUN_FIELD_ACTOR,
	    RUN_FIELD_TIME),
	.search = run_fields_search,
	.filters = LIST(RUN_FIELD_DEVICE, RUN_FIELD_STATE, RUN_FIELD_JOB,
	    RUN_FIELD_TRIGGER, RUN_FIELD_ACTOR),
	.order = "-time",
	.source = &source,
};

/* --- choosing ------------------------------------------------------------ */

static enum err_code check_number(struct request *r,
    const struct run_selection *s, size_t most, struct err *e)
{
	if (s->total <= most)
		return ERR_OK;
	return request_refuse(r, 422, e,
	    "%zu runs match, and at most %zu can be taken at once. Choose "
	    "fewer, by a filter or by ticking them.",
	    s->total, most);
}

enum err_code run_table_select(struct request *r,
    enum record_table_extent extent, size_t most, struct record_table *ret,
    struct run_selection *ret_hold, struct err *e)
{
	struct record_table_order order =
	    record_table_order(r, &run_table_spec);
	struct run_query query = { .sort = (enum run_field)order.field,
		.down = order.down };
	const char *before = request_query(r, "before", "");
	const struct request_pair *all;
	struct run_selection hold;
	struct row_filter filter;
	struct record_table t;
	enum err_code rc;
	size_t n;

	record_table_frame(r, &run_table_spec, &t);
	run_fields_filter(&filter);
	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++)
		(void)row_filter_add(&filter, all[i].name, all[i].value);
	query.filter = &filter;
	query.before = *before ? before : NULL;
	query.first = extent == RECORD_TABLE_PAGE ? t.first : 0;
	query.limit = extent == RECORD_TABLE_PAGE ? t.size : most;
	rc = run_index_select(r->web->runs, &query, &hold, e);
	if (rc != ERR_OK)
		return rc;
	if (extent == RECORD_TABLE_ALL &&
	    (rc = check_number(r, &hold, most, e)) != ERR_OK) {
		run_selection_release(&hold);
		return rc;
	}
	/* an array of pointers to entries is one of pointers */
	t.rows = (const void **)hold.rows;
	t.base = t.first = hold.first;
	t.n = hold.total;
	t.n_all = hold.n_all;
	*ret = t;
	*ret_hold = hold;
	return ERR_OK;
}

/* --- the page ------------------------------------------------------------ */

/* The runs of the page by id; their documents go into `keep`. */
static struct jv runs_view(
    struct arena *a, const struct run_selection *s, json_t *keep)
{
	struct jv all = jv_dict(a, s->n);

	for (size_t i = 0; i < s->n; i++) {
		json_t *doc = run_entry_json(s->rows[i]);

		if (json_array_append_new(keep, doc) == 0)
			jv_dict_set(a, all, s->rows[i]->id, view_run(a, doc));
	}
	return all;
}

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 8);
	struct run_selection hold;
	struct record_table t;
	json_t *keep;
	enum err_code rc =
	    run_table_select(r, RECORD_TABLE_PAGE, 0, &t, &hold, e);

	if (rc != ERR_OK)
		return rc;
	keep = json_array();
	jv_dict_set(
	    r->arena, ctx, "table", record_table_view(r, &run_table_spec, &t));
	jv_dict_set(r->arena, ctx, "runs", runs_view(r->arena, &hold, keep));
	jv_dict_set(r->arena, ctx, "actions", run_bulk_actions(r));
	rc = response_page(r, out, 200, "runs.html", ctx, e);
	run_selection_release(&hold);
	json_decref(keep);
	return rc;
}

static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	struct run_selection hold;
	struct record_table t;
	enum err_code rc = run_table_select(
	    r, RECORD_TABLE_ALL, EXPORT_MAX_RUNS, &t, &hold, e);

	if (rc != ERR_OK)
		return rc;
	rc = record_export_table(r, out, &run_table_spec, &t, e);
	run_selection_release(&hold);
	return rc;
}

static const struct route routes[] = {
	PAGE_GET("/runs", MAY_VIEW, list_page),
	PAGE_GET("/runs.csv", MAY_VIEW, export_page),
	PAGE_GET("/runs.json", MAY_VIEW, export_page),
};

const struct route_table pages_runs_routes = { routes, COUNT(routes) };
