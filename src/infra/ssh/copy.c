#include "infra/ssh/copy.h"

#include "base/escape.h"
#include "infra/ssh/link_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define COMMAND_SIZE 200
#define REPLY_MAX 256
#define PATH_CHARS                                                 \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123" \
	"456789.:/-_"

struct copy {
	struct ssh_link *link;
	ssh_channel channel;
	struct deadline deadline;
	const char *path;
};

static enum err_code refused(struct copy *c, const char *said, struct err *e)
{
	struct buf safe = BUF_INIT(REPLY_MAX * 4);

	escape_device_text(&safe, said, strlen(said));
	err_set(e, ERR_REMOTE, "%s does not take %s over SCP%s%s.",
	    c->link->peer, c->path, safe.len > 0 ? ": " : "", buf_text(&safe));
	err_detail(e, "libssh: %s", ssh_get_error(c->link->session));
	buf_release(&safe);
	return ERR_REMOTE;
}

static enum err_code wait_more(struct copy *c, struct err *e)
{
	return ssh_link_wait(c->link, c->deadline, "copying a file", e);
}

static enum err_code send_all(
    struct copy *c, const char *data, size_t len, struct err *e)
{
	while (len > 0) {
		int n = ssh_channel_write(c->channel, data, (uint32_t)len);
		enum err_code code;

		if (n < 0 && n != SSH_AGAIN)
			return refused(c, "it ended the session", e);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
			continue;
		}
		code = wait_more(c, e);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

/* One byte; ERR_REMOTE at the end. */
static enum err_code read_byte(struct copy *c, char *ret, struct err *e)
{
	for (;;) {
		int n = ssh_channel_read_nonblocking(c->channel, ret, 1, 0);
		enum err_code code;

		if (n == 1)
			return ERR_OK;
		if ((n < 0 && n != SSH_AGAIN) ||
		    ssh_channel_is_eof(c->channel) ||
		    ssh_channel_is_closed(c->channel))
			return refused(c, "", e);
		code = wait_more(c, e);
		if (code != ERR_OK)
			return code;
	}
}

/* A NUL, or a byte that is none and a line that says why. */
static enum err_code expect_ok(struct copy *c, struct err *e)
{
	char said[REPLY_MAX] = "";
	size_t n = 0;
	char byte = '\0';
	enum err_code code = read_byte(c, &byte, e);

	if (code != ERR_OK || byte == '\0')
		return code;
	if (byte > 2) /* no reply of the protocol: a sentence */
		said[n++] = byte;
	while (n + 1 < sizeof said && read_byte(c, &byte, NULL) == ERR_OK &&
	       byte != '\n')
		said[n++] = byte;
	said[n] = '\0';
	return refused(c, said, e);
}

static enum err_code open_channel(struct copy *c, struct err *e)
{
	char command[COMMAND_SIZE];
	enum err_code code = ERR_OK;
	int rc = SSH_ERROR;

	snprintf(command, sizeof command, "scp -t %s", c->path);
	c->channel = ssh_channel_new(c->link->session);
	if (c->channel == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a channel");
	while (code == ERR_OK &&
	       (rc = ssh_channel_open_session(c->channel)) == SSH_AGAIN)
		code = wait_more(c, e);
	if (code == ERR_OK && rc == SSH_OK)
		while ((rc = ssh_channel_request_exec(c->channel, command)) ==
			   SSH_AGAIN &&
		       code == ERR_OK)
			code = wait_more(c, e);
	if (code == ERR_OK && rc != SSH_OK)
		code = refused(c, "", e);
	return code;
}

static enum err_code send_file(
    struct copy *c, const struct buf *data, struct err *e)
{
	const char *name = strrchr(c->path, ':');
	char header[COMMAND_SIZE];
	enum err_code code = expect_ok(c, e);

	snprintf(header, sizeof header, "C0644 %zu %s\n", data->len,
	    name != NULL ? name + 1 : c->path);
	if (code == ERR_OK)
		code = send_all(c, header, strlen(header), e);
	if (code == ERR_OK)
		code = expect_ok(c, e);
	if (code == ERR_OK)
		code = send_all(c, buf_text(data), data->len, e);
	if (code == ERR_OK)
		code = send_all(c, "", 1, e);
	return code == ERR_OK ? expect_ok(c, e) : code;
}

static void tell_of_key(
    const struct driver_hooks *hooks, const struct driver_refusal *refusal)
{
	if (hooks != NULL && hooks->hostkey != NULL &&
	    (refusal->kind == DRIVER_REFUSAL_KEY_UNKNOWN ||
		refusal->kind == DRIVER_REFUSAL_KEY_CHANGED))
		hooks->hostkey(hooks->ctx, refusal);
}

enum err_code ssh_copy_to(const struct driver_target *target,
    uint16_t default_port, const struct driver_hooks *hooks, const char *path,
    const struct buf *data, struct deadline deadline, struct err *e)
{
	struct copy c = { .path = path, .deadline = deadline };
	struct driver_refusal refusal = { .kind = DRIVER_REFUSAL_NONE };
	enum err_code code = ssh_link_open(
	    target, default_port, hooks, deadline, &c.link, &refusal, e);

	assert(strspn(path, PATH_CHARS) == strlen(path));
	assert(strlen(path) + sizeof "scp -t " <= COMMAND_SIZE);
	if (code != ERR_OK) {
		tell_of_key(hooks, &refusal);
		return code;
	}
	code = open_channel(&c, e);
	if (code == ERR_OK)
		code = send_file(&c, data, e);
	if (c.channel != NULL) {
		(void)ssh_channel_send_eof(c.channel);
		ssh_channel_close(c.channel);
		ssh_channel_free(c.channel);
	}
	ssh_link_close(c.link);
	return code;
}
