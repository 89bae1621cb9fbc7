/*
 * Request targets, query strings and forms: percent-coded text to UTF-8, with
 * every bound checked.  Pure; results live in the arena.
 *
 * Sources: RFC 3986 (URI), RFC 9112 section 3.2 (request target), the URL
 * standard's application/x-www-form-urlencoded.
 */
#ifndef WEB_DECODE_H
#define WEB_DECODE_H

#include "base/arena.h"
#include "web/request.h"

#define DECODE_MAX_PATH 2048
#define DECODE_MAX_QUERY 8192
#define DECODE_MAX_PARAMETERS 128
#define DECODE_MAX_FIELDS 1024

/* "http://host/path?query" or "/path?query".  Lengths, not terminated. */
struct target {
	const char *authority; /* NULL for the origin form */
	size_t authority_len;
	const char *path;
	size_t path_len;
	const char *query; /* without "?"; "" if there is none */
};

/* ERR_INVALID if it is neither form; ERR_LIMIT past the bounds above. */
enum err_code target_split(
    const char *uri, struct target *ret, struct err *e) must_check;

/* ERR_INVALID: bad percent coding, control bytes, invalid UTF-8, an encoded
 * slash, "." and ".." segments. */
enum err_code decode_path(struct arena *a, const struct target *t,
    const char **ret, struct err *e) must_check;

enum decode_what {
	DECODE_QUERY,
	DECODE_FORM,
	DECODE_FIELDS, /* a form whose handler checks each value */
};

/* name=value&…; "+" is a space.  A form's line ends become "\n", and its
 * values may hold them and tabs; a query's may not.  DECODE_FIELDS lets other
 * control characters but NUL through in values, so that the fault can be
 * shown beside its field. */
enum err_code decode_pairs(struct arena *a, enum decode_what what,
    const char *text, size_t len, struct request_pair **ret, size_t *ret_n,
    struct err *e) must_check;

#endif
