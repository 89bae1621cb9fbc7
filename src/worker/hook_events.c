#include "worker/hook_events.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COMMITS ((size_t)1000000)
#define MAX_RECORD ((size_t)256 * 1024)

/* --- the commits in between, oldest first -------------------------------- */

struct commit_note {
	struct commit_id id, parent;
	char by[128];
	bool renames;
};

struct walk {
	const struct commit_id *stop_at;
	struct commit_note *items; /* newest first */
	size_t n, cap;
	bool reached;
};

/* As many characters as there is room for: the name goes into the records of
 * runs.  The author of a commit that was pushed may be any bytes, or none. */
static void copy_author(char *to, size_t size, const char *name)
{
	size_t used = 0, n;

	for (; *name; name += n ? n : 1) {
		n = utf8_sequence(name, strnlen(name, 4));
		if (used + (n ? n : 1) >= size)
			break;
		memcpy(to + used, n ? name : "?", n ? n : 1);
		used += n ? n : 1;
	}
	to[used] = '\0';
	if (used == 0)
		text_copy(to, size, "unknown");
}

static enum err_code note_commit(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	struct walk *w = ctx;
	struct commit_note *note;
	size_t len;

	if (commit_id_equal(&c->id, w->stop_at)) {
		w->reached = true;
		*stop = true;
		return ERR_OK;
	}
	if (w->n == MAX_COMMITS)
		return err_set(e, ERR_LIMIT,
		    "more than %zu commits since the hook's cursor",
		    MAX_COMMITS);
	w->reached =
	    commit_id_is_zero(&c->parent) && commit_id_is_zero(w->stop_at);
	if (commit_id_is_zero(&c->parent) ||
	    store_message_trailer(c->message, "Run-Id", &len))
		return ERR_OK;
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 64;
		void *grown = realloc(w->items, cap * sizeof(*w->items));

		if (!grown)
			return err_set(e, ERR_SYSTEM, "out of memory");
		w->items = grown;
		w->cap = cap;
	}
	note = &w->items[w->n++];
	note->id = c->id;
	note->parent = c->parent;
	copy_author(note->by, sizeof(note->by), c->author);
	note->renames =
	    store_message_trailer(c->message, "Renamed-From", &len) != NULL;
	return ERR_OK;
}

/* --- one commit ---------------------------------------------------------- */

struct record_pair {
	struct record *old, *now;
};

struct event_index;

struct commit_changes {
	struct store *store;
	struct record_pair *items; /* additions and removals */
	size_t n, cap;
	struct hook_events *events;
	struct event_index *index;
	const struct commit_note *note;
};

/* --- finding an event by its device's name ------------------------------- */

/* Chains of events by the hash of the name that their device has, or had when
 * it was deleted.  Places are numbers of events, counted from 1. */
struct event_index {
	size_t *heads; /* n_heads, a power of two; 0 ends a chain */
	size_t *next;  /* one for each event there is room for */
	size_t n_heads;
};

static const char *event_key(const struct hook_event *one)
{
	return record_key(one->now ? one->now : one->old);
}

/* FNV-1a */
static size_t *chain_of(const struct event_index *index, const char *key)
{
	uint64_t hash = 14695981039346656037u;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 1099511628211u;
	return &index->heads[(hash ^ hash >> 32) & (index->n_heads - 1)];
}

static void index_add(
    struct event_index *index, const struct hook_events *events, size_t at)
{
	size_t *head = chain_of(index, event_key(&events->items[at]));

	index->next[at] = *head;
	*head = at + 1;
}

static void index_remove(
    struct event_index *index, const struct hook_events *events, size_t at)
{
	size_t *p = chain_of(index, event_key(&events->items[at]));

	while (*p != at + 1)
		p = &index->next[*p - 1];
	*p = index->next[at];
}

static void index_release(struct event_index *index)
{
	free(index->heads);
	free(index->next);
}

/* Room for as many events; those that are there are found again. */
static bool index_fit(
    struct event_index *index, const struct hook_events *events)
{
	struct event_index wider = { .n_heads = events->cap };

