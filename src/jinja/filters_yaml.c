/* to_yaml, to_nice_yaml, from_yaml, to_json, to_nice_json, from_json. */
#include "jinja/filters_json.h"

#include "jinja/yaml.h"

#include "base/json.h"

static bool json_keyword(struct run *r, const struct call *c, const char *name,
    bool fallback, bool *ret)
{
	const struct jv *v = call_keyword(c, name);

	*ret = fallback;
	return !v || value_truth(r, *v, ret);
}

static bool to_json(
    struct run *r, const struct call *c, int indent, struct jv *ret)
{
	struct json_style style = { .indent = indent };
	const struct jv *given = call_keyword(c, "indent");
	size_t mark = text_begin(r);

	if (!json_keyword(r, c, "sort_keys", indent >= 0, &style.sort_keys) ||
	    !json_keyword(r, c, "ensure_ascii", true, &style.ascii))
		return false;
	if (c->n > 1)
		given = &c->args[1];
	if (given && given->kind == JV_INT && given->u.integer >= 0 &&
	    given->u.integer <= 100)
		style.indent = (int)given->u.integer;
	return emit_json(r, &style, c->args[0]) &&
	       text_take(r, mark, false, ret);
}

static bool filter_to_json(struct run *r, const struct call *c, struct jv *ret)
{
	return to_json(r, c, -1, ret);
}

static bool filter_to_nice_json(
    struct run *r, const struct call *c, struct jv *ret)
{
	return to_json(r, c, 4, ret);
}

/* The values borrow their text from the JSON tree, which goes away. */
static bool copy_texts(struct run *r, struct jv *v)
{
	if (v->kind == JV_STRING)
		return new_text(r, v->u.text, v->len, false, v);
	if (v->kind == JV_LIST)
		for (uint32_t i = 0; i < v->u.list->n; i++)
			if (!copy_texts(r, &v->u.list->items[i]))
				return false;
	for (uint32_t i = 0; v->kind == JV_DICT && i < v->u.dict->n; i++)
		if (!copy_texts(r, &v->u.dict->entries[i].key) ||
		    !copy_texts(r, &v->u.dict->entries[i].value))
			return false;
	return true;
}

static bool filter_from_json(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct err e = ERR_INIT;
	struct jv text;
	json_t *json;
	bool ok;

	if (!arg_text(r, c, 0, "", &text) || !run_charge(r, text.len))
		return false;
	if (json_read(text.u.text, text.len, (size_t)16 << 20, &json, &e))
		return run_fail(r, ERR_INVALID, "from_json: %s", e.message);
	*ret = jv_from_json(r->arena, json);
	ok = !arena_failed(r->arena) ? copy_texts(r, ret) : run_no_memory(r);
	json_decref(json);
	return ok;
}

static bool to_yaml(struct run *r, const struct call *c,
    struct yaml_style style, struct jv *ret)
{
	const struct jv *indent = call_keyword(c, "indent");
	const struct jv *flow = call_keyword(c, "default_flow_style");
	size_t mark = text_begin(r);
	bool on;

	if (c->n > 1)
		indent = &c->args[1];
	if (indent && indent->kind == JV_INT && indent->u.integer > 1 &&
	    indent->u.integer < 10)
		style.indent = (int)indent->u.integer;
	if (flow && flow->kind != JV_NONE) {
		if (!value_truth(r, *flow, &on))
			return false;
		style.flow = on ? YAML_FLOW : YAML_BLOCK;
	}
	return json_keyword(r, c, "sort_keys", true, &style.sort_keys) &&
	       emit_yaml(r, &style, c->args[0]) &&
	       text_take(r, mark, false, ret);
}

static bool filter_to_yaml(struct run *r, const struct call *c, struct jv *ret)
{
	return to_yaml(
	    r, c, (struct yaml_style){ .indent = 2, .flow = YAML_LEAVES }, ret);
}

static bool filter_to_nice_yaml(
    struct run *r, const struct call *c, struct jv *ret)
{
	return to_yaml(
	    r, c, (struct yaml_style){ .indent = 4, .flow = YAML_BLOCK }, ret);
}

static bool filter_from_yaml(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv text;

	return arg_text(r, c, 0, "", &text) && run_charge(r, text.len) &&
	       yaml_read(r, text, ret);
}

static const struct native table[] = {
	{ "to_json", filter_to_json, NULL, 1, 0, NATIVE_VARIADIC, NULL, NULL },
	{ "to_nice_json", filter_to_nice_json, NULL, 1, 0, NATIVE_VARIADIC,
	    NULL, NULL },
	{ "from_json", filter_from_json, "value", 1, 1, 0, NULL, NULL },
	{ "to_yaml", filter_to_yaml, NULL, 1, 0, NATIVE_VARIADIC, NULL, NULL },
	{ "to_nice_yaml", filter_to_nice_yaml, NULL, 1, 0, NATIVE_VARIADIC,
	    NULL, NULL },
	{ "from_yaml", filter_from_yaml, "value", 1, 1, 0, NULL, NULL },
};
const struct native_table yaml_filters = NATIVE_TABLE(table);
