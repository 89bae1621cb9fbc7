/*
 * Escapers, one per output context.  Each appends to a buffer; a failed
 * append shows in buf_ok().
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "base/buf.h"

/* HTML text and quoted attributes: & < > " ' as Jinja2 writes them
 * (&amp; &lt; &gt; &#34; &#39;). */
void escape_html(struct buf *out, const char *text, size_t len);

/* One path segment or query value (RFC 3986: all but unreserved → %XX). */
void escape_url(struct buf *out, const char *text, size_t len);

/* The inside of a JSON string; invalid UTF-8 becomes U+FFFD. */
void escape_json(struct buf *out, const char *text, size_t len);

/* One log line: control bytes become \n, \t or \xNN. */
void escape_log(struct buf *out, const char *text, size_t len);

/* Text from a device for people: keeps newline and tab; other control bytes,
 * invisible characters (marks and overrides of direction, of no width,
 * separators: U+061C, U+200B-200F, U+2028-202E, U+2060-2069, U+FEFF) and
 * invalid UTF-8 become
 * U+FFFD, so that what is shown is what is there. */
void escape_device_text(struct buf *out, const char *text, size_t len);

#endif
