/*
 * An instance with fake devices, and the worker to serve it, for the tests of
 * the worker.
 *
 * The instance lies in memory (/dev/shm where there is one): what must survive
 * a power loss is tested with the store.  Devices d0, d1, … of area lab are
 * directories below DIR/fake (tests/sim/fake_driver.h).  Every failure of a
 * helper says what happened and ends the test with everything it started.
 */
#ifndef TESTS_SYSTEM_WORKER_KIT_H
#define TESTS_SYSTEM_WORKER_KIT_H

#include "app/app.h"
#include "app/inventory.h"
#include "app/port/queue.h"
#include "app/run_doc.h"
#include "app/runs.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct kit {
	char dir[200];
	struct app app;
	pid_t worker; /* 0: none runs */
	int n_devices;
};

/* Ends the test: kills the worker, shows its log, keeps nothing. */
_Noreturn void kit_fail(struct kit *k, const char *fmt, ...) printf_like(2, 3);
#define kit_check(k, condition)                                              \
	do {                                                                 \
		if (!(condition))                                            \
			kit_fail(                                            \
			    k, "%s:%d: %s", __FILE__, __LINE__, #condition); \
	} while (0)
#define kit_ok(k, call)                                                  \
	do {                                                             \
		struct err e_ = ERR_INIT;                                \
		struct err *e = &e_;                                     \
		if ((call) != ERR_OK)                                    \
			kit_fail(k, "%s:%d: %s: %s", __FILE__, __LINE__, \
			    #call, e->message);                          \
	} while (0)

/* base: the directory to make it in; NULL: memory. */
void kit_make(struct kit *k, int n_devices, const char *base);
/* The same, with this as what is intended for each. */
void kit_make_intending(
    struct kit *k, int n_devices, const char *base, const char *intended);
/* Stops the worker, checks the repository, the trailers of all commits and
 * that no two sessions wrote at once; removes all. */
void kit_end(struct kit *k);

void kit_start(struct kit *k);	      /* until it takes runs */
void kit_kill(struct kit *k);	      /* kill -9 */
int64_t kit_terminate(struct kit *k); /* SIGTERM; ms that it took */

/* The actor of a test. */
extern const struct actor kit_admin;
/* Starts a run of provision. */
void kit_provision(struct kit *k, int device, bool dry, char id[RUN_ID_SIZE]);
/* Waits until it is in a state that this accepts; its document, a new
 * reference. */
json_t *kit_wait(struct kit *k, const char *id, bool (*wanted)(const json_t *));
bool kit_has_ended(const json_t *doc); /* a final state */
bool kit_is_unknown(const json_t *doc);
bool kit_is_running(const json_t *doc);
/* Waits for the end, which must be this; `words` must be in the result. */
void kit_expect(
    struct kit *k, const char *id, enum run_state state, const char *words);
/* Waits until it is on record: its end is shown a moment before. */
void kit_wait_recorded(struct kit *k, const char *id);
/* The row of a device in a run's document, or NULL. */
const json_t *kit_row(const json_t *doc, const char *device);
/* Waits for the end of the run; the rows of d<from> … d<to - 1> must be in this
 * state, and hold these words in their results. */
struct kit_rows {
	int from, to;
	const char *state, *words;
};
void kit_expect_rows(
    struct kit *k, const char *id, const struct kit_rows *rows, size_t n);
/* The same for one device. */
void kit_expect_row(struct kit *k, const char *id, int device,
    const char *state, const char *words);
/* Is this in the run's log? */
bool kit_log_says(struct kit *k, const char *id, const char *words);

void kit_intend(struct kit *k, int device, const char *text);
void kit_patch(
    struct kit *k, enum kind_id kind, const char *key, const char *json);

/* --- the device ---------------------------------------------------------- */

void kit_control(struct kit *k, int device, const char *text);
/* A file of the device ("running", "log"), until the next call; "" if there is
 * none. */
const char *kit_device_file(struct kit *k, int device, const char *file);
/* Lines of its log that hold the word. */
size_t kit_count(struct kit *k, int device, const char *word);
/* Waits until there are so many. */
void kit_wait_count(struct kit *k, int device, const char *word, size_t n);

/* A run of a shell command with $DIR set; its exit status. */
int kit_shell(struct kit *k, const char *command);

#endif
