#include "jinja/yaml.h"

#include "jinja/text.h"
#include "jinja/utf8.h"

#include <stdio.h>

#define YAML_DEPTH_MAX 60

bool yaml_scalar(struct run *r, struct jv text, struct jv *ret)
{
	static const struct {
		const char *word;
		int8_t value; /* 2: none */
	} words[] = { { "", 2 }, { "~", 2 }, { "null", 2 }, { "Null", 2 },
		{ "NULL", 2 }, { "true", 1 }, { "True", 1 }, { "TRUE", 1 },
		{ "yes", 1 }, { "Yes", 1 }, { "YES", 1 }, { "on", 1 },
		{ "On", 1 }, { "ON", 1 }, { "false", 0 }, { "False", 0 },
		{ "FALSE", 0 }, { "no", 0 }, { "No", 0 }, { "NO", 0 },
		{ "off", 0 }, { "Off", 0 }, { "OFF", 0 } };
	const char *p = text.u.text;
	bool overflow, octal;
	double real;
	int64_t n;

	(void)r;
	*ret = text;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (jv_text_is(text, words[i].word)) {
			*ret = words[i].value == 2 ? jv_none()
						   : jv_bool(words[i].value);
			return true;
		}
	if (!strchr("+-.0123456789", p[0]) || memchr(p, ' ', text.len))
		return true;
	octal = text.len > 1 && p[0] == '0' && p[1] >= '0' && p[1] <= '7';
	if (text_to_int(text, octal ? 8 : 0, &n, &overflow) && !overflow)
		*ret = jv_int(n);
	else if (memchr(p, '.', text.len) && text_to_real(text, &real) &&
		 real == real && real - real == 0)
		*ret = jv_float(real);
	return true;
}

/* Would a reader take the plain text for something else? */
static bool needs_quotes(struct run *r, struct jv v)
{
	const char *p = v.u.text;
	struct jv read;

	if (!yaml_scalar(r, v, &read) || read.kind != JV_STRING)
		return true;
	if (strchr("-?:,[]{}#&*!|>'\"%@`", p[0]) &&
	    !(strchr("-?:", p[0]) && v.len > 1 && p[1] != ' '))
		return true;
	if (p[0] == ' ' || p[v.len - 1] == ' ' || p[v.len - 1] == ':' ||
	    jv_text_is(v, "=") || jv_text_is(v, "<<") ||
	    (v.len >= 3 && !memcmp(p, "---", 3)))
		return true;
	for (uint32_t i = 0; i + 1 < v.len; i++)
		if ((p[i] == ':' && p[i + 1] == ' ') ||
		    (p[i] == ' ' && p[i + 1] == '#'))
			return true;
	/* a date, or a number in base 60, such as 10:30 */
	return p[0] >= '0' && p[0] <= '9' &&
	       strspn(p, "0123456789:-_.") >= v.len &&
	       (memchr(p, ':', v.len) || memchr(p, '-', v.len));
}

static bool is_plain_inside_flow(struct jv v)
{
	for (uint32_t i = 0; i < v.len; i++)
		if (strchr(",[]{}", v.u.text[i]))
			return false;
	return true;
}

static bool has_control(struct jv v)
{
	for (uint32_t i = 0; i < v.len; i++) {
		unsigned char c = (unsigned char)v.u.text[i];

		if ((c < 0x20 && c != '\n') || c == 0x7f)
			return true;
	}
	return false;
}

static bool emit_double_quoted(struct run *r, struct jv v)
{
	static const char marks[] = "\n\t\r\\\"", names[] = "ntr\\\"";
	char hex[8];

	if (!emit_char(r, '"'))
		return false;
	for (uint32_t i = 0; i < v.len; i++) {
		unsigned char c = (unsigned char)v.u.text[i];
		const char *m = c ? strchr(marks, c) : NULL;

		snprintf(hex, sizeof(hex), "\\x%02X", c);
		if (m ? !(emit_char(r, '\\') && emit_char(r, names[m - marks]))
		    : c < 0x20 || c == 0x7f ? !emit_cstr(r, hex)
					    : !emit_char(r, (char)c))
			return false;
	}
	return emit_char(r, '"');
}

