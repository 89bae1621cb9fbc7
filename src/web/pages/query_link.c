#include "web/pages/query_link.h"

#include "base/escape.h"

#include <string.h>

#define MAX_LINK ((size_t)16384)

static void add_parameter(
    struct buf *out, char separator, const char *name, const char *value)
{
	if (separator)
		buf_putc(out, separator);
	escape_url(out, name, strlen(name));
	buf_putc(out, '=');
	escape_url(out, value, strlen(value));
}

/* separator: before the first parameter; 0: none. */
static void add_query(
    struct request *r, struct buf *out, const char *except, char *separator)
{
	const struct request_pair *all;
	size_t n;

	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		if ((except && strcmp(all[i].name, except) == 0) ||
		    !*all[i].value || strcmp(all[i].name, "page") == 0)
			continue;
		add_parameter(out, *separator, all[i].name, all[i].value);
		*separator = '&';
	}
}

const char *query_link(
    struct request *r, const char *path, const char *name, const char *value)
{
	struct buf out = BUF_INIT(MAX_LINK);
	const char *link;
	char separator = '?';

	buf_puts(&out, path);
	add_query(r, &out, name, &separator);
	if (value)
		add_parameter(&out, separator, name, value);
	link = buf_ok(&out) ? arena_strdup(r->arena, buf_text(&out)) : path;
	buf_release(&out);
	return link;
}

const char *query_text(struct request *r, const char *name)
{
	struct buf out = BUF_INIT(MAX_LINK);
	char separator = 0;
	const char *text;

	add_query(r, &out, name, &separator);
	text = buf_ok(&out) ? arena_strdup(r->arena, buf_text(&out)) : "";
	buf_release(&out);
	return text;
}

static bool is_kept(
    const char *name, const char *const *names, const char *except)
{
	for (; names && *names; names++) {
		if (strcmp(*names, name) == 0)
			return true;
	}
	return !names && strcmp(name, "page") != 0 &&
	       (!except || strcmp(name, except) != 0);
}

struct jv query_fields(
    struct request *r, const char *const *names, const char *except)
{
	struct jv list = jv_list(r->arena, 8);
	const struct request_pair *all;
	size_t n;

	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		struct jv v;

		if (!*all[i].value || !is_kept(all[i].name, names, except))
			continue;
		v = jv_dict(r->arena, 2);
		jv_dict_set(r->arena, v, "name", jv_text(all[i].name));
		jv_dict_set(r->arena, v, "value", jv_text(all[i].value));
		jv_list_append(r->arena, list, v);
	}
	return list;
}
