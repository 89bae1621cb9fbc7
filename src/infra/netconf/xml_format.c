/* XML written in one form, so that two texts can be compared by lines. */
#include "infra/netconf/xml.h"

#include <ctype.h>
#include <libxml/tree.h>
#include <libxml/xmlstring.h>
#include <string.h>

#define INDENT 2
#define PREFIX_MAX 64
#define PREFIXES_MAX 16 /* a value mentions rarely more than one */

static const struct special {
	char c;
	const char *as;
} specials[] = {
	{ '&', "&amp;" },
	{ '<', "&lt;" },
	{ '>', "&gt;" },
	{ '\r', "&#13;" },
	/* in attributes only */
	{ '"', "&quot;" },
	{ '\n', "&#10;" },
	{ '\t', "&#9;" },
};

#define N_SPECIALS (sizeof specials / sizeof specials[0])
#define N_TEXT_SPECIALS 4

static void escape(struct buf *out, const char *text, size_t len, size_t n)
{
	for (size_t i = 0; i < len; i++) {
		size_t s = 0;

		while (s < n && specials[s].c != text[i])
			s++;
		if (s < n)
			buf_puts(out, specials[s].as);
		else
			buf_putc(out, text[i]);
	}
}

void xml_escape(struct buf *out, const char *text, size_t len)
{
	escape(out, text, len, N_TEXT_SPECIALS);
}

static void put_attribute(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	escape(out, value, strlen(value), N_SPECIALS);
	buf_putc(out, '"');
}

static void declare(struct buf *out, const xmlNs *ns)
{
	char name[PREFIX_MAX + 8];

	snprintf(name, sizeof name, "xmlns:%.*s", PREFIX_MAX,
	    (const char *)ns->prefix);
	put_attribute(out, name, (const char *)ns->href);
}

/* --- Prefixes ---------------------------------------------------------- */

struct prefixes {
	const xmlNs *list[PREFIXES_MAX];
	size_t n;
};

static void add_prefix(struct prefixes *to, const xmlNs *ns)
{
	for (size_t i = 0; i < to->n; i++)
		if (xmlStrEqual(to->list[i]->prefix, ns->prefix))
			return;
	if (to->n < PREFIXES_MAX)
		to->list[to->n++] = ns;
}

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' ||
	       (unsigned char)c >= 0x80;
}

/* The prefixes in a value that are names of namespaces there: identities and
 * instance identifiers (RFC 7950, 9.10 and 9.13) are told by them. */
static void find_in_value(
    struct prefixes *to, const xmlNode *node, const char *text)
{
	for (const char *colon = text; (colon = strchr(colon, ':')); colon++) {
		const char *from = colon;
		char prefix[PREFIX_MAX];
		const xmlNs *ns;

		while (from > text && is_name_byte(from[-1]))
			from--;
		if (from == colon || colon - from >= PREFIX_MAX)
			continue;
		memcpy(prefix, from, (size_t)(colon - from));
		prefix[colon - from] = '\0';
		ns = xmlSearchNs(node->doc, (xmlNode *)(uintptr_t)node,
		    (const xmlChar *)prefix);
		if (ns != NULL)
			add_prefix(to, ns);
	}
}

static void put_attributes(
    const xmlNode *node, const char *text, struct buf *out)
{
	struct prefixes used = { .n = 0 };

	find_in_value(&used, node, text);
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
		if (a->ns != NULL && a->ns->prefix != NULL)
			add_prefix(&used, a->ns);
	for (size_t i = 0; i < used.n; i++)
		declare(out, used.list[i]);
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
		xmlChar *value = xmlNodeGetContent((const xmlNode *)a);
		char name[256];

		if (a->ns != NULL && a->ns->prefix != NULL)
			snprintf(name, sizeof name, "%.64s:%.180s",
			    (const char *)a->ns->prefix, (const char *)a->name);
		else
			snprintf(
			    name, sizeof name, "%.200s", (const char *)a->name);
		put_attribute(
		    out, name, value != NULL ? (const char *)value : "");
		xmlFree(value);
	}
}

/* --- Elements ---------------------------------------------------------- */

static void put_leaf(const xmlNode *node, const char *text, struct buf *out)
{
	put_attributes(node, text, out);
	/* <container>\n</container>: only laid out like that */
	if (strchr(text, '\n') != NULL && text[strspn(text, " \t\n")] == '\0')
		text = "";
	if (*text == '\0') {
		buf_puts(out, "/>\n");
		return;
	}
	buf_putc(out, '>');
	xml_escape(out, text, strlen(text));
	buf_printf(out, "</%s>\n", (const char *)node->name);
}

static void put_element(const struct xml_node *element, const char *ns,
    unsigned depth, struct buf *out)
{
	const xmlNode *node = (const xmlNode *)(uintptr_t)element;
	const struct xml_node *child = xml_child(element, NULL);
	const char *own = xml_namespace(element);

	buf_printf(out, "%*s<%s", (int)(depth * INDENT), "", xml_name(element));
	if (strcmp(ns != NULL ? ns : "", own) != 0)
		put_attribute(out, "xmlns", own);
	if (child == NULL) {
		xmlChar *text = xmlNodeGetContent(node);

		put_leaf(node, text != NULL ? (const char *)text : "", out);
		xmlFree(text);
		return;
	}
	put_attributes(node, "", out);
	buf_puts(out, ">\n");
	for (; child != NULL; child = xml_next(child, NULL))
		put_element(child, own, depth + 1, out);
	buf_printf(
	    out, "%*s</%s>\n", (int)(depth * INDENT), "", xml_name(element));
}

void xml_format(const struct xml_node *node, const char *ns, struct buf *out)
{
	put_element(node, ns, 0, out);
}

void xml_format_children(const struct xml_node *node, struct buf *out)
{
	for (const struct xml_node *c = xml_child(node, NULL); c != NULL;
	     c = xml_next(c, NULL))
		xml_format(c, NULL, out);
}
