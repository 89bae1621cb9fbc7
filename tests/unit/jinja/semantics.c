/* The tricky points of Jinja2, one golden case each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness.h"

static const struct setup strict = { .options = { .undefined = JINJA_STRICT } };
static const struct setup lenient = { .options = {
					  .undefined = JINJA_LENIENT } };
static const struct setup config = { .options = { .undefined = JINJA_STRICT,
					 .trim_blocks = true } };
static const struct setup html = { .options = { .autoescape = true } };

static void test_white_space(void **state)
{
	static const struct golden cases[] = {
		{ "a\n", NULL, "a" },
		{ "a\n\n", NULL, "a\n" },
		{ "{% if true %}\nx\n{% endif %}\ny", NULL, "x\ny" },
		{ "{{ 1 }}\nx", NULL, "1\nx" },
		{ "{# c #}\nx", NULL, "x" },
		{ "{% if true +%}\nx{% endif %}", NULL, "\nx" },
		{ "a \n {%- if true %}b{% endif -%} \n c", NULL, "abc" },
		{ "{% raw %}\n{{ x }}{% endraw %}\n.", NULL, "\n{{ x }}." },
	};

	(void)state;
	FOR_EACH_GOLDEN(&config, cases, harness_expect);
}

static void test_scope(void **state)
{
	static const struct golden cases[] = {
		{ "{% set x=1 %}{% for i in [1] %}{% set x=2 %}{{ x }}"
		  "{% endfor %}{{ x }}",
		    NULL, "21" },
		{ "{% if true %}{% set x=3 %}{% endif %}{{ x }}", NULL, "3" },
		{ "{% for i in [1,2] %}{% endfor %}{{ i is defined }}", NULL,
		    "False" },
		{ "{% for i in range(9) if i % 2 %}{{ loop.index }}/"
		  "{{ loop.length }} {% endfor %}",
		    NULL, "1/4 2/4 3/4 4/4 " },
		{ "{% set x=1 %}{% macro m() %}{{ x }}{% endmacro %}"
		  "{% set x=2 %}{{ m() }}",
		    NULL, "2" },
		{ "{% set ns=namespace(n=0) %}{% for i in [1,2] %}"
		  "{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
		    NULL, "3" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, harness_expect);
}

static void test_undefined_strict(void **state)
{
	static const struct golden good[] = {
		{ "{{ a.b is defined }}", "{\"a\":{}}", "False" },
		{ "{{ a.b|default('z') }}", "{\"a\":{}}", "z" },
		{ "{{ 'x' if false }}", NULL, "" },
		{ "{{ none|default('z') }}", NULL, "None" },
		{ "{{ ''|default('z', true) }}", NULL, "z" },
	};
	static const struct golden bad[] = {
		{ "{% if a %}{% endif %}", NULL, "'a' is undefined" },
		{ "{{ a.b.c is defined }}", "{\"a\":{}}",
		    "'dict' has no attribute 'b'" },
		{ "{{ a.b.c|default(1) }}", "{\"a\":{}}",
		    "'dict' has no attribute 'b'" },
		{ "{{ d[1] }}", "{\"d\":{\"1\":2}}", "has no element 1" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, good, harness_expect);
	FOR_EACH_GOLDEN(&strict, bad, harness_expect_error);
}

static void test_undefined_lenient(void **state)
{
	static const struct golden good[] = {
		{ "[{{ a }}]{% for x in a %}{% endfor %}"
		  "{% if a %}x{% endif %}",
		    NULL, "[]" },
		{ "{% macro m() %}[{{ kwargs.a }}]{% endmacro %}{{ m() }}",
		    NULL, "[]" },
	};
	static const struct golden bad[] = {
		{ "{{ a.b }}", NULL, "'a' is undefined" },
		{ "{{ a + 1 }}", NULL, "'a' is undefined" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&lenient, good, harness_expect);
	FOR_EACH_GOLDEN(&lenient, bad, harness_expect_error);
}

static void test_printing(void **state)
{
	static const struct golden cases[] = {
		{ "{{ none }} {{ true }} {{ 1.0 }} {{ 1e20 }}", NULL,
		    "None True 1.0 1e+20" },
		{ "{{ [1,'a',none,(1,),{'k':2.5}] }}", NULL,
		    "[1, 'a', None, (1,), {'k': 2.5}]" },
		{ "{{ [\"it's\", 'a\\n'] }}", NULL, "[\"it's\", 'a\\n']" },
		{ "{{ 0.1 }} {{ 1e15 }} {{ 1e16 }} {{ 0.0001 }} {{ 1e-5 }}",
		    NULL, "0.1 1000000000000000.0 1e+16 0.0001 1e-05" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, cases, harness_expect);
}

static void test_operators(void **state)
{
	static const struct golden good[] = {
		{ "{{ 6/2 }} {{ -7//2 }} {{ -7%3 }}", NULL, "3.0 -4 2" },
		{ "{{ 2**3**2 }} {{ -2**2 }}", NULL, "64 4" },
		{ "{% set n = 2 %}{{ -2**n }} {{ (-2)**n }} {{ -n**2 }}", NULL,
		    "-4 -4 4" },
		{ "{{ 'abc' % [1] }} {{ [1, 2]|map('string')|reverse }}", NULL,
		    "abc ['2', '1']" },
		{ "{{ 'a' ~ 'b'|upper }} {{ 1 == true }}", NULL, "aB True" },
		{ "{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }}", NULL, "True False" },
		{ "{{ d.items is callable }} {{ d['items'] }}",
		    "{\"d\":{\"items\":5}}", "True 5" },
		{ "{{ 2.5|round }} {{ '3.9'|int }}", NULL, "2.0 3" },
		{ "{{ ['b','A','a']|sort }} {{ ['a','A','b']|unique|list }}",
		    NULL, "['A', 'a', 'b'] ['a', 'b']" },
		{ "{{ {'b':1,'A':2}|dictsort }}", NULL,
		    "[('A', 2), ('b', 1)]" },
		{ "{{ 'a\n\nb'|indent(2) }}", NULL, "a\n\n  b" },
	};
	static const struct golden bad[] = {
		{ "{{ 'a'+1 }}", NULL, "cannot compute str + int" },
		{ "{{ 'a'<1 }}", NULL, "cannot compare" },
		{ "{{ 9223372036854775807 + 1 }}", NULL, "overflow" },
		{ "{{ 1/0 }}", NULL, "division by zero" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&strict, good, harness_expect);
	FOR_EACH_GOLDEN(&strict, bad, harness_expect_error);
}

static void test_autoescape(void **state)
{
	static const struct golden cases[] = {
		{ "{{ x }}", "{\"x\":\"<&>\\\"'\"}",
		    "&lt;&amp;&gt;&#34;&#39;" },
		{ "{% macro m(a) %}<b>{{ a }}</b>{% endmacro %}{{ m('<') }}",
		    NULL, "<b>&lt;</b>" },
		{ "{% set y %}<i>{% endset %}{{ y }}", NULL, "<i>" },
		{ "{{ '<b>'|safe ~ '<' }}", NULL, "<b>&lt;" },
		{ "{{ {'b':\"<'&\",'a':1}|tojson }}", NULL,
		    "{\"a\": 1, \"b\": \"\\u003c\\u0027\\u0026\"}" },
		{ "{{ ['<'] }}", NULL, "[&#39;&lt;&#39;]" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&html, cases, harness_expect);
}

static void test_templates(void **state)
{
	static const struct file files[] = {
		{ "base", "<{% block a %}base a{% endblock %}|"
			  "{% block b %}base b{% endblock %}>" },
		{ "part", "{{ x }}{{ y|default('-') }}" },
		{ "lib", "{% macro hi(n) %}hi {{ n }}{% endmacro %}"
			 "{% set v = 7 %}" },
		{ NULL, NULL },
	};
	struct setup s = strict;
	static const struct golden cases[] = {
		{ "{% extends 'base' %}{% block b %}{{ super() }}!"
		  "{% endblock %}",
		    NULL, "<base a|base b!>" },
		{ "{% for y in [1] %}{% include 'part' %}{% endfor %}",
		    "{\"x\":\"q\"}", "q1" },
		{ "{% include ['none', 'part'] %}", "{\"x\":1}", "1-" },
		{ "a{% include 'none' ignore missing %}b", NULL, "ab" },
		{ "{% import 'lib' as l %}{{ l.hi('x') }} {{ l.v }}", NULL,
		    "hi x 7" },
		{ "{% from 'lib' import hi as h, v %}{{ h(v) }}", NULL,
		    "hi 7" },
	};

	(void)state;
	s.files = files;
	FOR_EACH_GOLDEN(&s, cases, harness_expect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_white_space),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_undefined_strict),
		cmocka_unit_test(test_undefined_lenient),
		cmocka_unit_test(test_printing),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_autoescape),
		cmocka_unit_test(test_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
