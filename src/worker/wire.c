#include "worker/wire.h"

#include "base/json.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static enum err_code send_all(
    int fd, const char *data, size_t len, struct err *e)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(e, "the other side is gone");
		data += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

enum err_code wire_send(int fd, const json_t *message, struct err *e)
{
	struct buf out = BUF_INIT(WIRE_MAX_MESSAGE + 4);
	size_t len;
	enum err_code rc;

	buf_add(&out, "\0\0\0\0", 4);
	rc = json_write_line(message, &out, e);
	if (rc == ERR_OK) {
		len = out.len - 4;
		out.data[0] = (char)(len >> 24);
		out.data[1] = (char)(len >> 16);
		out.data[2] = (char)(len >> 8);
		out.data[3] = (char)len;
		rc = send_all(fd, out.data, out.len, e);
	}
	buf_release(&out);
	return rc;
}

enum err_code wire_take(struct buf *in, json_t **ret, struct err *e)
{
	const unsigned char *p = (const unsigned char *)in->data;
	size_t len;
	enum err_code rc;

	*ret = NULL;
	if (in->len < 4)
		return ERR_OK;
	len =
	    (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (len > WIRE_MAX_MESSAGE)
		return err_set(e, ERR_CORRUPT, "a message of %zu bytes", len);
	if (in->len - 4 < len)
		return ERR_OK;
	rc = json_read(in->data + 4, len, WIRE_MAX_MESSAGE, ret, e);
	buf_consume(in, len + 4);
	return rc;
}

enum err_code wire_fill(int fd, struct buf *in, bool *ret_open, struct err *e)
{
	char *to = buf_reserve(in, 65536);
	ssize_t n;

	if (!to)
		return buf_check(in, "a slot's message", e);
	do
		n = recv(fd, to, 65536, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		*ret_open = true;
		return ERR_OK;
	}
	/* a peer that was killed resets the connection: its end, too */
	if (n < 0 && errno != ECONNRESET)
		return err_set_errno(e, "cannot read from the slot");
	*ret_open = n > 0;
	if (n > 0) {
		in->len += (size_t)n;
		in->data[in->len] = '\0';
	}
	return ERR_OK;
}
