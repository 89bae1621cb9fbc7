/*
 * Answers to commands that only read (driver.read_output), of a command line
 * of any platform.
 *
 * Nothing is sent that domain/read_command.h refuses, whatever the caller has
 * checked.  All of these platforms begin a refusal with `%` in its first line
 * that is not empty or the caret below the wrong word.
 */
#ifndef INFRA_DRIVER_CLI_OUTPUT_H
#define INFRA_DRIVER_CLI_OUTPUT_H

#include "app/port/driver.h"
#include "base/buf.h"

struct cli_output {
	void *ctx;
	/* Appends the answer.  ERR_NOT_FOUND: the device refused, and said
	 * so itself. */
	enum err_code (*run)(void *ctx, const char *command,
	    struct deadline deadline, struct buf *out, struct err *e);
	const char *peer; /* for messages */
	const char *command;
};

/* As driver.read_output. */
enum err_code cli_output_read(const struct cli_output *o,
    struct deadline deadline, struct arena *arena, struct driver_config *ret,
    struct err *e) must_check;

/* The same for a text that came another way: is it text?  code: what reading
 * gave. */
enum err_code cli_output_give(enum err_code code, const struct cli_output *o,
    const struct buf *text, struct arena *arena, struct driver_config *ret,
    struct err *e) must_check;

#endif
