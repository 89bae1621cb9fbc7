/*
 * Hostile templates: each ends in its limit within a second and 64 MiB, with
 * the limits that configurations are rendered with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness.h"

#include <time.h>

static const struct file files[] = {
	{ "again", "{% include 'again' %}" },
	{ "up", "{% extends 'up' %}" },
	{ NULL, NULL },
};

static const struct setup hostile = {
	.options = { .undefined = JINJA_STRICT,
	    .limits = { .output_bytes = 16 << 20, .steps = 3000000 } },
	.files = files,
};

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Sanitizers make it several times slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SECONDS_MAX 8.0
#else
#define SECONDS_MAX 1.0
#endif

static void expect_limit(const struct setup *s, const struct golden *g)
{
	double start = cpu_seconds(), took;
	struct buf out = BUF_INIT((size_t)64 << 20);
	struct err e = ERR_INIT;
	enum err_code rc =
	    harness_render(s, g->template, g->data ? g->data : "{}", &out, &e);

	took = cpu_seconds() - start;
	if (rc != ERR_LIMIT || !strstr(e.message, g->expected))
		print_message("%s: %d %s\n", g->template, rc, e.message);
	assert_int_equal(rc, ERR_LIMIT);
	assert_non_null(strstr(e.message, g->expected));
	assert_true(out.len <= hostile.options.limits.output_bytes);
	assert_true(took < SECONDS_MAX);
	buf_release(&out);
}

static void test_hostile_templates(void **state)
{
	static const struct golden cases[] = {
		/* endless work */
		{ "{% for a in range(999999) %}{% for b in range(999999) %}"
		  "{% endfor %}{% endfor %}",
		    NULL, "steps" },
		{ "{% set l=[0] %}{% for i in l %}{% do l.append(1) %}"
		  "{% endfor %}",
		    NULL, "s" },
		{ "{{ range(1000000000) }}", NULL, "range has more than" },
		{ "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", NULL,
		    "nested more than" },
		{ "{% include 'again' %}", NULL, "nested more than" },
		{ "{% extends 'up' %}", NULL, "extend each other" },
		{ "{% for x in t recursive %}{{ loop(t) }}{% endfor %}",
		    "{\"t\":[1]}", "nested more than" },
		/* endless data */
		{ "{{ 'x' * 1000000000 }}", NULL, "repeated string" },
		{ "{{ [1] * 1000000000 }}", NULL, "repeated list" },
		{ "{% set ns=namespace(s='x') %}{% for i in range(99) %}"
		  "{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
		    NULL, "" },
		{ "{% for i in range(999999) %}{{ 'x' * 999 }}{% endfor %}",
		    NULL, "larger than" },
		{ "{% set ns=namespace(l=[]) %}{% for i in range(999) %}"
		  "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
		    NULL, "nested too deep" },
		{ "{% set l=[] %}{% do l.append(l) %}{{ l }}", NULL,
		    "nested too deep" },
		{ "{% set l=[] %}{% do l.append(l) %}{{ l|tojson }}", NULL,
		    "nested too deep" },
		{ "{% set l=[] %}{% do l.append(l) %}{{ l|flatten }}", NULL,
		    "nested more than" },
		{ "{{ 'x'|center(1000000000) }}", NULL, "padded" },
		{ "{{ '%999999999d'|format(1) }}", NULL, "too large" },
		{ "{{ 'x[1-99999][1-99999]'|interface_range_expansion }}", NULL,
		    "too many interfaces" },
		/* regular expressions that backtrack */
		{ "{{ ('a' * 60 ~ 'b')|regex_replace('(a+)+$', 'x') }}", NULL,
		    "takes too many steps" },
		{ "{{ ('a' * 60 ~ '!')|regex_search('^(a|aa)+$') }}", NULL,
		    "takes too many steps" },
	};

	(void)state;
	FOR_EACH_GOLDEN(&hostile, cases, expect_limit);
}

/* repeated `count` times between head and tail */
static void expect_compile_error(const char *head, const char *part,
    size_t count, const char *tail, const char *expected)
{
	struct buf text = BUF_INIT(4 << 20);
	struct golden g = { .expected = expected };

	buf_puts(&text, head);
	for (size_t i = 0; i < count; i++)
		buf_puts(&text, part);
	buf_puts(&text, tail);
	g.template = buf_text(&text);
	{
		struct buf out = BUF_INIT(1 << 20);
		struct err e = ERR_INIT;
		enum err_code rc =
		    harness_render(&hostile, g.template, "{}", &out, &e);

		if (!rc || !strstr(e.message, expected))
			print_message("%s…: %s\n", part, e.message);
		assert_int_not_equal(rc, ERR_OK);
		assert_non_null(strstr(e.message, expected));
		buf_release(&out);
	}
	buf_release(&text);
}

static void test_hostile_sources(void **state)
{
	(void)state;
	expect_compile_error("{{ ", "(", 5000, " }}", "nested too deep");
	expect_compile_error("{{ ", "[", 150, " }}", "unexpected '}'");
	expect_compile_error("{{ ", "not ", 5000, "x }}", "nested too deep");
	expect_compile_error("{{ ", "- ", 5000, "x }}", "nested too deep");
	expect_compile_error("{{ 1", "+1", 5000, " }}", "too deep");
	expect_compile_error("{{ x", ".a", 5000, " }}", "too deep");
	expect_compile_error("{{ x", "|e", 5000, " }}", "too deep");
	expect_compile_error("", "{% if x %}", 5000, "", "nested too deep");
	expect_compile_error("", "x", (size_t)2 << 20, "", "larger than");
	/* long, but not deep */
	expect_compile_error("{% if x is defined %}", "{% elif x is defined %}",
	    20000, "{% endif %}{{ y }}", "'y' is undefined");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile_templates),
		cmocka_unit_test(test_hostile_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
