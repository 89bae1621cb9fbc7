#include "app/audit.h"

#include "app/device_history.h"
#include "app/runs.h"

#include <string.h>

const char *const audit_branch_words[STORE_BRANCHES] = {
	[STORE_MAIN] = "main",
	[STORE_RUNS] = "runs",
};

#define EXHAUSTED "-"

/* One branch: where it begins, what it gave, and how much of that was taken. */
struct strand {
	bool done;
	bool has_from;
	struct commit_id from;
	struct history_page page;
	size_t taken;
};

/* --- the cursor: "<commit of main>.<commit of runs>" --------------------- */

static bool parse_half(const char *text, size_t len, struct strand *ret)
{
	char hex[STORE_OID_TEXT_SIZE];

	if (len == strlen(EXHAUSTED) && memcmp(text, EXHAUSTED, len) == 0) {
		ret->done = true;
		return true;
	}
	if (len != sizeof(hex) - 1)
		return false;
	memcpy(hex, text, len);
	hex[len] = '\0';
	ret->has_from = true;
	return commit_id_parse(hex, &ret->from);
}

static enum err_code parse_cursor(
    const char *text, struct strand strands[STORE_BRANCHES], struct err *e)
{
	const char *dot = text ? strchr(text, '.') : NULL;

	if (!text)
		return ERR_OK;
	if (!dot ||
	    !parse_half(text, (size_t)(dot - text), &strands[STORE_MAIN]) ||
	    !parse_half(dot + 1, strlen(dot + 1), &strands[STORE_RUNS]))
		return err_set(e, ERR_INVALID,
		    "before must be the text that \"next\" gave");
	return ERR_OK;
}

static const char *half_of(struct arena *a, const struct strand *s)
{
	const struct history_page *page = &s->page;
	char hex[STORE_OID_TEXT_SIZE];

	if (s->taken < page->n)
		commit_id_format(&page->entries[s->taken].commit.id, hex);
	else if (page->has_more)
		commit_id_format(&page->next, hex);
	else
		return EXHAUSTED;
	return arena_strdup(a, hex);
}

static const char *next_cursor(
    struct arena *a, const struct strand strands[STORE_BRANCHES])
{
	const char *of_main = half_of(a, &strands[STORE_MAIN]);
	const char *of_runs = half_of(a, &strands[STORE_RUNS]);

	if (!of_main || !of_runs ||
	    (strcmp(of_main, EXHAUSTED) == 0 &&
		strcmp(of_runs, EXHAUSTED) == 0))
		return NULL;
	return arena_printf(a, "%s.%s", of_main, of_runs);
}

/* --- reading ------------------------------------------------------------- */

static bool has_device(void *ctx, const char *run, const char *device)
{
	return run_index_has_device(ctx, run, device);
}

static enum err_code read_strand(const struct app *app,
    const struct audit_query *query, enum store_branch branch,
    struct arena *arena, struct strand *s, struct err *e)
{
	struct history_query q = { .branch = branch,
		.from = s->has_from ? &s->from : NULL,
		.limit = query->limit,
		.filter = &query->filter };
	struct history_filter of_runs = query->filter;
	struct device_paths paths;

	if (s->done || query->leave_out[branch])
		return ERR_OK;
	if (query->device && query->filter.device && branch == STORE_MAIN) {
		device_paths_of(query->device, &paths);
		q.paths = paths.list;
		q.n_paths = DEVICE_FILES;
	}
	/* what was done to main is told by the files that it wrote */
	if (query->runs && query->filter.device && branch == STORE_RUNS) {
		of_runs.has_device = has_device;
		of_runs.ctx = query->runs;
		q.filter = &of_runs;
	}
	return store_history(app->store, &q, arena, &s->page, e);
}

static struct strand *newest_of(struct strand strands[STORE_BRANCHES])
{
	struct strand *best = NULL;
	int64_t best_ms = 0;

	for (int b = 0; b < STORE_BRANCHES; b++) {
		struct strand *s = &strands[b];
		int64_t ms;

		if (s->taken == s->page.n)
			continue;
		ms = s->page.entries[s->taken].commit.time_ms;
		if (!best || ms > best_ms) {
			best = s;
			best_ms = ms;
		}
	}
	return best;
}

static void merge(
    struct strand strands[STORE_BRANCHES], size_t limit, struct audit_page *ret)
{
	struct strand *s;

	while (ret->n < limit && (s = newest_of(strands)) != NULL)
		ret->events[ret->n++] =
		    (struct audit_event){ (enum store_branch)(s - strands),
			    s->page.entries[s->taken++].commit };
}

enum err_code audit_read(const struct app *app, const struct audit_query *query,
    struct arena *arena, struct audit_page *ret, struct err *e)
{
	struct strand strands[STORE_BRANCHES] = { { .done = false } };
	struct audit_page page = { .n = 0 };
	enum err_code rc = parse_cursor(query->before, strands, e);

	for (int b = 0; rc == ERR_OK && b < STORE_BRANCHES; b++)
		rc = read_strand(
		    app, query, (enum store_branch)b, arena, &strands[b], e);
	if (rc != ERR_OK)
		return rc;
	page.events = arena_alloc(arena, query->limit * sizeof(*page.events));
	if (!page.events)
		return err_set(e, ERR_LIMIT, "the timeline is too large");
	merge(strands, query->limit, &page);
	page.next = next_cursor(arena, strands);
	*ret = page;
	return ERR_OK;
}
