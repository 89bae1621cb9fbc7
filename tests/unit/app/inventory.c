#include "app/inventory.h"

#include "app/port/history.h"

#include "unit/app/fixture.h"

#include <pthread.h>

/* One record of each kind that people edit, and a change to it. */
static const struct {
	enum kind_id kind;
	const char *json, *key, *patch, *trailer;
} rows[] = {
	{ KIND_AREA, "{\"name\":\"a\"}", "a", "{\"description\":\"d\"}",
	    "Area: a" },
	{ KIND_ROLE, "{\"name\":\"a\"}", "a", "{\"description\":\"d\"}",
	    "Role: a" },
	{ KIND_PLATFORM, "{\"name\":\"a\",\"driver\":\"frr\"}", "a",
	    "{\"port\":2222}", "Platform: a" },
	{ KIND_VLAN, "{\"vid\":7,\"name\":\"v\",\"area\":\"row1\"}", "row1/7",
	    "{\"name\":\"w\"}", "VLAN: row1/7" },
	{ KIND_DEVICE, "{\"name\":\"a\",\"area\":\"lab\"}", "a",
	    "{\"tags\":[\"t\"]}", "Device: a" },
	{ KIND_SECRET, "{\"name\":\"a\",\"provider\":\"file\","
		       "\"reference\":\"a\"}", "a", "{\"username\":\"u\"}",
	    "Credentials-reference: a" },
	{ KIND_HOSTKEY, "{\"name\":\"r1\",\"keys\":[\"ssh-ed25519 AAAA\"]}",
	    "r1", "{\"approved_by\":\"olga\"}", "Device: r1" },
	{ KIND_HOOK, "{\"name\":\"a\"}", "a", "{\"enabled\":true}",
	    "Change-hook: a" },
	{ KIND_BUTTON, "{\"name\":\"a\",\"label\":\"A\",\"job\":\"provision\"}",
	    "a", "{\"one_click\":true}", "Button: a" },
	{ KIND_USER, "{\"name\":\"a\",\"role\":\"viewer\"}", "a",
	    "{\"disabled\":true}", "User: a" },
	{ KIND_TOKEN, "{\"name\":\"a\",\"role\":\"viewer\",\"hash\":\"0\"}",
	    "a", "{\"role\":\"admin\"}", "API-token: a" },
	{ KIND_SETTINGS, "{}", "settings", "{\"slots\":3}",
	    "Settings: settings" },
	{ KIND_IRONIC, "{}", "ironic", "{\"timeout\":3}", "Ironic: ironic" },
	{ KIND_IMAGE, "{\"name\":\"a\",\"url\":\"http://a\","
		      "\"checksum\":\"0\"}", "a", "{\"checksum\":\"1\"}",
	    "Image: a" },
	{ KIND_SCHEDULE, "{\"name\":\"a\",\"job\":\"generate-intended\","
			 "\"cron\":\"@daily\",\"parameters\":{\"all\":true}}",
	    "a", "{\"cron\":\"@hourly\"}", "Schedule: a" },
	{ KIND_CHANNEL, "{\"name\":\"a\",\"type\":\"webhook\","
			"\"url\":\"http://192.0.2.1/\"}",
	    "a", "{\"events\":[\"run_failed\"]}",
	    "Notification-channel: a" },
	{ KIND_JOB, "{\"name\":\"backup\"}", "backup", "{\"retries\":3}",
	    "Job-settings: backup" },
	{ KIND_VIEW, "{\"name\":\"a\",\"label\":\"A\","
		     "\"table\":\"devices\"}", "a",
	    "{\"query\":\"status=active\"}", "Saved-view: a" },
};

static void test_every_kind(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(sizeof(rows) / sizeof(rows[0]), KIND_COUNT - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum kind_id kind = rows[i].kind;

		create(f, kind, rows[i].json);
		assert_tip_says(f, STORE_MAIN, "author admin",
		    "\nActor: admin\n", "\nTrigger: form\n",
		    "\nAction: create\n", rows[i].trailer);
		assert_err(try_create(f, &admin, kind, rows[i].json, e),
		    ERR_CONFLICT, "already");
		patch(f, kind, rows[i].key, rows[i].patch);
		assert_tip_says(f, STORE_MAIN, "\nAction: update\n",
		    rows[i].trailer);
		assert_true(has_record(f, kind, rows[i].key));
		assert_ok(try_delete(f, kind, rows[i].key, e));
		assert_tip_says(f, STORE_MAIN, "\nAction: delete\n",
		    rows[i].trailer);
		assert_false(has_record(f, kind, rows[i].key));
		assert_err(try_delete(f, kind, rows[i].key, e),
		    ERR_NOT_FOUND, "there is no");
		assert_err(try_patch(f, kind, rows[i].key, "{}", e),
		    ERR_NOT_FOUND, "there is no");
	}
}

