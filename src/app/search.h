/*
 * Search in the texts of all current configurations and command outputs.
 *
 * All texts lie one after the other in a file beside the store's objects, read
 * through the page cache.  With them lie, for each of 16,384 classes of three
 * letters, the set of the devices whose texts hold some of that class, and the
 * shapes of all lines (line_regex.h), each once: what a pattern must hold, and
 * which shapes it matches, chooses the texts that are read at all.
 *
 * The file is a cache: made from the store when it is missing, not whole or of
 * another store, and shared by all processes of the store.  What was committed
 * after it is added to it in memory by the difference of two trees.  Any
 * thread; searches run at the same time, an advance alone.
 */
#ifndef APP_SEARCH_H
#define APP_SEARCH_H

#include "app/app.h"
#include "base/line_regex.h"
#include "domain/path.h"

struct search_index;

enum err_code search_index_new(
    const struct app *app, struct search_index **ret, struct err *e) must_check;
void search_index_free(struct search_index *index); /* NULL is fine */

/* A thread that reads or makes the index now, and anew when much has changed:
 * no search then waits for that, but one that comes before the first is there.
 * Without it the searches do this. */
enum err_code search_index_start(
    struct search_index *index, struct err *e) must_check;
void search_index_stop(struct search_index *index); /* NULL is fine */

struct search_query {
	struct line_regex *pattern;
	bool in[PATH_CONFIGS]; /* which texts */
	const char *after;     /* only devices whose names follow; "": all */
	size_t max_texts;      /* that match */
	size_t max_lines;      /* that match and are told, of each text */
	size_t context;	       /* lines told before and after each */
	int64_t budget_ms;     /* then the rest is left, within a text too */
};

struct search_line {
	unsigned long number; /* from 1 */
	const char *text;     /* as it is in the file, no newline */
	size_t len;
	bool matches;
	bool gap; /* the line told before this one does not stand before it */
};

struct search_text {
	const char *device;
	enum path_config which;
	const struct search_line *lines;
	size_t n_lines;
	size_t n_matches; /* lines, told or not */
};

struct search_found {
	const struct search_text *texts; /* by the device's name */
	size_t n;
	size_t n_devices; /* that have a text */
	const char *next; /* for `after`; "" if nothing is left */
	bool late;	  /* the budget ended before the devices did */
};

/* Everything found is made in the arena. */
enum err_code search_texts(struct search_index *index,
    const struct search_query *q, struct arena *a, struct search_found *ret,
    struct err *e) must_check;

#endif
