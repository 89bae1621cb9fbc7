#include "web/pages/record_table.h"

#include "base/order.h"
#include "base/text.h"
#include "web/pages/record_cell.h"
#include "web/pages/table_row.h"

#include <string.h>

#define MAX_CRITERIA 16
#define MAX_ALTERNATIVES 16
#define DEFAULT_SIZE 50
#define MAX_SIZE 250

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

bool text_contains(const char *text, const char *word)
{
	unsigned char first = lower(*word);

	if (!first)
		return true;
	for (; *text; text++) {
		size_t n = 1;

		if (lower(*text) != first)
			continue;
		while (word[n] && lower(text[n]) == lower(word[n]))
			n++;
		if (!word[n])
			return true;
	}
	return false;
}

/* --- choosing ------------------------------------------------------------ */

struct criterion {
	int field;
	const char *values[MAX_ALTERNATIVES];
	size_t n;
};

struct criteria {
	const struct record_table_spec *spec;
	const char *q;
	struct criterion items[MAX_CRITERIA];
	size_t n;
};

static bool filters_by(const struct field *f)
{
	return !f->hidden && f->type != FIELD_OBJECT && f->type != FIELD_LINES;
}

static struct criterion *criterion_of(struct criteria *c, int field)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i].field == field)
			return &c->items[i];
	}
	if (c->n == MAX_CRITERIA)
		return NULL;
	c->items[c->n].field = field;
	return &c->items[c->n++];
}

/* "yes" and "no" are what pages say. */
static const char *value_of(const struct field *f, const char *text)
{
	if (f->type != FIELD_BOOL)
		return text;
	return strcmp(text, "yes") == 0 || strcmp(text, "true") == 0 ? "true"
								     : "false";
}

static void read_criteria(
    struct request *r, const struct record_table_spec *spec, struct criteria *c)
{
	const struct schema *schema = table_schema(spec);
	const struct request_pair *all;
	size_t n;

	memset(c, 0, sizeof(*c));
	c->spec = spec;
	c->q = request_query(r, "q", "");
	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		int field = schema_find(schema, all[i].name);
		struct criterion *one;

		if (field < 0 || !*all[i].value ||
		    !filters_by(&schema->fields[field]))
			continue;
		one = criterion_of(c, field);
		if (one && one->n < MAX_ALTERNATIVES)
			one->values[one->n++] =
			    value_of(&schema->fields[field], all[i].value);
	}
}

static bool list_has(const struct record_table_spec *spec, const void *row,
    int field, const char *value)
{
	for (size_t i = 0; i < table_row_count(spec, row, field); i++) {
		if (strcmp(table_row_item(spec, row, field, i), value) == 0)
			return true;
	}
	return false;
}

static bool holds(const struct record_table_spec *spec, const void *row,
    const struct criterion *c)
{
	const struct field *f = &table_schema(spec)->fields[c->field];
	bool list = record_field_is_list(f);
	const char *text = list ? "" : table_row_text(spec, row, c->field);

	if (f->type == FIELD_BOOL && !*text)
		text = "false";
	for (size_t i = 0; i < c->n; i++) {
		if (list ? list_has(spec, row, c->field, c->values[i])
			 : strcmp(text, c->values[i]) == 0)
			return true;
	}
	return false;
}

static bool field_contains(const struct record_table_spec *spec,
    const void *row, int field, const char *q)
{
	if (!record_field_is_list(&table_schema(spec)->fields[field]))
		return text_contains(table_row_text(spec, row, field), q);
	for (size_t i = 0; i < table_row_count(spec, row, field); i++) {
		if (text_contains(table_row_item(spec, row, field, i), q))
			return true;
	}
	return false;
}

static bool matches(const void *row, const struct criteria *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!holds(c->spec, row, &c->items[i]))
			return false;
	}
	if (!*c->q)
		return true;
	for (const int *field = c->spec->search; *field >= 0; field++) {
		if (field_contains(c->spec, row, *field, c->q))
			return true;
	}
	return false;
}

/* --- order --------------------------------------------------------------- */

struct order {
	const struct record_table_spec *spec;
	int field;
	bool list;
	bool down;
};

