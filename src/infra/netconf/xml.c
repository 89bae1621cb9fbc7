#include "infra/netconf/xml.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <limits.h>
#include <string.h>

#define PARSE_OPTIONS                                                \
	(XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | \
	    XML_PARSE_NOBLANKS | XML_PARSE_NOCDATA | XML_PARSE_COMPACT)

/* The opaque types are libxml2's own; constness ends at its door. */
static xmlNode *inner(const struct xml_node *node)
{
	return (xmlNode *)(uintptr_t)node;
}

static const struct xml_node *outer(const xmlNode *node)
{
	return (const struct xml_node *)(uintptr_t)node;
}

/* --- Reading ----------------------------------------------------------- */

/* RFC 6241, 3: documents without document type declarations only. */
static void refuse_doctype(
    void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name;
	(void)id;
	(void)system;
	xmlStopParser(ctx);
}

static enum err_code check_size(const char *text, size_t len, struct err *e)
{
	size_t marks = 0;

	for (const char *p = text;
	     (p = memchr(p, '<', len - (size_t)(p - text))) != NULL; p++)
		marks++;
	if (len > INT_MAX || marks > XML_MARKS_MAX)
		return err_set(e, ERR_LIMIT,
		    "an XML document with more than %d elements",
		    XML_MARKS_MAX / 2);
	return ERR_OK;
}

static enum err_code malformed(const xmlParserCtxt *ctxt, struct err *e)
{
	const xmlError *last = &ctxt->lastError;
	char said[120] = "";

	if (last->message != NULL)
		snprintf(said, sizeof said, "%.*s",
		    (int)strcspn(last->message, "\n"), last->message);
	err_set(e, ERR_CORRUPT, "the XML is not well-formed, line %d%s%s",
	    last->line, said[0] != '\0' ? ": " : "", said);
	return ERR_CORRUPT;
}

