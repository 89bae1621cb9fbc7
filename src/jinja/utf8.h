/*
 * Text as Python sees it: a sequence of code points.  Invalid UTF-8 does not
 * fail: each wrong byte counts as one code point.
 */
#ifndef JINJA_UTF8_H
#define JINJA_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the code point at p (len > 0): 1 to 4. */
size_t utf8_step(const char *p, size_t len);
/* The code point, and its bytes in *ret_len. */
uint32_t utf8_decode(const char *p, size_t len, size_t *ret_len);
/* Writes up to 4 bytes; returns how many. */
size_t utf8_encode(uint32_t code, char *to);
size_t utf8_count(const char *text, size_t len);
/* Byte offset of the n-th code point (len if there are fewer). */
size_t utf8_offset(const char *text, size_t len, size_t n);
bool utf8_is_ascii(const char *text, size_t len);

/* Bytes of the white space (str.isspace) at p, 0 if there is none. */
size_t utf8_space(const char *p, size_t len);
/* The length without the white space at the end. */
size_t utf8_rstrip(const char *text, size_t len);

#endif
