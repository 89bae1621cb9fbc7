#include "sim/junos_tree.h"

#include "sim/conf.h"
#include "sim/mem.h"

#include <stdlib.h>
#include <string.h>

struct jnode *jnode_new(void)
{
	struct jnode *n = mem_zalloc(sizeof(*n));

	n->schema = junos_schema();
	return n;
}

static void jnode_unlink(struct jnode *n)
{
	if (!n->parent)
		return;
	if (n->prev)
		n->prev->next = n->next;
	else
		n->parent->first = n->next;
	if (n->next)
		n->next->prev = n->prev;
	else
		n->parent->last = n->prev;
	n->parent = NULL;
}

void jnode_free(struct jnode *n)
{
	if (!n)
		return;
	jnode_unlink(n);
	while (n->first)
		jnode_free(n->first);
	free(n->value);
	free(n);
}

/* True if a comes after a new sibling of this schema and value. */
static bool jnode_is_after(
    const struct jnode *a, const struct jschema *schema, const char *value)
{
	if (a->schema->rank != schema->rank)
		return a->schema->rank > schema->rank;
	if (schema->user_order || schema->kind == JUNOS_LEAF_LIST || !value)
		return false;
	return conf_compare_natural(a->value, value) > 0;
}

static struct jnode *jnode_insert(
    struct jnode *parent, const struct jschema *schema, const char *value)
{
	struct jnode *n = mem_zalloc(sizeof(*n));
	struct jnode *after = parent->last;

	n->schema = schema;
	n->value = value ? mem_strdup(value) : NULL;
	n->parent = parent;
	while (after && jnode_is_after(after, schema, value))
		after = after->prev;
	n->prev = after;
	n->next = after ? after->next : parent->first;
	if (n->next)
		n->next->prev = n;
	else
		parent->last = n;
	if (after)
		after->next = n;
	else
		parent->first = n;
	return n;
}

static bool jnode_has_key(const struct jschema *schema)
{
	return schema->kind == JUNOS_LIST || schema->kind == JUNOS_HIDDEN ||
	       schema->kind == JUNOS_LEAF_LIST;
}

struct jnode *jnode_find(
    const struct jnode *parent, const struct jschema *schema, const char *value)
{
	for (struct jnode *c = parent->first; c; c = c->next)
		if (c->schema == schema && (!jnode_has_key(schema) || !value ||
					       strcmp(c->value, value) == 0))
			return c;
	return NULL;
}

struct jnode *jnode_put(
    struct jnode *parent, const struct jschema *schema, const char *value)
{
	struct jnode *n = jnode_find(parent, schema, value);

	if (!n)
		return jnode_insert(parent, schema, value);
	if (schema->kind == JUNOS_LEAF)
		mem_replace(&n->value, mem_strdup(value));
	return n;
}

static void jnode_clone_into(struct jnode *to, const struct jnode *from)
{
	for (const struct jnode *c = from->first; c; c = c->next)
		jnode_clone_into(jnode_insert(to, c->schema, c->value), c);
}

struct jnode *jnode_clone(const struct jnode *root)
{
	struct jnode *copy = jnode_new();

	jnode_clone_into(copy, root);
	return copy;
}

bool jnode_equal(const struct jnode *a, const struct jnode *b)
{
	const struct jnode *x = a->first;
	const struct jnode *y = b->first;

	if (a->schema != b->schema ||
	    (a->value && strcmp(a->value, b->value) != 0))
		return false;
	for (; x && y; x = x->next, y = y->next)
		if (!jnode_equal(x, y))
			return false;
	return !x && !y;
}

const char *jnode_value(const struct jnode *root, const char *const *path)
{
	const struct jnode *n = root;

	for (; *path && n; path++) {
		const struct jschema *s = junos_schema_child(n->schema, *path);

		n = s ? jnode_find(n, s, NULL) : NULL;
	}
	return n ? n->value : NULL;
}
