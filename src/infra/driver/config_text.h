/*
 * Configurations as drivers hand them over.
 *
 * Texts are copied into the caller's arena.  One that came incomplete is handed
 * over, too, with ERR_CORRUPT: whoever asked keeps it for people to look at,
 * never as a backup (app/port/driver.h, get_config).
 */
#ifndef INFRA_DRIVER_CONFIG_TEXT_H
#define INFRA_DRIVER_CONFIG_TEXT_H

#include "app/port/driver.h"
#include "base/buf.h"

/* ERR_CORRUPT if there are bytes that no configuration has.  peer: for the
 * message. */
enum err_code config_text_check(
    const struct buf *text, const char *peer, struct err *e) must_check;

/* code: what reading gave, and the answer unless there is no memory.  *ret is
 * written on ERR_OK and ERR_CORRUPT. */
enum err_code config_text_give(enum err_code code, const struct buf *text,
    struct arena *arena, struct driver_config *ret, struct err *e) must_check;

#endif
