#include "domain/schema.h"

#include "base/text.h"

#include <string.h>

/* An item of a list typed by a person, without the blanks around it; moves *p
 * past it.  0: there is none left. */
static size_t next_item(const char **p, const char **ret)
{
	size_t taken, len;

	*p += strspn(*p, ", \t\r\n");
	taken = len = strcspn(*p, ",\r\n");
	while (len > 0 && ((*p)[len - 1] == ' ' || (*p)[len - 1] == '\t'))
		len--;
	*ret = *p;
	*p += taken;
	return len;
}

/* NULL and an entry in `errors`, or the value. */
static json_t *item_value(const struct field *f, const char *text, size_t len,
    struct schema_errors *errors)
{
	char item[256];
	json_t *v = NULL;
	long n;

	if (len >= sizeof(item)) {
		schema_errors_add(errors, f, "an item is too long");
		return NULL;
	}
	memcpy(item, text, len);
	item[len] = '\0';
	if (f->type != FIELD_NUMBERS) {
		v = json_string(item);
		if (!v)
			schema_errors_add(errors, f, "is not valid UTF-8");
	} else if (text_to_long(item, f->min, f->max, &n)) {
		v = json_integer(n);
	} else {
		schema_errors_add(errors, f,
		    "\"%.40s\" is not a number from %ld to %ld", item, f->min,
		    f->max);
	}
	return v;
}

static json_t *list_from_text(
    const struct field *f, const char *text, struct schema_errors *errors)
{
	json_t *list = json_array();
	const char *item;
	size_t len;

	while (list && (len = next_item(&text, &item)) > 0) {
		json_t *v = item_value(f, item, len, errors);

		if (!v || json_array_append_new(list, v) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *bool_from_text(
    const struct field *f, const char *text, struct schema_errors *errors)
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

static json_t *object_from_text(
    const struct field *f, const char *text, struct schema_errors *errors)
{
	json_error_t error;
	json_t *v;

	if (strlen(text) > FIELD_MAX_OBJECT) {
		schema_errors_add(
		    errors, f, "is larger than %d bytes", FIELD_MAX_OBJECT);
		return NULL;
	}
	v = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!v)
		schema_errors_add(errors, f, "line %d column %d: %s",
		    error.line, error.column, error.text);
	return v;
}

json_t *schema_value_from_text(
    const struct field *f, const char *text, struct schema_errors *errors)
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
