#include "web/csrf.h"

#include "web/cgi.h"
#include "web/router.h"
#include "web/session.h"
#include "web/web.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

void csrf_make_token(struct request *r)
{
	struct buf text = BUF_INIT(64);
	uint8_t mac[SHA256_SIZE];
	char bound[160];
	int n;

	r->csrf_token = "";
	if (r->auth != AUTH_SESSION && r->auth != AUTH_PROXY)
		return;
	n = snprintf(bound, sizeof(bound), "%d|%s|%s", (int)r->auth,
	    r->actor.name, r->session ? r->session->id : "");
	signed_mac(r->web->keys, SIGNED_CSRF, bound, (size_t)n, mac);
	base64url_append(&text, mac, sizeof(mac));
	r->csrf_token = arena_strdup(r->arena, buf_text(&text));
	buf_release(&text);
}

static bool is_our_origin(const struct web_options *options, const char *origin)
{
	for (size_t i = 0; i < options->n_origins; i++) {
		if (strcmp(options->origins[i], origin) == 0)
			return true;
	}
	return false;
}

static bool is_safe_site(const char *site)
{
	return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

/* Without any leave of ours, from any site: no type, or one of these
 * (CORS-safelisted, Fetch 2.2.2). */
static bool a_form_can_send(const char *type)
{
	static const char *const types[] = { "text/plain",
		"application/x-www-form-urlencoded", "multipart/form-data" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strncasecmp(type, types[i], strlen(types[i])) == 0)
			return true;
	}
	return !*type;
}

static enum err_code check_mcp_origin(struct request *r, struct err *e)
{
	const char *origin = r->cgi->value[CGI_HTTP_ORIGIN];

	if (!*origin || is_our_origin(&r->web->options, origin))
		return ERR_OK;
	return request_refuse(r, 403, e,
	    "the request came from an origin that this portal does not know "
	    "(--origin); nothing was done");
}

enum err_code csrf_check_origin(struct request *r, struct err *e)
{
	const char *site = r->cgi->value[CGI_HTTP_SEC_FETCH_SITE];
	const char *origin = r->cgi->value[CGI_HTTP_ORIGIN];

	if (r->route->surface == SURFACE_MCP)
		return check_mcp_origin(r, e);
	if (r->method == METHOD_GET || r->auth == AUTH_TOKEN)
		return ERR_OK;
	if (*site && !is_safe_site(site))
		return request_refuse(r, 403, e,
		    "the request came from another site; nothing was done");
	if (*origin && (!*site || r->auth == AUTH_PROXY) &&
	    !is_our_origin(&r->web->options, origin))
		return request_refuse(r, 403, e,
		    "the request came from an origin that this portal does "
		    "not know (--origin); nothing was done");
	if (!*site && !*origin && r->route->surface == SURFACE_API &&
	    a_form_can_send(r->content_type))
		return request_refuse(r, 403, e,
		    "the request does not name its origin, and its body is of "
		    "a type that any site's form can send; nothing was done");
	return ERR_OK;
}

enum err_code csrf_check_token(struct request *r, struct err *e)
{
	const char *given;
	size_t len;

	if (r->method == METHOD_GET || r->auth == AUTH_TOKEN ||
	    r->route->surface != SURFACE_PAGE)
		return ERR_OK;
	given = request_form(r, CSRF_FIELD, "");
	len = strlen(r->csrf_token);
	if (len && strlen(given) == len &&
	    equal_in_constant_time(given, r->csrf_token, len))
		return ERR_OK;
	return request_refuse(r, 403, e,
	    "the form is not from this session: nothing was done. Go back, "
	    "reload the page and send it again");
}
