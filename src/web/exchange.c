#include "web/exchange.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "web/auth.h"
#include "web/body.h"
#include "web/cgi.h"
#include "web/csrf.h"
#include "web/decode.h"
#include "web/errors.h"
#include "web/query_word.h"
#include "web/router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct web_thread {
	struct web *web;
	struct arena *arena;
	struct response response;
	struct buf head;
	struct buf body; /* of the request */
	struct schema_errors errors;
	char prefix[9]; /* with the counter: the request's id */
	uint32_t counter;
};

struct exchange {
	struct web_thread *thread;
	const struct exchange_input *in;
	struct cgi cgi;
	struct target target;
	struct request r;
};

enum err_code web_thread_new(
    struct web *web, struct web_thread **ret, struct err *e)
{
	struct web_thread *t = calloc(1, sizeof(*t));

	if (!t)
		return err_set(e, ERR_SYSTEM, "out of memory");
	t->web = web;
	t->arena = arena_new(EXCHANGE_ARENA_MAX);
	if (!t->arena) {
		free(t);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	buf_init(&t->response.body, RESPONSE_MAX_BODY);
	buf_init(&t->head, 64 * 1024);
	buf_init(&t->body, BODY_CONFIG);
	random_hex(t->prefix, 4);
	*ret = t;
	return ERR_OK;
}

void web_thread_free(struct web_thread *t)
{
	if (!t)
		return;
	buf_release(&t->response.body);
	buf_release(&t->head);
	buf_release(&t->body);
	arena_free(t->arena);
	free(t);
}

/* --- the gates ----------------------------------------------------------- */

static enum err_code read_variables(struct exchange *x, struct err *e)
{
	enum err_code rc = cgi_read(x->in->variables, &x->cgi, e);

	if (rc != ERR_OK) {
		x->r.problem.status = rc == ERR_LIMIT ? 431 : 400;
		return rc;
	}
	x->r.cgi = &x->cgi;
	x->r.remote_addr = x->cgi.value[CGI_REMOTE_ADDR];
	return ERR_OK;
}

static enum err_code read_method(struct exchange *x, struct err *e)
{
	static const struct {
		const char *word;
		enum request_method method;
		bool head;
	} methods[] = {
		{ "GET", METHOD_GET, false },
		{ "HEAD", METHOD_GET, true },
		{ "POST", METHOD_POST, false },
		{ "PUT", METHOD_PUT, false },
		{ "PATCH", METHOD_PATCH, false },
		{ "DELETE", METHOD_DELETE, false },
	};
	const char *word = x->cgi.value[CGI_REQUEST_METHOD];

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(word, methods[i].word) == 0) {
			x->r.method = methods[i].method;
			x->r.head = methods[i].head;
			return ERR_OK;
		}
	}
	x->r.problem.allow = "GET, HEAD, POST, PUT, PATCH, DELETE";
	return request_refuse(
	    &x->r, 405, e, "this portal does not know the method %.20s", word);
}

/* An absolute target must name one of our origins: nginx passes on a Host
 * that disagrees with it. */
static bool is_our_authority(
    const struct web_options *options, const struct target *t)
{
	for (size_t i = 0; i < options->n_origins; i++) {
		const char *authority = strstr(options->origins[i], "://");

		if (!authority)
			continue;
		authority += 3;
		if (strlen(authority) == t->authority_len &&
		    memcmp(authority, t->authority, t->authority_len) == 0)
			return true;
	}
	return false;
}

static enum err_code read_target(struct exchange *x, struct err *e)
{
	struct request *r = &x->r;
	enum err_code rc;

	rc = target_split(x->cgi.value[CGI_REQUEST_URI], &x->target, e);
	if (rc != ERR_OK) {
		r->problem.status = rc == ERR_LIMIT ? 414 : 400;
		return rc;
	}
	if (x->target.authority &&
	    !is_our_authority(&x->thread->web->options, &x->target))
		return request_refuse(
		    r, 421, e, "the request is for another host");
	r->raw_query = x->target.query;
	rc = decode_path(r->arena, &x->target, &r->path, e);
	if (rc == ERR_OK)
		rc = decode_pairs(r->arena, DECODE_QUERY, r->raw_query,
		    strlen(r->raw_query), &r->query_pairs, &r->n_query, e);
	if (rc == ERR_INVALID)
		r->problem.status = 400;
	return rc;
}

