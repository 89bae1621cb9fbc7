#include "web/pages/device_needs.h"

#include "app/hostkeys.h"
#include "base/log.h"
#include "web/pages/page_cache.h"
#include "web/web.h"

#include <assert.h>

static const char *const labels[NEEDS] = {
	[NEED_DOWN] = "down",
	[NEED_DRIFTED] = "differ from what is intended",
	[NEED_FAILED] = "failed in their last run",
	[NEED_UNSETTLED] = "not settled",
	[NEED_QUARANTINED] = "with a reading put aside",
	[NEED_APPROVAL] = "wait for a key's approval",
};

/* Which devices have it: a mark for each of the snapshot's. */
struct marking {
	const struct record *const *devices;
	size_t n;
	bool *marks;
};

static bool mark_all(
    struct request *r, enum device_need need, struct marking *ret)
{
	struct marking m;
	struct err e = ERR_INIT;

	m.devices = snapshot_all(r->snapshot, KIND_DEVICE, &m.n);
	m.marks = arena_zalloc(r->arena, m.n + 1);
	if (!m.marks)
		return false;
	if (device_need_mark(r->app->needs, r->snapshot, need, m.marks, &e) !=
	    ERR_OK)
		log_err(&e, "what devices need");
	*ret = m;
	return true;
}

/* --- for the table ------------------------------------------------------- */

enum device_need device_needs_asked(struct request *r)
{
	return device_need_find(request_query(r, "needs", ""));
}

enum err_code device_needs_rows(
    struct request *r, struct record_table_rows *ret, struct err *e)
{
	enum device_need need = device_needs_asked(r);
	const void **chosen;
	struct marking m;
	size_t n = 0;

	ret->list = (const void *const *)snapshot_all(
	    r->snapshot, KIND_DEVICE, &ret->n);
	if (need == NEEDS)
		return ERR_OK;
	chosen = arena_alloc(r->arena, (ret->n + 1) * sizeof(*chosen));
	if (!chosen || !mark_all(r, need, &m))
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < m.n; i++) {
		if (m.marks[i])
			chosen[n++] = m.devices[i];
	}
	*ret = (struct record_table_rows){ chosen, n };
	return ERR_OK;
}

void device_needs_add_filter(struct request *r, struct jv table)
{
	enum device_need need = device_needs_asked(r);
	struct arena *a = r->arena;
	struct jv filters, v = jv_dict(a, 4), options = jv_list(a, NEEDS);
	size_t n_all;

	if (!jv_dict_get(table, "filters", &filters))
		return;
	for (int i = 0; i < NEEDS; i++)
		jv_list_append(a, options, jv_text(device_need_words[i]));
	jv_dict_set(a, v, "name", jv_text("needs"));
	jv_dict_set(a, v, "label", jv_text("Attention"));
	jv_dict_set(a, v, "value",
	    jv_text(need == NEEDS ? "" : device_need_words[need]));
	jv_dict_set(a, v, "options", options);
	jv_list_append(a, filters, v);
	snapshot_all(r->snapshot, KIND_DEVICE, &n_all);
	jv_dict_set(a, table, "n_all", jv_int((int64_t)n_all));
	if (need != NEEDS)
		jv_dict_set(a, table, "filtered", jv_bool(true));
}

struct jv device_needs_keys(struct request *r, const struct record_table *t)
{
	struct arena *a = r->arena;
	struct jv all = jv_dict(a, t->size);

	for (size_t i = t->first; i < t->n && i < t->first + t->size; i++) {
		const char *name = record_key(t->rows[i]);
		struct hostkey_pending key;
		struct err none = ERR_INIT;
		struct jv v;

		if (hostkeys_pending(
			r->app, r->snapshot, name, a, &key, &none) != ERR_OK)
			continue;
		v = jv_dict(a, 2);
		jv_dict_set(a, v, "fingerprint", jv_text(key.fingerprint));
		jv_dict_set(a, v, "replaces", jv_bool(key.replaces));
		jv_dict_set(a, all, name, v);
	}
	return all;
}

/* --- for the dashboard --------------------------------------------------- */

static size_t count_marks(struct request *r, enum device_need need)
{
	struct marking m;
	size_t n = 0;

	if (!mark_all(r, need, &m))
		return 0;
	for (size_t i = 0; i < m.n; i++)
		n += m.marks[i];
	return n;
}

/* The three that the last run tells: for one state of both branches they stay
 * the same. */
struct by_run {
	uint32_t n[NEEDS];
};
static_assert(sizeof(struct by_run) <= PAGE_CACHE_VALUE, "is cached");

struct by_run_key {
	char what[4];
	struct commit_id main, runs;
};

static struct by_run count_by_run(struct request *r)
{
	struct by_run counts = { 0 };
	const struct record *const *all;
	size_t n;

	all = snapshot_all(r->snapshot, KIND_DEVICE, &n);
	for (size_t i = 0; i < n; i++) {
		struct run_outcome last;

		if (!run_index_last_outcome(
			r->web->runs, record_key(all[i]), &last))
			continue;
		for (int need = NEED_FAILED; need <= NEED_QUARANTINED; need++)
			counts.n[need] +=
			    device_need_of_run(&last, (enum device_need)need);
	}
	return counts;
}

/* The tip is read first: should a run be recorded meanwhile, what was counted
 * is kept for a tip that nobody asks for any more. */
static struct by_run known_by_run(struct request *r)
{
	struct page_cache *cache = r->web->page_cache;
	struct by_run_key key = { .what = "need",
		.main = *snapshot_commit(r->snapshot) };
	struct err none = ERR_INIT;
	struct by_run counts;

	if (store_tip(r->app->store, STORE_RUNS, &key.runs, &none) != ERR_OK)
		return count_by_run(r);
	if (page_cache_get(cache, &key, sizeof(key), &counts, sizeof(counts)))
		return counts;
	counts = count_by_run(r);
	page_cache_put(cache, &key, sizeof(key), &counts, sizeof(counts));
	return counts;
}

struct jv device_needs_view(struct request *r, size_t n_drifted)
{
	struct by_run by_run = known_by_run(r);
	size_t counts[NEEDS] = { [NEED_DOWN] = count_marks(r, NEED_DOWN),
		[NEED_DRIFTED] = n_drifted,
		[NEED_FAILED] = by_run.n[NEED_FAILED],
		[NEED_UNSETTLED] = by_run.n[NEED_UNSETTLED],
		[NEED_QUARANTINED] = by_run.n[NEED_QUARANTINED],
		[NEED_APPROVAL] = count_marks(r, NEED_APPROVAL) };
	struct arena *a = r->arena;
	struct jv list = jv_list(a, NEEDS);

	for (int i = 0; i < NEEDS; i++) {
		struct jv v;

		if (counts[i] == 0)
			continue;
		v = jv_dict(a, 3);
		jv_dict_set(a, v, "word", jv_text(device_need_words[i]));
		jv_dict_set(a, v, "label", jv_text(labels[i]));
		jv_dict_set(a, v, "n", jv_int((int64_t)counts[i]));
		jv_list_append(a, list, v);
	}
	return list;
}
