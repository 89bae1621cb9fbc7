/*
 * Facts out of what the command lines of Arista and Cisco show.  Pure; strings
 * live in the arena.
 */
#ifndef INFRA_DRIVER_CLI_FACTS_H
#define INFRA_DRIVER_CLI_FACTS_H

#include "app/port/driver.h"

/* The first word behind the mark, without commas; "" if it is not there. */
const char *cli_word_after(
    struct arena *arena, const char *text, const char *mark);

/* "1 year, 2 weeks, 3 days, 4 hours, 5 minutes", "1 day(s), 2 hour(s)": in
 * seconds; -1 if it is none. */
int64_t cli_parse_uptime(const char *text);

/* `show interfaces`: each begins with "NAME is STATE" at the line's start. */
enum err_code cli_parse_interfaces(struct arena *arena, const char *text,
    struct driver_facts *to, struct err *e) must_check;

#endif
