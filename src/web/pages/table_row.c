#include "web/pages/table_row.h"

const char *table_name(const struct record_table_spec *spec)
{
	return spec->source ? spec->source->name : kind_get(spec->kind)->plural;
}

const char *table_path(struct arena *a, const struct record_table_spec *spec)
{
	return spec->path ? spec->path
			  : arena_printf(a, "/%s", table_name(spec));
}

const struct schema *table_schema(const struct record_table_spec *spec)
{
	return spec->source ? spec->source->schema
			    : &kind_get(spec->kind)->schema;
}

const char *table_row_key(const struct record_table_spec *spec, const void *row)
{
	return spec->source ? spec->source->key(row) : record_key(row);
}

const char *table_row_text(
    const struct record_table_spec *spec, const void *row, int field)
{
	return spec->source ? spec->source->text(row, field)
			    : record_text(row, field);
}

size_t table_row_count(
    const struct record_table_spec *spec, const void *row, int field)
{
	if (!spec->source)
		return record_count(row, field);
	return spec->source->count ? spec->source->count(row, field) : 0;
}

const char *table_row_item(
    const struct record_table_spec *spec, const void *row, int field, size_t i)
{
	if (!spec->source)
		return record_item(row, field, i);
	return spec->source->item ? spec->source->item(row, field, i) : "";
}
