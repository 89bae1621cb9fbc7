#include "sim/grammar.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* A quoted text is one word; a quote that is not closed runs to the end. */
static const char *grammar_word_end(const char *p)
{
	if (*p == '"') {
		const char *close = strchr(p + 1, '"');

		return close ? close + 1 : p + strlen(p);
	}
	return p + strcspn(p, " \t");
}

void grammar_begin(struct grammar_query *q, const char *line,
    const struct grammar_ifname *ifnames)
{
	const char *p = line + strspn(line, " \t");

	q->line = line;
	q->ifnames = ifnames;
	q->prefix = false;
	q->n_words = 0;
	q->furthest = 0;
	q->n_candidates = 0;
	q->scratch_len = 0;
	q->too_long = strlen(line) >= GRAMMAR_LINE_MAX;
	while (*p && q->n_words < GRAMMAR_WORDS_MAX && !q->too_long) {
		const char *end = grammar_word_end(p);

		q->word_text[q->n_words] = p;
		q->word_len[q->n_words++] = (size_t)(end - p);
		p = end + strspn(end, " \t");
	}
	q->too_long |= *p != '\0' && q->n_words == GRAMMAR_WORDS_MAX;
}

static bool grammar_is_type(const char *word)
{
	return isupper((unsigned char)*word) || *word == '<';
}

/* Past the bracket that closes the one opened before p. */
static const char *grammar_skip_group(const char *p)
{
	unsigned depth = 1;

	for (; *p; p++) {
		if (*p == '[' || *p == '(')
			depth++;
		else if ((*p == ']' || *p == ')') && --depth == 0)
			return p + 1;
	}
	return p;
}

/* The next alternative of the group p stands in, or NULL. */
static const char *grammar_next_choice(const char *p)
{
	unsigned depth = 0;

	for (; *p; p++) {
		if (*p == '[' || *p == '(')
			depth++;
		else if (*p == ']' || *p == ')') {
			if (depth-- == 0)
				return NULL;
		} else if (*p == '|' && depth == 0)
			return p + 1;
	}
	return NULL;
}

static void grammar_keep(
    struct grammar_query *q, size_t rule, bool complete, bool partial)
{
	if (q->n_candidates == GRAMMAR_CANDIDATES_MAX)
		return;
	q->trial.rule = rule;
	q->trial.complete = complete;
	q->trial.partial = partial;
	q->candidates[q->n_candidates++] = q->trial;
}

struct grammar_step {
	struct grammar_query *q;
	size_t rule;
};

static void grammar_walk(
    const struct grammar_step *s, const char *p, size_t at);

static void grammar_take(const struct grammar_step *s, const char *next,
    size_t at, size_t taken, const struct grammar_word *word)
{
	struct grammar_query *q = s->q;
	size_t n = q->trial.n_words;

	if (n == GRAMMAR_WORDS_MAX)
		return;
	q->trial.words[n] = *word;
	q->trial.n_words = n + 1;
	if (at + taken > q->furthest)
		q->furthest = at + taken;
	grammar_walk(s, next, at + taken);
	q->trial.n_words = n;
}

static void grammar_walk_type(
    const struct grammar_step *s, const char *p, size_t len, size_t at)
{
	struct grammar_query *q = s->q;
	char *out = q->scratch + q->scratch_len;
	struct grammar_input in = {
		.text = q->word_text + at,
		.len = q->word_len + at,
		.n = q->n_words - at,
		.ifnames = q->ifnames,
		.line_end = q->line + strlen(q->line),
		.out = out,
		.out_size = sizeof(q->scratch) - q->scratch_len,
	};
	size_t written = 0;
	size_t taken = grammar_type_match(p, len, &in, &written);
	struct grammar_word word = { .keyword = false, .exact = true };

	if (taken == 0)
		return;
	q->scratch_len += written;
	word.text = written ? out : q->word_text[at];
	word.len = (uint16_t)(written ? written
				      : (size_t)(q->word_text[at + taken - 1] +
						 q->word_len[at + taken - 1] -
						 q->word_text[at]));
	grammar_take(s, p + len, at, taken, &word);
}

static void grammar_walk_word(
    const struct grammar_step *s, const char *p, size_t at)
{
	struct grammar_query *q = s->q;
	size_t len = strcspn(p, " []()|");
	size_t typed;

	if (at == q->n_words) {
		grammar_keep(q, s->rule, q->prefix, true);
		return;
	}
	if (grammar_is_type(p)) {
		grammar_walk_type(s, p, len, at);
		return;
	}
	typed = q->word_len[at];
	if (typed > len || strncasecmp(p, q->word_text[at], typed) != 0)
		return;
	grammar_take(s, p + len, at, 1,
	    &(struct grammar_word){ .text = p,
		.len = (uint16_t)len,
		.keyword = true,
		.exact = typed == len });
}

