/*
 * Which line is the device's prompt, and what does it tell.
 *
 *   r1(config-router)#
 *   name  mode       end
 *
 * Pure.
 */
#ifndef INFRA_SSH_PROMPT_H
#define INFRA_SSH_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#define PROMPT_MAX 256 /* bytes, with the name */

struct prompt {
	char name[PROMPT_MAX]; /* "r1" */
	char mode[PROMPT_MAX]; /* "config-router"; "" outside */
	char end;	       /* '#' or '>' */
};

/* Does the text (a last line, without newline) have a prompt's shape? */
bool prompt_parse(const char *text, size_t len, struct prompt *ret);

/* Such a prompt of the device of this name. */
bool prompt_is(
    const char *text, size_t len, const char *name, struct prompt *ret);

#endif
