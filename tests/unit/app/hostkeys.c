/* Host keys that wait: shown, approved as seen, dismissed, healed. */
#include "unit/app/fixture.h"

#include "app/hostkeys.h"

#define KEY_A "AAAAC3NzaC1lZDI1NTE5AAAAIGVudGlyZWx5IG1hZGUgdXAga2V5"
#define KEY_B "AAAAC3NzaC1lZDI1NTE5AAAAIGFub3RoZXIgbWFkZSB1cCBrZXkh"

#define HOME "192.0.2.1:22" /* of r1 */

static struct arena *arena;

/* at: the address that showed it, or "". */
static void wait_key_at(struct fixture *f, const char *device, const char *type,
    const char *key, const char *at)
{
	char path[200], text[600];

	snprintf(path, sizeof(path), "%s/pending-hostkeys", f->dir);
	assert_ok(dir_create(path, 0700, e));
	snprintf(
	    path, sizeof(path), "%s/pending-hostkeys/%s.json", f->dir, device);
	snprintf(text, sizeof(text),
	    "{\"type\": \"%s\", \"key\": \"%s\", \"fingerprint\": "
	    "\"SHA256:%.8s\", \"run\": \"20261121-083000-00000001\", "
	    "\"at\": \"%s\"}",
	    type, key, strlen(key) > 38 ? key + 30 : "none", at);
	assert_ok(file_replace(path, text, strlen(text), 0600, e));
}

static void wait_key(
    struct fixture *f, const char *device, const char *type, const char *key)
{
	wait_key_at(f, device, type, key, "");
}

static bool waits(struct fixture *f, const char *device)
{
	char path[200];

	snprintf(
	    path, sizeof(path), "%s/pending-hostkeys/%s.json", f->dir, device);
	return access(path, F_OK) == 0;
}

static enum err_code pending(struct fixture *f, const char *device,
    struct hostkey_pending *ret, struct err *e)
{
	const struct snapshot *s = now(f);
	enum err_code rc;

	arena_reset(arena);
	rc = hostkeys_pending(&f->app, s, device, arena, ret, e);
	snapshot_unref(s);
	return rc;
}

static void approve(struct fixture *f)
{
	struct hostkey_pending p;

	assert_ok(pending(f, "r1", &p, e));
	assert_ok(
	    hostkeys_approve(&f->app, &operator_, "r1", p.fingerprint, e));
}

static size_t keys_of(struct fixture *f)
{
	const struct snapshot *s = now(f);
	const struct record *r = snapshot_find(s, KIND_HOSTKEY, "r1");
	size_t n = r ? record_count(r, HOSTKEY_KEYS) : 0;

	snapshot_unref(s);
	return n;
}

static const char *key_of(struct fixture *f)
{
	static char text[200];
	const struct snapshot *s = now(f);
	const struct record *r = snapshot_find(s, KIND_HOSTKEY, "r1");

	snprintf(text, sizeof(text), "%s",
	    r && record_count(r, HOSTKEY_KEYS) ? record_item(r, HOSTKEY_KEYS, 0)
					       : "");
	snapshot_unref(s);
	return text;
}

static void test_approves_what_was_seen(void **state)
{
	struct fixture *f = *state;
	struct hostkey_pending p;

	assert_err(pending(f, "r1", &p, e), ERR_NOT_FOUND, "");
	wait_key(f, "r1", "ssh-ed25519", KEY_A);
	assert_ok(pending(f, "r1", &p, e));
	assert_string_equal(p.type, "ssh-ed25519");
	assert_string_equal(p.run, "20261121-083000-00000001");
	assert_false(p.replaces);
	assert_err(
	    hostkeys_approve(&f->app, &operator_, "r1", "SHA256:other", e),
	    ERR_STALE, "Nothing was approved");
	assert_int_equal(keys_of(f), 0);
	approve(f);
	assert_int_equal(keys_of(f), 1);
	assert_string_equal(
	    field_of(f, KIND_HOSTKEY, "r1", HOSTKEY_APPROVED_BY), "olga");
	assert_err(pending(f, "r1", &p, e), ERR_NOT_FOUND, "");
}

static void test_viewers_approve_nothing(void **state)
{
	struct fixture *f = *state;

	wait_key(f, "r1", "ssh-ed25519", KEY_A);
	assert_err(hostkeys_approve(&f->app, &viewer, "r1", "SHA256:x", e),
	    ERR_DENIED, "operator");
	assert_err(hostkeys_dismiss(&f->app, &viewer, "r1", "SHA256:x", e),
	    ERR_DENIED, "operator");
}

static void test_a_changed_key_is_said_to_be_one(void **state)
{
	struct fixture *f = *state;
	struct hostkey_pending p;

	wait_key(f, "r1", "ssh-ed25519", KEY_A);
	approve(f);
	wait_key(f, "r1", "ssh-ed25519", KEY_B);
	assert_ok(pending(f, "r1", &p, e));
	assert_true(p.replaces);
	approve(f);
	assert_int_equal(keys_of(f), 1);
	assert_non_null(strstr(key_of(f), KEY_B));
}

static void test_another_type_stands_beside(void **state)
{
	struct fixture *f = *state;

	wait_key(f, "r1", "ssh-ed25519", KEY_A);
	approve(f);
	wait_key(f, "r1", "ssh-rsa", KEY_B);
	approve(f);
	assert_int_equal(keys_of(f), 2);
}

