#include "web/pages/diff_rows.h"

#include "base/text.h"
#include "domain/config_dialect.h"
#include "domain/config_pattern.h"

#include <string.h>

/* A line is looked for among so many of the other side. */
#define WINDOW 64

/* --- lines of no interest ------------------------------------------------ */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool same_but_space(const struct diff_row *a, const struct diff_row *b)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a->len && is_space(a->text[i]))
			i++;
		while (j < b->len && is_space(b->text[j]))
			j++;
		if (i == a->len || j == b->len)
			return i == a->len && j == b->len;
		if (a->text[i++] != b->text[j++])
			return false;
	}
}

/* Comments, which the dialects leave out anyway: when and by whom. */
static const char *const comments[] = { "! Last configuration change",
	"! NVRAM config last updated", "! No configuration change since",
	"!Time:", "!Running configuration last done at:", "## Last commit:",
	"## Last changed:", "! device:", NULL };

static bool is_dated(const char *line)
{
	for (const char *const *c = comments; *c; c++) {
		if (text_starts_with(line, *c))
			return true;
	}
	return false;
}

static bool is_volatile(const struct diff_row *row)
{
	char line[256];
	size_t len = row->len < sizeof(line) - 1 ? row->len : sizeof(line) - 1;
	const struct config_dialect *const *all = config_dialects();

	if (row->kind != DIFF_ROW_DEL && row->kind != DIFF_ROW_ADD)
		return false;
	memcpy(line, row->text, len);
	line[len] = '\0';
	if (is_dated(line))
		return true;
	for (; *all; all++) {
		if (config_pattern_find((*all)->volatiles, line))
			return true;
	}
	return false;
}

/* --- hunks without a change ---------------------------------------------- */

static bool is_change(const struct diff_row *row)
{
	return row->kind == DIFF_ROW_DEL || row->kind == DIFF_ROW_ADD;
}

/* They go, and the lines that they had are counted into the next one's gap. */
static void drop_idle_hunks(struct diff_rows *rows)
{
	size_t kept = 0;
	unsigned long gap = 0;

	for (size_t i = 0; i < rows->n;) {
		size_t end = i + 1;
		bool changes = is_change(&rows->list[i]) ||
			       rows->list[i].kind == DIFF_ROW_NOTE;

		for (; end < rows->n && rows->list[end].kind != DIFF_ROW_HUNK;
		     end++)
			changes = changes || is_change(&rows->list[end]);
		if (changes) {
			rows->list[i].gap += gap;
			memmove(&rows->list[kept], &rows->list[i],
			    (end - i) * sizeof(rows->list[0]));
			kept += end - i;
			gap = 0;
		} else {
			gap += rows->list[i].gap + (end - i - 1);
		}
		i = end;
	}
	rows->n = kept;
}

/* --- white space --------------------------------------------------------- */

/* Removed lines and the added ones behind them. */
struct block {
	const struct diff_row *del, *add;
	size_t n_del, n_add;
};

struct output {
	struct diff_rows *rows;
	size_t n;
};

static void put(struct output *out, const struct diff_row *row)
{
	out->rows->list[out->n++] = *row;
}

static void put_same(
    struct output *out, const struct diff_row *del, const struct diff_row *add)
{
	struct diff_row row = *add;

	row.kind = DIFF_ROW_SAME;
	row.old_line = del->old_line;
	put(out, &row);
	out->rows->ignored++;
	out->rows->added--;
	out->rows->removed--;
}

static size_t find_partner(
    const struct block *b, const struct diff_row *del, size_t from)
{
	for (size_t j = from; j < b->n_add && j < from + WINDOW; j++) {
		if (same_but_space(del, &b->add[j]))
			return j;
	}
	return b->n_add;
}

/* Lines without a partner stay as they are, removed ones first. */
static void put_block(struct output *out, const struct block *b)
{
	size_t add = 0, first = 0;

	for (size_t i = 0; i < b->n_del; i++) {
		size_t j = find_partner(b, &b->del[i], add);

		if (j == b->n_add)
			continue;
		for (; first < i; first++)
			put(out, &b->del[first]);
		for (; add < j; add++)
			put(out, &b->add[add]);
		put_same(out, &b->del[i], &b->add[j]);
		first = i + 1;
		add = j + 1;
	}
	for (; first < b->n_del; first++)
		put(out, &b->del[first]);
	for (; add < b->n_add; add++)
		put(out, &b->add[add]);
}

static size_t run_of(
    const struct diff_row *rows, size_t n, size_t from, enum diff_row_kind kind)
{
	size_t at = from;

	while (at < n && rows[at].kind == kind)
		at++;
	return at - from;
}

void diff_rows_ignore_space(struct arena *a, struct diff_rows *rows)
{
	struct diff_row *copy = arena_alloc(a, (rows->n + 1) * sizeof(*copy));
	struct output out = { .rows = rows };
	size_t n = rows->n;

	if (!copy)
		return;
	memcpy(copy, rows->list, n * sizeof(*copy));
	for (size_t i = 0; i < n;) {
		struct block b = { .del = &copy[i],
			.n_del = run_of(copy, n, i, DIFF_ROW_DEL) };

		b.add = &copy[i + b.n_del];
		b.n_add = run_of(copy, n, i + b.n_del, DIFF_ROW_ADD);
		if (b.n_del + b.n_add == 0) {
			put(&out, &copy[i++]);
			continue;
		}
		put_block(&out, &b);
		i += b.n_del + b.n_add;
	}
	rows->n = out.n;
	drop_idle_hunks(rows);
}

void diff_rows_ignore_volatile(struct diff_rows *rows)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct diff_row *row = &rows->list[i];

		if (!is_volatile(row)) {
			rows->list[kept++] = *row;
			continue;
		}
		rows->ignored++;
		if (row->kind == DIFF_ROW_ADD)
			rows->added--;
		else
			rows->removed--;
	}
	rows->n = kept;
	drop_idle_hunks(rows);
}
