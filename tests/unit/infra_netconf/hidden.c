/* Secrets in what a server says. */
#include "infra/netconf/hidden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void assert_shown(
    const char *sent, const char *said, const char *expected)
{
	struct netconf_hidden h;
	struct buf out = BUF_INIT(4096);

	netconf_hidden_init(&h);
	netconf_hidden_learn(&h, sent);
	netconf_hidden_redact(&h, said, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
	netconf_hidden_release(&h);
}

static void values_of_elements(void **state)
{
	(void)state;
	assert_shown("<user><name>joe</name><password>s3cr3t</password></user>",
	    "invalid value 's3cr3t' for user joe",
	    "invalid value '<hidden>' for user joe");
	assert_shown("<x:shared-secret xmlns:x=\"urn:x\">a&lt;b &amp; c"
		     "</x:shared-secret>",
	    "bad: a<b & c", "bad: <hidden>");
	assert_shown(
	    "<password/><name>joe</name>", "who is joe?", "who is joe?");
}

static void values_of_statements(void **state)
{
	(void)state;
	assert_shown("<configuration-text>authentication {\n"
		     "    encrypted-password &quot;s3cr3t&quot;; ## SECRET\n"
		     "}\nhost-name r1;</configuration-text>",
	    "syntax error at s3cr3t of r1", "syntax error at <hidden> of r1");
	assert_shown("set security ike policy p pre-shared-key ascii-text "
		     "\"open sesame\"\nset system host-name r1\n",
	    "'open sesame' on r1: ascii-text", "'<hidden>' on r1: ascii-text");
	assert_shown("set snmp community publ1c authorization read-only\n",
	    "community publ1c is bad", "community <hidden> is bad");
}

static void hashes_of_any_kind(void **state)
{
	(void)state;
	assert_shown("", "has \"$9$abc.DEF/1\" and $6$salt$hash; $1 more",
	    "has \"<hidden>\" and <hidden>; $1 more");
}

static void nothing_to_hide(void **state)
{
	(void)state;
	assert_shown("<interface><name>eth0</name></interface>",
	    "eth0 is locked", "eth0 is locked");
	assert_shown("<password>a</password>", "a cat", "a cat");
}

/* Past the bound nothing is told rather than too much. */
static void too_many(void **state)
{
	char *sent = malloc(2000000);

	(void)state;
	assert_non_null(sent);
	memset(sent, 'x', 1999999);
	sent[1999999] = '\0';
	memcpy(sent, "<password>", 10);
	assert_shown(sent, "anything", "<hidden>");
	free(sent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_elements),
		cmocka_unit_test(values_of_statements),
		cmocka_unit_test(hashes_of_any_kind),
		cmocka_unit_test(nothing_to_hide),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
