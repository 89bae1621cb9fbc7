/*
 * What the files of the shell share: shell_open.c opens one and learns its
 * prompt, shell.c runs commands in it.
 */
#ifndef INFRA_SSH_SHELL_INTERNAL_H
#define INFRA_SSH_SHELL_INTERNAL_H

#include "infra/ssh/link_internal.h"
#include "infra/ssh/shell.h"
#include "infra/ssh/terminal.h"

#include <libssh/callbacks.h>

/* An empty message, so that a dead peer shows although nothing is sent. */
#define HEARTBEAT_MS 20000

struct ssh_shell {
	struct ssh_link *link;
	const struct ssh_shell_profile *profile;
	ssh_channel channel;
	ssh_event event;
	struct ssh_channel_callbacks_struct callbacks;
	struct terminal terminal;
	struct buf *in; /* where what comes goes; NULL: dropped */
	const struct ssh_shell_answer *answers; /* NULL: no question counts */
	bool overflow;
	bool closed;
	char name[PROMPT_MAX];
	char new_name[PROMPT_MAX]; /* "" if it does not change */
	struct prompt prompt;
	struct deadline heartbeat;
};

/* Callbacks of libssh; userdata is the shell. */
int ssh_shell_on_data(ssh_session session, ssh_channel channel, void *data,
    uint32_t len, int is_stderr, void *userdata);
void ssh_shell_on_end(ssh_session session, ssh_channel channel, void *userdata);

/* Lets libssh work for at most ms. */
enum err_code ssh_shell_pump(
    struct ssh_shell *shell, int ms, struct err *e) must_check;
enum err_code ssh_shell_wait(struct ssh_shell *shell, struct deadline deadline,
    struct err *e) must_check;
enum err_code ssh_shell_send(struct ssh_shell *shell, const char *data,
    size_t len, struct deadline deadline, struct err *e) must_check;

/* The pager's question in the line that begins at `from`, or NULL. */
const char *ssh_shell_at_pager(const struct ssh_shell *shell, size_t from);
enum err_code ssh_shell_turn_page(struct ssh_shell *shell, size_t line,
    struct deadline deadline, struct err *e) must_check;

#endif
