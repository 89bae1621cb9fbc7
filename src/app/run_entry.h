/*
 * What the index keeps of a finished run: its document for lists, and what
 * lists are filtered by.
 */
#ifndef APP_RUN_ENTRY_H
#define APP_RUN_ENTRY_H

#include "app/runs.h"

/* One allocation, texts behind the struct: free() ends it. */
struct run_entry {
	const char *id;
	const char *job;
	const char *state;
	const char *trigger;
	const char *actor;
	const char
	    *devices;	  /* names, each followed by NUL; an empty one ends */
	const char *json; /* with many rows: their numbers (run_rows.h) */
	size_t json_len;
};

/* doc: the document that the text holds.  NULL when out of memory. */
struct run_entry *run_entry_new(json_t *doc, const char *text, size_t len);

/* Its rows are devices, and yet it is the last run of none of them: nothing
 * was done there. */
bool run_entry_is_over_store(const struct run_entry *entry);

bool run_entry_matches(
    const struct run_entry *entry, const struct run_filter *f);
/* The same of a run that has not ended. */
bool run_entry_doc_matches(const json_t *doc, const struct run_filter *f);

#endif
