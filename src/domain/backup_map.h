/*
 * What a backup asks of a device beside its running configuration, and what of
 * the answers is kept: the field backup_commands of a platform.
 *
 *   version: show version
 *     drop * uptime is ...
 *     end Configuration register is ?
 *   inventory: show inventory
 *     min 200
 *     timeout 120
 *     optional
 *
 * A line at the margin names an answer and gives its command; they are run in
 * this order.  Indented lines belong to the one above:
 *
 *   drop PATTERN   lines that change by themselves are left out
 *   mask PATTERN   what the pattern calls values is told as *
 *   hide PATTERN   the same for secrets: <hidden>
 *   end PATTERN    how the last line reads, else the answer was cut off
 *   min BYTES      the least size
 *   timeout SECONDS
 *   optional       a device that does not know the command is not at fault
 *
 * Patterns are those of config_pattern.h.  Empty lines and lines that begin
 * with # say nothing.  Pure; what is parsed lives in the arena.
 */
#ifndef DOMAIN_BACKUP_MAP_H
#define DOMAIN_BACKUP_MAP_H

#include "base/arena.h"

#define BACKUP_MAP_MAX 16   /* commands of a platform */
#define BACKUP_RULES_MAX 32 /* rules of a command */
#define BACKUP_NAME_MAX 32  /* bytes of a name */
#define BACKUP_TIMEOUT_MAX 3600

enum backup_verb { BACKUP_DROP, BACKUP_MASK, BACKUP_HIDE };

struct backup_rule {
	enum backup_verb verb;
	const char *pattern; /* single-spaced */
};

struct backup_command {
	const char *name; /* [a-z0-9-], unique */
	const char *command;
	const struct backup_rule *rules;
	size_t n_rules;
	const char *end; /* "": any */
	long min_bytes;	 /* 0: anything but nothing */
	long timeout_s;	 /* 0: the platform's command_timeout */
	bool optional;
};

struct backup_map {
	const struct backup_command *commands;
	size_t n;
};

/* driver: what its devices understand.  ERR_INVALID names the line. */
enum err_code backup_map_parse(const char *text, const char *driver,
    struct arena *arena, struct backup_map *ret, struct err *e) must_check;

/* NULL if there is none of this name. */
const struct backup_command *backup_map_find(
    const struct backup_map *map, const char *name);

#endif
