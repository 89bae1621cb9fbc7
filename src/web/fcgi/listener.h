/*
 * The Unix socket that nginx connects to.
 *
 * We make it ourselves, not with FCGX_OpenSocket(), which removes another
 * program's socket without asking and ends the process on an error.
 *
 * The socket has mode 0660: its group, which comes from a set-group-id
 * directory, is nginx's.  A lock file beside it keeps a second program from
 * taking the socket over.
 */
#ifndef WEB_FCGI_LISTENER_H
#define WEB_FCGI_LISTENER_H

#include "base/err.h"

struct listener {
	const char *path; /* NULL: inherited */
	int fd;
	int lock_fd;
};

/* path NULL: descriptor 0, as a service manager or spawn-fcgi leaves it. */
enum err_code listener_open(
    const char *path, struct listener *ret, struct err *e) must_check;
/* Makes every accept() that waits return. */
void listener_stop(struct listener *l);
void listener_close(struct listener *l);

#endif
