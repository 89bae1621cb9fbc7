/*
 * A bench on which provisioning runs against a device: the use cases of
 * app/device_run.h as a slot calls them, with the way to the master held here,
 * and a way to look at the device from behind (rig.c).
 *
 * Everything lives in the bench's arena until the next device is taken.
 */
#ifndef CONFORMANCE_BENCH_H
#define CONFORMANCE_BENCH_H

#include "app/device_run.h"
#include "base/arena.h"
#include "conformance/backend.h"
#include "conformance/cutter.h"
#include "infra/netconf/datastore.h"
#include "infra/ssh/shell.h"
#include "infra/ssh/subsystem.h"

struct bench {
	const struct backend *backend;
	const struct driver *driver;
	const char *control; /* the simulator's socket, or a program */
	const char *address;
	uint16_t first_port;
	struct cutter *cutter; /* before a real server */
	unsigned n_devices;
	unsigned index; /* of the device at hand, from 1 */
	char device[32];
	struct driver_target target;
	struct driver_host_key pins[2]; /* host key; certificate */
	struct secret *password;
	struct secret *enable;
	struct arena *arena;
	int run_ms; /* a run's own time */

	/* What the last run said. */
	struct device_run_outcome out;
	struct buf log;
	const char *diff;
	const char *backup[2]; /* by phase; NULL: none */
	const char *quarantined;
	const char *snapshot; /* of the plan, once an effect was asked for */
	const char *predicted;
	unsigned effects;
	unsigned effect_at; /* requests to a real server before it */
	struct driver_refusal refusal;
	/* Types these lines once the run has compared; NULL: nobody. */
	const char *const *meanwhile;
	struct somebody *somebody;

	const char *name; /* of the case at hand */
	unsigned checks;
	unsigned failures;
};

/* --- The device from behind -------------------------------------------- */

void bench_die(const char *what, const char *why);
/* The next device, as it was delivered.  Exits if there are no more. */
void bench_next(struct bench *b);
/* The answer to a control request; exits if it is refused. */
const char *bench_ask(struct bench *b, const char *fmt, ...) printf_like(2, 3);
const char *bench_running(struct bench *b);
const char *bench_startup(struct bench *b);
void bench_mode(struct bench *b, const char *setting);
/* One of the counters of `stats`; of a real server open and commands only. */
unsigned bench_count(struct bench *b, const char *counter);

/* --- Runs -------------------------------------------------------------- */

#define BENCH_DRY 1u
#define BENCH_REPLACE 2u

enum run_state bench_provision(
    struct bench *b, const char *intended, unsigned flags);
enum run_state bench_backup(struct bench *b);
/* Reads an unknown device until it is known, letting timers pass. */
enum run_state bench_settle(struct bench *b);
/* The running configuration with the backend's edits. */
const char *bench_replacement(struct bench *b);

/* Somebody types these lines; NULL if he could not.  bench_leave() signs him
 * out. */
struct somebody {
	struct driver_target target;
	struct ssh_link *link;
	struct ssh_shell *shell;
	/* … or, without a shell, over NETCONF */
	struct ssh_subsystem *channel;
	struct netconf_stream stream;
	struct netconf *nc;
};
bool bench_type(
    struct bench *b, const char *const *lines, struct somebody *who);
void bench_leave(struct bench *b, struct somebody *who);

/* --- Checks ------------------------------------------------------------ */

void bench_check(struct bench *b, bool ok, const char *fmt, ...)
    printf_like(3, 4);
/* The same configuration, but for lines that tell who changed it and when. */
bool bench_same(const struct bench *b, const char *x, const char *y);

struct bench_case {
	const char *name;
	void (*run)(struct bench *b);
};
extern const struct bench_case bench_cases[]; /* name NULL ends */
extern const struct bench_case bench_cuts[];
extern const struct bench_case bench_hostile[];

#endif
