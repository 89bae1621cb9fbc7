#include "app/inventory.h"

#include "unit/app/fixture.h"

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
	{ KIND_SECRET,
	    "{\"name\":\"a\",\"provider\":\"file\","
	    "\"reference\":\"a\"}",
	    "a", "{\"username\":\"u\"}", "Credentials-reference: a" },
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
	{ KIND_IMAGE,
	    "{\"name\":\"a\",\"url\":\"http://a\","
	    "\"checksum\":\"0\"}",
	    "a", "{\"checksum\":\"1\"}", "Image: a" },
	{ KIND_SCHEDULE,
	    "{\"name\":\"a\",\"job\":\"generate-intended\","
	    "\"cron\":\"@daily\",\"parameters\":{\"all\":true}}",
	    "a", "{\"cron\":\"@hourly\"}", "Schedule: a" },
	{ KIND_CHANNEL,
	    "{\"name\":\"a\",\"type\":\"webhook\","
	    "\"url\":\"http://192.0.2.1/\"}",
	    "a", "{\"events\":[\"run_failed\"]}", "Notification-channel: a" },
	{ KIND_JOB, "{\"name\":\"backup\"}", "backup", "{\"retries\":3}",
	    "Job-settings: backup" },
	{ KIND_VIEW,
	    "{\"name\":\"a\",\"label\":\"A\","
	    "\"table\":\"devices\"}",
	    "a", "{\"query\":\"status=active\"}", "Saved-view: a" },
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
		assert_tip_says(
		    f, STORE_MAIN, "\nAction: update\n", rows[i].trailer);
		assert_true(has_record(f, kind, rows[i].key));
		assert_ok(try_delete(f, kind, rows[i].key, e));
		assert_tip_says(
		    f, STORE_MAIN, "\nAction: delete\n", rows[i].trailer);
		assert_false(has_record(f, kind, rows[i].key));
		assert_err(try_delete(f, kind, rows[i].key, e), ERR_NOT_FOUND,
		    "there is no");
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
		       "{\"name\":\"a\",\"role\":\"admin\"}", e),
	    ERR_DENIED, "admin");
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
	assert_memory_equal(record_version(first.record),
	    record_version(snapshot_find(s, KIND_ROLE, "a")), STORE_OID_SIZE);
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
	assert_string_equal(field_of(f, KIND_ROLE, "a", ROLE_DESCRIPTION), "x");
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
	assert_err(
	    try_patch(f, KIND_DEVICE, "r1", "[]", e), ERR_INVALID, "object");
	assert_err(try_patch(f, KIND_DEVICE, "r1", "{\"nmae\":1}", e),
	    ERR_INVALID, "unknown field");
	assert_err(try_patch(f, KIND_DEVICE, "r1", "{\"area\":null}", e),
	    ERR_INVALID, "area: is required");
}

static enum err_code patch_as(
    struct fixture *f, const struct actor *who, const char *json, struct err *e)
{
	struct inventory_result result = { 0 };
	json_t *object = parse_json(json);
	struct inventory_change what = {
		.kind = kind_get(KIND_DEVICE), .key = "r1", .object = object
	};
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
		       "{\"name\":\"r7\",\"area\":\"lab\",\"facts\":{\"model\":"
		       "\"x\"}}",
		       e),
	    ERR_INVALID, "a job keeps this");
	assert_ok(patch_as(f, &admin, "{\"facts\":{\"model\":\"x\"}}", e));
	assert_ok(patch_as(f, &operator_,
	    "{\"serial\":\"S\",\"facts\":{\"model\":\"x\"}}", e));
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "r1", DEVICE_FACTS), "{\"model\":\"x\"}");
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
		       "{\"name\":\"h\",\"areas\":[\"lab\",\"no\"]}", e),
	    ERR_INVALID, "areas: area \"no\" does not exist");
	assert_err(try_create(f, &admin, KIND_VLAN,
		       "{\"vid\":10,\"name\":\"again\",\"area\":\"lab\"}", e),
	    ERR_CONFLICT, "lab/10");
	create(f, KIND_VLAN, "{\"vid\":10,\"name\":\"x\",\"area\":\"row1\"}");
}

/* A record never asks a device for more than to be read. */
static void test_commands_of_a_platform(void **state)
{
	struct fixture *f = *state;

	create(f, KIND_PLATFORM,
	    "{\"name\":\"p\",\"driver\":\"ios\","
	    "\"backup_commands\":\"version: show version\\n  min 9\\n\"}");
	assert_err(
	    try_patch(f, KIND_PLATFORM, "p",
		"{\"backup_commands\":\"v: show version\\nx: reload\"}", e),
	    ERR_INVALID, "backup_commands: line 2: only commands");
	assert_err(
	    try_patch(f, KIND_PLATFORM, "p",
		"{\"backup_commands\":\"v: show version | redirect flash:x\"}",
		e),
	    ERR_INVALID, "line 1: behind a |");
	/* another driver understands another language */
	assert_err(
	    try_patch(f, KIND_PLATFORM, "p", "{\"driver\":\"netconf\"}", e),
	    ERR_INVALID, "get-config");
	patch(f, KIND_PLATFORM, "p",
	    "{\"driver\":\"netconf\","
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
		       "{\"name\":\"l2\",\"parent\":\"lab\"}", e),
	    ERR_INVALID, "cannot be itself");
	assert_err(try_patch(f, KIND_AREA, "lab",
		       "{\"name\":\"l2\",\"parent\":\"row1\"}", e),
	    ERR_INVALID, "row1 lies inside lab");
	/* lab, row1 and thirty more are as deep as it may be */
	for (int i = 3; i <= SNAPSHOT_MAX_AREA_DEPTH; i++) {
		snprintf(json, sizeof(json),
		    "{\"name\":\"d%d\",\"parent\":\"%s\"}", i, name);
		create(f, KIND_AREA, json);
		snprintf(name, sizeof(name), "d%d", i);
	}
	snprintf(
	    json, sizeof(json), "{\"name\":\"e\",\"parent\":\"%s\"}", name);
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
	assert_err(try_patch(f, KIND_VLAN, "lab/10", "{\"area\":\"else\"}", e),
	    ERR_INVALID, "used by device r1");
	assert_err(try_patch(f, KIND_AREA, "row1", "{\"parent\":\"else\"}", e),
	    ERR_INVALID, "device r1 would lose its VLAN 10");
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
