/*
 * /servers/provision: which server, which image, what cloud-init gets; then
 * what that means, to be confirmed; then it is asked for.
 */
#include "web/pages/server_provision.h"

#include "base/json.h"
#include "web/pages/form_view.h"
#include "web/pages/pages.h"
#include "web/pages/server_view.h"
#include "web/server_form.h"
#include "web/web.h"

#include <string.h>

/* What the form asks: the action's own parameters, with the config drive in
 * the two parts that people write. */
static const struct field fields[] = {
	{ .name = "server_id",
	    .label = "Server",
	    .type = FIELD_TEXT,
	    .help = "Name or UUID; empty: any that is available and matches." },
	{ .name = "resource_class",
	    .label = "Resource class",
	    .type = FIELD_TEXT,
	    .max_len = 80,
	    .help = "Of the server to choose; empty: any class." },
	{ .name = "traits",
	    .label = "Traits",
	    .type = FIELD_LABELS,
	    .max_len = 50,
	    .help = "What the server to choose must have, separated by "
		    "commas." },
	{ .name = "image_id",
	    .label = "Image",
	    .required = true,
	    .type = FIELD_TEXT,
	    .help = "One of this store's images, or the name or id of one of "
		    "Glance's." },
	{ .name = "user_data",
	    .label = "Cloud-init user data",
	    .type = FIELD_LINES,
	    .max_len = 60000,
	    .help = "Begins with #cloud-config or #!. It is not recorded." },
	{ .name = "more",
	    .label = "More of the config drive",
	    .type = FIELD_OBJECT,
	    .help = "JSON with meta_data, network_data, vendor_data." },
};
static const struct schema schema = { fields, COUNT(fields) };

#define FIRST_OF_WHAT 3 /* image_id: before it is which server */
const struct schema server_provision_what = { fields + FIRST_OF_WHAT,
	COUNT(fields) - FIRST_OF_WHAT };

json_t *server_provision_body(const json_t *form)
{
	static const char *const same[] = { "server_id", "resource_class",
		"traits", "image_id" };
	json_t *more = json_object_get(form, "more");
	json_t *drive =
	    json_is_object(more) ? json_deep_copy(more) : json_object();
	json_t *body = json_object();
	json_t *value = json_object_get(form, "user_data");

	for (size_t i = 0; i < COUNT(same); i++) {
		if (json_object_get(form, same[i]))
			json_object_set(
			    body, same[i], json_object_get(form, same[i]));
	}
	if (json_is_string(value))
		json_object_set(drive, "user_data", value);
	if (json_object_size(drive))
		json_object_set(body, "config_drive", drive);
	json_decref(drive);
	return body;
}

struct jv server_provision_images(struct request *r)
{
	const struct record *const *all;
	struct jv list;
	size_t n;

	all = snapshot_all(r->snapshot, KIND_IMAGE, &n);
	list = jv_list(r->arena, n);
	for (size_t i = 0; i < n; i++)
		jv_list_append(r->arena, list, jv_text(record_key(all[i])));
	return list;
}

static enum err_code show_form(struct request *r, struct response *out,
    struct form_view *form, int status, struct err *e)
{
	struct arena *a = r->arena;
	const char *message = arena_strdup(a, status == 200 ? "" : e->message);
	struct jv ctx = jv_dict(a, 8);

	form->schema = &schema;
	jv_dict_set(a, ctx, "nav", jv_text("servers"));
	jv_dict_set(a, ctx, "fields", form_view_fields(r, form));
	jv_dict_set(a, ctx, "problems", form_view_problems(r, form, message));
	jv_dict_set(a, ctx, "images", server_provision_images(r));
	jv_dict_set(
	    a, ctx, "configured", jv_bool(servers_configured(r->snapshot)));
	return response_page(r, out, status, "server_provision.html", ctx, e);
}

static enum err_code form_page(
    struct request *r, struct response *out, struct err *e)
{
	struct form_view form = { 0 };

