/*
 * /bulk/servers: the same asked of many servers: what it does and to which is
 * shown first, then each is asked like a single one, with a run of its own.
 *
 * Sending the form once more goes on where it stopped: each server has its
 * part of the form's key, and what was asked under it is not asked again.
 */
#include "web/pages/server_bulk.h"

#include "base/clock.h"
#include "base/json.h"
#include "web/pages/form_view.h"
#include "web/pages/pages.h"
#include "web/pages/server_provision.h"
#include "web/pages/server_table.h"
#include "web/pages/server_view.h"
#include "web/pages/table_choice.h"
#include "web/server_form.h"
#include "web/web.h"

#include <stdio.h>
#include <string.h>

/* As many as one page of the table holds. */
#define MAX_SERVERS 250
/* No further server is asked after this: the last may take its 25 s, and nginx
 * waits a minute. */
#define ASKING_MS 30000

struct jv server_bulk_actions(struct request *r)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, SERVER_ACTIONS);

	for (int i = 0; i < SERVER_ACTIONS; i++) {
		const struct server_action_info *info =
		    server_action_get((enum server_action)i);
		struct jv v;

		if (!access_allows(r->actor.role, info->permission))
			continue;
		v = jv_dict(a, 2);
		jv_dict_set(a, v, "name", jv_text(info->name));
		jv_dict_set(a, v, "verb", jv_text(info->verb));
		jv_list_append(a, list, v);
	}
	return list;
}

/* --- choosing ------------------------------------------------------------ */

struct choice {
	const struct server_list *list; /* holds the rows */
	enum server_action action;
	const struct schema *asks; /* of the form */
	struct table_choice rows;
};

static const void *find_node(void *ctx, const char *key)
{
	const struct baremetal_nodes *nodes = ctx;

	for (size_t i = 0; i < nodes->n; i++) {
		const struct baremetal_node *n = &nodes->items[i];

		if (strcmp(*n->name ? n->name : n->uuid, key) == 0)
			return n;
	}
	return NULL;
}

static enum err_code read_choice(
    struct request *r, struct choice *c, struct err *e)
{
	struct baremetal_nodes nodes = *server_list_nodes(c->list);
	const void **rows =
	    arena_alloc(r->arena, (nodes.n + 1) * sizeof(*rows));
	struct table_choosing from = { .spec = &server_table_spec,
		.one = "server",
		.rows = { rows, nodes.n },
		.find = find_node,
		.ctx = &nodes };
	enum err_code rc;

	if (!rows)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < nodes.n; i++)
		rows[i] = &nodes.items[i];
	rc = table_choice_read(r, &from, &c->rows, e);
	if (rc == ERR_OK && c->rows.n > MAX_SERVERS)
		rc = request_refuse(r, 422, e,
		    "%zu servers are chosen, and at most %d can be asked at "
		    "once. Choose fewer, by a filter or by ticking them.",
		    c->rows.n, MAX_SERVERS);
	return rc;
}

/* `word`: the action's name.  The caller releases c->list, whatever the
 * result. */
static enum err_code choose(
    struct request *r, const char *word, struct choice *c, struct err *e)
{
	enum err_code rc;

	if (!server_action_find(word, &c->action))
		return err_set(e, ERR_NOT_FOUND,
		    "\"%.60s\" is nothing that can be asked of servers", word);
	rc = actor_require(
	    &r->actor, server_action_get(c->action)->permission, e);
	if (rc == ERR_OK)
		rc = server_list_get(r->web->servers, &c->list, e);
	if (rc == ERR_OK)
		rc = read_choice(r, c, e);
	c->asks = c->action == SERVER_PROVISION
		      ? &server_provision_what
		      : &server_action_get(c->action)->parameters;
	return rc;
}

/* --- what it means, before it is done ------------------------------------ */

static bool may_be_asked(
    const struct baremetal_node *n, enum server_action action)
{
	if (!server_state_allows(n->provision_state, action))
		return false;
	return action != SERVER_PROVISION ||
	       (!n->maintenance && !n->retired && !*n->instance_uuid);
}

