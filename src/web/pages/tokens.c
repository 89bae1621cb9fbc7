/* /settings/tokens: API tokens; a new one is shown once, on the answer to the
 * form that made it. */
#include "web/pages/pages.h"

#include "app/access.h"
#include "base/clock.h"
#include "web/pages/form_view.h"
#include "web/pages/record_export.h"

#include <string.h>

static bool has_expired(const struct record *token)
{
	const char *text = record_text(token, TOKEN_EXPIRES_AT);
	int64_t at;

	return *text && clock_parse_utc(text, &at) && clock_wall_ms() >= at;
}

/* A token that was just made is in the table too: of the newest snapshot. */
static enum err_code select_tokens(struct request *r,
    const struct snapshot *newest, struct record_table *ret, struct err *e)
{
	struct record_table_rows rows;

	rows.list =
	    (const void *const *)snapshot_all(newest, KIND_TOKEN, &rows.n);
	return record_table_select_of(r, record_table_spec_of(KIND_TOKEN),
	    &rows, RECORD_TABLE_PAGE, ret, e);
}

/* By name: has it expired? */
static struct jv expired_view(struct request *r, const struct record_table *t)
{
	struct jv all = jv_dict(r->arena, t->size);

	for (size_t i = t->first; i < t->n && i < t->first + t->size; i++)
		jv_dict_set(r->arena, all, record_key(t->rows[i]),
		    jv_bool(has_expired(t->rows[i])));
	return all;
}

struct shown {
	const char *token; /* just made, or "" */
	const char *message;
	int status;
};

static enum err_code show(struct request *r, struct response *out,
    const struct form_view *form, const struct shown *what, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12);
	const struct snapshot *newest;
	struct record_table t;
	enum err_code rc = snapshots_current(r->app->snapshots, &newest, e);

	if (rc != ERR_OK)
		return rc;
	rc = select_tokens(r, newest, &t, e);
	if (rc != ERR_OK) {
		snapshot_unref(newest);
		return rc;
	}
	jv_dict_set(a, ctx, "table",
	    record_table_view(r, record_table_spec_of(KIND_TOKEN), &t));
	jv_dict_set(a, ctx, "expired", expired_view(r, &t));
	jv_dict_set(a, ctx, "token", jv_text(what->token));
	jv_dict_set(a, ctx, "fields", form_view_fields(r, form));
	jv_dict_set(
	    a, ctx, "problems", form_view_problems(r, form, what->message));
	rc = response_page(r, out, what->status, "tokens.html", ctx, e);
	snapshot_unref(newest);
	return rc;
}

static enum err_code tokens_page(
    struct request *r, struct response *out, struct err *e)
{
	struct form_view form = { .schema = &kind_get(KIND_TOKEN)->schema };

	return show(r, out, &form, &(struct shown){ "", "", 200 }, e);
}

static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	return record_export(r, out, record_table_spec_of(KIND_TOKEN), e);
}

static enum err_code tokens_post(
    struct request *r, struct response *out, struct err *e)
{
	struct schema_errors errors = { 0 };
	struct form_view form = {
		.schema = &kind_get(KIND_TOKEN)->schema,
		.submitted = true,
		.errors = &errors,
	};
	struct form_view fresh = { .schema = form.schema };
	struct shown what = { "", "", 200 };
	char *token = arena_zalloc(r->arena, ACCESS_TOKEN_SIZE);
	json_t *spec = request_form_object(r, form.schema, &errors);
	enum err_code rc;

	if (!spec || !token) {
		json_decref(spec);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	rc = schema_errors_check(&errors, e);
	if (rc == ERR_OK)
		rc = access_create_token(
		    r->app, &r->actor, spec, token, &errors, e);
	json_decref(spec);
	if (rc == ERR_OK) {
		what.token = token;
		return show(r, out, &fresh, &what, e);
	}
	if (!form_view_shows(rc))
		return rc;
	what.message = arena_strdup(r->arena, e->message);
	what.status = form_view_status(rc);
	return show(r, out, &form, &what, e);
}

static enum err_code revoke_post(
    struct request *r, struct response *out, struct err *e)
{
	const char *name = r->capture[0];
	enum err_code rc = access_revoke_token(r->app, &r->actor, name, e);

	if (rc != ERR_OK)
		return rc;
	response_flash(r, out, "good",
	    arena_printf(r->arena,
		"The token %s was revoked; it opens nothing any more.", name));
	return view_redirect(r, out, e, "/settings/tokens");
}

static const struct route routes[] = {
	PAGE_GET("/settings/tokens", MAY_ADMIN, tokens_page),
	PAGE_GET("/settings/tokens.csv", MAY_ADMIN, export_page),
	PAGE_GET("/settings/tokens.json", MAY_ADMIN, export_page),
	PAGE_POST_FIELDS("/settings/tokens", MAY_ADMIN, tokens_post, BODY_FORM),
	PAGE_POST("/settings/tokens/{name}/revoke", MAY_ADMIN, revoke_post),
};

const struct route_table pages_tokens_routes = { routes, COUNT(routes) };
