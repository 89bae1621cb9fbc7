/*
 * Taking a device out of service: what is sent to it, and where its record
 * goes.
 *
 * templates/<platform>/teardown.j2, rendered for the device, else the lines
 * "teardown_lines" of its platform.  They are settled when the run is asked for
 * and lie in its document ("teardown"), so that what will be sent can be read
 * before, and is on record after.
 */
#ifndef APP_TEARDOWN_H
#define APP_TEARDOWN_H

#include "app/app.h"

/* Why there is nothing that could be sent to this device, as a sentence made
 * in `text`; NULL if somebody has said what is to be taken off its platform. */
const char *teardown_refusal(
    const struct snapshot *s, const struct record *device, char text[256]);

/* Appends what is to be sent.  ERR_CONFLICT: the platform has neither; else the
 * template's error. */
enum err_code teardown_make(const struct app *app, const struct snapshot *s,
    const struct record *device, struct buf *out, struct err *e) must_check;

/* Stages the move of the device's record, intended configuration and backup to
 * archive/, and the removal of its host keys.  The record must still be as it
 * is in the snapshot.  backup: the last one; NULL: as in the snapshot. */
enum err_code teardown_stage_archive(const struct app *app, struct store_txn *t,
    const struct snapshot *s, const struct record *device,
    const struct buf *backup, struct err *e) must_check;

#endif
