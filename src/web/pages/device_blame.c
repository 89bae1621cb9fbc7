/*
 * /devices/{name}/blame/{part}: a version of one of the device's files, with
 * the commit and the run behind each line.
 */
#include "web/pages/pages.h"

#include "app/blame.h"
#include "web/pages/device_state.h"
#include "web/pages/page_cache.h"
#include "web/pages/past.h"
#include "web/pages/diff_words.h"
#include "web/pages/text_view.h"
#include "web/web.h"

#include <assert.h>
#include <string.h>

/* A run of lines from one commit. */
struct block {
	const struct blame *blame;
	const struct jv *commits; /* their views */
	size_t first, n;
	const char *text; /* of the first line */
};

/* The page shows at most so many lines, as of any configuration. */
#define MAX_LINES TEXT_VIEW_MAX_LINES

static struct jv lines_of(const struct block *b, struct arena *a)
{
	const char *end = b->blame->text + b->blame->len;
	struct jv list = jv_list(a, b->n);
	const char *p = b->text;

	for (size_t i = 0; i < b->n; i++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((newline ? newline : end) - p);

		jv_list_append(a, list, jv_safe(diff_line_html(a, p, len)));
		p += len + (newline != NULL);
	}
	return list;
}

/* first, lines, and the commit's view: none if it is older than was looked. */
static bool block_get(const void *self, const char *name, size_t len,
    struct arena *a, struct jv *ret)
{
	const struct block *b = self;
	uint32_t origin = b->blame->origin[b->first];

	if (len == 5 && memcmp(name, "first", 5) == 0)
		*ret = jv_int((int64_t)b->first + 1);
	else if (len == 5 && memcmp(name, "lines", 5) == 0)
		*ret = lines_of(b, a);
	else if (len == 6 && memcmp(name, "commit", 6) == 0)
		*ret = origin < b->blame->n_commits ? b->commits[origin]
						    : jv_none();
	else
		return false;
	return true;
}

static const struct jv_class block_class = {
	.name = "block of lines",
	.get = block_get,
};

static size_t block_len(const struct blame *b, size_t first, size_t n)
{
	size_t end = first + 1;

	while (end < n && b->origin[end] == b->origin[first])
		end++;
	return end - first;
}

static const char *skip_lines(const char *p, const char *end, size_t n)
{
	for (; n > 0; n--) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if (!newline)
			return end;
		p = newline + 1;
	}
	return p;
}

/* Views of the commits that a line has; each with `before`, the version that
 * it changed. */
static struct jv *commit_views(struct arena *a, const struct blame *b)
{
	struct jv *views = arena_alloc(a, (b->n_commits + 1) * sizeof(*views));

	bool *made = arena_zalloc(a, b->n_commits + 1);

	for (size_t i = 0; views && made && i < b->n_lines && i < MAX_LINES;
	     i++) {
		uint32_t at = b->origin[i];
		char id[STORE_OID_TEXT_SIZE] = "";

		if (at >= b->n_commits || made[at])
			continue;
		made[at] = true;
		views[at] = view_history_commit(a, &b->commits[at]);
		if (at + 1 < b->n_commits)
			commit_id_format(&b->commits[at + 1].id, id);
		jv_dict_set(a, views[at], "before", jv_copy_text(a, id));
	}
	return views;
}

static struct jv blocks_view(struct arena *a, const struct blame *b)
{
	size_t n = b->n_lines < MAX_LINES ? b->n_lines : MAX_LINES, len;
	const struct jv *commits = commit_views(a, b);
	const char *text = b->text, *end = b->text + b->len;
	struct jv list = jv_list(a, 64);

	for (size_t first = 0; commits && first < n; first += len) {
		struct block *block = arena_alloc(a, sizeof(*block));

		len = block_len(b, first, n);
		if (!block)
			break;
		*block = (struct block){ b, commits, first, len, text };
		jv_list_append(a, list, jv_object(a, &block_class, block));
		text = skip_lines(text, end, len);
	}
	return list;
}

static_assert(BLAME_MEMORY_KEY <= PAGE_CACHE_KEY &&
		  BLAME_MEMORY_VALUE <= PAGE_CACHE_VALUE,
    "kept by the page cache");

static bool recall(
    void *cache, const void *key, size_t key_len, void *value, size_t value_len)
{
	return page_cache_get(cache, key, key_len, value, value_len);
}

static void remember(void *cache, const void *key, size_t key_len,
    const void *value, size_t value_len)
{
	page_cache_put(cache, key, key_len, value, value_len);
}

static enum err_code read_blame(struct request *r, const struct record *device,
    enum device_file *file, struct blame *ret, struct err *e)
{
	struct blame_memory memory;
	struct blame_query query;
	struct commit_id at;
	bool given;
	enum err_code rc = view_query_commit(r, "at", &at, &given, e);

	if (rc != ERR_OK)
		return rc;
	if (!device_file_parse(r->capture[1], file))
		return err_set(e, ERR_NOT_FOUND, "A device has no \"%.40s\".",
		    r->capture[1]);
	memory = (struct blame_memory){ r->web->page_cache, recall, remember };
	query =
	    (struct blame_query){ device, *file, given ? &at : NULL, &memory };
	return blame_read(r->app, &query, r->arena, ret, e);
}

static enum err_code blame_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 14);
	const struct record *device;
	enum device_file file;
	struct blame blame;
	enum err_code rc;

	if ((rc = past_find(r, &device, e)) != ERR_OK ||
	    (rc = device_add_frame(r, device, "history", ctx, e)) != ERR_OK ||
	    (rc = read_blame(r, device, &file, &blame, e)) != ERR_OK)
		return rc;
	jv_dict_set(
	    a, ctx, "commit", view_history_commit(a, &blame.version.commit));
	jv_dict_set(a, ctx, "part", jv_text(device_file_words[file]));
	jv_dict_set(a, ctx, "label", jv_text(device_file_labels[file]));
	jv_dict_set(a, ctx, "is_newest", jv_bool(blame.version.is_newest));
	jv_dict_set(a, ctx, "blocks", blocks_view(a, &blame));
	jv_dict_set(a, ctx, "cut", jv_bool(blame.cut));
	jv_dict_set(a, ctx, "n_commits", jv_int((int64_t)blame.n_commits));
	jv_dict_set(a, ctx, "left_out",
	    jv_int(blame.n_lines > MAX_LINES
		       ? (int64_t)(blame.n_lines - MAX_LINES)
		       : 0));
	return response_page(r, out, 200, "device_blame.html", ctx, e);
}

static const struct route routes[] = {
	PAGE_GET("/devices/{name}/blame/{part}", MAY_VIEW, blame_page),
};

const struct route_table pages_device_blame_routes = { routes, COUNT(routes) };
