#include "web/router.h"

#include <string.h>

#define MAX_SEGMENTS 12

struct segment {
	const char *text;
	size_t len;
};

/* A pattern's or path's segments; -1 if there are too many. */
static int split(const char *path, struct segment seg[MAX_SEGMENTS])
{
	int n = 0;

	while (*path == '/') {
		size_t len = strcspn(++path, "/");

		if (n == MAX_SEGMENTS)
			return -1;
		seg[n++] = (struct segment){ path, len };
		path += len;
	}
	return n;
}

static bool is_capture(const struct segment *s)
{
	return s->len && s->text[0] == '{';
}

/* Which of its segments are literal, the first one in the highest bit: of two
 * patterns that match, the greater wins ("/devices/new" before
 * "/devices/{name}").  -1: it does not match. */
static int match(const char *pattern, const struct segment *seg, int n)
{
	int literal = 0, i = 0;

	while (*pattern == '/') {
		size_t len = strcspn(++pattern, "/");

		if (i == n)
			return -1;
		if (*pattern == '{') {
			if (seg[i].len == 0)
				return -1;
		} else if (len != seg[i].len ||
			   memcmp(pattern, seg[i].text, len) != 0) {
			return -1;
		} else {
			literal |= 1 << (MAX_SEGMENTS - i);
		}
		pattern += len;
		i++;
	}
	return i == n ? literal : -1;
}

static const char *const method_words[] = {
	[METHOD_GET] = "GET, HEAD",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
};

static const char *allowed_text(struct arena *a, unsigned methods)
{
	const char *text = NULL;

	for (unsigned m = 0; m <= METHOD_DELETE; m++) {
		if (!(methods & 1u << m))
			continue;
		text = text ? arena_printf(a, "%s, %s", text, method_words[m])
			    : method_words[m];
	}
	return text;
}

static bool set_captures(
    struct request *r, const struct route *route, const struct segment *seg)
{
	struct segment pattern[MAX_SEGMENTS];
	int n = split(route->pattern, pattern), captures = 0;

	for (int i = 0; i < n; i++) {
		char *text;

		if (!is_capture(&pattern[i]))
			continue;
		text = arena_memdup(r->arena, seg[i].text, seg[i].len);
		if (!text || captures == REQUEST_MAX_CAPTURES)
			return false;
		r->capture[captures++] = text;
	}
	return true;
}

struct search {
	struct segment seg[MAX_SEGMENTS];
	int n;
	enum request_method method;
	const struct route *best;
	int best_literal;
	unsigned methods; /* of all routes that match the path */
};

static void search_table(struct search *s, const struct route_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct route *route = &table->routes[i];
		int literal = match(route->pattern, s->seg, s->n);

		if (literal < 0)
			continue;
		s->methods |= 1u << route->method;
		if (route->method == s->method && literal > s->best_literal) {
			s->best = route;
			s->best_literal = literal;
		}
	}
}

const struct route *router_find(
    struct request *r, int *ret_status, const char **ret_allow)
{
	struct search s = { .method = r->method, .best_literal = -1 };
	const struct route_table *const *tables;
	size_t n;

	*ret_status = 404;
	*ret_allow = NULL;
	s.n = split(r->path, s.seg);
	if (s.n < 0)
		return NULL;
	tables = router_tables(&n);
	for (size_t i = 0; i < n; i++)
		search_table(&s, tables[i]);
	if (s.best && set_captures(r, s.best, s.seg))
		return s.best;
	if (!s.best && s.methods) {
		*ret_status = 405;
		*ret_allow = allowed_text(r->arena, s.methods);
	}
	return NULL;
}
