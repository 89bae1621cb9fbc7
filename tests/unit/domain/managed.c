/* Records that may be one device. */
#include "domain/managed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct record *make(enum kind_id id, json_t *object)
{
	struct record *r = NULL;

	assert_non_null(object);
	assert_int_equal(
	    record_new(kind_get(id), object, NULL, &r, NULL), ERR_OK);
	json_decref(object);
	return r;
}

/* transport, address: of the device; driver: of its platform. */
static struct managed at(
    const char *driver, const char *transport, const char *address)
{
	struct record *platform = make(KIND_PLATFORM,
	    json_pack("{s:s, s:s}", "name", "p", "driver", driver));
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "name", "d", "area",
	    "a", "status", "active", "primary_ip4", address);
	struct record *device;
	struct managed m;

	if (transport)
		json_object_set_new(
		    object, "transport", json_string(transport));
	device = make(KIND_DEVICE, object);
	managed_find(device, platform, &m);
	record_unref(device);
	record_unref(platform);
	return m;
}

static bool may_be_one(struct managed a, struct managed b)
{
	assert_int_equal(
	    managed_may_be_one(&a, &b), managed_may_be_one(&b, &a));
	return managed_may_be_one(&a, &b);
}

static void finds_way_and_port(void **state)
{
	struct managed m = at("nxos", NULL, "192.0.2.1");

	(void)state;
	assert_string_equal(m.address, "192.0.2.1");
	assert_int_equal(m.way, MANAGED_SSH);
	assert_int_equal(m.port, 22);
	m = at("nxos", "nxapi", "192.0.2.1");
	assert_int_equal(m.way, MANAGED_API);
	assert_int_equal(m.port, 443);
	m = at("junos", NULL, "192.0.2.1:8830");
	assert_int_equal(m.way, MANAGED_NETCONF);
	assert_int_equal(m.port, 8830);
	m = at("eos", NULL, "");
	assert_string_equal(m.address, "");
}

static void one_port_is_one_device(void **state)
{
	struct managed a = at("nxos", NULL, "192.0.2.1");
	struct managed b = at("ios", "ssh", "192.0.2.1:22");

	(void)state;
	assert_true(managed_is_same(&a, &b));
	assert_true(may_be_one(a, b));
	assert_false(may_be_one(a, at("nxos", NULL, "192.0.2.2")));
	/* behind one address, each with a port of its own */
	assert_false(may_be_one(a, at("nxos", NULL, "192.0.2.1:2201")));
	assert_false(may_be_one(at("eos", NULL, ""), at("eos", NULL, "")));
}

static void two_ways_are_one_device(void **state)
{
	struct managed api = at("nxos", "nxapi", "192.0.2.1");

	(void)state;
	assert_true(may_be_one(api, at("nxos", NULL, "192.0.2.1")));
	assert_true(may_be_one(api, at("nxos", "ssh", "192.0.2.1:2222")));
	assert_true(may_be_one(
	    at("junos", NULL, "192.0.2.1"), at("ios", NULL, "192.0.2.1")));
	assert_true(may_be_one(at("nxos", "nxapi", "192.0.2.1:22"),
	    at("nxos", "ssh", "192.0.2.1:22")));
	assert_false(may_be_one(at("nxos", "nxapi", "192.0.2.1:8443"),
	    at("nxos", "ssh", "192.0.2.1:2222")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_way_and_port),
		cmocka_unit_test(one_port_is_one_device),
		cmocka_unit_test(two_ways_are_one_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
