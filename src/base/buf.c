#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf)BUF_INIT(max);
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT(b->max);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = b->full = false;
	if (b->data)
		b->data[0] = '\0';
}

char *buf_reserve(struct buf *b, size_t len)
{
	size_t need, cap;
	char *grown;

	if (b->failed)
		return NULL;
	if (len > b->max || b->len > b->max - len) {
		b->failed = b->full = true;
		return NULL;
	}
	need = b->len + len + 1;
	if (need <= b->cap)
		return b->data + b->len;
	cap = b->cap ? b->cap : 256;
	while (cap < need)
		cap *= 2;
	grown = realloc(b->data, cap);
	if (!grown) {
		b->failed = true;
		return NULL;
	}
	b->data = grown;
	b->cap = cap;
	b->data[b->len] = '\0';
	return b->data + b->len;
}

bool buf_add(struct buf *b, const void *data, size_t len)
{
	char *to = buf_reserve(b, len);

	if (!to)
		return false;
	if (len)
		memcpy(to, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return true;
}

bool buf_puts(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

bool buf_putc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

bool buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char small[256];
	int n;
	char *to;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n < 0) {
		b->failed = true;
	} else if ((size_t)n < sizeof(small)) {
		buf_add(b, small, (size_t)n);
	} else if ((to = buf_reserve(b, (size_t)n)) != NULL) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
	return !b->failed;
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return ok;
}

enum err_code buf_check(const struct buf *b, const char *what, struct err *e)
{
	if (!b->failed)
		return ERR_OK;
	if (b->full)
		return err_set(
		    e, ERR_LIMIT, "%s is larger than %zu bytes", what, b->max);
	return err_set(e, ERR_SYSTEM, "out of memory for %s", what);
}

char *buf_steal(struct buf *b, size_t *ret_len)
{
	char *data = b->data;

	if (b->failed) {
		buf_release(b);
		return NULL;
	}
	if (!data)
		data = calloc(1, 1);
	if (ret_len)
		*ret_len = b->len;
	*b = (struct buf)BUF_INIT(b->max);
	return data;
}

void buf_consume(struct buf *b, size_t len)
{
	if (len >= b->len) {
		b->len = 0;
	} else {
		memmove(b->data, b->data + len, b->len - len);
		b->len -= len;
	}
	if (b->data)
		b->data[b->len] = '\0';
}
