#include "web/cgi.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	size_t len;
} names[CGI_NAMES] = {
#define NAME(n) [CGI_##n] = { #n, sizeof(#n) - 1 }
	NAME(REQUEST_METHOD),
	NAME(REQUEST_URI),
	NAME(CONTENT_LENGTH),
	NAME(CONTENT_TYPE),
	NAME(REMOTE_ADDR),
	NAME(REMOTE_USER),
	NAME(PORTAL_AUTH),
	NAME(HTTP_HOST),
	NAME(HTTP_AUTHORIZATION),
	NAME(HTTP_COOKIE),
	NAME(HTTP_ORIGIN),
	NAME(HTTP_SEC_FETCH_SITE),
	NAME(HTTP_IF_MATCH),
	NAME(HTTP_IF_NONE_MATCH),
	NAME(HTTP_IDEMPOTENCY_KEY),
	NAME(HTTP_MCP_PROTOCOL_VERSION),
	NAME(HTTP_MCP_METHOD),
	NAME(HTTP_MCP_NAME),
#undef NAME
};

static int find_name(const char *variable, size_t len)
{
	for (int i = 0; i < CGI_NAMES; i++) {
		if (names[i].len == len &&
		    memcmp(names[i].name, variable, len) == 0)
			return i;
	}
	return -1;
}

/* Length of a value, or -1 if it holds a control byte other than tab, which
 * RFC 9110 section 5.5 allows. */
static long value_length(const char *value)
{
	const char *p = value;

	for (; *p; p++) {
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			return -1;
	}
	return (long)(p - value);
}

static enum err_code add(struct cgi *c, const char *variable, struct err *e)
{
	const char *equals = strchr(variable, '=');
	size_t name_len;
	long len;
	int i;

	if (!equals)
		return ERR_OK;
	name_len = (size_t)(equals - variable);
	len = value_length(equals + 1);
	if (len < 0)
		return err_set(e, ERR_INVALID,
		    "the request header %.*s holds a control character",
		    (int)(name_len < 64 ? name_len : 64), variable);
	i = find_name(variable, name_len);
	/* the request target has bounds and a status of its own */
	if (len > CGI_MAX_VALUE && i != CGI_REQUEST_URI &&
	    strncmp(variable, "HTTP_", 5) == 0)
		return err_set(e, ERR_LIMIT,
		    "the request header %.*s is longer than %d bytes",
		    (int)(name_len < 64 ? name_len : 64), variable,
		    CGI_MAX_VALUE);
	if (i < 0)
		return ERR_OK;
	/* The server's own variables come from its configuration, where an
	 * included file blanks what a location sets: empty is absent. */
	if (i < CGI_HTTP_HOST && len == 0)
		return ERR_OK;
	if (c->value[i])
		return err_set(
		    e, ERR_INVALID, "%s arrived twice", names[i].name);
	c->value[i] = equals + 1;
	return ERR_OK;
}

enum err_code cgi_read(char *const *variables, struct cgi *ret, struct err *e)
{
	struct cgi c = { .variables = variables };
	enum err_code rc;
	size_t n;

	for (n = 0; variables[n]; n++) {
		if (n == CGI_MAX_VARIABLES)
			return err_set(e, ERR_LIMIT,
			    "there are more than %d request headers",
			    CGI_MAX_VARIABLES);
		rc = add(&c, variables[n], e);
		if (rc != ERR_OK)
			return rc;
	}
	for (int i = 0; i < CGI_NAMES; i++) {
		if (!c.value[i])
			c.value[i] = "";
	}
	*ret = c;
	return ERR_OK;
}

/* "If-Match" against "HTTP_IF_MATCH=...": the value, or NULL. */
static const char *match(const char *variable, const char *name)
{
	for (; *name; name++, variable++) {
		char want =
		    *name == '-' ? '_' : (char)toupper((unsigned char)*name);

		if (*variable != want)
			return NULL;
	}
	return *variable == '=' ? variable + 1 : NULL;
}

const char *cgi_header(const struct cgi *c, const char *name)
{
	bool content = strncasecmp(name, "Content-", 8) == 0;

	for (size_t i = 0; c->variables[i]; i++) {
		const char *variable = c->variables[i];
		const char *value;

		if (!content) {
			if (strncmp(variable, "HTTP_", 5) != 0)
				continue;
			variable += 5;
		}
		value = match(variable, name);
		if (value)
			return value;
	}
	return NULL;
}
