#include "domain/schema.h"

#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void schema_errors_add(struct schema_errors *errors, const struct field *field,
    const char *fmt, ...)
{
	struct schema_error *item;
	va_list ap;

	if (errors->n == SCHEMA_MAX_ERRORS)
		return;
	item = &errors->item[errors->n++];
	item->field = field;
	va_start(ap, fmt);
	vsnprintf(item->message, sizeof(item->message), fmt, ap);
	va_end(ap);
}

enum err_code schema_errors_check(const struct schema_errors *errors,
    struct err *e)
{
	char all[900];
	size_t used = 0;

	if (errors->n == 0)
		return ERR_OK;
	for (size_t i = 0; i < errors->n && used < sizeof(all); i++) {
		const struct schema_error *item = &errors->item[i];
		int n = snprintf(all + used, sizeof(all) - used, "%s%s%s%s",
		    i ? "; " : "", item->field ? item->field->name : "",
		    item->field ? ": " : "", item->message);

		used += n > 0 ? (size_t)n : 0;
	}
	return err_set(e, ERR_INVALID, "%s", all);
}

int schema_find(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->n_fields; i++) {
		if (strcmp(s->fields[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

bool schema_is_name(const char *text, size_t max_len)
{
	size_t n = strlen(text);

	if (n == 0 || n > max_len)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9');

		if (!alnum && (i == 0 || !strchr("._-", c)))
			return false;
	}
	return !text_ends_with(text, ".lock") && !text_ends_with(text, ".");
}

bool schema_parse_ipv4(const char *text, char address[16], int *prefix,
    int *port)
{
	unsigned part[4];
	int used = 0;
	long n;
	char digits[8];
	const char *p;
	size_t len;

	if (strspn(text, "0123456789./:") != strlen(text) ||
	    sscanf(text, "%3u.%3u.%3u.%3u%n", &part[0], &part[1], &part[2],
	    &part[3], &used) != 4)
		return false;
	for (int i = 0; i < 4; i++) {
		if (part[i] > 255)
			return false;
	}
	*prefix = -1;
	*port = 0;
	p = text + used;
	if (*p == '/') {
		len = strspn(++p, "0123456789");
		if (len == 0 || len > 2)
			return false;
		memcpy(digits, p, len);
		digits[len] = '\0';
		if (!text_to_long(digits, 0, 32, &n))
			return false;
		*prefix = (int)n;
		p += len;
	}
	if (*p == ':') {
		if (!text_to_long(p + 1, 1, 65535, &n))
			return false;
		*port = (int)n;
		p += strlen(p);
	}
	snprintf(address, 16, "%u.%u.%u.%u", part[0] & 255, part[1] & 255,
	    part[2] & 255, part[3] & 255);
	return *p == '\0';
}

/* --- checks, one for each type ------------------------------------------ */

typedef void (*check_fn)(const struct field *f, const json_t *v,
    struct schema_errors *errors);

static size_t text_limit(const struct field *f, size_t fallback)
{
	return f->max_len ? f->max_len : fallback;
}

static bool check_is_text(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	if (json_is_string(v))
		return true;
	schema_errors_add(errors, f, "must be text");
	return false;
}

static void check_name(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	size_t max = text_limit(f, 63);

	if (check_is_text(f, v, errors) &&
	    !schema_is_name(json_string_value(v), max))
		schema_errors_add(errors, f,
		    "use 1 to %zu letters, digits, dots, hyphens or "
		    "underscores, beginning with a letter or digit", max);
}

static void check_text(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	size_t max = text_limit(f, FIELD_MAX_TEXT);

	if (!check_is_text(f, v, errors))
		return;
	if (json_string_length(v) > max)
		schema_errors_add(errors, f, "is longer than %zu bytes", max);
	else if (!text_has_no_control(json_string_value(v),
	    json_string_length(v), false))
		schema_errors_add(errors, f,
		    "must be one line without control characters");
}

static void check_lines(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	size_t max = text_limit(f, FIELD_MAX_LINES);

	if (!check_is_text(f, v, errors))
		return;
	if (json_string_length(v) > max)
		schema_errors_add(errors, f, "is longer than %zu bytes", max);
	else if (!text_has_no_control(json_string_value(v),
	    json_string_length(v), true))
		schema_errors_add(errors, f, "contains control characters");
}

static void check_int(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	if (!json_is_integer(v) || json_integer_value(v) < f->min ||
	    json_integer_value(v) > f->max)
		schema_errors_add(errors, f,
		    "must be a whole number from %ld to %ld", f->min, f->max);
}

static void check_bool(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	if (!json_is_boolean(v))
		schema_errors_add(errors, f, "must be true or false");
}

static void check_choice(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	char all[160];
	size_t used = 0;

	if (!check_is_text(f, v, errors))
		return;
	all[0] = '\0';
	for (const char *const *c = f->choices; *c; c++) {
		int n;

		if (strcmp(*c, json_string_value(v)) == 0)
			return;
		n = snprintf(all + used, sizeof(all) - used, "%s%s",
		    used ? ", " : "", *c);
		used += n > 0 ? (size_t)n : 0;
		if (used >= sizeof(all))
			break;
	}
	schema_errors_add(errors, f, "must be one of: %s", all);
}

/* The key of a record: one or two names with a "/" between. */
static bool is_key(const char *text)
{
	char copy[160];
	char *slash;

	if (!text_copy(copy, sizeof(copy), text))
		return false;
	slash = strchr(copy, '/');
	if (slash) {
		*slash = '\0';
		if (!schema_is_name(slash + 1, 63))
			return false;
	}
	return schema_is_name(copy, 63);
}

static void check_ref(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	if (check_is_text(f, v, errors) && !is_key(json_string_value(v)))
		schema_errors_add(errors, f, "is not a name");
}

static void check_ipv4(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	char address[16];
	int prefix, port;

	if (check_is_text(f, v, errors) &&
	    !schema_parse_ipv4(json_string_value(v), address, &prefix, &port))
		schema_errors_add(errors, f,
		    "must be an IPv4 address such as 192.0.2.10, "
		    "192.0.2.10/24 or 192.0.2.10:2222");
}

static void check_items(const struct field *f, const json_t *v,
    struct schema_errors *errors, check_fn check)
{
	size_t max = text_limit(f, FIELD_MAX_ITEMS);
	size_t before = errors->n, i;
	json_t *item;

	if (!json_is_array(v)) {
		schema_errors_add(errors, f, "must be a list");
		return;
	}
	if (json_array_size(v) > max) {
		schema_errors_add(errors, f, "has more than %zu items", max);
		return;
	}
	json_array_foreach(v, i, item) {
		for (size_t j = 0; j < i; j++) {
			if (json_equal(json_array_get(v, j), item)) {
				schema_errors_add(errors, f,
				    "item %zu stands in the list twice",
				    i + 1);
				return;
			}
		}
		check(f, item, errors);
		if (errors->n > before)
			return;
	}
}

static void check_label(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	const char *text = json_string_value(v);
	size_t max = f->max ? (size_t)f->max : FIELD_MAX_LABEL;

	if (!text || !*text || strlen(text) > max || strpbrk(text, ",\"") ||
	    !text_has_no_control(text, strlen(text), false))
		schema_errors_add(errors, f,
		    "each item must be 1 to %zu characters without commas or "
		    "quotes", max);
}

static void check_refs(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	check_items(f, v, errors, check_ref);
}

static void check_labels(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	check_items(f, v, errors, check_label);
}

static void check_numbers(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	check_items(f, v, errors, check_int);
}

static void check_object(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	if (!json_is_object(v))
		schema_errors_add(errors, f,
		    "must be a JSON object such as {\"asn\": 65001}");
	else if (json_dumpb(v, NULL, 0, JSON_COMPACT) > FIELD_MAX_OBJECT)
		schema_errors_add(errors, f, "is larger than %d bytes",
		    FIELD_MAX_OBJECT);
}

static const struct field_type_info {
	check_fn check;
	const char *json_type;
} types[] = {
	[FIELD_NAME] = { check_name, "string" },
	[FIELD_TEXT] = { check_text, "string" },
	[FIELD_LINES] = { check_lines, "string" },
	[FIELD_INT] = { check_int, "integer" },
	[FIELD_BOOL] = { check_bool, "boolean" },
	[FIELD_CHOICE] = { check_choice, "string" },
	[FIELD_REF] = { check_ref, "string" },
	[FIELD_REFS] = { check_refs, "array" },
	[FIELD_LABELS] = { check_labels, "array" },
	[FIELD_NUMBERS] = { check_numbers, "array" },
	[FIELD_IPV4] = { check_ipv4, "string" },
	[FIELD_OBJECT] = { check_object, "object" },
};

static bool is_absent(const json_t *v)
{
	return !v || json_is_null(v) ||
	    (json_is_string(v) && json_string_length(v) == 0);
}

bool schema_check(const struct schema *s, const json_t *object,
    struct schema_errors *errors)
{
	size_t before = errors->n;
	const char *key;
	json_t *v;

	if (!json_is_object(object)) {
		schema_errors_add(errors, NULL, "must be a JSON object");
		return false;
	}
	json_object_foreach((json_t *)(uintptr_t)object, key, v) {
		if (schema_find(s, key) < 0)
			schema_errors_add(errors, NULL,
			    "unknown field \"%.60s\"", key);
	}
	for (size_t i = 0; i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];

		v = json_object_get(object, f->name);
		if (!is_absent(v))
			types[f->type].check(f, v, errors);
		else if (f->required && !f->fallback)
			schema_errors_add(errors, f, "is required");
	}
	return errors->n == before;
}

json_t *schema_complete(const struct schema *s, const json_t *object)
{
	json_t *full = json_object();

	for (size_t i = 0; full && i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];
		json_t *v = json_object_get(object, f->name);
		json_t *use = NULL;

		if (!is_absent(v))
			use = json_incref(v);
		else if (f->fallback)
			use = json_loads(f->fallback, JSON_DECODE_ANY, NULL);
		else
			continue;
		if (!use || json_object_set_new(full, f->name, use) != 0) {
			json_decref(full);
			return NULL;
		}
	}
	return full;
}

/* --- text to values ------------------------------------------------------ */

static json_t *list_from_text(const struct field *f, const char *text,
    struct schema_errors *errors)
{
	json_t *list = json_array();
	const char *p = text;

	while (list && *p) {
		size_t skip = strspn(p, ", \t\r\n");
		size_t len;
		char item[256];
		long n;

		p += skip;
		len = strcspn(p, ",\r\n");
		while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
			len--;
		if (len == 0)
			break;
		if (len >= sizeof(item)) {
			schema_errors_add(errors, f, "an item is too long");
			break;
		}
		memcpy(item, p, len);
		item[len] = '\0';
		p += len;
		if (f->type != FIELD_NUMBERS) {
			json_array_append_new(list, json_string(item));
		} else if (text_to_long(item, f->min, f->max, &n)) {
			json_array_append_new(list, json_integer(n));
		} else {
			schema_errors_add(errors, f,
			    "\"%.40s\" is not a number from %ld to %ld", item,
			    f->min, f->max);
			break;
		}
	}
	return list;
}

static json_t *bool_from_text(const struct field *f, const char *text,
    struct schema_errors *errors)
{
	static const char *const yes[] = { "on", "true", "yes", "1", NULL };
	static const char *const no[] = { "off", "false", "no", "0", NULL };

	for (const char *const *w = yes; *w; w++) {
		if (strcmp(text, *w) == 0)
			return json_true();
	}
	for (const char *const *w = no; *w; w++) {
		if (strcmp(text, *w) == 0)
			return json_false();
	}
	schema_errors_add(errors, f, "must be on or off");
	return NULL;
}

static json_t *object_from_text(const struct field *f, const char *text,
    struct schema_errors *errors)
{
	json_error_t error;
	json_t *v;

	if (strlen(text) > FIELD_MAX_OBJECT) {
		schema_errors_add(errors, f, "is larger than %d bytes",
		    FIELD_MAX_OBJECT);
		return NULL;
	}
	v = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!v)
		schema_errors_add(errors, f, "line %d column %d: %s",
		    error.line, error.column, error.text);
	return v;
}