static struct jv nodes_view(
    struct arena *a, const struct choice *c, bool possible, size_t *ret_n)
{
	struct jv list = jv_list(a, c->rows.n);

	*ret_n = 0;
	for (size_t i = 0; i < c->rows.n; i++) {
		const struct baremetal_node *n = c->rows.rows[i];

		if (may_be_asked(n, c->action) != possible)
			continue;
		++*ret_n;
		jv_list_append(a, list, server_view(a, n));
	}
	return list;
}

static void add_action(struct arena *a, const struct choice *c, struct jv ctx)
{
	const struct server_action_info *info = server_action_get(c->action);

	jv_dict_set(a, ctx, "nav", jv_text("servers"));
	jv_dict_set(a, ctx, "action", jv_text(info->name));
	jv_dict_set(a, ctx, "verb", jv_text(info->verb));
	jv_dict_set(a, ctx, "warning", jv_text(info->warning));
	jv_dict_set(a, ctx, "destructive", jv_bool(info->destructive));
}

static enum err_code show_form(struct request *r, struct response *out,
    const struct choice *c, struct form_view *form, struct err *e)
{
	int status = form->submitted ? form_view_status(e->code) : 200;
	struct arena *a = r->arena;
	const char *message =
	    arena_strdup(a, form->submitted ? e->message : "");
	struct jv ctx = jv_dict(a, 20);
	size_t n;

	form->schema = c->asks;
	add_action(a, c, ctx);
	table_choice_add(r, &c->rows, ctx);
	jv_dict_set(a, ctx, "nodes", nodes_view(a, c, true, &n));
	jv_dict_set(a, ctx, "n_possible", jv_int((int64_t)n));
	jv_dict_set(a, ctx, "others", nodes_view(a, c, false, &n));
	jv_dict_set(a, ctx, "fields", form_view_fields(r, form));
	jv_dict_set(a, ctx, "problems", form_view_problems(r, form, message));
	jv_dict_set(a, ctx, "images", server_provision_images(r));
	return response_page(r, out, status, "server_bulk.html", ctx, e);
}

static enum err_code chosen(
    struct request *r, struct response *out, struct err *e)
{
	struct form_view form = { .submitted = false };
	struct choice c = { .list = NULL };
	enum err_code rc = choose(r, request_form(r, "action", ""), &c, e);

	if (rc == ERR_OK)
		rc = show_form(r, out, &c, &form, e);
	server_list_unref(c.list);
	return rc;
}

/* --- asking -------------------------------------------------------------- */

/* The form's object in the shape of the action's own parameters. */
static json_t *read_body(
    struct request *r, const struct choice *c, struct schema_errors *errors)
{
	json_t *object = request_form_object(r, c->asks, errors), *body;

	if (!object || c->action != SERVER_PROVISION)
		return object;
	schema_check(c->asks, object, errors);
	body = server_provision_body(object);
	json_decref(object);
	return body;
}

static enum err_code ask_one(struct request *r, struct server_wish wish,
    struct schema_errors *errors, json_t **ret, struct err *e)
{
	struct actor actor = r->actor;
	char key[SERVER_MAX_KEY];

	actor.via = TRIGGER_BULK;
	snprintf(key, sizeof(key), "bulk-%.40s-%.120s",
	    request_form(r, "once", r->id), wish.server_id);
	wish.key = key;
	return servers_ask(r->web->servers, &actor, &wish, errors, ret, e);
}

/* {title, url, accepted, message, run} */
static struct jv outcome_view(struct arena *a, const struct baremetal_node *n,
    const json_t *answer, const struct err *e)
{
	struct jv v = jv_dict(a, 5);

	jv_dict_set(a, v, "title", jv_text(*n->name ? n->name : n->uuid));
	jv_dict_set(a, v, "url", jv_text(server_url(a, n)));
	jv_dict_set(a, v, "accepted", jv_bool(answer != NULL));
	jv_dict_set(a, v, "message",
	    jv_copy_text(
		a, answer ? json_text(answer, "message", "") : e->message));
	jv_dict_set(
	    a, v, "run", jv_copy_text(a, json_text(answer, "run_id", "")));
	return v;
}

