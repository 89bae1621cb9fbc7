/* /settings/tokens: API tokens; a new one is shown once, on the answer to the
 * form that made it. */
#include "web/pages/pages.h"

#include "app/access.h"
#include "base/clock.h"
#include "web/pages/form_view.h"

#include <string.h>

static bool has_expired(const struct record *token)
{
	const char *text = record_text(token, TOKEN_EXPIRES_AT);
	int64_t at;

	return *text && clock_parse_utc(text, &at) && clock_wall_ms() >= at;
}

static struct jv tokens_view(struct request *r, const struct snapshot *s)
{
	struct arena *a = r->arena;
	size_t n;
	const struct record *const *all = snapshot_all(s, KIND_TOKEN, &n);
	struct jv list = jv_list(a, n);

	for (size_t i = 0; i < n; i++) {
		struct jv v = jv_dict(a, 2);

		jv_dict_set(a, v, "record", view_record(a, all[i]));
		jv_dict_set(a, v, "expired", jv_bool(has_expired(all[i])));
		jv_list_append(a, list, v);
	}
	return list;
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
	enum err_code rc;

	/* A token that was just made is in the list too. */
	rc = snapshots_current(r->app->snapshots, &newest, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, ctx, "tokens", tokens_view(r, newest));
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
	PAGE_POST_FIELDS(
	    "/settings/tokens", MAY_ADMIN, tokens_post, BODY_FORM),
	PAGE_POST("/settings/tokens/{name}/revoke", MAY_ADMIN, revoke_post),
};

const struct route_table pages_tokens_routes = { routes, COUNT(routes) };