static void test_who_may_write_what(void **state)
{
	struct fixture *f = *state;

	assert_err(try_create(f, &viewer, KIND_ROLE, "{\"name\":\"a\"}", e),
	    ERR_DENIED, "operator");
	assert_ok(try_create(f, &operator_, KIND_ROLE, "{\"name\":\"a\"}", e));
	assert_tip_says(f, STORE_MAIN, "author olga", "\nTrigger: api\n");
	assert_err(try_create(f, &operator_, KIND_HOOK, "{\"name\":\"a\"}", e),
	    ERR_DENIED, "admin");
	assert_err(try_create(f, &operator_, KIND_USER,
	    "{\"name\":\"a\",\"role\":\"admin\"}", e), ERR_DENIED, "admin");
}

static void test_results_and_versions(void **state)
{
	struct fixture *f = *state;
	const struct kind *kind = kind_get(KIND_ROLE);
	struct inventory_result first = { 0 }, second = { 0 }, none = { 0 };
	json_t *one = parse_json("{\"name\":\"a\"}");
	json_t *two = parse_json("{\"name\":\"a\",\"description\":\"x\"}");
	struct blob_id version;
	const struct snapshot *s;

	assert_ok(inventory_create(&f->app, &admin,
	    &(struct inventory_change){ .kind = kind, .object = one }, &first,
	    e));
	assert_true(first.changed);
	s = now(f);
	assert_memory_equal(record_version(first.record), record_version(
	    snapshot_find(s, KIND_ROLE, "a")), STORE_OID_SIZE);
	assert_true(commit_id_equal(&first.commit, snapshot_commit(s)));
	snapshot_unref(s);
	memcpy(version.raw, record_version(first.record), STORE_OID_SIZE);
	assert_ok(inventory_update(&f->app, &admin,
	    &(struct inventory_change){
		.kind = kind, .key = "a", .expect = &version, .object = two },
	    &second, e));
	/* the version that was read is no longer what is there */
	assert_err(inventory_update(&f->app, &admin,
		       &(struct inventory_change){ .kind = kind,
			   .key = "a",
			   .expect = &version,
			   .object = one },
		       &none, e),
	    ERR_STALE, "changed by someone else");
	assert_err(inventory_delete(&f->app, &admin,
		       &(struct inventory_change){
			   .kind = kind, .key = "a", .expect = &version },
		       &none, e),
	    ERR_STALE, "changed by someone else");
	assert_string_equal(field_of(f, KIND_ROLE, "a", ROLE_DESCRIPTION),
	    "x");
	/* saving what is there already makes no commit */
	assert_ok(inventory_update(&f->app, &admin,
	    &(struct inventory_change){
		.kind = kind, .key = "a", .object = two },
	    &none, e));
	assert_false(none.changed);
	inventory_result_release(&none);
	inventory_result_release(&first);
	inventory_result_release(&second);
	json_decref(one);
	json_decref(two);
}

static void test_patches(void **state)
{
	struct fixture *f = *state;

	patch(f, KIND_DEVICE, "r1",
	    "{\"vars\":{\"a\":{\"b\":1,\"c\":2}},\"serial\":\"S\"}");
	patch(f, KIND_DEVICE, "r1",
	    "{\"vars\":{\"a\":{\"b\":null,\"d\":3}},\"serial\":null}");
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_VARS),
	    "{\"a\":{\"c\":2,\"d\":3}}");
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_SERIAL), "");
	assert_err(try_patch(f, KIND_DEVICE, "r1", "[]", e), ERR_INVALID,
	    "object");
	assert_err(try_patch(f, KIND_DEVICE, "r1", "{\"nmae\":1}", e),
	    ERR_INVALID, "unknown field");
	assert_err(try_patch(f, KIND_DEVICE, "r1", "{\"area\":null}", e),
	    ERR_INVALID, "area: is required");
}

