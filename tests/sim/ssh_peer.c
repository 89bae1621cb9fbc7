/*
 * One connection: key exchange, signing in, channels opened.
 */
#include "sim/ssh_internal.h"

#include "sim/mem.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- signing in -------------------------------------------------------- */

static int peer_accept(struct ssh_peer *peer, ssh_message m)
{
	peer->authenticated = true;
	ssh_message_auth_reply_success(m, 0);
	return 0;
}

/* 1 lets libssh answer with the methods that may go on. */
static int peer_reject(struct ssh_peer *peer)
{
	device_lock(peer->device);
	peer->device->stats.logins_refused++;
	device_unlock(peer->device);
	peer->cut = ++peer->tries > SSH_LOGIN_TRIES;
	return 1;
}

static bool peer_password_fits(struct ssh_peer *peer, const char *password)
{
	const struct device_login *login = peer->device->login;

	return password && strcmp(peer->user, login->user) == 0 &&
	       strcmp(password, login->password) == 0;
}

static int peer_auth_password(struct ssh_peer *peer, ssh_message m)
{
	/* libssh offers no other way to the password of a message. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	const char *password = ssh_message_auth_password(m);
#pragma GCC diagnostic pop

	return peer_password_fits(peer, password) ? peer_accept(peer, m)
						  : peer_reject(peer);
}

static int peer_auth_interactive(struct ssh_peer *peer, ssh_message m)
{
	const char *prompts[] = { "Password: " };
	char echo[] = { 0 };

	if (!ssh_message_auth_kbdint_is_response(m)) {
		ssh_message_auth_interactive_request(
		    m, "", "", 1, prompts, echo);
		return 0;
	}
	if (ssh_userauth_kbdint_getnanswers(peer->session) == 1 &&
	    peer_password_fits(
		peer, ssh_userauth_kbdint_getanswer(peer->session, 0)))
		return peer_accept(peer, m);
	return peer_reject(peer);
}

static int peer_auth_key(struct ssh_peer *peer, ssh_message m)
{
	ssh_key authorized = ssh_front_options(peer->front)->authorized;
	enum ssh_publickey_state_e state;
	ssh_key offered;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	offered = ssh_message_auth_pubkey(m);
	state = ssh_message_auth_publickey_state(m);
#pragma GCC diagnostic pop
	if (!authorized || !offered ||
	    strcmp(peer->user, peer->device->login->user) != 0 ||
	    ssh_key_cmp(authorized, offered, SSH_KEY_CMP_PUBLIC) != 0)
		return 1; /* a client may offer many keys */
	if (state == SSH_PUBLICKEY_STATE_NONE) {
		ssh_message_auth_reply_pk_ok_simple(m);
		return 0;
	}
	return state == SSH_PUBLICKEY_STATE_VALID ? peer_accept(peer, m)
						  : peer_reject(peer);
}

static void peer_send_banner(struct ssh_peer *peer)
{
	struct buf text = BUF_INIT(64 * 1024);
	ssh_string banner;

	if (peer->banner_sent)
		return;
	peer->banner_sent = true;
	device_lock(peer->device);
	peer->device->platform->banner(peer->device, true, &text);
	device_unlock(peer->device);
	banner = text.len ? ssh_string_from_char(buf_text(&text)) : NULL;
	if (banner)
		ssh_send_issue_banner(peer->session, banner);
	ssh_string_free(banner);
	buf_release(&text);
}

static int peer_auth(struct ssh_peer *peer, ssh_message m)
{
	int methods = ssh_front_options(peer->front)->methods;
	int method = ssh_message_subtype(m);
	bool refuse;

	ssh_message_auth_set_methods(m, methods);
	snprintf(
	    peer->user, sizeof(peer->user), "%s", ssh_message_auth_user(m));
	peer_send_banner(peer);
	device_lock(peer->device);
	refuse = peer->device->hostile.refuse_login;
	device_unlock(peer->device);
	if (refuse && method != SSH_AUTH_METHOD_NONE)
		return peer_reject(peer);
	if (!(method & methods))
		return 1;
	if (method == SSH_AUTH_METHOD_PASSWORD)
		return peer_auth_password(peer, m);
	if (method == SSH_AUTH_METHOD_INTERACTIVE)
		return peer_auth_interactive(peer, m);
	if (method == SSH_AUTH_METHOD_PUBLICKEY)
		return peer_auth_key(peer, m);
	return 1;
}

