/*
 * What the files of infra/ssh share.  No other directory includes this.
 */
#ifndef INFRA_SSH_LINK_INTERNAL_H
#define INFRA_SSH_LINK_INTERNAL_H

#include "infra/ssh/jump.h"
#include "infra/ssh/link.h"

#include <libssh/libssh.h>
#include <sys/types.h>

struct ssh_link {
	ssh_session session;
	const struct driver_target *target;
	const struct driver_hooks *hooks;
	bool no_cancel;
	char peer[224];
	int fd;		       /* the socket that libssh was given; -1: none */
	ino_t inode;	       /* of that socket, to know it again */
	struct ssh_jump *jump; /* NULL: directly */
};

/* Waits until libssh may be able to go on.  ERR_TIMEOUT past the deadline,
 * ERR_CANCELLED if someone asked for it. */
enum err_code ssh_link_wait(struct ssh_link *link, struct deadline deadline,
    const char *doing, struct err *e) must_check;

/* ERR_CANCELLED if someone asked for it and it is still allowed. */
enum err_code ssh_link_check_cancel(
    struct ssh_link *link, struct err *e) must_check;

void ssh_link_log(const struct ssh_link *link, enum log_level level,
    const char *fmt, ...) printf_like(3, 4);

/* For the end of "… ended the session": which hop it was, if that is known. */
const char *ssh_link_lost_at(const struct ssh_link *link);

/* link_connect.c: a connected socket, by the jump host if there is one; the
 * peer has begun to speak SSH. */
enum err_code ssh_connect_socket(struct ssh_link *link, uint16_t port,
    struct deadline deadline, int *ret_fd, struct driver_refusal *refusal,
    struct err *e) must_check;

/* link_hostkey.c */
enum err_code ssh_prefer_pinned_types(
    struct ssh_link *link, struct err *e) must_check;
enum err_code ssh_check_host_key(struct ssh_link *link,
    struct driver_refusal *refusal, struct err *e) must_check;

/* link_auth.c */
enum err_code ssh_sign_in(struct ssh_link *link, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e) must_check;

#endif
