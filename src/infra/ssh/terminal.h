/*
 * A terminal that keeps text only.
 *
 * Takes the bytes of an interactive session in pieces of any size and yields
 * plain lines: escape sequences (ECMA-48 CSI, OSC, DCS and the like), NUL and
 * other control bytes are dropped, CR LF becomes LF, a lone CR goes back to
 * the start of the line and a backspace one place back, so that a pager that
 * wipes its prompt leaves nothing.  Bytes that are not UTF-8 stay; whoever
 * shows the text escapes it.
 *
 * The text is bounded by out->max; past it terminal_feed() is false and the
 * rest is dropped.  Pure.
 */
#ifndef INFRA_SSH_TERMINAL_H
#define INFRA_SSH_TERMINAL_H

#include "base/buf.h"

enum terminal_state {
	TERMINAL_TEXT,
	TERMINAL_CR,	     /* a CR came: LF or back to the start? */
	TERMINAL_ESCAPE,     /* ESC came */
	TERMINAL_CHARSET,    /* ESC ( and the like: one byte more */
	TERMINAL_CSI,	     /* ESC [ … final byte */
	TERMINAL_STRING,     /* OSC, DCS, …: up to BEL or ESC \ */
	TERMINAL_STRING_ESC, /* ESC within such a string */
};

struct terminal {
	enum terminal_state state;
};

bool terminal_feed(
    struct terminal *t, const char *data, size_t len, struct buf *out);

/* Where the last line of the text begins. */
size_t terminal_last_line(const struct buf *text);

#endif
