#include "domain/text_diff.h"

#include <string.h>

/* Bytes of a heading after `@@`, as diff(1) -p. */
#define HEADING_MAX 80

/* Changes [from, to) with the context around and between them. */
struct hunk {
	size_t from, to;
	size_t a_start, a_end;
	size_t b_start, b_end;
};

static struct hunk find_hunk(
    const struct text_diff *d, size_t from, size_t context)
{
	const struct text_change *c = &d->changes[from];
	struct hunk h = { .from = from, .to = from + 1 };
	size_t before = c->a_start < context ? c->a_start : context;
	size_t after;

	h.a_start = c->a_start - before;
	h.b_start = c->b_start - before;
	while (
	    h.to < d->n_changes &&
	    d->changes[h.to].a_start - (c->a_start + c->a_len) <= 2 * context)
		c = &d->changes[h.to++];
	h.a_end = c->a_start + c->a_len;
	h.b_end = c->b_start + c->b_len;
	after = d->n_a - h.a_end < context ? d->n_a - h.a_end : context;
	h.a_end += after;
	h.b_end += after;
	return h;
}

/* "start,len" as diff(1) writes it: from 1, the line before if len is 0, and
 * no len if it is 1. */
static void add_range(struct buf *out, size_t start, size_t end)
{
	size_t len = end - start;

	if (len == 1)
		buf_printf(out, "%zu", start + 1);
	else
		buf_printf(out, "%zu,%zu", len == 0 ? start : start + 1, len);
}

static bool is_indented(const struct text_line *line)
{
	return line->len == 0 || strchr(" \t\r\n", line->text[0]) != NULL;
}

static void add_heading(struct buf *out, const struct text_diff *d, size_t from)
{
	size_t len;

	if (from >= d->n_a || !is_indented(&d->a[from]))
		return;
	while (from > 0 && is_indented(&d->a[from - 1]))
		from--;
	if (from == 0)
		return;
	len = d->a[from - 1].len;
	while (len > 0 && strchr("\r\n", d->a[from - 1].text[len - 1]))
		len--;
	buf_putc(out, ' ');
	buf_add(
	    out, d->a[from - 1].text, len < HEADING_MAX ? len : HEADING_MAX);
}

static void add_lines(struct buf *out, char sign, const struct text_line *lines,
    size_t from, size_t to)
{
	for (; from < to; from++) {
		const struct text_line *line = &lines[from];

		buf_putc(out, sign);
		buf_add(out, line->text, line->len);
		if (line->text[line->len - 1] != '\n')
			buf_puts(out, "\n\\ No newline at end of file\n");
	}
}

static void add_hunk(
    struct buf *out, const struct text_diff *d, const struct hunk *h)
{
	size_t at = h->a_start;

	buf_puts(out, "@@ -");
	add_range(out, h->a_start, h->a_end);
	buf_puts(out, " +");
	add_range(out, h->b_start, h->b_end);
	buf_puts(out, " @@");
	add_heading(out, d, h->a_start);
	buf_putc(out, '\n');
	for (size_t i = h->from; i < h->to; i++) {
		const struct text_change *c = &d->changes[i];

		add_lines(out, ' ', d->a, at, c->a_start);
		add_lines(out, '-', d->a, c->a_start, c->a_start + c->a_len);
		add_lines(out, '+', d->b, c->b_start, c->b_start + c->b_len);
		at = c->a_start + c->a_len;
	}
	add_lines(out, ' ', d->a, at, h->a_end);
}

enum err_code text_diff_format(const struct text_diff *d, const char *name_a,
    const char *name_b, size_t context, struct buf *out, struct err *e)
{
	size_t i = 0;

	if (d->n_changes > 0)
		buf_printf(out, "--- %s\n+++ %s\n", name_a, name_b);
	while (i < d->n_changes) {
		struct hunk h = find_hunk(d, i, context);

		add_hunk(out, d, &h);
		i = h.to;
	}
	return buf_check(out, "the difference", e);
}
