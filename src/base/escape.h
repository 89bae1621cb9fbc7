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
 * bidirectional overrides (U+202A–202E, U+2066–2069) and invalid UTF-8 become
 * U+FFFD, so that what is shown is what is there. */
void escape_device_text(struct buf *out, const char *text, size_t len);

#endif
