/*
 * /import: a file's text is shown as it would be taken, row by row, and taken
 * when someone says so; /export: the links to what can be had.
 */
#include "web/pages/pages.h"

#include "base/json.h"
#include "web/pages/form_view.h"
#include "web/pages/view.h"
#include "web/transfer_options.h"

#include <string.h>

#define SHOWN_ROWS 500

static struct jv kinds_view(struct request *r)
{
	struct jv list = jv_list(r->arena, KIND_COUNT);

	for (int i = 1; i < KIND_COUNT; i++) {
		const struct kind *kind = kind_get((enum kind_id)i);
		struct jv v;

		if (!kind->library)
			continue;
		v = jv_dict(r->arena, 2);
		jv_dict_set(r->arena, v, "plural", jv_text(kind->plural));
		jv_dict_set(r->arena, v, "title", jv_text(kind->title));
		jv_list_append(r->arena, list, v);
	}
	return list;
}

/* Wrong rows come first: they are what is to be mended. */
static void keep_some_rows(json_t *report)
{
	json_t *rows = json_object_get(report, "rows"), *row;
	json_t *kept = json_array();
	size_t i;

	for (int wrong = 1; wrong >= 0; wrong--) {
		json_array_foreach(rows, i, row)
		{
			bool is_wrong = json_object_get(row, "errors") != NULL;

			if (is_wrong == (wrong == 1) &&
			    json_array_size(kept) < SHOWN_ROWS)
				json_array_append(kept, row);
		}
	}
	json_object_set_new(report, "rows", kept);
}

static enum err_code show(struct request *r, struct response *out, int status,
    json_t *report, const char *problem, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12), form = jv_dict(a, 8);

	jv_dict_set(a, form, "kind",
	    jv_text(
		request_form(r, "kind", request_query(r, "kind", "devices"))));
	jv_dict_set(
	    a, form, "format", jv_text(request_form(r, "format", "csv")));
	jv_dict_set(a, form, "area", jv_text(request_form(r, "area", "")));
	jv_dict_set(a, form, "status", jv_text(request_form(r, "status", "")));
	jv_dict_set(a, form, "create_missing",
	    jv_bool(*request_form(r, "create_missing", "")));
	jv_dict_set(a, form, "move", jv_bool(*request_form(r, "move", "")));
	jv_dict_set(a, form, "text", jv_text(request_form(r, "text", "")));
	jv_dict_set(a, ctx, "form", form);
	jv_dict_set(a, ctx, "kinds", kinds_view(r));
	jv_dict_set(a, ctx, "formats", view_words(a, transfer_format_words));
	jv_dict_set(a, ctx, "statuses", view_words(a, device_status_words));
	jv_dict_set(a, ctx, "problem", jv_copy_text(a, problem));
	if (report) {
		keep_some_rows(report);
		jv_dict_set(a, ctx, "report", jv_from_json(a, report));
	}
	return response_page(r, out, status, "import.html", ctx, e);
}

static enum err_code import_page(
    struct request *r, struct response *out, struct err *e)
{
	return show(r, out, 200, NULL, "", e);
}

static enum err_code import_post(
    struct request *r, struct response *out, struct err *e)
{
	const char *text = request_form(r, "text", "");
	bool save = strcmp(request_form(r, "do", ""), "save") == 0;
	struct transfer_options o;
	json_t *report = NULL;
	enum err_code rc;

	rc = transfer_options_read(
	    r, request_form, request_form(r, "kind", ""), &o, e);
	o.dry_run = !save;
	if (rc == ERR_OK)
		rc = transfer_import(
		    r->app, &r->actor, &o, text, strlen(text), &report, e);
	if (rc == ERR_OK && json_flag(report, "saved", false)) {
		response_flash(r, out, "good",
		    arena_printf(r->arena,
			"Imported: %lld created, %lld updated, %lld moved.",
			(long long)json_number(report, "created", 0),
			(long long)json_number(report, "updated", 0),
			(long long)json_number(report, "moved", 0)));
		rc = view_redirect(r, out, e, "/%s", o.kind->plural);
	} else if (rc == ERR_OK) {
		bool wrong = json_number(report, "wrong", 0) > 0;

		rc = show(r, out, wrong ? 422 : 200, report, "", e);
	} else if (form_view_shows(rc) && rc != ERR_DENIED) {
		rc = show(r, out, form_view_status(rc), NULL,
		    arena_strdup(r->arena, e->message), e);
	}
	json_decref(report);
	return rc;
}

static const struct route routes[] = {
	PAGE_GET("/import", MAY_EDIT, import_page),
	PAGE_POST_LIMIT("/import", MAY_EDIT, import_post, BODY_CONFIG),
};

const struct route_table pages_transfer_routes = { routes, COUNT(routes) };
