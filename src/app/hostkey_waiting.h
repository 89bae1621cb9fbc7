/*
 * For which devices a host key waits, known without a look at the disk while
 * nothing changes in DIR/pending-hostkeys (base/watch.h).  Any thread.
 */
#ifndef APP_HOSTKEY_WAITING_H
#define APP_HOSTKEY_WAITING_H

#include "base/err.h"

struct hostkey_waiting;

enum err_code hostkey_waiting_new(
    const char *dir, struct hostkey_waiting **ret, struct err *e) must_check;
void hostkey_waiting_free(struct hostkey_waiting *w); /* NULL is fine */

/* False: there is no file for this device.  True: there may be one; so for
 * NULL and when the directory cannot be watched or read. */
bool hostkey_waiting_may_have(struct hostkey_waiting *w, const char *device);

#endif
