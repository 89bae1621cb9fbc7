/*
 * Runs: states, triggers, names.
 */
#ifndef DOMAIN_RUN_H
#define DOMAIN_RUN_H

#include "base/err.h"

#include <stdint.h>

enum run_state {
	RUN_QUEUED,  /* in the queue */
	RUN_CLAIMED, /* the worker has it; waits for a slot or the device */
	RUN_RUNNING, /* a slot executes it */
	RUN_SUCCEEDED,
	RUN_FAILED,	 /* ended with an error; the device is as it was */
	RUN_ROLLED_BACK, /* changed and put back */
	RUN_CANCELLED,
	RUN_UNKNOWN, /* may have changed the device: settled by reading */
	RUN_STATES,
};
extern const char *const run_state_words[RUN_STATES + 1];
bool run_state_parse(const char *word, enum run_state *ret);
/* The one table of what may follow what. */
bool run_state_may_follow(enum run_state from, enum run_state to);
bool run_state_is_final(enum run_state state); /* unknown is not */

enum run_trigger {
	TRIGGER_FORM,
	TRIGGER_BUTTON,
	TRIGGER_HOOK,
	TRIGGER_API,
	TRIGGER_CLI,
	TRIGGER_SCHEDULE,
	TRIGGER_MCP,
	TRIGGER_BULK,
	TRIGGER_PUSH,
	TRIGGERS,
};
extern const char *const run_trigger_words[TRIGGERS + 1];
bool run_trigger_parse(const char *word, enum run_trigger *ret);

/* "20261121-083000-1f2e3d4c": UTC time of creation; the last eight digits are
 * the millisecond (10 bits) and 22 bits of `random`.  Sorts by time to the
 * millisecond, so that runs of one device start in the order in which they were
 * asked for; the date in it gives the run's place in the store. */
#define RUN_ID_SIZE 32
void run_id_format(int64_t wall_ms, uint32_t random, char id[RUN_ID_SIZE]);
bool run_id_is_valid(const char *id);
/* "2026/11/21/20261121-083000-1f2e3d4c"; id must be valid. */
#define RUN_DIR_SIZE 48
void run_dir_of(const char *id, char dir[RUN_DIR_SIZE]);

#endif
