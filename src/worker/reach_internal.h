/*
 * What the files of a sweep share in the master (worker/reach.h).
 */
#ifndef WORKER_REACH_INTERNAL_H
#define WORKER_REACH_INTERNAL_H

#include "domain/reach.h"
#include "worker/reach.h"

struct asked {
	char device[64];
	char address[24];
	bool told;	  /* by the sweep's process */
	bool wants_hello; /* its platform says so */
	bool by_jump;	  /* which the sweep's process does not go through */
	json_t *greeting; /* request of a session to come; owned; NULL: none */
	bool in_hand;	  /* of that session */
	bool was_refused; /* its credentials, by this device */
	uint16_t netconf_port;
	uint32_t uptime_s;
	unsigned counting;
	struct probe_result results[PROBE_KINDS];
};

/* Credentials, as far as this sweep has tried them (worker/greet.c). */
struct greet_secret {
	char name[64];
	bool compared; /* with those that were refused before */
	bool trusted;  /* a device took them in this sweep */
	size_t in_hand;
};

struct reach_sweep {
	size_t n;
	size_t n_left_alone; /* not asked */
	struct asked *asked;
	int64_t began_ms; /* monotonic */
	int64_t began_wall_ms;
	size_t n_waiting; /* greetings, with those in hand */
	size_t n_in_hand;
	size_t first; /* none before it waits */
	struct greet_secret *secrets;
	size_t n_secrets;
};

/* All is known of it that will be: its row. */
void reach_add_row(
    struct worker *w, struct live_run *run, const struct asked *a);

#endif
