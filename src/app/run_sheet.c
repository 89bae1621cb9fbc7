#include "app/run_sheet.h"

#include "base/json_scan.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct row {
	uint32_t at, len; /* in the text */
	uint32_t name_at; /* in it, too, without quotes */
	uint16_t name_len;
	uint16_t kinds; /* a bit for each enum run_rows */
};

struct run_sheet {
	atomic_uint holders;
	struct buf text;
	size_t devices_at, devices_len; /* the member's value */
	struct row *rows;
	size_t n, cap;
	size_t counts[RUN_ROWS_KINDS];
};

/* --- making -------------------------------------------------------------- */

static enum run_state state_of(struct json_span value)
{
	enum run_state state = RUN_QUEUED;
	char word[32];

	if (value.len < 2 || value.len > sizeof(word))
		return state;
	memcpy(word, value.text + 1, value.len - 2);
	word[value.len - 2] = '\0';
	(void)run_state_parse(word, &state);
	return state;
}

/* What run_row_is() says of the row. */
static uint16_t kinds_of(enum run_state state, bool changed)
{
	unsigned kinds = 0;

	for (int i = 0; i < RUN_ROWS_KINDS; i++)
		kinds |=
		    (unsigned)run_row_state_is(state, changed, (enum run_rows)i)
		    << i;
	return (uint16_t)kinds;
}

static bool read_row(
    const struct run_sheet *sheet, struct json_span span, struct row *ret)
{
	const char *text = buf_text(&sheet->text);
	struct json_scan scan = json_scan_begin(span);
	struct json_span key, value;
	enum run_state state = RUN_QUEUED;
	bool changed = false;
	struct row row = { .at = (uint32_t)(span.text - text),
		.len = (uint32_t)span.len };

	while (json_scan_next(&scan, &key, &value)) {
		if (json_span_is(key, "state")) {
			state = state_of(value);
		} else if (json_span_is(key, "added")) {
			changed = true;
		} else if (json_span_is(key, "changed")) {
			changed = changed || json_span_is(value, "true");
		} else if (json_span_is(key, "name") && value.len >= 2 &&
			   value.len <= UINT16_MAX) {
			row.name_at = (uint32_t)(value.text + 1 - text);
			row.name_len = (uint16_t)(value.len - 2);
		}
	}
	row.kinds = kinds_of(state, changed);
	*ret = row;
	return !scan.failed;
}

static bool add_row(struct run_sheet *sheet, const struct row *row)
{
	if (sheet->n == sheet->cap) {
		size_t cap = sheet->cap ? sheet->cap * 2 : 16;
		void *grown = realloc(sheet->rows, cap * sizeof(*sheet->rows));

		if (!grown)
			return false;
		sheet->rows = grown;
		sheet->cap = cap;
	}
	sheet->rows[sheet->n++] = *row;
	for (int i = 0; i < RUN_ROWS_KINDS; i++)
		sheet->counts[i] += row->kinds >> i & 1;
	return true;
}

static enum err_code read_rows(
    struct run_sheet *sheet, struct json_span devices, struct err *e)
{
	struct json_scan scan = json_scan_begin(devices);
	struct json_span key, value;
	struct row row;

	sheet->devices_at = (size_t)(devices.text - buf_text(&sheet->text));
	sheet->devices_len = devices.len;
	while (json_scan_next(&scan, &key, &value)) {
		if (!read_row(sheet, value, &row))
			return err_set(
			    e, ERR_CORRUPT, "a row of the run is damaged");
		if (!add_row(sheet, &row))
			return err_set(e, ERR_SYSTEM, "out of memory");
	}
	return scan.failed
		   ? err_set(e, ERR_CORRUPT, "the run's rows are damaged")
		   : ERR_OK;
}

static enum err_code read_text(struct run_sheet *sheet, struct err *e)
{
	struct json_span all = { buf_text(&sheet->text), sheet->text.len };
	struct json_scan scan = json_scan_begin(all);
	struct json_span key, value;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && json_scan_next(&scan, &key, &value)) {
		if (json_span_is(key, "devices"))
			rc = read_rows(sheet, value, e);
	}
	if (rc == ERR_OK && scan.failed)
		rc = err_set(e, ERR_CORRUPT, "the run's document is damaged");
	return rc;
}

static void release(struct run_sheet *sheet)
{
	buf_release(&sheet->text);
	free(sheet->rows);
	free(sheet);
}

