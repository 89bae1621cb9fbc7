#include "app/port/history.h"

#include "infra/git/history_index.h"

#include <string.h>

/* --- the versions of one path ----------------------------------------- */

/* A place in the history of a path: everything before commit `bound` is still
 * to come.  Commits are counted from the branch's first. */
struct chain {
	const struct history_parts *in;
	const char *path; /* as it was called there; in the index */
	uint64_t bound;
	size_t part; /* newer parts are done with; counted from 1 */
	bool looked; /* `at` is of this part and path */
	uint32_t at; /* change + 1; 0: no more in this part */
	const struct part_change *change; /* found; NULL: the end */
	uint64_t commit;		  /* that made it */
};

/* To the newest change of the path before the bound. */
static void chain_find(struct chain *c)
{
	c->change = NULL;
	for (; c->part > 0; c->part--, c->looked = false) {
		const struct part *p = c->in->parts[c->part - 1];
		uint64_t before = c->in->before[c->part - 1];
		uint32_t path;

		if (!c->looked) {
			c->at = part_find_path(p, c->path, &path)
				    ? part_path(p, path)->newest
				    : 0;
			c->looked = true;
		}
		while (c->at &&
		       before + part_change(p, c->at - 1)->commit >= c->bound)
			c->at = part_change(p, c->at - 1)->older;
		if (c->at) {
			c->change = part_change(p, c->at - 1);
			c->commit = before + c->change->commit;
			return;
		}
	}
}

/* To the change before the one that was found, under the older name if that
 * one moved the file here. */
static void chain_next(struct chain *c)
{
	const struct part *p = c->in->parts[c->part - 1];

	c->bound = c->commit;
	if (c->change->from) {
		c->path = part_text(p, part_path(p, c->change->from - 1)->text);
		c->looked = false;
	}
	chain_find(c);
}

static void chain_init(
    struct chain *c, const struct history_parts *in, const char *path)
{
	*c = (struct chain){
		.in = in, .path = path, .bound = in->n_commits, .part = in->n
	};
	chain_find(c);
}

/* --- one query -------------------------------------------------------- */

struct search {
	const struct history_query *query;
	const struct history_filter *filter;
	const struct history_parts *in;
	struct arena *arena;
	struct chain chains[HISTORY_MAX_PATHS];
	struct history_page page;
};

static bool is_absent(const uint8_t *blob)
{
	static const uint8_t absent[STORE_OID_SIZE];

	return memcmp(blob, absent, STORE_OID_SIZE) == 0;
}

/* The part that has the commit, and which one of it that is. */
static const struct part *locate(
    const struct history_parts *in, uint64_t commit, uint32_t *ret)
{
	size_t i = in->n - 1;

	while (in->before[i] > commit)
		i--;
	*ret = (uint32_t)(commit - in->before[i]);
	return in->parts[i];
}

static bool is_touched(const struct search *s, uint64_t commit)
{
	for (size_t i = 0; i < s->query->n_paths; i++) {
		if (s->chains[i].change && s->chains[i].commit == commit)
			return true;
	}
	return false;
}

static bool text_is(const struct part *p, const struct part_commit *c,
    enum part_text text, const char *wanted)
{
	return !wanted || strcmp(part_text(p, c->text[text]), wanted) == 0;
}

/* "12 devices": no device's name has a space. */
static bool is_of_several(const struct history_filter *f, const struct part *p,
    const struct part_commit *c)
{
	const char *run = part_text(p, c->text[PART_RUN]);

	return f->has_device && *run &&
	       strchr(part_text(p, c->text[PART_DEVICE]), ' ') &&
	       f->has_device(f->ctx, run, f->device);
}

static bool matches(const struct search *s, uint64_t commit)
{
	const struct history_filter *f = s->filter;
	const struct part_commit *c;
	const struct part *p;
	uint32_t i;

	if (!f)
		return true;
	p = locate(s->in, commit, &i);
	c = part_commit(p, i);
	return text_is(p, c, PART_AUTHOR, f->author) &&
	       text_is(p, c, PART_JOB, f->job) &&
	       text_is(p, c, PART_TRIGGER, f->trigger) &&
	       text_is(p, c, PART_RESULT, f->result) &&
	       (!f->since_ms || c->time_ms >= f->since_ms) &&
	       (!f->until_ms || c->time_ms < f->until_ms) &&
	       (text_is(p, c, PART_DEVICE, f->device) ||
		   is_touched(s, commit) || is_of_several(f, p, c));
}

/* --- copying out ------------------------------------------------------ */

static void copy_commit(
    struct search *s, uint64_t commit, struct history_commit *ret)
{
	uint32_t i;
	const struct part *p = locate(s->in, commit, &i);
	const struct part_commit *c = part_commit(p, i);
	const char **const texts[PART_TEXTS_OF_COMMIT] = {
		[PART_AUTHOR] = &ret->author,
		[PART_SUBJECT] = &ret->subject,
		[PART_RUN] = &ret->run,
		[PART_JOB] = &ret->job,
		[PART_TRIGGER] = &ret->trigger,
		[PART_DEVICE] = &ret->device,
		[PART_RESULT] = &ret->result,
	};

	memcpy(ret->id.raw, c->id, STORE_OID_SIZE);
	ret->time_ms = c->time_ms;
	for (int t = 0; t < PART_TEXTS_OF_COMMIT; t++)
		*texts[t] = arena_strdup(s->arena, part_text(p, c->text[t]));
}

static void copy_version(struct search *s, const struct chain *at, size_t of,
    struct history_version *ret)
{
	struct chain before = *at;

