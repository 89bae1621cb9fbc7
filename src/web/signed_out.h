/*
 * Sessions that were ended before they expired.
 *
 * A session is a signed cookie and lives in the browser, so a copy of it would
 * go on after signing out.  Each ended session leaves an empty file in
 * DIR/signed-out, <expires_ms>-<id>, until it would have expired.  Files, not
 * memory: several web programs may serve one directory, and a restart must
 * forget nothing.
 *
 * Any thread, any process.
 */
#ifndef WEB_SIGNED_OUT_H
#define WEB_SIGNED_OUT_H

#include "web/session.h"

/* Durable when it answers ERR_OK. */
enum err_code signed_out_add(
    const char *dir, const struct session *s, struct err *e) must_check;

bool signed_out_holds(const char *dir, const struct session *s);

/* Removes what has expired by now.  Errors leave files for the next time. */
void signed_out_sweep(const char *dir, int64_t now_ms);

#endif
