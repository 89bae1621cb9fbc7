/*
 * A driver for a device that is a directory: $SWITCHYARD_FAKE/<port>/
 *
 *   running, startup  flat configurations, one line a setting
 *   ask-<command>     the answer to a command that reads, `-` for blanks;
 *                     without it the command is not known
 *   log               what happened, one line each, by all sessions:
 *                     "<microseconds> <pid> open|read|line|undo|save|close …"
 *   control           what goes wrong, one word and a value a line:
 *     latency MS      every connect, read and line takes this long
 *     refuse N        the N-th line of a commit is refused, and put back
 *     stuck N         the same, but putting back fails
 *     drop N          the session is lost after the N-th line
 *     lost 1          it is lost when lines were allowed, and none was sent
 *     die N           the process ends after the N-th line
 *     hang N          no answer to the N-th line
 *     key KIND        the host key is "unknown" or "changed"
 *     unreachable X   "always", or "later": once a line was sent
 *     corrupt 1       configurations come incomplete
 *     cut-answer 1    answers to commands come incomplete
 *     deaf 1          commands that read are not answered
 *     lie 1           the last line of a commit is taken and not kept
 *     nosave 1        saving is refused
 *     norestore 1     putting back fails
 *     pending WHO     someone's commit waits for confirmation
 *     password WORD   the one that is right
 *
 * It keeps the contract of app/port/driver.h, and it never lets two sessions
 * write at once: a second one is logged as OVERLAP and ends the process.
 */
#ifndef TESTS_SIM_FAKE_DRIVER_H
#define TESTS_SIM_FAKE_DRIVER_H

#include "app/port/driver.h"

extern const struct driver fake_driver;

#endif