static enum err_code patch_as(struct fixture *f, const struct actor *who,
    const char *json, struct err *e)
{
	struct inventory_result result = { 0 };
	json_t *object = parse_json(json);
	struct inventory_change what = { .kind = kind_get(KIND_DEVICE),
		.key = "r1", .object = object };
	enum err_code rc = inventory_patch(&f->app, who, &what, &result, e);

	json_decref(object);
	inventory_result_release(&result);
	return rc;
}

static void test_facts_are_no_persons(void **state)
{
	struct fixture *f = *state;

	assert_err(patch_as(f, &operator_, "{\"facts\":{\"model\":\"x\"}}", e),
	    ERR_INVALID, "a job keeps this");
	assert_err(try_create(f, &operator_, KIND_DEVICE,
	    "{\"name\":\"r7\",\"area\":\"lab\",\"facts\":{\"model\":\"x\"}}",
	    e), ERR_INVALID, "a job keeps this");
	assert_ok(patch_as(f, &admin, "{\"facts\":{\"model\":\"x\"}}", e));
	assert_ok(patch_as(f, &operator_,
	    "{\"serial\":\"S\",\"facts\":{\"model\":\"x\"}}", e));
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_FACTS),
	    "{\"model\":\"x\"}");
	assert_ok(patch_as(f, &operator_, "{\"facts\":null}", e));
}

/* RFC 7396: an object in a patch is itself a patch, also of what is not there
 * yet; its nulls never reach the record. */
static void test_patch_of_nothing(void **state)
{
	struct fixture *f = *state;

	patch(f, KIND_DEVICE, "r1",
	    "{\"vars\":{\"new\":{\"keep\":1,\"drop\":null}}}");
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_VARS),
	    "{\"new\":{\"keep\":1}}");
}

/* --- references ---------------------------------------------------------------- */

static void test_references(void **state)
{
	struct fixture *f = *state;

	assert_err(try_patch(f, KIND_DEVICE, "r1", "{\"role\":\"no\"}", e),
	    ERR_INVALID, "role: role \"no\" does not exist");
	assert_err(try_patch(f, KIND_DEVICE, "r1", "{\"area\":\"no\"}", e),
	    ERR_INVALID, "area: area \"no\" does not exist");
	assert_err(try_patch(f, KIND_DEVICE, "r1", "{\"vlans\":[11]}", e),
	    ERR_INVALID, "no VLAN 11 in area row1");
	assert_err(try_create(f, &admin, KIND_HOOK,
	    "{\"name\":\"h\",\"areas\":[\"lab\",\"no\"]}", e), ERR_INVALID,
	    "areas: area \"no\" does not exist");
	assert_err(try_create(f, &admin, KIND_VLAN,
	    "{\"vid\":10,\"name\":\"again\",\"area\":\"lab\"}", e),
	    ERR_CONFLICT, "lab/10");
	create(f, KIND_VLAN, "{\"vid\":10,\"name\":\"x\",\"area\":\"row1\"}");
}

/* A record never asks a device for more than to be read. */
static void test_commands_of_a_platform(void **state)
{
	struct fixture *f = *state;

	create(f, KIND_PLATFORM, "{\"name\":\"p\",\"driver\":\"ios\","
	    "\"backup_commands\":\"version: show version\\n  min 9\\n\"}");
	assert_err(try_patch(f, KIND_PLATFORM, "p",
	    "{\"backup_commands\":\"v: show version\\nx: reload\"}", e),
	    ERR_INVALID, "backup_commands: line 2: only commands");
	assert_err(try_patch(f, KIND_PLATFORM, "p",
	    "{\"backup_commands\":\"v: show version | redirect flash:x\"}",
	    e), ERR_INVALID, "line 1: behind a |");
	/* another driver understands another language */
	assert_err(try_patch(f, KIND_PLATFORM, "p",
	    "{\"driver\":\"netconf\"}", e), ERR_INVALID, "get-config");
	patch(f, KIND_PLATFORM, "p", "{\"driver\":\"netconf\","
	    "\"backup_commands\":\"start: get-config startup\"}");
}

