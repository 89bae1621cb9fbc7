/*
 * Between greet.c (whom to ask, and when) and greet_answer.c (what sessions
 * found).
 */
#ifndef WORKER_GREET_INTERNAL_H
#define WORKER_GREET_INTERNAL_H

#include "worker/greet.h"
#include "worker/greet_book.h"
#include "worker/reach_internal.h"

struct greet_session {
	char run[RUN_ID_SIZE];
	size_t target; /* of the run's sweep */
	char device[64];
	char secret[64];
	char digest[GREET_DIGEST_SIZE];
	struct managed managed;
	bool compares; /* credentials only; connects to nobody */
	int64_t at_ms; /* wall clock, of the sweep */
	int64_t limit_ms;
};

/* The sweep's notes on credentials of this name, made if there are none.  NULL:
 * out of memory.  Valid until the next call. */
struct greet_secret *greet_secret_of(struct reach_sweep *s, const char *name);
const char *greet_secret_name(const struct asked *a);

/* What is known of a device at last becomes its row.
 * known: false: not that it fails, but that it could not be asked; then it
 * counts for nothing. */
void greet_settle(struct worker *w, struct live_run *run, size_t target,
    const struct probe_result *found, bool known);

#endif
