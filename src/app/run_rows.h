/*
 * The rows of a run over many devices: which of them to show, and how the run
 * is told without them.  A document with ten thousand rows is a megabyte; what
 * lists runs, or asks how one is doing, gets their numbers.
 */
#ifndef APP_RUN_ROWS_H
#define APP_RUN_ROWS_H

#include "base/err.h"
#include "domain/run.h"

#include <jansson.h>

/* As many rows are told with their run; of more, their numbers are. */
#define RUN_ROWS_TOLD 100

enum run_rows {
	RUN_ROWS_ALL,
	RUN_ROWS_CHANGED,   /* has a difference, or a new backup */
	RUN_ROWS_FAILED,    /* was begun, ended, and not as it should */
	RUN_ROWS_OPEN,	    /* has not ended */
	RUN_ROWS_CANCELLED, /* ended before it was begun */
	RUN_ROWS_KINDS,
};

/* "all", "changed", …; NULL ends. */
extern const char *const run_rows_words[RUN_ROWS_KINDS + 1];
/* False: there is no such word. */
bool run_rows_parse(const char *word, enum run_rows *ret);

bool run_row_is(const json_t *row, enum run_rows which);
/* The same of a row that is known by this alone. */
bool run_row_state_is(enum run_state state, bool changed, enum run_rows which);
/* Is it to be done again: failed, or not begun? */
bool run_row_is_unfinished(const json_t *row);

/* The run with at most RUN_ROWS_TOLD rows: itself, or a copy that has the first
 * `keep` of its rows and "counts", an object with a number for each of
 * run_rows_words.  One that was shortened before keeps its counts.  A new
 * reference; NULL when out of memory. */
json_t *run_rows_shorten(json_t *run, size_t keep);

#endif
