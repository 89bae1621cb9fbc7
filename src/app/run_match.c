#include "app/run_match.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Fields that are words; the others have -1. */
static const int word_of[RUN_FIELDS] = {
	[RUN_FIELD_JOB] = RUN_WORD_JOB,
	[RUN_FIELD_DEVICE] = -1,
	[RUN_FIELD_STATE] = RUN_WORD_STATE,
	[RUN_FIELD_RESULT] = -1,
	[RUN_FIELD_TRIGGER] = RUN_WORD_TRIGGER,
	[RUN_FIELD_ACTOR] = RUN_WORD_ACTOR,
	[RUN_FIELD_TIME] = -1,
	[RUN_FIELD_ID] = -1,
	[RUN_FIELD_STARTED] = -1,
	[RUN_FIELD_FINISHED] = -1,
	[RUN_FIELD_DEVICES] = -1,
};

/* The first device of a run is one, too, and most runs have but one. */
static bool has_words(int field)
{
	return word_of[field] >= 0 || field == RUN_FIELD_DEVICE;
}

static void find_words(struct run_match *m, const struct run_words *words)
{
	for (size_t i = 0; i < m->filter->n; i++) {
		const struct row_criterion *c = &m->filter->items[i];

		for (size_t v = 0; has_words(c->field) && v < c->n; v++)
			m->items[i].n += run_words_find(words, c->values[v],
			    &m->items[i].words[m->items[i].n]);
	}
}

/* "backup" is found by its title, too. */
static bool is_hit(const char *word, const char *q)
{
	const struct job *job = job_find(word);

	return text_contains(word, q) || (job && text_contains(job->title, q));
}

static bool find_hits(struct run_match *m, const struct run_words *words)
{
	size_t n = run_words_count(words);

	m->q = strdup(m->filter->q);
	if (!m->q)
		return false;
	text_lower(m->q);
	m->hits = calloc(n, 1);
	for (size_t i = 0; m->hits && i < n; i++)
		m->hits[i] =
		    is_hit(run_words_text(words, (uint32_t)i), m->filter->q);
	return m->hits != NULL;
}

bool run_match_init(struct run_match *m, const struct row_filter *filter,
    const struct run_words *words)
{
	*m = (struct run_match){ .filter = filter };
	if (!filter)
		return true;
	find_words(m, words);
	return !*filter->q || find_hits(m, words);
}

void run_match_release(struct run_match *m)
{
	free(m->q);
	free(m->hits);
	*m = (struct run_match){ .filter = NULL };
}

static bool has_value(
    const struct run_entry *entry, int field, const char *value)
{
	switch ((enum run_field)field) {
	case RUN_FIELD_DEVICE:
		return run_entry_has_device(entry, value) ||
		       (*entry->server && strcmp(entry->server, value) == 0);
	case RUN_FIELD_TIME:
		return text_starts_with(entry->created_at, value);
	case RUN_FIELD_ID:
	case RUN_FIELD_DEVICES:
	case RUN_FIELD_JOB:
	case RUN_FIELD_STATE:
	case RUN_FIELD_RESULT:
	case RUN_FIELD_TRIGGER:
	case RUN_FIELD_ACTOR:
	case RUN_FIELD_STARTED:
	case RUN_FIELD_FINISHED:
	case RUN_FIELDS:
		break;
	}
	return strcmp(run_field_text(entry, field), value) == 0;
}

static bool meets(
    const struct run_match *m, size_t item, const struct run_entry *entry)
{
	const struct row_criterion *c = &m->filter->items[item];
	int word = word_of[c->field];

	if (c->field == RUN_FIELD_DEVICE && entry->n_names <= 1)
		word = RUN_WORD_DEVICE;
	for (size_t i = 0; word >= 0 && i < m->items[item].n; i++) {
		if (m->items[item].words[i] == entry->words[word])
			return true;
	}
	for (size_t i = 0; word < 0 && i < c->n; i++) {
		if (has_value(entry, c->field, c->values[i]))
			return true;
	}
	return false;
}

static bool is_found(const struct run_match *m, const struct run_entry *entry)
{
	const char *q = m->filter->q;

	if (m->hits[entry->words[RUN_WORD_JOB]] ||
	    m->hits[entry->words[RUN_WORD_ACTOR]] ||
	    m->hits[entry->words[RUN_WORD_DEVICE]] ||
	    strstr(entry->search, m->q))
		return true;
	for (const char *p = entry->devices; entry->n_names > 1 && *p;
	     p += strlen(p) + 1) {
		if (text_contains(p, q))
			return true;
	}
	return false;
}

bool run_match_shows(const struct run_match *m, const struct run_entry *entry)
{
	for (size_t i = 0; m->filter && i < m->filter->n; i++) {
		if (!meets(m, i, entry))
			return false;
	}
	return !m->hits || is_found(m, entry);
}

bool run_match_needs_names(const struct run_match *m)
{
	for (size_t i = 0; m->filter && i < m->filter->n; i++) {
		if (m->filter->items[i].field == RUN_FIELD_DEVICE)
			return true;
	}
	return m->hits != NULL;
}