static void grammar_walk(const struct grammar_step *s, const char *p, size_t at)
{
	p += strspn(p, " ");
	if (*p == '\0') {
		if (at == s->q->n_words)
			grammar_keep(s->q, s->rule, true, false);
	} else if (*p == '[') {
		grammar_walk(s, p + 1, at);
		grammar_walk(s, grammar_skip_group(p + 1), at);
	} else if (*p == '(') {
		for (p++; p; p = grammar_next_choice(p))
			grammar_walk(s, p, at);
	} else if (*p == ']' || *p == ')') {
		grammar_walk(s, p + 1, at);
	} else if (*p == '|') {
		grammar_walk(s, grammar_skip_group(p + 1), at);
	} else {
		grammar_walk_word(s, p, at);
	}
}

void grammar_try(struct grammar_query *q, size_t rule, const char *syntax)
{
	struct grammar_step s = { .q = q, .rule = rule };

	if (q->too_long)
		return;
	q->trial.n_words = 0;
	grammar_walk(&s, syntax, 0);
}

/* --- choosing among those that fit ------------------------------------- */

static bool grammar_same_word(
    const struct grammar_word *a, const struct grammar_word *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static void grammar_keep_if(struct grammar_query *q, size_t at, bool exact)
{
	size_t kept = 0;

	for (size_t i = 0; i < q->n_candidates; i++) {
		const struct grammar_candidate *c = &q->candidates[i];

		if (at < c->n_words && c->words[at].keyword &&
		    (!exact || c->words[at].exact))
			q->candidates[kept++] = *c;
	}
	q->n_candidates = kept;
}

/* False if two different keywords fit the word at `at` equally well. */
static bool grammar_settle_word(struct grammar_query *q, size_t at)
{
	const struct grammar_word *first = NULL;
	bool exact = false;
	bool keyword = false;

	for (size_t i = 0; i < q->n_candidates; i++) {
		const struct grammar_candidate *c = &q->candidates[i];

		if (at >= c->n_words || !c->words[at].keyword)
			continue;
		keyword = true;
		exact |= c->words[at].exact;
	}
	if (!keyword)
		return true;
	grammar_keep_if(q, at, exact);
	first = &q->candidates[0].words[at];
	for (size_t i = 1; i < q->n_candidates; i++)
		if (!grammar_same_word(first, &q->candidates[i].words[at]))
			return false;
	return true;
}

static void grammar_fill(
    const struct grammar_candidate *c, struct grammar_match *ret)
{
	size_t len = 0;

	ret->n_words = 0;
	for (size_t i = 0; i < c->n_words; i++) {
		const struct grammar_word *w = &c->words[i];

		if (len + w->len + 2 > sizeof(ret->text))
			break;
		if (i > 0)
			ret->text[len++] = ' ';
		ret->word_at[i] = (uint16_t)len;
		ret->word_len[i] = w->len;
		ret->word_is_keyword[i] = w->keyword;
		memcpy(ret->text + len, w->text, w->len);
		len += w->len;
		ret->n_words++;
	}
	ret->text[len] = '\0';
}

static bool grammar_is_better(
    const struct grammar_candidate *a, const struct grammar_candidate *b)
{
	return a->complete != b->complete ? a->complete
					  : b->partial && !a->partial;
}

static void grammar_choose(struct grammar_query *q, struct grammar_match *ret)
{
	const struct grammar_candidate *best = NULL;

	for (size_t at = 0; at < GRAMMAR_WORDS_MAX; at++) {
		if (grammar_settle_word(q, at))
			continue;
		ret->result = GRAMMAR_AMBIGUOUS;
		ret->error_column =
		    at < q->n_words ? (size_t)(q->word_text[at] - q->line) : 0;
		return;
	}
	for (size_t i = 0; i < q->n_candidates; i++)
		if (!best || grammar_is_better(&q->candidates[i], best))
			best = &q->candidates[i];
	ret->result = best->complete ? GRAMMAR_OK : GRAMMAR_INCOMPLETE;
	ret->rule = best->rule;
	ret->partial = best->partial;
	grammar_fill(best, ret);
}

void grammar_finish(struct grammar_query *q, struct grammar_match *ret)
{
	ret->rule = 0;
	ret->n_words = 0;
	ret->partial = false;
	ret->text[0] = '\0';
	ret->error_column = 0;
	if (q->n_candidates > 0) {
		grammar_choose(q, ret);
		return;
	}
	ret->result = GRAMMAR_INVALID;
	if (q->furthest < q->n_words)
		ret->error_column =
		    (size_t)(q->word_text[q->furthest] - q->line);
	else
		ret->error_column = strlen(q->line);
}

const char *grammar_word(
    const struct grammar_match *m, size_t i, char *to, size_t size)
{
	if (i >= m->n_words) {
		*to = '\0';
		return to;
	}
	snprintf(
	    to, size, "%.*s", (int)m->word_len[i], m->text + m->word_at[i]);
	return to;
}

const char *grammar_rest(const struct grammar_match *m, size_t i)
{
	return i < m->n_words ? m->text + m->word_at[i] : "";
}

bool grammar_has_keyword(const struct grammar_match *m, const char *word)
{
	for (size_t i = 0; i < m->n_words; i++)
		if (m->word_is_keyword[i] && m->word_len[i] == strlen(word) &&
		    strncmp(m->text + m->word_at[i], word, m->word_len[i]) == 0)
			return true;
	return false;
}
