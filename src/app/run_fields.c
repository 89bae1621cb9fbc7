#include "app/run_fields.h"

#include "app/run_rows.h"

#include <stddef.h>
#include <string.h>

/* What is written without a filter or an order is a FIELD_LINES. */
static const struct field fields[RUN_FIELDS] = {
	[RUN_FIELD_JOB] = { .name = "job",
	    .label = "Run",
	    .type = FIELD_CHOICE,
	    .choices = job_words },
	[RUN_FIELD_DEVICE] = { .name = "device",
	    .label = "Device",
	    .type = FIELD_LABELS },
	[RUN_FIELD_STATE] = { .name = "state",
	    .label = "State",
	    .type = FIELD_CHOICE,
	    .choices = run_state_words },
	[RUN_FIELD_RESULT] = { .name = "result",
	    .label = "Result",
	    .type = FIELD_LINES },
	[RUN_FIELD_TRIGGER] = { .name = "trigger",
	    .label = "Trigger",
	    .type = FIELD_CHOICE,
	    .choices = run_trigger_words },
	[RUN_FIELD_ACTOR] = { .name = "actor",
	    .label = "By",
	    .type = FIELD_TEXT },
	[RUN_FIELD_TIME] = { .name = "time",
	    .label = "When",
	    .type = FIELD_TEXT },
	[RUN_FIELD_ID] = { .name = "id", .label = "Id", .type = FIELD_TEXT },
	[RUN_FIELD_STARTED] = { .name = "started",
	    .label = "Started",
	    .type = FIELD_LINES },
	[RUN_FIELD_FINISHED] = { .name = "finished",
	    .label = "Finished",
	    .type = FIELD_LINES },
	[RUN_FIELD_DEVICES] = { .name = "devices",
	    .label = "Devices",
	    .type = FIELD_INT },
};
const struct schema run_fields = { fields, RUN_FIELDS };

const int run_fields_search[] = { RUN_FIELD_JOB, RUN_FIELD_DEVICE,
	RUN_FIELD_ACTOR, RUN_FIELD_RESULT, RUN_FIELD_ID, -1 };

static const size_t offsets[RUN_FIELDS] = {
	[RUN_FIELD_JOB] = offsetof(struct run_entry, job),
	[RUN_FIELD_STATE] = offsetof(struct run_entry, state),
	[RUN_FIELD_RESULT] = offsetof(struct run_entry, result),
	[RUN_FIELD_TRIGGER] = offsetof(struct run_entry, trigger),
	[RUN_FIELD_ACTOR] = offsetof(struct run_entry, actor),
	[RUN_FIELD_TIME] = offsetof(struct run_entry, created_at),
	[RUN_FIELD_ID] = offsetof(struct run_entry, id),
	[RUN_FIELD_STARTED] = offsetof(struct run_entry, started_at),
	[RUN_FIELD_FINISHED] = offsetof(struct run_entry, finished_at),
};

const char *run_field_text(const void *row, int field)
{
	const struct run_entry *entry = row;
	const char *text = "";

	if (field == RUN_FIELD_DEVICES)
		return entry->n_text;
	if (offsets[field])
		memcpy(&text, (const char *)row + offsets[field], sizeof(text));
	return text;
}

size_t run_field_count(const void *row, int field)
{
	const struct run_entry *entry = row;

	if (field != RUN_FIELD_DEVICE)
		return 0;
	if (*entry->server)
		return 1;
	return entry->n_devices > RUN_ROWS_TOLD ? 0 : entry->n_names;
}

const char *run_field_item(const void *row, int field, size_t i)
{
	const struct run_entry *entry = row;
	const char *name = entry->devices;

	if (i >= run_field_count(row, field))
		return "";
	if (*entry->server)
		return entry->server;
	while (i-- > 0)
		name += strlen(name) + 1;
	return name;
}

static const char *text_of(const void *ctx, const void *row, int field)
{
	(void)ctx;
	return run_field_text(row, field);
}

static size_t count_of(const void *ctx, const void *row, int field)
{
	(void)ctx;
	return run_field_count(row, field);
}

static const char *item_of(
    const void *ctx, const void *row, int field, size_t i)
{
	(void)ctx;
	return run_field_item(row, field, i);
}

void run_fields_filter(struct row_filter *f)
{
	const struct row_reader reader = { &run_fields, NULL, text_of, count_of,
		item_of };

	row_filter_init(f, &reader, run_fields_search);
}
