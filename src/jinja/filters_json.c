/* tojson, and the JSON writer that other filters share. */
#include "jinja/filters_json.h"

#include "jinja/utf8.h"

#include <math.h>
#include <stdio.h>

#define JSON_DEPTH_MAX 60

static bool emit_unit(struct run *r, uint32_t unit)
{
	char text[8];

	snprintf(text, sizeof(text), "\\u%04x", unit);
	return emit(r, text, 6);
}

static bool emit_json_char(struct run *r, const struct json_style *style,
    uint32_t code, const char *p, size_t n)
{
	static const char marks[] = "\"\\\n\r\t\b\f", names[] = "\"\\nrtbf";
	const char *mark =
	    code < 0x80 && code ? strchr(marks, (int)code) : NULL;

	if (mark)
		return emit_char(r, '\\') && emit_char(r, names[mark - marks]);
	if (style->html &&
	    (code == '<' || code == '>' || code == '&' || code == '\''))
		return emit_unit(r, code);
	if (code < 0x20 || (code == 0x7f && style->ascii))
		return emit_unit(r, code);
	if (code < 0x80 || !style->ascii)
		return emit(r, p, n);
	if (code < 0x10000)
		return emit_unit(r, code);
	code -= 0x10000;
	return emit_unit(r, 0xd800 + (code >> 10)) &&
	       emit_unit(r, 0xdc00 + (code & 0x3ff));
}

static bool emit_json_text(
    struct run *r, const struct json_style *style, struct jv v)
{
	const char *p = v.u.text, *end = p + v.len;
	size_t n;

	if (!emit_char(r, '"'))
		return false;
	for (; p < end; p += n) {
		uint32_t code = utf8_decode(p, (size_t)(end - p), &n);

		if (!emit_json_char(r, style, code, p, n))
			return false;
	}
	return emit_char(r, '"');
}

static bool emit_break(
    struct run *r, const struct json_style *style, unsigned depth)
{
	if (style->indent < 0)
		return true;
	if (!emit_char(r, '\n'))
		return false;
	for (unsigned i = 0; i < depth; i++)
		if (!emit_fill(r, ' ', (size_t)style->indent))
			return false;
	return true;
}

static bool emit_comma(
    struct run *r, const struct json_style *style, bool first)
{
	if (first)
		return true;
	return emit_cstr(r, style->indent < 0 ? ", " : ",");
}

static bool emit_real(struct run *r, double v)
{
	if (isnan(v))
		return emit_cstr(r, "NaN");
	if (isinf(v))
		return emit_cstr(r, v < 0 ? "-Infinity" : "Infinity");
	return emit_float(r, v);
}

static bool json_at(
    struct run *r, const struct json_style *style, struct jv v, unsigned depth);

static bool json_list(struct run *r, const struct json_style *style,
    const struct jv_list *l, unsigned depth)
{
	if (l->n == 0)
		return emit_cstr(r, "[]");
	if (!emit_char(r, '['))
		return false;
	for (uint32_t i = 0; i < l->n; i++)
		if (!run_step(r) || !emit_comma(r, style, i == 0) ||
		    !emit_break(r, style, depth + 1) ||
		    !json_at(r, style, list_at(l, i), depth + 1))
			return false;
	return emit_break(r, style, depth) && emit_char(r, ']');
}

static bool json_key(
    struct run *r, const struct json_style *style, struct jv key)
{
	size_t mark = text_begin(r);

	if (key.kind != JV_STRING) {
		if (key.kind == JV_NONE)
			key = jv_text("null");
		else if (key.kind == JV_BOOL)
			key = jv_text(key.u.integer ? "true" : "false");
		else if (!value_is_number(key))
			return run_fail(r, ERR_INVALID,
			    "a %s cannot be a key in JSON",
			    kind_name(key.kind));
		else if (!(key.kind == JV_FLOAT ? emit_real(r, key.u.real)
						: emit_int(r, key.u.integer)) ||
			 !text_take(r, mark, false, &key))
			return false;
	}
	return emit_json_text(r, style, key) && emit_cstr(r, ": ");
}

