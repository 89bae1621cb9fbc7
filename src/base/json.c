#include "base/json.h"

#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What any double has on both sides, and what tells all of them apart. */
#define LEAST_DIGITS 15
#define MOST_DIGITS 17

enum err_code json_read(
    const char *text, size_t len, size_t max, json_t **ret, struct err *e)
{
	json_error_t error;
	json_t *value;

	if (len > max)
		return err_set(e, ERR_LIMIT,
		    "the JSON text is larger than %zu bytes", max);
	value = json_loadb(
	    text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!value)
		return err_set(e, ERR_INVALID, "line %d column %d: %s",
		    error.line, error.column, error.text);
	*ret = value;
	return ERR_OK;
}

static int digits_of(double real, int least)
{
	char text[40];
	int digits = least;

	for (; digits < MOST_DIGITS; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	return digits;
}

static int most_digits(const json_t *value, int least)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_real(value))
		return digits_of(json_real_value(value), least);
	json_array_foreach(value, i, item)
	{
		least = most_digits(item, least);
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		least = most_digits(item, least);
	}
	return least;
}

size_t json_real_flags(const json_t *value)
{
	return (size_t)JSON_REAL_PRECISION(most_digits(value, LEAST_DIGITS));
}

static int add_to_buf(const char *text, size_t len, void *out)
{
	return buf_add(out, text, len) ? 0 : -1;
}

static enum err_code dump(
    const json_t *value, struct buf *out, size_t flags, struct err *e)
{
	if (json_dump_callback(value, add_to_buf, out,
		flags | json_real_flags(value) | JSON_SORT_KEYS |
		    JSON_ENCODE_ANY) != 0)
		return err_set(e, ERR_LIMIT,
		    "the JSON text is larger than %zu bytes", out->max);
	return ERR_OK;
}

enum err_code json_write(const json_t *value, struct buf *out, struct err *e)
{
	enum err_code rc = dump(value, out, JSON_INDENT(2), e);

	if (rc == ERR_OK && !buf_putc(out, '\n'))
		rc = buf_check(out, "the JSON text", e);
	return rc;
}

enum err_code json_write_line(
    const json_t *value, struct buf *out, struct err *e)
{
	return dump(value, out, JSON_COMPACT, e);
}

const char *json_text(
    const json_t *object, const char *key, const char *fallback)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : fallback;
}

json_int_t json_number(
    const json_t *object, const char *key, json_int_t fallback)
{
	const json_t *v = json_object_get(object, key);

	return json_is_integer(v) ? json_integer_value(v) : fallback;
}

bool json_flag(const json_t *object, const char *key, bool fallback)
{
	const json_t *v = json_object_get(object, key);

	return json_is_boolean(v) ? json_is_true(v) : fallback;
}

bool json_set_text(
    json_t *object, const char *key, const char *text, size_t len)
{
	struct buf clean = BUF_INIT(3 * len + 1);
	json_t *value;
	bool ok;

	value = json_stringn(text, len);
	if (!value) {
		for (size_t i = 0; i < len;) {
			size_t n = utf8_sequence(text + i, len - i);

			if (n)
				buf_add(&clean, text + i, n);
			else
				buf_puts(&clean, "\xEF\xBF\xBD");
			i += n ? n : 1;
		}
		if (buf_ok(&clean))
			value = json_stringn(buf_text(&clean), clean.len);
	}
	ok = value && json_object_set_new(object, key, value) == 0;
	buf_release(&clean);
	return ok;
}
