#include "web/search_ask.h"

#include "app/record_lines.h"
#include "base/clock.h"
#include "web/query_word.h"
#include "web/web.h"

#include <string.h>
#include <strings.h>

#define BUDGET_MS 1500
#define MAX_LINES 5
#define CONTEXT 2
#define SLICE 4096 /* bytes of records between two looks at the clock */

/* --- records ------------------------------------------------------------- */

static const char *match_field(
    struct line_regex *pattern, const struct record *r, int field)
{
	const char *text = record_text(r, field);

	if (*text)
		return line_regex_matches(pattern, text, strlen(text)) ? text
								       : NULL;
	for (size_t i = 0; i < record_count(r, field); i++) {
		text = record_item(r, field, i);
		if (line_regex_matches(pattern, text, strlen(text)))
			return text;
	}
	return NULL;
}

static bool match_record(struct search_answer *to, const struct record *r,
    const int *fields, struct search_record *ret)
{
	for (; *fields >= 0; fields++) {
		const char *text = match_field(to->pattern, r, *fields);

		if (!text)
			continue;
		*ret = (struct search_record){ r,
			&record_kind(r)->schema.fields[*fields], text };
		return true;
	}
	return false;
}

/* All of the text is what was asked for; an address may have a port or a
 * length. */
static bool is_exact(const char *q, const char *text)
{
	size_t len = strlen(q);

	/* most differ in their first letter, in more than its case */
	if ((*q ^ *text) & ~0x20)
		return false;
	return strncasecmp(q, text, len) == 0 && strchr(":/", text[len]);
}

/* What is called just so comes first, also where there is no more room. */
static void add_record(struct search_answer *to, size_t *n_exact, bool exact,
    const struct search_record *hit)
{
	size_t at = exact ? (*n_exact)++ : to->n_records;

	if (to->n_records == SEARCH_RECORDS) {
		to->more_records = true;
		if (!exact || at >= SEARCH_RECORDS)
			return;
		to->n_records--;
	}
	memmove(to->records + at + 1, to->records + at,
	    (to->n_records - at) * sizeof(to->records[0]));
	to->records[at] = *hit;
	to->n_records++;
}

static bool stop_at_first(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)line;
	(void)len;
	return false;
}

struct seeker {
	struct search_answer *to;
	const struct record_lines *lines;
	const char *q;
	size_t n_exact;
};

/* Of a record that there is no more room for only this is asked. */
static bool may_be_exact(const struct seeker *s, const struct record *r)
{
	const int *field = record_lines_fields(record_kind(r)->id);

	for (; *field >= 0; field++) {
		const char *text = record_text(r, *field);
		size_t n = *text ? 0 : record_count(r, *field);

		if (is_exact(s->q, text))
			return true;
		for (size_t i = 0; i < n; i++) {
			if (is_exact(s->q, record_item(r, *field, i)))
				return true;
		}
	}
	return false;
}

static void tell_record(struct seeker *s, const struct record *r)
{
	const int *fields = record_lines_fields(record_kind(r)->id);
	struct search_record hit;

	if (match_record(s->to, r, fields, &hit))
		add_record(s->to, &s->n_exact, is_exact(s->q, hit.text), &hit);
}

/* The first of the records [i, end) with a line that matches; end: none. */
static size_t find_record(const struct seeker *s, size_t i, size_t end)
{
	const char *text = s->lines->text, *found;
	const char *p = text + s->lines->start[i];
	const char *stop = text + s->lines->start[end];
	size_t len;

	/* most have none, and this is the fastest way to know it */
	if (line_regex_each(s->to->pattern, p, stop, stop_at_first, NULL))
		return end;
	found = line_regex_next(s->to->pattern, p, stop, &len);
	return found ? record_lines_find(s->lines, (size_t)(found - text))
		     : end;
}

/* The records whose lines are looked at before the clock is. */
static size_t slice_end(const struct record_lines *lines, size_t i)
{
	size_t end = record_lines_find(lines, lines->start[i] + SLICE);

	return end > i ? end : i + 1;
}

static void search_slice(struct seeker *s, size_t i, size_t end)
{
	while (i < end) {
		if (!s->to->more_records)
			i = find_record(s, i, end);
		else if (!may_be_exact(s, s->lines->records[i])) {
			i++;
			continue;
		}
		if (i < end)
			tell_record(s, s->lines->records[i++]);
	}
}

static enum err_code search_records(
    struct request *r, struct search_answer *to, struct err *e)
{
	struct seeker s = { .to = to,
		.lines = snapshot_lines(r->snapshot),
		.q = request_query(r, "q", "") };
	struct deadline deadline = deadline_in_ms(BUDGET_MS);
	bool late = false;

	if (!s.lines)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0, end; i < s.lines->n && !late; i = end) {
		end = slice_end(s.lines, i);
		search_slice(&s, i, end);
		late = end < s.lines->n && deadline_passed(deadline);
	}
	to->more_records = to->more_records || late;
	return ERR_OK;
}

/* --- the question -------------------------------------------------------- */

static enum err_code compile(
    struct request *r, struct line_regex **ret, struct err *e)
{
	const char *q = request_query(r, "q", "");
	struct line_regex_options options = {
		.literal = strcmp(request_query(r, "mode", ""), "regex") != 0,
		.fold_case = !query_is_on(request_query(r, "case", "")),
	};

	if (strlen(q) < SEARCH_MIN)
		return err_set(e, ERR_INVALID,
		    "Ask for at least %d characters.", SEARCH_MIN);
	return line_regex_compile(r->arena, q, options, ret, e);
}

const char *const search_texts_words[PATH_CONFIGS + 1] = {
	[PATH_INTENDED] = "intended",
	[PATH_BACKUP] = "backup",
	[PATH_OUTPUTS] = "outputs",
	[PATH_CONFIGS] = NULL,
};

/* Texts of one sort, or of all. */
static bool is_asked(const char *in, const char *which)
{
	bool known = false;

	for (size_t i = 0; i < PATH_CONFIGS; i++)
		known = known || strcmp(in, search_texts_words[i]) == 0;
	return !known || strcmp(in, which) == 0;
}

enum err_code search_ask(struct request *r, size_t max_texts,
    struct search_answer *ret, struct err *e)
{
	const char *in = request_query(r, "in", "");
	struct search_answer answer = { .n_records = 0 };
	struct search_query q = {
		.in = { [PATH_INTENDED] = is_asked(in, "intended"),
		    [PATH_BACKUP] = is_asked(in, "backup"),
		    [PATH_OUTPUTS] = is_asked(in, "outputs") },
		.after = request_query(r, "after", ""),
		.max_texts = max_texts,
		.max_lines = MAX_LINES,
		.context = CONTEXT,
		.budget_ms = BUDGET_MS,
	};
	enum err_code rc = compile(r, &answer.pattern, e);

	if (rc != ERR_OK)
		return rc;
	if (!*q.after)
		rc = search_records(r, &answer, e);
	if (rc != ERR_OK)
		return rc;
	q.pattern = answer.pattern;
	rc = search_texts(r->web->search, &q, r->arena, &answer.found, e);
	if (rc == ERR_OK)
		*ret = answer;
	return rc;
}
