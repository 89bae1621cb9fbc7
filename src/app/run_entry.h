/*
 * What the index keeps of a finished run: its document for lists, and what
 * lists are filtered by.
 */
#ifndef APP_RUN_ENTRY_H
#define APP_RUN_ENTRY_H

#include "app/runs.h"

#include <stdint.h>

/* One allocation, texts behind the struct: free() ends it. */
struct run_entry {
	const char *id;
	const char *job;
	const char *state;
	const char *trigger;
	const char *actor;
	const char *finished_at; /* "": it has not */
	const char
	    *devices; /* names, each followed by NUL; an empty one ends */
	const unsigned char *marks; /* one for each: see run_entry_mark() */
	/* Where the names of many begin in `devices`, in their order; NULL of a
	 * few. */
	const uint32_t *sorted;
	uint32_t n_sorted;
	const char *json; /* with many rows: their numbers (run_rows.h) */
	size_t json_len;
};

/* doc: the document that the text holds.  NULL when out of memory. */
struct run_entry *run_entry_new(json_t *doc, const char *text, size_t len);

/* What the entry knows of a device's row. */
struct run_mark {
	enum run_state state;
	bool had_session; /* something was done there, or tried */
	bool backed_up;	  /* its configuration was read, whole */
	bool quarantined; /* what was read was put aside */
};
struct run_mark run_entry_mark(const struct run_entry *entry, size_t device);

/* The run as the one device knows it: of a run over many its own row alone,
 * that row's state and, where it is known, result, and "among_others": true.
 * NULL when out of memory. */
json_t *run_entry_of_device(
    const struct run_entry *entry, const char *device, size_t row);

bool run_entry_has_device(const struct run_entry *entry, const char *device);
/* Which of its rows is the device's; false: none. */
bool run_entry_find_row(
    const struct run_entry *entry, const char *device, size_t *ret);
bool run_entry_matches(
    const struct run_entry *entry, const struct run_filter *f);
/* The same of a run that has not ended. */
bool run_entry_doc_matches(const json_t *doc, const struct run_filter *f);

#endif
