/*
 * A filter of runs made ready for many of them: names are words of the index,
 * which are compared as numbers, and what q asks for is looked for once in each
 * word instead of once in each run.
 *
 * For one pass over the index, under its lock.
 */
#ifndef APP_RUN_MATCH_H
#define APP_RUN_MATCH_H

#include "app/run_fields.h"

struct run_match {
	const struct row_filter *filter; /* NULL: all runs */
	struct {
		uint32_t words[ROW_FILTER_VALUES];
		size_t n;
	} items[ROW_FILTER_FIELDS]; /* as those of the filter */
	char *q;		    /* in small letters; NULL: none */
	unsigned char *hits;	    /* by word: q is in it */
};

/* False when out of memory.  The filter and the words are borrowed. */
bool run_match_init(struct run_match *m, const struct row_filter *filter,
    const struct run_words *words) must_check;
void run_match_release(struct run_match *m);

bool run_match_shows(const struct run_match *m, const struct run_entry *entry);
/* Is the answer to be found in the names of the devices? */
bool run_match_needs_names(const struct run_match *m);

#endif
