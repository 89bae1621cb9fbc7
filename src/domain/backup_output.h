/*
 * Answers to the commands of a backup (backup_map.h) as they are kept: cleaned
 * by their rules, judged, and one below the other in one file of the device,
 * each behind a line that names it.
 *
 *   ### version: show version
 *   Cisco IOS Software, …
 *
 * No line of an answer begins with "### ": one that would gets a blank in
 * front.  Pure.
 */
#ifndef DOMAIN_BACKUP_OUTPUT_H
#define DOMAIN_BACKUP_OUTPUT_H

#include "base/buf.h"
#include "domain/backup_map.h"

#define BACKUP_OUTPUT_MAX ((size_t)1024 * 1024) /* of one answer */

/* Appends the answer as the rules leave it, ending in a newline. */
enum err_code backup_output_clean(const struct backup_command *command,
    const char *text, struct buf *out, struct err *e) must_check;

/* NULL if the (cleaned) answer counts as whole, else why not, made in `why`. */
const char *backup_output_refusal(
    const struct backup_command *command, const char *text, char why[300]);

/* Appends an answer, cleaned, below its heading. */
void backup_output_add(
    struct buf *file, const struct backup_command *command, const char *text);
/* Appends a section as it stands in another file; false if there is none. */
bool backup_output_copy(struct buf *file, const char *from, const char *name);

#endif
