#include "sim/junos_netconf.h"

#include "sim/mem.h"

#include <stdlib.h>
#include <string.h>

static bool xml_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
	       strcmp((const char *)node->name, name) == 0;
}

xmlNode *junos_xml_child(const xmlNode *parent, const char *name)
{
	for (xmlNode *c = parent ? parent->children : NULL; c; c = c->next)
		if (xml_is(c, name))
			return c;
	return NULL;
}

static char *xml_take(xmlChar *text)
{
	char *copy = text ? mem_strdup((const char *)text) : NULL;

	xmlFree(text);
	return copy;
}

/* Without the blanks around it. */
char *junos_xml_text(const xmlNode *node)
{
	char *text = node ? xml_take(xmlNodeGetContent(node)) : NULL;
	size_t start;
	size_t len;

	if (!text)
		return mem_strdup("");
	start = strspn(text, " \t\r\n");
	len = strlen(text + start);
	while (len > 0 && strchr(" \t\r\n", text[start + len - 1]))
		len--;
	memmove(text, text + start, len);
	text[len] = '\0';
	return text;
}

char *junos_xml_attribute(const xmlNode *node, const char *name)
{
	for (const xmlAttr *a = node->properties; a; a = a->next)
		if (strcmp((const char *)a->name, name) == 0)
			return xml_take(xmlNodeGetContent(a->children));
	return NULL;
}

/* --- loading ----------------------------------------------------------- */

enum xml_operation { XML_MERGE, XML_REPLACE, XML_DELETE };

/* Junos writes delete="delete", RFC 6241 operation="delete". */
static enum xml_operation xml_operation_of(
    const xmlNode *node, enum xml_operation fallback)
{
	static const struct {
		const char *word;
		enum xml_operation operation;
	} operations[] = {
		{ "delete", XML_DELETE },
		{ "remove", XML_DELETE },
		{ "replace", XML_REPLACE },
		{ "merge", XML_MERGE },
		{ "create", XML_MERGE },
	};
	static const char *const names[] = { "operation", "delete", "replace" };

	for (size_t n = 0; n < 3; n++) {
		char *value = junos_xml_attribute(node, names[n]);

		for (size_t i = 0;
		     value && i < sizeof(operations) / sizeof(*operations);
		     i++) {
			if (strcmp(operations[i].word, value) != 0)
				continue;
			free(value);
			return operations[i].operation;
		}
		free(value);
	}
	return fallback;
}

static const struct jschema *xml_schema(
    const struct jnode *parent, const xmlNode *node)
{
	return junos_schema_child(parent->schema, (const char *)node->name);
}

/* The key of a list entry, the value of a leaf, or NULL. */
static char *xml_value(const struct jschema *s, const xmlNode *node)
{
	switch (s->kind) {
	case JUNOS_CONTAINER:
	case JUNOS_PRESENCE:
		return NULL;
	case JUNOS_LIST:
	case JUNOS_HIDDEN:
		return junos_xml_text(junos_xml_child(node, "name"));
	case JUNOS_LEAF:
	case JUNOS_LEAF_LIST:
		return junos_xml_text(node);
	}
	return NULL;
}

static void xml_load_children(struct jnode *parent, const xmlNode *node,
    bool keyed, struct junos_load *load);

static void xml_delete(struct jnode *parent, const struct jschema *s,
    const char *value, struct junos_load *load)
{
	struct jnode *gone =
	    jnode_find(parent, s, value && *value ? value : NULL);

	if (gone)
		jnode_free(gone);
	else
		junos_load_note(
		    load, "warning", "statement not found", s->name);
}

static void xml_load_one(
    struct jnode *parent, const xmlNode *node, struct junos_load *load)
{
	const struct jschema *s = xml_schema(parent, node);
	enum xml_operation operation = xml_operation_of(node, XML_MERGE);
	struct jnode *child;
	char *value;

	if (!s) {
		junos_load_note(
		    load, "error", "syntax error", (const char *)node->name);
		return;
	}
	value = xml_value(s, node);
	if (operation == XML_DELETE) {
		xml_delete(parent, s, value, load);
	} else if (value && !junos_type_fits(s->type, value)) {
		junos_load_note(load, "error", "invalid value", value);
	} else {
		child = jnode_put(parent, s, value);
		while (operation == XML_REPLACE && child->first)
			jnode_free(child->first);
		if (s->kind != JUNOS_LEAF && s->kind != JUNOS_LEAF_LIST)
			xml_load_children(child, node,
			    s->kind == JUNOS_LIST || s->kind == JUNOS_HIDDEN,
			    load);
	}
	free(value);
}

static void xml_load_children(struct jnode *parent, const xmlNode *node,
    bool keyed, struct junos_load *load)
{
	for (const xmlNode *c = node->children; c; c = c->next)
		if (c->type == XML_ELEMENT_NODE &&
		    !(keyed && xml_is(c, "name")))
			xml_load_one(parent, c, load);
}

void junos_load_xml(struct jnode *root, const xmlNode *configuration,
    enum junos_action action, struct junos_load *load)
{
	while (action == JUNOS_OVERRIDE && root->first)
		jnode_free(root->first);
	xml_load_children(root, configuration, false, load);
}
