#include "web/errors.h"

#include "app/render.h"
#include "base/escape.h"
#include "base/log.h"
#include "web/cgi.h"

#include <stdio.h>
#include <string.h>

static const int statuses[] = {
	[ERR_OK] = 500,
	[ERR_INVALID] = 422,
	[ERR_NOT_FOUND] = 404,
	[ERR_CONFLICT] = 409,
	[ERR_STALE] = 409, /* 412 where If-Match was sent */
	[ERR_DENIED] = 403,
	[ERR_LIMIT] = 413,
	[ERR_NO_SPACE] = 507,
	[ERR_TIMEOUT] = 504,
	[ERR_REMOTE] = 502,
	[ERR_CORRUPT] = 500,
	[ERR_SYSTEM] = 500,
	[ERR_UNKNOWN_OUTCOME] = 502,
	[ERR_CANCELLED] = 503,
};

int errors_status(const struct request *r, enum err_code code)
{
	if (r->problem.status)
		return r->problem.status;
	if (code == ERR_STALE && r->cgi && *r->cgi->value[CGI_HTTP_IF_MATCH])
		return 412;
	return statuses[code];
}

static void log_problem(
    const struct request *r, int status, const struct err *e)
{
	const char *path = r->path ? r->path : "-";

	if (status >= 500)
		log_error("request %s %s status=%d %s: %s (%s)", r->id, path,
		    status, err_code_word(e->code), e->message, e->detail);
	else if (status == 401 || status == 403)
		log_warning("request %s %s status=%d actor=%s address=%s: %s",
		    r->id, path, status,
		    r->actor.name && *r->actor.name ? r->actor.name : "-",
		    r->remote_addr, e->message);
}

/* --- problem+json -------------------------------------------------------- */

static json_t *field_errors(const struct schema_errors *errors)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < errors->n; i++) {
		const struct schema_error *item = &errors->item[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:s}", "field",
			      item->field ? item->field->name : "", "message",
			      item->message));
	}
	return list;
}

static void add_position(json_t *o, const struct err *problem)
{
	struct render_position at;

	if (!render_position_of(problem, &at))
		return;
	json_object_set_new(o, "template", json_string(at.template));
	json_object_set_new(o, "line", json_integer(at.line));
	json_object_set_new(o, "column", json_integer(at.column));
}

static enum err_code respond_problem(struct request *r, struct response *out,
    int status, const struct err *problem)
{
	struct err e = ERR_INIT;
	char type[64], instance[64];
	json_t *o;

	snprintf(type, sizeof(type), "urn:switchyard:%s",
	    err_code_word(problem->code));
	snprintf(
	    instance, sizeof(instance), "urn:switchyard:request:%s", r->id);
	o = json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", type, "title",
	    response_reason(status), "status", status, "detail",
	    problem->message, "instance", instance);
	if (o && r->problem.errors && r->problem.errors->n)
		json_object_set_new(
		    o, "errors", field_errors(r->problem.errors));
	if (o && r->problem.current)
		json_object_set(o, "current", r->problem.current);
	if (o && r->problem.submitted)
		json_object_set(o, "submitted", r->problem.submitted);
	if (o && r->problem.is_template)
		add_position(o, problem);
	return response_json(out, status, o, &e);
}

/* --- pages --------------------------------------------------------------- */

static struct jv error_context(
    struct request *r, int status, const struct err *problem)
{
	const struct schema_errors *errors = r->problem.errors;
	struct jv context = jv_dict(r->arena, 8);
	struct jv list = jv_list(r->arena, errors ? errors->n : 0);

	for (size_t i = 0; errors && i < errors->n; i++) {
		const struct schema_error *item = &errors->item[i];
		struct jv one = jv_dict(r->arena, 2);

		jv_dict_set(r->arena, one, "field",
		    jv_text(item->field ? item->field->label : ""));
		jv_dict_set(r->arena, one, "message", jv_text(item->message));
		jv_list_append(r->arena, list, one);
	}
	jv_dict_set(r->arena, context, "status", jv_int(status));
	jv_dict_set(
	    r->arena, context, "title", jv_text(response_reason(status)));
	jv_dict_set(r->arena, context, "detail",
	    jv_copy_text(r->arena, problem->message));
	jv_dict_set(r->arena, context, "request_id", jv_text(r->id));
	jv_dict_set(r->arena, context, "errors", list);
	return context;
}

/* Without the template engine: what is left when a page cannot be made. */
static void respond_plain(struct request *r, struct response *out, int status,
    const struct err *problem)
{
	out->status = status;
	out->content_type = "text/html; charset=utf-8";
	buf_printf(&out->body,
	    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<title>%d %s</title></head>\n<body><h1>%s</h1>\n<p>",
	    status, response_reason(status), response_reason(status));
	escape_html(&out->body, problem->message, strlen(problem->message));
	buf_printf(&out->body,
	    "</p>\n<p>Request %s. <a href=\"/\">Start page</a></p>\n"
	    "</body></html>\n",
	    r->id);
}

static void respond_page(struct request *r, struct response *out, int status,
    const struct err *problem)
{
	struct err e = ERR_INIT;

	if (r->snapshot && !arena_failed(r->arena) &&
	    response_page(r, out, status, "error.html",
		error_context(r, status, problem), &e) == ERR_OK)
		return;
	if (e.code != ERR_OK)
		log_err(&e, "the error page");
	response_reset(out);
	respond_plain(r, out, status, problem);
}

static void redirect_to_sign_in(struct request *r, struct response *out)
{
	struct buf where = BUF_INIT(64 * 1024);
	bool can_return = r->method == METHOD_GET && r->path;

	buf_puts(&where, "/login");
	if (can_return && strcmp(r->path, "/") != 0) {
		buf_puts(&where, "?next=");
		escape_url(&where, r->path, strlen(r->path));
		if (*r->raw_query) {
			buf_puts(&where, "%3F");
			escape_url(&where, r->raw_query, strlen(r->raw_query));
		}
	}
	response_header(out, "Location",
	    buf_ok(&where) ? arena_strdup(r->arena, buf_text(&where))
			   : "/login");
	buf_release(&where);
	out->status = 303;
}

void errors_respond(struct request *r, enum surface surface,
    struct response *out, const struct err *e)
{
	int status = errors_status(r, e->code);

	log_problem(r, status, e);
	response_reset(out);
	if (status == 401 && surface == SURFACE_PAGE && !r->problem.challenge) {
		redirect_to_sign_in(r, out);
		return;
	}
	if (surface != SURFACE_API && surface != SURFACE_MCP)
		respond_page(r, out, status, e);
	else if (respond_problem(r, out, status, e) != ERR_OK)
		respond_plain(r, out, status, e);
	if (status == 401)
		response_header(out, "WWW-Authenticate",
		    r->problem.challenge ? "Bearer error=\"invalid_token\""
					 : "Bearer");
	if (r->problem.allow)
		response_header(out, "Allow", r->problem.allow);
	if (r->problem.retry_after_s)
		response_header(out, "Retry-After",
		    arena_printf(r->arena, "%d", r->problem.retry_after_s));
}