	wider.heads = calloc(wider.n_heads, sizeof(*wider.heads));
	wider.next = calloc(events->cap, sizeof(*wider.next));
	if (!wider.heads || !wider.next) {
		index_release(&wider);
		return false;
	}
	index_release(index);
	*index = wider;
	for (size_t i = 0; i < events->n; i++) {
		if (events->items[i].old || events->items[i].now)
			index_add(index, events, i);
	}
	return true;
}

/* The event of the device that has this name now; else of the one that had it
 * last and was deleted. */
static struct hook_event *find_event(struct hook_events *events,
    const struct event_index *index, const char *key)
{
	struct hook_event *deleted = NULL;

	for (size_t at = events->n ? *chain_of(index, key) : 0; at;
	     at = index->next[at - 1]) {
		struct hook_event *one = &events->items[at - 1];

		if (strcmp(event_key(one), key) != 0)
			continue;
		if (one->now)
			return one;
		if (!deleted || one > deleted)
			deleted = one;
	}
	return deleted;
}

/* It stays as an empty one until all are there. */
static void forget_event(struct hook_events *events, struct event_index *index,
    struct hook_event *one)
{
	index_remove(index, events, (size_t)(one - events->items));
	record_unref(one->old);
	record_unref(one->now);
	memset(one, 0, sizeof(*one));
}

static void drop_empty(struct hook_events *events)
{
	size_t kept = 0;

	for (size_t i = 0; i < events->n; i++) {
		if (events->items[i].old || events->items[i].now)
			events->items[kept++] = events->items[i];
	}
	events->n = kept;
}

static bool make_room(struct hook_events *events, struct event_index *index)
{
	size_t cap = events->cap ? events->cap * 2 : 64;
	void *grown;

	if (events->n < events->cap)
		return true;
	grown = realloc(events->items, cap * sizeof(*events->items));
	if (!grown)
		return false;
	events->items = grown;
	events->cap = cap;
	return index_fit(index, events);
}

/* A name is there once; what finds no room is left out as a whole. */
static void add_author(struct hook_event *one, const char *name)
{
	size_t used = strlen(one->by), len = strlen(name);
	const char *p = one->by;

	while ((p = strstr(p, name)) != NULL) {
		bool begins = p == one->by || p[-1] == ' ';

		if (begins && (p[len] == ',' || p[len] == '\0'))
			return;
		p += len;
	}
	if (used + len + 3 < sizeof(one->by))
		snprintf(one->by + used, sizeof(one->by) - used, "%s%s",
		    used ? ", " : "", name);
}

/* Takes over both references. */
static enum err_code add_event(struct hook_events *events,
    struct event_index *index, const struct commit_note *note,
    const struct record_pair *pair, struct err *e)
{
	struct hook_event *one = find_event(
	    events, index, record_key(pair->old ? pair->old : pair->now));

	if (!one && !make_room(events, index)) {
		record_unref(pair->old);
		record_unref(pair->now);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	if (one && !one->old && !pair->now) {
		record_unref(pair->old);
		forget_event(events, index, one);
		return ERR_OK;
	}
	if (one) {
		index_remove(index, events, (size_t)(one - events->items));
		record_unref(pair->old);
		record_unref(one->now);
	} else {
		one = &events->items[events->n++];
		memset(one, 0, sizeof(*one));
		one->old = pair->old;
	}
	one->now = pair->now;
	one->commit = note->id;
	add_author(one, note->by);
	index_add(index, events, (size_t)(one - events->items));
	return ERR_OK;
}

static struct record *read_record(
    struct store *store, const struct blob_id *blob)
{
	struct buf text = BUF_INIT(MAX_RECORD);
	struct record *r = NULL;

	/* a record that is not valid triggers nothing */
	if (store_read_blob(store, blob, &text, NULL) != ERR_OK ||
	    record_parse(kind_get(KIND_DEVICE), buf_text(&text), text.len,
		blob->raw, &r, NULL) != ERR_OK)
		r = NULL;
	buf_release(&text);
	return r;
}

/* A move is a removal and an addition in one commit: they are held back until
 * both are known.  A change in place is an event at once. */
static enum err_code note_change(
    void *ctx, const struct store_change *change, struct err *e)
{
	struct commit_changes *c = ctx;
	struct record *old =
	    change->has_old ? read_record(c->store, &change->old_blob) : NULL;
	struct record *now =
	    change->has_new ? read_record(c->store, &change->new_blob) : NULL;

	if (!old && !now)
		return ERR_OK;
	if (old && now)
		return add_event(c->events, c->index, c->note,
		    &(struct record_pair){ old, now }, e);
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 16;
		void *grown = realloc(c->items, cap * sizeof(*c->items));

		if (!grown) {
			record_unref(old);
			record_unref(now);
			return err_set(e, ERR_SYSTEM, "out of memory");
		}
		c->items = grown;
		c->cap = cap;
	}
	c->items[c->n++] = (struct record_pair){ old, now };
	return ERR_OK;
}