static bool emit_single_quoted(struct run *r, struct jv v, int indent)
{
	if (!emit_char(r, '\''))
		return false;
	for (uint32_t i = 0; i < v.len; i++) {
		char c = v.u.text[i];

		if (c == '\n') {
			if (!emit_char(r, '\n') || !emit_char(r, '\n') ||
			    !emit_fill(r, ' ', (size_t)indent))
				return false;
			continue;
		}
		if ((c == '\'' && !emit_char(r, '\'')) || !emit_char(r, c))
			return false;
	}
	return emit_char(r, '\'');
}

static bool emit_scalar(struct run *r, struct jv v, bool in_flow, int indent)
{
	if (v.kind > JV_STRING)
		return run_fail(r, ERR_INVALID,
		    "a %s cannot be written as YAML", kind_name(v.kind));
	switch (v.kind) {
	case JV_NONE:
		return emit_cstr(r, "null");
	case JV_BOOL:
		return emit_cstr(r, v.u.integer ? "true" : "false");
	case JV_INT:
		return emit_int(r, v.u.integer);
	case JV_FLOAT:
		if (v.u.real - v.u.real != 0)
			return emit_cstr(r, v.u.real != v.u.real ? ".nan"
					    : v.u.real < 0	 ? "-.inf"
								 : ".inf");
		return emit_float(r, v.u.real);
	case JV_UNDEFINED:
		return run_undefined(r, v);
	case JV_STRING:
		break;
	}
	if (v.len == 0)
		return emit_cstr(r, "''");
	if (has_control(v))
		return emit_double_quoted(r, v);
	if (needs_quotes(r, v) || memchr(v.u.text, '\n', v.len) ||
	    (in_flow && !is_plain_inside_flow(v)))
		return emit_single_quoted(r, v, indent);
	return emit_text(r, v);
}

static bool is_sequence(struct jv v)
{
	return jv_is_plain_list(v) || v.kind == JV_TUPLE;
}

static bool is_collection(struct jv v)
{
	return v.kind == JV_DICT || is_sequence(v);
}

static bool only_scalars(struct jv v)
{
	if (is_sequence(v))
		for (uint32_t i = 0; i < v.u.list->n; i++)
			if (is_collection(v.u.list->items[i]))
				return false;
	for (uint32_t i = 0; v.kind == JV_DICT && i < v.u.dict->n; i++)
		if (is_collection(v.u.dict->entries[i].value))
			return false;
	return true;
}

struct yaml_out {
	struct run *run;
	const struct yaml_style *style;
	unsigned depth;
};

static bool sorted(const struct yaml_out *o, const struct jv_dict *d,
    struct jv_list **keys, struct jv_list **values)
{
	*keys = list_make(o->run, d->n);
	*values = list_make(o->run, d->n);
	if (!*keys || !*values)
		return false;
	for (uint32_t i = 0; i < d->n; i++) {
		list_push(o->run->arena, *keys, d->entries[i].key);
		list_push(o->run->arena, *values, d->entries[i].value);
	}
	return !o->style->sort_keys || sort_by_keys(o->run, *values, *keys, 0);
}

static bool emit_flow(struct yaml_out *o, struct jv v);

static bool emit_flow_dict(struct yaml_out *o, const struct jv_dict *d)
{
	struct jv_list *keys, *values;

	if (!sorted(o, d, &keys, &values) || !emit_char(o->run, '{'))
		return false;
	for (uint32_t i = 0; i < d->n; i++)
		if ((i && !emit(o->run, ", ", 2)) ||
		    !emit_scalar(o->run, keys->items[i], true, 0) ||
		    !emit(o->run, ": ", 2) || !emit_flow(o, values->items[i]))
			return false;
	return emit_char(o->run, '}');
}

