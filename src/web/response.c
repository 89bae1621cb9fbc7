#include "web/response.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"
#include "web/request.h"

#include <string.h>

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 428, "Precondition Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 507, "Insufficient Storage" },
};

/* On every answer.  The policy lets a page load nothing but its own files and
 * send forms nowhere else. */
static const char security_headers[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n";

const char *response_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return reasons[i].reason;
	}
	return "";
}

void response_reset(struct response *out)
{
	buf_clear(&out->body);
	out->status = 200;
	out->content_type = "text/html; charset=utf-8";
	out->n_headers = 0;
	out->cacheable = false;
	out->broken = false;
}

void response_header(struct response *out, const char *name, const char *value)
{
	if (out->n_headers == RESPONSE_MAX_HEADERS || !value ||
	    !text_has_no_control(value, strlen(value), false)) {
		out->broken = true;
		return;
	}
	out->header[out->n_headers++] = (struct response_header){ name, value };
}

void response_etag(
    struct request *r, struct response *out, const uint8_t *version)
{
	char *tag = arena_alloc(r->arena, 2 * 20 + 3);

	if (tag) {
		tag[0] = '"';
		hex_encode(tag + 1, version, 20);
		tag[41] = '"';
		tag[42] = '\0';
	}
	response_header(out, "ETag", tag);
}

enum err_code response_redirect(
    struct request *r, struct response *out, const char *location)
{
	struct buf text = BUF_INIT(16 * 1024);

	for (const char *p = location; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c > 0x20 && c < 0x7f && !strchr("\"<>\\^`{|}", c))
			buf_putc(&text, *p);
		else
			buf_printf(&text, "%%%02X", c);
	}
	out->status = 303;
	buf_clear(&out->body);
	response_header(out, "Location",
	    buf_ok(&text) ? arena_strdup(r->arena, buf_text(&text)) : "/");
	buf_release(&text);
	return ERR_OK;
}

enum err_code response_json(
    struct response *out, int status, json_t *value, struct err *e)
{
	enum err_code rc;

	if (!value)
		return err_set(e, ERR_SYSTEM, "out of memory");
	out->status = status;
	out->content_type =
	    status < 400 ? "application/json" : "application/problem+json";
	rc = json_write_line(value, &out->body, e);
	json_decref(value);
	if (rc == ERR_OK && !buf_putc(&out->body, '\n'))
		rc = buf_check(&out->body, "the answer", e);
	return rc;
}

enum err_code response_text(struct response *out, int status,
    const char *content_type, const char *text, size_t len, struct err *e)
{
	out->status = status;
	out->content_type = content_type;
	buf_add(&out->body, text, len);
	return buf_check(&out->body, "the answer", e);
}

/* RFC 9110 section 6.4.1: neither has content. */
static bool has_content(int status)
{
	return status != 204 && status != 304;
}

enum err_code response_write_head(
    const struct response *out, struct buf *to, struct err *e)
{
	buf_printf(
	    to, "Status: %d %s\r\n", out->status, response_reason(out->status));
	if (has_content(out->status))
		buf_printf(to, "Content-Type: %s\r\nContent-Length: %zu\r\n",
		    out->content_type, out->body.len);
	buf_puts(to, security_headers);
	buf_puts(to, out->cacheable ? "Cache-Control: private, no-cache\r\n"
				    : "Cache-Control: no-store\r\n");
	for (size_t i = 0; i < out->n_headers; i++) {
		buf_puts(to, out->header[i].name);
		buf_puts(to, ": ");
		buf_puts(to, out->header[i].value);
		buf_puts(to, "\r\n");
	}
	buf_puts(to, "\r\n");
	return buf_check(to, "the response head", e);
}
