/*
 * The process that sends notifications (switchyard-worker --notify), started by
 * the master while something waits in DIR/outbox.
 *
 * It opens no store.  It knows the secrets of channels, one at a time, and
 * waits for peers, so that the master does neither.  Each channel that
 * something waits for is served by a process of its own: a slow peer holds up
 * no other. Repeats what may pass after 5, 10, 20 s … an hour.  Dies with the
 * master; what it was sending is sent again.
 */
#ifndef WORKER_NOTIFIER_H
#define WORKER_NOTIFIER_H

#include "base/err.h"

#include <jansson.h>

/* Returns the exit status, when nothing waits any more. */
int notifier_main(const char *dir);

/* notifier_send.c: sends it now.  item: what the outbox holds.  ERR_INVALID,
 * ERR_DENIED, ERR_CORRUPT: it never will pass. */
enum err_code notifier_send(
    const char *dir, const json_t *item, struct err *e) must_check;

#endif
