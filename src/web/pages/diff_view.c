#include "web/pages/diff_view.h"

#include "domain/text_diff.h"
#include "web/pages/diff_words.h"

#include <stdio.h>
#include <string.h>

#define MAX_SECTIONS 4 /* around a hunk */
#define MAX_PATCH ((size_t)32 * 1024 * 1024)

enum row_kind { ROW_SAME, ROW_DEL, ROW_ADD, ROW_HUNK, ROW_NOTE };

struct row {
	enum row_kind kind;
	unsigned long old_line, new_line; /* 0: none */
	const char *text;		  /* into the patch, without the sign */
	size_t len;
	const char *html;
	const char *section;
};

struct reader {
	struct arena *arena;
	const char *old_text;
	struct row *rows;
	size_t n, cap;
	unsigned long old_line, new_line; /* of the next row; 0: unknown */
	unsigned long old_left, new_left; /* lines of this hunk to come */
	size_t added, removed, left_out;
};

/* --- sections --------------------------------------------------------------
 */

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
static const char *sections_around(struct reader *r, unsigned long number)
{
	const char *p = find_line(r->old_text, number ? number : 1);
	const char *path = NULL;
	size_t indent, len;

	if (!p)
		return NULL;
	len = strcspn(p, "\n");
	indent = has_depth(p, len) ? indent_of(p, len) : 1;
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

/* --- reading the patch -----------------------------------------------------
 */

static struct row *add_row(
    struct reader *r, enum row_kind kind, const char *text, size_t len)
{
	struct row *row;

	if (r->n == r->cap) {
		r->left_out++;
		return NULL;
	}
	row = &r->rows[r->n++];
	*row = (struct row){ .kind = kind,
		.text = text,
		.len = len < DIFF_VIEW_MAX_LINE ? len : DIFF_VIEW_MAX_LINE };
	return row;
}

static bool read_hunk(struct reader *r, const char *line, size_t len)
{
	unsigned long a = 0, a_len = 1, b = 0, b_len = 1;
	struct row *row;
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
	row = add_row(r, ROW_HUNK, line, len);
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

static void read_body(struct reader *r, const char *line, size_t len)
{
	enum row_kind kind = ROW_NOTE;
	struct row *row;

	if (len > 0)
		kind = *line == '+'   ? ROW_ADD
		       : *line == '-' ? ROW_DEL
		       : *line == ' ' ? ROW_SAME
				      : ROW_NOTE;
	r->added += kind == ROW_ADD;
	r->removed += kind == ROW_DEL;
	if (kind == ROW_NOTE)
		row = add_row(r, kind, line, len);
	else
		row = add_row(r, kind, line + 1, len - 1);
	if (kind == ROW_DEL || kind == ROW_SAME) {
		if (row)
			row->old_line = r->old_line;
		count_down(&r->old_left, &r->old_line);
	}
	if (kind == ROW_ADD || kind == ROW_SAME) {
		if (row)
			row->new_line = r->new_line;
		count_down(&r->new_left, &r->new_line);
	}
}

static bool is_file_header(const struct reader *r, const char *line, size_t len)
{
	return r->old_left == 0 && r->new_left == 0 && len >= 4 &&
	       (strncmp(line, "--- ", 4) == 0 || strncmp(line, "+++ ", 4) == 0);
}

static void read_patch(struct reader *r, const char *patch, size_t len)
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

/* --- HTML ------------------------------------------------------------------
 */

static size_t run_of(const struct reader *r, size_t from, enum row_kind kind)
{
	size_t n = 0;

	while (from + n < r->n && r->rows[from + n].kind == kind)
		n++;
	return n;
}

/* The first removed line is compared with the first added one, and so on. */
static void mark_pairs(
    struct reader *r, size_t from, size_t n_del, size_t n_add)
{
	for (size_t i = 0; i < n_del && i < n_add; i++) {
		struct row *del = &r->rows[from + i];
		struct row *add = &r->rows[from + n_del + i];
		struct diff_pair pair = {
			.old_text = del->text,
			.old_len = del->len,
			.new_text = add->text,
			.new_len = add->len,
		};

		diff_pair_html(r->arena, &pair);
		del->html = pair.old_html;
		add->html = pair.new_html;
	}
}

static void make_html(struct reader *r)
{
	for (size_t i = 0; i < r->n;) {
		size_t n_del = run_of(r, i, ROW_DEL);
		size_t n_add = run_of(r, i + n_del, ROW_ADD);

		mark_pairs(r, i, n_del, n_add);
		i += n_del + n_add + (n_del + n_add == 0);
	}
	for (size_t i = 0; i < r->n; i++) {
		struct row *row = &r->rows[i];

		if (!row->html)
			row->html =
			    diff_line_html(r->arena, row->text, row->len);
		if (row->section)
			row->section = diff_line_html(
			    r->arena, row->section, strlen(row->section));
	}
}

/* --- the view --------------------------------------------------------------
 */

static const struct {
	const char *kind;
	const char *sign;
} looks[] = {
	[ROW_SAME] = { "same", "" },
	[ROW_DEL] = { "del", "−" },
	[ROW_ADD] = { "add", "+" },
	[ROW_HUNK] = { "hunk", "" },
	[ROW_NOTE] = { "note", "" },
};

static struct jv line_number(unsigned long n)
{
	return n ? jv_int((int64_t)n) : jv_text("");
}

static bool row_get(const void *self, const char *name, size_t len,
    struct arena *a, struct jv *ret)
{
	const struct row *row = self;

	(void)a;
	if (len == 4 && memcmp(name, "kind", 4) == 0)
		*ret = jv_text(looks[row->kind].kind);
	else if (len == 4 && memcmp(name, "sign", 4) == 0)
		*ret = jv_text(looks[row->kind].sign);
	else if (len == 4 && memcmp(name, "html", 4) == 0)
		*ret = jv_safe(row->html);
	else if (len == 3 && memcmp(name, "old", 3) == 0)
		*ret = line_number(row->old_line);
	else if (len == 3 && memcmp(name, "new", 3) == 0)
		*ret = line_number(row->new_line);
	else if (len == 7 && memcmp(name, "section", 7) == 0)
		*ret = jv_safe(row->section ? row->section : "");
	else
		return false;
	return true;
}

static const struct jv_class row_class = {
	.name = "diff row",
	.get = row_get,
};

static struct jv reader_view(struct reader *r)
{
	struct arena *a = r->arena;
	struct jv view = jv_dict(a, 5), rows = jv_list(a, r->n);

	for (size_t i = 0; i < r->n; i++)
		jv_list_append(a, rows, jv_object(a, &row_class, &r->rows[i]));
	jv_dict_set(a, view, "rows", rows);
	jv_dict_set(a, view, "added", jv_int((int64_t)r->added));
	jv_dict_set(a, view, "removed", jv_int((int64_t)r->removed));
	jv_dict_set(a, view, "left_out", jv_int((int64_t)r->left_out));
	jv_dict_set(a, view, "empty", jv_bool(r->n == 0));
	return view;
}

struct jv diff_view_from_patch(
    struct arena *a, const char *patch, size_t len, const char *old_text)
{
	struct reader r = { .arena = a, .old_text = old_text };

	for (size_t i = 0; i < len && r.cap < DIFF_VIEW_MAX_ROWS; i++)
		r.cap += patch[i] == '\n';
	r.cap += r.cap < DIFF_VIEW_MAX_ROWS;
	r.rows = arena_alloc(a, r.cap * sizeof(*r.rows));
	if (!r.rows)
		return jv_undefined("diff");
	read_patch(&r, patch, len);
	make_html(&r);
	return reader_view(&r);
}

enum err_code diff_view_from_texts(struct arena *a, const char *old_text,
    const char *new_text, struct jv *ret, struct err *e)
{
	struct text_diff_input left = { old_text, strlen(old_text) };
	struct text_diff_input right = { new_text, strlen(new_text) };
	struct buf patch = BUF_INIT(MAX_PATCH);
	struct text_diff diff;
	enum err_code rc;

	rc = text_diff_compute(a, &left, &right, &diff, e);
	if (rc == ERR_OK)
		rc = text_diff_format(&diff, "a", "b", 3, &patch, e);
	if (rc == ERR_OK) {
		/* rows point into the patch */
		const char *copy = arena_memdup(a, buf_text(&patch), patch.len);

		if (copy)
			*ret =
			    diff_view_from_patch(a, copy, patch.len, old_text);
		else
			rc = err_set(e, ERR_LIMIT,
			    "the difference is too large to show");
	}
	buf_release(&patch);
	return rc;
}
