#include "domain/schema.h"

#include "base/json.h"
#include "base/text.h"
#include "domain/kind.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *const colours[] = { "red", "green", NULL };

enum { NAME, TEXT, LINES, INT, BOOL, CHOICE, REF, REFS, LABELS, NUMBERS, IPV4,
	OBJECT, NEEDED };

static const struct field all[] = {
	[NAME] = { .name = "name", .type = FIELD_NAME, .max_len = 8 },
	[TEXT] = { .name = "text", .type = FIELD_TEXT, .max_len = 5 },
	[LINES] = { .name = "lines", .type = FIELD_LINES, .max_len = 10 },
	[INT] = { .name = "int", .type = FIELD_INT, .min = -3, .max = 7 },
	[BOOL] = { .name = "bool", .type = FIELD_BOOL },
	[CHOICE] = { .name = "choice", .type = FIELD_CHOICE,
	    .choices = colours, .fallback = "\"red\"" },
	[REF] = { .name = "ref", .type = FIELD_REF, .ref = KIND_AREA },
	[REFS] = { .name = "refs", .type = FIELD_REFS, .ref = KIND_AREA,
	    .max_len = 2 },
	[LABELS] = { .name = "labels", .type = FIELD_LABELS, .max = 6 },
	[NUMBERS] = { .name = "numbers", .type = FIELD_NUMBERS, .min = 1,
	    .max = 4094 },
	[IPV4] = { .name = "ipv4", .type = FIELD_IPV4 },
	[OBJECT] = { .name = "object", .type = FIELD_OBJECT },
	[NEEDED] = { .name = "needed", .type = FIELD_TEXT, .required = true },
};
static const struct schema schema = { all, sizeof(all) / sizeof(all[0]) };

/* The first complaint about one member, "" if there is none. */
static const char *complaint(const char *member, const char *json)
{
	static char text[400];
	struct schema_errors errors = { 0 };
	char whole[2000];
	json_t *object;
	bool right;

	snprintf(whole, sizeof(whole), "{\"needed\": \"x\", \"%s\": %s}",
	    member, json);
	object = json_loads(whole, 0, NULL);
	assert_non_null(object);
	right = schema_check(&schema, object, &errors);
	assert_int_equal(right, errors.n == 0);
	json_decref(object);
	if (errors.n == 0)
		return "";
	snprintf(text, sizeof(text), "%s: %s",
	    errors.item[0].field ? errors.item[0].field->name : "*",
	    errors.item[0].message);
	return text;
}

static void accepts(const char *member, const char *json)
{
	assert_string_equal(complaint(member, json), "");
}

static void refuses(const char *member, const char *json, const char *words)
{
	const char *said = complaint(member, json);

	if (!strstr(said, words))
		fail_msg("%s: %s: said \"%s\", not \"%s\"", member, json, said,
		    words);
	assert_true(text_starts_with(said, member));
}

static void test_names(void **state)
{
	(void)state;
	accepts("name", "\"r1\"");
	accepts("name", "\"A.b-c_1\"");
	accepts("name", "\"12345678\"");
	refuses("name", "\"123456789\"", "1 to 8");
	refuses("name", "\"-r\"", "beginning with");
	refuses("name", "\".r\"", "beginning with");
	refuses("name", "\"new\"", "different name");
	accepts("name", "\"new1\"");
	refuses("name", "\"a/b\"", "letters");
	refuses("name", "\"a b\"", "letters");
	refuses("name", "\"a\\n\"", "letters");
	refuses("name", "\"r\u00e9\"", "letters");
	refuses("name", "\"r.lock\"", "letters");
	refuses("name", "\"r.\"", "letters");
	refuses("name", "7", "must be text");
	refuses("name", "[\"r1\"]", "must be text");
}

static void test_texts(void **state)
{
	(void)state;
	accepts("text", "\"12345\"");
	accepts("text", "\"\u00e9\u00e9\"");
	refuses("text", "\"123456\"", "longer than 5");
	refuses("text", "\"a\\nb\"", "one line");
	refuses("text", "\"a\\u007fb\"", "one line");
	refuses("text", "false", "must be text");
	accepts("lines", "\"a\\n\\tb\\n\"");
	refuses("lines", "\"a\\r\\nb\"", "control");
	refuses("lines", "\"12345678901\"", "longer than 10");
}

