/*
 * One channel: what it is opened for, and sending as the hostile modes allow.
 */
#include "sim/ssh_internal.h"

#include "sim/mem.h"
#include "sim/scp.h"

#include <stdlib.h>
#include <string.h>

/* --- requests of the client -------------------------------------------- */

static int chan_input(ssh_session session, ssh_channel channel, void *data,
    uint32_t len, int is_stderr, void *ctx)
{
	struct ssh_chan *chan = ctx;
	struct device *d = chan->peer->device;

	(void)session;
	(void)channel;
	(void)is_stderr;
	if (!chan->ep || chan->ep->closing || chan->ep->cut)
		return (int)len;
	device_lock(d);
	chan->ep->ops->input(chan->ep, data, len);
	if (!d->platform->reachable(d))
		chan->ep->cut = true;
	device_unlock(d);
	return (int)len;
}

static void chan_eof(ssh_session session, ssh_channel channel, void *ctx)
{
	struct ssh_chan *chan = ctx;

	(void)session;
	(void)channel;
	if (!chan->ep)
		return;
	device_lock(chan->peer->device);
	chan->ep->ops->end(chan->ep);
	device_unlock(chan->peer->device);
}

static void chan_remote_close(
    ssh_session session, ssh_channel channel, void *ctx)
{
	chan_eof(session, channel, ctx);
}

static void chan_resize(struct ssh_chan *chan)
{
	if (!chan->ep || !chan->ep->ops->resize || !chan->pty)
		return;
	device_lock(chan->peer->device);
	chan->ep->ops->resize(chan->ep, chan->columns, chan->rows);
	device_unlock(chan->peer->device);
}

static int chan_pty(ssh_session session, ssh_channel channel, const char *term,
    int width, int height, int px, int py, void *ctx)
{
	struct ssh_chan *chan = ctx;

	(void)session;
	(void)channel;
	(void)term;
	(void)px;
	(void)py;
	chan->pty = true;
	chan->columns = width > 0 ? (unsigned)width : 0;
	chan->rows = height > 0 ? (unsigned)height : 0;
	return 0;
}

static int chan_window(ssh_session session, ssh_channel channel, int width,
    int height, int px, int py, void *ctx)
{
	chan_pty(session, channel, NULL, width, height, px, py, ctx);
	chan_resize(ctx);
	return 0;
}

/* Takes over what a platform opened; 0 tells libssh that it worked. */
static int chan_adopt(struct ssh_chan *chan, struct endpoint *ep)
{
	struct device *d = chan->peer->device;

	if (!ep)
		return 1;
	chan->ep = ep;
	d->stats.sessions++;
	d->stats.sessions_open++;
	return 0;
}

static int chan_shell(ssh_session session, ssh_channel channel, void *ctx)
{
	struct ssh_chan *chan = ctx;
	struct device *d = chan->peer->device;
	int rc;

	(void)session;
	(void)channel;
	if (chan->ep || !d->platform->open_cli)
		return 1;
	device_lock(d);
	rc = chan_adopt(chan, d->platform->open_cli(d, chan->peer->user, NULL));
	device_unlock(d);
	chan_resize(chan);
	return rc;
}

static int chan_exec(
    ssh_session session, ssh_channel channel, const char *command, void *ctx)
{
	struct ssh_chan *chan = ctx;
	struct device *d = chan->peer->device;
	struct endpoint *ep = NULL;
	int rc;

	(void)session;
	(void)channel;
	if (chan->ep)
		return 1;
	device_lock(d);
	if (d->platform->scp && d->platform->scp(d))
		ep = scp_open(d, command);
	if (!ep && d->platform->open_cli && strncmp(command, "scp ", 4) != 0)
		ep = d->platform->open_cli(d, chan->peer->user, command);
	rc = chan_adopt(chan, ep);
	device_unlock(d);
	return rc;
}

static int chan_subsystem(
    ssh_session session, ssh_channel channel, const char *name, void *ctx)
{
	struct ssh_chan *chan = ctx;
	struct device *d = chan->peer->device;
	int rc;

	(void)session;
	(void)channel;
	if (chan->ep || strcmp(name, "netconf") != 0 ||
	    !d->platform->open_netconf)
		return 1;
	device_lock(d);
	rc = chan_adopt(chan, d->platform->open_netconf(d, chan->peer->user));
	device_unlock(d);
	return rc;
}

/* --- life -------------------------------------------------------------- */

struct ssh_chan *ssh_chan_new(struct ssh_peer *peer, ssh_channel channel)
{
	struct ssh_chan *chan = mem_zalloc(sizeof(*chan));

