/*
 * A cron expression in words: "every 5 minutes", "at 02:30 on Monday to
 * Friday".  What comes out is said of the set of times, not of how it was
 * written.  Pure.
 */
#ifndef DOMAIN_CRON_WORDS_H
#define DOMAIN_CRON_WORDS_H

#include "domain/cron.h"

#include <stdbool.h>
#include <stddef.h>

#define CRON_WORDS_SIZE 200

/* False: words would be longer than the expression, or mislead; `text` is ""
 * then. */
bool cron_to_words(const struct cron *c, char text[CRON_WORDS_SIZE]);

/* Does it name times of the day, which are those of a time zone? */
bool cron_names_hours(const struct cron *c);

#endif
