#include "domain/record.h"

#include "base/json.h"
#include "domain/path.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char device_text[] =
    "{\"name\": \"r1\", \"area\": \"lab\", \"vlans\": [10, 20],"
    " \"primary_ip4\": \"192.0.2.1:22\", \"tags\": [\"a\", \"b c\"],"
    " \"serial\": \"\", \"role\": null,"
    " \"vars\": {\"z\": 1, \"asn\": 65001}}";

static struct record *parse(enum kind_id kind, const char *text)
{
	struct record *r = NULL;
	struct err e = ERR_INIT;

	if (record_parse(kind_get(kind), text, strlen(text), NULL, &r, &e) !=
	    ERR_OK)
		fail_msg("%s", e.message);
	return r;
}

static void refuse(enum kind_id kind, const char *text, const char *words)
{
	struct record *r = NULL;
	struct err e = ERR_INIT;

	assert_int_not_equal(record_parse(kind_get(kind), text, strlen(text),
	    NULL, &r, &e), ERR_OK);
	assert_null(r);
	if (!strstr(e.message, words))
		fail_msg("\"%s\" does not say \"%s\"", e.message, words);
}

static void test_fields(void **state)
{
	struct record *r = parse(KIND_DEVICE, device_text);

	(void)state;
	assert_string_equal(record_key(r), "r1");
	assert_string_equal(record_path(r), "devices/lab/r1.json");
	assert_string_equal(record_text(r, DEVICE_STATUS), "planned");
	assert_string_equal(record_text(r, DEVICE_ROLE), "");
	assert_false(record_has(r, DEVICE_ROLE));
	assert_false(record_has(r, DEVICE_SERIAL));
	assert_true(record_has(r, DEVICE_PRIMARY_IP4));
	assert_int_equal(record_count(r, DEVICE_VLANS), 2);
	assert_string_equal(record_item(r, DEVICE_VLANS, 1), "20");
	assert_true(record_contains(r, DEVICE_TAGS, "b c"));
	assert_false(record_contains(r, DEVICE_TAGS, "b"));
	assert_string_equal(record_text(r, DEVICE_TAGS), "");
	assert_string_equal(record_text(r, DEVICE_VARS),
	    "{\"asn\":65001,\"z\":1}");
	record_unref(r);
	r = parse(KIND_PLATFORM, "{\"name\":\"frr\",\"driver\":\"frr\"}");
	assert_int_equal(record_number(r, PLATFORM_CONNECT_TIMEOUT, 0), 10);
	assert_int_equal(record_number(r, PLATFORM_PORT, 77), 77);
	record_unref(r);
}

/* The text is canonical: what is written is what is read again. */
static void test_canonical(void **state)
{
	struct record *r = parse(KIND_DEVICE, device_text), *again;
	const char *json = record_json(r, NULL);
	json_t *object = record_to_json(r);

	(void)state;
	assert_null(json_object_get(object, "serial"));
	json_decref(object);
	again = parse(KIND_DEVICE, json);
	assert_string_equal(record_json(again, NULL), json);
	assert_int_equal(json[strlen(json) - 1], '\n');
	record_unref(again);
	record_unref(r);
}

static void test_versions_and_sharing(void **state)
{
	const uint8_t version[20] = { 1, 2, 3 };
	struct record *r, *same;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(record_parse(kind_get(KIND_ROLE), "{\"name\":\"x\"}",
	    12, version, &r, &e), ERR_OK);
	assert_memory_equal(record_version(r), version, 20);
	same = record_ref(r);
	record_unref(r);
	assert_string_equal(record_key(same), "x");
	record_unref(same);
	record_unref(NULL);
}

static void test_refusals(void **state)
{
	(void)state;
	refuse(KIND_ROLE, "{", "line 1");
	refuse(KIND_ROLE, "[]", "JSON object");
	refuse(KIND_ROLE, "{\"name\":\"a\",\"name\":\"b\"}", "duplicate");
	refuse(KIND_DEVICE, "{\"name\":\"r1\"}", "area: is required");
	refuse(KIND_DEVICE, "{\"name\":\"r1\",\"area\":\"lab\",\"x\":1}",
	    "unknown field \"x\"");
	refuse(KIND_VLAN, "{\"vid\":4095,\"name\":\"v\",\"area\":\"lab\"}",
	    "vid: must be a whole number");
	refuse(KIND_ROLE, "{\"name\":\"a\\u0000b\"}", "line 1");
}

