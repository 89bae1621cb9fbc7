#include "app/intended.h"

#include "app/inventory.h"

#include "unit/app/fixture.h"

static enum err_code try_intended(struct fixture *f, const char *device,
    const char *text, size_t len, const struct blob_id *expect, struct err *e)
{
	struct inventory_result result = { 0 };

	return inventory_put_intended(
	    &f->app, &admin, device, text, len, expect, &result, e);
}

static void test_intended_text(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *given, *stored;
	} rows_[] = {
		{ "a\nb\n", "a\nb\n" },
		{ "a\r\nb\r\n", "a\nb\n" },
		{ "a\rb", "a\nb\n" },
		{ "a", "a\n" },
		{ " a\n\tb \n\n", " a\n\tb \n\n" },
		{ "descr\xc3\xa9\n", "descr\xc3\xa9\n" },
	};

	for (size_t i = 0; i < sizeof(rows_) / sizeof(rows_[0]); i++) {
		put_intended(f, "r1", rows_[i].given);
		assert_stored(f, "intended/row1/r1.cfg", rows_[i].stored);
	}
	assert_tip_says(f, STORE_MAIN, "author admin", "\nAction: intended\n",
	    "\nDevice: r1\n", "\nTrigger: form\n", "\nActor: admin\n");
}

static void test_intended_refusals(void **state)
{
	struct fixture *f = *state;
	size_t len = INTENDED_MAX + 1;
	char *big = malloc(len);
	struct inventory_result result;
	struct blob_id old, now_;

	memset(big, 'x', len);
	put_intended(f, "r1", "first\n");
	assert_err(
	    try_intended(f, "r1", "a\x01", 2, NULL, e), ERR_INVALID, "control");
	assert_err(
	    try_intended(f, "r1", "a\0b", 3, NULL, e), ERR_INVALID, "control");
	assert_err(try_intended(f, "r1", "\xff\xfe", 2, NULL, e), ERR_INVALID,
	    "UTF-8");
	assert_err(try_intended(f, "r1", "", 0, NULL, e), ERR_INVALID, "empty");
	assert_err(
	    try_intended(f, "r1", " \r\n\n", 4, NULL, e), ERR_INVALID, "empty");
	assert_err(
	    try_intended(f, "r1", big, len, NULL, e), ERR_LIMIT, "larger");
	/* the newline that is added counts */
	assert_err(
	    try_intended(f, "r1", big, len - 1, NULL, e), ERR_LIMIT, "larger");
	assert_err(
	    try_intended(f, "no", "x", 1, NULL, e), ERR_NOT_FOUND, "no device");
	assert_err(inventory_put_intended(
		       &f->app, &viewer, "r1", "x", 1, NULL, &result, e),
	    ERR_DENIED, "operator");
	assert_stored(f, "intended/row1/r1.cfg", "first\n");
	assert_ok(try_intended(f, "r1", big, len - 2, NULL, e));
	free(big);
	blob_id_of("first\n", 6, &old);
	assert_err(try_intended(f, "r1", "x", 1, &old, e), ERR_STALE, "");
	put_intended(f, "r1", "second\n");
	blob_id_of("second\n", 7, &now_);
	assert_ok(try_intended(f, "r1", "third", 5, &now_, e));
	assert_stored(f, "intended/row1/r1.cfg", "third\n");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_intended_text),
		T(test_intended_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