static void test_refused_deletes(void **state)
{
	static const struct {
		enum kind_id kind;
		const char *key, *words;
	} refused[] = {
		{ KIND_AREA, "lab", "refers to it (parent)" },
		{ KIND_AREA, "row1", "device r1 refers to it (area)" },
		{ KIND_ROLE, "router", "device r1 refers to it (role)" },
		{ KIND_PLATFORM, "frr", "device r1 refers to it (platform)" },
		{ KIND_SECRET, "key", "area lab refers to it (credentials)" },
		{ KIND_VLAN, "lab/10", "device r1 refers to it (vlans)" },
	};
	struct fixture *f = *state;
	struct commit_id before = tip_of(f, STORE_MAIN), after;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_err(try_delete(f, refused[i].kind, refused[i].key, e),
		    ERR_CONFLICT, refused[i].words);
	after = tip_of(f, STORE_MAIN);
	assert_true(commit_id_equal(&before, &after));
	assert_ok(try_delete(f, KIND_DEVICE, "r1", e));
	assert_ok(try_delete(f, KIND_VLAN, "lab/10", e));
	assert_ok(try_delete(f, KIND_AREA, "row1", e));
	assert_ok(try_delete(f, KIND_AREA, "lab", e));
}

static void test_areas_never_lie_in_themselves(void **state)
{
	struct fixture *f = *state;
	char json[100], name[16] = "row1";

	assert_err(try_patch(f, KIND_AREA, "lab", "{\"parent\":\"lab\"}", e),
	    ERR_INVALID, "cannot be itself");
	assert_err(try_patch(f, KIND_AREA, "lab", "{\"parent\":\"row1\"}", e),
	    ERR_INVALID, "row1 lies inside lab");
	/* renamed and put into what was itself, or below itself */
	assert_err(try_patch(f, KIND_AREA, "lab",
	    "{\"name\":\"l2\",\"parent\":\"lab\"}", e), ERR_INVALID,
	    "cannot be itself");
	assert_err(try_patch(f, KIND_AREA, "lab",
	    "{\"name\":\"l2\",\"parent\":\"row1\"}", e), ERR_INVALID,
	    "row1 lies inside lab");
	/* lab, row1 and thirty more are as deep as it may be */
	for (int i = 3; i <= SNAPSHOT_MAX_AREA_DEPTH; i++) {
		snprintf(json, sizeof(json),
		    "{\"name\":\"d%d\",\"parent\":\"%s\"}", i, name);
		create(f, KIND_AREA, json);
		snprintf(name, sizeof(name), "d%d", i);
	}
	snprintf(json, sizeof(json), "{\"name\":\"e\",\"parent\":\"%s\"}",
	    name);
	assert_err(try_create(f, &admin, KIND_AREA, json, e), ERR_INVALID,
	    "at most 32 deep");
	/* a whole tree that would come to lie too deep */
	create(f, KIND_AREA, "{\"name\":\"top\"}");
	assert_err(try_patch(f, KIND_AREA, "lab", "{\"parent\":\"top\"}", e),
	    ERR_INVALID, "would lie deeper");
	snprintf(json, sizeof(json), "{\"parent\":\"%s\"}", name);
	assert_err(try_patch(f, KIND_AREA, "lab", json, e), ERR_INVALID,
	    "lies inside lab");
}

static void test_vlans_in_use_stay(void **state)
{
	struct fixture *f = *state;

	create(f, KIND_AREA, "{\"name\":\"else\"}");
	assert_err(try_patch(f, KIND_VLAN, "lab/10", "{\"vid\":20}", e),
	    ERR_INVALID, "used by device r1");
	assert_err(try_patch(f, KIND_VLAN, "lab/10", "{\"area\":\"else\"}",
	    e), ERR_INVALID, "used by device r1");
	assert_err(try_patch(f, KIND_AREA, "row1", "{\"parent\":\"else\"}",
	    e), ERR_INVALID, "device r1 would lose its VLAN 10");
	assert_err(try_patch(f, KIND_AREA, "row1", "{\"parent\":null}", e),
	    ERR_INVALID, "device r1 would lose its VLAN 10");
	assert_err(try_patch(f, KIND_DEVICE, "r1", "{\"area\":\"else\"}", e),
	    ERR_INVALID, "no VLAN 10 in area else");
	create(f, KIND_VLAN, "{\"vid\":10,\"name\":\"x\",\"area\":\"else\"}");
	patch(f, KIND_AREA, "row1", "{\"parent\":\"else\"}");
	patch(f, KIND_VLAN, "lab/10", "{\"vid\":20}");
	assert_true(has_record(f, KIND_VLAN, "lab/20"));
	assert_false(has_record(f, KIND_VLAN, "lab/10"));
}

/* --- moves ------------------------------------------------------------------------ */

