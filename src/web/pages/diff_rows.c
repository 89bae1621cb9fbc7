#include "web/pages/diff_rows.h"

#include <stdio.h>
#include <string.h>

#define MAX_SECTIONS 4 /* around a hunk */

struct diff_reader {
	struct arena *arena;
	const char *old_text;
	struct diff_row *rows;
	size_t n, cap;
	unsigned long old_line, new_line; /* of the next row; 0: unknown */
	unsigned long old_left, new_left; /* lines of this hunk to come */
	unsigned long old_end;		  /* the line behind the last hunk */
	size_t added, removed, left_out;
};

/* --- sections ------------------------------------------------------------ */

static size_t indent_of(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && (line[n] == ' ' || line[n] == '\t'))
		n++;
	return n;
}

/* Blank lines, comments and lone braces belong to no depth. */
static bool has_depth(const char *line, size_t len)
{
	size_t n = indent_of(line, len);

	return n < len && !strchr("!#", line[n]) &&
	       !(n + 1 == len && strchr("{}[]", line[n]));
}

static const char *line_before(const char *text, const char *p, size_t *ret_len)
{
	const char *end = p > text ? p - 1 : text; /* the newline */
	const char *start = end;

	while (start > text && start[-1] != '\n')
		start--;
	*ret_len = (size_t)(end - start);
	return start;
}

static const char *find_line(const char *text, unsigned long number)
{
	while (text && --number > 0) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return text;
}

/* The headers of the sections that the line lies in, outermost first. */
static const char *sections_around(struct diff_reader *r, unsigned long number)
{
	const char *p = find_line(r->old_text, number ? number : 1);
	const char *path = NULL;
	size_t indent, len;

	/* of the first line of the hunk that is in any section */
	while (p && !has_depth(p, strcspn(p, "\n"))) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	if (!p)
		return NULL;
	len = strcspn(p, "\n");
	indent = indent_of(p, len);
	for (int found = 0;
	     found < MAX_SECTIONS && indent > 0 && p > r->old_text;) {
		p = line_before(r->old_text, p, &len);
		if (!has_depth(p, len) || indent_of(p, len) >= indent)
			continue;
		indent = indent_of(p, len);
		len = len > 200 ? 200 : len;
		path = arena_printf(r->arena, "%.*s%s%s", (int)(len - indent),
		    p + indent, path ? " › " : "", path ? path : "");
		found++;
	}
	return path;
}

/* --- reading the patch --------------------------------------------------- */

static struct diff_row *add_row(struct diff_reader *r, enum diff_row_kind kind,
    const char *text, size_t len)
{
	struct diff_row *row;

	if (r->n == r->cap) {
		r->left_out++;
		return NULL;
	}
	row = &r->rows[r->n++];
	*row = (struct diff_row){ .kind = kind,
		.text = text,
		.len = len < DIFF_MAX_LINE ? len : DIFF_MAX_LINE };
	return row;
}

static bool read_hunk(struct diff_reader *r, const char *line, size_t len)
{
	unsigned long a = 0, a_len = 1, b = 0, b_len = 1;
	struct diff_row *row;
	char head[128];
	const char *rest;

	if (len < 4 || strncmp(line, "@@ -", 4) != 0)
		return false;
	snprintf(
	    head, sizeof(head), "%.*s", (int)(len < 120 ? len : 120), line);
	if (sscanf(head, "@@ -%9lu,%9lu +%9lu,%9lu", &a, &a_len, &b, &b_len) !=
		4 &&
	    sscanf(head, "@@ -%9lu +%9lu,%9lu", &a, &b, &b_len) != 3 &&
	    sscanf(head, "@@ -%9lu,%9lu +%9lu", &a, &a_len, &b) != 3 &&
	    sscanf(head, "@@ -%9lu +%9lu", &a, &b) != 2)
		return false;
	r->old_line = a;
	r->new_line = b;
	r->old_left = a_len;
	r->new_left = b_len;
	row = add_row(r, DIFF_ROW_HUNK, line, len);
	if (row && a > r->old_end)
		row->gap = a - r->old_end - (a_len > 0);
	r->old_end = a + a_len - (a_len > 0);
	rest = memmem(line + 4, len - 4, " @@", 3);
	if (row && rest)
		row->len = (size_t)(rest - line) + 3;
	if (row && r->old_text)
		row->section = sections_around(r, a);
	else if (row && rest && rest + 4 < line + len)
		row->section = arena_memdup(
		    r->arena, rest + 4, (size_t)(line + len - rest - 4));
	return true;
}

static void count_down(unsigned long *left, unsigned long *line)
{
	*left -= *left > 0;
	*line += *line > 0;
}

static void read_body(struct diff_reader *r, const char *line, size_t len)
{
	enum diff_row_kind kind = DIFF_ROW_NOTE;
	struct diff_row *row;

	if (len > 0)
		kind = *line == '+'   ? DIFF_ROW_ADD
		       : *line == '-' ? DIFF_ROW_DEL
		       : *line == ' ' ? DIFF_ROW_SAME
				      : DIFF_ROW_NOTE;
	r->added += kind == DIFF_ROW_ADD;
	r->removed += kind == DIFF_ROW_DEL;
	if (kind == DIFF_ROW_NOTE)
		row = add_row(r, kind, line, len);
	else
		row = add_row(r, kind, line + 1, len - 1);
	if (kind == DIFF_ROW_DEL || kind == DIFF_ROW_SAME) {
		if (row)
			row->old_line = r->old_line;
		count_down(&r->old_left, &r->old_line);
	}
	if (kind == DIFF_ROW_ADD || kind == DIFF_ROW_SAME) {
		if (row)
			row->new_line = r->new_line;
		count_down(&r->new_left, &r->new_line);
	}
}

static bool is_file_header(
    const struct diff_reader *r, const char *line, size_t len)
{
	return r->old_left == 0 && r->new_left == 0 && len >= 4 &&
	       (strncmp(line, "--- ", 4) == 0 || strncmp(line, "+++ ", 4) == 0);
}

static void read_patch(struct diff_reader *r, const char *patch, size_t len)
{
	const char *end = patch + len;

	while (patch < end) {
		const char *newline =
		    memchr(patch, '\n', (size_t)(end - patch));
		const char *stop = newline ? newline : end;
		size_t n = (size_t)(stop - patch);

		if (!is_file_header(r, patch, n) && !read_hunk(r, patch, n))
			read_body(r, patch, n);
		patch = newline ? newline + 1 : end;
	}
}

bool diff_rows_read(struct arena *a, const char *patch, size_t len,
    const char *old_text, struct diff_rows *ret)
{
	struct diff_reader r = { .arena = a, .old_text = old_text };

	for (size_t i = 0; i < len && r.cap < DIFF_MAX_ROWS; i++)
		r.cap += patch[i] == '\n';
	r.cap += r.cap < DIFF_MAX_ROWS;
	r.rows = arena_alloc(a, r.cap * sizeof(*r.rows));
	if (!r.rows)
		return false;
	read_patch(&r, patch, len);
	*ret = (struct diff_rows){ .list = r.rows,
		.n = r.n,
		.added = r.added,
		.removed = r.removed,
		.left_out = r.left_out };
	return true;
}
