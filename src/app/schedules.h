/*
 * Schedules: when a job is run by itself (schedules/<name>.json), and where
 * each of them stands.
 *
 * Where it stands is not in the store but in DIR/schedules/<name>.json,
 * written by the worker, and by whoever starts it by hand; DIR/schedules/lock
 * is held meanwhile.  A run that is started for an occurrence has a key that
 * follows from it, so that a start which was not noted before a crash is found
 * again and not repeated.
 */
#ifndef APP_SCHEDULES_H
#define APP_SCHEDULES_H

#include "app/runs.h"
#include "domain/schedule.h"

/* The times of a record, parsed. */
struct schedule {
	struct schedule_time time; /* unless it follows another one */
	struct zone *zone;	   /* owned */
	bool follows;
	bool run_once; /* what was missed */
	char name[PATH_MAX_KEY];
};

/* ERR_INVALID: the record says no time, or the time zone is not known. */
enum err_code schedule_load(
    const struct record *r, struct schedule *ret, struct err *e) must_check;
void schedule_release(struct schedule *s);

/* The next times at which it is due; how many were put into `times`. */
size_t schedule_times(
    const struct schedule *s, int64_t now_ms, int64_t *times, size_t max);

/* "2026-12-01 03:00:00 +01:00", as clocks in its zone show it. */
#define SCHEDULE_TEXT_SIZE 64
void schedule_format(
    const struct schedule *s, int64_t ms, char text[SCHEDULE_TEXT_SIZE]);

/* "at 02:30 on Monday to Friday, Europe/Berlin"; "" where its expression says
 * more, and where it follows another one. */
#define SCHEDULE_WORDS_SIZE 280
void schedule_words(const struct schedule *s, const struct record *r,
    char text[SCHEDULE_WORDS_SIZE]);

/* What the record's schema cannot say: its time, zone, job and parameters; that
 * no schedule follows itself, and that its time is still to come.  old: what it
 * was in the snapshot; NULL: it is new, or not about to change. */
void schedule_check(const struct snapshot *s, const struct record *old,
    const struct record *now, struct schema_errors *errors);

/* --- where it stands ----------------------------------------------------- */

struct schedule_state {
	char timing[65];       /* digest of the fields that say when */
	int64_t seen_ms;       /* occurrences up to here have been dealt with */
	int64_t due_ms;	       /* of the last one that was started; 0: none */
	char run[RUN_ID_SIZE]; /* that it started; "": none */
	char after[RUN_ID_SIZE]; /* the run of the other that it followed */
	int64_t note_ms;
	char note[300]; /* why an occurrence started nothing; "" */
};

/* All zero if nothing is known of it. */
void schedule_state_read(
    const char *dir, const char *name, struct schedule_state *ret);
enum err_code schedule_state_write(const char *dir, const char *name,
    const struct schedule_state *state, struct err *e) must_check;
/* Forgets those of which there is no record any more: one that is made anew
 * under their name begins then.  The lock is held, and `s` is younger than
 * that. */
void schedule_states_tidy(const char *dir, const struct snapshot *s);
/* The digest for `timing`. */
void schedule_timing(const struct record *r, char timing[65]);

/* Has this run not ended yet, as far as the queue tells? */
bool schedule_run_is_open(const char *dir, const char *id);

/* --- starting ------------------------------------------------------------ */

/* Held by whoever reads a state to write it; ERR_TIMEOUT. */
enum err_code schedule_lock(
    const char *dir, int wait_ms, int *ret_fd, struct err *e) must_check;
void schedule_unlock(int fd);

/* Starts a run of the schedule's job with its parameters, and notes it.
 * The lock is held.  key: of the occurrence.  ERR_CONFLICT if its last run has
 * not ended and it may not overlap, and as runs_create(). */
struct schedule_occurrence {
	const char *key;
	int64_t due_ms; /* 0: started by hand */
	const char *after;
	int64_t seen_ms; /* 0: leave it */
};
enum err_code schedule_start(const struct app *app, const struct actor *actor,
    const struct record *r, const struct schedule_occurrence *o,
    json_t **ret_doc, struct err *e) must_check;

/* By hand: the schedule says what, and a person when. */
enum err_code schedule_run_now(const struct app *app, const struct actor *actor,
    const struct record *r, const char *key, json_t **ret_doc,
    struct err *e) must_check;

#endif
