#include "web/pages/record_table.h"

#include "app/row_filter.h"
#include "base/order.h"
#include "base/text.h"
#include "web/pages/record_cell.h"
#include "web/pages/table_row.h"

#include <string.h>

#define DEFAULT_SIZE 50
#define MAX_SIZE 250

/* --- choosing ------------------------------------------------------------ */

static const char *text_of(const void *spec, const void *row, int field)
{
	return table_row_text(spec, row, field);
}

static size_t count_of(const void *spec, const void *row, int field)
{
	return table_row_count(spec, row, field);
}

static const char *item_of(
    const void *spec, const void *row, int field, size_t i)
{
	return table_row_item(spec, row, field, i);
}

static void read_filter(struct request *r, const struct record_table_spec *spec,
    struct row_filter *f)
{
	const struct row_reader reader = { table_schema(spec), spec, text_of,
		count_of, item_of };
	const struct request_pair *all;
	size_t n;

	row_filter_init(f, &reader, spec->search);
	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++)
		(void)row_filter_add(f, all[i].name, all[i].value);
}

/* --- order --------------------------------------------------------------- */

static bool parse_order(const struct schema *schema, const char *sort,
    struct record_table_order *ret)
{
	int field = schema_find(schema, sort + (*sort == '-'));

	if (field < 0 || !row_filter_takes(&schema->fields[field]))
		return false;
	*ret = (struct record_table_order){ field, *sort == '-' };
	return true;
}

struct record_table_order record_table_order(
    struct request *r, const struct record_table_spec *spec)
{
	const struct schema *schema = table_schema(spec);
	struct record_table_order order = { spec->columns[0], false };

	if (!parse_order(schema, request_query(r, "sort", ""), &order))
		(void)parse_order(
		    schema, spec->order ? spec->order : "", &order);
	return order;
}

struct order {
	const struct record_table_spec *spec;
	int field;
	bool list;
	bool down;
};

static struct order read_order(
    struct request *r, const struct record_table_spec *spec)
{
	struct record_table_order o = record_table_order(r, spec);

	return (struct order){ spec, o.field,
		record_field_is_list(&table_schema(spec)->fields[o.field]),
		o.down };
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

void record_table_frame(struct request *r, const struct record_table_spec *spec,
    struct record_table *ret)
{
	struct record_table t = { .size = page_size(r) };
	long page = 1;

	choose_columns(r, spec, &t);
	if (text_to_long(request_query(r, "page", "1"), 1, 1000000, &page))
		t.first = (size_t)(page - 1) * t.size;
	*ret = t;
}

enum err_code record_table_select_of(struct request *r,
    const struct record_table_spec *spec, const struct record_table_rows *rows,
    enum record_table_extent extent, struct record_table *ret, struct err *e)
{
	struct order order = read_order(r, spec);
	struct row_filter filter;
	struct record_table t;

	read_filter(r, spec, &filter);
	record_table_frame(r, spec, &t);
	t.all = rows->list;
	t.n_all = rows->n;
	t.rows = arena_alloc(r->arena, (t.n_all + 1) * sizeof(const void *));
	if (!t.rows)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < t.n_all; i++) {
		if (row_filter_shows(&filter, t.all[i]))
			t.rows[t.n++] = t.all[i];
	}
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
