#include "infra/ssh/link.h"

#include "infra/ssh/link_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long to wait at a time, so that a cancelled run ends soon. */
#define SLICE_MS 250

/* AES-GCM moves bulk at a tenth of the cost of CTR with an HMAC. */
#define CIPHERS                                          \
	"aes256-gcm@openssh.com,aes128-gcm@openssh.com," \
	"chacha20-poly1305@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"

void ssh_link_log(
    const struct ssh_link *link, enum log_level level, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (link->hooks == NULL || link->hooks->log == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	link->hooks->log(link->hooks->ctx, level, text);
}

enum err_code ssh_link_check_cancel(struct ssh_link *link, struct err *e)
{
	const struct driver_hooks *hooks = link->hooks;

	if (link->no_cancel || hooks == NULL || hooks->cancelled == NULL ||
	    !hooks->cancelled(hooks->ctx))
		return ERR_OK;
	return err_set(e, ERR_CANCELLED,
	    "cancelled while talking to %s. Nothing was changed.", link->peer);
}

enum err_code ssh_link_wait(struct ssh_link *link, struct deadline deadline,
    const char *doing, struct err *e)
{
	struct pollfd p = { .fd = ssh_get_fd(link->session), .events = POLLIN };
	enum err_code code = ssh_link_check_cancel(link, e);

	if (code != ERR_OK)
		return code;
	if (deadline_passed(deadline))
		return err_set(e, ERR_TIMEOUT,
		    "%s did not answer in time while %s. Nothing was changed.",
		    link->peer, doing);
	if (ssh_get_poll_flags(link->session) & SSH_WRITE_PENDING)
		p.events |= POLLOUT;
	if (poll(&p, 1,
		deadline_poll_ms(
		    deadline_sooner(deadline, deadline_in_ms(SLICE_MS)))) < 0 &&
	    errno != EINTR)
		return err_set_errno(e, "waiting for %s", link->peer);
	return ERR_OK;
}

static enum err_code set_options(struct ssh_link *link, struct err *e)
{
	const int no = 0;
	const char *user = link->target->username;
	const struct {
		enum ssh_options_e name;
		const void *value;
	} options[] = {
		/* First: nothing from ~/.ssh or /etc/ssh. */
		{ SSH_OPTIONS_PROCESS_CONFIG, &no },
		{ SSH_OPTIONS_SSH_DIR, "/nonexistent" },
		{ SSH_OPTIONS_KNOWNHOSTS, "/dev/null" },
		{ SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null" },
		{ SSH_OPTIONS_HOST, link->target->address },
		{ SSH_OPTIONS_USER, user != NULL ? user : "" },
		{ SSH_OPTIONS_CIPHERS_C_S, CIPHERS },
		{ SSH_OPTIONS_CIPHERS_S_C, CIPHERS },
		{ SSH_OPTIONS_COMPRESSION, "no" },
	};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (ssh_options_set(link->session, options[i].name,
			options[i].value) != SSH_OK) {
			err_set(e, ERR_SYSTEM,
			    "the SSH connection to %s could not be set up",
			    link->peer);
			err_detail(e, "option %d: %s", (int)options[i].name,
			    ssh_get_error(link->session));
			return ERR_SYSTEM;
		}
	ssh_set_blocking(link->session, 0);
	return ssh_prefer_pinned_types(link, e);
}

/* libssh closes a socket that it was given after an error, and leaves it open
 * otherwise, without a word.  By then the number may stand for another file:
 * the inode tells. */
static void remember_socket(struct ssh_link *link, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0) {
		link->fd = fd;
		link->inode = st.st_ino;
	}
}

static void close_socket(const struct ssh_link *link)
{
	struct stat st;

	if (link->fd >= 0 && fstat(link->fd, &st) == 0 &&
	    S_ISSOCK(st.st_mode) && st.st_ino == link->inode)
		close(link->fd);
}

static enum err_code exchange_keys(struct ssh_link *link, int fd,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	enum err_code code;
	int rc;

	if (ssh_options_set(link->session, SSH_OPTIONS_FD, &fd) != SSH_OK) {
		close(fd);
		return err_set(e, ERR_SYSTEM,
		    "the SSH connection to %s could not be set up", link->peer);
	}
	remember_socket(link, fd);
	while ((rc = ssh_connect(link->session)) == SSH_AGAIN) {
		code = ssh_link_wait(link, deadline, "exchanging keys", e);
		if (code != ERR_OK) {
			if (code == ERR_TIMEOUT)
				refusal->kind = DRIVER_REFUSAL_PROTOCOL;
			return code;
		}
	}
	if (rc == SSH_OK)
		return ERR_OK;
	refusal->kind = DRIVER_REFUSAL_PROTOCOL;
	err_set(e, ERR_REMOTE,
	    "%s and this system could not agree on an SSH connection. Nothing "
	    "was changed.",
	    link->peer);
	err_detail(e, "libssh: %s", ssh_get_error(link->session));
	return ERR_REMOTE;
}

static enum err_code link_start(struct ssh_link *link, uint16_t port,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	int fd = -1;
	enum err_code code = set_options(link, e);

	if (code == ERR_OK)
		code =
		    ssh_connect_socket(link, port, deadline, &fd, refusal, e);
	if (code == ERR_OK)
		code = exchange_keys(link, fd, deadline, refusal, e);
	if (code == ERR_OK)
		code = ssh_check_host_key(link, refusal, e);
	if (code == ERR_OK)
		code = ssh_sign_in(link, deadline, refusal, e);
	return code;
}

static void name_peer(struct ssh_link *link, uint16_t port)
{
	const struct driver_jump *by = link->target->jump;

	snprintf(link->peer, sizeof link->peer, "%.100s port %u%s%.63s",
	    link->target->address, (unsigned)port,
	    by != NULL ? " through the jump host " : "",
	    by != NULL ? ssh_jump_name(by) : "");
}

const char *ssh_link_lost_at(const struct ssh_link *link)
{
	return ssh_jump_is_lost(link->jump)
		   ? ": the connection to the jump host was lost"
		   : "";
}

enum err_code ssh_link_open(const struct driver_target *target,
    uint16_t default_port, const struct driver_hooks *hooks,
    struct deadline deadline, struct ssh_link **ret,
    struct driver_refusal *refusal, struct err *e)
{
	uint16_t port = target->port != 0 ? target->port : default_port;
	struct ssh_link *link = calloc(1, sizeof *link);
	struct driver_refusal none = { 0 };
	enum err_code code;

	if (link == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a connection");
	link->target = target;
	link->hooks = hooks;
	link->fd = -1;
	name_peer(link, port);
	link->session = ssh_new();
	if (link->session == NULL)
		code = err_set(e, ERR_SYSTEM, "no memory for a connection");
	else
		code = link_start(link, port, deadline, &none, e);
	if (code == ERR_OK) {
		*ret = link;
		return ERR_OK;
	}
	if (refusal != NULL)
		*refusal = none;
	ssh_link_close(link);
	return code;
}

void ssh_link_close(struct ssh_link *link)
{
	if (link == NULL)
		return;
	if (link->session != NULL) {
		ssh_disconnect(link->session);
		ssh_free(link->session);
	}
	close_socket(link);
	ssh_jump_close(link->jump);
	free(link);
}

void ssh_link_forbid_cancel(struct ssh_link *link)
{
	link->no_cancel = true;
}

const char *ssh_link_peer(const struct ssh_link *link)
{
	return link->peer;
}
