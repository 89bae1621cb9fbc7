/*
 * `show | compare`: changes under the path of the section they stand in.
 */
#include "sim/junos_tree.h"

#include "sim/mem.h"

#include <string.h>

struct jdiff {
	struct buf *out;
	const struct jnode *section; /* the one last announced */
};

static void jdiff_announce(struct jdiff *d, const struct jnode *section)
{
	if (section->schema->before_each)
		section = section->parent;
	if (d->section == section)
		return;
	d->section = section;
	buf_puts(d->out, "[edit");
	if (section->parent)
		buf_putc(d->out, ' ');
	junos_format_path(section, d->out);
	buf_puts(d->out, "]\n");
}

/* A statement with everything in it, every line signed.  The column is what
 * Junos uses: two blanks for a value changed and at the top, else three. */
static void jdiff_put(
    struct jdiff *d, char sign, const struct jnode *n, bool changed)
{
	struct jnode parent = { .schema = n->parent->schema };
	struct jnode alone = *n;
	struct buf text = BUF_INIT(1u << 24);
	const char *margin = changed || !n->parent->parent ? "  " : "   ";
	const char *p;

	alone.next = alone.prev = NULL;
	parent.first = parent.last = &alone;
	junos_format_text(&parent, 0, &text);
	for (p = buf_text(&text); *p;) {
		size_t len = strcspn(p, "\n");

		buf_printf(d->out, "%c%s%.*s\n", sign, margin, (int)len, p);
		p += len + (p[len] == '\n');
	}
	buf_release(&text);
}

static const struct jnode *jdiff_other(
    const struct jnode *in, const struct jnode *n)
{
	return in ? jnode_find(in, n->schema, n->value) : NULL;
}

static bool jdiff_is_changed_leaf(
    const struct jnode *n, const struct jnode *other)
{
	return n->schema->kind == JUNOS_LEAF && other &&
	       strcmp(n->value, other->value) != 0;
}

static void jdiff_section(
    struct jdiff *d, const struct jnode *from, const struct jnode *to)
{
	for (const struct jnode *c = from->first; c; c = c->next) {
		const struct jnode *other = jdiff_other(to, c);
		bool changed = jdiff_is_changed_leaf(c, other);

		if (other && !changed)
			continue;
		jdiff_announce(d, to);
		jdiff_put(d, '-', c, changed);
		if (changed)
			jdiff_put(d, '+', other, true);
	}
	for (const struct jnode *c = to->first; c; c = c->next) {
		if (jdiff_other(from, c))
			continue;
		jdiff_announce(d, to);
		jdiff_put(d, '+', c, false);
	}
	for (const struct jnode *c = to->first; c; c = c->next) {
		const struct jnode *other = jdiff_other(from, c);

		if (other && (c->first || other->first))
			jdiff_section(d, other, c);
	}
}

void junos_diff(
    const struct jnode *from, const struct jnode *to, struct buf *out)
{
	struct jdiff d = { .out = out };

	jdiff_section(&d, from, to);
}