/* A crash between the commit and the removal of the file. */
static void test_a_pinned_key_waits_no_more(void **state)
{
	struct fixture *f = *state;
	struct hostkey_pending p;

	wait_key(f, "r1", "ssh-ed25519", KEY_A);
	approve(f);
	wait_key(f, "r1", "ssh-ed25519", KEY_A);
	assert_err(pending(f, "r1", &p, e), ERR_NOT_FOUND, "pinned already");
}

static void test_a_dismissed_key_is_gone(void **state)
{
	struct fixture *f = *state;
	struct hostkey_pending p;

	wait_key(f, "r1", "ssh-ed25519", KEY_A);
	assert_ok(pending(f, "r1", &p, e));
	assert_ok(
	    hostkeys_dismiss(&f->app, &operator_, "r1", p.fingerprint, e));
	assert_err(pending(f, "r1", &p, e), ERR_NOT_FOUND, "");
	assert_int_equal(keys_of(f), 0);
}

static void test_lists_the_keys_of_devices_that_are_there(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;
	struct hostkey_list all;
	char path[200];

	wait_key(f, "r1", "ssh-ed25519", KEY_A);
	wait_key(f, "gone", "ssh-ed25519", KEY_A);
	snprintf(path, sizeof(path), "%s/pending-hostkeys/junk", f->dir);
	assert_ok(file_replace(path, "x", 1, 0600, e));
	s = now(f);
	arena_reset(arena);
	all = hostkeys_all_pending(&f->app, s, arena, 10);
	assert_int_equal(all.n, 1);
	assert_string_equal(all.list[0].device, "r1");
	snapshot_unref(s);
}

static void test_a_broken_file_is_no_key(void **state)
{
	struct fixture *f = *state;
	struct hostkey_pending p;
	char path[200];

	wait_key(f, "r1", "", "");
	assert_err(pending(f, "r1", &p, e), ERR_CORRUPT, "r1");
	snprintf(path, sizeof(path), "%s/pending-hostkeys/r1.json", f->dir);
	assert_ok(file_replace(path, "{", 1, 0600, e));
	assert_int_not_equal(pending(f, "r1", &p, NULL), ERR_OK);
	assert_err(pending(f, "../r1", &p, e), ERR_NOT_FOUND, "");
}

/* The device is managed elsewhere by now: another key is met there. */
static void test_a_key_of_another_address_is_gone(void **state)
{
	struct fixture *f = *state;
	struct hostkey_pending p;

	wait_key_at(f, "r1", "ssh-ed25519", KEY_A, "192.0.2.200:22");
	assert_err(pending(f, "r1", &p, e), ERR_NOT_FOUND, "192.0.2.200:22");
	wait_key_at(f, "r1", "ssh-ed25519", KEY_A, HOME);
	assert_ok(pending(f, "r1", &p, e));
}

static void test_what_is_settled_is_swept(void **state)
{
	static const struct {
		const char *device, *key, *at;
		bool stays;
	} rows[] = {
		{ "r1", KEY_A, "", true },
		{ "r1", KEY_A, HOME, true },
		{ "r1", KEY_A, "192.0.2.200:22", false },
		{ "r1", KEY_B, HOME, false }, /* which is pinned */
		{ "deleted", KEY_A, "", false },
	};
	struct fixture *f = *state;
	const struct snapshot *s;

	wait_key(f, "r1", "ssh-ed25519", KEY_B);
	approve(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		wait_key_at(
		    f, rows[i].device, "ssh-ed25519", rows[i].key, rows[i].at);
		s = now(f);
		hostkeys_sweep(&f->app, s);
		snapshot_unref(s);
		assert_int_equal(waits(f, rows[i].device), rows[i].stays);
	}
}

/* ssh-keygen -lf of the same key says so. */
static void test_fingerprints_are_those_of_openssh(void **state)
{
	(void)state;
	assert_string_equal(
	    hostkeys_fingerprint(arena,
		"ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIGVudGlyZWx5IG1hZGUgdXAga2V5"
		"IGZvciBhIHRlc3Qh"),
	    "SHA256:xPkGV9OVE+najNLFmBPSMAJqy4RdTAAVX64h050lK1w");
	assert_string_equal(hostkeys_fingerprint(arena, "ssh-ed25519 !"), "");
}

static int open_arena(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena ? 0 : -1;
}

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static int setup_watched(void **state)
{
	struct fixture *f;
	char path[200];
	int rc = setup(state);

	f = *state;
	snprintf(path, sizeof(path), "%s/pending-hostkeys", f->dir);
	assert_ok(dir_create(path, 0700, e));
	app_watch(&f->app);
	assert_non_null(f->app.waiting);
	return rc;
}

#define WATCHED(fn)                                                \
	{                                                          \
		"watched: " #fn, fn, setup_watched, teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_approves_what_was_seen),
		TEST(test_viewers_approve_nothing),
		TEST(test_a_changed_key_is_said_to_be_one),
		TEST(test_another_type_stands_beside),
		TEST(test_a_pinned_key_waits_no_more),
		TEST(test_a_dismissed_key_is_gone),
		TEST(test_lists_the_keys_of_devices_that_are_there),
		TEST(test_a_broken_file_is_no_key),
		TEST(test_a_key_of_another_address_is_gone),
		TEST(test_what_is_settled_is_swept),
		TEST(test_fingerprints_are_those_of_openssh),
		WATCHED(test_approves_what_was_seen),
		WATCHED(test_a_changed_key_is_said_to_be_one),
		WATCHED(test_another_type_stands_beside),
		WATCHED(test_a_pinned_key_waits_no_more),
		WATCHED(test_a_dismissed_key_is_gone),
		WATCHED(test_lists_the_keys_of_devices_that_are_there),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
