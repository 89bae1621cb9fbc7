/*
 * A growing byte buffer with a maximum.
 *
 * Every append may fail (maximum reached, out of memory).  A failed append
 * adds nothing and sets `failed`, which stays set: a writer may append many
 * times and check buf_ok() once at the end.  The data is always followed by
 * a NUL that is not counted in `len`.
 *
 * Ownership: the caller owns the struct and calls buf_release(); buf_steal()
 * hands the bytes over to be free()d.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"

#include <stdint.h>

struct buf {
	char *data; /* NULL until the first append */
	size_t len;
	size_t cap;
	size_t max; /* bytes, at most */
	bool failed;
	bool full; /* failed because of the maximum */
};

#define BUF_INIT(maximum)        \
	{                        \
		.max = (maximum) \
	}

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* empty again; keeps the memory */

bool buf_add(struct buf *b, const void *data, size_t len);
bool buf_puts(struct buf *b, const char *text);
bool buf_putc(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);
bool buf_vprintf(struct buf *b, const char *fmt, va_list ap);

/* Makes room for `len` more bytes and returns where to write them; the writer
 * then adds what it wrote to b->len.  NULL on failure. */
char *buf_reserve(struct buf *b, size_t len);

static inline bool buf_ok(const struct buf *b)
{
	return !b->failed;
}

/* The text, never NULL. */
static inline const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}

/* ERR_LIMIT with a sentence naming `what`, or ERR_OK. */
enum err_code buf_check(
    const struct buf *b, const char *what, struct err *e) must_check;

/* The bytes, to be free()d by the caller; the buffer is empty afterwards.
 * NULL if an append failed. */
char *buf_steal(struct buf *b, size_t *ret_len);

/* Removes `len` bytes at the front. */
void buf_consume(struct buf *b, size_t len);

#endif
