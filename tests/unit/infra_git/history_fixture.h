/*
 * Histories with bounds so small that a few commits make segments.
 */
#ifndef TESTS_UNIT_INFRA_GIT_HISTORY_FIXTURE_H
#define TESTS_UNIT_INFRA_GIT_HISTORY_FIXTURE_H

#include "unit/infra_git/fixture.h"

#include "app/port/history.h"
#include "infra/git/history_index.h"

/* Small enough that a few commits make segments. */
static struct history_bounds bounds = { 4, 1000, 8, 1000 };

const struct history_bounds *history_test_bounds(void)
{
	return &bounds;
}

static inline struct commit_id change_as(struct fixture *f, const char *subject,
    const char *path, const char *text, const char *from, const char *trailer)
{
	struct store_trailer t_from = { "Renamed-From", trailer };
	struct store_message m = plain;
	struct store_txn *t = begin(f);
	struct commit_id id;

	m.subject = subject;
	m.trailers = &t_from;
	m.n_trailers = trailer ? 1 : 0;
	put(t, path, text);
	if (from)
		assert_ok(store_txn_remove(t, from, STORE_PRESENT, e));
	assert_ok(store_txn_commit(t, &m, &id, NULL, e));
	return id;
}

static inline struct commit_id put_as(
    struct fixture *f, const char *subject, const char *path, const char *text)
{
	return change_as(f, subject, path, text, NULL, NULL);
}

static inline struct arena *arena(void)
{
	struct arena *a = arena_new((size_t)64 << 20);

	assert_non_null(a);
	return a;
}

/* The subjects of a query's answer. */
static inline void assert_answer(
    struct store *s, const struct history_query *q, const char *expected)
{
	struct buf out = BUF_INIT(1 << 20);
	struct arena *a = arena();
	struct history_page page;

	assert_ok(store_history(s, q, a, &page, e));
	for (size_t i = 0; i < page.n; i++)
		buf_printf(&out, "%s ", page.entries[i].commit.subject);
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
	arena_free(a);
}

static inline void assert_history(
    struct store *s, const char *path, const char *expected)
{
	struct history_query q = { .paths = &path, .n_paths = 1, .limit = 100 };

	assert_answer(s, &q, expected);
}

#endif
