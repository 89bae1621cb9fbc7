/*
 * Runs as rows of a table: the fields by which they are filtered and ordered,
 * read from the index's entries.
 */
#ifndef APP_RUN_FIELDS_H
#define APP_RUN_FIELDS_H

#include "app/row_filter.h"
#include "app/run_entry.h"

enum run_field {
	RUN_FIELD_JOB,
	RUN_FIELD_DEVICE, /* a list: the names, of RUN_ROWS_TOLD at most */
	RUN_FIELD_STATE,
	RUN_FIELD_RESULT,
	RUN_FIELD_TRIGGER,
	RUN_FIELD_ACTOR,
	RUN_FIELD_TIME, /* of its creation; filtered by how it begins */
	RUN_FIELD_ID,
	RUN_FIELD_STARTED,
	RUN_FIELD_FINISHED,
	RUN_FIELD_DEVICES, /* how many */
	RUN_FIELDS,
};

extern const struct schema run_fields;
/* What q looks into, -1 ends; of jobs their titles, too. */
extern const int run_fields_search[];

/* Of a struct run_entry; texts live as long as it does. */
const char *run_field_text(const void *entry, int field);
size_t run_field_count(const void *entry, int field);
const char *run_field_item(const void *entry, int field, size_t i);

/* A filter of runs; rows are run entries. */
void run_fields_filter(struct row_filter *f);

#endif
