#include "web/router.h"

#include <stdlib.h>
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

/* A route with its pattern taken apart. */
struct entry {
	const struct route *route;
	int n;
	/* Which segments are literal, the first one in the highest bit: of two
	 * patterns that match, the greater wins ("/devices/new" before
	 * "/devices/{name}"). */
	int literal;
	struct segment seg[MAX_SEGMENTS];
};

struct router {
	struct entry *list;		/* by number of segments */
	size_t first[MAX_SEGMENTS + 2]; /* of those with that many */
};

static bool make_entry(const struct route *route, struct entry *ret)
{
	ret->route = route;
	ret->literal = 0;
	ret->n = split(route->pattern, ret->seg);
	for (int i = 0; i < ret->n; i++) {
		if (!is_capture(&ret->seg[i]))
			ret->literal |= 1 << (MAX_SEGMENTS - i);
	}
	return ret->n >= 0;
}

static int by_segments(const void *a, const void *b)
{
	return ((const struct entry *)a)->n - ((const struct entry *)b)->n;
}

static size_t count_routes(const struct route_table *const *tables, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += tables[i]->n;
	return total;
}

enum err_code router_new(struct router **ret, struct err *e)
{
	const struct route_table *const *tables;
	struct router *router = calloc(1, sizeof(*router));
	size_t n_tables, total, n = 0;

	tables = router_tables(&n_tables);
	total = count_routes(tables, n_tables);
	if (router)
		router->list = calloc(total, sizeof(*router->list));
	if (!router || !router->list) {
		router_free(router);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	for (size_t t = 0; t < n_tables; t++) {
		for (size_t i = 0; i < tables[t]->n; i++) {
			if (!make_entry(
				&tables[t]->routes[i], &router->list[n]))
				continue; /* the tests' walk finds it */
			router->first[router->list[n].n + 1]++;
			n++;
		}
	}
	qsort(router->list, n, sizeof(*router->list), by_segments);
	for (int i = 1; i < MAX_SEGMENTS + 2; i++)
		router->first[i] += router->first[i - 1];
	*ret = router;
	return ERR_OK;
}

void router_free(struct router *router)
{
	if (!router)
		return;
	free(router->list);
	free(router);
}

static bool matches(const struct entry *entry, const struct segment *seg)
{
	for (int i = 0; i < entry->n; i++) {
		const struct segment *want = &entry->seg[i];

		if (!(entry->literal & 1 << (MAX_SEGMENTS - i))) {
			if (seg[i].len == 0)
				return false;
		} else if (want->len != seg[i].len ||
			   memcmp(want->text, seg[i].text, want->len) != 0) {
			return false;
		}
	}
	return true;
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
    struct request *r, const struct entry *entry, const struct segment *seg)
{
	int captures = 0;

	for (int i = 0; i < entry->n; i++) {
		char *text;

		if (entry->literal & 1 << (MAX_SEGMENTS - i))
			continue;
		text = arena_memdup(r->arena, seg[i].text, seg[i].len);
		if (!text || captures == REQUEST_MAX_CAPTURES)
			return false;
		r->capture[captures++] = text;
	}
	return true;
}

const struct route *router_find(const struct router *router, struct request *r,
    int *ret_status, const char **ret_allow)
{
	struct segment seg[MAX_SEGMENTS];
	const struct entry *best = NULL;
	unsigned methods = 0; /* of all routes that match the path */
	int n = split(r->path, seg);

	*ret_status = 404;
	*ret_allow = NULL;
	if (n < 0)
		return NULL;
	for (size_t i = router->first[n]; i < router->first[n + 1]; i++) {
		const struct entry *entry = &router->list[i];

		if (!matches(entry, seg))
			continue;
		methods |= 1u << entry->route->method;
		if (entry->route->method == r->method &&
		    (!best || entry->literal > best->literal))
			best = entry;
	}
	if (best && set_captures(r, best, seg))
		return best->route;
	if (!best && methods) {
		*ret_status = 405;
		*ret_allow = allowed_text(r->arena, methods);
	}
	return NULL;
}
