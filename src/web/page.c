#include "web/page.h"

#include "base/clock.h"
#include "jinja/jinja.h"
#include "web/flash.h"
#include "web/response.h"
#include "web/web.h"

#include <string.h>

static struct jv actor_of(struct request *r)
{
	struct jv actor = jv_dict(r->arena, 3);

	jv_dict_set(r->arena, actor, "name", jv_text(r->actor.name));
	jv_dict_set(
	    r->arena, actor, "role", jv_text(access_role_word(r->actor.role)));
	jv_dict_set(
	    r->arena, actor, "session", jv_bool(r->auth == AUTH_SESSION));
	return actor;
}

static struct jv permissions_of(struct request *r)
{
	static const struct {
		const char *name;
		enum permission permission;
	} words[] = {
		{ "view", MAY_VIEW },
		{ "run", MAY_RUN },
		{ "edit", MAY_EDIT },
		{ "approve", MAY_APPROVE },
		{ "admin", MAY_ADMIN },
	};
	size_t n = sizeof(words) / sizeof(words[0]);
	struct jv may = jv_dict(r->arena, n);

	for (size_t i = 0; i < n; i++)
		jv_dict_set(r->arena, may, words[i].name,
		    jv_bool(access_allows(r->actor.role, words[i].permission)));
	return may;
}

/* The first segment of the path: "devices"; "dashboard" for "/". */
static struct jv section_of(const char *path)
{
	size_t len = strcspn(path + 1, "/");

	return len ? jv_textn(path + 1, len) : jv_text("dashboard");
}

static void add_frame(
    struct request *r, struct response *out, struct jv context)
{
	struct arena *a = r->arena;
	char now[CLOCK_TEXT_SIZE];
	const char *path = r->path ? r->path : "/";
	struct jv ignored;

	clock_format_utc(clock_wall_ms(), now);
	jv_dict_set(a, context, "site_name",
	    jv_text(record_text(
		snapshot_settings(r->snapshot), SETTINGS_SITE_NAME)));
	jv_dict_set(a, context, "actor", actor_of(r));
	jv_dict_set(a, context, "may", permissions_of(r));
	jv_dict_set(
	    a, context, "csrf", jv_text(r->csrf_token ? r->csrf_token : ""));
	jv_dict_set(a, context, "path", jv_text(path));
	jv_dict_set(a, context, "flash", flash_take(r, out));
	jv_dict_set(a, context, "now", jv_copy_text(a, now));
	if (!jv_dict_get(context, "nav", &ignored))
		jv_dict_set(a, context, "nav", section_of(path));
}

/* What went wrong inside a template is no matter of the client's: whatever
 * its code was, the answer is a 500, and the reason is for the log. */
static enum err_code fail(const struct err *why, struct err *e)
{
	err_set(e, ERR_SYSTEM, "the page could not be made");
	err_detail(e, "%s", why->message);
	return ERR_SYSTEM;
}

enum err_code response_page(struct request *r, struct response *out, int status,
    const char *template_name, struct jv context, struct err *e)
{
	struct jinja_template *template = NULL;
	struct err why = ERR_INIT;
	enum err_code rc;

	add_frame(r, out, context);
	if (arena_failed(r->arena))
		return err_set(e, ERR_SYSTEM, "the page needs too much memory");
	if (jinja_load(r->web->pages, template_name, &template, &why) != ERR_OK)
		return fail(&why, e);
	out->status = status;
	out->content_type = "text/html; charset=utf-8";
	rc = jinja_render(template, r->arena, context, &out->body, &why);
	jinja_template_unref(template);
	if (rc != ERR_OK)
		return fail(&why, e);
	return buf_check(&out->body, "the page", e);
}