	chain_next(&before);
	*ret = (struct history_version){ .of = of,
		.path = arena_strdup(s->arena, at->path),
		.has_new = !is_absent(at->change->blob) };
	ret->old_path = ret->path;
	memcpy(ret->new_blob.raw, at->change->blob, STORE_OID_SIZE);
	if (!before.change || is_absent(before.change->blob))
		return;
	ret->has_old = true;
	memcpy(ret->old_blob.raw, before.change->blob, STORE_OID_SIZE);
	if (at->change->from)
		ret->old_path = arena_strdup(s->arena, before.path);
}

static enum err_code take_entry(
    struct search *s, uint64_t commit, struct err *e)
{
	struct history_entry *entry = &s->page.entries[s->page.n];
	size_t n = s->query->n_paths;

	*entry = (struct history_entry){ .n_versions = 0 };
	copy_commit(s, commit, &entry->commit);
	if (n > 0)
		entry->versions =
		    arena_alloc(s->arena, n * sizeof(*entry->versions));
	for (size_t i = 0; i < n && entry->versions; i++) {
		const struct chain *c = &s->chains[i];

		if (c->change && c->commit == commit)
			copy_version(
			    s, c, i, &entry->versions[entry->n_versions++]);
	}
	if (arena_failed(s->arena))
		return err_set(e, ERR_LIMIT, "the history is too large");
	s->page.n++;
	return ERR_OK;
}

/* --- the walk --------------------------------------------------------- */

/* Every commit is looked at, and not only those that touched a path. */
static bool looks_at_all(const struct search *s)
{
	return s->query->n_paths == 0 || (s->filter && s->filter->device);
}

/* The newest commit before `bound` that may be an answer; false at the end. */
static bool next_commit(const struct search *s, uint64_t bound, uint64_t *ret)
{
	bool found = false;

	if (looks_at_all(s)) {
		*ret = bound - 1;
		return bound > 0;
	}
	for (size_t i = 0; i < s->query->n_paths; i++) {
		const struct chain *c = &s->chains[i];

		if (c->change && (!found || c->commit > *ret)) {
			*ret = c->commit;
			found = true;
		}
	}
	return found;
}

/* Moves the chains on, past everything that is not before `bound`. */
static void advance(struct search *s, uint64_t bound)
{
	for (size_t i = 0; i < s->query->n_paths; i++) {
		while (s->chains[i].change && s->chains[i].commit >= bound)
			chain_next(&s->chains[i]);
	}
}

static enum err_code walk(struct search *s, uint64_t bound, struct err *e)
{
	uint64_t commit = 0;
	enum err_code rc = ERR_OK;

	for (advance(s, bound); next_commit(s, bound, &commit);
	     bound = commit, advance(s, bound)) {
		uint32_t i;

		if (!matches(s, commit))
			continue;
		if (s->page.n == s->query->limit) {
			const struct part *p = locate(s->in, commit, &i);

			s->page.has_more = true;
			memcpy(s->page.next.raw, part_commit(p, i)->id,
			    STORE_OID_SIZE);
			break;
		}
		rc = take_entry(s, commit, e);
		if (rc != ERR_OK)
			break;
	}
	return rc;
}

/* The number after the commit's. */
static enum err_code find_start(const struct history_parts *in,
    const struct commit_id *from, uint64_t *ret, struct err *e)
{
	uint32_t found;

	*ret = in->n_commits;
	if (!from)
		return ERR_OK;
	for (size_t i = in->n; i-- > 0;) {
		if (part_find_commit(in->parts[i], from, &found)) {
			*ret = in->before[i] + found + 1;
			return ERR_OK;
		}
	}
	return err_set(e, ERR_NOT_FOUND,
	    "This commit is not in the history of the branch.");
}

static enum err_code search_parts(struct search *s, struct err *e)
{
	const struct history_query *q = s->query;
	uint64_t bound;
	enum err_code rc = find_start(s->in, q->from, &bound, e);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < q->n_paths; i++)
		chain_init(&s->chains[i], s->in, q->paths[i]);
	return walk(s, bound, e);
}

static enum err_code check_query(const struct history_query *q, struct err *e)
{
	if (q->n_paths > HISTORY_MAX_PATHS || q->limit > HISTORY_MAX_LIMIT)
		return err_set(e, ERR_LIMIT,
		    "The history of at most %d paths and %d commits can be "
		    "read at once.",
		    HISTORY_MAX_PATHS, HISTORY_MAX_LIMIT);
	return ERR_OK;
}

enum err_code store_history(struct store *s, const struct history_query *query,
    struct arena *arena, struct history_page *ret, struct err *e)
{
	struct search search = {
		.query = query, .filter = query->filter, .arena = arena
	};
	struct history_parts parts;
	struct history_index *ix;
	enum err_code rc = check_query(query, e);

	if (rc == ERR_OK)
		rc = history_index_get(s, query->branch, &ix, e);
	if (rc == ERR_OK)
		rc = history_index_update(ix, e);
	if (rc != ERR_OK)
		return rc;
	search.page.entries =
	    arena_alloc(arena, (query->limit + 1) * sizeof(*ret->entries));
	if (!search.page.entries)
		return err_set(e, ERR_LIMIT, "the history is too large");
	history_index_read_lock(ix, &parts);
	search.in = &parts;
	rc = search_parts(&search, e);
	history_index_unlock(ix);
	if (rc == ERR_OK)
		*ret = search.page;
	return rc;
}

enum err_code store_history_update(
    struct store *s, enum store_branch branch, struct err *e)
{
	struct history_index *ix;
	enum err_code rc = history_index_get(s, branch, &ix, e);

	return rc == ERR_OK ? history_index_update(ix, e) : rc;
}
