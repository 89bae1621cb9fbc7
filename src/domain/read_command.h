/*
 * Commands that only read: what may be asked of a device beside its
 * configuration, whoever wrote the platform's record.
 *
 * A command line begins with `show` or `dir`, written whole; behind a `|`
 * stands a filter that prints, never one that writes (`redirect`, `tee`,
 * `append`) or runs a program; `>`, `;`, `&`, quotes of shells and what is not
 * printable ASCII stand nowhere.  A server that speaks NETCONF only is asked
 * by name:
 *
 *   get NAME NAMESPACE                          state and configuration
 *   get-config DATASTORE [NAME NAMESPACE]       running, candidate or startup
 *
 * The records are checked with this, and every driver asks it again before
 * anything is sent.  Pure.
 */
#ifndef DOMAIN_READ_COMMAND_H
#define DOMAIN_READ_COMMAND_H

#include <stdbool.h>

#define READ_COMMAND_MAX 200 /* bytes */

enum read_language { READ_CLI, READ_NETCONF };

/* What the devices of a driver (enum in domain/kind.c) understand. */
enum read_language read_language_of(const char *driver);

/* NULL if the command only reads, else why it is refused: goes on "…: ". */
const char *read_command_refusal(
    enum read_language language, const char *command);

struct read_query {
	char datastore[16];   /* "": get */
	char element[64];     /* "": all */
	char namespace_[160]; /* of the element */
};

/* A command that is not refused, in its parts. */
bool read_command_parse_query(const char *command, struct read_query *ret);

#endif