json_t *schema_value_from_text(const struct field *f, const char *text,
    struct schema_errors *errors)
{
	json_t *v;
	long n;

	if (!*text)
		return json_null();
	switch (f->type) {
	case FIELD_INT:
		if (text_to_long(text, f->min, f->max, &n))
			return json_integer(n);
		schema_errors_add(errors, f,
		    "must be a whole number from %ld to %ld", f->min, f->max);
		return NULL;
	case FIELD_BOOL:
		return bool_from_text(f, text, errors);
	case FIELD_REFS:
	case FIELD_LABELS:
	case FIELD_NUMBERS:
		return list_from_text(f, text, errors);
	case FIELD_OBJECT:
		return object_from_text(f, text, errors);
	case FIELD_NAME:
	case FIELD_TEXT:
	case FIELD_LINES:
	case FIELD_CHOICE:
	case FIELD_REF:
	case FIELD_IPV4:
		break;
	}
	v = json_string(text);
	if (!v)
		schema_errors_add(errors, f, "is not valid UTF-8");
	return v;
}

/* --- JSON Schema --------------------------------------------------------- */

static json_t *text_schema(const struct field *f)
{
	switch (f->type) {
	case FIELD_NAME:
		return json_pack("{s:s, s:s, s:I}", "type", "string", "pattern",
		    "^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength",
		    (json_int_t)text_limit(f, 63));
	case FIELD_IPV4:
		return json_pack("{s:s, s:s}", "type", "string", "pattern",
		    "^[0-9]{1,3}([.][0-9]{1,3}){3}(/[0-9]{1,2})?"
		    "(:[0-9]{1,5})?$");
	case FIELD_LINES:
		return json_pack("{s:s, s:I}", "type", "string", "maxLength",
		    (json_int_t)text_limit(f, FIELD_MAX_LINES));
	default:
		return json_pack("{s:s, s:I}", "type", "string", "maxLength",
		    (json_int_t)text_limit(f, FIELD_MAX_TEXT));
	}
}

