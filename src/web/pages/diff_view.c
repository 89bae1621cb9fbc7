#include "web/pages/diff_view.h"

#include "domain/text_diff.h"
#include "web/pages/diff_rows.h"
#include "web/pages/diff_words.h"

#include <stddef.h>
#include <string.h>

#define MAX_PATCH ((size_t)32 * 1024 * 1024)

/* --- HTML ---------------------------------------------------------------- */

static size_t run_of(
    const struct diff_rows *r, size_t from, enum diff_row_kind kind)
{
	size_t n = 0;

	while (from + n < r->n && r->list[from + n].kind == kind)
		n++;
	return n;
}

/* The first removed line is compared with the first added one, and so on. */
static void mark_pairs(struct arena *a, struct diff_rows *r, size_t from,
    size_t n_del, size_t n_add)
{
	for (size_t i = 0; i < n_del && i < n_add; i++) {
		struct diff_row *del = &r->list[from + i];
		struct diff_row *add = &r->list[from + n_del + i];
		struct diff_pair pair = {
			.old_text = del->text,
			.old_len = del->len,
			.new_text = add->text,
			.new_len = add->len,
		};

		diff_pair_html(a, &pair);
		del->html = pair.old_html;
		add->html = pair.new_html;
	}
}

static void make_html(struct arena *a, struct diff_rows *r)
{
	for (size_t i = 0; i < r->n;) {
		size_t n_del = run_of(r, i, DIFF_ROW_DEL);
		size_t n_add = run_of(r, i + n_del, DIFF_ROW_ADD);

		mark_pairs(a, r, i, n_del, n_add);
		i += n_del + n_add + (n_del + n_add == 0);
	}
	for (size_t i = 0; i < r->n; i++) {
		struct diff_row *row = &r->list[i];

		if (!row->html)
			row->html = diff_line_html(a, row->text, row->len);
		if (row->section)
			row->section = diff_line_html(
			    a, row->section, strlen(row->section));
	}
}

/* --- the view ------------------------------------------------------------ */

static const struct {
	const char *kind;
	const char *sign;
} looks[] = {
	[DIFF_ROW_SAME] = { "same", "" },
	[DIFF_ROW_DEL] = { "del", "−" },
	[DIFF_ROW_ADD] = { "add", "+" },
	[DIFF_ROW_HUNK] = { "hunk", "" },
	[DIFF_ROW_NOTE] = { "note", "" },
};

static struct jv line_number(unsigned long n)
{
	return n ? jv_int((int64_t)n) : jv_text("");
}

static bool row_get(const void *self, const char *name, size_t len,
    struct arena *a, struct jv *ret)
{
	const struct diff_row *row = self;

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
	else if (len == 3 && memcmp(name, "gap", 3) == 0)
		*ret = jv_int((int64_t)row->gap);
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

/* --- side by side -------------------------------------------------------- */

/* A removed line stands beside the added one in its place. */
struct row_pair {
	const struct diff_row *whole; /* a hunk or a note over both sides */
	const struct diff_row *left, *right;
};

static bool pair_get(const void *self, const char *name, size_t len,
    struct arena *a, struct jv *ret)
{
	static const struct {
		const char *name;
		size_t offset;
	} members[] = {
		{ "whole", offsetof(struct row_pair, whole) },
		{ "left", offsetof(struct row_pair, left) },
		{ "right", offsetof(struct row_pair, right) },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct diff_row *row;

		if (strlen(members[i].name) != len ||
		    memcmp(name, members[i].name, len) != 0)
			continue;
		memcpy(
		    &row, (const char *)self + members[i].offset, sizeof(row));
		*ret = row ? jv_object(a, &row_class, row) : jv_none();
		return true;
	}
	return false;
}

static const struct jv_class pair_class = {
	.name = "pair of rows",
	.get = pair_get,
};

static void add_pair(struct arena *a, struct jv list, struct row_pair pair)
{
	struct row_pair *copy = arena_alloc(a, sizeof(*copy));

	if (!copy)
		return;
	*copy = pair;
	jv_list_append(a, list, jv_object(a, &pair_class, copy));
}

static struct jv pairs_view(struct arena *a, const struct diff_rows *r)
{
	struct jv list = jv_list(a, r->n);