static void test_numbers_and_choices(void **state)
{
	(void)state;
	accepts("int", "-3");
	accepts("int", "7");
	refuses("int", "-4", "-3 to 7");
	refuses("int", "8", "-3 to 7");
	refuses("int", "1.0", "whole number");
	refuses("int", "\"1\"", "whole number");
	refuses("int", "9223372036854775807", "-3 to 7");
	accepts("bool", "true");
	refuses("bool", "1", "true or false");
	refuses("bool", "\"true\"", "true or false");
	accepts("choice", "\"green\"");
	refuses("choice", "\"blue\"", "red, green");
	refuses("choice", "\"Green\"", "red, green");
}

static void test_lists(void **state)
{
	(void)state;
	accepts("refs", "[]");
	accepts("refs", "[\"a\", \"b\"]");
	refuses("refs", "[\"a\", \"b\", \"c\"]", "more than 2");
	refuses("refs", "[\"a\", \"a\"]", "twice");
	refuses("refs", "[\"../x\"]", "not a name");
	refuses("refs", "\"a\"", "must be a list");
	accepts("ref", "\"lab/10\"");
	refuses("ref", "\"a/b/c\"", "not a name");
	refuses("ref", "\"/b\"", "not a name");
	accepts("labels", "[\"one\", \"t w o\"]");
	refuses("labels", "[\"\"]", "1 to 6");
	refuses("labels", "[\"1234567\"]", "1 to 6");
	refuses("labels", "[\"a,b\"]", "commas");
	refuses("labels", "[5]", "1 to 6");
	accepts("numbers", "[1, 4094]");
	refuses("numbers", "[0]", "1 to 4094");
	refuses("numbers", "[4095]", "1 to 4094");
	refuses("numbers", "[7, 7]", "twice");
}

static void test_addresses(void **state)
{
	char address[16];
	int prefix, port;

	(void)state;
	assert_true(schema_parse_ipv4("192.0.2.10", address, &prefix, &port));
	assert_string_equal(address, "192.0.2.10");
	assert_int_equal(prefix, -1);
	assert_int_equal(port, 0);
	assert_true(schema_parse_ipv4("192.0.2.10/24:2222", address, &prefix,
	    &port));
	assert_int_equal(prefix, 24);
	assert_int_equal(port, 2222);
	assert_true(schema_parse_ipv4("255.255.255.255/0:65535", address,
	    &prefix, &port));
	assert_int_equal(prefix, 0);
	assert_int_equal(port, 65535);
}

static void test_addresses_refused(void **state)
{
	static const char *const bad[] = { "", "1.2.3", "1.2.3.4.5",
		"256.1.1.1", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:",
		"1.2.3.4/33", "1.2.3.4/", "1.2.3.4/240", " 1.2.3.4",
		"1.2.3.4 ", "1.2.3.4:22:22", "1.2.3.4:22/24", "a.b.c.d",
		"1.2.3.-4", "+1.2.3.4", "1..3.4", "0x1.2.3.4",
		/* octal to some, decimal to others */
		"010.0.0.1", "1.2.3.04" };
	char address[16] = "kept";
	int prefix = 77, port = 88;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (schema_parse_ipv4(bad[i], address, &prefix, &port))
			fail_msg("took \"%s\"", bad[i]);
		assert_string_equal(address, "kept");
		assert_int_equal(prefix, 77);
		assert_int_equal(port, 88);
	}
	refuses("ipv4", "\"1.2.3\"", "IPv4 address");
	refuses("ipv4", "\"0.0.0.0\"", "no single device");
	refuses("ipv4", "\"224.0.0.5\"", "no single device");
	refuses("ipv4", "\"255.255.255.255:22\"", "no single device");
}

static void test_objects(void **state)
{
	struct schema_errors errors = { 0 };
	char *big = calloc(1, FIELD_MAX_OBJECT + 100);
	json_t *object;

	(void)state;
	accepts("object", "{\"a\": [1, {\"b\": null}]}");
	refuses("object", "[1]", "JSON object");
	refuses("object", "\"{}\"", "JSON object");
	memset(big, 'x', FIELD_MAX_OBJECT);
	object = json_pack("{s:s, s:{s:s}}", "needed", "x", "object", "k",
	    big);
	assert_false(schema_check(&schema, object, &errors));
	assert_non_null(strstr(errors.item[0].message, "larger than"));
	json_decref(object);
	free(big);
}