	return show_form(r, out, &form, 200, e);
}

/* --- what it means, before it is done ------------------------------------ */

static struct jv hidden_view(struct request *r)
{
	struct jv list = jv_list(r->arena, COUNT(fields));

	for (size_t i = 0; i < COUNT(fields); i++) {
		struct jv v = jv_dict(r->arena, 2);

		jv_dict_set(r->arena, v, "name", jv_text(fields[i].name));
		jv_dict_set(r->arena, v, "value",
		    jv_text(request_form(r, fields[i].name, "")));
		jv_list_append(r->arena, list, v);
	}
	return list;
}

static enum err_code show_confirmation(struct request *r, struct response *out,
    const struct server_wish *wish, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 10);
	struct baremetal_node node;
	enum err_code rc = ERR_OK;

	if (wish->server_id)
		rc = servers_get(r->web->servers, wish->server_id, a, &node, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, ctx, "nav", jv_text("servers"));
	jv_dict_set(a, ctx, "server",
	    wish->server_id ? server_view(a, &node) : jv_none());
	jv_dict_set(a, ctx, "class",
	    jv_copy_text(a, wish->resource_class ? wish->resource_class : ""));
	jv_dict_set(a, ctx, "image", jv_copy_text(a, wish->image_id));
	jv_dict_set(a, ctx, "drive", jv_bool(wish->config_drive != NULL));
	jv_dict_set(a, ctx, "hidden", hidden_view(r));
	jv_dict_set(a, ctx, "once", jv_text(r->id));
	return response_page(r, out, 200, "server_confirm.html", ctx, e);
}

static enum err_code provision(struct request *r, struct response *out,
    const struct server_wish *wish, struct schema_errors *errors, struct err *e)
{
	struct baremetal_node node = { 0 };
	json_t *answer = NULL;
	enum err_code rc =
	    servers_ask(r->web->servers, &r->actor, wish, errors, &answer, e);

	if (rc != ERR_OK)
		return rc;
	node.name =
	    arena_strdup(r->arena, json_text(answer, "server_name", ""));
	node.uuid = arena_strdup(r->arena, json_text(answer, "server_id", ""));
	response_flash(r, out, "good",
	    arena_strdup(r->arena, json_text(answer, "message", "")));
	json_decref(answer);
	if (!node.name || !node.uuid)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return view_redirect(r, out, e, "%s", server_url(r->arena, &node));
}

static enum err_code provision_post(
    struct request *r, struct response *out, struct err *e)
{
	struct schema_errors errors = { 0 };
	struct form_view form = { .submitted = true, .errors = &errors };
	json_t *object = request_form_object(r, &schema, &errors), *body;
	struct server_wish wish = { 0 };
	enum err_code rc;

	if (!object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	schema_check(&schema, object, &errors);
	rc = schema_errors_check(&errors, e);
	body = server_provision_body(object);
	if (rc == ERR_OK)
		rc = server_form_read(
		    SERVER_PROVISION, body, NULL, &wish, &errors, e);
	wish.key = request_form(r, "once", "");
	if (rc == ERR_OK && *wish.key)
		rc = provision(r, out, &wish, &errors, e);
	else if (rc == ERR_OK)
		rc = show_confirmation(r, out, &wish, e);
	json_decref(body);
	json_decref(object);
	if (rc == ERR_OK || !(form_view_shows(rc) || rc == ERR_NOT_FOUND))
		return rc;
	return show_form(
	    r, out, &form, rc == ERR_NOT_FOUND ? 404 : form_view_status(rc), e);
}

static const struct route routes[] = {
	PAGE_GET("/servers/provision", MAY_RUN, form_page),
	PAGE_POST_FIELDS(
	    "/servers/provision", MAY_RUN, provision_post, BODY_FORM),
};

const struct route_table pages_server_provision_routes = { routes,
	COUNT(routes) };
