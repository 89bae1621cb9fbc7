#include "infra/ssh/terminal.h"

#include <string.h>

size_t terminal_last_line(const struct buf *text)
{
	const char *nl =
	    text->len == 0 ? NULL : memrchr(text->data, '\n', text->len);

	return nl == NULL ? 0 : (size_t)(nl - text->data) + 1;
}

static void cut_to(struct buf *out, size_t len)
{
	if (len < out->len) {
		out->len = len;
		out->data[len] = '\0';
	}
}

static void on_text(struct terminal *t, char c, struct buf *out)
{
	switch (c) {
	case '\x1b':
		t->state = TERMINAL_ESCAPE;
		return;
	case '\r':
		t->state = TERMINAL_CR;
		return;
	case '\b':
		if (out->len > 0 && out->data[out->len - 1] != '\n')
			cut_to(out, out->len - 1);
		return;
	default:
		if (c == '\n' || c == '\t' || (unsigned char)c >= 0x20)
			if (c != '\x7f')
				buf_putc(out, c);
	}
}

static void on_carriage_return(struct terminal *t, char c, struct buf *out)
{
	if (c == '\r')
		return;
	t->state = TERMINAL_TEXT;
	if (c != '\n')
		cut_to(out, terminal_last_line(out));
	on_text(t, c, out);
}

static void on_escape(struct terminal *t, char c)
{
	if (c == '[')
		t->state = TERMINAL_CSI;
	else if (c != '\0' && strchr("]PX^_", c) != NULL)
		t->state = TERMINAL_STRING;
	else if (c >= 0x20 && c <= 0x2f)
		t->state = TERMINAL_CHARSET;
	else if (c != '\x1b')
		t->state = TERMINAL_TEXT;
}

static void on_byte(struct terminal *t, char c, struct buf *out)
{
	switch (t->state) {
	case TERMINAL_TEXT:
		on_text(t, c, out);
		break;
	case TERMINAL_CR:
		on_carriage_return(t, c, out);
		break;
	case TERMINAL_ESCAPE:
		on_escape(t, c);
		break;
	case TERMINAL_CHARSET:
		if (c < 0x20 || c > 0x2f)
			t->state = TERMINAL_TEXT;
		break;
	case TERMINAL_CSI:
		if (c >= 0x40 && c <= 0x7e)
			t->state = TERMINAL_TEXT;
		else if (c == '\x1b')
			t->state = TERMINAL_ESCAPE;
		break;
	case TERMINAL_STRING:
		if (c == '\a')
			t->state = TERMINAL_TEXT;
		else if (c == '\x1b')
			t->state = TERMINAL_STRING_ESC;
		break;
	case TERMINAL_STRING_ESC:
		t->state = c == '\\' ? TERMINAL_TEXT : TERMINAL_STRING;
		break;
	}
}

/* Printable bytes up to the next that is not; most text is one such run. */
static size_t plain_length(const char *data, size_t len)
{
	size_t n = 0;

	while (n < len && (data[n] == '\n' || ((unsigned char)data[n] >= 0x20 &&
						  data[n] != '\x7f')))
		n++;
	return n;
}

bool terminal_feed(
    struct terminal *t, const char *data, size_t len, struct buf *out)
{
	size_t i = 0;

	while (i < len && buf_ok(out)) {
		size_t run = t->state == TERMINAL_TEXT
				 ? plain_length(data + i, len - i)
				 : 0;

		if (run > 0) {
			buf_add(out, data + i, run);
			i += run;
		} else {
			on_byte(t, data[i++], out);
		}
	}
	return buf_ok(out);
}
