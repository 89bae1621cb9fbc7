/* /runs: the table of runs, newest first, filtered by the query. */
#include "web/pages/pages.h"

#include "app/runs.h"
#include "base/json.h"
#include "domain/job.h"
#include "web/pages/record_table.h"
#include "web/web.h"

#include <string.h>

#define PAGE_SIZE 50

static struct jv job_names(struct arena *a)
{
	struct jv list = jv_list(a, JOB_COUNT);

	for (int i = 0; i < JOB_COUNT; i++)
		jv_list_append(a, list, jv_text(job_get((enum job_id)i)->name));
	return list;
}

/* NULL: any */
static const char *chosen(struct request *r, const char *name)
{
	const char *value = request_query(r, name, "");

	return *value ? value : NULL;
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
	struct jv list = jv_list(a, 4);

	add_filter(r, list, "state", "State", view_words(a, run_state_words));
	add_filter(r, list, "job", "Job", job_names(a));
	add_filter(
	    r, list, "trigger", "Trigger", view_words(a, run_trigger_words));
	return list;
}

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	struct run_filter filter = {
		.device = chosen(r, "device"),
		.job = chosen(r, "job"),
		.trigger = chosen(r, "trigger"),
		.state = chosen(r, "state"),
		.actor = chosen(r, "actor"),
		.before = chosen(r, "before"),
		.limit = PAGE_SIZE + 1,
	};
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12);
	const char *older = "";
	json_t *runs = NULL;
	enum err_code rc;

	rc = run_index_list(r->web->runs, &filter, &runs, e);
	if (rc != ERR_OK)
		return rc;
	if (json_array_size(runs) > PAGE_SIZE) {
		json_array_remove(runs, PAGE_SIZE);
		older = query_link(r, "/runs", "before",
		    json_text(json_array_get(runs, PAGE_SIZE - 1), "id", ""));
	}
	jv_dict_set(a, ctx, "runs", view_runs(a, runs));
	jv_dict_set(a, ctx, "filters", filters_view(r));
	jv_dict_set(a, ctx, "filtered",
	    jv_bool(filter.device || filter.job || filter.trigger ||
		    filter.state || filter.actor));
	jv_dict_set(a, ctx, "device", jv_text(request_query(r, "device", "")));
	jv_dict_set(a, ctx, "who", jv_text(request_query(r, "actor", "")));
	jv_dict_set(a, ctx, "older", jv_text(older));
	jv_dict_set(a, ctx, "newest",
	    filter.before ? jv_text(query_link(r, "/runs", "before", NULL))
			  : jv_text(""));
	rc = response_page(r, out, 200, "runs.html", ctx, e);
	json_decref(runs);
	return rc;
}

static const struct route routes[] = {
	PAGE_GET("/runs", MAY_VIEW, list_page),
};

const struct route_table pages_runs_routes = { routes, COUNT(routes) };
