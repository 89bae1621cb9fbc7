/*
 * Schedules, change hooks and buttons that name what is no more: a view that a
 * push took away, a device that was torn down, a tag that no device has any
 * longer.  They start nothing, or pass over what they were meant for, and say
 * so.
 *
 * Records are the snapshot's.
 */
#ifndef APP_LOST_NAMES_H
#define APP_LOST_NAMES_H

#include "app/snapshot.h"

#define LOST_NAMES_TEXT 200

/* What is wrong with what the record names, in a sentence without its end;
 * false: nothing is.  Any thread. */
bool lost_names_of(const struct snapshot *s, const struct record *r,
    char text[LOST_NAMES_TEXT]);

/* Of the enabled ones. */
struct lost_name {
	const struct record *record;
	char text[LOST_NAMES_TEXT];
};
size_t lost_names_find(
    const struct snapshot *s, struct lost_name *ret, size_t max);

/* --- for the log --------------------------------------------------------- */

/* Remembers what was told.  One thread. */
struct lost_watch;

enum err_code lost_watch_new(struct lost_watch **ret, struct err *e) must_check;
void lost_watch_free(struct lost_watch *w); /* NULL is fine */

/* Logs what is lost since the last look, once. */
void lost_watch_look(struct lost_watch *w, const struct snapshot *s);

#endif
