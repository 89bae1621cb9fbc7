/*
 * A password or a private key in memory.
 *
 * It is its own type so that it cannot be passed to a format function, a log
 * or a JSON builder by mistake; the only way to the bytes is
 * secret_reveal(), whose uses can be listed.  The memory is wiped when it is
 * freed, kept out of core dumps where the system allows it, and never moved.
 *
 * Ownership: whoever calls secret_new() calls secret_free(); everybody else
 * borrows a `const struct secret *`.  Immutable after creation, so any thread
 * may read it.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/err.h"

#define SECRET_MAX                                                 \
	(64 * 1024) /* bytes: the largest private key and to spare \
		     */

struct secret;

/* Copies the bytes; the caller wipes its own copy.  NULL when out of memory or
 * past SECRET_MAX. */
struct secret *secret_new(const void *data, size_t len);
void secret_free(struct secret *s); /* NULL is fine */

/* The bytes, followed by a NUL that is not counted.  Never store, print or
 * copy them but into the library call that needs them. */
const char *secret_reveal(const struct secret *s);
size_t secret_length(const struct secret *s);

#endif
