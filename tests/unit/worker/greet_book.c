/* What sign-ins to NETCONF servers came to: kept over a restart, and forgotten
 * with what they were made with. */
#include "worker/greet_book.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char dir[64];
static struct greet_book *book;

static void reopen(void)
{
	struct err e = ERR_INIT;

	if (book)
		assert_int_equal(greet_book_save(book, &e), ERR_OK);
	greet_book_free(book);
	book = NULL;
	assert_int_equal(greet_book_open(dir, &book, &e), ERR_OK);
}

static void put(const char *device, int64_t at_ms, bool signed_in)
{
	const struct greet_outcome o = { .device = device,
		.digest = "d1",
		.secret = "lab",
		.mark = signed_in ? "" : "$y$mark",
		.signed_in = signed_in,
		.past = { .probe = { .ok = signed_in,
			      .latency_us = 1500,
			      .why = "what was met" },
		    .at_ms = at_ms,
		    .refused = !signed_in } };

	assert_true(greet_book_put(book, &o));
}

static bool find(const char *device, const char *digest)
{
	struct greet_past past;

	return greet_book_find(book, device, digest, &past);
}

static void outlives_a_restart(void **state)
{
	struct greet_past past;

	(void)state;
	reopen();
	assert_false(find("r1", "d1"));
	put("r1", 1000, true);
	put("r2", 1000, false);
	reopen();
	assert_true(greet_book_find(book, "r1", "d1", &past));
	assert_true(past.probe.ok);
	assert_int_equal(past.probe.latency_us, 1500);
	assert_int_equal(past.at_ms, 1000);
	assert_string_equal(past.probe.why, "what was met");
	assert_true(greet_book_find(book, "r2", "d1", &past));
	assert_true(past.refused);
	assert_string_equal(greet_book_mark(book, "lab"), "$y$mark");
	assert_string_equal(greet_book_mark(book, "other"), "");
}

/* Another address, port, key or record of credentials. */
static void forgets_what_another_request_met(void **state)
{
	(void)state;
	reopen();
	put("r1", 1000, false);
	assert_int_equal(greet_book_refusals(book, "lab"), 1);
	assert_false(find("r1", "d2"));
	assert_int_equal(greet_book_refusals(book, "lab"), 0);
	assert_false(find("r1", "d1"));
}

static void counts_refusals_since_they_were_taken(void **state)
{
	(void)state;
	reopen();
	put("r1", 1000, false);
	put("r2", 2000, false);
	assert_int_equal(greet_book_refusals(book, "lab"), 2);
	assert_int_equal(greet_book_refusals(book, "other"), 0);
	/* in the sweep of the second refusal another device took them */
	put("r3", 2000, true);
	assert_int_equal(greet_book_refusals(book, "lab"), 0);
	put("r4", 3000, false);
	assert_int_equal(greet_book_refusals(book, "lab"), 1);
	greet_book_forget_refusal(book, "r4");
	greet_book_forget_refusal(book, "r3");
	assert_int_equal(greet_book_refusals(book, "lab"), 0);
	assert_true(find("r3", "d1"));
}

static void other_credentials_may_be_tried(void **state)
{
	(void)state;
	reopen();
	put("r1", 1000, false);
	put("r2", 1000, true);
	greet_book_forget_mark(book, "lab");
	assert_string_equal(greet_book_mark(book, "lab"), "");
	assert_false(find("r1", "d1"));
	assert_true(find("r2", "d1"));
}

static bool is_r2(void *ctx, const char *device)
{
	(void)ctx;
	return strcmp(device, "r2") == 0;
}

static void drops_devices_that_are_gone(void **state)
{
	(void)state;
	reopen();
	put("r1", 1000, true);
	put("r2", 1000, true);
	greet_book_prune(book, is_r2, NULL);
	reopen();
	assert_false(find("r1", "d1"));
	assert_true(find("r2", "d1"));
}

static void begins_anew_with_a_damaged_file(void **state)
{
	struct err e = ERR_INIT;
	char path[128];

	(void)state;
	reopen();
	put("r1", 1000, true);
	reopen();
	snprintf(path, sizeof(path), "%s/reach/hellos", dir);
	assert_int_equal(file_replace(path, "{\"dev", 5, 0600, &e), ERR_OK);
	reopen();
	assert_false(find("r1", "d1"));
	assert_int_equal(file_replace(path, "[1]", 3, 0600, &e), ERR_OK);
	reopen();
	put("r1", 1000, true);
	assert_true(find("r1", "d1"));
}

static void digests_tell_requests_apart(void **state)
{
	json_t *a =
	    json_pack("{s:s, s:i}", "address", "192.0.2.1", "port", 830);
	json_t *b =
	    json_pack("{s:i, s:s}", "port", 830, "address", "192.0.2.1");
	char x[GREET_DIGEST_SIZE], y[GREET_DIGEST_SIZE];

	(void)state;
	greet_digest(a, x);
	greet_digest(b, y);
	assert_string_equal(x, y);
	json_object_set_new(b, "port", json_integer(22));
	greet_digest(b, y);
	assert_string_not_equal(x, y);
	json_decref(a);
	json_decref(b);
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/greet-book-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	greet_book_free(book);
	book = NULL;
	return dir_remove(dir, &e) == ERR_OK ? 0 : -1;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(outlives_a_restart),
		TEST(forgets_what_another_request_met),
		TEST(counts_refusals_since_they_were_taken),
		TEST(other_credentials_may_be_tried),
		TEST(drops_devices_that_are_gone),
		TEST(begins_anew_with_a_damaged_file),
		TEST(digests_tell_requests_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