static enum err_code pin_snapshot(struct exchange *x, struct err *e)
{
	enum err_code rc;

	rc = snapshots_current(x->r.app->snapshots, &x->r.snapshot, e);
	if (rc != ERR_OK)
		x->r.problem.status = 503;
	return rc;
}

static enum err_code identify(struct exchange *x, struct err *e)
{
	enum err_code rc = auth_identify(&x->r, e);

	if (rc == ERR_OK)
		csrf_make_token(&x->r);
	return rc;
}

static enum err_code find_route(struct exchange *x, struct err *e)
{
	static const enum run_trigger triggers[] = {
		[SURFACE_PAGE] = TRIGGER_FORM,
		[SURFACE_API] = TRIGGER_API,
		[SURFACE_MCP] = TRIGGER_MCP,
		[SURFACE_OPEN] = TRIGGER_FORM,
	};
	struct request *r = &x->r;
	int status;

	r->route = router_find(r->web->router, r, &status, &r->problem.allow);
	if (!r->route && status == 405)
		return request_refuse(
		    r, 405, e, "%.200s does not take this method", r->path);
	if (!r->route)
		return request_refuse(
		    r, 404, e, "there is no %.200s here", r->path);
	r->actor.via = triggers[r->route->surface];
	return ERR_OK;
}

static enum err_code check_permission(struct exchange *x, struct err *e)
{
	struct request *r = &x->r;

	/* an assistant never acts with a browser's session */
	if (r->route->surface == SURFACE_MCP && r->auth != AUTH_TOKEN)
		return request_refuse(r, 401, e, "this needs a token");
	if (access_allows(r->actor.role, r->route->permission))
		return ERR_OK;
	if (r->auth == AUTH_NONE)
		return request_refuse(
		    r, 401, e, "this needs a sign-in or a token");
	return actor_require(&r->actor, r->route->permission, e);
}

static enum err_code check_query(struct exchange *x, struct err *e)
{
	return query_check(&x->r, e);
}

static enum err_code check_body_type(struct exchange *x, struct err *e)
{
	return body_check_type(&x->r, e);
}

static enum err_code check_origin(struct exchange *x, struct err *e)
{
	return csrf_check_origin(&x->r, e);
}

static enum err_code read_body(struct exchange *x, struct err *e)
{
	return body_read(&x->r, x->in, &x->thread->body, e);
}

static enum err_code check_form(struct exchange *x, struct err *e)
{
	enum err_code rc = body_decode_form(&x->r, e);

	return rc == ERR_OK ? csrf_check_token(&x->r, e) : rc;
}

static enum err_code run_handler(struct exchange *x, struct err *e)
{
	struct response *out = &x->thread->response;
	enum err_code rc = x->r.route->handler(&x->r, out, e);

	if (rc == ERR_OK && (out->broken || !buf_ok(&out->body)))
		rc = err_set(e, ERR_SYSTEM, "the answer could not be made");
	return rc;
}

/* The order matters: nothing about a resource is told before permission is
 * checked, and no body is read before it is known how much of which type is
 * welcome. */
static enum err_code (*const gates[])(struct exchange *x, struct err *e) = {
	read_variables,
	read_method,
	read_target,
	pin_snapshot,
	identify,
	find_route,
	check_permission,
	check_query,
	check_body_type,
	check_origin,
	read_body,
	check_form,
	run_handler,
};

/* --- around them --------------------------------------------------------- */

/* For errors before a route was found. */
static enum surface surface_of(const struct exchange *x)
{
	if (x->r.route)
		return x->r.route->surface;
	if (x->r.cgi &&
	    (strncmp(x->cgi.value[CGI_REQUEST_URI], "/api/", 5) == 0 ||
		strcmp(x->cgi.value[CGI_REQUEST_URI], "/mcp") == 0))
		return SURFACE_API;
	return SURFACE_PAGE;
}