static void test_unknown_missing_and_many(void **state)
{
	struct schema_errors errors = { 0 };
	struct err e = ERR_INIT;
	json_t *object = json_object();

	(void)state;
	assert_false(schema_check(&schema, object, &errors));
	assert_int_equal(errors.n, 1);
	assert_ptr_equal(errors.item[0].field, &all[NEEDED]);
	assert_string_equal(errors.item[0].message, "is required");
	assert_string_equal(complaint("nmae", "1"),
	    "*: unknown field \"nmae\"");
	/* null and empty text count as absent */
	assert_string_equal(complaint("int", "null"), "");
	assert_string_equal(complaint("int", "\"\""), "");
	for (int i = 0; i < 40; i++) {
		char key[20];

		snprintf(key, sizeof(key), "k%d", i);
		json_object_set_new(object, key, json_null());
	}
	errors.n = 0;
	assert_false(schema_check(&schema, object, &errors));
	assert_int_equal(errors.n, SCHEMA_MAX_ERRORS);
	assert_int_equal(schema_errors_check(&errors, &e), ERR_INVALID);
	json_decref(object);
	errors.n = 0;
	object = json_array();
	assert_false(schema_check(&schema, object, &errors));
	assert_string_equal(errors.item[0].message, "must be a JSON object");
	json_decref(object);
	assert_int_equal(schema_find(&schema, "lines"), LINES);
	assert_int_equal(schema_find(&schema, "line"), -1);
}

/* What a stranger typed comes back in the message: one line of valid text. */
static void test_messages_stay_valid_text(void **state)
{
	struct schema_errors errors = { 0 };
	char key[600] = "";
	json_t *object = json_object();

	(void)state;
	for (int i = 0; i < 50; i++)
		strcat(key, "\u20ac");
	json_object_set_new(object, key, json_true());
	json_object_set_new(object, "a\nb", json_true());
	assert_false(schema_check(&schema, object, &errors));
	for (size_t i = 0; i < errors.n; i++) {
		const char *m = errors.item[i].message;

		assert_true(utf8_is_valid(m, strlen(m)));
		assert_true(text_has_no_control(m, strlen(m), false));
	}
	json_decref(object);
}

static void test_completion(void **state)
{
	json_t *object = json_pack("{s:s, s:s, s:n, s:s}", "needed", "x",
	    "text", "", "int", "choice", "");
	json_t *full = schema_complete(&schema, object);

	(void)state;
	assert_int_equal(json_object_size(full), 2);
	assert_string_equal(json_text(full, "needed", ""), "x");
	assert_string_equal(json_text(full, "choice", ""), "red");
	json_decref(object);
	json_decref(full);
}

static void assert_value(int field, const char *text, const char *json)
{
	struct schema_errors errors = { 0 };
	json_t *v = schema_value_from_text(&all[field], text, &errors);
	struct buf line = BUF_INIT(4096);

	if (!json) {
		if (v)
			fail_msg("%s: took \"%s\"", all[field].name, text);
		assert_int_equal(errors.n, 1);
		assert_ptr_equal(errors.item[0].field, &all[field]);
		return;
	}
	assert_non_null(v);
	assert_int_equal(errors.n, 0);
	assert_int_equal(json_write_line(v, &line, NULL), ERR_OK);
	assert_string_equal(buf_text(&line), json);
	buf_release(&line);
	json_decref(v);
}

