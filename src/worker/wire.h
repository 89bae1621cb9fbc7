/*
 * Messages between the master and a slot: JSON objects over a socketpair, each
 * after its length (4 bytes, big-endian).
 *
 *   master → slot
 *     run      the work: see slot_request in slot.h
 *     go       the effect is journalled: send it
 *     stop     {message} do not
 *     cancel   end before the first effect
 *   slot → master
 *     ready    {}                   it has started
 *     log      {level, text}; of a run over the store with {device}
 *     backup   {phase, text}
 *     output   {name, text, why, refused}: of a command of the backup;
 *              text or why may be absent
 *     facts    {facts}              for the device's record
 *     bad      {text, why}          an incomplete configuration
 *     diff     {text, added, removed}
 *     rows     {rows: […]}          of a run over the store: live_add_row()
 *     hostkey  {key_type, key, fingerprint}
 *     effect   {snapshot, predicted, diff, reverse: […]}; waits for go or stop;
 *              of a run over the store {base}
 *     end      {state, text, added, removed, touched, passing, diff_hash}; of a
 *              run over the store {state, text, rows}
 *
 * The slot side blocks; the master side never does.  Messages that are taken
 * are new references.
 */
#ifndef WORKER_WIRE_H
#define WORKER_WIRE_H

#include "base/buf.h"

#include <jansson.h>

#define WIRE_MAX_MESSAGE ((size_t)64 * 1024 * 1024)

/* Blocks until all is written.  SIGPIPE is not raised. */
enum err_code wire_send(
    int fd, const json_t *message, struct err *e) must_check;

/* Takes the next whole message out of `in`, if there is one (*ret NULL
 * otherwise).  ERR_CORRUPT: the peer talks nonsense. */
enum err_code wire_take(struct buf *in, json_t **ret, struct err *e) must_check;

/* Reads what there is.  *ret_open is false at the end of the stream. */
enum err_code wire_fill(
    int fd, struct buf *in, bool *ret_open, struct err *e) must_check;

#endif
