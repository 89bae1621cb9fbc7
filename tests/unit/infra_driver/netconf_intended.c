#include "infra/driver/netconf_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOST "<s xmlns=\"urn:s\">\n  <host>a</host>\n</s>\n"

static void what_people_write(void **state)
{
	static const struct {
		const char *text;
		const char *form; /* NULL: refused */
	} cases[] = {
		{ "<s xmlns='urn:s'><host>a</host></s>", HOST },
		{ "<?xml version='1.0'?>\n<config>\n<s xmlns='urn:s'>"
		  "<host>a</host></s></config>\n",
		    HOST },
		{ "\xef\xbb\xbf<nc:config xmlns:nc=\"" XML_NETCONF
		  "\"><p:s xmlns:p='urn:s'><p:host>a</p:host></p:s>"
		  "</nc:config>",
		    HOST },
		{ "<data xmlns=\"" XML_NETCONF "\"><s xmlns='urn:s'>"
		  "<host>a</host></s></data>",
		    HOST },
		/* several side by side */
		{ "<a xmlns='urn:a'/>\n<s xmlns='urn:s'><host>a</host></s>",
		    "<a xmlns=\"urn:a\"/>\n" HOST },
		{ "", NULL },
		{ "hostname a\n", NULL },
		{ "<config/>", NULL },
		{ "<config>reload</config>", NULL },
		{ "<s><host>a</host></s>", NULL }, /* of which model? */
		{ "<s xmlns='urn:s'><host>a</s>", NULL },
		{ "</switchyard><x xmlns='urn:x'/><switchyard>", NULL },
		{ "<!DOCTYPE s><s xmlns='urn:s'/>", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf out = BUF_INIT(4096);
		struct err e = ERR_INIT;
		enum err_code code =
		    netconf_intended_read(cases[i].text, &out, &e);

		if (cases[i].form == NULL) {
			if (code != ERR_INVALID)
				fail_msg("taken: %s", cases[i].text);
			assert_non_null(strstr(e.message, "nothing was"));
		} else {
			assert_int_equal(code, ERR_OK);
			assert_string_equal(buf_text(&out), cases[i].form);
		}
		buf_release(&out);
	}
}

static enum err_code verify(enum driver_load load, const char *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret)
{
	struct driver_candidate c = { load, intended };
	struct err e = ERR_INIT;

	return driver_netconf.verify(&c, running, arena, ret, &e);
}

static void verdicts(void **state)
{
	static const char running[] =
	    "<i xmlns=\"urn:i\"><if><name>e0</name><mtu>9</mtu></if>"
	    "<if><name>e1</name></if></i>\n" HOST;
	struct arena *arena = arena_new(1 << 20);
	struct driver_verdict v;

	(void)state;
	assert_int_equal(verify(DRIVER_MERGE,
			     "<i xmlns='urn:i'><if><name>e1</name></if></i>",
			     running, arena, &v),
	    ERR_OK);
	assert_true(v.matches);
	assert_int_equal(
	    verify(DRIVER_MERGE,
		"<i xmlns='urn:i'><if><name>e1</name><mtu>9</mtu></if></i>",
		running, arena, &v),
	    ERR_OK);
	assert_false(v.matches);
	assert_int_equal(v.n_missing, 1);
	assert_non_null(strstr(v.text, "<i>"));

	assert_int_equal(verify(DRIVER_REPLACE, HOST, HOST, arena, &v), ERR_OK);
	assert_true(v.matches);
	assert_int_equal(verify(DRIVER_REPLACE, "", "", arena, &v), ERR_OK);
	assert_true(v.matches);
	assert_int_equal(verify(DRIVER_REPLACE,
			     "<s xmlns='urn:s'><host>b</host><key>k1</key></s>",
			     HOST, arena, &v),
	    ERR_OK);
	assert_false(v.matches);
	assert_non_null(strstr(v.text, "missing: <host>b</host>"));
	assert_non_null(strstr(v.text, "not intended: <host>a</host>"));
	assert_null(strstr(v.text, "k1"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_people_write),
		cmocka_unit_test(verdicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
