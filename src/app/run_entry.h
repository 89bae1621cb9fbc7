/*
 * What the index keeps of a run: its document for lists, and what lists are
 * filtered and ordered by.
 *
 * Entries are never changed.  Whoever holds one may read it in any thread;
 * the last to let go frees it.
 */
#ifndef APP_RUN_ENTRY_H
#define APP_RUN_ENTRY_H

#include "app/runs.h"

#include "app/run_words.h"

#include <stdatomic.h>

/* What is compared as words of the index. */
enum run_word {
	RUN_WORD_JOB,
	RUN_WORD_STATE,
	RUN_WORD_TRIGGER,
	RUN_WORD_ACTOR,
	RUN_WORD_DEVICE, /* the first one's name, or the server's */
	RUN_WORDS,
};

/* One allocation, texts behind the struct. */
struct run_entry {
	atomic_uint holders;
	uint32_t words[RUN_WORDS]; /* once it is in an index */
	uint32_t n_devices;	   /* more than names: they are not told */
	char n_text[12];	   /* the same as text */
	const char *id;
	const char *job;
	const char *state;
	const char *trigger;
	const char *actor;
	const char *created_at, *started_at, *finished_at; /* "": not yet */
	const char *result;
	const char *search; /* the result and the id, in small letters */
	const char *server; /* name; "": it is about devices */
	const char
	    *devices; /* names, each followed by NUL; an empty one ends */
	const unsigned char *marks; /* one for each: see run_entry_mark() */
	/* Where the names of many begin in `devices`, in their order; NULL of a
	 * few. */
	const uint32_t *sorted;
	uint32_t n_sorted;
	uint32_t n_names;
	const char *json; /* with many rows: their numbers (run_rows.h) */
	size_t json_len;
};

/* doc: the document that the text holds.  Held once.  NULL when out of
 * memory. */
struct run_entry *run_entry_new(json_t *doc, const char *text, size_t len);
/* False when out of memory. */
bool run_entry_intern(
    struct run_entry *entry, struct run_words *words) must_check;
struct run_entry *run_entry_ref(const struct run_entry *entry);
void run_entry_unref(const struct run_entry *entry);
/* The run as lists tell it: of many devices without their rows (run_rows.h).
 * A new reference; NULL when out of memory. */
json_t *run_entry_json(const struct run_entry *entry);

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

#endif