/* path → kind and key → the same path, for every kind. */
static void test_paths_round_trip(void **state)
{
	static const struct {
		enum kind_id kind;
		const char *json, *key, *path;
	} rows[] = {
		{ KIND_AREA, "{\"name\":\"lab\"}", "lab", "areas/lab.json" },
		{ KIND_ROLE, "{\"name\":\"r\"}", "r", "roles/r.json" },
		{ KIND_PLATFORM, "{\"name\":\"p\",\"driver\":\"frr\"}", "p",
		    "platforms/p.json" },
		{ KIND_VLAN, "{\"vid\":10,\"name\":\"v\",\"area\":\"lab\"}",
		    "lab/10", "vlans/lab/10.json" },
		{ KIND_DEVICE, "{\"name\":\"r1\",\"area\":\"lab\"}", "r1",
		    "devices/lab/r1.json" },
		{ KIND_SECRET, "{\"name\":\"s\",\"provider\":\"file\","
			       "\"reference\":\"s\"}", "s", "secrets/s.json" },
		{ KIND_HOSTKEY, "{\"name\":\"r1\",\"keys\":[\"a b\"]}", "r1",
		    "hostkeys/r1.json" },
		{ KIND_HOOK, "{\"name\":\"h\"}", "h", "hooks/h.json" },
		{ KIND_BUTTON, "{\"name\":\"b\",\"label\":\"B\","
			       "\"job\":\"provision\"}", "b",
		    "buttons/b.json" },
		{ KIND_USER, "{\"name\":\"u\",\"role\":\"viewer\"}", "u",
		    "access/users/u.json" },
		{ KIND_TOKEN, "{\"name\":\"t\",\"role\":\"viewer\","
			      "\"hash\":\"0\"}", "t",
		    "access/tokens/t.json" },
		{ KIND_SETTINGS, "{}", "settings", "settings.json" },
		{ KIND_IRONIC, "{}", "ironic", "ironic.json" },
		{ KIND_IMAGE, "{\"name\":\"i\",\"url\":\"http://i\","
			      "\"checksum\":\"0\"}", "i", "images/i.json" },
		{ KIND_SCHEDULE, "{\"name\":\"s\",\"job\":\"backup\"}", "s",
		    "schedules/s.json" },
		{ KIND_CHANNEL, "{\"name\":\"c\",\"type\":\"webhook\"}", "c",
		    "channels/c.json" },
		{ KIND_JOB, "{\"name\":\"backup\"}", "backup",
		    "jobs/backup.json" },
		{ KIND_VIEW, "{\"name\":\"v\",\"label\":\"V\","
			     "\"table\":\"runs\"}", "v", "views/v.json" },
	};

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), KIND_COUNT - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct record *r = parse(rows[i].kind, rows[i].json);
		char key[PATH_MAX_KEY];

		assert_string_equal(record_key(r), rows[i].key);
		assert_string_equal(record_path(r), rows[i].path);
		assert_ptr_equal(path_to_kind(rows[i].path, key),
		    kind_get(rows[i].kind));
		assert_string_equal(key, rows[i].key);
		record_unref(r);
	}
}

static void test_paths_of_nothing(void **state)
{
	static const char *const none[] = { "", "README.md", "areas",
		"areas/", "areas/.json", "areas/lab", "areas/lab.json/x",
		"areas/a/b.json", "devices/r1.json", "devices/a/b/c.json",
		"vlans/10.json", "other.json", "x/settings.json",
		"intended/lab/r1.cfg", "users/u.json", "access/u.json" };
	char key[PATH_MAX_KEY], path[PATH_MAX_PATH], deep[900];

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (path_to_kind(none[i], key))
			fail_msg("\"%s\" is a record's path", none[i]);
	}
	memset(deep, 'x', sizeof(deep));
	memcpy(deep, "areas/", 6);
	memcpy(deep + sizeof(deep) - 6, ".json", 6);
	assert_null(path_to_kind(deep, key));
	path_of_config(PATH_INTENDED, "lab", "r1", path);
	assert_string_equal(path, "intended/lab/r1.cfg");
	path_of_config(PATH_BACKUP, "lab", "r1", path);
	assert_string_equal(path, "backup/lab/r1.cfg");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_versions_and_sharing),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_paths_round_trip),
		cmocka_unit_test(test_paths_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
