/* /settings: one's own account; for admins the portal's settings. */
#include "web/pages/pages.h"

#include "app/access.h"
#include "base/clock.h"
#include "web/pages/form_view.h"
#include "web/pages/record_edit.h"
#include "web/throttle.h"
#include "web/web.h"

#include <string.h>

#define SETTINGS_KEY "settings"

static bool is_admin(const struct request *r)
{
	return access_allows(r->actor.role, MAY_ADMIN);
}

/* form: the settings as sent, or NULL; problem: of the own account. */
static enum err_code show(struct request *r, struct response *out,
    struct form_view *form, const char *problem, int status, struct err *e)
{
	struct arena *a = r->arena;
	const struct record *settings = snapshot_settings(r->snapshot);
	const struct record *user =
	    snapshot_find(r->snapshot, KIND_USER, r->actor.name);
	struct form_view fresh = {
		.schema = &kind_get(KIND_SETTINGS)->schema,
		.record = settings,
	};
	struct jv ctx = jv_dict(a, 12);
	const char *message =
	    arena_strdup(a, form && status != 200 ? e->message : "");

	jv_dict_set(a, ctx, "user", view_record(a, user));
	jv_dict_set(a, ctx, "problem", jv_copy_text(a, problem));
	jv_dict_set(a, ctx, "token_auth", jv_bool(r->auth == AUTH_TOKEN));
	if (is_admin(r)) {
		jv_dict_set(a, ctx, "fields",
		    form_view_fields(r, form ? form : &fresh));
		jv_dict_set(a, ctx, "problems",
		    form_view_problems(r, form ? form : &fresh, message));
		jv_dict_set(a, ctx, "settings", view_record(a, settings));
	}
	return response_page(r, out, status, "settings.html", ctx, e);
}

static enum err_code settings_page(
    struct request *r, struct response *out, struct err *e)
{
	return show(r, out, NULL, "", 200, e);
}

static enum err_code settings_post(
    struct request *r, struct response *out, struct err *e)
{
	struct schema_errors errors = { 0 };
	struct form_view form = {
		.schema = &kind_get(KIND_SETTINGS)->schema,
		.submitted = true,
		.errors = &errors,
	};
	json_t *object = request_form_object(r, form.schema, &errors);
	enum err_code rc;

	if (!object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = record_form_save(
	    r, KIND_SETTINGS, SETTINGS_KEY, object, &errors, e);
	json_decref(object);
	if (rc == ERR_OK) {
		response_flash(r, out, "good", "The settings were saved.");
		return view_redirect(r, out, e, "/settings");
	}
	if (!form_view_shows(rc))
		return rc;
	return show(r, out, &form, "", form_view_status(rc), e);
}

/* The current password is guessed no faster here than at the sign-in. */
static enum err_code change_password(
    struct request *r, const char *password, struct err *e)
{
	struct throttle *throttle = r->web->throttle;
	int64_t wait_ms = throttle_begin(
	    throttle, r->actor.name, r->remote_addr, clock_mono_ms());
	enum err_code rc;

	if (wait_ms > 0)
		return request_refuse(r, 429, e,
		    "too many attempts; try again in %d second%s. Nothing was "
		    "changed",
		    (int)((wait_ms + 999) / 1000), wait_ms <= 1000 ? "" : "s");
	rc = access_change_own_password(
	    r->app, &r->actor, request_form(r, "current", ""), password, e);
	throttle_end(throttle, r->actor.name, r->remote_addr, rc == ERR_OK);
	return rc;
}

static enum err_code password_post(
    struct request *r, struct response *out, struct err *e)
{
	const char *password = request_form(r, "password", "");
	enum err_code rc = ERR_OK;

	if (strcmp(password, request_form(r, "repeated", "")) != 0)
		rc = err_set(e, ERR_INVALID,
		    "the two new passwords differ; nothing was changed");
	if (rc == ERR_OK)
		rc = change_password(r, password, e);
	if (rc == ERR_OK) {
		response_flash(r, out, "good",
		    "The password was changed. Sign in with the new one.");
		return view_redirect(r, out, e, "/login");
	}
	if (!form_view_shows(rc) || r->problem.status == 429)
		return rc;
	return show(r, out, NULL, arena_strdup(r->arena, e->message),
	    form_view_status(rc), e);
}

static const struct route routes[] = {
	PAGE_GET("/settings", MAY_VIEW, settings_page),
	PAGE_POST_FIELDS("/settings", MAY_ADMIN, settings_post, BODY_FORM),
	PAGE_POST("/settings/password", MAY_VIEW, password_post),
};

const struct route_table pages_settings_routes = { routes, COUNT(routes) };