static bool emit_flow(struct yaml_out *o, struct jv v)
{
	bool ok = true;

	v = overlay_view(o->run, v);
	if (!is_collection(v))
		return emit_scalar(o->run, v, true, 2);
	if (++o->depth > YAML_DEPTH_MAX)
		return run_fail(
		    o->run, ERR_LIMIT, "the value is nested too deep");
	if (v.kind == JV_DICT) {
		ok = emit_flow_dict(o, v.u.dict);
		o->depth--;
		return ok;
	}
	ok = emit_char(o->run, '[');
	for (uint32_t i = 0; ok && i < v.u.list->n; i++)
		ok = run_step(o->run) && (!i || emit(o->run, ", ", 2)) &&
		     emit_flow(o, v.u.list->items[i]);
	o->depth--;
	return ok && emit_char(o->run, ']');
}

static bool is_inline(const struct yaml_out *o, struct jv v)
{
	size_t n = v.kind == JV_DICT  ? v.u.dict->n
		   : is_collection(v) ? v.u.list->n
				      : 0;

	return !is_collection(v) || n == 0 || o->style->flow == YAML_FLOW ||
	       (o->style->flow == YAML_LEAVES && only_scalars(v));
}

static bool emit_block(
    struct yaml_out *o, struct jv v, int indent, bool at_start);

/* The value behind "key:" or "-". */
static bool emit_member(
    struct yaml_out *o, struct jv v, int indent, bool of_list)
{
	v = overlay_view(o->run, v);
	if (is_inline(o, v)) {
		if ((!of_list && !emit_char(o->run, ' ')))
			return false;
		if (!(is_collection(v) ? emit_flow(o, v)
				       : emit_scalar(o->run, v, false,
					     indent + o->style->indent)))
			return false;
		return emit_char(o->run, '\n');
	}
	if (of_list)
		return emit_block(o, v, indent + o->style->indent, true);
	/* a list in a dict is not indented */
	return emit_char(o->run, '\n') &&
	       emit_block(o, v,
		   is_sequence(v) ? indent : indent + o->style->indent, false);
}

static bool emit_block_list(
    struct yaml_out *o, const struct jv_list *l, int indent, bool at_start)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (!run_step(o->run) ||
		    ((i || !at_start) &&
			!emit_fill(o->run, ' ', (size_t)indent)) ||
		    !emit_char(o->run, '-') ||
		    !emit_fill(o->run, ' ',
			is_inline(o, l->items[i])
			    ? 1
			    : (size_t)o->style->indent - 1) ||
		    !emit_member(o, l->items[i], indent, true))
			return false;
	}
	return true;
}

static bool emit_block_dict(
    struct yaml_out *o, const struct jv_dict *d, int indent, bool at_start)
{
	struct jv_list *keys, *values;

	if (!sorted(o, d, &keys, &values))
		return false;
	for (uint32_t i = 0; i < d->n; i++)
		if (!run_step(o->run) ||
		    ((i || !at_start) &&
			!emit_fill(o->run, ' ', (size_t)indent)) ||
		    !emit_scalar(o->run, keys->items[i], false, 0) ||
		    !emit_char(o->run, ':') ||
		    !emit_member(o, values->items[i], indent, false))
			return false;
	return true;
}

static bool emit_block(
    struct yaml_out *o, struct jv v, int indent, bool at_start)
{
	bool ok;

	if (++o->depth > YAML_DEPTH_MAX)
		return run_fail(
		    o->run, ERR_LIMIT, "the value is nested too deep");
	ok = v.kind == JV_DICT ? emit_block_dict(o, v.u.dict, indent, at_start)
			       : emit_block_list(o, v.u.list, indent, at_start);
	o->depth--;
	return ok;
}

bool emit_yaml(struct run *r, const struct yaml_style *style, struct jv v)
{
	struct yaml_out o = { .run = r, .style = style };

	v = overlay_view(r, v);
	if (!is_collection(v))
		return emit_scalar(r, v, false, 2) &&
		       emit_cstr(r, v.kind == JV_STRING && !needs_quotes(r, v)
					? "\n...\n"
				    : v.kind == JV_STRING ? "\n"
							  : "\n...\n");
	if (is_inline(&o, v))
		return emit_flow(&o, v) && emit_char(r, '\n');
	return emit_block(&o, v, 0, false);
}