static bool sorted_entries(struct run *r, const struct jv_dict *d,
    const struct json_style *style, struct jv_list **ret_keys,
    struct jv_list **ret_values)
{
	struct jv_list *keys = list_make(r, d->n);
	struct jv_list *values = list_make(r, d->n);

	if (!keys || !values)
		return false;
	for (uint32_t i = 0; i < d->n; i++) {
		list_push(r->arena, keys, d->entries[i].key);
		list_push(r->arena, values, d->entries[i].value);
	}
	*ret_keys = keys;
	*ret_values = values;
	return !style->sort_keys || sort_by_keys(r, values, keys, 0);
}

static bool json_dict(struct run *r, const struct json_style *style,
    const struct jv_dict *d, unsigned depth)
{
	struct jv_list *keys, *values;

	if (d->n == 0)
		return emit_cstr(r, "{}");
	if (!sorted_entries(r, d, style, &keys, &values) || !emit_char(r, '{'))
		return false;
	for (uint32_t i = 0; i < d->n; i++)
		if (!run_step(r) || !emit_comma(r, style, i == 0) ||
		    !emit_break(r, style, depth + 1) ||
		    !json_key(r, style, keys->items[i]) ||
		    !json_at(r, style, values->items[i], depth + 1))
			return false;
	return emit_break(r, style, depth) && emit_char(r, '}');
}

/* A record of the caller's is written as the dict of its attributes. */
static bool json_object_value(struct run *r, const struct json_style *style,
    const struct object *o, unsigned depth)
{
	struct jv_dict *d = dict_new(r->arena, 0);
	struct jv v;

	for (size_t i = 0; d && o->cls->names && o->cls->names[i]; i++) {
		const char *name = o->cls->names[i];

		if (o->cls->get(o->self, name, strlen(name), r->arena, &v) &&
		    !dict_put_text(r->arena, d, name, v))
			return run_no_memory(r);
	}
	return d ? json_dict(r, style, d, depth) : run_no_memory(r);
}

static bool json_at(
    struct run *r, const struct json_style *style, struct jv v, unsigned depth)
{
	if (depth > JSON_DEPTH_MAX)
		return run_fail(r, ERR_LIMIT, "the value is nested too deep");
	v = overlay_view(r, v);
	switch (v.kind) {
	case JV_NONE:
		return emit_cstr(r, "null");
	case JV_BOOL:
		return emit_cstr(r, v.u.integer ? "true" : "false");
	case JV_INT:
		return emit_int(r, v.u.integer);
	case JV_FLOAT:
		return emit_real(r, v.u.real);
	case JV_STRING:
		return emit_json_text(r, style, v);
	case JV_TUPLE:
		return json_list(r, style, v.u.list, depth);
	case JV_LIST:
		if (v.u.list->flavor == LIST_PLAIN)
			return json_list(r, style, v.u.list, depth);
		break;
	case JV_DICT:
		return json_dict(r, style, v.u.dict, depth);
	case JV_OBJECT:
		return json_object_value(r, style, v.u.object, depth);
	case JV_UNDEFINED:
		return run_undefined(r, v);
	}
	return run_fail(r, ERR_INVALID, "a %s cannot be written as JSON",
	    kind_name(v.kind));
}

bool emit_json(struct run *r, const struct json_style *style, struct jv v)
{
	return json_at(r, style, v, 0);
}

static bool filter_tojson(struct run *r, const struct call *c, struct jv *ret)
{
	struct json_style style = {
		.indent = -1, .sort_keys = true, .ascii = true, .html = true
	};
	size_t mark = text_begin(r);
	int64_t indent;

	if (arg_given(c, 1) && c->args[1].kind != JV_NONE) {
		if (!arg_int(r, c, 1, -1, &indent))
			return false;
		if (indent > 100)
			return run_fail(
			    r, ERR_LIMIT, "tojson: the indent is too large");
		style.indent = (int)(indent < 0 ? 0 : indent);
	}
	return emit_json(r, &style, c->args[0]) &&
	       text_take(r, mark, true, ret);
}

static const struct native table[] = {
	{ "tojson", filter_tojson, "value indent", 1, 2, 0, NULL, NULL },
};
const struct native_table json_filters = NATIVE_TABLE(table);