enum err_code xml_parse(
    const char *text, size_t len, struct xml_doc **ret, struct err *e)
{
	enum err_code code = check_size(text, len, e);
	xmlParserCtxt *ctxt;
	xmlDoc *doc;

	if (code != ERR_OK)
		return code;
	ctxt = xmlNewParserCtxt();
	if (ctxt == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for XML");
	ctxt->sax->internalSubset = refuse_doctype;
	doc = xmlCtxtReadMemory(
	    ctxt, text, (int)len, NULL, "UTF-8", PARSE_OPTIONS);
	if (doc == NULL || !ctxt->wellFormed ||
	    xmlDocGetRootElement(doc) == NULL)
		code = malformed(ctxt, e);
	xmlFreeParserCtxt(ctxt);
	if (code == ERR_OK)
		*ret = (struct xml_doc *)doc;
	else
		xmlFreeDoc(doc);
	return code;
}

void xml_free(struct xml_doc *doc)
{
	xmlFreeDoc((xmlDoc *)doc);
}

/* --- Walking ----------------------------------------------------------- */

const struct xml_node *xml_root(const struct xml_doc *doc)
{
	return outer(xmlDocGetRootElement((const xmlDoc *)(uintptr_t)doc));
}

static const struct xml_node *first_named(const xmlNode *node, const char *name)
{
	for (; node != NULL; node = node->next)
		if (node->type == XML_ELEMENT_NODE &&
		    (name == NULL ||
			strcmp((const char *)node->name, name) == 0))
			return outer(node);
	return NULL;
}

const struct xml_node *xml_child(const struct xml_node *node, const char *name)
{
	return node != NULL ? first_named(inner(node)->children, name) : NULL;
}

const struct xml_node *xml_next(const struct xml_node *node, const char *name)
{
	return node != NULL ? first_named(inner(node)->next, name) : NULL;
}

const struct xml_node *xml_find(const struct xml_node *node, const char *path)
{
	while (node != NULL && *path != '\0') {
		size_t len = strcspn(path, "/");
		const struct xml_node *c = xml_child(node, NULL);

		while (c != NULL && (strncmp(xml_name(c), path, len) != 0 ||
					xml_name(c)[len] != '\0'))
			c = xml_next(c, NULL);
		node = c;
		path += len + (path[len] == '/');
	}
	return node;
}

const char *xml_name(const struct xml_node *node)
{
	return (const char *)inner(node)->name;
}

const char *xml_namespace(const struct xml_node *node)
{
	const xmlNs *ns = inner(node)->ns;

	return ns != NULL && ns->href != NULL ? (const char *)ns->href : "";
}

bool xml_is(const struct xml_node *node, const char *ns, const char *name)
{
	return node != NULL && strcmp(xml_name(node), name) == 0 &&
	       strcmp(xml_namespace(node), ns) == 0;
}

bool xml_attribute(
    const struct xml_node *node, const char *name, struct buf *out)
{
	for (const xmlAttr *a = inner(node)->properties; a; a = a->next) {
		xmlChar *value;

		if (strcmp((const char *)a->name, name) != 0)
			continue;
		value = xmlNodeGetContent((const xmlNode *)a);
		buf_puts(out, value != NULL ? (const char *)value : "");
		xmlFree(value);
		return true;
	}
	return false;
}

bool xml_has_text(const struct xml_node *node)
{
	for (const xmlNode *c = inner(node)->children; c != NULL; c = c->next)
		if (c->type == XML_TEXT_NODE && !xmlIsBlankNode(c))
			return true;
	return false;
}

void xml_text(const struct xml_node *node, struct buf *out)
{
	xmlChar *text = node != NULL ? xmlNodeGetContent(inner(node)) : NULL;

	buf_puts(out, text != NULL ? (const char *)text : "");
	xmlFree(text);
}

/* --- Containment ------------------------------------------------------- */

static xmlChar *leaf_text(
    const xmlNode *node, const xmlChar **ret_local, const char **ret_ns)
{
	xmlChar *text = xmlNodeGetContent(node);
	const xmlChar *colon = text != NULL ? xmlStrchr(text, ':') : NULL;
	xmlChar *prefix;
	const xmlNs *ns = NULL;

	*ret_local = text;
	*ret_ns = "";
	if (colon == NULL)
		return text;
	/* An identity: its prefix may be another one on either side. */
	prefix = xmlStrndup(text, (int)(colon - text));
	if (prefix != NULL && xmlValidateNCName(prefix, 0) == 0)
		ns = xmlSearchNs(node->doc, (xmlNode *)(uintptr_t)node, prefix);
	xmlFree(prefix);
	if (ns != NULL && ns->href != NULL) {
		*ret_local = colon + 1;
		*ret_ns = (const char *)ns->href;
	}
	return text;
}

static bool same_leaf(const xmlNode *a, const xmlNode *b)
{
	const xmlChar *local_a, *local_b;
	const char *ns_a, *ns_b;
	xmlChar *text_a = leaf_text(a, &local_a, &ns_a);
	xmlChar *text_b = leaf_text(b, &local_b, &ns_b);
	bool same = text_a != NULL && text_b != NULL &&
		    xmlStrEqual(local_a, local_b) && strcmp(ns_a, ns_b) == 0;

	xmlFree(text_a);
	xmlFree(text_b);
	return same;
}

static bool same_name(const struct xml_node *a, const struct xml_node *b)
{
	return strcmp(xml_name(a), xml_name(b)) == 0 &&
	       strcmp(xml_namespace(a), xml_namespace(b)) == 0;
}

bool xml_contains(const struct xml_node *whole, const struct xml_node *part)
{
	const struct xml_node *want = xml_child(part, NULL);

	if (!same_name(whole, part))
		return false;
	if (want == NULL && xml_child(whole, NULL) == NULL)
		return same_leaf(inner(whole), inner(part));
	for (; want != NULL; want = xml_next(want, NULL)) {
		const struct xml_node *have = xml_child(whole, xml_name(want));

		while (have != NULL && !xml_contains(have, want))
			have = xml_next(have, xml_name(want));
		if (have == NULL)
			return false;
	}
	return true;
}
