#include "sim/junos_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_MAX (1u << 20)

static const char text_a[] = "system {\n"
			     "    host-name r1;\n"
			     "    root-authentication {\n"
			     "        encrypted-password \"$6$x\"; "
			     "## SECRET-DATA\n"
			     "    }\n"
			     "}\n"
			     "interfaces {\n"
			     "    ge-0/0/2 {\n"
			     "        unit 0 {\n"
			     "            family inet {\n"
			     "                address 10.0.0.1/24;\n"
			     "            }\n"
			     "            family mpls;\n"
			     "        }\n"
			     "    }\n"
			     "    ge-0/0/10 {\n"
			     "        description \"two words\";\n"
			     "    }\n"
			     "}\n"
			     "policy-options {\n"
			     "    policy-statement p {\n"
			     "        term z {\n"
			     "            from protocol [ bgp static ];\n"
			     "            then accept;\n"
			     "        }\n"
			     "        term a {\n"
			     "            then reject;\n"
			     "        }\n"
			     "    }\n"
			     "}\n";

static struct jnode *load(const char *text)
{
	struct jnode *root = jnode_new();
	struct junos_load l = { .errors = 0 };

	junos_load_text(root, text, JUNOS_MERGE, &l);
	assert_int_equal(l.errors, 0);
	return root;
}

static void assert_text(const struct jnode *root, const char *expected)
{
	struct buf out = BUF_INIT(TEXT_MAX);

	junos_format_text(root, 0, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
}

static void text_and_set_say_the_same(void **state)
{
	struct jnode *a = load(text_a);
	struct jnode *b = jnode_new();
	struct junos_load l = { .errors = 0 };
	struct buf set = BUF_INIT(TEXT_MAX);

	(void)state;
	assert_text(a, text_a);
	junos_format_set(a, "", &set);
	assert_non_null(strstr(buf_text(&set),
	    "set interfaces ge-0/0/2 unit 0 family inet address "
	    "10.0.0.1/24\n"));
	junos_load_set(b, buf_text(&set), &l);
	assert_int_equal(l.errors, 0);
	assert_true(jnode_equal(a, b));
	buf_release(&set);
	jnode_free(a);
	jnode_free(b);
}

struct heard {
	char severity[16];
	char message[128];
	char element[64];
};

static void hear(
    void *ctx, const char *severity, const char *message, const char *element)
{
	struct heard *h = ctx;

	strncpy(h->severity, severity, sizeof(h->severity) - 1);
	strncpy(h->message, message, sizeof(h->message) - 1);
	strncpy(h->element, element, sizeof(h->element) - 1);
}

static void names_what_is_wrong(void **state)
{
	static const struct {
		const char *line;
		const char *severity;
		const char *message;
		const char *element;
	} cases[] = {
		{ "set system nonsense 1", "error", "syntax error",
		    "nonsense" },
		{ "set system host-name", "error", "missing mandatory argument",
		    "host-name" },
		{ "set interfaces ge-0/0/0 mtu big", "error",
		    "invalid value 'big'", "big" },
		{ "set system host-name a b", "error", "syntax error", "b" },
		{ "delete snmp", "warning", "statement not found", "snmp" },
		{ "annotate system", "error", "unknown command", "annotate" },
		{ "set system host-name \"open", "error", "syntax error",
		    "set system host-name \"open" },
	};
	struct jnode *root = load(text_a);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct heard h = { .severity = "" };
		struct junos_load l = { .report = hear, .ctx = &h };

		junos_load_set(root, cases[i].line, &l);
		assert_string_equal(h.severity, cases[i].severity);
		assert_string_equal(h.message, cases[i].message);
		assert_string_equal(h.element, cases[i].element);
	}
	assert_text(root, text_a);
	jnode_free(root);
}

static void replaces_and_overrides(void **state)
{
	static const char replacement[] =
	    "interfaces { replace: ge-0/0/2 { description new; } }";
	struct jnode *root = load(text_a);
	struct junos_load l = { .errors = 0 };
	struct buf out = BUF_INIT(TEXT_MAX);

	(void)state;
	junos_load_text(root, replacement, JUNOS_REPLACE, &l);
	junos_format_text(root, 0, &out);
	assert_non_null(strstr(buf_text(&out), "description new;"));
	assert_null(strstr(buf_text(&out), "10.0.0.1/24"));
	assert_non_null(strstr(buf_text(&out), "host-name r1;"));
	junos_load_text(root, "snmp { location x; }", JUNOS_OVERRIDE, &l);
	assert_int_equal(l.errors, 0);
	assert_text(root, "snmp {\n    location x;\n}\n");
	buf_release(&out);
	jnode_free(root);
}

static void compares_as_junos_does(void **state)
{
	struct jnode *a = load(text_a);
	struct jnode *b = jnode_clone(a);
	struct junos_load l = { .errors = 0 };
	struct buf out = BUF_INIT(TEXT_MAX);

	(void)state;
	junos_diff(a, b, &out);
	assert_int_equal(out.len, 0);
	junos_load_set(b,
	    "set system host-name r2\n"
	    "set snmp location x\n"
	    "delete interfaces ge-0/0/2 unit 0 family mpls\n"
	    "set interfaces ge-0/0/10 mtu 9000\n",
	    &l);
	junos_diff(a, b, &out);
	assert_string_equal(buf_text(&out),
	    "[edit]\n+  snmp {\n+      location x;\n+  }\n"
	    "[edit system]\n-  host-name r1;\n+  host-name r2;\n"
	    "[edit interfaces ge-0/0/2 unit 0]\n-   family mpls;\n"
	    "[edit interfaces ge-0/0/10]\n+   mtu 9000;\n");
	buf_release(&out);
	jnode_free(a);
	jnode_free(b);
}

static void survives_broken_text(void **state)
{
	static const char *const texts[] = {
		"system {",
		"}",
		"system { host-name",
		"interfaces { ge-0/0/0 { unit 0 { family [",
		"system { host-name [ a b ; ] }",
		"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
		"/* open",
		"system { login { message \"open; } }",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct jnode *root = jnode_new();
		struct junos_load l = { .errors = 0 };

		junos_load_text(root, texts[i], JUNOS_MERGE, &l);
		jnode_free(root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_set_say_the_same),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(replaces_and_overrides),
		cmocka_unit_test(compares_as_junos_does),
		cmocka_unit_test(survives_broken_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
