/*
 * Junos configuration as text, as set commands, as XML.
 */
#include "sim/junos.h"

#include "sim/mem.h"

#include <stdlib.h>
#include <string.h>

#define INDENT 4

static void format_value(const struct jnode *n, struct buf *out)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "._:/-+,@%=";
	bool quote = n->schema->type == 'x' || *n->value == '\0' ||
		     n->value[strspn(n->value, plain)] != '\0';

	buf_printf(out, quote ? "\"%s\"" : "%s", n->value);
}

void junos_format_head(const struct jnode *n, struct buf *out)
{
	if (n->schema->kind != JUNOS_HIDDEN) {
		buf_puts(out, n->schema->name);
		if (n->value)
			buf_putc(out, ' ');
	}
	if (n->value)
		format_value(n, out);
}

void junos_format_path(const struct jnode *node, struct buf *out)
{
	if (!node->parent)
		return;
	junos_format_path(node->parent, out);
	if (node->parent->parent)
		buf_putc(out, ' ');
	junos_format_head(node, out);
}

/* All values of a leaf-list in one statement; answers the last of them. */
static const struct jnode *format_values(const struct jnode *n, struct buf *out)
{
	const struct jnode *last = n;

	while (last->next && last->next->schema == n->schema)
		last = last->next;
	buf_puts(out, n->schema->name);
	buf_puts(out, last == n ? " " : " [ ");
	for (const struct jnode *c = n;; c = c->next) {
		format_value(c, out);
		if (c == last)
			break;
		buf_putc(out, ' ');
	}
	buf_puts(out, last == n ? ";\n" : " ];\n");
	return last;
}

/* The one statement of a section that is written without braces, or NULL. */
static const struct jnode *format_single(const struct jnode *n)
{
	const struct jnode *c = n->first;

	if (!n->schema->one_line || !c || c->first)
		return NULL;
	return c->schema == n->last->schema &&
		       (c == n->last || c->schema->kind == JUNOS_LEAF_LIST)
		   ? c
		   : NULL;
}

static void format_children(const struct jnode *node, const char *prefix,
    unsigned depth, struct buf *out);

static void format_block(const struct jnode *n, unsigned depth, struct buf *out)
{
	junos_format_head(n, out);
	if (!n->first) {
		buf_puts(
		    out, n->schema->type == 'x' ? "; ## SECRET-DATA\n" : ";\n");
		return;
	}
	buf_puts(out, " {\n");
	format_children(n, "", depth + 1, out);
	buf_printf(out, "%*s}\n", (int)(depth * INDENT), "");
}

static const struct jnode *format_statement(
    const struct jnode *n, unsigned depth, struct buf *out)
{
	const struct jnode *single = format_single(n);

	if (n->schema->kind == JUNOS_LEAF_LIST)
		return format_values(n, out);
	if (single) {
		junos_format_head(n, out);
		buf_putc(out, ' ');
		format_statement(single, depth, out);
	} else {
		format_block(n, depth, out);
	}
	return n;
}

static void format_children(const struct jnode *node, const char *prefix,
    unsigned depth, struct buf *out)
{
	for (const struct jnode *c = node->first; c; c = c->next) {
		if (c->schema->before_each && c->first) {
			junos_format_text(c, depth, out);
			continue;
		}
		buf_printf(out, "%*s%s", (int)(depth * INDENT), "", prefix);
		c = format_statement(c, depth, out);
	}
}

void junos_format_text(
    const struct jnode *node, unsigned depth, struct buf *out)
{
	char *prefix = node->schema->before_each
			   ? mem_printf("%s ", node->schema->name)
			   : mem_strdup("");

	format_children(node, prefix, depth, out);
	free(prefix);
}

void junos_format_set(
    const struct jnode *node, const char *prefix, struct buf *out)
{
	for (const struct jnode *c = node->first; c; c = c->next) {
		struct buf path = BUF_INIT(1u << 16);

		buf_printf(&path, "%s%s", prefix, *prefix ? " " : "");
		junos_format_head(c, &path);
		if (c->first)
			junos_format_set(c, buf_text(&path), out);
		else
			buf_printf(out, "set %s\n", buf_text(&path));
		buf_release(&path);
	}
}

void junos_xml_escape(const char *text, struct buf *out)
{
	for (; *text; text++) {
		const char *plain = text;

		text += strcspn(text, "<>&");
		buf_add(out, plain, (size_t)(text - plain));
		if (*text == '\0')
			return;
		buf_puts(out, *text == '<'   ? "&lt;"
			      : *text == '>' ? "&gt;"
					     : "&amp;");
	}
}

static void format_xml_node(const struct jnode *n, struct buf *out)
{
	bool keyed =
	    n->schema->kind == JUNOS_LIST || n->schema->kind == JUNOS_HIDDEN;

	if (!n->value && !n->first) {
		buf_printf(out, "<%s/>", n->schema->name);
		return;
	}
	buf_printf(out, "<%s>", n->schema->name);
	if (keyed)
		buf_puts(out, "<name>");
	if (n->value)
		junos_xml_escape(n->value, out);
	if (keyed)
		buf_puts(out, "</name>");
	junos_format_xml(n, out);
	buf_printf(out, "</%s>", n->schema->name);
}

void junos_format_xml(const struct jnode *node, struct buf *out)
{
	for (const struct jnode *c = node->first; c; c = c->next)
		format_xml_node(c, out);
}
