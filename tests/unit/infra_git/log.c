#include "unit/infra_git/fixture.h"

static struct store_message named(const char *subject)
{
	struct store_message m = plain;

	m.subject = subject;
	return m;
}

static struct commit_id put_as(
    struct fixture *f, const char *subject, const char *path, const char *text)
{
	struct store_message m = named(subject);
	struct store_txn *t = begin(f);
	struct commit_id id;

	put(t, path, text);
	assert_ok(store_txn_commit(t, &m, &id, NULL, e));
	return id;
}

static enum err_code add_subject(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	(void)stop;
	(void)e;
	buf_printf(ctx, "%s ", c->subject);
	return ERR_OK;
}

static enum err_code first_two(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	(void)e;
	buf_printf(ctx, "%s ", c->subject);
	*stop = strcmp(c->subject, "B") == 0;
	return ERR_OK;
}

static void the_log_goes_back_and_stops_when_told(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(4096);
	struct commit_id a = put_as(f, "A", "x", "1"), unknown = a;

	put_as(f, "B", "x", "2");
	put_as(f, "C", "x", "3");
	assert_ok(store_log(f->s, STORE_MAIN, NULL, first_two, &out, e));
	assert_string_equal(out.data, "C B ");
	buf_clear(&out);
	assert_ok(store_log(f->s, STORE_MAIN, &a, add_subject, &out, e));
	assert_string_equal(out.data, "A Change something ");
	unknown.raw[3] ^= 0x40;
	assert_err(store_log(f->s, STORE_MAIN, &unknown, add_subject, &out, e),
	    ERR_NOT_FOUND);
	assert_err(store_commit_read(f->s, &unknown, add_subject, &out, e),
	    ERR_NOT_FOUND);
	buf_release(&out);
}

static enum err_code check_commit(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	const struct commit_id *ids = ctx;
	size_t len;

	(void)stop;
	(void)e;
	assert_true(commit_id_equal(&c->id, &ids[1]));
	assert_true(commit_id_equal(&c->parent, &ids[0]));
	assert_string_equal(c->author, "Anna Ö. Smith");
	assert_string_equal(c->author_email, "Anna---.-Smith@switchyard");
	assert_int_equal(c->time_ms, 1700000000000);
	assert_string_equal(c->subject, "Provision r1");
	assert_non_null(strstr(c->message,
	    "Provision r1\n\nWhy it was done.\n\nRun-Id: forged\n\n"
	    "Run-Id: 42\nJob: provision\nOperation-Id: "));
	assert_non_null(
	    store_message_trailer(c->message, "Operation-Id", &len));
	assert_int_equal(len, 32);
	return ERR_OK;
}

static void a_commit_tells_who_why_and_what(void **state)
{
	struct fixture *f = *state;
	struct store_trailer trailers[] = { { "Run-Id", "42" },
		{ "Job", "provision" } };
	struct store_message m = { .author = "Anna Ö. Smith",
		.subject = "Provision r1",
		.body = "Why it was done.\n\nRun-Id: forged\n\n",
		.trailers = trailers,
		.n_trailers = 2,
		.time_ms = 1700000000999 };
	struct commit_id ids[2] = { tip_of(f) };
	struct store_txn *t = begin(f);

	put(t, "a", "1");
	assert_ok(store_txn_commit(t, &m, &ids[1], NULL, e));
	assert_ok(store_commit_read(f->s, &ids[1], check_commit, ids, e));
	assert_int_equal(
	    shell(f,
		"test \"$(git -C $S log -1 --format='%an|%cn|%ce|%at|"
		"%(trailers:key=Run-Id,valueonly,separator=)' main)\" = "
		"'Anna Ö. Smith|Switchyard|switchyard@localhost|1700000000|"
		"42'"),
	    0);
}

static void a_message_that_could_mislead_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store_trailer bad[] = { { "Run Id", "1" }, { "", "1" },
		{ "Run-Id", "1\nResult: ok" }, { "Run-Id", "" },
		{ "Operation-Id", "0123" }, { "Run-Id", "\xff" } };
	static const struct store_message messages[] = {
		{ .author = "", .subject = "x" },
		{ .author = "a<b>", .subject = "x" },
		{ .author = "a\nb", .subject = "x" },
		{ .author = " a", .subject = "x" },
		{ .author = "a",
		    .author_email = "x> 1 +0000\ncommitter",
		    .subject = "x" },
		{ .author = "a", .subject = "" },
		{ .author = "a", .subject = "  " },
		{ .author = "a", .subject = "x\ny" },
		{ .author = "a", .subject = "\x80" },
		{ .author = "a", .subject = "x", .body = "\x1b[2J" },
		{ .author = "a", .subject = "x", .time_ms = -1 },
	};
	struct commit_id id;

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		struct store_txn *t = begin(f);

		put(t, "a", "1");
		assert_err(store_txn_seal(t, &messages[i], e), ERR_INVALID);
		assert_err(store_txn_commit(t, &messages[i], &id, NULL, e),
		    ERR_INVALID);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct store_message m = plain;
		struct store_txn *t = begin(f);

		m.trailers = &bad[i];
		m.n_trailers = 1;
		put(t, "a", "1");
		assert_err(store_txn_commit(t, &m, &id, NULL, e), ERR_INVALID);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(the_log_goes_back_and_stops_when_told),
		T(a_commit_tells_who_why_and_what),
		T(a_message_that_could_mislead_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
