/*
 * Intended configurations: what one may hold, and who keeps it.
 */
#ifndef APP_INTENDED_H
#define APP_INTENDED_H

#include "app/snapshot.h"

/* Appends the text as it is stored: "\n" at line ends and at the end.
 * ERR_INVALID if it is empty, not UTF-8 or holds control characters. */
enum err_code intended_clean(
    const char *text, size_t len, struct buf *out, struct err *e) must_check;

/* True if people keep the device's intended configuration and generation leaves
 * it alone: its record says "hand", or says nothing and a file is there.  The
 * first generation makes the record say "template". */
bool intended_by_hand(const struct snapshot *s, const struct record *device);

#endif
