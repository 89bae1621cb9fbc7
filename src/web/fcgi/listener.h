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
/* Makes accept() return where a thread waits in it: at all of them where the
 * socket is ours, at one, which is given a connection that ends at once, where
 * it is the service manager's and must go on listening.  May be repeated. */
void listener_stop(struct listener *l);
void listener_close(struct listener *l);

#endif
