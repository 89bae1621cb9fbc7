#include "sim/conf.h"

#include "sim/conf_edit.h"
#include "sim/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int conf_compare_natural(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *end_a;
			char *end_b;
			unsigned long long x = strtoull(a, &end_a, 10);
			unsigned long long y = strtoull(b, &end_b, 10);

			if (x != y)
				return x < y ? -1 : 1;
			a = end_a;
			b = end_b;
			continue;
		}
		if (*a != *b)
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		a++;
		b++;
	}
	return (*a != '\0') - (*b != '\0');
}

bool conf_has_words(const char *text, const char *words)
{
	size_t len = strlen(words);

	return strncmp(text, words, len) == 0 &&
	       (text[len] == '\0' || text[len] == ' ' || text[len] == '\n');
}

static struct conf_node *conf_node_new(const char *text)
{
	size_t len = strlen(text) + 1;
	struct conf_node *node = mem_zalloc(sizeof(*node) + len);

	memcpy(node->text, text, len);
	return node;
}

struct conf_node *conf_new(void)
{
	return conf_node_new("");
}

static void conf_unlink(struct conf_node *node)
{
	struct conf_node *parent = node->parent;

	if (!parent)
		return;
	if (node->prev)
		node->prev->next = node->next;
	else
		parent->first = node->next;
	if (node->next)
		node->next->prev = node->prev;
	else
		parent->last = node->prev;
	node->parent = NULL;
}

void conf_free(struct conf_node *node)
{
	if (!node)
		return;
	conf_unlink(node);
	while (node->first)
		conf_free(node->first);
	free(node);
}

static void conf_link_after(
    struct conf_node *parent, struct conf_node *after, struct conf_node *node)
{
	node->parent = parent;
	node->prev = after;
	node->next = after ? after->next : parent->first;
	if (node->next)
		node->next->prev = node;
	else
		parent->last = node;
	if (after)
		after->next = node;
	else
		parent->first = node;
}

struct conf_node *conf_insert(struct conf_node *parent, const char *text,
    const struct conf_rule *rule, uint32_t rank)
{
	struct conf_node *node = conf_node_new(text);
	struct conf_node *after = parent->last;
	bool ordered = rule && (rule->flags & CONF_ORDERED);

	node->rule = rule;
	node->rank = rank;
	while (after && (after->rank > rank ||
			    (after->rank == rank && !ordered &&
				conf_compare_natural(after->text, text) > 0)))
		after = after->prev;
	conf_link_after(parent, after, node);
	return node;
}

static void conf_clone_into(struct conf_node *to, const struct conf_node *from)
{
	for (const struct conf_node *c = from->first; c; c = c->next) {
		struct conf_node *copy = conf_node_new(c->text);

		copy->rule = c->rule;
		copy->rank = c->rank;
		copy->negated = c->negated;
		conf_link_after(to, to->last, copy);
		conf_clone_into(copy, c);
	}
}

struct conf_node *conf_clone(const struct conf_node *root)
{
	struct conf_node *copy = conf_new();

	conf_clone_into(copy, root);
	return copy;
}

bool conf_equal(const struct conf_node *a, const struct conf_node *b)
{
	const struct conf_node *x = a->first;
	const struct conf_node *y = b->first;

	if (strcmp(a->text, b->text) != 0)
		return false;
	for (; x && y; x = x->next, y = y->next)
		if (!conf_equal(x, y))
			return false;
	return !x && !y;
}

struct conf_node *conf_find(const struct conf_node *parent, const char *text)
{
	for (struct conf_node *c = parent->first; c; c = c->next)
		if (strcmp(c->text, text) == 0)
			return c;
	return NULL;
}

struct conf_node *conf_find_words(
    const struct conf_node *parent, const char *words)
{
	for (struct conf_node *c = parent->first; c; c = c->next)
		if (conf_has_words(c->text, words))
			return c;
	return NULL;
}

/* Text may hold several lines (a banner): only its first is indented. */
static void conf_format_line(
    const struct conf_node *node, unsigned column, struct buf *out)
{
	buf_printf(out, "%*s%s\n", (int)column, "", node->text);
}

static void conf_format_children(const struct conf_node *node,
    const struct conf_style *style, unsigned column, struct buf *out)
{
	for (const struct conf_node *c = node->first; c; c = c->next) {
		bool section = c->rule && c->rule->enters && column > 0;

		if (section && style->separator && *style->separator &&
		    c->prev && !style->section_exit)
			buf_printf(
			    out, "%*s%s\n", (int)column, "", style->separator);
		conf_format_line(c, column, out);
		conf_format_children(c, style, column + style->indent, out);
		if (section && style->section_exit)
			buf_printf(out, "%*s%s\n", (int)column, "",
			    style->section_exit);
	}
}

void conf_format_section(const struct conf_node *node,
    const struct conf_style *style, struct buf *out)
{
	conf_format_line(node, 0, out);
	conf_format_children(node, style, style->indent, out);
}

/* Lines of one kind stand together; sections stand alone. */
static bool conf_needs_separator(
    const struct conf_node *before, const struct conf_node *node)
{
	size_t word = strcspn(before->text, " ");

	if (before->rule && (before->rule->flags & CONF_GROUPED) &&
	    node->rule && (node->rule->flags & CONF_GROUPED) &&
	    strncmp(before->text, node->text, word + 1) == 0)
		return false;
	if (before->first || node->first)
		return true;
	if (before->rule && before->rule->enters && before->rule == node->rule)
		return true;
	return before->rank != node->rank;
}

void conf_format(const struct conf_node *root, const struct conf_style *style,
    struct buf *out)
{
	for (const struct conf_node *c = root->first; c; c = c->next) {
		if (c->prev && conf_needs_separator(c->prev, c))
			buf_printf(out, "%s\n", style->separator);
		conf_format_section(c, style, out);
	}
}
