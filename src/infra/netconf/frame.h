/*
 * Where a NETCONF message ends: the framings of RFC 6242.
 *
 *   end of message  (4.3)  <text> ]]>]]>
 *   chunked         (4.2)  LF # <size> LF <data> … LF # # LF
 *
 * The parser takes bytes as they come, in pieces of any size, and keeps one
 * message at a time, of at most `max` bytes.  Blank bytes before a message
 * are skipped: servers put a newline behind the mark.
 *
 * Pure.  netconf_frame_init() and netconf_frame_release() for the caller's
 * struct; the message belongs to it.
 */
#ifndef INFRA_NETCONF_FRAME_H
#define INFRA_NETCONF_FRAME_H

#include "base/buf.h"

enum netconf_framing {
	NETCONF_EOM,	 /* base:1.0, and every hello */
	NETCONF_CHUNKED, /* both peers speak base:1.1 */
};

enum netconf_frame_result {
	NETCONF_FRAME_MORE,	/* all bytes used, no message yet */
	NETCONF_FRAME_DONE,	/* a whole message; bytes may be left */
	NETCONF_FRAME_BROKEN,	/* no such framing */
	NETCONF_FRAME_TOO_LONG, /* past the bound, or no memory */
};

enum netconf_frame_state {
	NETCONF_AT_START, /* before a message */
	NETCONF_AT_HASH,  /* LF was seen */
	NETCONF_AT_SIZE,  /* LF # was seen */
	NETCONF_IN_SIZE,
	NETCONF_IN_DATA,
	NETCONF_AT_LF,	/* behind a chunk */
	NETCONF_AT_END, /* LF # # was seen */
};

struct netconf_frame {
	enum netconf_framing framing;
	enum netconf_frame_state state;
	size_t left;	  /* size being read, then bytes left of a chunk */
	unsigned digits;  /* of the size */
	unsigned skipped; /* blank bytes before the message */
	struct buf message;
};

void netconf_frame_init(
    struct netconf_frame *f, enum netconf_framing framing, size_t max);
void netconf_frame_release(struct netconf_frame *f);
/* Ready for the next message; the last one is gone. */
void netconf_frame_next(struct netconf_frame *f, enum netconf_framing framing);

/* Uses *ret_used bytes of the data, at most len.  After NETCONF_FRAME_DONE the
 * message is in f->message; after BROKEN or TOO_LONG the stream is of no more
 * use. */
enum netconf_frame_result netconf_frame_feed(struct netconf_frame *f,
    const char *data, size_t len, size_t *ret_used) must_check;

/* Appends the message in its framing. */
void netconf_frame_put(enum netconf_framing framing, const char *text,
    size_t len, struct buf *out);

#endif
