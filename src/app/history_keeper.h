/*
 * Keeps the history index up to date beside the requests: a thread that looks
 * every few seconds whether a branch has moved, so that nobody waits for what
 * came from elsewhere (a push, many runs), or while a large store is indexed
 * for the first time.
 *
 * history_keeper_stop() ends the thread and frees.
 */
#ifndef APP_HISTORY_KEEPER_H
#define APP_HISTORY_KEEPER_H

#include "app/port/history.h"

struct history_keeper;

/* The store must outlive it. */
enum err_code history_keeper_start(
    struct store *store, struct history_keeper **ret, struct err *e) must_check;
/* Waits for an indexing in progress.  NULL is fine. */
void history_keeper_stop(struct history_keeper *k);

#endif