/* --- channels ---------------------------------------------------------- */

static int peer_open_channel(struct ssh_peer *peer, ssh_message m)
{
	unsigned n = 0;
	ssh_channel channel;

	for (const struct ssh_chan *c = peer->channels; c; c = c->next)
		n++;
	if (!peer->authenticated || n >= SSH_CHANNELS_MAX)
		return 1;
	channel = ssh_message_channel_request_open_reply_accept(m);
	if (channel)
		ssh_chan_new(peer, channel);
	return channel ? 0 : 1;
}

static int peer_message(ssh_session session, ssh_message m, void *ctx)
{
	struct ssh_peer *peer = ctx;

	(void)session;
	if (ssh_message_type(m) == SSH_REQUEST_AUTH)
		return peer_auth(peer, m);
	if (ssh_message_type(m) == SSH_REQUEST_CHANNEL_OPEN &&
	    ssh_message_subtype(m) == SSH_CHANNEL_SESSION)
		return peer_open_channel(peer, m);
	return 1;
}

/* --- life -------------------------------------------------------------- */

static bool peer_start(struct ssh_peer *peer, ssh_bind bind, int fd)
{
	struct device *d = peer->device;
	ssh_key key;
	bool reachable;
	int rc;

	device_lock(d);
	key = ssh_key_dup(d->host_keys[d->hostile.change_key]);
	peer->generation = d->generation;
	reachable = d->platform->reachable(d);
	device_unlock(d);
	if (!key || !reachable) {
		ssh_key_free(key);
		return false;
	}
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key);
	if (ssh_bind_accept_fd(bind, peer->session, fd) != SSH_OK)
		return false;
	ssh_callbacks_init(&peer->callbacks);
	ssh_set_server_callbacks(peer->session, &peer->callbacks);
	ssh_set_message_callback(peer->session, peer_message, peer);
	ssh_set_blocking(peer->session, 0);
	rc = ssh_handle_key_exchange(peer->session);
	return rc == SSH_OK || rc == SSH_AGAIN;
}

struct ssh_peer *ssh_peer_new(
    struct ssh_front *front, ssh_bind bind, int fd, struct device *d)
{
	struct ssh_peer *peer = mem_zalloc(sizeof(*peer));

	peer->front = front;
	peer->device = d;
	peer->since_ms = clock_mono_ms();
	peer->session = ssh_new();
	peer->event = ssh_event_new();
	if (peer->session && peer->event && peer_start(peer, bind, fd)) {
		ssh_event_add_session(peer->event, peer->session);
		return peer;
	}
	/* Before it was accepted the session does not own the socket. */
	if (!peer->session || ssh_get_fd(peer->session) < 0)
		close(fd);
	ssh_event_free(peer->event);
	ssh_free(peer->session);
	free(peer);
	return NULL;
}

void ssh_peer_free(struct ssh_peer *peer)
{
	while (peer->channels) {
		struct ssh_chan *chan = peer->channels;

		peer->channels = chan->next;
		ssh_chan_free(chan);
	}
	ssh_event_remove_session(peer->event, peer->session);
	ssh_event_free(peer->event);
	if (peer->cut)
		ssh_silent_disconnect(peer->session);
	else
		ssh_disconnect(peer->session);
	ssh_free(peer->session);
	free(peer);
}

bool ssh_peer_pump(struct ssh_peer *peer, int64_t now_ms, int *wait_ms)
{
	if (!ssh_is_connected(peer->session) ||
	    (ssh_get_status(peer->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)))
		return false;
	if (!peer->authenticated && now_ms - peer->since_ms > SSH_LOGIN_MS)
		return false;
	device_lock(peer->device);
	peer->cut |= peer->generation != peer->device->generation;
	device_unlock(peer->device);
	for (struct ssh_chan *c = peer->channels; c && !peer->cut; c = c->next)
		ssh_chan_pump(c, now_ms, wait_ms);
	return !peer->cut;
}
