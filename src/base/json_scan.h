/*
 * Walks through JSON text without making values of it: where the members of an
 * object stand, or the items of an array.  A document of which a few members
 * are wanted costs a pass over its bytes.
 *
 * What is passed over is told from its neighbours, and not checked otherwise:
 * for text that this program wrote itself.  Spans point into the text.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct json_span {
	const char *text;
	size_t len;
};

struct json_scan {
	const char *at, *end;
	bool members; /* of an object */
	bool first;
	bool failed; /* it is no such thing, or cut off */
};

/* Of the object or array that the span holds. */
struct json_scan json_scan_begin(struct json_span of);
/* The next member or item; *ret_key is that of a member, without its quotes and
 * with its escapes as they stand.  False: that was all, or s->failed. */
bool json_scan_next(
    struct json_scan *s, struct json_span *ret_key, struct json_span *ret);

/* Is it this text?  A string has its quotes: "\"failed\"". */
bool json_span_is(struct json_span span, const char *text);

#endif
