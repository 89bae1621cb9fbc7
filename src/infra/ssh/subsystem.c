#include "infra/ssh/subsystem.h"

#include "infra/ssh/link_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* How long to wait at a time, so that a cancelled run ends soon. */
#define SLICE_MS 250
/* An empty message, so that a dead peer shows although nothing is sent. */
#define HEARTBEAT_MS 20000
#define DROP_SIZE 4096

struct ssh_subsystem {
	struct ssh_link *link;
	ssh_channel channel;
	struct deadline heartbeat;
};

static enum err_code hung_up(struct ssh_subsystem *s, struct err *e)
{
	err_set(e, ERR_REMOTE, "%s ended the session%s.", s->link->peer,
	    ssh_link_lost_at(s->link));
	err_detail(e, "libssh: %s", ssh_get_error(s->link->session));
	return ERR_REMOTE;
}

static enum err_code wait_more(
    struct ssh_subsystem *s, struct deadline deadline, struct err *e)
{
	ssh_session session = s->link->session;
	struct pollfd p = { .fd = ssh_get_fd(session), .events = POLLIN };
	struct deadline slice =
	    deadline_sooner(deadline, deadline_in_ms(SLICE_MS));
	enum err_code code = ssh_link_check_cancel(s->link, e);

	if (code != ERR_OK)
		return code;
	if (deadline_passed(deadline))
		return err_set(e, ERR_TIMEOUT, "%s did not answer in time.",
		    s->link->peer);
	if (deadline_passed(s->heartbeat)) {
		s->heartbeat = deadline_in_ms(HEARTBEAT_MS);
		(void)ssh_send_ignore(session, "");
	}
	if (!ssh_is_connected(session))
		return hung_up(s, e);
	if (ssh_get_poll_flags(session) & SSH_WRITE_PENDING)
		p.events |= POLLOUT;
	if (poll(&p, 1, deadline_poll_ms(slice)) < 0 && errno != EINTR)
		return err_set_errno(e, "waiting for %s", s->link->peer);
	return ERR_OK;
}

/* --- Opening ----------------------------------------------------------- */

/* The channel, then the subsystem; each may have to be asked again. */
static int step(struct ssh_subsystem *s, const char *name, bool opened)
{
	return opened ? ssh_channel_request_subsystem(s->channel, name)
		      : ssh_channel_open_session(s->channel);
}

static enum err_code start(struct ssh_subsystem *s, const char *name,
    struct deadline deadline, struct err *e)
{
	for (int opened = 0; opened < 2; opened++) {
		int rc;

		while ((rc = step(s, name, opened)) == SSH_AGAIN) {
			enum err_code code = wait_more(s, deadline, e);

			if (code != ERR_OK)
				return code;
		}
		if (rc == SSH_OK)
			continue;
		err_set(e, ERR_REMOTE,
		    "%s let the user in but offers no \"%s\" subsystem: is it "
		    "switched on, and is it the right port? Nothing was "
		    "changed.",
		    s->link->peer, name);
		err_detail(e, "libssh: %s", ssh_get_error(s->link->session));
		return ERR_REMOTE;
	}
	return ERR_OK;
}

enum err_code ssh_subsystem_open(struct ssh_link *link, const char *name,
    struct deadline deadline, struct ssh_subsystem **ret, struct err *e)
{
	struct ssh_subsystem *s = calloc(1, sizeof *s);
	enum err_code code;

	if (s == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a session");
	s->link = link;
	s->heartbeat = deadline_in_ms(HEARTBEAT_MS);
	s->channel = ssh_channel_new(link->session);
	if (s->channel == NULL)
		code = err_set(e, ERR_SYSTEM, "no memory for a session");
	else
		code = start(s, name, deadline, e);
	if (code == ERR_OK)
		*ret = s;
	else
		ssh_subsystem_close(s);
	return code;
}

void ssh_subsystem_close(struct ssh_subsystem *s)
{
	if (s == NULL)
		return;
	if (s->channel != NULL) {
		ssh_channel_close(s->channel);
		ssh_channel_free(s->channel);
	}
	free(s);
}

/* --- Bytes ------------------------------------------------------------- */

enum err_code ssh_subsystem_send(struct ssh_subsystem *s, const char *data,
    size_t len, struct deadline deadline, struct err *e)
{
	while (len > 0) {
		int n = ssh_channel_write(s->channel, data, (uint32_t)len);
		enum err_code code;

		if (n < 0 && n != SSH_AGAIN)
			return hung_up(s, e);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
			continue;
		}
		code = wait_more(s, deadline, e);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

/* Left unread it would fill the channel's window. */
static void drop_errors(struct ssh_subsystem *s)
{
	char drop[DROP_SIZE];

	(void)ssh_channel_read_nonblocking(s->channel, drop, sizeof drop, 1);
}

enum err_code ssh_subsystem_receive(struct ssh_subsystem *s, char *to,
    size_t size, struct deadline deadline, size_t *ret_len, struct err *e)
{
	for (;;) {
		int n = ssh_channel_read_nonblocking(
		    s->channel, to, (uint32_t)size, 0);
		enum err_code code;

		if (n > 0) {
			*ret_len = (size_t)n;
			return ERR_OK;
		}
		if ((n < 0 && n != SSH_AGAIN) ||
		    ssh_channel_is_eof(s->channel) ||
		    ssh_channel_is_closed(s->channel))
			return hung_up(s, e);
		drop_errors(s);
		code = wait_more(s, deadline, e);
		if (code != ERR_OK)
			return code;
	}
}
