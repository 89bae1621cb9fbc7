#include "web/mcp/operation.h"

#include "base/json.h"
#include "base/text.h"
#include "web/cgi.h"
#include "web/decode.h"
#include "web/errors.h"

#include <string.h>

const struct route *operation_route(const char *operation_id)
{
	const struct route_table *const *tables;
	size_t n;

	tables = router_tables(&n);
	for (size_t t = 0; t < n; t++) {
		for (size_t i = 0; i < tables[t]->n; i++) {
			const struct route *route = &tables[t]->routes[i];

			if (route->operation_id &&
			    strcmp(route->operation_id, operation_id) == 0)
				return route;
		}
	}
	return NULL;
}

/* One segment of a path, as decode_path() lets it through. */
static bool is_segment(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= DECODE_MAX_PATH && !strchr(text, '/') &&
	       strcmp(text, ".") != 0 && strcmp(text, "..") != 0 &&
	       text_has_no_control(text, len, false);
}

static enum err_code set_path(
    struct request *in, const struct operation_call *call, struct err *e)
{
	for (int i = 0; i < REQUEST_MAX_CAPTURES; i++) {
		in->capture[i] = call->capture[i];
		if (call->capture[i] && !is_segment(call->capture[i]))
			return request_refuse(in, 404, e,
			    "a name in the call is empty, too long, or holds "
			    "\"/\" or a control character");
	}
	return ERR_OK;
}

static enum err_code set_body(
    struct request *in, const struct operation_call *call, struct err *e)
{
	struct buf text = BUF_INIT(in->route->body_limit);
	enum err_code rc = ERR_OK;

	in->body = "";
	in->body_len = 0;
	in->content_type = "";
	if (!call->body)
		return ERR_OK;
	rc = json_write_line(call->body, &text, e);
	if (rc == ERR_OK) {
		in->body = arena_memdup(in->arena, buf_text(&text), text.len);
		in->body_len = text.len;
		in->content_type = "application/json";
		if (!in->body)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	}
	buf_release(&text);
	return rc;
}

static enum err_code run_handler(struct request *in, struct response *out,
    const struct operation_call *call, struct err *e)
{
	enum err_code rc = actor_require(&in->actor, in->route->permission, e);

	if (rc == ERR_OK)
		rc = set_path(in, call, e);
	if (rc == ERR_OK)
		rc = set_body(in, call, e);
	if (rc == ERR_OK)
		rc = in->route->handler(in, out, e);
	if (rc == ERR_OK && (out->broken || !buf_ok(&out->body)))
		rc = err_set(e, ERR_SYSTEM, "the answer could not be made");
	return rc;
}

static enum err_code read_answer(struct request *in, const struct response *out,
    struct operation_answer *ret, struct err *e)
{
	struct operation_answer a = { .status = out->status, .text = "" };
	enum err_code rc = ERR_OK;

	if (out->status >= 400 ||
	    strncmp(out->content_type, "application/json", 16) == 0) {
		rc = json_read(buf_text(&out->body), out->body.len,
		    RESPONSE_MAX_BODY, &a.json, e);
	} else {
		a.text_len = out->body.len;
		a.text = arena_memdup(
		    in->arena, buf_text(&out->body), out->body.len);
		if (!a.text)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	}
	if (rc == ERR_OK)
		*ret = a;
	return rc;
}

enum err_code operation_run(struct request *r,
    const struct operation_call *call, struct operation_answer *ret,
    struct err *e)
{
	char *no_variables[] = { NULL };
	struct cgi cgi = { .variables = no_variables };
	struct response out = { .body = BUF_INIT(RESPONSE_MAX_BODY) };
	struct request in = *r;
	struct err why = ERR_INIT;
	enum err_code rc;

	for (int i = 0; i < CGI_NAMES; i++)
		cgi.value[i] = "";
	in.cgi = &cgi; /* the headers of /mcp are not for the operation */
	in.problem = (struct problem){ 0 };
	in.route = operation_route(call->operation_id);
	if (!in.route)
		return err_set(e, ERR_NOT_FOUND, "there is no operation %s",
		    call->operation_id);
	in.method = in.route->method;
	in.query_pairs = call->query;
	in.n_query = call->n_query;
	in.n_form = 0;
	response_reset(&out);
	if (run_handler(&in, &out, call, &why) != ERR_OK)
		errors_respond(&in, SURFACE_API, &out, &why);
	rc = read_answer(&in, &out, ret, e);
	json_decref(in.problem.current);
	json_decref(in.problem.submitted);
	buf_release(&out.body);
	return rc;
}

void operation_answer_release(struct operation_answer *a)
{
	json_decref(a->json);
	a->json = NULL;
}
