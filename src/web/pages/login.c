/*
 * Signing in and out.
 *
 *   /login              GET: the form; POST: user, password, next
 *   /logout             POST: ends this session
 *   /logout/everywhere  POST: voids all sessions of this user up to now
 *
 * An unknown user and a wrong password get the same words after about the
 * same time.  Passwords are never logged, and neither are the names of failed
 * attempts: people type their password there.
 */
#include "web/pages/login.h"

#include "app/inventory.h"
#include "base/clock.h"
#include "base/log.h"
#include "web/session.h"
#include "web/throttle.h"
#include "web/web.h"

#include <string.h>

#define MAX_PASSWORD 1024

/* Only a path of this site: "//host" and "/\host" lead elsewhere. */
static const char *safe_next(const char *next)
{
	if (next[0] != '/' || next[1] == '/' || next[1] == '\\' ||
	    strlen(next) > 2048)
		return "/";
	return next;
}

static enum err_code show_form(struct request *r, struct response *out,
    int status, const char *error, struct err *e)
{
	struct jv context = jv_dict(r->arena, 8);
	bool posted = r->method == METHOD_POST;
	const char *next = posted ? request_form(r, "next", "/")
				  : request_query(r, "next", "/");

	jv_dict_set(r->arena, context, "next", jv_text(safe_next(next)));
	jv_dict_set(r->arena, context, "username",
	    jv_text(posted ? request_form(r, "username", "") : ""));
	jv_dict_set(r->arena, context, "error", jv_text(error));
	return response_page(r, out, status, "login.html", context, e);
}

static enum err_code get_login(
    struct request *r, struct response *out, struct err *e)
{
	if (r->actor.role != ROLE_NOBODY)
		return response_redirect(
		    r, out, safe_next(request_query(r, "next", "/")));
	return show_form(r, out, 200, NULL, e);
}

/* Takes about the same time whether or not there is such a user. */
static bool password_is_right(
    const struct web *web, const struct record *user, const char *password)
{
	const char *hash = user ? record_text(user, USER_PASSWORD) : "";
	bool matches;

	if (!*hash) {
		(void)password_matches(password, web->dummy_hash);
		return false;
	}
	matches = password_matches(password, hash);
	return matches && !record_flag(user, USER_DISABLED);
}

static enum err_code refuse_for_now(
    struct request *r, struct response *out, int64_t wait_ms, struct err *e)
{
	int seconds = (int)((wait_ms + 999) / 1000);

	response_header(
	    out, "Retry-After", arena_printf(r->arena, "%d", seconds));
	return show_form(r, out, 429,
	    arena_printf(r->arena,
		"Too many attempts. Try again in %d second%s.", seconds,
		seconds == 1 ? "" : "s"),
	    e);
}

static enum err_code post_login(
    struct request *r, struct response *out, struct err *e)
{
	const char *name = request_form(r, "username", "");
	const char *password = request_form(r, "password", "");
	const struct record *user;
	int64_t wait_ms;
	bool right;

	if (strlen(password) > MAX_PASSWORD)
		password = "";
	wait_ms = throttle_begin(
	    r->web->throttle, name, r->remote_addr, clock_mono_ms());
	if (wait_ms > 0)
		return refuse_for_now(r, out, wait_ms, e);
	user = snapshot_find(r->snapshot, KIND_USER, name);
	right = password_is_right(r->web, user, password);
	throttle_end(r->web->throttle, name, r->remote_addr, right);
	if (!right) {
		log_warning("sign-in refused address=%s", r->remote_addr);
		return show_form(
		    r, out, 403, "The user name or the password is wrong.", e);
	}
	log_info(
	    "signed in user=%s address=%s", record_key(user), r->remote_addr);
	session_start(r, out, record_key(user));
	return response_redirect(
	    r, out, safe_next(request_form(r, "next", "/")));
}

static enum err_code post_logout(
    struct request *r, struct response *out, struct err *e)
{
	enum err_code rc = session_end(r, out, e);

	if (rc != ERR_OK)
		return rc;
	log_info("signed out user=%s", r->actor.name);
	return response_redirect(r, out, "/login");
}

static enum err_code post_logout_everywhere(
    struct request *r, struct response *out, struct err *e)
{
	struct inventory_result result = { 0 };
	/* the actor's own record, and this field alone: any role may */
	struct actor self = { r->actor.name, ROLE_ADMIN, r->actor.via };
	char now[CLOCK_TEXT_SIZE];
	enum err_code rc;
	json_t *patch;

	if (r->auth == AUTH_TOKEN)
		return request_refuse(r, 403, e,
		    "a token has no sessions; revoke the token instead");
	clock_format_utc(clock_wall_ms(), now);
	patch = json_pack("{s:s}", "sessions_after", now);
	if (!patch)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = inventory_patch(r->app, &self,
	    &(struct inventory_change){ .kind = kind_get(KIND_USER),
		.key = r->actor.name,
		.object = patch },
	    &result, e);
	json_decref(patch);
	inventory_result_release(&result);
	if (rc != ERR_OK)
		return rc;
	rc = session_end(r, out, e);
	if (rc != ERR_OK)
		return rc;
	log_info("signed out everywhere user=%s", r->actor.name);
	return response_redirect(r, out, "/login");
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/login",
	    .surface = SURFACE_OPEN,
	    .permission = MAY_NOTHING,
	    .handler = get_login },
	{ .method = METHOD_POST,
	    .pattern = "/login",
	    .surface = SURFACE_OPEN,
	    .permission = MAY_NOTHING,
	    .body_limit = BODY_SMALL,
	    .handler = post_login },
	{ .method = METHOD_POST,
	    .pattern = "/logout",
	    .surface = SURFACE_PAGE,
	    .permission = MAY_VIEW,
	    .body_limit = BODY_SMALL,
	    .handler = post_logout },
	{ .method = METHOD_POST,
	    .pattern = "/logout/everywhere",
	    .surface = SURFACE_PAGE,
	    .permission = MAY_VIEW,
	    .body_limit = BODY_SMALL,
	    .handler = post_logout_everywhere },
};

const struct route_table pages_login_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
