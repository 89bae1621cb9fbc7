#include "infra/netconf/frame.h"

#include <string.h>

static const char mark[] = "]]>]]>";

#define MARK_LEN (sizeof mark - 1)
#define MAX_SKIPPED 256
/* RFC 6242, 4.2: a chunk's size is at most 4294967295. */
#define MAX_DIGITS 10
#define MAX_CHUNK 4294967295u

void netconf_frame_init(
    struct netconf_frame *f, enum netconf_framing framing, size_t max)
{
	*f = (struct netconf_frame){ .framing = framing,
		.message = BUF_INIT(max) };
}

void netconf_frame_release(struct netconf_frame *f)
{
	buf_release(&f->message);
}

void netconf_frame_next(struct netconf_frame *f, enum netconf_framing framing)
{
	size_t max = f->message.max;

	buf_release(&f->message);
	netconf_frame_init(f, framing, max);
}

static bool is_blank(char c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/* The number of blank bytes at the front of the data; more than MAX_SKIPPED
 * in all are no framing. */
static size_t skip_blanks(struct netconf_frame *f, const char *data, size_t len)
{
	size_t n = 0;

	while (n < len && f->skipped <= MAX_SKIPPED && is_blank(data[n])) {
		n++;
		f->skipped++;
	}
	return n;
}

/* --- End of message (RFC 6242, 4.3) ------------------------------------ */

static enum netconf_frame_result feed_marked(
    struct netconf_frame *f, const char *data, size_t len, size_t *ret_used)
{
	struct buf *m = &f->message;
	size_t skipped = m->len == 0 ? skip_blanks(f, data, len) : 0;
	size_t before = m->len, from;
	const char *end;

	*ret_used = len;
	if (f->skipped > MAX_SKIPPED)
		return NETCONF_FRAME_BROKEN;
	if (skipped == len)
		return NETCONF_FRAME_MORE;
	if (!buf_add(m, data + skipped, len - skipped))
		return NETCONF_FRAME_TOO_LONG;
	/* The mark may have begun in what came before. */
	from = before < MARK_LEN ? 0 : before - MARK_LEN + 1;
	end = memmem(m->data + from, m->len - from, mark, MARK_LEN);
	if (end == NULL)
		return NETCONF_FRAME_MORE;
	*ret_used = skipped + (size_t)(end - m->data) + MARK_LEN - before;
	m->len = (size_t)(end - m->data);
	m->data[m->len] = '\0';
	return NETCONF_FRAME_DONE;
}

/* --- Chunks (RFC 6242, 4.2) -------------------------------------------- */

/* One byte of a header; DONE behind the end of chunks. */
static enum netconf_frame_result take_size(struct netconf_frame *f, char c)
{
	if (c >= '0' && c <= '9' && f->digits < MAX_DIGITS &&
	    (f->digits > 0 || c != '0')) {
		f->left = f->left * 10 + (size_t)(c - '0');
		f->digits++;
		f->state = NETCONF_IN_SIZE;
		return NETCONF_FRAME_MORE;
	}
	if (c != '\n' || f->digits == 0 || f->left > MAX_CHUNK)
		return NETCONF_FRAME_BROKEN;
	f->state = NETCONF_IN_DATA;
	return f->left <= f->message.max - f->message.len
		   ? NETCONF_FRAME_MORE
		   : NETCONF_FRAME_TOO_LONG;
}

static enum netconf_frame_result take_header(struct netconf_frame *f, char c)
{
	switch (f->state) {
	case NETCONF_AT_START:
		/* Of several newlines the last one begins the chunk. */
		if (c == '#' && f->skipped > 0)
			f->state = NETCONF_AT_SIZE;
		else if (!is_blank(c) || f->skipped++ > MAX_SKIPPED)
			return NETCONF_FRAME_BROKEN;
		break;
	case NETCONF_AT_LF:
		if (c != '\n')
			return NETCONF_FRAME_BROKEN;
		f->state = NETCONF_AT_HASH;
		break;
	case NETCONF_AT_HASH:
		if (c != '#')
			return NETCONF_FRAME_BROKEN;
		f->state = NETCONF_AT_SIZE;
		break;
	case NETCONF_AT_SIZE:
		/* The end is no message without a chunk before it. */
		if (c != '#')
			return take_size(f, c);
		if (f->message.len == 0)
			return NETCONF_FRAME_BROKEN;
		f->state = NETCONF_AT_END;
		break;
	case NETCONF_IN_SIZE:
		return take_size(f, c);
	case NETCONF_AT_END:
		return c == '\n' ? NETCONF_FRAME_DONE : NETCONF_FRAME_BROKEN;
	case NETCONF_IN_DATA:
		break;
	}
	return NETCONF_FRAME_MORE;
}

static size_t take_data(struct netconf_frame *f, const char *data, size_t len)
{
	size_t n = len < f->left ? len : f->left;

	buf_add(&f->message, data, n);
	f->left -= n;
	if (f->left == 0) {
		f->state = NETCONF_AT_LF;
		f->digits = 0;
	}
	return n;
}

static enum netconf_frame_result feed_chunked(
    struct netconf_frame *f, const char *data, size_t len, size_t *ret_used)
{
	enum netconf_frame_result r = NETCONF_FRAME_MORE;
	size_t at = 0;

	while (at < len && r == NETCONF_FRAME_MORE) {
		if (f->state == NETCONF_IN_DATA)
			at += take_data(f, data + at, len - at);
		else
			r = take_header(f, data[at++]);
	}
	*ret_used = at;
	return buf_ok(&f->message) ? r : NETCONF_FRAME_TOO_LONG;
}

enum netconf_frame_result netconf_frame_feed(
    struct netconf_frame *f, const char *data, size_t len, size_t *ret_used)
{
	return f->framing == NETCONF_EOM ? feed_marked(f, data, len, ret_used)
					 : feed_chunked(f, data, len, ret_used);
}

void netconf_frame_put(
    enum netconf_framing framing, const char *text, size_t len, struct buf *out)
{
	if (framing == NETCONF_CHUNKED)
		buf_printf(out, "\n#%zu\n", len);
	buf_add(out, text, len);
	buf_puts(out, framing == NETCONF_CHUNKED ? "\n##\n" : mark);
}
