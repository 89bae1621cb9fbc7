/*
 * What comes with a request before anyone is known: the variables of FastCGI,
 * the target, a query, a form.  Variables are lines; the last one, behind an
 * empty line, is the body.
 */
#include "base/text.h"
#include "web/cgi.h"
#include "web/decode.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void read_pairs(
    struct arena *a, enum decode_what what, const char *text, size_t len)
{
	struct request_pair *pairs;
	struct err e = ERR_INIT;
	size_t n;

	if (decode_pairs(a, what, text, len, &pairs, &n, &e) != ERR_OK) {
		must(e.message[0] != '\0');
		return;
	}
	must(n <= DECODE_MAX_FIELDS);
	for (size_t i = 0; i < n; i++) {
		size_t value = strlen(pairs[i].value);

		must(utf8_is_valid(pairs[i].value, value));
		must(utf8_is_valid(pairs[i].name, strlen(pairs[i].name)));
		must(
		    what == DECODE_FIELDS || text_has_no_control(pairs[i].value,
						 value, what == DECODE_FORM));
	}
}

static void read_target(struct arena *a, const char *uri)
{
	struct target t;
	const char *path;
	struct err e = ERR_INIT;

	if (target_split(uri, &t, &e) != ERR_OK)
		return;
	must(t.path_len <= DECODE_MAX_PATH);
	read_pairs(a, DECODE_QUERY, t.query, strlen(t.query));
	if (decode_path(a, &t, &path, &e) != ERR_OK)
		return;
	must(path[0] == '/' && !strstr(path, "/../"));
	must(text_has_no_control(path, strlen(path), false));
}

/* Cuts the lines; where the body begins. */
static char *cut(char *p, char *variables[CGI_MAX_VARIABLES + 2])
{
	size_t n = 0;

	while (n <= CGI_MAX_VARIABLES && *p && *p != '\n') {
		char *end = strchrnul(p, '\n');

		variables[n++] = p;
		p = *end ? end + 1 : end;
		*end = '\0';
	}
	variables[n] = NULL;
	return *p == '\n' ? p + 1 : p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)4 << 20);
	char *text = malloc(size + 1), *body;
	char *variables[CGI_MAX_VARIABLES + 2];
	struct err e = ERR_INIT;
	struct cgi cgi;

	if (!a || !text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	body = cut(text, variables);
	if (cgi_read(variables, &cgi, &e) == ERR_OK) {
		for (int i = 0; i < CGI_NAMES; i++)
			must(strlen(cgi.value[i]) <= CGI_MAX_VALUE);
		(void)cgi_header(&cgi, "If-Match");
		read_target(a, cgi.value[CGI_REQUEST_URI]);
	} else {
		must(e.message[0] != '\0');
	}
	for (int what = DECODE_QUERY; what <= DECODE_FIELDS; what++)
		read_pairs(a, (enum decode_what)what, body,
		    (size_t)(text + size - body));
	free(text);
	arena_free(a);
	return 0;
}
