/* What a failed render says: place, words, expression, include chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness.h"

static const struct file files[] = {
	{ "inner.j2", "line\n  {{ device.vlan }}\n" },
	{ "outer.j2", "\n{% include 'inner.j2' %}\n" },
	{ "lib.j2", "{% macro m(x) %}\n{{ x.y.z }}{% endmacro %}" },
	{ "bad.j2", "{% if %}" },
	{ "broken.j2", "{{ 1 / 0 }}" },
	{ NULL, NULL },
};

static const struct setup strict = { .options = { .undefined = JINJA_STRICT },
	.files = files };

static void expect_message(const struct setup *s, const struct golden *g)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	assert_int_not_equal(
	    harness_render(s, g->template, g->data ? g->data : "{}", &out, &e),
	    ERR_OK);
	assert_string_equal(e.message, g->expected);
	buf_release(&out);
}

static void test_place_and_expression(void **state)
{
	static const struct golden cases[] = {
		{ "a\nbc {{ vlan_id }}", NULL,
		    "main:2:7: 'vlan_id' is undefined, in {{ vlan_id }}" },
		{ "{% if a and\n  b.c %}x{% endif %}", "{\"a\":1,\"b\":{}}",
		    "main:2:3: 'dict' has no attribute 'c', in "
		    "{% if a and b.c %}" },
		{ "{% for x in 5 %}{% endfor %}", NULL,
		    "main:1:1: a int cannot be iterated, in {% for x in 5 %}" },
		{ "{% set x = 'a' + 1 %}", NULL,
		    "main:1:12: cannot compute str + int, in "
		    "{% set x = 'a' + 1 %}" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, expect_message);
}

static void test_include_chain(void **state)
{
	static const struct golden cases[] = {
		{ "{% include 'outer.j2' %}", "{\"device\":{}}",
		    "inner.j2:2:6: 'dict' has no attribute 'vlan', in "
		    "{{ device.vlan }}\n"
		    "  included from outer.j2:2\n  included from main:1" },
		{ "{% from 'lib.j2' import m %}\n{{ m({}) }}", NULL,
		    "lib.j2:2:4: 'dict' has no attribute 'y', in {{ x.y.z }}\n"
		    "  called from main:2" },
		{ "\n{% import 'broken.j2' as b %}", NULL,
		    "broken.j2:1:4: division by zero, in {{ 1 / 0 }}\n"
		    "  imported from main:2" },
		{ "{% include 'bad.j2' %}", NULL,
		    "main:1:1: bad.j2:1:7: expected an expression, in "
		    "{% include 'bad.j2' %}" },
		{ "{% include 'none.j2' %}", NULL,
		    "main:1:1: there is no template 'none.j2', in "
		    "{% include 'none.j2' %}" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, expect_message);
}

static void test_syntax(void **state)
{
	static const struct golden cases[] = {
		{ "x\n{{ a b }}", NULL,
		    "main:2:6: expected the end of the print statement "
		    "('}}'), got 'b'" },
		{ "{% for x in y %}", NULL,
		    "main:1:17: unexpected end of template: 'endfor' or "
		    "'else' is missing" },
		{ "{% foo %}", NULL, "main:1:4: unknown tag 'foo'" },
		{ "{{ x|foo }}", NULL, "main:1:4: no filter named 'foo'" },
		{ "{# x", NULL, "main:1:1: Missing end of comment tag" },
		{ "{% set 1 = 2 %}", NULL,
		    "main:1:8: can't assign to this expression" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, expect_message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_place_and_expression),
		cmocka_unit_test(test_include_chain),
		cmocka_unit_test(test_syntax),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
