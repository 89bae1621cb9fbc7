#include "app/run_order.h"

#include "base/json.h"
#include "base/order.h"

#include <stdlib.h>
#include <string.h>

static int by_key(const char *a, const char *b, bool down)
{
	int order = strverscmp(a, b);

	/* what has none comes last either way */
	if (!*a != !*b)
		return !*a ? 1 : -1;
	return down ? -order : order;
}

static const char *entry_key(const struct run_entry *entry, enum run_sort sort)
{
	const char *const keys[RUN_SORTS] = {
		[RUN_SORT_TIME] = "",
		[RUN_SORT_JOB] = entry->job,
		[RUN_SORT_DEVICE] = entry->devices,
		[RUN_SORT_STATE] = entry->state,
		[RUN_SORT_TRIGGER] = entry->trigger,
		[RUN_SORT_ACTOR] = entry->actor,
	};

	return keys[sort];
}

static int compare_entries(const void *a, const void *b, void *ctx)
{
	const struct run_entry *x = a, *y = b;
	const struct run_filter *f = ctx;
	int order =
	    by_key(entry_key(x, f->sort), entry_key(y, f->sort), f->down);

	return order ? order : strcmp(y->id, x->id);
}

void run_order_entries(const struct run_entry **entries, size_t n, size_t first,
    size_t count, const struct run_filter *f)
{
	struct run_filter copy = *f;

	order_window(
	    (const void **)entries, n, first, count, compare_entries, &copy);
}

static const char *doc_key(const json_t *doc, enum run_sort sort)
{
	static const char *const names[RUN_SORTS] = {
		[RUN_SORT_TIME] = "",
		[RUN_SORT_JOB] = "job",
		[RUN_SORT_DEVICE] = "device",
		[RUN_SORT_STATE] = "state",
		[RUN_SORT_TRIGGER] = "trigger",
		[RUN_SORT_ACTOR] = "actor",
	};

	if (sort == RUN_SORT_DEVICE)
		return json_text(
		    json_array_get(json_object_get(doc, "devices"), 0), "name",
		    "");
	return json_text(doc, names[sort], "");
}

static int compare_docs(const void *a, const void *b, void *ctx)
{
	const json_t *x = a, *y = b;
	const struct run_filter *f = ctx;
	int order = by_key(doc_key(x, f->sort), doc_key(y, f->sort), f->down);

	return order ? order
		     : strcmp(json_text(y, "id", ""), json_text(x, "id", ""));
}

json_t *run_order_docs(
    json_t *list, size_t skip, size_t limit, const struct run_filter *f)
{
	struct run_filter copy = *f;
	size_t n = json_array_size(list);
	const void **items = malloc((n + 1) * sizeof(const void *));
	json_t *sorted = json_array();

	for (size_t i = 0; items && i < n; i++)
		items[i] = json_array_get(list, i);
	if (items)
		order_window(items, n, 0, n, compare_docs, &copy);
	for (size_t i = skip; items && sorted && i < n && i < skip + limit; i++)
		json_array_append(sorted, (json_t *)(uintptr_t)items[i]);
	if (!items) {
		json_decref(sorted);
		sorted = NULL;
	}
	free(items);
	json_decref(list);
	return sorted;
}
