/*
 * Inside of the fake driver: the directory that is its device, the control
 * file, and flat configurations of a line a setting.
 *
 * A session belongs to one thread.  Texts are in the caller's arena.  What a
 * directory refuses ends the process: no test can go on without it.
 */
#ifndef TESTS_SIM_FAKE_DEVICE_H
#define TESTS_SIM_FAKE_DEVICE_H

#include "app/port/driver.h"

#define FAKE_MAX_TEXT ((size_t)1 << 20)
#define FAKE_MAX_LINES 4096
#define FAKE_ARENA_MAX ((size_t)64 << 20)

struct driver_session {
	char dir[512];
	const struct driver_target *target;
	const struct driver_hooks *hooks;
	struct arena *arena; /* of the stage */
	bool staged;
	bool replace;
	const char *running; /* when it was staged */
	const char *predicted;
	const char
	    *commands[FAKE_MAX_LINES]; /* "line" adds, "no line" removes */
	size_t n_commands;
	int writer_fd; /* the only writer holds this lock */
};

/* A line of the device's log. */
void fake_note(const struct driver_session *s, const char *fmt, ...)
    printf_like(2, 3);

/* A file of the device; "" if it is not there. */
const char *fake_load(
    const struct driver_session *s, const char *file, struct arena *arena);
void fake_store(
    const struct driver_session *s, const char *file, const char *text);

/* The value of a control word, "" if it is not there. */
void fake_control(
    const struct driver_session *s, const char *word, char value[64]);
bool fake_controlled(const struct driver_session *s, const char *word);
size_t fake_control_number(const struct driver_session *s, const char *word);

void fake_pause_ms(int64_t ms);

/* What the device takes for one exchange.  Before an effect it can be
 * cancelled. */
enum err_code fake_exchange(struct driver_session *s, bool cancellable,
    struct deadline deadline, struct err *e);

/* `text` after one command, in the arena. */
const char *fake_apply(
    struct arena *arena, const char *text, const char *command);

/* Commands that lead from one text to another: lines it has not, then (where
 * all is replaced) lines that it should not have; how many. */
size_t fake_lead(struct arena *arena, const char *from, const char *to,
    bool replace, const char **commands);

/* --- the slots that change something (fake_commit.c) --------------------- */

enum err_code fake_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e);
enum err_code fake_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e);
enum err_code fake_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e);
enum err_code fake_discard(
    struct driver_session *s, struct deadline deadline, struct err *e);
enum err_code fake_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e);
enum err_code fake_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e);
enum err_code fake_verify(const struct driver_candidate *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret,
    struct err *e);
enum err_code fake_save(
    struct driver_session *s, struct deadline deadline, struct err *e);

#endif
