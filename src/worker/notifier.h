/*
 * The process that sends notifications (switchyard-worker --notify), started by
 * the master while something waits in DIR/outbox.
 *
 * It opens no store.  It knows the secrets of channels, one at a time, and
 * waits for peers, so that the master does neither.  Repeats what may pass
 * after 5, 10, 20 s … an hour.  Dies with the master; what it was sending is
 * sent again.
 */
#ifndef WORKER_NOTIFIER_H
#define WORKER_NOTIFIER_H

/* Returns the exit status, when nothing waits any more. */
int notifier_main(const char *dir);

#endif
