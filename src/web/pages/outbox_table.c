#include "web/pages/outbox_table.h"

#include "base/json.h"

#include <string.h>

/* Of one place.  Each is a file that is read. */
#define MOST 5000

static const struct field fields[OUTBOX_COLUMNS] = {
	[OUTBOX_TITLE] = { .name = "title",
	    .label = "What",
	    .type = FIELD_TEXT },
	[OUTBOX_EVENT] = { .name = "event",
	    .label = "Event",
	    .type = FIELD_CHOICE },
	[OUTBOX_CHANNEL] = { .name = "channel",
	    .label = "Channel",
	    .type = FIELD_REF,
	    .ref = KIND_CHANNEL },
	[OUTBOX_PLACE] = { .name = "place",
	    .label = "Place",
	    .type = FIELD_CHOICE,
	    .choices = outbox_place_words },
	[OUTBOX_TIME] = { .name = "time", .label = "When", .type = FIELD_TEXT },
	[OUTBOX_ATTEMPTS] = { .name = "attempts",
	    .label = "Attempts",
	    .type = FIELD_INT },
	[OUTBOX_WHY] = { .name = "why",
	    .label = "Last answer",
	    .type = FIELD_TEXT },
	[OUTBOX_NEXT] = { .name = "next_at",
	    .label = "Next attempt",
	    .type = FIELD_TEXT },
	[OUTBOX_TYPE] = { .name = "type",
	    .label = "Type of channel",
	    .type = FIELD_CHOICE },
	[OUTBOX_ID] = { .name = "id", .label = "Id", .type = FIELD_TEXT },
};
static const struct schema schema = { fields, OUTBOX_COLUMNS };

static const char *text_of(const void *row, int field)
{
	return ((const struct outbox_row *)row)->text[field];
}

static const char *key_of(const void *row)
{
	return text_of(row, OUTBOX_ID);
}

static const struct record_table_source source = {
	.name = "notifications",
	.schema = &schema,
	.key = key_of,
	.text = text_of,
};

#define LIST(...) ((const int[]){ __VA_ARGS__, -1 })

const struct record_table_spec outbox_table_spec = {
	.kind = KIND_NONE,
	.columns =
	    LIST(OUTBOX_TITLE, OUTBOX_EVENT, OUTBOX_CHANNEL, OUTBOX_PLACE,
		OUTBOX_TIME, OUTBOX_ATTEMPTS, OUTBOX_WHY, OUTBOX_NEXT),
	.search = LIST(OUTBOX_TITLE, OUTBOX_EVENT, OUTBOX_CHANNEL, OUTBOX_WHY),
	.filters = LIST(OUTBOX_PLACE, OUTBOX_EVENT, OUTBOX_CHANNEL),
	.order = "-time",
	.source = &source,
	.rows_have_no_page = true,
};

/* --- rows ---------------------------------------------------------------- */

static const struct outbox_row *make_row(
    struct arena *a, const json_t *item, enum outbox_place place)
{
	struct outbox_row *row = arena_zalloc(a, sizeof(*row));

	if (!row)
		return NULL;
	row->place = place;
	for (int i = 0; i < OUTBOX_COLUMNS; i++)
		row->text[i] =
		    arena_strdup(a, json_text(item, fields[i].name, ""));
	row->text[OUTBOX_ATTEMPTS] = arena_printf(
	    a, "%lld", (long long)json_number(item, "attempts", 0));
	if (!*row->text[OUTBOX_TITLE])
		row->text[OUTBOX_TITLE] = row->text[OUTBOX_ID];
	return row;
}

static bool is_asked_for(struct request *r, const char *place)
{
	const struct request_pair *all;
	bool any = false;
	size_t n;

	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].name, "place") != 0 || !*all[i].value)
			continue;
		if (strcmp(all[i].value, place) == 0)
			return true;
		any = true;
	}
	return !any;
}

static enum err_code add_place(struct request *r, enum outbox_place place,
    const void ***rows, size_t *n, bool *more, struct err *e)
{
	char next[OUTBOX_ID_SIZE] = "";
	json_t *items = json_array();
	enum err_code rc =
	    outbox_page(r->app->dir, place, NULL, MOST, items, next, e);

	for (size_t i = 0; rc == ERR_OK && i < json_array_size(items); i++) {
		const void *row =
		    make_row(r->arena, json_array_get(items, i), place);

		if (!row)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
		else
			(*rows)[(*n)++] = row;
	}
	*more = *more || *next;
	json_decref(items);
	return rc;
}

enum err_code outbox_table_rows(struct request *r,
    struct record_table_rows *ret, bool *ret_more, struct err *e)
{
	const void **rows =
	    arena_alloc(r->arena, (size_t)OUTBOX_PLACES * MOST * sizeof(*rows));
	enum err_code rc =
	    rows ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
	size_t n = 0;

	*ret_more = false;
	for (int i = 0; rc == ERR_OK && i < OUTBOX_PLACES; i++) {
		if (is_asked_for(r, outbox_place_words[i]))
			rc = add_place(
			    r, (enum outbox_place)i, &rows, &n, ret_more, e);
	}
	if (rc == ERR_OK)
		*ret = (struct record_table_rows){ rows, n };
	return rc;
}
