#include "jinja/methods.h"

static const struct native *find(const struct native_table *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->items[i].name, name) == 0)
			return &t->items[i];
	return NULL;
}

uint8_t methods_named(const char *name)
{
	uint8_t types = 0;

	if (find(&str_methods, name))
		types |= METHOD_STR;
	if (find(&list_methods, name))
		types |= METHOD_LIST;
	if (find(&tuple_methods, name))
		types |= METHOD_TUPLE;
	if (find(&dict_methods, name))
		types |= METHOD_DICT;
	return types;
}

const struct native *method_find(struct jv v, const struct name *name)
{
	if (v.kind == JV_STRING && (name->methods & METHOD_STR))
		return find(&str_methods, name->text);
	if (v.kind == JV_DICT && (name->methods & METHOD_DICT))
		return find(&dict_methods, name->text);
	if (jv_is_plain_list(v) && (name->methods & METHOD_LIST))
		return find(&list_methods, name->text);
	if (v.kind == JV_TUPLE && (name->methods & METHOD_TUPLE))
		return find(&tuple_methods, name->text);
	return NULL;
}
