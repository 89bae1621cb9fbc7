/*
 * The queue between those who ask for runs and the worker who executes them.
 *
 * The adapter in infra/queue is a spool directory; every step is one rename,
 * so that a run is in one place at a time and a crash loses none:
 *
 *   DIR/spool/queued/<id>.json     waits for the worker
 *   DIR/spool/claimed/<id>.json    is the worker's
 *   DIR/spool/cancelled/<id>.json  was cancelled in time; the worker records it
 *   DIR/spool/cancel/<id>          a claimed run should stop
 *   DIR/spool/keys/<sha256>        idempotency key → run id
 *
 * Any thread, any number of processes; one worker.
 */
#ifndef APP_PORT_QUEUE_H
#define APP_PORT_QUEUE_H

#include "base/buf.h"
#include "domain/run.h"

enum queue_place { QUEUE_QUEUED, QUEUE_CLAIMED, QUEUE_CANCELLED, QUEUE_PLACES };

/* Creates the directories. */
enum err_code queue_prepare(const char *dir, struct err *e) must_check;

/* Is there a run of this id, in any place?  False for what is no id. */
bool queue_holds(const char *dir, const char *id);

/* Durable when it answers ERR_OK.  ERR_CONFLICT if the run is in a place
 * already: it is never put a second time. */
enum err_code queue_put(const char *dir, const char *id, const char *text,
    size_t len, struct err *e) must_check;

/* Binds an idempotency key to a run id, once: if the key is bound already,
 * `id` is replaced by the run it is bound to and *ret_bound is true. */
enum err_code queue_bind_key(const char *dir, const char *key,
    char id[RUN_ID_SIZE], bool *ret_bound, struct err *e) must_check;

/* One at a time, in all processes: whoever binds a key and puts its run holds
 * this, so that nobody takes the one between the two for dead and puts the run
 * as well.  ERR_TIMEOUT. */
enum err_code queue_lock(
    const char *dir, int *ret_fd, struct err *e) must_check;
void queue_unlock(int fd);

/* The document in the first place that has it.  ERR_NOT_FOUND. */
enum err_code queue_read(const char *dir, const char *id, struct buf *out,
    enum queue_place *ret_place, struct err *e) must_check;

/* Ids in a place, sorted; free() the array (one allocation). */
enum err_code queue_list(const char *dir, enum queue_place place,
    char (**ret_ids)[RUN_ID_SIZE], size_t *ret_n, struct err *e) must_check;

/* Moves a run; ERR_NOT_FOUND if it is not (any more) in `from`. */
enum err_code queue_move(const char *dir, const char *id, enum queue_place from,
    enum queue_place to, struct err *e) must_check;
/* The end of it. */
enum err_code queue_remove(const char *dir, const char *id,
    enum queue_place place, struct err *e) must_check;

enum err_code queue_request_cancel(const char *dir, const char *id,
    const char *actor, struct err *e) must_check;
/* Who asked, in `actor`; false if nobody did. */
bool queue_cancel_requested(const char *dir, const char *id, char actor[128]);
void queue_clear_cancel(const char *dir, const char *id);

/* Removes what nobody needs any more: temporary files of dead writers, cancel
 * marks of runs that are gone, keys of last month. */
void queue_sweep(const char *dir);

/* The path of a place, for inotify and stat. */
void queue_path(
    const char *dir, enum queue_place place, char *path, size_t size);

#endif
