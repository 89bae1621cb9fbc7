/*
 * What a platform's record says about backups: which lines are not kept, what
 * the last line is, and how much smaller than the last one a configuration may
 * be before it is taken for cut off.
 *
 * Drivers know their platforms' own marks and volatile lines; these rules come
 * besides, and are data that can be edited.  Pure.
 */
#ifndef DOMAIN_BACKUP_RULES_H
#define DOMAIN_BACKUP_RULES_H

#include "base/buf.h"

struct backup_rules {
	/* Patterns as in config_pattern.h, one a line: lines that are left out
	 * wherever they stand, since they change by themselves. */
	const char *ignore;
	const char *end; /* pattern of the last line that is not empty; "" */
	int min_percent; /* of the last good one's bytes; 0: any size */
};

/* Longer lines are kept, whatever the patterns say. */
#define BACKUP_LINE_MAX 1024

/* The line's words with single spaces between, as patterns want them; "" for
 * one that is too long. */
void backup_line_tidy(const char *line, size_t len, char out[BACKUP_LINE_MAX]);
/* The last line of a text that is not empty, tidied; "" if there is none. */
void backup_line_last(const char *text, char last[BACKUP_LINE_MAX]);

/* Appends the text without the lines that are ignored. */
enum err_code backup_rules_clean(const struct backup_rules *rules,
    const char *text, struct buf *out, struct err *e) must_check;

/* NULL if the text counts as whole, else why not, made in `why`.  last_len: of
 * the last good one; 0: there is none. */
const char *backup_rules_refusal(const struct backup_rules *rules,
    const char *text, size_t last_len, char why[300]);

#endif