	for (size_t i = 0; i < r->n;) {
		const struct diff_row *row = &r->list[i];
		size_t n_del = run_of(r, i, DIFF_ROW_DEL);
		size_t n_add = run_of(r, i + n_del, DIFF_ROW_ADD);
		size_t n = n_del > n_add ? n_del : n_add;

		for (size_t j = 0; j < n; j++)
			add_pair(a, list,
			    (struct row_pair){ NULL, j < n_del ? row + j : NULL,
				j < n_add ? row + n_del + j : NULL });
		if (n == 0 && row->kind == DIFF_ROW_SAME)
			add_pair(a, list, (struct row_pair){ NULL, row, row });
		else if (n == 0)
			add_pair(a, list, (struct row_pair){ row, NULL, NULL });
		i += n_del + n_add + (n == 0);
	}
	return list;
}

/* --- all of it ----------------------------------------------------------- */

static struct jv rows_view(
    struct arena *a, const struct diff_look *look, const struct diff_rows *r)
{
	struct jv view = jv_dict(a, 12), rows = jv_list(a, r->n);

	for (size_t i = 0; i < r->n; i++)
		jv_list_append(a, rows, jv_object(a, &row_class, &r->list[i]));
	jv_dict_set(a, view, "rows", rows);
	jv_dict_set(
	    a, view, "pairs", look->split ? pairs_view(a, r) : jv_none());
	jv_dict_set(a, view, "split", jv_bool(look->split));
	jv_dict_set(a, view, "added", jv_int((int64_t)r->added));
	jv_dict_set(a, view, "removed", jv_int((int64_t)r->removed));
	jv_dict_set(a, view, "left_out", jv_int((int64_t)r->left_out));
	jv_dict_set(a, view, "ignored", jv_int((int64_t)r->ignored));
	jv_dict_set(a, view, "empty", jv_bool(r->n == 0));
	jv_dict_set(a, view, "looks", diff_look_view(a, look));
	return view;
}

struct jv diff_view_from_patch(struct arena *a, const struct diff_look *look,
    const char *patch, size_t len, const char *old_text)
{
	struct diff_rows rows;

	if (!diff_rows_read(a, patch, len, old_text, &rows))
		return jv_undefined("diff");
	if (look->ignore_space)
		diff_rows_ignore_space(a, &rows);
	if (look->hide_volatile)
		diff_rows_ignore_volatile(&rows);
	make_html(a, &rows);
	return rows_view(a, look, &rows);
}

static enum err_code format(struct arena *a, const struct diff_look *look,
    const char *const texts[2], const char *const names[2], struct buf *patch,
    struct err *e)
{
	struct text_diff_input left = { texts[0], strlen(texts[0]) };
	struct text_diff_input right = { texts[1], strlen(texts[1]) };
	struct text_diff diff;
	enum err_code rc = text_diff_compute(a, &left, &right, &diff, e);

	if (rc == ERR_OK)
		rc = text_diff_format(
		    &diff, names[0], names[1], look->context, patch, e);
	return rc;
}

enum err_code diff_view_from_texts(struct arena *a,
    const struct diff_look *look, const char *old_text, const char *new_text,
    struct jv *ret, struct err *e)
{
	const char *const texts[] = { old_text, new_text };
	const char *const names[] = { "a", "b" };
	struct buf patch = BUF_INIT(MAX_PATCH);
	enum err_code rc = format(a, look, texts, names, &patch, e);

	if (rc == ERR_OK) {
		/* rows point into the patch */
		const char *copy = arena_memdup(a, buf_text(&patch), patch.len);

		if (copy)
			*ret = diff_view_from_patch(
			    a, look, copy, patch.len, old_text);
		else
			rc = err_set(e, ERR_LIMIT,
			    "the difference is too large to show");
	}
	buf_release(&patch);
	return rc;
}

enum err_code diff_view_send_patch(struct request *r, struct response *out,
    const char *const texts[2], const char *const names[2], struct err *e)
{
	struct diff_look look = DIFF_LOOK_PLAIN;
	struct buf patch = BUF_INIT(MAX_PATCH);
	enum err_code rc = format(r->arena, &look, texts, names, &patch, e);

	if (rc == ERR_OK)
		rc = response_text(out, 200, "text/plain; charset=utf-8",
		    buf_text(&patch), patch.len, e);
	buf_release(&patch);
	return rc;
}
