/*
 * Renames, moves and deletes: what belongs to a record goes along, in one
 * commit that its history can be followed through.
 */
#include "app/inventory.h"

#include "app/port/history.h"

#include "unit/app/fixture.h"

static void count_commit(
    struct fixture *f, const char *path, size_t wanted, const char *oldest);

static void give_files(struct fixture *f)
{
	put_intended(f, "r1", "hostname r1\n");
	push_main(f, { "backup/row1/r1.cfg", "hostname old\n" });
	create(f, KIND_HOSTKEY,
	    "{\"name\":\"r1\",\"keys\":[\"ssh-ed25519 AAAA\"]}");
}

static void test_device_rename(void **state)
{
	struct fixture *f = *state;
	struct commit_id before;
	size_t n = 0;

	give_files(f);
	before = tip_of(f, STORE_MAIN);
	patch(f, KIND_DEVICE, "r1", "{\"name\":\"r9\"}");
	assert_tip_says(f, STORE_MAIN, "Rename device r1 to r9",
	    "\nAction: rename\n", "\nDevice: r9\n",
	    "\nRenamed-From: devices/row1/r1.json\n");
	assert_stored(f, "intended/row1/r9.cfg", "hostname r1\n");
	assert_stored(f, "backup/row1/r9.cfg", "hostname old\n");
	assert_false(file_exists(f, "intended/row1/r1.cfg"));
	assert_false(file_exists(f, "backup/row1/r1.cfg"));
	assert_false(file_exists(f, "devices/row1/r1.json"));
	assert_true(has_record(f, KIND_HOSTKEY, "r9"));
	assert_false(has_record(f, KIND_HOSTKEY, "r1"));
	/* all of it in one commit */
	assert_false(commit_id_is_zero(&before));
	{
		const struct snapshot *s = now(f);
		struct blob_id blob;

		assert_true(snapshot_config(s, PATH_BACKUP, "r9", &blob));
		snapshot_problems(s, &n);
		assert_int_equal(n, 0);
		snapshot_unref(s);
	}
	count_commit(f, "devices/row1/r9.json", 2, "Create device r1");
	/* the old name is free again, and another name is not taken twice */
	create(f, KIND_DEVICE, "{\"name\":\"r1\",\"area\":\"lab\"}");
	assert_err(try_patch(f, KIND_DEVICE, "r9", "{\"name\":\"r1\"}", e),
	    ERR_CONFLICT, "already");
}

static void count_commit(
    struct fixture *f, const char *path, size_t wanted, const char *oldest)
{
	struct history_query query = {
		.paths = &path, .n_paths = 1, .limit = 100
	};
	struct arena *arena = arena_new(1 << 20);
	struct history_page page;

	assert_non_null(arena);
	assert_ok(store_history(f->app.store, &query, arena, &page, e));
	assert_int_equal(page.n, wanted);
	assert_string_equal(page.entries[wanted - 1].commit.subject, oldest);
	arena_free(arena);
}

static void test_device_moves_to_another_area(void **state)
{
	struct fixture *f = *state;

	give_files(f);
	patch(f, KIND_DEVICE, "r1", "{\"area\":\"lab\"}");
	assert_tip_says(f, STORE_MAIN, "Move device r1: area",
	    "\nAction: move\n", "\nDevice: r1\n",
	    "\nRenamed-From: devices/row1/r1.json\n");
	assert_stored(f, "intended/lab/r1.cfg", "hostname r1\n");
	assert_stored(f, "backup/lab/r1.cfg", "hostname old\n");
	assert_false(file_exists(f, "intended/row1/r1.cfg"));
	assert_true(has_record(f, KIND_HOSTKEY, "r1"));
	count_commit(f, "devices/lab/r1.json", 2, "Create device r1");
}

static void test_area_rename(void **state)
{
	struct fixture *f = *state;
	size_t n;
	const struct snapshot *s;

	give_files(f);
	create(f, KIND_DEVICE, "{\"name\":\"r2\",\"area\":\"lab\"}");
	create(f, KIND_HOOK, "{\"name\":\"h\",\"areas\":[\"row1\",\"lab\"]}");
	patch(f, KIND_AREA, "lab", "{\"name\":\"plant\"}");
	assert_tip_says(f, STORE_MAIN, "Rename area lab to plant",
	    "\nArea: plant\n", "\nRenamed-From: devices/lab/\n");
	assert_string_equal(
	    field_of(f, KIND_AREA, "row1", AREA_PARENT), "plant");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "r2", DEVICE_AREA), "plant");
	assert_string_equal(
	    field_of(f, KIND_VLAN, "plant/10", VLAN_AREA), "plant");
	patch(f, KIND_AREA, "row1", "{\"name\":\"row2\"}");
	assert_stored(f, "intended/row2/r1.cfg", "hostname r1\n");
	assert_stored(f, "backup/row2/r1.cfg", "hostname old\n");
	assert_false(file_exists(f, "devices/row1/r1.json"));
	assert_false(file_exists(f, "areas/row1.json"));
	count_commit(f, "devices/row2/r1.json", 2, "Create device r1");
	s = now(f);
	assert_true(record_contains(
	    snapshot_find(s, KIND_HOOK, "h"), HOOK_AREAS, "row2"));
	assert_true(record_contains(
	    snapshot_find(s, KIND_HOOK, "h"), HOOK_AREAS, "plant"));
	snapshot_problems(s, &n);
	assert_int_equal(n, 0);
	snapshot_unref(s);
}

static void test_renames_of_what_devices_refer_to(void **state)
{
	struct fixture *f = *state;

	patch(f, KIND_ROLE, "router", "{\"name\":\"edge\"}");
	patch(f, KIND_PLATFORM, "frr", "{\"name\":\"frr10\"}");
	patch(f, KIND_SECRET, "key", "{\"name\":\"key2\"}");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "r1", DEVICE_ROLE), "edge");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "r1", DEVICE_PLATFORM), "frr10");
	assert_string_equal(
	    field_of(f, KIND_AREA, "lab", AREA_CREDENTIALS), "key2");
}

static void test_delete_takes_the_files_along(void **state)
{
	struct fixture *f = *state;

	give_files(f);
	assert_ok(try_delete(f, KIND_DEVICE, "r1", e));
	assert_false(file_exists(f, "intended/row1/r1.cfg"));
	assert_false(file_exists(f, "backup/row1/r1.cfg"));
	assert_false(file_exists(f, "hostkeys/r1.json"));
	count_commit(f, "intended/row1/r1.cfg", 2,
	    "Set the intended configuration of r1");
}

/* A backup may be larger than an intended configuration may be. */
static void test_large_backups_move(void **state)
{
	struct fixture *f = *state;
	size_t len = INTENDED_MAX + 100;
	char *big = malloc(len + 1);

	memset(big, 'x', len);
	big[len] = '\0';
	push_main(f, { "backup/row1/r1.cfg", big });
	free(big);
	patch(f, KIND_DEVICE, "r1", "{\"name\":\"r9\"}");
	assert_true(has_record(f, KIND_DEVICE, "r9"));
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_device_rename),
		T(test_device_moves_to_another_area),
		T(test_area_rename),
		T(test_renames_of_what_devices_refer_to),
		T(test_delete_takes_the_files_along),
		T(test_large_backups_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
