/*
 * Texts that leave as a cookie and come back: base64url(payload), a dot,
 * base64url(HMAC-SHA256 over the first part).
 *
 * The keys are derived from the 32 random bytes in DIR/session-key, one for
 * each purpose, so that a text made for one is worthless for another.
 *
 * Immutable after opening; any thread.  Nothing here is ever logged.
 */
#ifndef WEB_SIGNED_H
#define WEB_SIGNED_H

#include "base/buf.h"
#include "base/crypto.h"

enum signed_purpose {
	SIGNED_SESSION,
	SIGNED_CSRF,
	SIGNED_FLASH,
	SIGNED_PURPOSES,
};

#define SIGNED_MAX 4096 /* bytes of payload */

struct session_keys;

/* Reads DIR/session-key; makes it (mode 0600) if there is none.  ERR_CORRUPT
 * if it is not 32 bytes, ERR_DENIED if others may read it. */
enum err_code session_keys_open(
    const char *dir, struct session_keys **ret, struct err *e) must_check;
void session_keys_free(struct session_keys *keys); /* NULL is fine */

/* HMAC-SHA256 under the purpose's key. */
void signed_mac(const struct session_keys *keys, enum signed_purpose purpose,
    const void *data, size_t len, uint8_t mac[SHA256_SIZE]);

/* Appends the signed form. */
void signed_append(const struct session_keys *keys, enum signed_purpose purpose,
    const char *payload, size_t len, struct buf *out);

/* Appends the payload to `out`; false if it is not ours or was changed. */
bool signed_open(const struct session_keys *keys, enum signed_purpose purpose,
    const char *text, size_t len, struct buf *out);

#endif