static struct order read_order(
    struct request *r, const struct record_table_spec *spec)
{
	const struct schema *schema = table_schema(spec);
	const char *sort = request_query(r, "sort", "");
	struct order order = { .spec = spec, .field = spec->columns[0] };
	int field = schema_find(schema, sort + (*sort == '-'));

	if (field >= 0 && filters_by(&schema->fields[field])) {
		order.field = field;
		order.down = *sort == '-';
	}
	order.list = record_field_is_list(&schema->fields[order.field]);
	return order;
}

static const char *order_text(const void *row, const struct order *order)
{
	if (!order->list)
		return table_row_text(order->spec, row, order->field);
	return table_row_count(order->spec, row, order->field)
		   ? table_row_item(order->spec, row, order->field, 0)
		   : "";
}

/* Numbers within names count as numbers: r2 stands before r10.  What is empty
 * comes last either way. */
static int compare(const void *x, const void *y, void *ctx)
{
	const struct order *order = ctx;
	const char *s = order_text(x, order), *t = order_text(y, order);
	int c;

	if (!*s != !*t)
		return !*s ? 1 : -1;
	c = strverscmp(s, t);
	if (c != 0)
		return order->down ? -c : c;
	return strverscmp(
	    table_row_key(order->spec, x), table_row_key(order->spec, y));
}

/* --- columns ------------------------------------------------------------- */

static bool is_asked_for(struct request *r, const char *column)
{
	const struct request_pair *all;
	size_t n;

	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].name, "col") == 0 &&
		    strcmp(all[i].value, column) == 0)
			return true;
	}
	return false;
}

static void choose_columns(struct request *r,
    const struct record_table_spec *spec, struct record_table *t)
{
	const struct schema *schema = table_schema(spec);
	bool usual = !*request_query(r, "col", "");
	size_t n = 0;

	for (size_t i = 0; spec->extras && spec->extras[i].name; i++)
		t->extras[i] = usual || is_asked_for(r, spec->extras[i].name);
	if (usual) {
		for (const int *c = spec->columns; *c >= 0; c++)
			t->columns[n++] = *c;
	} else {
		t->columns[n++] = spec->columns[0];
		for (size_t i = 0; i < schema->n_fields; i++) {
			if ((int)i != spec->columns[0] &&
			    !schema->fields[i].hidden &&
			    is_asked_for(r, schema->fields[i].name))
				t->columns[n++] = (int)i;
		}
	}
	t->columns[n] = -1;
}

/* --- all together -------------------------------------------------------- */

static size_t page_size(struct request *r)
{
	long wanted = DEFAULT_SIZE;

	if (text_to_long(request_query(r, "size", ""), 1, MAX_SIZE, &wanted))
		return (size_t)wanted;
	return DEFAULT_SIZE;
}

enum err_code record_table_select_of(struct request *r,
    const struct record_table_spec *spec, const struct record_table_rows *rows,
    enum record_table_extent extent, struct record_table *ret, struct err *e)
{
	struct record_table t = {
		.size = page_size(r), .all = rows->list, .n_all = rows->n
	};
	struct order order = read_order(r, spec);
	struct criteria c;
	long page = 1;

	read_criteria(r, spec, &c);
	choose_columns(r, spec, &t);
	t.rows = arena_alloc(r->arena, (t.n_all + 1) * sizeof(const void *));
	if (!t.rows)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < t.n_all; i++) {
		if (matches(t.all[i], &c))
			t.rows[t.n++] = t.all[i];
	}
	if (text_to_long(request_query(r, "page", "1"), 1, 1000000, &page))
		t.first = (size_t)(page - 1) * t.size;
	if (t.first >= t.n)
		t.first = t.n ? (t.n - 1) / t.size * t.size : 0;
	if (extent == RECORD_TABLE_ALL)
		order_window(t.rows, t.n, 0, t.n, compare, &order);
	else
		order_window(t.rows, t.n, t.first, t.size, compare, &order);
	*ret = t;
	return ERR_OK;
}

enum err_code record_table_select(struct request *r,
    const struct record_table_spec *spec, enum record_table_extent extent,
    struct record_table *ret, struct err *e)
{
	struct record_table_rows rows;

	/* an array of pointers to records is one of pointers */
	rows.list =
	    (const void *const *)snapshot_all(r->snapshot, spec->kind, &rows.n);
	return record_table_select_of(r, spec, &rows, extent, ret, e);
}
