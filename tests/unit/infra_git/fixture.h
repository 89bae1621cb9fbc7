/*
 * A fresh store in a temporary directory for each test, and short ways to say
 * what tests say often.  Failures of the helpers end the test.
 */
#ifndef TESTS_UNIT_INFRA_GIT_FIXTURE_H
#define TESTS_UNIT_INFRA_GIT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/port/store.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	char dir[64];	/* temporary */
	char path[144]; /* of the store in it */
	struct store *s;
};

#define assert_ok(call)                                                        \
	do {                                                                   \
		struct err e_ = ERR_INIT;                                      \
		struct err *e = &e_;                                           \
		enum err_code rc_ = (call);                                    \
		if (rc_ != ERR_OK)                                             \
			fail_msg("%s: %s: %s (%s)", #call, err_code_word(rc_), \
			    e->message, e->detail);                            \
	} while (0)

#define assert_err(call, code)                                       \
	do {                                                         \
		struct err e_ = ERR_INIT;                            \
		struct err *e = &e_;                                 \
		enum err_code rc_ = (call);                          \
		if (rc_ != (code))                                   \
			fail_msg("%s: got %s, want %s (%s)", #call,  \
			    err_code_word(rc_), err_code_word(code), \
			    e->message);                             \
		assert_true(e->message[0] != '\0');                  \
	} while (0)

static const struct store_message plain = { .author = "tester",
	.subject = "Change something",
	.time_ms = 1700000000000 };

/* In memory where there is such a place: a store is 260 directories, and each
 * test makes one. */
static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "%s/switchyard-test-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/store.git", f->dir);
	assert_ok(store_init(f->path, NULL, &plain, e));
	assert_ok(store_open(f->path, &f->s, e));
	*state = f;
	return 0;
}

/* Runs a shell command with $S the store; its exit status. */
static inline int shell(const struct fixture *f, const char *command)
{
	setenv("S", f->path, 1);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	return system(command);
}

/* After every test the repository must be what Git calls clean. */
static inline int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->s);
	assert_int_equal(
	    shell(f, "git -C $S fsck --strict --no-dangling "
		     ">$S/fsck.out 2>&1 || { cat $S/fsck.out; false; }"),
	    0);
	assert_ok(dir_remove(f->dir, e));
	free(f);
	return 0;
}

static inline struct commit_id tip_of(struct fixture *f)
{
	struct commit_id id;

	assert_ok(store_tip(f->s, STORE_MAIN, &id, e));
	return id;
}

static inline struct store_txn *begin(struct fixture *f)
{
	struct store_txn *t;

	assert_ok(store_txn_begin(f->s, STORE_MAIN, &t, e));
	return t;
}

static inline void put(struct store_txn *t, const char *path, const char *text)
{
	assert_ok(store_txn_put(t, path, text, strlen(text), STORE_ANY, e));
}

static inline struct commit_id commit(struct store_txn *t)
{
	struct commit_id id;

	assert_ok(store_txn_commit(t, &plain, &id, NULL, e));
	return id;
}

static inline struct commit_id put_one(
    struct fixture *f, const char *path, const char *text)
{
	struct store_txn *t = begin(f);

	put(t, path, text);
	return commit(t);
}

static inline struct commit_id remove_one(struct fixture *f, const char *path)
{
	struct store_txn *t = begin(f);

	assert_ok(store_txn_remove(t, path, STORE_ANY, e));
	return commit(t);
}

static inline void assert_file(struct fixture *f, const struct commit_id *at,
    const char *path, const char *text)
{
	struct buf out = BUF_INIT(1 << 20);

	assert_ok(store_read(f->s, at, path, &out, NULL, e));
	assert_string_equal(buf_text(&out), text);
	buf_release(&out);
}

static inline void assert_no_file(
    struct fixture *f, const struct commit_id *at, const char *path)
{
	struct buf out = BUF_INIT(1 << 20);

	assert_err(store_read(f->s, at, path, &out, NULL, e), ERR_NOT_FOUND);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static inline struct blob_id blob_of(const char *text)
{
	struct blob_id id;

	blob_id_of(text, strlen(text), &id);
	return id;
}

/* "-path", "+path" or "~path" for each change, space-separated. */
static inline enum err_code describe_change(
    void *ctx, const struct store_change *c, struct err *e)
{
	char mark = !c->has_old ? '+' : !c->has_new ? '-' : '~';

	(void)e;
	buf_printf(ctx, "%c%s ", mark, c->path);
	return ERR_OK;
}

static inline void assert_diff(struct fixture *f, const struct commit_id *from,
    const struct commit_id *to, const char *prefix, const char *expected)
{
	struct buf out = BUF_INIT(1 << 20);

	assert_ok(store_diff(f->s, from, to, prefix, describe_change, &out, e));
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
}

#endif
