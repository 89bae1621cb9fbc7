#include "web/pages/history_rows.h"

#include "app/file_history.h"
#include "base/clock.h"
#include "web/pages/page_cache.h"
#include "web/web.h"

#include <string.h>

/* Lines are counted once for each pair of versions and then remembered; a page
 * of large files shows what it could count in this time. */
#define COUNTING_MS 200
#define COUNTING_BYTES ((size_t)128 << 20)

/* --- lines added and removed --------------------------------------------- */

struct counting {
	struct request *r;
	const char *const *words;
	struct arena *scratch;
	struct deadline deadline;
};

struct count_key {
	char what[4];
	struct blob_id old, new;
};

static bool count_lines(struct counting *c, const struct history_version *v,
    struct line_counts *ret)
{
	struct page_cache *cache = c->r->web->page_cache;
	struct count_key key = { .what = "line" };

	if (v->has_old)
		key.old = v->old_blob;
	if (v->has_new)
		key.new = v->new_blob;
	if (page_cache_get(cache, &key, sizeof(key), ret, sizeof(*ret)))
		return true;
	if (!c->scratch || deadline_passed(c->deadline))
		return false;
	arena_reset(c->scratch);
	if (file_version_count(c->r->app, v, c->scratch, ret, NULL) != ERR_OK)
		return false;
	page_cache_put(cache, &key, sizeof(key), ret, sizeof(*ret));
	return true;
}

/* --- the list ------------------------------------------------------------ */

static const char *what_happened(const struct history_version *v)
{
	if (!v->has_old)
		return "added";
	if (!v->has_new)
		return "removed";
	return strcmp(v->path, v->old_path) == 0 ? "changed" : "moved";
}

static struct jv file_view(
    struct counting *counting, const struct history_version *v)
{
	struct arena *a = counting->r->arena;
	struct line_counts counts = { 0, 0 };
	struct jv view = jv_dict(a, 6);

	jv_dict_set(
	    a, view, "counted", jv_bool(count_lines(counting, v, &counts)));
	jv_dict_set(a, view, "word", jv_text(counting->words[v->of]));
	jv_dict_set(a, view, "what", jv_text(what_happened(v)));
	jv_dict_set(a, view, "has_new", jv_bool(v->has_new));
	jv_dict_set(a, view, "added", jv_int(counts.added));
	jv_dict_set(a, view, "removed", jv_int(counts.removed));
	return view;
}

struct jv history_rows_view(struct request *r, const struct history_page *page,
    const char *const *words)
{
	struct counting counting = { .r = r,
		.words = words,
		.scratch = arena_new(COUNTING_BYTES),
		.deadline = deadline_in_ms(COUNTING_MS) };
	struct jv list = jv_list(r->arena, page->n);

	for (size_t i = 0; i < page->n; i++) {
		const struct history_entry *entry = &page->entries[i];
		struct jv view = view_history_commit(r->arena, &entry->commit);
		struct jv files = jv_list(r->arena, entry->n_versions);

		for (size_t v = 0; v < entry->n_versions; v++)
			jv_list_append(r->arena, files,
			    file_view(&counting, &entry->versions[v]));
		jv_dict_set(r->arena, view, "files", files);
		jv_list_append(r->arena, list, view);
	}
	arena_free(counting.scratch);
	return list;
}
