/*
 * What the command line of driver_probe asks for.  Wrong options and files that
 * cannot be read end the program with 2.
 */
#ifndef TESTS_SYSTEM_DRIVER_PROBE_H
#define TESTS_SYSTEM_DRIVER_PROBE_H

#include "infra/driver/registry.h"

struct probe {
	const struct driver *driver;
	struct driver_target target;
	struct driver_host_key pin;
	struct deadline deadline;
	struct arena *arena;
	const char *snapshot_file;
	const char *predicted_file;
	bool refuse;
	long at_line;
	const char *command;
	long lines;
	bool verbose;
	unsigned confirm_s;
	bool leave;
	struct driver_jump jump;
	struct driver_host_key jump_pin;
};

/* Prints the error; its code. */
enum err_code probe_fail(const struct err *e);

/* A file's text, in the arena of `p`. */
const char *probe_read_text(struct probe *p, const char *path);

/* Where the options end; -1 if one is wrong.  Secrets in `p` are the caller's
 * to free. */
int probe_parse_options(struct probe *p, int argc, char **argv);

#endif
