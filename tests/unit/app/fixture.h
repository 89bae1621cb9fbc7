/*
 * A small instance in a temporary directory for each test: a store with one of
 * everything, the spool, and short ways to say what tests say often.
 *
 *   areas lab ⊃ row1; vlans lab/10; device r1 in row1 (active, frr)
 */
#ifndef TESTS_UNIT_APP_FIXTURE_H
#define TESTS_UNIT_APP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/inventory.h"
#include "app/port/queue.h"
#include "base/file.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	char dir[64];
	struct app app;
};

static const struct actor admin = { "admin", ROLE_ADMIN, TRIGGER_FORM };
static const struct actor operator_ = { "olga", ROLE_OPERATOR, TRIGGER_API };
static const struct actor viewer = { "vic", ROLE_VIEWER, TRIGGER_FORM };

#define assert_ok(call)                                                        \
	do {                                                                   \
		struct err e_ = ERR_INIT;                                      \
		struct err *e = &e_;                                           \
		enum err_code rc_ = (call);                                    \
		if (rc_ != ERR_OK)                                             \
			fail_msg("%s: %s: %s (%s)", #call, err_code_word(rc_), \
			    e->message, e->detail);                            \
	} while (0)

/* The call fails with this code and says these words. */
#define assert_err(call, code, words)                                        \
	do {                                                                 \
		struct err e_ = ERR_INIT;                                    \
		struct err *e = &e_;                                         \
		enum err_code rc_ = (call);                                  \
		if (rc_ != (code))                                           \
			fail_msg("%s: got %s, want %s (%s)", #call,          \
			    err_code_word(rc_), err_code_word(code),         \
			    e->message);                                     \
		if (!strstr(e->message, words))                              \
			fail_msg("%s: said \"%s\"", #call, e->message);      \
	} while (0)

static inline json_t *parse_json(const char *text)
{
	json_error_t error;
	json_t *v = json_loads(text, 0, &error);

	if (!v)
		fail_msg("%s: %s", text, error.text);
	return v;
}

static inline enum err_code try_create(struct fixture *f,
    const struct actor *actor, enum kind_id kind, const char *json,
    struct err *e)
{
	struct inventory_result result = { 0 };
	json_t *object = parse_json(json);
	enum err_code rc = inventory_create(&f->app, actor,
	    &(struct inventory_change){
		.kind = kind_get(kind), .object = object },
	    &result, e);

	json_decref(object);
	inventory_result_release(&result);
	return rc;
}

static inline void create(struct fixture *f, enum kind_id kind,
    const char *json)
{
	assert_ok(try_create(f, &admin, kind, json, e));
}

static inline enum err_code try_patch(struct fixture *f, enum kind_id kind,
    const char *key, const char *json, struct err *e)
{
	struct inventory_result result = { 0 };
	json_t *patch = parse_json(json);
	enum err_code rc = inventory_patch(&f->app, &admin,
	    &(struct inventory_change){
		.kind = kind_get(kind), .key = key, .object = patch },
	    &result, e);

	json_decref(patch);
	inventory_result_release(&result);
	return rc;
}

static inline void patch(struct fixture *f, enum kind_id kind,
    const char *key, const char *json)
{
	assert_ok(try_patch(f, kind, key, json, e));
}

static inline enum err_code try_delete(struct fixture *f, enum kind_id kind,
    const char *key, struct err *e)
{
	struct inventory_result result = { 0 };
	enum err_code rc = inventory_delete(&f->app, &admin,
	    &(struct inventory_change){ .kind = kind_get(kind), .key = key },
	    &result, e);

	inventory_result_release(&result);
	return rc;
}

static inline void put_intended(struct fixture *f, const char *device,
    const char *text)
{
	struct inventory_result result = { 0 };

	assert_ok(inventory_put_intended(&f->app, &admin, device, text,
	    strlen(text), NULL, &result, e));
}

static inline const struct snapshot *now(struct fixture *f)
{
	const struct snapshot *s;

	assert_ok(snapshots_current(f->app.snapshots, &s, e));
	return s;
}

/* A field as text, in memory of its own until the next call. */
static inline const char *field_of(struct fixture *f, enum kind_id kind,
    const char *key, int field)
{
	static char text[4096];
	const struct snapshot *s = now(f);
	const struct record *r = snapshot_find(s, kind, key);

	snprintf(text, sizeof(text), "%s",
	    r ? record_text(r, field) : "(no record)");
	snapshot_unref(s);
	return text;
}

static inline bool has_record(struct fixture *f, enum kind_id kind,
    const char *key)
{
	const struct snapshot *s = now(f);
	bool has = snapshot_find(s, kind, key) != NULL;

	snapshot_unref(s);
	return has;
}

static inline struct commit_id tip_of(struct fixture *f,
    enum store_branch branch)
{
	struct commit_id id;

	assert_ok(store_tip(f->app.store, branch, &id, e));
	return id;
}

/* Writes files past the inventory, as a git push would.  text NULL removes. */
struct raw_file {
	const char *path;
	const char *text;
};
static inline void push(struct fixture *f, enum store_branch branch,
    const struct raw_file *files, size_t n)
{
	const struct store_message m = { .author = "pusher",
		.subject = "Push" };
	struct store_txn *t;
	struct commit_id id;

	assert_ok(store_txn_begin(f->app.store, branch, &t, e));
	for (size_t i = 0; i < n; i++) {
		if (files[i].text)
			assert_ok(store_txn_put(t, files[i].path,
			    files[i].text, strlen(files[i].text), STORE_ANY,
			    e));
		else
			assert_ok(store_txn_remove(t, files[i].path, STORE_ANY,
			    e));
	}
	assert_ok(store_txn_commit(t, &m, &id, NULL, e));
}
#define push_main(f, ...)                                                 \
	push(f, STORE_MAIN, (const struct raw_file[]){ __VA_ARGS__ },     \
	    sizeof((const struct raw_file[]){ __VA_ARGS__ }) /            \
		sizeof(struct raw_file))

static inline bool file_exists(struct fixture *f, const char *path)
{
	struct commit_id tip = tip_of(f, STORE_MAIN);
	struct buf text = BUF_INIT(1 << 20);
	enum err_code rc = store_read(f->app.store, &tip, path, &text, NULL,
	    NULL);

	buf_release(&text);
	return rc == ERR_OK;
}

static inline void assert_stored(struct fixture *f, const char *path,
    const char *expected)
{
	struct commit_id tip = tip_of(f, STORE_MAIN);
	struct buf text = BUF_INIT(1 << 20);

	assert_ok(store_read(f->app.store, &tip, path, &text, NULL, e));
	assert_string_equal(buf_text(&text), expected);
	buf_release(&text);
}

static inline enum err_code copy_message(void *ctx,
    const struct store_commit *c, bool *stop, struct err *e)
{
	(void)e;
	buf_printf(ctx, "author %s\n%s", c->author, c->message);
	*stop = true;
	return ERR_OK;
}

/* The newest commit's message holds every one of these, ended by NULL. */
static inline void assert_message(struct fixture *f, enum store_branch branch,
    const char *const *parts)
{
	struct buf text = BUF_INIT(1 << 16);

	assert_ok(store_log(f->app.store, branch, NULL, copy_message, &text,
	    e));
	for (; *parts; parts++) {
		if (!strstr(buf_text(&text), *parts))
			fail_msg("no \"%s\" in\n%s", *parts, buf_text(&text));
	}
	buf_release(&text);
}
#define assert_tip_says(f, branch, ...) \
	assert_message(f, branch, (const char *const[]){ __VA_ARGS__, NULL })

static inline int setup_empty(void **state)
{
	const struct store_message first = { .author = "tester",
		.subject = "Begin" };
	struct fixture *f = calloc(1, sizeof(*f));
	char path[128];

	/* what must survive a power loss is tested elsewhere */
	snprintf(f->dir, sizeof(f->dir), "%s/switchyard-app-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	snprintf(path, sizeof(path), "%s/store.git", f->dir);
	assert_ok(store_init(path, NULL, &first, e));
	assert_ok(queue_prepare(f->dir, e));
	assert_ok(app_open(f->dir, &f->app, e));
	*state = f;
	return 0;
}

static inline int setup(void **state)
{
	struct fixture *f;

	setup_empty(state);
	f = *state;
	create(f, KIND_SECRET, "{\"name\":\"key\",\"provider\":\"file\","
			       "\"reference\":\"key\"}");
	create(f, KIND_AREA, "{\"name\":\"lab\",\"credentials\":\"key\"}");
	create(f, KIND_AREA, "{\"name\":\"row1\",\"parent\":\"lab\"}");
	create(f, KIND_ROLE, "{\"name\":\"router\"}");
	create(f, KIND_PLATFORM, "{\"name\":\"frr\",\"driver\":\"frr\"}");
	create(f, KIND_VLAN,
	    "{\"vid\":10,\"name\":\"users\",\"area\":\"lab\"}");
	create(f, KIND_DEVICE,
	    "{\"name\":\"r1\",\"area\":\"row1\",\"status\":\"active\","
	    "\"platform\":\"frr\",\"primary_ip4\":\"192.0.2.1\","
	    "\"role\":\"router\",\"vlans\":[10]}");
	return 0;
}

/* After every test the repository must be what Git calls clean. */
static inline int teardown(void **state)
{
	struct fixture *f = *state;
	char command[256];

	app_close(&f->app);
	snprintf(command, sizeof(command),
	    "git -C %s/store.git fsck --strict --no-dangling 2>&1", f->dir);
	assert_int_equal(system(command), 0);
	assert_ok(dir_remove(f->dir, e));
	free(f);
	return 0;
}

#endif