static json_t *choice_schema(const struct field *f)
{
	json_t *list = json_array();

	for (const char *const *c = f->choices; list && *c; c++)
		json_array_append_new(list, json_string(*c));
	return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

static json_t *field_schema(const struct field *f)
{
	switch (f->type) {
	case FIELD_CHOICE:
		return choice_schema(f);
	case FIELD_INT:
		return json_pack("{s:s, s:I, s:I}", "type", "integer",
		    "minimum", (json_int_t)f->min, "maximum",
		    (json_int_t)f->max);
	case FIELD_REFS:
	case FIELD_LABELS:
	case FIELD_NUMBERS:
		return json_pack("{s:s, s:I, s:b, s:{s:s}}", "type", "array",
		    "maxItems", (json_int_t)text_limit(f, FIELD_MAX_ITEMS),
		    "uniqueItems", 1, "items", "type",
		    f->type == FIELD_NUMBERS ? "integer" : "string");
	case FIELD_BOOL:
	case FIELD_OBJECT:
		return json_pack("{s:s}", "type", types[f->type].json_type);
	case FIELD_NAME:
	case FIELD_TEXT:
	case FIELD_LINES:
	case FIELD_REF:
	case FIELD_IPV4:
		break;
	}
	return text_schema(f);
}

json_t *schema_to_json_schema(const struct schema *s)
{
	json_t *properties = json_object(), *required = json_array();

	for (size_t i = 0; properties && required && i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];
		json_t *one;

		if (f->hidden)
			continue;
		one = field_schema(f);
		if (f->help)
			json_object_set_new(one, "description",
			    json_string(f->help));
		if (f->fallback)
			json_object_set_new(one, "default",
			    json_loads(f->fallback, JSON_DECODE_ANY, NULL));
		json_object_set_new(properties, f->name, one);
		if (f->required && !f->fallback)
			json_array_append_new(required, json_string(f->name));
	}
	return json_pack("{s:s, s:b, s:o, s:o}", "type", "object",
	    "additionalProperties", 0, "properties", properties, "required",
	    required);
}
