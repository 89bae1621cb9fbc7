/*
 * The table of notifications: the files of the outbox as rows of the common
 * tables.
 */
#ifndef WEB_PAGES_OUTBOX_TABLE_H
#define WEB_PAGES_OUTBOX_TABLE_H

#include "app/outbox.h"
#include "web/pages/record_table.h"

enum outbox_column {
	OUTBOX_TITLE,
	OUTBOX_EVENT,
	OUTBOX_CHANNEL,
	OUTBOX_PLACE,
	OUTBOX_TIME,
	OUTBOX_ATTEMPTS,
	OUTBOX_WHY,
	OUTBOX_NEXT,
	OUTBOX_TYPE,
	OUTBOX_ID,
	OUTBOX_COLUMNS,
};

struct outbox_row {
	const char *text[OUTBOX_COLUMNS];
	enum outbox_place place;
};

extern const struct record_table_spec outbox_table_spec;

/* All that there is, in the request's arena; of the places that the query names
 * if it names any.  *ret_more: there are more than are read. */
enum err_code outbox_table_rows(struct request *r,
    struct record_table_rows *ret, bool *ret_more, struct err *e) must_check;

/* [{name, verb}] of what can be done with many. */
struct jv outbox_bulk_actions(struct request *r);

#endif
