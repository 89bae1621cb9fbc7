#include "app/search.h"

#include "app/search_internal.h"
#include "base/clock.h"

#include <string.h>

#define MAX_TOLD 1000 /* bytes of a line */
/* Between two looks at the clock: some patterns take ten microseconds for a
 * byte. */
#define SLICE ((ptrdiff_t)16 * 1024)

/* --- one text ------------------------------------------------------------ */

struct reader {
	const struct search_query *q;
	struct arena *arena;
	const char *begin, *end;
	const char *told_to;  /* where the last line that was told ends */
	unsigned long number; /* of the line that begins at `at` */
	const char *at;
	struct search_line *lines;
	size_t n, cap;
	int64_t deadline;
	bool late; /* the rest was not read */
};

/* The next line that matches, in whole lines from p on. */
static const char *next_match(struct reader *r, const char *p, size_t *ret_len)
{
	while (p < r->end && !r->late) {
		const char *newline = NULL, *stop, *found;

		if (r->end - p > SLICE)
			newline = memchr(
			    p + SLICE, '\n', (size_t)(r->end - p - SLICE));
		stop = newline ? newline : r->end;
		found = line_regex_next(r->q->pattern, p, stop, ret_len);
		if (found)
			return found;
		p = newline ? newline + 1 : r->end;
		r->late = p < r->end && clock_mono_ms() > r->deadline;
	}
	return NULL;
}

static const char *line_end(const struct reader *r, const char *p)
{
	const char *end = memchr(p, '\n', (size_t)(r->end - p));

	return end ? end : r->end;
}

/* The beginning of the n-th line before the one that begins at p, or of the
 * text. */
static const char *lines_before(const struct reader *r, const char *p, size_t n)
{
	while (n-- > 0 && p > r->begin) {
		const char *start =
		    memrchr(r->begin, '\n', (size_t)(p - 1 - r->begin));

		p = start ? start + 1 : r->begin;
	}
	return p;
}

static unsigned long number_of(struct reader *r, const char *line)
{
	while (r->at < line) {
		const char *newline =
		    memchr(r->at, '\n', (size_t)(line - r->at));

		if (!newline)
			break;
		r->number++;
		r->at = newline + 1;
	}
	return r->number;
}

static void tell(struct reader *r, const char *line, bool matches)
{
	const char *end = line_end(r, line);
	size_t len = (size_t)(end - line);
	struct search_line *to;

	if (r->n == r->cap)
		return;
	len = len < MAX_TOLD ? len : MAX_TOLD;
	to = &r->lines[r->n];
	*to = (struct search_line){ .number = number_of(r, line),
		.text = arena_memdup(r->arena, line, len),
		.len = len,
		.matches = matches,
		.gap = r->n > 0 && line != r->told_to };
	r->told_to = end < r->end ? end + 1 : r->end;
	r->n++;
}

/* The lines before it that were not told yet, and itself. */
static void tell_match(struct reader *r, const char *line)
{
	const char *p = lines_before(r, line, r->q->context);

	if (r->told_to && p < r->told_to)
		p = r->told_to;
	while (p < line) {
		tell(r, p, false);
		p = line_end(r, p) + 1;
	}
	tell(r, line, true);
}

/* The lines after the last match, up to the next one. */
static void tell_after(struct reader *r, const char *next)
{
	for (size_t i = 0; i < r->q->context && r->told_to &&
			   r->told_to < (next ? next : r->end);
	     i++)
		tell(r, r->told_to, false);
}

static void read_text(struct reader *r, struct search_text *to)
{
	const struct search_query *q = r->q;
	const char *p = r->begin;
	size_t len, told = 0;

	r->cap = q->max_lines * (2 * q->context + 1);
	r->lines = arena_alloc(r->arena, r->cap * sizeof(*r->lines));
	if (!r->lines)
		return;
	while ((p = next_match(r, p, &len)) != NULL) {
		to->n_matches++;
		if (told <= q->max_lines && told > 0)
			tell_after(r, p);
		if (told < q->max_lines)
			tell_match(r, p);
		told += told <= q->max_lines;
		p += len + 1;
	}
	if (told > 0 && told <= q->max_lines)
		tell_after(r, NULL);
	to->lines = r->lines;
	to->n_lines = r->n;
}

/* --- all of them --------------------------------------------------------- */

