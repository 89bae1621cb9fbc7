/*
 * switchyard-worker: the master, and (with --slot) one slot, or (with --notify)
 * the process that sends notifications.
 */
#include "base/log.h"
#include "infra/driver/registry.h"
#include "worker/notifier.h"
#include "worker/slot.h"
#include "worker/worker.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int usage(void)
{
	fprintf(stderr, "usage: switchyard-worker --dir DIR\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct worker_options options = { 0 };
	char program[PATH_MAX];
	struct err e = ERR_INIT;
	bool slot = false, notify = false;
	ssize_t n;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--slot") == 0)
			slot = true;
		else if (strcmp(argv[i], "--notify") == 0)
			notify = true;
		else if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc)
			options.dir = argv[++i];
		else
			return usage();
	}
	if (!options.dir)
		return usage();
	umask(077);
	signal(SIGXFSZ, SIG_IGN); /* as store.h asks: an error, not an end */
	log_setup(slot	   ? "slot"
		  : notify ? "notify"
			   : "worker",
	    STDERR_FILENO, LOG_INFO);
	if (notify)
		return notifier_main(options.dir);
	if (slot)
		return slot_main(options.dir, driver_find);
	n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (n < 0) {
		fprintf(stderr,
		    "switchyard-worker: /proc is not mounted; slots "
		    "cannot be started\n");
		return 1;
	}
	program[n] = '\0';
	options.program = program;
	if (worker_serve(&options, &e) != ERR_OK) {
		fprintf(stderr, "switchyard-worker: %s\n", e.message);
		return 1;
	}
	return 0;
}