static void count_commit(struct fixture *f, const char *path, size_t wanted,
    const char *oldest);

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

static void count_commit(struct fixture *f, const char *path, size_t wanted,
    const char *oldest)
{
	struct history_query query = { .paths = &path,
		.n_paths = 1,
		.limit = 100 };
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
	assert_string_equal(field_of(f, KIND_AREA, "row1", AREA_PARENT),
	    "plant");
	assert_string_equal(field_of(f, KIND_DEVICE, "r2", DEVICE_AREA),
	    "plant");
	assert_string_equal(field_of(f, KIND_VLAN, "plant/10", VLAN_AREA),
	    "plant");
	patch(f, KIND_AREA, "row1", "{\"name\":\"row2\"}");
	assert_stored(f, "intended/row2/r1.cfg", "hostname r1\n");
	assert_stored(f, "backup/row2/r1.cfg", "hostname old\n");
	assert_false(file_exists(f, "devices/row1/r1.json"));
	assert_false(file_exists(f, "areas/row1.json"));
	count_commit(f, "devices/row2/r1.json", 2, "Create device r1");
	s = now(f);
	assert_true(record_contains(snapshot_find(s, KIND_HOOK, "h"),
	    HOOK_AREAS, "row2"));
	assert_true(record_contains(snapshot_find(s, KIND_HOOK, "h"),
	    HOOK_AREAS, "plant"));
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
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_ROLE),
	    "edge");
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_PLATFORM),
	    "frr10");
	assert_string_equal(field_of(f, KIND_AREA, "lab", AREA_CREDENTIALS),
	    "key2");
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

/* --- several at once ------------------------------------------------------------------ */

struct racer {
	struct fixture *f;
	enum kind_id kind;
	char json[128];
	char key[32];	/* "": create; else patch, or delete if json is "" */
	pthread_barrier_t *start;
	enum err_code rc;
	char message[200];
};

static void *race_one(void *arg)
{
	struct racer *r = arg;
	struct err e = ERR_INIT;

	pthread_barrier_wait(r->start);
	if (!*r->key)
		r->rc = try_create(r->f, &admin, r->kind, r->json, &e);
	else if (*r->json)
		r->rc = try_patch(r->f, r->kind, r->key, r->json, &e);
	else
		r->rc = try_delete(r->f, r->kind, r->key, &e);
	snprintf(r->message, sizeof(r->message), "%.190s", e.message);
	return NULL;
}

static void race(struct racer *racers, int n)
{
	pthread_t threads[8];
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, (unsigned)n);
	for (int i = 0; i < n; i++) {
		racers[i].start = &start;
		pthread_create(&threads[i], NULL, race_one, &racers[i]);
	}
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
}

static void note_problem(void *ctx, const char *path, const char *message)
{
	(void)ctx;
	fail_msg("%s: %s", path, message);
}

static void assert_sound(struct fixture *f)
{
	const struct snapshot *s = now(f);
	size_t n;

	inventory_check(s, note_problem, NULL, &n);
	assert_int_equal(n, 0);
	snapshot_unref(s);
}

static void test_one_creator_wins(void **state)
{
	struct fixture *f = *state;

	for (int round = 0; round < 10; round++) {
		struct racer racers[4];
		int won = 0;

		for (int i = 0; i < 4; i++) {
			racers[i] = (struct racer){ .f = f,
				.kind = KIND_DEVICE };
			snprintf(racers[i].json, sizeof(racers[i].json),
			    "{\"name\":\"n%d\",\"area\":\"%s\"}", round,
			    i % 2 ? "lab" : "row1");
		}
		race(racers, 4);
		for (int i = 0; i < 4; i++) {
			won += racers[i].rc == ERR_OK;
			assert_true(racers[i].rc == ERR_OK ||
			    racers[i].rc == ERR_CONFLICT);
		}
		assert_int_equal(won, 1);
	}
	assert_sound(f);
}

/* Whoever comes first: the reference is refused, or the delete is. */
static void race_delete(struct fixture *f, enum kind_id kind, const char *key,
    const char *json, enum kind_id by, const char *by_key,
    const char *by_patch, const char *undo)
{
	for (int round = 0; round < 8; round++) {
		struct racer racers[2] = { { .f = f, .kind = kind },
			{ .f = f, .kind = by } };

		if (!has_record(f, kind, key))
			create(f, kind, json);
		strcpy(racers[0].key, key);
		strcpy(racers[1].key, by_key);
		strcpy(racers[1].json, by_patch);
		race(racers, 2);
		if ((racers[0].rc == ERR_OK) == (racers[1].rc == ERR_OK))
			fail_msg("both or none: %s; %s", racers[0].message,
			    racers[1].message);
		assert_sound(f);
		if (racers[1].rc == ERR_OK)
			patch(f, by, by_key, undo);
	}
}

