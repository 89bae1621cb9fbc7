#include "sim/conf_edit.h"

#include "sim/mem.h"

#include "base/arena.h"
#include "domain/text_diff.h"

#include <stdlib.h>
#include <string.h>

#define DIFF_ARENA_MAX (256u << 20)
#define DIFF_TEXT_MAX (64u << 20)
#define DIFF_CONTEXT_LINES 3

/* The devices end a hunk's header at the second `@@`. */
static void diff_cut_hunk_names(const char *text, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		size_t shown = len;

		if (strncmp(text, "@@ ", 3) == 0) {
			const char *end = strstr(text + 3, " @@");

			if (end && (size_t)(end - text) + 3 < len)
				shown = (size_t)(end - text) + 3;
		}
		buf_add(out, text, shown);
		buf_putc(out, '\n');
		text += len + (text[len] == '\n');
	}
}

void conf_diff_unified(const struct conf_node *from, const struct conf_node *to,
    const struct conf_style *style, const char *names[2], struct buf *out)
{
	struct arena *arena = arena_new(DIFF_ARENA_MAX);
	struct buf a = BUF_INIT(DIFF_TEXT_MAX);
	struct buf b = BUF_INIT(DIFF_TEXT_MAX);
	struct buf text = BUF_INIT(DIFF_TEXT_MAX);
	struct text_diff diff;

	conf_format(from, style, &a);
	conf_format(to, style, &b);
	if (arena &&
	    text_diff_compute(arena,
		&(struct text_diff_input){ buf_text(&a), a.len },
		&(struct text_diff_input){ buf_text(&b), b.len }, &diff,
		NULL) == ERR_OK &&
	    text_diff_format(&diff, names[0], names[1], DIFF_CONTEXT_LINES,
		&text, NULL) == ERR_OK)
		diff_cut_hunk_names(buf_text(&text), out);
	buf_release(&a);
	buf_release(&b);
	buf_release(&text);
	arena_free(arena);
}

/* --- IOS: every changed line under its section ------------------------- */

struct diff_contextual {
	unsigned indent;
	struct buf *out;
};

static void diff_put_line(const struct diff_contextual *d, unsigned depth,
    char sign, const char *text)
{
	buf_printf(d->out, "%*s", (int)(depth * d->indent), "");
	if (sign)
		buf_putc(d->out, sign);
	buf_printf(d->out, "%s\n", text);
}

static void diff_put_all(const struct diff_contextual *d, unsigned depth,
    char sign, const struct conf_node *node)
{
	diff_put_line(d, depth, sign, node->text);
	for (const struct conf_node *c = node->first; c; c = c->next)
		diff_put_all(d, depth + 1, sign, c);
}

static void diff_contextual(const struct diff_contextual *d, unsigned depth,
    const struct conf_node *from, const struct conf_node *to)
{
	for (const struct conf_node *c = to->first; c; c = c->next) {
		const struct conf_node *old = conf_find(from, c->text);

		if (!old) {
			diff_put_all(d, depth, '+', c);
		} else if (!conf_equal(old, c)) {
			diff_put_line(d, depth, '\0', c->text);
			diff_contextual(d, depth + 1, old, c);
		}
	}
	for (const struct conf_node *c = from->first; c; c = c->next)
		if (!conf_find(to, c->text))
			diff_put_all(d, depth, '-', c);
}

void conf_diff_contextual(const struct conf_node *from,
    const struct conf_node *to, const struct conf_style *style, struct buf *out)
{
	struct diff_contextual d = { .indent = style->indent, .out = out };

	diff_contextual(&d, 0, from, to);
}

/* --- commands ---------------------------------------------------------- */

/* The words of a line that identify the setting, as its rule says. */
static bool diff_same_setting(
    const struct conf_node *a, const struct conf_node *b)
{
	const char *p = a->text;
	const char *q = b->text;
	unsigned words = a->rule ? a->rule->key : 0;

	if (a->rule != b->rule || words == 0 || a->negated != b->negated)
		return false;
	for (; words > 0; words--) {
		size_t len = strcspn(p, " ");

		if (strcspn(q, " ") != len || strncmp(p, q, len) != 0)
			return false;
		p += len + (p[len] == ' ');
		q += len + (q[len] == ' ');
	}
	return true;
}

/* Gone by itself when its replacement or its opposite is entered. */
static bool diff_is_replaced(
    const struct conf_node *node, const struct conf_node *to)
{
	for (const struct conf_node *c = to->first; c; c = c->next) {
		if (diff_same_setting(node, c))
			return true;
		if (node->negated != c->negated && node->rule == c->rule &&
		    strcmp(node->text + (node->negated ? 3 : 0),
			c->text + (c->negated ? 3 : 0)) == 0)
			return true;
	}
	return false;
}

static void diff_commands(const struct conf_style *style, unsigned depth,
    const struct conf_node *from, const struct conf_node *to, struct buf *out)
{
	int column = (int)(depth * style->indent);

	for (const struct conf_node *c = from->first; c; c = c->next) {
		if (conf_find(to, c->text) || diff_is_replaced(c, to))
			continue;
		if (c->negated)
			buf_printf(out, "%*s%s\n", column, "", c->text + 3);
		else
			buf_printf(out, "%*sno %s\n", column, "", c->text);
	}
	for (const struct conf_node *c = to->first; c; c = c->next) {
		const struct conf_node *old = conf_find(from, c->text);
		struct conf_node *none = NULL;

		if (old && conf_equal(old, c))
			continue;
		buf_printf(out, "%*s%s\n", column, "", c->text);
		if (!old)
			old = none = conf_new();
		diff_commands(style, depth + 1, old, c, out);
		conf_free(none);
	}
}

void conf_diff_commands(const struct conf_node *from,
    const struct conf_node *to, const struct conf_style *style, struct buf *out)
{
	diff_commands(style, 0, from, to, out);
}