static void test_form_texts(void **state)
{
	char many[400];

	(void)state;
	for (int f = 0; f <= NEEDED; f++)
		assert_value(f, "", "null");
	assert_value(NAME, "r1", "\"r1\"");
	assert_value(INT, "5", "5");
	assert_value(INT, "9", NULL);
	assert_value(INT, "5 ", NULL);
	assert_value(BOOL, "on", "true");
	assert_value(BOOL, "1", "true");
	assert_value(BOOL, "no", "false");
	assert_value(BOOL, "maybe", NULL);
	assert_value(LABELS, "a, b c ,\r\n d,,", "[\"a\",\"b c\",\"d\"]");
	assert_value(LABELS, " ,, ", "[]");
	assert_value(NUMBERS, "10, 20,30", "[10,20,30]");
	assert_value(NUMBERS, "10, x", NULL);
	assert_value(NUMBERS, "4095", NULL);
	assert_value(OBJECT, "{\"a\": 1}", "{\"a\":1}");
	assert_value(OBJECT, "{\"a\": 1, \"a\": 2}", NULL);
	assert_value(OBJECT, "{", NULL);
	assert_value(TEXT, "\xff", NULL);
	assert_value(LABELS, "good, \xff", NULL);
	memset(many, 'x', sizeof(many));
	many[300] = '\0';
	assert_value(LABELS, many, NULL);
}

static void test_json_schema(void **state)
{
	json_t *s = schema_to_json_schema(&schema), *p, *one;

	(void)state;
	p = json_object_get(s, "properties");
	assert_int_equal(json_object_size(p), NEEDED + 1);
	assert_false(json_flag(s, "additionalProperties", true));
	assert_int_equal(json_array_size(json_object_get(s, "required")), 1);
	one = json_object_get(p, "int");
	assert_int_equal(json_number(one, "minimum", 0), -3);
	assert_int_equal(json_number(one, "maximum", 0), 7);
	assert_string_equal(
	    json_text(json_object_get(p, "choice"), "default", ""), "red");
	assert_int_equal(
	    json_number(json_object_get(p, "refs"), "maxItems", 0), 2);
	json_decref(s);
}

static void test_labels_of_a_set(void **state)
{
	static const char *const words[] = { "icmp", "ssh", NULL };
	const struct field f = { .name = "probes", .label = "Probes",
		.type = FIELD_LABELS, .choices = words };
	const struct schema one = { &f, 1 };
	struct schema_errors errors = { 0 };
	json_t *good = json_pack("{s:[s,s]}", "probes", "ssh", "icmp");
	json_t *bad = json_pack("{s:[s]}", "probes", "telnet");
	json_t *as_json = schema_to_json_schema(&one);

	(void)state;
	assert_true(schema_check(&one, good, &errors));
	assert_false(schema_check(&one, bad, &errors));
	assert_non_null(strstr(errors.item[0].message, "telnet"));
	assert_non_null(json_object_get(json_object_get(json_object_get(
	    json_object_get(as_json, "properties"), "probes"), "items"),
	    "enum"));
	json_decref(as_json);
	json_decref(good);
	json_decref(bad);
}

/* Every kind's table is sound: fallbacks are of the field's own type, and
 * references lead to a kind that has records. */
static void test_tables_of_all_kinds(void **state)
{
	(void)state;
	for (int k = 1; k < KIND_COUNT; k++) {
		const struct kind *kind = kind_get((enum kind_id)k);

		assert_int_equal(kind->id, k);
		assert_ptr_equal(kind_find_plural(kind->plural), kind);
		for (size_t i = 0; i < kind->schema.n_fields; i++) {
			const struct field *f = &kind->schema.fields[i];
			struct schema one = { f, 1 };
			struct schema_errors errors = { 0 };
			json_t *o = json_object(), *full;

			assert_non_null(f->name);
			assert_non_null(f->label);
			assert_int_equal(f->type == FIELD_REF ||
			    f->type == FIELD_REFS, f->ref != KIND_NONE);
			if (f->type != FIELD_LABELS)
				assert_int_equal(f->type == FIELD_CHOICE,
				    f->choices != NULL);
			full = schema_complete(&one, o);
			if (f->fallback)
				assert_true(schema_check(&one, full, &errors));
			json_decref(full);
			json_decref(o);
		}
	}
	assert_null(kind_find_plural("device"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_numbers_and_choices),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_addresses_refused),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_unknown_missing_and_many),
		cmocka_unit_test(test_messages_stay_valid_text),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_form_texts),
		cmocka_unit_test(test_json_schema),
		cmocka_unit_test(test_labels_of_a_set),
		cmocka_unit_test(test_tables_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
