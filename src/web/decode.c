#include "web/decode.h"

#include "base/crypto.h"
#include "base/text.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *noun;
	size_t max_pairs;
	bool multiline;
	bool keep_control;
} kinds[] = {
	[DECODE_QUERY] = { "query", DECODE_MAX_PARAMETERS, false, false },
	[DECODE_FORM] = { "form", DECODE_MAX_FIELDS, true, false },
	[DECODE_FIELDS] = { "form", DECODE_MAX_FIELDS, true, true },
};

enum err_code target_split(const char *uri, struct target *ret, struct err *e)
{
	struct target t = { .query = "" };
	const char *question;

	if (strncasecmp(uri, "http://", 7) == 0 ||
	    strncasecmp(uri, "https://", 8) == 0) {
		t.authority = strstr(uri, "://") + 3;
		t.authority_len = strcspn(t.authority, "/?");
		uri = t.authority + t.authority_len;
	}
	if (*uri != '/')
		return err_set(
		    e, ERR_INVALID, "the request target is not a path");
	question = strchr(uri, '?');
	t.path = uri;
	t.path_len = question ? (size_t)(question - uri) : strlen(uri);
	if (question)
		t.query = question + 1;
	if (t.path_len > DECODE_MAX_PATH)
		return err_set(e, ERR_LIMIT, "the path is longer than %d bytes",
		    DECODE_MAX_PATH);
	if (strlen(t.query) > DECODE_MAX_QUERY)
		return err_set(e, ERR_LIMIT,
		    "the query is longer than %d bytes", DECODE_MAX_QUERY);
	*ret = t;
	return ERR_OK;
}

/* Decodes into `to`, which has room for len bytes and a NUL.  The length, or
 * -1 for a "%" without two hexadecimal digits. */
static long unpercent(const char *from, size_t len, bool plus, char *to)
{
	char *start = to;

	for (size_t i = 0; i < len; i++) {
		int high, low;

		if (from[i] != '%') {
			*to++ = plus && from[i] == '+' ? ' ' : from[i];
			continue;
		}
		if (len - i < 3)
			return -1;
		high = hex_digit(from[i + 1]);
		low = hex_digit(from[i + 2]);
		if (high < 0 || low < 0)
			return -1;
		*to++ = (char)(high << 4 | low);
		i += 2;
	}
	*to = '\0';
	return to - start;
}

/* CRLF and CR to LF, in place: what browsers send for a textarea. */
static size_t unify_line_ends(char *text, size_t len)
{
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\r') {
			text[out++] = '\n';
			if (i + 1 < len && text[i + 1] == '\n')
				i++;
			continue;
		}
		text[out++] = text[i];
	}
	text[out] = '\0';
	return out;
}

static bool has_dot_segment(const char *path)
{
	while (*path == '/') {
		size_t n = strcspn(++path, "/");

		if ((n == 1 && path[0] == '.') ||
		    (n == 2 && path[0] == '.' && path[1] == '.'))
			return true;
		path += n;
	}
	return false;
}

static bool has_encoded_slash(const char *path, size_t len)
{
	for (size_t i = 0; i + 2 < len; i++) {
		if (path[i] == '%' && path[i + 1] == '2' &&
		    (path[i + 2] == 'f' || path[i + 2] == 'F'))
			return true;
	}
	return false;
}

enum err_code decode_path(
    struct arena *a, const struct target *t, const char **ret, struct err *e)
{
	char *path = arena_alloc(a, t->path_len + 1);
	long n;

	if (!path)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (has_encoded_slash(t->path, t->path_len))
		return err_set(
		    e, ERR_INVALID, "the path holds an encoded slash");
	n = unpercent(t->path, t->path_len, false, path);
	if (n < 0)
		return err_set(e, ERR_INVALID,
		    "the path holds a \"%%\" without two hexadecimal digits");
	if (!text_has_no_control(path, (size_t)n, false))
		return err_set(
		    e, ERR_INVALID, "the path holds a control character");
	if (!utf8_is_valid(path, (size_t)n))
		return err_set(e, ERR_INVALID, "the path is not valid UTF-8");
	if (has_dot_segment(path))
		return err_set(
		    e, ERR_INVALID, "the path holds a \".\" or \"..\" segment");
	*ret = path;
	return ERR_OK;
}

static bool has_bad_control(const char *text, size_t len, enum decode_what what)
{
	return kinds[what].keep_control
		   ? memchr(text, '\0', len) != NULL
		   : !text_has_no_control(text, len, kinds[what].multiline);
}

static enum err_code decode_text(struct arena *a, enum decode_what what,
    const char *text, size_t len, const char **ret, struct err *e)
{
	const char *noun = kinds[what].noun;
	char *to = arena_alloc(a, len + 1);
	long got;
	size_t n;

	if (!to)
		return err_set(e, ERR_SYSTEM, "out of memory");
	got = unpercent(text, len, true, to);
	if (got < 0)
		return err_set(e, ERR_INVALID,
		    "the %s holds a \"%%\" without two hexadecimal digits",
		    noun);
	n = (size_t)got;
	if (kinds[what].multiline)
		n = unify_line_ends(to, n);
	if (!utf8_is_valid(to, n))
		return err_set(
		    e, ERR_INVALID, "the %s is not valid UTF-8", noun);
	if (has_bad_control(to, n, what))
		return err_set(
		    e, ERR_INVALID, "the %s holds a control character", noun);
	*ret = to;
	return ERR_OK;
}

static size_t count_pairs(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '&';
	return n;
}

static enum err_code decode_pair(struct arena *a, enum decode_what what,
    const char *text, size_t len, struct request_pair *ret, struct err *e)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals ? (size_t)(equals - text) : len;
	const char *value = equals ? equals + 1 : "";
	size_t value_len = equals ? len - name_len - 1 : 0;
	enum err_code rc;

	/* a name is never free text */
	rc = decode_text(a, what == DECODE_FIELDS ? DECODE_FORM : what, text,
	    name_len, &ret->name, e);
	if (rc == ERR_OK)
		rc = decode_text(a, what, value, value_len, &ret->value, e);
	return rc;
}

enum err_code decode_pairs(struct arena *a, enum decode_what what,
    const char *text, size_t len, struct request_pair **ret, size_t *ret_n,
    struct err *e)
{
	size_t most = len ? count_pairs(text, len) : 0, n = 0;
	const char *end = text + len;
	struct request_pair *pairs;

	if (most > kinds[what].max_pairs)
		return err_set(e, ERR_INVALID,
		    "the %s has more than %zu parameters", kinds[what].noun,
		    kinds[what].max_pairs);
	pairs = arena_alloc(a, (most ? most : 1) * sizeof(*pairs));
	if (!pairs)
		return err_set(e, ERR_SYSTEM, "out of memory");
	while (text < end) {
		const char *next = memchr(text, '&', (size_t)(end - text));
		size_t one = (size_t)((next ? next : end) - text);
		enum err_code rc = ERR_OK;

		if (one)
			rc = decode_pair(a, what, text, one, &pairs[n++], e);
		if (rc != ERR_OK)
			return rc;
		text += one + 1;
	}
	*ret = pairs;
	*ret_n = n;
	return ERR_OK;
}