static void test_delete_races_with_a_reference(void **state)
{
	struct fixture *f = *state;

	race_delete(f, KIND_ROLE, "x", "{\"name\":\"x\"}", KIND_DEVICE, "r1",
	    "{\"role\":\"x\"}", "{\"role\":null}");
	create(f, KIND_HOOK, "{\"name\":\"h\"}");
	race_delete(f, KIND_AREA, "x", "{\"name\":\"x\"}", KIND_HOOK, "h",
	    "{\"areas\":[\"x\"]}", "{\"areas\":[]}");
	race_delete(f, KIND_VLAN, "row1/7",
	    "{\"vid\":7,\"name\":\"x\",\"area\":\"row1\"}", KIND_DEVICE, "r1",
	    "{\"vlans\":[10,7]}", "{\"vlans\":[10]}");
}

static void test_two_areas_into_each_other(void **state)
{
	struct fixture *f = *state;

	create(f, KIND_AREA, "{\"name\":\"x\"}");
	create(f, KIND_AREA, "{\"name\":\"y\"}");
	for (int round = 0; round < 8; round++) {
		struct racer racers[2] = {
			{ .f = f, .kind = KIND_AREA, .key = "x",
			    .json = "{\"parent\":\"y\"}" },
			{ .f = f, .kind = KIND_AREA, .key = "y",
			    .json = "{\"parent\":\"x\"}" },
		};

		race(racers, 2);
		assert_int_equal((racers[0].rc == ERR_OK) +
		    (racers[1].rc == ERR_OK), 1);
		assert_sound(f);
		patch(f, KIND_AREA, racers[0].rc == ERR_OK ? "x" : "y",
		    "{\"parent\":null}");
	}
}

/* --- intended configurations ------------------------------------------------------------- */

static enum err_code try_intended(struct fixture *f, const char *device,
    const char *text, size_t len, const struct blob_id *expect, struct err *e)
{
	struct inventory_result result = { 0 };

	return inventory_put_intended(&f->app, &admin, device, text, len,
	    expect, &result, e);
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
	assert_err(try_intended(f, "r1", "a\x01", 2, NULL, e), ERR_INVALID,
	    "control");
	assert_err(try_intended(f, "r1", "a\0b", 3, NULL, e), ERR_INVALID,
	    "control");
	assert_err(try_intended(f, "r1", "\xff\xfe", 2, NULL, e), ERR_INVALID,
	    "UTF-8");
	assert_err(try_intended(f, "r1", "", 0, NULL, e), ERR_INVALID,
	    "empty");
	assert_err(try_intended(f, "r1", " \r\n\n", 4, NULL, e), ERR_INVALID,
	    "empty");
	assert_err(try_intended(f, "r1", big, len, NULL, e), ERR_LIMIT,
	    "larger");
	/* the newline that is added counts */
	assert_err(try_intended(f, "r1", big, len - 1, NULL, e), ERR_LIMIT,
	    "larger");
	assert_err(try_intended(f, "no", "x", 1, NULL, e), ERR_NOT_FOUND,
	    "no device");
	assert_err(inventory_put_intended(&f->app, &viewer, "r1", "x", 1,
	    NULL, &result, e), ERR_DENIED, "operator");
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
		T(test_every_kind),
		T(test_who_may_write_what),
		T(test_results_and_versions),
		T(test_patches),
		T(test_patch_of_nothing),
		T(test_facts_are_no_persons),
		T(test_references),
		T(test_commands_of_a_platform),
		T(test_refused_deletes),
		T(test_areas_never_lie_in_themselves),
		T(test_vlans_in_use_stay),
		T(test_device_rename),
		T(test_device_moves_to_another_area),
		T(test_area_rename),
		T(test_renames_of_what_devices_refer_to),
		T(test_delete_takes_the_files_along),
		T(test_large_backups_move),
		T(test_one_creator_wins),
		T(test_delete_races_with_a_reference),
		T(test_two_areas_into_each_other),
		T(test_intended_text),
		T(test_intended_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