static int by_key(const void *a, const void *b)
{
	const struct record_pair *x = a, *y = b;
	int order = strcmp(record_key(x->old ? x->old : x->now),
	    record_key(y->old ? y->old : y->now));

	/* a removal before an addition of the same name */
	return order ? order : (int)!x->old - (int)!y->old;
}

static void join(struct record_pair *removed, struct record_pair *added)
{
	removed->now = added->now;
	added->now = NULL;
}

/* What moved between areas keeps its name.  A renamed device is the one that
 * is left on either side of a commit that says it renames. */
static void pair_moves(struct commit_changes *c)
{
	struct record_pair *removed = NULL, *added = NULL;

	if (c->n)
		qsort(c->items, c->n, sizeof(*c->items), by_key);
	for (size_t i = 1; i < c->n; i++) {
		if (c->items[i - 1].old && !c->items[i].old &&
		    strcmp(record_key(c->items[i - 1].old),
			record_key(c->items[i].now)) == 0)
			join(&c->items[i - 1], &c->items[i]);
	}
	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i].old && !c->items[i].now)
			removed = &c->items[i];
		else if (!c->items[i].old && c->items[i].now)
			added = &c->items[i];
	}
	if (c->note->renames && removed && added)
		join(removed, added);
}

static enum err_code read_commit(struct store *store,
    const struct commit_note *note, struct hook_events *events,
    struct event_index *index, struct err *e)
{
	struct commit_changes c = {
		.store = store, .events = events, .index = index, .note = note
	};
	enum err_code rc;

	rc = store_diff(
	    store, &note->parent, &note->id, "devices/", note_change, &c, e);
	pair_moves(&c);
	for (size_t i = 0; i < c.n; i++) {
		if (rc == ERR_OK && (c.items[i].old || c.items[i].now)) {
			rc = add_event(events, index, note, &c.items[i], e);
		} else {
			record_unref(c.items[i].old);
			record_unref(c.items[i].now);
		}
	}
	free(c.items);
	return rc;
}

enum err_code hook_events_collect(struct store *store,
    const struct commit_id *from, const struct commit_id *to,
    struct hook_events *ret, struct err *e)
{
	struct walk w = { .stop_at = from };
	struct event_index index = { NULL, NULL, 0 };
	enum err_code rc;

	if (commit_id_equal(from, to))
		return ERR_OK;
	rc = store_log(store, STORE_MAIN, to, note_commit, &w, e);
	if (rc == ERR_OK && !w.reached)
		rc = err_set(e, ERR_STALE,
		    "the commit up to which changes were evaluated does not "
		    "lead to the branch");
	if (rc == ERR_OK && ret->cap && !index_fit(&index, ret))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	while (rc == ERR_OK && w.n > 0)
		rc = read_commit(store, &w.items[--w.n], ret, &index, e);
	drop_empty(ret);
	index_release(&index);
	free(w.items);
	return rc;
}

void hook_events_release(struct hook_events *events)
{
	for (size_t i = 0; i < events->n; i++) {
		record_unref(events->items[i].old);
		record_unref(events->items[i].now);
	}
	free(events->items);
	memset(events, 0, sizeof(*events));
}
