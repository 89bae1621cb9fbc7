/* Lists of runs, from the entries of the index. */
#include "app/run_index_internal.h"

#include "app/run_match.h"
#include "app/run_select.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_LIMIT 50

/* What the filter meets, newest first. */
struct hits {
	const struct run_entry **rows;
	size_t n;
};

/* --- choosing ------------------------------------------------------------ */

/* The run with the names of all its devices, of which a run in hand is told in
 * short.  NULL: it cannot be read. */
static struct run_entry *read_whole(struct run_index *index, const char *id)
{
	struct run_entry *whole = NULL;
	json_t *doc;

	if (runs_read(index->app, id, &doc, NULL) != ERR_OK)
		return NULL;
	whole = run_entry_new(doc, "", 0);
	if (whole && !run_entry_intern(whole, &index->words)) {
		run_entry_unref(whole);
		whole = NULL;
	}
	json_decref(doc);
	return whole;
}

static bool shows_live(struct run_index *index, const struct run_match *match,
    const struct run_entry *entry)
{
	struct run_entry *whole;
	bool shows;

	if (entry->n_names == entry->n_devices || !run_match_needs_names(match))
		return run_match_shows(match, entry);
	whole = read_whole(index, entry->id);
	shows = run_match_shows(match, whole ? whole : entry);
	run_entry_unref(whole);
	return shows;
}

/* Both lists are sorted by id; what is in hand counts before what is on
 * record, so that a run that moves on is there once. */
static void gather(struct run_index *index, const struct run_match *match,
    const char *before, struct hits *hits)
{
	size_t live = index->n_live;
	size_t done = before ? run_index_lower_bound(index, before) : index->n;

	while (live > 0 || done > 0) {
		/* entries up to the run in hand, which is then next */
		size_t until = live ? run_index_lower_bound(
					  index, index->live[live - 1].id)
				    : 0;
		const struct run_index_live *one;

		for (; done > until; done--) {
			const struct run_entry *entry =
			    index->entries[done - 1];

			if (live && done - 1 == until &&
			    strcmp(entry->id, index->live[live - 1].id) == 0 &&
			    index->live[live - 1].entry)
				continue;
			if (run_match_shows(match, entry))
				hits->rows[hits->n++] = entry;
		}
		if (!live)
			break;
		one = &index->live[--live];
		if (one->entry && (!before || strcmp(one->id, before) < 0) &&
		    shows_live(index, match, one->entry))
			hits->rows[hits->n++] = one->entry;
	}
}

/* --- order --------------------------------------------------------------- */

/* What is ordered by is small numbers: the place of a word among all words, or
 * how many devices there are.  They are counted, not compared. */
struct order {
	enum run_field field;
	bool down;
	const uint32_t *ranks;
	uint32_t max;
};

static uint32_t plain_key(const struct order *o, const struct run_entry *entry)
{
	switch (o->field) {
	case RUN_FIELD_JOB:
		return o->ranks[entry->words[RUN_WORD_JOB]];
	case RUN_FIELD_DEVICE:
		return o->ranks[entry->words[RUN_WORD_DEVICE]];
	case RUN_FIELD_STATE:
		return o->ranks[entry->words[RUN_WORD_STATE]];
	case RUN_FIELD_TRIGGER:
		return o->ranks[entry->words[RUN_WORD_TRIGGER]];
	case RUN_FIELD_ACTOR:
		return o->ranks[entry->words[RUN_WORD_ACTOR]];
	case RUN_FIELD_DEVICES:
		return entry->n_devices;
	case RUN_FIELD_RESULT:
	case RUN_FIELD_TIME:
	case RUN_FIELD_ID:
	case RUN_FIELD_STARTED:
	case RUN_FIELD_FINISHED:
	case RUN_FIELDS:
		break;
	}
	return 0;
}

/* What is empty comes last either way. */
static uint32_t key_of(const struct order *o, const struct run_entry *entry)
{
	uint32_t key = plain_key(o, entry);

	if (key == 0)
		return o->max + 1;
	return o->down ? o->max - key : key;
}

static bool is_by_time(enum run_field field)
{
	static const bool others[RUN_FIELDS] = { [RUN_FIELD_JOB] = true,
		[RUN_FIELD_DEVICE] = true,
		[RUN_FIELD_STATE] = true,
		[RUN_FIELD_TRIGGER] = true,
		[RUN_FIELD_ACTOR] = true,
		[RUN_FIELD_DEVICES] = true };

	return !others[field];
}

/* rows: room for as many as there are hits. */
static bool order_by_key(
    const struct order *o, const struct hits *hits, struct hits *ordered)
{
	size_t *at = calloc((size_t)o->max + 3, sizeof(*at));

	if (!at)
		return false;
	for (size_t i = 0; i < hits->n; i++)
		at[key_of(o, hits->rows[i]) + 1]++;
	for (size_t k = 1; k < (size_t)o->max + 3; k++)
		at[k] += at[k - 1];
	for (size_t i = 0; i < hits->n; i++) {
		const struct run_entry *entry = hits->rows[i];

		ordered->rows[at[key_of(o, entry)]++] = entry;
	}
	ordered->n = hits->n;
	free(at);
	return true;
}

static void turn_round(struct hits *hits)
{
	for (size_t i = 0; i < hits->n / 2; i++) {
		const struct run_entry *entry = hits->rows[i];

		hits->rows[i] = hits->rows[hits->n - 1 - i];
		hits->rows[hits->n - 1 - i] = entry;
	}
}