	chan->peer = peer;
	chan->channel = channel;
	chan->callbacks = (struct ssh_channel_callbacks_struct){
		.userdata = chan,
		.channel_data_function = chan_input,
		.channel_eof_function = chan_eof,
		.channel_close_function = chan_remote_close,
		.channel_pty_request_function = chan_pty,
		.channel_pty_window_change_function = chan_window,
		.channel_shell_request_function = chan_shell,
		.channel_exec_request_function = chan_exec,
		.channel_subsystem_request_function = chan_subsystem,
	};
	ssh_callbacks_init(&chan->callbacks);
	ssh_set_channel_callbacks(channel, &chan->callbacks);
	chan->next = peer->channels;
	peer->channels = chan;
	return chan;
}

/* The channel itself goes with its session. */
void ssh_chan_free(struct ssh_chan *chan)
{
	struct device *d = chan->peer->device;

	ssh_remove_channel_callbacks(chan->channel, &chan->callbacks);
	if (chan->ep) {
		device_lock(d);
		chan->ep->ops->free(chan->ep);
		d->stats.sessions_open--;
		device_unlock(d);
	}
	free(chan);
}

/* --- sending ----------------------------------------------------------- */

static void chan_wait(int *wait_ms, int64_t ms)
{
	if (ms < *wait_ms)
		*wait_ms = ms > 0 ? (int)ms : 0;
}

/* How many bytes the modes allow now. */
static size_t chan_allowance(struct ssh_chan *chan, const struct hostile *h)
{
	size_t n = ssh_channel_window_size(chan->channel);

	if (n > SSH_WRITE_MAX)
		n = SSH_WRITE_MAX;
	if (h->bytes_per_s > 0 && n > 1)
		n = 1;
	if (h->drop_at_byte > chan->sent && n > h->drop_at_byte - chan->sent)
		n = (size_t)(h->drop_at_byte - chan->sent);
	return n;
}

static size_t chan_write(struct ssh_chan *chan, size_t most)
{
	static const char filler[] =
	    "################################################################";
	struct endpoint *ep = chan->ep;
	const char *data = ep->out.len ? ep->out.data : filler;
	size_t n = ep->out.len ? ep->out.len : sizeof(filler) - 1;
	int rc;

	if (ep->out.len == 0 && n > ep->flood_left)
		n = (size_t)ep->flood_left;
	if (n > most)
		n = most;
	rc = n ? ssh_channel_write(chan->channel, data, (uint32_t)n) : 0;
	if (rc <= 0)
		return 0;
	if (ep->out.len)
		buf_consume(&ep->out, (size_t)rc);
	else
		ep->flood_left -= (uint64_t)rc;
	chan->sent += (uint64_t)rc;
	return (size_t)rc;
}

static bool chan_has_output(const struct ssh_chan *chan)
{
	return chan->ep->out.len > 0 || chan->ep->flood_left > 0;
}

static void chan_finish(struct ssh_chan *chan)
{
	if (!chan->ep->closing || chan->closed || chan_has_output(chan))
		return;
	chan->closed = true;
	ssh_channel_request_send_exit_status(
	    chan->channel, chan->ep->exit_status);
	ssh_channel_send_eof(chan->channel);
	ssh_channel_close(chan->channel);
}

/* A flood would fill a round of the loop: the others get their turn. */
#define CHAN_WRITES_A_ROUND 16

static void chan_send(struct ssh_chan *chan, const struct hostile *h,
    int64_t now_ms, int *wait_ms)
{
	for (unsigned i = 0; i < CHAN_WRITES_A_ROUND; i++) {
		size_t n = chan_write(chan, chan_allowance(chan, h));

		if (h->drop_at_byte && chan->sent >= h->drop_at_byte) {
			chan->ep->cut = true;
			return;
		}
		if (n == 0 || !chan_has_output(chan))
			return;
		if (h->bytes_per_s > 0) {
			int64_t gap = 1000 / (int64_t)h->bytes_per_s;

			chan->hold_until_ms = now_ms + (gap > 0 ? gap : 1);
			chan_wait(wait_ms, gap);
			return;
		}
	}
	chan_wait(wait_ms, 0);
}

void ssh_chan_pump(struct ssh_chan *chan, int64_t now_ms, int *wait_ms)
{
	struct device *d = chan->peer->device;
	struct endpoint *ep = chan->ep;
	struct hostile h;

	if (!ep || ep->stalled)
		return;
	device_lock(d);
	h = d->hostile;
	device_unlock(d);
	if (ep->cut) {
		chan->peer->cut = true;
		return;
	}
	if (ep->requests != chan->requests) {
		chan->requests = ep->requests;
		chan->hold_until_ms = now_ms + (int64_t)h.latency_ms;
	}
	if (now_ms < chan->hold_until_ms) {
		chan_wait(wait_ms, chan->hold_until_ms - now_ms);
		return;
	}
	if (chan_has_output(chan))
		chan_send(chan, &h, now_ms, wait_ms);
	if (ep->cut) {
		if (h.drop_at_byte) {
			device_lock(d);
			d->hostile.drop_at_byte = 0;
			device_unlock(d);
		}
		/* What was written leaves before the connection ends. */
		ssh_blocking_flush(chan->peer->session, 100);
		chan->peer->cut = true;
		return;
	}
	chan_finish(chan);
}
