#include "web/body.h"

#include "base/text.h"
#include "web/cgi.h"
#include "web/decode.h"
#include "web/router.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#define TYPE_FORM "application/x-www-form-urlencoded"
#define TYPE_JSON "application/json"
#define TYPE_MERGE_PATCH "application/merge-patch+json" /* RFC 7396 */

/* "Application/JSON; charset=utf-8" → "application/json" */
static const char *bare_type(struct arena *a, const char *text)
{
	size_t len = strcspn(text, "; \t");
	char *type = arena_memdup(a, text, len);

	for (size_t i = 0; type && i < len; i++)
		type[i] = (char)tolower((unsigned char)type[i]);
	return type;
}

static const char *wanted_type(const struct route *route)
{
	if (route->body_type)
		return route->body_type;
	return route->surface == SURFACE_API || route->surface == SURFACE_MCP
		   ? TYPE_JSON
		   : TYPE_FORM;
}

static bool type_fits(const struct request *r, const char *wanted)
{
	if (strcmp(r->content_type, wanted) == 0)
		return true;
	return r->method == METHOD_PATCH &&
	       strcmp(r->content_type, TYPE_MERGE_PATCH) == 0;
}

enum err_code body_check_type(struct request *r, struct err *e)
{
	const char *length = r->cgi->value[CGI_CONTENT_LENGTH];
	const char *wanted = wanted_type(r->route);
	long n = 0;

	r->content_type = bare_type(r->arena, r->cgi->value[CGI_CONTENT_TYPE]);
	if (!r->content_type)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (*length && !text_to_long(length, 0, LONG_MAX, &n))
		return request_refuse(
		    r, 400, e, "Content-Length is not a number");
	if ((unsigned long)n > r->route->body_limit)
		return request_refuse(r, 413, e,
		    r->route->body_limit
			? "the body is longer than %zu bytes"
			: "this request takes no body (at most %zu bytes)",
		    r->route->body_limit);
	/* an empty body of the wrong type is still what a foreign form sends */
	if ((n > 0 || *r->content_type) && r->method != METHOD_GET &&
	    r->route->body_limit && !type_fits(r, wanted))
		return request_refuse(
		    r, 415, e, "the body must be of the type %s", wanted);
	r->body_len = (size_t)n;
	return ERR_OK;
}

enum err_code body_read(struct request *r, const struct exchange_input *in,
    struct buf *to, struct err *e)
{
	size_t want = r->body_len;

	r->body_len = 0;
	if (want == 0)
		return ERR_OK;
	if (!buf_reserve(to, want))
		return err_set(e, ERR_SYSTEM, "out of memory");
	while (to->len < want) {
		size_t n =
		    in->read_body(in->ctx, to->data + to->len, want - to->len);

		if (n == 0)
			return request_refuse(r, 400, e,
			    "the body ended after %zu of %zu bytes", to->len,
			    want);
		to->len += n;
	}
	to->data[to->len] = '\0';
	r->body = to->data;
	r->body_len = to->len;
	return ERR_OK;
}

enum err_code body_decode_form(struct request *r, struct err *e)
{
	enum err_code rc;

	if (strcmp(r->content_type, TYPE_FORM) != 0)
		return ERR_OK;
	rc = decode_pairs(r->arena,
	    r->route->checks_fields ? DECODE_FIELDS : DECODE_FORM, r->body,
	    r->body_len, &r->form_pairs, &r->n_form, e);
	if (rc == ERR_INVALID)
		r->problem.status = 400;
	return rc;
}
