#include "base/json_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

static struct json_span span(const char *text)
{
	return (struct json_span){ text, strlen(text) };
}

/* "key=value|…", and a mark if the walk failed. */
static void assert_walk(const char *text, const char *expected)
{
	struct json_scan s = json_scan_begin(span(text));
	struct json_span key = { "", 0 }, value;
	char got[300] = "";

	while (json_scan_next(&s, &key, &value))
		snprintf(got + strlen(got), sizeof(got) - strlen(got),
		    "%.*s=%.*s|", (int)(s.members ? key.len : 0), key.text,
		    (int)value.len, value.text);
	if (s.failed)
		strcat(got, "!");
	assert_string_equal(got, expected);
}

static void walks_members_and_items(void **state)
{
	(void)state;
	assert_walk("{}", "");
	assert_walk(" [ ] ", "");
	assert_walk("{\"a\":1, \"b\" : \"x\"}", "a=1|b=\"x\"|");
	assert_walk("[1,true , null,-2.5e3]", "=1|=true|=null|=-2.5e3|");
	assert_walk("{\"a\":{\"b\":[1,{\"c\":2}]},\"d\":[]}",
	    "a={\"b\":[1,{\"c\":2}]}|d=[]|");
	/* brackets and quotes within texts are text */
	assert_walk("{\"a\":\"}]\\\"{\",\"b\":[\"]\\\\\"]}",
	    "a=\"}]\\\"{\"|b=[\"]\\\\\"]|");
	assert_walk("{\n  \"a\": [\n    1\n  ]\n}\n", "a=[\n    1\n  ]|");
}

static void tells_what_is_none(void **state)
{
	static const char *const wrong[] = { "", "1", "\"x\"", "{", "[", "[1",
		"[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":\"x}",
		"{\"a\":[1}", "{\"a\":{\"b\":1}", "[1,", "[\"\\" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct json_scan s = json_scan_begin(span(wrong[i]));
		struct json_span key, value;

		while (json_scan_next(&s, &key, &value))
			continue;
		if (!s.failed)
			fail_msg("\"%s\" is taken", wrong[i]);
	}
}

static void compares_spans(void **state)
{
	(void)state;
	assert_true(json_span_is(span("true"), "true"));
	assert_false(json_span_is(span("tru"), "true"));
	assert_false(json_span_is(span("truee"), "true"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_members_and_items),
		cmocka_unit_test(tells_what_is_none),
		cmocka_unit_test(compares_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
