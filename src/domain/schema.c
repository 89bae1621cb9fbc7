#include "domain/schema.h"

#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A message may quote what a stranger sent, cut off anywhere: it becomes one
 * line of valid UTF-8. */
static void make_presentable(char *text)
{
	size_t len = strlen(text), n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_sequence(text + i, len - i);
		if (n == 0 || (unsigned char)text[i] < 0x20 ||
		    text[i] == 0x7f) {
			text[i] = '?';
			n = 1;
		}
	}
}

void schema_errors_add(struct schema_errors *errors, const struct field *field,
    const char *fmt, ...)
{
	struct schema_error *item;
	va_list ap;

	if (errors->n == SCHEMA_MAX_ERRORS)
		return;
	item = &errors->item[errors->n++];
	*item = (struct schema_error){ .field = field };
	va_start(ap, fmt);
	vsnprintf(item->message, sizeof(item->message), fmt, ap);
	va_end(ap);
	make_presentable(item->message);
}

void schema_errors_add_member(struct schema_errors *errors,
    const struct field *field, const struct field *member, const char *message)
{
	size_t n = errors->n;

	schema_errors_add(errors, field, "%s%s%.150s",
	    member ? member->name : "", member ? ": " : "", message);
	if (errors->n > n)
		errors->item[n].member = member;
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

/* Up to 255, without the leading zeros that some read as octal. */
static const char *parse_octet(const char *p, unsigned *ret)
{
	size_t n = strspn(p, "0123456789");
	unsigned v = 0;

	if (n == 0 || n > 3 || (n > 1 && p[0] == '0'))
		return NULL;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(p[i] - '0');
	*ret = v;
	return v <= 255 ? p + n : NULL;
}

/* "/length" and ":port", either of which may be missing. */
static bool parse_ipv4_rest(const char *p, int *prefix, int *port)
{
	char digits[3];
	long n;

	*prefix = -1;
	*port = 0;
	if (*p == '/') {
		size_t len = strspn(++p, "0123456789");

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
		if (strspn(p + 1, "0123456789") != strlen(p + 1) ||
		    !text_to_long(p + 1, 1, 65535, &n))
			return false;
		*port = (int)n;
		return true;
	}
	return *p == '\0';
}

bool schema_parse_ipv4(const char *text, char address[16], int *prefix,
    int *port)
{
	unsigned part[4];
	const char *p = text;
	int length, number;

	for (int i = 0; i < 4; i++) {
		if (i > 0 && *p++ != '.')
			return false;
		p = parse_octet(p, &part[i]);
		if (!p)
			return false;
	}
	if (!parse_ipv4_rest(p, &length, &number))
		return false;
	snprintf(address, 16, "%u.%u.%u.%u", part[0] & 255, part[1] & 255,
	    part[2] & 255, part[3] & 255);
	*prefix = length;
	*port = number;
	return true;
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

	if (!check_is_text(f, v, errors))
		return;
	if (strcmp(json_string_value(v), "new") == 0)
		schema_errors_add(errors, f,
		    "\"new\" is where the form for another one is found; "
		    "choose a different name");
	else if (!schema_is_name(json_string_value(v), max))
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
	long first;

	if (!check_is_text(f, v, errors))
		return;
	if (!schema_parse_ipv4(json_string_value(v), address, &prefix, &port)) {
		schema_errors_add(errors, f,
		    "must be an IPv4 address such as 192.0.2.10, "
		    "192.0.2.10/24 or 192.0.2.10:2222");
		return;
	}
	/* "this host" (RFC 1122), multicast, reserved, broadcast */
	first = strtol(address, NULL, 10);
	if (first == 0 || first >= 224)
		schema_errors_add(errors, f,
		    "%s is the address of no single device", address);
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

static bool is_choice(const struct field *f, const char *text)
{
	for (const char *const *c = f->choices; *c; c++) {
		if (strcmp(*c, text) == 0)
			return true;
	}
	return false;
}

static void check_label(const struct field *f, const json_t *v,
    struct schema_errors *errors)
{
	const char *text = json_string_value(v);
	size_t max = f->max ? (size_t)f->max : FIELD_MAX_LABEL;

	if (text && f->choices && !is_choice(f, text))
		schema_errors_add(
		    errors, f, "\"%.40s\" is not one of its words", text);
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

static const check_fn checks[] = {
	[FIELD_NAME] = check_name,
	[FIELD_TEXT] = check_text,
	[FIELD_LINES] = check_lines,
	[FIELD_INT] = check_int,
	[FIELD_BOOL] = check_bool,
	[FIELD_CHOICE] = check_choice,
	[FIELD_REF] = check_ref,
	[FIELD_REFS] = check_refs,
	[FIELD_LABELS] = check_labels,
	[FIELD_NUMBERS] = check_numbers,
	[FIELD_IPV4] = check_ipv4,
	[FIELD_OBJECT] = check_object,
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
			checks[f->type](f, v, errors);
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