struct search {
	const struct search_index *index;
	const struct search_query *q;
	struct arena *arena;
	struct search_text *texts;
	size_t n;
	int64_t deadline;
	bool late;
};

/* A text that holds no match costs nothing but its reading. */
static void search_one(
    struct search *s, const struct search_device *d, enum path_config which)
{
	const struct search_span *span = &d->text[which];
	const char *begin = s->index->file.map + span->at;
	struct search_text *to = &s->texts[s->n];
	struct reader r = { .q = s->q,
		.arena = s->arena,
		.begin = begin,
		.end = begin + span->len,
		.at = begin,
		.number = 1,
		.deadline = s->deadline };
	bool found;
	size_t len;

	if (!s->q->in[which] || span->len == 0 || s->late)
		return;
	found = next_match(&r, begin, &len) != NULL;
	s->late = r.late;
	if (!found)
		return;
	*to = (struct search_text){ .device = arena_strdup(s->arena, d->name),
		.which = which };
	read_text(&r, to);
	s->late = r.late;
	s->n++;
}

static size_t count_texts(const struct search_index *index)
{
	size_t n = 0;

	for (size_t i = 0; i < index->n; i++)
		n += index->devices[i].text[PATH_INTENDED].len > 0 ||
		     index->devices[i].text[PATH_BACKUP].len > 0;
	return n;
}

static void search_all(
    struct search *s, const uint8_t *candidates, struct search_found *ret)
{
	const char *last = s->q->after;

	s->deadline = clock_mono_ms() + s->q->budget_ms;
	ret->next = "";
	for (size_t i = 0; i < s->index->n; i++) {
		const struct search_device *d = &s->index->devices[i];

		if (!(candidates[d->slot / 8] >> (d->slot % 8) & 1) ||
		    strcmp(d->name, s->q->after) <= 0)
			continue;
		ret->late = s->late || clock_mono_ms() > s->deadline;
		if (ret->late || s->n + 2 > s->q->max_texts) {
			ret->next = arena_strdup(s->arena, last);
			break;
		}
		search_one(s, d, PATH_INTENDED);
		search_one(s, d, PATH_BACKUP);
		last = d->name;
	}
	ret->late = ret->late || s->late;
}

static enum err_code search_locked(const struct search_index *index,
    const struct search_query *q, struct arena *a, struct search_found *ret,
    struct err *e)
{
	struct search s = { .index = index, .q = q, .arena = a };
	const uint8_t *candidates = search_candidates(index, q->pattern, a);
	struct search_found found = { .n = 0 };

	s.texts = arena_alloc(a, (q->max_texts + 2) * sizeof(*s.texts));
	if (!candidates || !s.texts)
		return err_set(e, ERR_SYSTEM, "out of memory");
	search_all(&s, candidates, &found);
	if (arena_failed(a))
		return err_set(e, ERR_LIMIT, "too much was found to be shown");
	found.texts = s.texts;
	found.n = s.n;
	found.n_devices = count_texts(index);
	*ret = found;
	return ERR_OK;
}

/* The index as it is at the tip, locked for reading. */
static enum err_code lock_current(struct search_index *index, struct err *e)
{
	struct commit_id tip;
	enum err_code rc;

	rc = store_tip(index->app->store, STORE_MAIN, &tip, e);
	if (rc != ERR_OK)
		return rc;
	pthread_rwlock_rdlock(&index->lock);
	if (index->file.map && commit_id_equal(&tip, &index->at))
		return ERR_OK;
	pthread_rwlock_unlock(&index->lock);
	pthread_rwlock_wrlock(&index->lock);
	if (!index->file.map || !commit_id_equal(&tip, &index->at))
		rc = search_advance(index, &tip, e);
	pthread_rwlock_unlock(&index->lock);
	if (rc != ERR_OK)
		return rc;
	/* it may have gone on meanwhile, and is right either way */
	pthread_rwlock_rdlock(&index->lock);
	if (index->file.map)
		return ERR_OK;
	pthread_rwlock_unlock(&index->lock);
	return err_set(e, ERR_SYSTEM, "the index of texts is not there");
}

enum err_code search_texts(struct search_index *index,
    const struct search_query *q, struct arena *a, struct search_found *ret,
    struct err *e)
{
	enum err_code rc = lock_current(index, e);

	if (rc != ERR_OK)
		return rc;
	rc = search_locked(index, q, a, ret, e);
	pthread_rwlock_unlock(&index->lock);
	return rc;
}
