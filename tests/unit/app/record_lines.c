/*
 * The lines of all records that are searched: whose they are, that there is one
 * set of them for a snapshot, and another one for the next.
 */
#include "app/record_lines.h"

#include "unit/app/fixture.h"

#include <pthread.h>

/* The key of the record whose line this is; "" if there is none. */
static const char *owner_of(const struct snapshot *s, const char *line)
{
	const struct record_lines *lines = snapshot_lines(s);
	const char *p = lines->text;
	size_t len = strlen(line);

	while (*p) {
		size_t n = strcspn(p, "\n");

		if (n == len && memcmp(p, line, n) == 0)
			return record_key(lines->records[record_lines_find(
			    lines, (size_t)(p - lines->text))]);
		p += n + 1;
	}
	return "";
}

static void test_lines_belong_to_their_records(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;
	const struct record_lines *lines;

	create(f, KIND_DEVICE,
	    "{\"name\":\"a1\",\"area\":\"row1\",\"serial\":\"SER9\","
	    "\"tags\":[\"left\",\"right\"],\"description\":\"by the door\"}");
	create(f, KIND_DEVICE, "{\"name\":\"z9\",\"area\":\"row1\"}");
	s = now(f);
	lines = snapshot_lines(s);
	assert_non_null(lines);
	assert_string_equal(owner_of(s, "a1"), "a1");
	assert_string_equal(owner_of(s, "SER9"), "a1");
	assert_string_equal(owner_of(s, "left"), "a1");
	assert_string_equal(owner_of(s, "right"), "a1");
	assert_string_equal(owner_of(s, "by the door"), "a1");
	assert_string_equal(owner_of(s, "z9"), "z9");
	assert_string_equal(owner_of(s, "lab"), "lab");
	assert_string_equal(owner_of(s, "10"), "lab/10");
	assert_string_equal(owner_of(s, "active"), "");
	assert_int_equal(lines->start[lines->n], strlen(lines->text));
	for (size_t i = 0; i < lines->n; i++)
		assert_true(lines->start[i] < lines->start[i + 1]);
	snapshot_unref(s);
}

static void test_a_change_makes_others(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *before = now(f), *after;

	assert_string_equal(owner_of(before, "later"), "");
	create(f, KIND_DEVICE, "{\"name\":\"later\",\"area\":\"row1\"}");
	after = now(f);
	assert_string_equal(owner_of(before, "later"), "");
	assert_string_equal(owner_of(after, "later"), "later");
	snapshot_unref(before);
	snapshot_unref(after);
}

static void *ask(void *arg)
{
	return (void *)(uintptr_t)snapshot_lines(arg);
}

static void test_all_threads_have_the_same(void **state)
{
	const struct snapshot *s = now(*state);
	pthread_t threads[8];
	void *first = NULL, *lines;

	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask,
				     (void *)(uintptr_t)s),
		    0);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(threads[i], &lines), 0);
		first = first ? first : lines;
		assert_ptr_equal(lines, first);
	}
	snapshot_unref(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_lines_belong_to_their_records, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_change_makes_others, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_all_threads_have_the_same, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
