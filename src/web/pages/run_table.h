/*
 * The table of runs: what the index knows of them as rows of the common
 * tables.  Nothing of a run's document is read to choose and order them.
 */
#ifndef WEB_PAGES_RUN_TABLE_H
#define WEB_PAGES_RUN_TABLE_H

#include "app/run_select.h"
#include "web/pages/record_table.h"

extern const struct record_table_spec run_table_spec;

/* The runs that the query chooses, those of its page or all of them up to
 * `most` (a refusal: there are more).  Rows are struct run_entry, held by
 * ret_hold, which the caller releases. */
enum err_code run_table_select(struct request *r,
    enum record_table_extent extent, size_t most, struct record_table *ret,
    struct run_selection *ret_hold, struct err *e) must_check;

/* The actions that the role allows: [{name, verb}]. */
struct jv run_bulk_actions(struct request *r);

#endif
