#include "sim/scp.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum scp_state {
	SCP_HEADER,	 /* sink: a control line is expected */
	SCP_DATA,	 /* sink: bytes of the file, then a NUL */
	SCP_SEND_HEADER, /* source: the sink's NUL starts it */
	SCP_SEND_DATA,
	SCP_SENT,
};

struct scp {
	struct endpoint ep; /* first */
	enum scp_state state;
	char *path;
	struct buf line;
	struct buf data;
	size_t expected;
};

static void scp_ack(struct scp *s)
{
	buf_putc(&s->ep.out, '\0');
}

static void scp_refuse(struct scp *s, const char *why)
{
	buf_printf(&s->ep.out, "\1scp: %s: %s\n", s->path, why);
	s->ep.exit_status = 1;
	s->ep.closing = true;
}

/* --- sink -------------------------------------------------------------- */

static void scp_header(struct scp *s, const char *line)
{
	unsigned mode;
	size_t size;

	if (*line == 'T') {
		scp_ack(s);
	} else if (sscanf(line, "C%o %zu", &mode, &size) == 2 &&
		   size <= SCP_FILE_MAX) {
		s->expected = size;
		s->state = SCP_DATA;
		buf_clear(&s->data);
		scp_ack(s);
	} else if (*line == 'E') {
		scp_ack(s);
	} else {
		scp_refuse(s, "protocol error");
	}
}

static void scp_store(struct scp *s)
{
	if (!endpoint_begin_request(&s->ep))
		return;
	device_file_put(s->ep.device, s->path, buf_text(&s->data), s->data.len);
	s->state = SCP_HEADER;
	scp_ack(s);
	endpoint_end_request(&s->ep);
}

static void scp_take_byte(struct scp *s, char c)
{
	if (s->state == SCP_DATA && s->data.len < s->expected) {
		buf_putc(&s->data, c);
	} else if (s->state == SCP_DATA) {
		scp_store(s);
	} else if (c == '\n') {
		scp_header(s, buf_text(&s->line));
		buf_clear(&s->line);
	} else {
		buf_putc(&s->line, c);
	}
}

/* --- source ------------------------------------------------------------ */

static void scp_send_next(struct scp *s)
{
	const struct device_file *f = device_file_find(s->ep.device, s->path);

	if (s->state == SCP_SENT) {
		s->ep.closing = true;
	} else if (!f) {
		scp_refuse(s, "No such file or directory");
	} else if (s->state == SCP_SEND_HEADER) {
		buf_printf(&s->ep.out, "C0644 %zu %s\n", f->len, f->name);
		s->state = SCP_SEND_DATA;
	} else {
		buf_add(&s->ep.out, f->data, f->len);
		scp_ack(s);
		s->state = SCP_SENT;
	}
}

static void scp_input(struct endpoint *ep, const char *data, size_t len)
{
	struct scp *s = (struct scp *)ep;

	for (size_t i = 0; i < len && !ep->closing && !ep->cut; i++) {
		if (s->state >= SCP_SEND_HEADER)
			scp_send_next(s);
		else
			scp_take_byte(s, data[i]);
	}
}

static void scp_end(struct endpoint *ep)
{
	ep->closing = true;
}

static void scp_free(struct endpoint *ep)
{
	struct scp *s = (struct scp *)ep;

	free(s->path);
	buf_release(&s->line);
	buf_release(&s->data);
	endpoint_release(ep);
	free(s);
}

static const struct endpoint_ops scp_ops = {
	.input = scp_input,
	.end = scp_end,
	.free = scp_free,
};

struct endpoint *scp_open(struct device *d, const char *command)
{
	const char *path = strrchr(command, ' ');
	const char *to = strstr(command, " -t");
	const char *from = strstr(command, " -f");
	struct scp *s;

	if (strncmp(command, "scp ", 4) != 0 || (!to && !from) || !path)
		return NULL;
	s = mem_zalloc(sizeof(*s));
	endpoint_init(&s->ep, &scp_ops, d);
	s->path = mem_strdup(path + 1);
	buf_init(&s->line, 4096);
	buf_init(&s->data, SCP_FILE_MAX);
	s->state = to ? SCP_HEADER : SCP_SEND_HEADER;
	if (to)
		scp_ack(s);
	return &s->ep;
}
