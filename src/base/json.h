/*
 * JSON by jansson, with the bounds and the one canonical form that the store
 * uses: sorted keys, one key a line, two spaces, a newline at the end, so
 * that a change shows as the lines that changed.
 *
 * json_read() gives a new reference; texts belong to the value that they were
 * read from.  A value has one thread at a time, references to it included.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

#include <jansson.h>

/* At most max bytes, no duplicate keys, any value at the top.  On failure the
 * message names line and column. */
enum err_code json_read(const char *text, size_t len, size_t max, json_t **ret,
    struct err *e) must_check;

/* Canonical, as described above. */
enum err_code json_write(
    const json_t *value, struct buf *out, struct err *e) must_check;
/* On one line, keys sorted: for logs and wire messages; no newline. */
enum err_code json_write_line(
    const json_t *value, struct buf *out, struct err *e) must_check;

/* For other calls that dump: numbers with a fraction in the fewest digits that
 * give every one of them back, 0.608 and not 0.60799999999999998.  The two
 * above do so. */
size_t json_real_flags(const json_t *value);

/* A member's text, or fallback if it is absent or of another type. */
const char *json_text(
    const json_t *object, const char *key, const char *fallback);
json_int_t json_number(
    const json_t *object, const char *key, json_int_t fallback);
bool json_flag(const json_t *object, const char *key, bool fallback);

/* Sets object[key] to text that may hold invalid UTF-8 (which becomes
 * U+FFFD). */
bool json_set_text(
    json_t *object, const char *key, const char *text, size_t len) must_check;

#endif
