/*
 * The worker's master: claims runs, gives them to slots, journals before every
 * effect, and records what came of it.  One thread, one event loop.
 *
 *   DIR/worker.lock        held while a master lives
 *   DIR/run/worker.ready   there once it takes runs
 *   DIR/live/<id>/         the runs in hand (app/run_files.h)
 *   DIR/hook-cursors/      how far the change hooks have read branch main
 *
 * docs/runs.md tells the life of a run and what happens at every crash.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "base/err.h"

struct worker_options {
	const char *dir;
	const char *program; /* to start slots: the path of this program */
};

/* Serves until SIGTERM or SIGINT: then takes no more runs, lets those that
 * have touched a device end, puts the others back into the queue. */
enum err_code worker_serve(
    const struct worker_options *options, struct err *e) must_check;

#endif
