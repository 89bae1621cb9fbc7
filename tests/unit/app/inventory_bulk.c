/* Many records at once: all of them or none. */
#include "app/inventory_bulk.h"

#include "unit/app/fixture.h"

static enum err_code try_change(struct fixture *f, const struct actor *actor,
    enum kind_id kind, const char *keys, const char *wishes, size_t *ret_n,
    struct err *e)
{
	json_t *all = parse_json(wishes);
	const char *list[16];
	char *copy = strdup(keys), *rest = NULL;
	struct inventory_bulk bulk = { .kind = kind_get(kind),
		.keys = list,
		.set = json_object_get(all, "set"),
		.add = json_object_get(all, "add"),
		.remove = json_object_get(all, "remove") };
	enum err_code rc;

	for (char *key = strtok_r(copy, " ", &rest); key;
	     key = strtok_r(NULL, " ", &rest))
		list[bulk.n_keys++] = key;
	rc = inventory_change_many(&f->app, actor, &bulk, NULL, ret_n, e);
	json_decref(all);
	free(copy);
	return rc;
}

static size_t change(struct fixture *f, const char *keys, const char *wishes)
{
	size_t n = 99;

	assert_ok(try_change(f, &admin, KIND_DEVICE, keys, wishes, &n, e));
	return n;
}

static void make_devices(struct fixture *f)
{
	create(f, KIND_DEVICE,
	    "{\"name\":\"a\",\"area\":\"row1\",\"tags\":[\"x\",\"y\"]}");
	create(f, KIND_DEVICE, "{\"name\":\"b\",\"area\":\"row1\"}");
	create(f, KIND_DEVICE, "{\"name\":\"c\",\"area\":\"lab\"}");
}

static void test_sets_clears_adds_and_removes(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;
	const struct record *a;

	make_devices(f);
	assert_int_equal(change(f, "a b",
	    "{\"set\":{\"serial\":\"S\"},\"add\":{\"tags\":[\"y\",\"z\"]},"
	    "\"remove\":{\"tags\":[\"x\"]}}"), 2);
	assert_tip_says(f, STORE_MAIN, "Update 2 devices: serial, tags",
	    "\na\nb\n", "\nTrigger: form\n", "\nAction: update\n");
	assert_string_equal(field_of(f, KIND_DEVICE, "b", DEVICE_SERIAL), "S");
	s = now(f);
	a = snapshot_find(s, KIND_DEVICE, "a");
	assert_int_equal(record_count(a, DEVICE_TAGS), 2);
	assert_true(record_contains(a, DEVICE_TAGS, "y"));
	assert_true(record_contains(a, DEVICE_TAGS, "z"));
	snapshot_unref(s);
	assert_int_equal(change(f, "a b", "{\"set\":{\"serial\":null}}"), 2);
	assert_string_equal(field_of(f, KIND_DEVICE, "a", DEVICE_SERIAL), "");
	/* what is so already is no change, and makes no commit */
	assert_int_equal(change(f, "a b", "{\"set\":{\"serial\":null}}"), 0);
	assert_tip_says(f, STORE_MAIN, "Update 2 devices: serial\n");
}

static void test_one_refusal_stops_the_whole(void **state)
{
	struct fixture *f = *state;
	size_t n = 7;

	make_devices(f);
	assert_err(try_change(f, &admin, KIND_DEVICE, "a b",
	    "{\"set\":{\"serial\":\"S\",\"role\":\"none-such\"}}", &n, e),
	    ERR_INVALID, "device a");
	assert_err(try_change(f, &admin, KIND_DEVICE, "a gone",
	    "{\"set\":{\"serial\":\"S\"}}", &n, e), ERR_NOT_FOUND, "gone");
	/* VLAN 10 is lab's, and c is not in row1 but in lab: 99 is nowhere */
	assert_err(try_change(f, &admin, KIND_DEVICE, "a c",
	    "{\"add\":{\"vlans\":[99]}}", &n, e), ERR_INVALID, "device a");
	assert_err(try_change(f, &viewer, KIND_DEVICE, "a",
	    "{\"set\":{\"serial\":\"S\"}}", &n, e), ERR_DENIED, "operator");
	assert_int_equal(n, 7);
	assert_string_equal(field_of(f, KIND_DEVICE, "a", DEVICE_SERIAL), "");
}

static void test_moves_take_their_files_along(void **state)
{
	struct fixture *f = *state;

	make_devices(f);
	put_intended(f, "a", "hostname a\n");
	assert_int_equal(change(f, "a b c", "{\"set\":{\"area\":\"lab\"}}"), 2);
	assert_stored(f, "intended/lab/a.cfg", "hostname a\n");
	assert_tip_says(f, STORE_MAIN, "Update device b: area",
	    "\nRenamed-From: devices/row1/b.json\n", "\nDevice: b\n");
	assert_string_equal(field_of(f, KIND_DEVICE, "a", DEVICE_AREA), "lab");
}

static void test_what_takes_part(void **state)
{
	const struct kind *device = kind_get(KIND_DEVICE);
	const struct kind *vlan = kind_get(KIND_VLAN);

	(void)state;
#define TAKES(kind, field) \
	inventory_bulk_takes(kind, &(kind)->schema.fields[field])
	assert_false(TAKES(device, DEVICE_NAME));
	assert_false(TAKES(device, DEVICE_VARS));
	assert_true(TAKES(device, DEVICE_AREA));
	assert_true(TAKES(device, DEVICE_TAGS));
	assert_false(TAKES(vlan, VLAN_VID));
	assert_false(TAKES(vlan, VLAN_AREA));
	assert_true(TAKES(vlan, VLAN_NAME));
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_sets_clears_adds_and_removes),
		T(test_one_refusal_stops_the_whole),
		T(test_moves_take_their_files_along),
		T(test_what_takes_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
