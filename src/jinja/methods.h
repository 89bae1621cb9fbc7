/*
 * The methods of str, list, tuple and dict that templates use.
 */
#ifndef JINJA_METHODS_H
#define JINJA_METHODS_H

#include "jinja/ast.h"
#include "jinja/native.h"

/* The types that have a method of that name: METHOD_… of ast.h. */
uint8_t methods_named(const char *name);
/* NULL: v has no such method. */
const struct native *method_find(struct jv v, const struct name *name);

/* d.update(from), from a dict or pairs. */
bool dict_update_from(struct run *r, struct jv_dict *d, struct jv from);

extern const struct native_table str_methods, list_methods, tuple_methods,
    dict_methods;

#endif
