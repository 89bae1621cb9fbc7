#include "infra/netconf/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct xml_doc *parse(const char *text)
{
	struct xml_doc *doc = NULL;
	struct err e = ERR_INIT;

	if (xml_parse(text, strlen(text), &doc, &e) != ERR_OK)
		fail_msg("%s: %s", text, e.message);
	return doc;
}

static enum err_code parse_code(const char *text, size_t len)
{
	struct xml_doc *doc = NULL;
	struct err e = ERR_INIT;
	enum err_code code = xml_parse(text, len, &doc, &e);

	assert_true((code == ERR_OK) == (doc != NULL));
	assert_true(code == ERR_OK || e.message[0] != '\0');
	xml_free(doc);
	return code;
}

static void one_form(void **state)
{
	static const struct {
		const char *text;
		const char *form;
	} cases[] = {
		{ "<d><a xmlns='urn:a'>\n <b>x</b><c/>\n<!-- no --></a></d>",
		    "<a xmlns=\"urn:a\">\n  <b>x</b>\n  <c/>\n</a>\n" },
		/* prefixes or defaults, it is the same */
		{ "<d xmlns:p='urn:a'><p:a><p:b>x</p:b><p:c/></p:a></d>",
		    "<a xmlns=\"urn:a\">\n  <b>x</b>\n  <c/>\n</a>\n" },
		/* an identity keeps its prefix, declared where it stands */
		{ "<d xmlns:i='urn:i'><a xmlns='urn:a'><t>i:eth</t></a></d>",
		    "<a xmlns=\"urn:a\">\n"
		    "  <t xmlns:i=\"urn:i\">i:eth</t>\n</a>\n" },
		{ "<d><a xmlns='urn:a'><t>12:34 http://x</t></a></d>",
		    "<a xmlns=\"urn:a\">\n  <t>12:34 http://x</t>\n</a>\n" },
		{ "<d xmlns:n='urn:n'><a n:operation='delete' k='&lt;'/></d>",
		    "<a xmlns:n=\"urn:n\" n:operation=\"delete\" "
		    "k=\"&lt;\"/>\n" },
		{ "<d><a>&lt;&amp;<![CDATA[<x>]]></a></d>",
		    "<a>&lt;&amp;&lt;x&gt;</a>\n" },
		{ "<d><a k='&quot;&#10;'>\"&#13;</a></d>",
		    "<a k=\"&quot;&#10;\">\"&#13;</a>\n" },
		{ "<d><a>\n  </a><b>  </b></d>", "<a/>\n<b>  </b>\n" },
		{ "<d><a xmlns='urn:a'><b xmlns=''/></a></d>",
		    "<a xmlns=\"urn:a\">\n  <b xmlns=\"\"/>\n</a>\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct xml_doc *doc = parse(cases[i].text);
		struct buf out = BUF_INIT(4096);

		xml_format_children(xml_root(doc), &out);
		assert_string_equal(buf_text(&out), cases[i].form);
		buf_release(&out);
		xml_free(doc);
	}
}

static void what_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"x",
		"<a>",
		"<a></b>",
		"<a/><b/>",
		"<a>&nope;</a>",
		"<a b=c/>",
		"<a>\x01</a>",
		"<a>\xff\xfe</a>",
		"<!DOCTYPE a><a/>",
		"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
		"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
		"<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\">"
		"<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
		"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><l>&c;</l>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(
		    parse_code(texts[i], strlen(texts[i])), ERR_CORRUPT);
	assert_int_equal(parse_code("<a>\0</a>", 8), ERR_CORRUPT);
	/* no other encoding than UTF-8 is believed */
	assert_int_equal(
	    parse_code(
		"<?xml version='1.0' encoding='UTF-7'?><a>+ADw-</a>", 50),
	    ERR_OK);
}

static char *repeat(const char *part, size_t n, const char *tail)
{
	size_t len = strlen(part);
	char *text = malloc(len * n + strlen(tail) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, part, len);
	strcpy(text + len * n, tail);
	return text;
}

static void bounds_hold(void **state)
{
	char *deep = repeat("<a>", 100000, "");
	char *many = repeat("<a/>", XML_MARKS_MAX + 1, "");

	(void)state;
	assert_int_equal(parse_code(deep, strlen(deep)), ERR_CORRUPT);
	assert_int_equal(parse_code(many, strlen(many)), ERR_LIMIT);
	free(deep);
	free(many);
}

static void paths(void **state)
{
	struct xml_doc *doc =
	    parse("<r><a><b>1</b></a><a><b at='x'>2</b></a><c/></r>");
	const struct xml_node *a = xml_child(xml_root(doc), "a");
	struct buf out = BUF_INIT(64);

	(void)state;
	xml_text(xml_find(xml_root(doc), "a/b"), &out);
	assert_string_equal(buf_text(&out), "1");
	a = xml_next(a, "a");
	assert_true(xml_attribute(xml_child(a, NULL), "at", &out));
	assert_string_equal(buf_text(&out), "1x");
	assert_false(xml_attribute(a, "at", &out));
	assert_null(xml_next(a, "a"));
	assert_null(xml_find(xml_root(doc), "a/x/b"));
	assert_null(xml_child(NULL, "a"));
	buf_release(&out);
	xml_free(doc);
}

static void containment(void **state)
{
	static const struct {
		const char *whole;
		const char *part;
		bool contains;
	} cases[] = {
		{ "<a><b>1</b><c/></a>", "<a><b>1</b></a>", true },
		{ "<a><b>1</b></a>", "<a><b>2</b></a>", false },
		{ "<a><l><k>1</k><v>x</v></l><l><k>2</k></l></a>",
		    "<a><l><k>2</k></l></a>", true },
		{ "<a><l><k>1</k><v>x</v></l><l><k>2</k></l></a>",
		    "<a><l><k>2</k><v>x</v></l></a>", false },
		{ "<a xmlns='urn:a'/>", "<a/>", false },
		{ "<a xmlns:p='urn:i'><t>p:e</t></a>",
		    "<a xmlns:q='urn:i'><t>q:e</t></a>", true },
		{ "<a xmlns:p='urn:i'><t>p:e</t></a>",
		    "<a xmlns:p='urn:j'><t>p:e</t></a>", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct xml_doc *whole = parse(cases[i].whole);
		struct xml_doc *part = parse(cases[i].part);

		assert_int_equal(xml_contains(xml_root(whole), xml_root(part)),
		    cases[i].contains);
		xml_free(whole);
		xml_free(part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_form),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(paths),
		cmocka_unit_test(containment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