enum err_code run_sheet_new(
    struct buf *text, struct run_sheet **ret, struct err *e)
{
	struct run_sheet *sheet = calloc(1, sizeof(*sheet));
	enum err_code rc;

	if (!sheet)
		return err_set(e, ERR_SYSTEM, "out of memory");
	sheet->holders = 1;
	sheet->text = *text;
	rc = read_text(sheet, e);
	if (rc != ERR_OK) {
		sheet->text = (struct buf){ 0 }; /* it stays the caller's */
		release(sheet);
		return rc;
	}
	*text = (struct buf)BUF_INIT(text->max);
	*ret = sheet;
	return ERR_OK;
}

struct run_sheet *run_sheet_ref(struct run_sheet *sheet)
{
	atomic_fetch_add_explicit(&sheet->holders, 1, memory_order_relaxed);
	return sheet;
}

void run_sheet_unref(struct run_sheet *sheet)
{
	if (sheet && atomic_fetch_sub_explicit(
			 &sheet->holders, 1, memory_order_acq_rel) == 1)
		release(sheet);
}

size_t run_sheet_size(const struct run_sheet *sheet)
{
	return sizeof(*sheet) + sheet->text.len +
	       sheet->cap * sizeof(*sheet->rows);
}

/* --- reading ------------------------------------------------------------- */

size_t run_sheet_count(const struct run_sheet *sheet, enum run_rows which)
{
	return sheet->counts[which];
}

bool run_sheet_has_device(const struct run_sheet *sheet, const char *name)
{
	const char *text = buf_text(&sheet->text);
	size_t len = strlen(name);

	for (size_t i = 0; i < sheet->n; i++) {
		const struct row *row = &sheet->rows[i];

		if (row->name_len == len &&
		    memcmp(text + row->name_at, name, len) == 0)
			return true;
	}
	return false;
}

json_t *run_sheet_rows(const struct run_sheet *sheet, enum run_rows which,
    size_t limit, size_t *at)
{
	json_t *items = json_array();
	size_t i = *at;

	for (; i < sheet->n && json_array_size(items) < limit; i++) {
		const struct row *row = &sheet->rows[i];

		if (!(row->kinds >> which & 1))
			continue;
		if (json_array_append_new(
			items, json_loadb(buf_text(&sheet->text) + row->at,
				   row->len, 0, NULL)) != 0) {
			json_decref(items);
			return NULL;
		}
	}
	*at = i;
	return items;
}

size_t run_sheet_find(
    const struct run_sheet *sheet, enum run_rows which, size_t skip)
{
	size_t i = 0;

	for (; i < sheet->n; i++) {
		if (!(sheet->rows[i].kinds >> which & 1))
			continue;
		if (skip-- == 0)
			break;
	}
	return i;
}

/* The document with an empty list in place of its rows. */
static json_t *read_head(const struct run_sheet *sheet)
{
	const char *text = buf_text(&sheet->text);
	size_t behind = sheet->devices_at + sheet->devices_len;
	struct buf head = BUF_INIT(sheet->text.len + 3);
	json_t *doc = NULL;

	if (sheet->devices_len == 0)
		return json_loadb(text, sheet->text.len, 0, NULL);
	buf_add(&head, text, sheet->devices_at);
	buf_puts(&head, "[]");
	buf_add(&head, text + behind, sheet->text.len - behind);
	if (buf_ok(&head))
		doc = json_loadb(buf_text(&head), head.len, 0, NULL);
	buf_release(&head);
	return doc;
}

static bool add_counts(const struct run_sheet *sheet, json_t *doc)
{
	json_t *counts = json_object();
	bool ok = json_object_set_new(doc, "counts", counts) == 0;

	for (int i = 0; ok && i < RUN_ROWS_KINDS; i++)
		ok = json_object_set_new(counts, run_rows_words[i],
			 json_integer((json_int_t)sheet->counts[i])) == 0;
	return ok;
}

json_t *run_sheet_brief(const struct run_sheet *sheet)
{
	json_t *doc = read_head(sheet);
	size_t at = 0;
	bool ok = doc && json_object_set_new(doc, "devices",
			     run_sheet_rows(
				 sheet, RUN_ROWS_ALL, RUN_ROWS_TOLD, &at)) == 0;

	if (ok && sheet->n > RUN_ROWS_TOLD)
		ok = add_counts(sheet, doc);
	if (ok)
		return doc;
	json_decref(doc);
	return NULL;
}
