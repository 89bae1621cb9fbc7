/*
 * A configuration as the lines that are to be typed, and in which section each
 * is.  How the sections are left again is the channel's business, which sees
 * more or less of what the device makes of a line.
 *
 * Memory: everything lives in the arena of cli_script_new().
 */
#ifndef INFRA_DRIVER_CLI_SCRIPT_H
#define INFRA_DRIVER_CLI_SCRIPT_H

#include "base/arena.h"
#include "base/buf.h"
#include "domain/config_tree.h"

#define CLI_SCRIPT_DEPTH 8

struct cli_script_line {
	const char *text;  /* without indentation */
	const char *input; /* lines that it takes, up to `input_end`; or NULL */
	size_t number;	   /* in the candidate, from 1 */
	unsigned depth;	   /* sections around it */
};

struct cli_script {
	struct arena *arena;
	const struct config_dialect *dialect; /* which lines hold secrets */
	const char *enter;		      /* "configure session sy-1" */
	const char *begin;     /* once, after the first `enter`; or NULL */
	const char *mode;      /* how its prompts' mode begins */
	const char *leave;     /* "end" */
	const char *input_end; /* "EOF", behind an input that is typed */
	/* Taken at the top of the mode only, and changes nothing: shows a
	 * channel without prompts that it is where it should be. */
	const char *guard;
	/* The first line of an answer that refuses, or NULL. */
	const char *(*refusal)(const char *answer, size_t *ret_len);
	struct cli_script_line *lines;
	size_t n, cap;
};

/* False: out of memory (or past the arena's bound). */
bool cli_script_add(
    struct cli_script *script, const struct cli_script_line *line);

/* ERR_INVALID: the line, with its secrets hidden, and why.  line NULL: one of
 * the script's own commands, ERR_REMOTE. */
enum err_code cli_script_refuse(const struct cli_script *script,
    const struct cli_script_line *line, const char *why, size_t len,
    struct err *e);

#endif