struct outcome {
	struct jv rows;
	size_t n, accepted;
};

static enum err_code ask_all(struct request *r, const struct choice *c,
    json_t *body, struct outcome *ret, struct err *e)
{
	struct deadline deadline = deadline_in_ms(ASKING_MS);
	struct arena *a = r->arena;

	*ret = (struct outcome){ .rows = jv_list(a, c->rows.n) };
	for (; ret->n < c->rows.n && !deadline_passed(deadline); ret->n++) {
		const struct baremetal_node *n = c->rows.rows[ret->n];
		struct schema_errors errors = { 0 };
		struct err why = ERR_INIT;
		struct server_wish wish;
		json_t *answer = NULL;
		enum err_code rc = server_form_read(
		    c->action, body, n->uuid, &wish, &errors, e);

		if (rc != ERR_OK)
			return rc;
		if (ask_one(r, wish, &errors, &answer, &why) == ERR_OK)
			ret->accepted++;
		jv_list_append(a, ret->rows, outcome_view(a, n, answer, &why));
		json_decref(answer);
	}
	return ERR_OK;
}

/* Not a redirect: who loads it again asks for nothing twice (see above), and
 * what came of each server is told here alone. */
static enum err_code show_outcome(struct request *r, struct response *out,
    const struct choice *c, const struct outcome *outcome, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 20), kept = jv_list(a, r->n_form);

	for (size_t i = 0; i < r->n_form; i++) {
		struct jv v;

		if (strcmp(r->form_pairs[i].name, "csrf") == 0)
			continue;
		v = jv_dict(a, 2);
		jv_dict_set(a, v, "name", jv_text(r->form_pairs[i].name));
		jv_dict_set(a, v, "value", jv_text(r->form_pairs[i].value));
		jv_list_append(a, kept, v);
	}
	add_action(a, c, ctx);
	table_choice_add(r, &c->rows, ctx);
	jv_dict_set(a, ctx, "outcome", outcome->rows);
	jv_dict_set(a, ctx, "accepted", jv_int((int64_t)outcome->accepted));
	jv_dict_set(a, ctx, "left", jv_int((int64_t)(c->rows.n - outcome->n)));
	jv_dict_set(a, ctx, "kept", kept);
	return response_page(r, out, 200, "server_bulk_done.html", ctx, e);
}

static enum err_code ask(struct request *r, struct response *out,
    const struct choice *c, struct schema_errors *errors, struct err *e)
{
	json_t *body = read_body(r, c, errors);
	struct outcome outcome;
	struct server_wish wish;
	enum err_code rc;

	if (!body)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = schema_errors_check(errors, e);
	/* what is wrong with the form is so for all of them */
	if (rc == ERR_OK)
		rc = server_form_read(c->action, body, "any", &wish, errors, e);
	if (rc == ERR_OK)
		rc = ask_all(r, c, body, &outcome, e);
	if (rc == ERR_OK)
		rc = show_outcome(r, out, c, &outcome, e);
	json_decref(body);
	return rc;
}

static enum err_code ask_post(
    struct request *r, struct response *out, struct err *e)
{
	struct schema_errors errors = { 0 };
	struct form_view form = { .submitted = true, .errors = &errors };
	struct choice c = { .list = NULL };
	enum err_code rc = choose(r, r->capture[0], &c, e);

	if (rc == ERR_OK) {
		rc = table_choice_check(r, &c.rows, e);
		if (rc == ERR_OK)
			rc = ask(r, out, &c, &errors, e);
		if (rc != ERR_OK && form_view_shows(rc))
			rc = show_form(r, out, &c, &form, e);
	}
	server_list_unref(c.list);
	return rc;
}

static const struct route routes[] = {
	PAGE_POST_LIMIT("/bulk/servers", MAY_RUN, chosen, BODY_FORM),
	PAGE_POST_FIELDS(
	    "/bulk/servers/{action}", MAY_RUN, ask_post, BODY_FORM),
};

const struct route_table pages_server_bulk_routes = { routes, COUNT(routes) };
