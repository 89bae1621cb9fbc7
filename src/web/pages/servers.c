/*
 * /servers/{id}: one bare-metal server, with its progress, and what may be
 * asked of it.
 */
#include "web/pages/pages.h"

#include "base/json.h"
#include "web/pages/form_view.h"
#include "web/pages/server_view.h"
#include "web/server_form.h"
#include "web/web.h"

#include <string.h>

/* --- one server ---------------------------------------------------------- */

static struct jv checks_view(
    struct arena *a, const struct baremetal_checks *checks)
{
	static const char *const badges[] = {
		[BAREMETAL_PASSES] = "succeeded",
		[BAREMETAL_FAILS] = "failed",
		[BAREMETAL_NOT_SUPPORTED] = "cancelled",
	};
	static const char *const words[] = {
		[BAREMETAL_PASSES] = "passes",
		[BAREMETAL_FAILS] = "fails",
		[BAREMETAL_NOT_SUPPORTED] = "not supported",
	};
	struct jv list = jv_list(a, checks->n);

	for (size_t i = 0; i < checks->n; i++) {
		const struct baremetal_check *c = &checks->items[i];
		struct jv v = jv_dict(a, 4);

		jv_dict_set(a, v, "interface", jv_text(c->interface));
		jv_dict_set(a, v, "badge", jv_text(badges[c->verdict]));
		jv_dict_set(a, v, "word", jv_text(words[c->verdict]));
		jv_dict_set(a, v, "reason", jv_text(c->reason));
		jv_list_append(a, list, v);
	}
	return list;
}

static enum err_code server_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 8);
	struct baremetal_checks checks = { 0 };
	struct baremetal_node node;
	struct err late = ERR_INIT;
	enum err_code rc =
	    servers_get(r->web->servers, r->capture[0], a, &node, e);

	if (rc != ERR_OK)
		return rc;
	/* the page is worth showing without it */
	if (servers_validate(r->web->servers, node.uuid, a, &checks, &late) !=
	    ERR_OK)
		jv_dict_set(a, ctx, "no_checks", jv_copy_text(a, late.message));
	jv_dict_set(a, ctx, "server", server_view(a, &node));
	jv_dict_set(a, ctx, "progress", server_progress_view(a, &node));
	jv_dict_set(a, ctx, "actions", server_actions_view(a, &node));
	jv_dict_set(a, ctx, "checks", checks_view(a, &checks));
	jv_dict_set(a, ctx, "may_provision",
	    jv_bool(
		server_state_allows(node.provision_state, SERVER_PROVISION) &&
		!node.maintenance && !*node.instance_uuid && !node.retired));
	return response_page(r, out, 200, "server.html", ctx, e);
}

/* --- actions: asked, then confirmed -------------------------------------- */

static enum err_code find_action(
    const struct request *r, enum server_action *ret, struct err *e)
{
	if (server_action_find(r->capture[1], ret) && *ret != SERVER_PROVISION)
		return ERR_OK;
	return err_set(e, ERR_NOT_FOUND,
	    "\"%.60s\" is nothing that can be asked of a server",
	    r->capture[1]);
}

static enum err_code show_action(struct request *r, struct response *out,
    enum server_action action, struct form_view *form, int status,
    struct err *e)
{
	const struct server_action_info *info = server_action_get(action);
	struct arena *a = r->arena;
	const char *message = arena_strdup(a, status == 200 ? "" : e->message);
	struct jv ctx = jv_dict(a, 10);
	struct baremetal_node node;
	enum err_code rc;

	rc = servers_get(r->web->servers, r->capture[0], a, &node, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, ctx, "server", server_view(a, &node));
	jv_dict_set(a, ctx, "action", jv_text(info->name));
	jv_dict_set(a, ctx, "verb", jv_text(info->verb));
	jv_dict_set(a, ctx, "warning", jv_text(info->warning));
	jv_dict_set(a, ctx, "destructive", jv_bool(info->destructive));
	jv_dict_set(a, ctx, "possible",
	    jv_bool(server_state_allows(node.provision_state, action)));
	jv_dict_set(a, ctx, "fields", form_view_fields(r, form));
	jv_dict_set(a, ctx, "problems", form_view_problems(r, form, message));
	jv_dict_set(a, ctx, "once", jv_text(r->id));
	return response_page(r, out, status, "server_action.html", ctx, e);
}

static enum err_code action_page(
    struct request *r, struct response *out, struct err *e)
{
	enum server_action action = SERVER_ACTIONS;
	struct form_view form = { 0 };
	enum err_code rc = find_action(r, &action, e);

	if (rc != ERR_OK)
		return rc;
	form.schema = &server_action_get(action)->parameters;
	return show_action(r, out, action, &form, 200, e);
}

static enum err_code ask(struct request *r, enum server_action action,
    struct schema_errors *errors, json_t **ret, struct err *e)
{
	const struct server_action_info *info = server_action_get(action);
	const char *once = request_form(r, "once", "");
	json_t *object = request_form_object(r, &info->parameters, errors);
	struct server_wish wish;
	enum err_code rc;

	if (!object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = schema_errors_check(errors, e);
	if (rc == ERR_OK)
		rc = server_form_read(
		    action, object, r->capture[0], &wish, errors, e);
	if (rc == ERR_OK) {
		wish.key = *once ? once : NULL;
		rc = servers_ask(
		    r->web->servers, &r->actor, &wish, errors, ret, e);
	}
	json_decref(object);
	return rc;
}

static enum err_code action_post(
    struct request *r, struct response *out, struct err *e)
{
	enum server_action action = SERVER_ACTIONS;
	struct schema_errors errors = { 0 };
	struct form_view form = { .submitted = true, .errors = &errors };
	json_t *answer = NULL;
	enum err_code rc = find_action(r, &action, e);

	if (rc != ERR_OK)
		return rc;
	form.schema = &server_action_get(action)->parameters;
	rc = ask(r, action, &errors, &answer, e);
	if (rc == ERR_OK) {
		response_flash(r, out, "good",
		    arena_strdup(r->arena, json_text(answer, "message", "")));
		rc = view_redirect(r, out, e, "/servers/%s",
		    json_text(answer, "server_id", ""));
		json_decref(answer);
		return rc;
	}
	if (!form_view_shows(rc))
		return rc;
	return show_action(r, out, action, &form, form_view_status(rc), e);
}

static const struct route routes[] = {
	PAGE_GET("/servers/{id}", MAY_VIEW, server_page),
	PAGE_GET("/servers/{id}/{action}", MAY_RUN, action_page),
	PAGE_POST_FIELDS(
	    "/servers/{id}/{action}", MAY_RUN, action_post, BODY_FORM),
};

const struct route_table pages_servers_routes = { routes, COUNT(routes) };
