#include "app/search.h"

#include "app/search_internal.h"
#include "base/clock.h"

#include <string.h>

#define MAX_TOLD 1000 /* bytes of a line */
/* Between two looks at the clock: some patterns take ten microseconds for a
 * byte. */
#define SLICE ((ptrdiff_t)4 * 1024)

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

/* The end of the whole lines that are read before the clock is looked at. */
static const char *slice_end(const struct reader *r, const char *p)
{
	const char *newline = NULL;

	if (r->end - p > SLICE)
		newline = memchr(p + SLICE, '\n', (size_t)(r->end - p - SLICE));
	return newline ? newline + 1 : r->end;
}

static bool stop_at_first(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)line;
	(void)len;
	return false;
}

/* Does a line match? */
static bool any_match(struct reader *r)
{
	const char *p = r->begin;

	while (p < r->end && !r->late) {
		const char *stop = slice_end(r, p);

		if (!line_regex_each(
			r->q->pattern, p, stop, stop_at_first, NULL))
			return true;
		p = stop;
		r->late = p < r->end && clock_mono_ms() > r->deadline;
	}
	return false;
}

/* The next line that matches, in whole lines from p on. */
static const char *next_match(struct reader *r, const char *p, size_t *ret_len)
{
	while (p < r->end && !r->late) {
		const char *stop = slice_end(r, p);
		const char *found =
		    line_regex_next(r->q->pattern, p, stop, ret_len);

		if (found)
			return found;
		p = stop;
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
	const uint8_t *candidates;
	size_t n_read;	       /* bytes of texts */
	size_t n_timed;	       /* of those, at the last look at the clock */
	bool asked;	       /* which shapes match */
	const uint8_t *shapes; /* that match; NULL: it is not known */
};

/* A device, as the image and what came later tell of it together. */
struct place {
	const char *name;
	size_t number;			    /* in the image */
	const struct search_device *device; /* of the image, or NULL */
	const struct search_change *change; /* or NULL */
};

/* A text that holds no match costs nothing but its reading. */
static void read_device_text(struct search *s, const struct place *at,
    enum path_config which, const char *begin, size_t len)
{
	struct search_text *to = &s->texts[s->n];
	struct reader r = { .q = s->q,
		.arena = s->arena,
		.begin = begin,
		.end = begin + len,
		.at = begin,
		.number = 1,
		.deadline = s->deadline };
	bool found;

	if (len == 0)
		return;
	s->n_read += len;
	found = any_match(&r);
	s->late = r.late;
	if (!found)
		return;
	*to = (struct search_text){ .device = arena_strdup(s->arena, at->name),
		.which = which };
	read_text(&r, to);
	s->late = r.late;
	s->n++;
}

/* Asked once the texts that were read came to more than all shapes: then the
 * answer costs no more than was spent already, whatever it is worth. */
static bool has_matching_shape(
    struct search *s, const struct search_text_at *text)
{
	const struct search_image *image = &s->index->image;
	int64_t now;

	if (!s->asked && s->n_read > image->header->shapes.n) {
		s->asked = true;
		now = clock_mono_ms();
		s->shapes = search_shapes(image, s->q->pattern,
		    now + (s->deadline - now) / 2, s->arena);
		s->late = clock_mono_ms() > s->deadline;
	}
	if (!s->shapes || text->n_ids == SEARCH_NO_SHAPES)
		return true;
	for (size_t i = 0; i < text->n_ids; i++) {
		uint32_t id = image->ids[text->ids + i];

		if (s->shapes[id / 8] >> (id % 8) & 1)
			return true;
	}
	return false;
}

static void search_one(
    struct search *s, const struct place *at, enum path_config which)
{
	const struct search_index *index = s->index;
	const struct search_text_at *text;

	if (!s->q->in[which] || s->late)
		return;
	if (at->change && at->change->changed[which]) {
		const struct search_span *span = &at->change->text[which];

		read_device_text(
		    s, at, which, index->later.file.map + span->at, span->len);
		return;
	}
	if (!at->device)
		return;
	text = &at->device->text[which];
	if (text->len > 0 && has_matching_shape(s, text))
		read_device_text(
		    s, at, which, index->image.texts + text->at, text->len);
}

/* The next device by name: *i of the image, or *j of the changes, or both. */
static bool next_place(
    const struct search_index *index, size_t *i, size_t *j, struct place *ret)
{
	const struct search_image *image = &index->image;
	const struct search_later *later = &index->later;
	bool in_image = *i < image->header->devices.n;
	bool in_later = *j < later->n;
	int order;

	if (!in_image && !in_later)
		return false;
	*ret = (struct place){ .number = *i };
	if (in_image) {
		ret->device = &image->devices[*i];
		ret->name = image->names + ret->device->name;
	}
	order = !in_image   ? 1
		: !in_later ? -1
			    : strcmp(ret->name, later->changes[*j].name);
	if (order >= 0) {
		ret->change = &later->changes[(*j)++];
		ret->name = ret->change->name;
	}
	if (order > 0)
		ret->device = NULL;
	else
		(*i)++;
	return true;
}

static size_t text_length(const struct place *at, int which)
{
	if (at->change && at->change->changed[which])
		return at->change->text[which].len;
	return at->device ? at->device->text[which].len : 0;
}

static bool has_text(const struct place *at)
{
	for (int which = 0; which < SEARCH_TEXTS; which++) {
		if (text_length(at, which) > 0)
			return true;
	}
	return false;
}

/* How many texts of it may be found: those of one device are told together. */
static size_t count_asked(const struct search_query *q, const struct place *at)
{
	size_t n = 0;

	for (int which = 0; which < SEARCH_TEXTS; which++)
		n += q->in[which] && text_length(at, which) > 0;
	return n;
}

static bool is_candidate(const struct search *s, const struct place *at)
{
	if (strcmp(at->name, s->q->after) <= 0)
		return false;
	return at->change ||
	       (s->candidates[at->number / 8] >> (at->number % 8) & 1);
}

/* A look at the clock costs as much as some hundred bytes. */
static bool is_late(struct search *s)
{
	if (s->n_read - s->n_timed > (size_t)SLICE || s->n_read == 0) {
		s->n_timed = s->n_read;
		s->late = s->late || clock_mono_ms() > s->deadline;
	}
	return s->late;
}

static void search_all(struct search *s, struct search_found *ret)
{
	const char *last = s->q->after;
	bool ended = false;
	size_t i = 0, j = 0;
	struct place at;

	s->deadline = clock_mono_ms() + s->q->budget_ms;
	ret->next = "";
	while (next_place(s->index, &i, &j, &at)) {
		ret->n_devices += has_text(&at);
		if (ended || !is_candidate(s, &at))
			continue;
		ret->late = is_late(s);
		ended = ret->late ||
			(s->n > 0 &&
			    s->n + count_asked(s->q, &at) > s->q->max_texts);
		if (ended) {
			ret->next = arena_strdup(s->arena, last);
			continue;
		}
		for (int which = 0; which < SEARCH_TEXTS; which++)
			search_one(s, &at, (enum path_config)which);
		last = at.name;
	}
	ret->late = ret->late || s->late;
}

static enum err_code search_locked(const struct search_index *index,
    const struct search_query *q, struct arena *a, struct search_found *ret,
    struct err *e)
{
	struct search s = { .index = index, .q = q, .arena = a };
	struct search_found found = { .n = 0 };

	s.candidates = search_candidates(&index->image, q->pattern, a);
	s.texts =
	    arena_alloc(a, (q->max_texts + SEARCH_TEXTS) * sizeof(*s.texts));
	if (!s.candidates || !s.texts)
		return err_set(e, ERR_SYSTEM, "out of memory");
	search_all(&s, &found);
	if (arena_failed(a))
		return err_set(e, ERR_LIMIT, "too much was found to be shown");
	found.texts = s.texts;
	found.n = s.n;
	*ret = found;
	return ERR_OK;
}

enum err_code search_texts(struct search_index *index,
    const struct search_query *q, struct arena *a, struct search_found *ret,
    struct err *e)
{
	enum err_code rc = search_lock_current(index, e);

	if (rc != ERR_OK)
		return rc;
	rc = search_locked(index, q, a, ret, e);
	search_unlock(index);
	return rc;
}