static const char *find_header(const struct response *out, const char *name)
{
	for (size_t i = 0; i < out->n_headers; i++) {
		if (strcmp(out->header[i].name, name) == 0)
			return out->header[i].value;
	}
	return NULL;
}

/* RFC 9110 section 13.1.2; the entity tags of this portal hold no comma or
 * quote, so that a search for the quoted tag is enough. */
static void apply_if_none_match(const struct exchange *x, struct response *out)
{
	const char *asked, *tag;

	if (!x->r.cgi || x->r.method != METHOD_GET || out->status != 200)
		return;
	asked = x->cgi.value[CGI_HTTP_IF_NONE_MATCH];
	tag = *asked ? find_header(out, "ETag") : NULL;
	if (tag && (strcmp(asked, "*") == 0 || strstr(asked, tag))) {
		out->status = 304;
		buf_clear(&out->body);
	}
}

static void log_change(const struct exchange *x, int status)
{
	if (x->r.route && x->r.method != METHOD_GET)
		log_info("request %s %s %s status=%d actor=%s", x->r.id,
		    x->cgi.value[CGI_REQUEST_METHOD], x->r.path, status,
		    *x->r.actor.name ? x->r.actor.name : "-");
}

static const char last_resort[] =
    "Status: 500 Internal Server Error\r\n"
    "Content-Type: text/plain\r\nCache-Control: no-store\r\n\r\n"
    "The answer could not be made.\n";

static void give_reply(struct exchange *x, struct exchange_reply *ret)
{
	struct web_thread *t = x->thread;
	struct err e = ERR_INIT;

	buf_clear(&t->head);
	if (t->response.broken || !buf_ok(&t->response.body) ||
	    response_write_head(&t->response, &t->head, &e) != ERR_OK) {
		log_error("request %s: the answer could not be made", x->r.id);
		*ret = (struct exchange_reply){ .status = 500,
			.head = last_resort,
			.head_len = sizeof(last_resort) - 1,
			.body = "" };
		return;
	}
	*ret = (struct exchange_reply){
		.status = t->response.status,
		.head = t->head.data,
		.head_len = t->head.len,
		.body = buf_text(&t->response.body),
		.body_len = x->r.head ? 0 : t->response.body.len,
	};
}

static void begin(struct exchange *x)
{
	struct web_thread *t = x->thread;
	struct request *r = &x->r;

	arena_reset(t->arena);
	if (t->response.body.cap > EXCHANGE_KEEP)
		buf_release(&t->response.body);
	response_reset(&t->response);
	buf_clear(&t->body);
	r->web = t->web;
	r->app = &t->web->app;
	r->arena = t->arena;
	r->errors_room = &t->errors;
	r->raw_query = r->body = r->content_type = r->csrf_token = "";
	r->remote_addr = r->actor.name = "";
	snprintf(r->id, sizeof(r->id), "%s%08x", t->prefix, ++t->counter);
}

static void end(struct exchange *x)
{
	json_decref(x->r.problem.current);
	json_decref(x->r.problem.submitted);
	if (x->r.snapshot)
		snapshot_unref(x->r.snapshot);
	record_unref(x->r.past);
	if (x->thread->body.cap > EXCHANGE_KEEP)
		buf_release(&x->thread->body);
}

void web_thread_answer(struct web_thread *t, const struct exchange_input *in,
    struct exchange_reply *ret)
{
	struct exchange x = { .thread = t, .in = in };
	int64_t began_us = clock_mono_us();
	struct err e = ERR_INIT;
	enum err_code rc = ERR_OK;

	begin(&x);
	for (size_t i = 0; rc == ERR_OK && i < sizeof(gates) / sizeof(gates[0]);
	     i++)
		rc = gates[i](&x, &e);
	if (rc != ERR_OK)
		errors_respond(&x.r, surface_of(&x), &t->response, &e);
	else
		apply_if_none_match(&x, &t->response);
	log_change(&x, t->response.status);
	give_reply(&x, ret);
	metrics_note_request(&t->web->metrics, surface_of(&x), ret->status,
	    clock_mono_us() - began_us);
	end(&x);
}