static bool put_in_order(
    struct run_index *index, const struct run_query *query, struct hits *hits)
{
	struct order o = { .field = query->sort,
		.down = query->down,
		.max = (uint32_t)run_words_count(&index->words) };
	struct hits ordered = { 0 };
	bool ok;

	if (is_by_time(query->sort)) {
		if (!query->down)
			turn_round(hits);
		return true;
	}
	for (size_t i = 0; i < hits->n; i++) {
		if (query->sort == RUN_FIELD_DEVICES &&
		    hits->rows[i]->n_devices > o.max)
			o.max = hits->rows[i]->n_devices;
	}
	o.ranks = run_words_ranks(&index->words);
	ordered.rows = malloc((hits->n + 1) * sizeof(const void *));
	ok = o.ranks && ordered.rows && order_by_key(&o, hits, &ordered);
	if (ok) {
		free(hits->rows);
		*hits = ordered;
	} else {
		free(ordered.rows);
	}
	return ok;
}

/* --- the calls ----------------------------------------------------------- */

/* Takes over the hits. */
static void cut_page(
    const struct run_query *query, struct hits *hits, struct run_selection *s)
{
	size_t first = query->first, n;

	if (first >= hits->n)
		first =
		    hits->n ? (hits->n - 1) / query->limit * query->limit : 0;
	n = hits->n - first;
	if (n > query->limit)
		n = query->limit;
	memmove(hits->rows, hits->rows + first, n * sizeof(const void *));
	for (size_t i = 0; i < n; i++)
		(void)run_entry_ref(hits->rows[i]);
	*s = (struct run_selection){ .rows = hits->rows,
		.n = n,
		.first = first,
		.total = hits->n,
		.n_all = s->n_all };
}

static bool choose(struct run_index *index, const struct run_query *query,
    struct run_selection *s)
{
	struct run_match match;
	struct hits hits = { .rows = malloc((index->n + index->n_live + 1) *
					    sizeof(const void *)) };
	bool ok =
	    run_match_init(&match, query->filter, &index->words) && hits.rows;

	if (ok) {
		gather(index, &match, query->before, &hits);
		ok = put_in_order(index, query, &hits);
	}
	if (ok) {
		s->n_all = index->n + index->n_live;
		cut_page(query, &hits, s);
	} else {
		free(hits.rows);
	}
	run_match_release(&match);
	return ok;
}

enum err_code run_index_select(struct run_index *index,
    const struct run_query *query, struct run_selection *ret, struct err *e)
{
	enum err_code rc;

	pthread_mutex_lock(&index->lock);
	rc = run_index_refresh_live(index, e);
	if (rc == ERR_OK)
		rc = run_index_refresh_done(index, e);
	if (rc == ERR_OK) {
		run_index_look_at_live(index);
		if (!choose(index, query, ret))
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	}
	pthread_mutex_unlock(&index->lock);
	return rc;
}

void run_selection_release(struct run_selection *s)
{
	for (size_t i = 0; i < s->n; i++)
		run_entry_unref(s->rows[i]);
	free(s->rows);
	*s = (struct run_selection){ 0 };
}

const struct run_entry *run_index_hold(struct run_index *index, const char *id)
{
	const struct run_entry *found = NULL;
	size_t at;

	pthread_mutex_lock(&index->lock);
	if (run_index_refresh_live(index, NULL) == ERR_OK &&
	    run_index_refresh_done(index, NULL) == ERR_OK) {
		run_index_look_at_live(index);
		at = run_index_lower_bound(index, id);
		if (at < index->n && strcmp(index->entries[at]->id, id) == 0)
			found = index->entries[at];
		for (size_t i = 0; i < index->n_live; i++) {
			if (strcmp(index->live[i].id, id) == 0 &&
			    index->live[i].entry)
				found = index->live[i].entry;
		}
		if (found)
			(void)run_entry_ref(found);
	}
	pthread_mutex_unlock(&index->lock);
	return found;
}

static bool is_under_way(const struct run_entry *entry)
{
	enum run_state state;

	return run_state_parse(entry->state, &state) &&
	       !run_state_is_final(state) && state != RUN_UNKNOWN;
}

static json_t *doc_of(const struct run_entry *entry, const struct run_filter *f)
{
	size_t row;

	if (f->own && f->device && !is_under_way(entry) &&
	    run_entry_find_row(entry, f->device, &row))
		return run_entry_of_device(entry, f->device, row);
	return run_entry_json(entry);
}

static json_t *docs_of(
    const struct run_selection *s, const struct run_filter *f)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < s->n; i++) {
		if (json_array_append_new(list, doc_of(s->rows[i], f)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

enum err_code run_index_list(struct run_index *index,
    const struct run_filter *f, json_t **ret, struct err *e)
{
	const struct row_pair {
		const char *name, *value;
	} pairs[] = { { "device", f->device }, { "job", f->job },
		{ "trigger", f->trigger }, { "state", f->state },
		{ "actor", f->actor } };
	size_t limit = f->limit ? f->limit : DEFAULT_LIMIT;
	struct row_filter filter;
	struct run_query query = { .filter = &filter,
		.before = f->before && *f->before ? f->before : NULL,
		.sort = RUN_FIELD_TIME,
		.down = true,
		.limit = limit > RUN_LIST_MAX ? RUN_LIST_MAX : limit };
	struct run_selection s;
	enum err_code rc;

	run_fields_filter(&filter);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (pairs[i].value)
			(void)row_filter_add(
			    &filter, pairs[i].name, pairs[i].value);
	}
	rc = run_index_select(index, &query, &s, e);
	if (rc != ERR_OK)
		return rc;
	*ret = docs_of(&s, f);
	run_selection_release(&s);
	return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}
