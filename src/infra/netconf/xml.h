/*
 * XML as NETCONF needs it, over libxml2.
 *
 * What comes from a device is bounded before it is a tree: bytes by the
 * caller, elements by XML_MARKS_MAX, depth by libxml2's own 256.  A document
 * type declaration is refused (RFC 6241, 3), so that there are no entities
 * to expand; nothing is ever fetched.
 *
 * Ownership: xml_free() frees the document, and with it every node.  One
 * thread.  Errors: ERR_CORRUPT if it is not well-formed, ERR_LIMIT past a
 * bound.
 */
#ifndef INFRA_NETCONF_XML_H
#define INFRA_NETCONF_XML_H

#include "base/buf.h"

#define XML_MARKS_MAX 300000 /* `<` in a document: about 36 MiB as a tree */

#define XML_NETCONF "urn:ietf:params:xml:ns:netconf:base:1.0"

struct xml_doc;
struct xml_node;

enum err_code xml_parse(const char *text, size_t len, struct xml_doc **ret,
    struct err *e) must_check;
void xml_free(struct xml_doc *doc); /* NULL is fine */

const struct xml_node *xml_root(const struct xml_doc *doc);
/* The first element in it of that name, in any namespace; name NULL: of any.
 * NULL if there is none, or if node is NULL. */
const struct xml_node *xml_child(const struct xml_node *node, const char *name);
/* The next element beside it. */
const struct xml_node *xml_next(const struct xml_node *node, const char *name);
/* Follows a path of names, "chassis/serial-number". */
const struct xml_node *xml_find(const struct xml_node *node, const char *path);

const char *xml_name(const struct xml_node *node);
const char *xml_namespace(const struct xml_node *node); /* "" if none */
bool xml_is(const struct xml_node *node, const char *ns, const char *name);
/* An attribute without a namespace; appends its value, false if absent. */
bool xml_attribute(
    const struct xml_node *node, const char *name, struct buf *out);
/* Does text stand directly in it, beside elements or alone? */
bool xml_has_text(const struct xml_node *node);
/* All text in it, as it is; nothing for NULL. */
void xml_text(const struct xml_node *node, struct buf *out);

/* The element in one form, whatever prefixes and blanks it came with: an
 * element a line, two blanks a level, namespaces as defaults.  `ns` is the one
 * that holds where the text goes; NULL: none. */
void xml_format(const struct xml_node *node, const char *ns, struct buf *out);
/* The same of every element in it. */
void xml_format_children(const struct xml_node *node, struct buf *out);

/* Is everything in `part` also in `whole`, elements of the same name?  For a
 * leaf: the same text. */
bool xml_contains(const struct xml_node *whole, const struct xml_node *part);

/* The text of an element. */
void xml_escape(struct buf *out, const char *text, size_t len);

#endif
