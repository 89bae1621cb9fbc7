#include "web/signed.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_SIZE 32
#define LOCK_WAIT_MS 5000

static const char *const purposes[SIGNED_PURPOSES] = {
	[SIGNED_SESSION] = "switchyard session 1",
	[SIGNED_CSRF] = "switchyard form token 1",
	[SIGNED_FLASH] = "switchyard flash 1",
};

struct session_keys {
	uint8_t key[SIGNED_PURPOSES][SHA256_SIZE];
};

static enum err_code check_mode(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set_errno(e, "cannot look at %s", path);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(e, ERR_DENIED,
		    "%s may be read by others: set its mode to 0600", path);
	return ERR_OK;
}

static enum err_code read_key(
    const char *path, uint8_t key[KEY_SIZE], struct err *e)
{
	struct buf text = BUF_INIT(KEY_SIZE + 1);
	enum err_code rc = file_read(path, &text, e);

	if (rc == ERR_OK)
		rc = check_mode(path, e);
	if (rc == ERR_OK && text.len != KEY_SIZE)
		rc = err_set(e, ERR_CORRUPT,
		    "%s must hold %d bytes; remove it to sign everybody out "
		    "and make a new one",
		    path, KEY_SIZE);
	if (rc == ERR_OK)
		memcpy(key, text.data, KEY_SIZE);
	if (text.data)
		wipe(text.data, text.cap);
	buf_release(&text);
	return rc;
}

/* Under a lock: two programs that start together must agree on one key. */
static enum err_code make_key(
    const char *dir, const char *path, uint8_t key[KEY_SIZE], struct err *e)
{
	char lock[4096];
	enum err_code rc;
	int fd;

	snprintf(lock, sizeof(lock), "%s/session-key.lock", dir);
	rc = file_lock(lock, LOCK_WAIT_MS, &fd, e);
	if (rc != ERR_OK)
		return rc;
	rc = read_key(path, key, e);
	if (rc == ERR_NOT_FOUND) {
		random_bytes(key, KEY_SIZE);
		rc = file_write_durable(path, key, KEY_SIZE, 0600, e);
	}
	file_unlock(fd);
	return rc;
}

enum err_code session_keys_open(
    const char *dir, struct session_keys **ret, struct err *e)
{
	uint8_t key[KEY_SIZE];
	struct session_keys *keys;
	char path[4096];
	enum err_code rc;

	snprintf(path, sizeof(path), "%s/session-key", dir);
	rc = read_key(path, key, e);
	if (rc == ERR_NOT_FOUND)
		rc = make_key(dir, path, key, e);
	if (rc != ERR_OK)
		return rc;
	keys = malloc(sizeof(*keys));
	if (!keys) {
		wipe(key, sizeof(key));
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	for (int i = 0; i < SIGNED_PURPOSES; i++)
		hmac_sha256_of(key, sizeof(key), purposes[i],
		    strlen(purposes[i]), keys->key[i]);
	wipe(key, sizeof(key));
	*ret = keys;
	return ERR_OK;
}

void session_keys_free(struct session_keys *keys)
{
	if (!keys)
		return;
	wipe(keys, sizeof(*keys));
	free(keys);
}

void signed_mac(const struct session_keys *keys, enum signed_purpose purpose,
    const void *data, size_t len, uint8_t mac[SHA256_SIZE])
{
	hmac_sha256_of(keys->key[purpose], SHA256_SIZE, data, len, mac);
}

void signed_append(const struct session_keys *keys, enum signed_purpose purpose,
    const char *payload, size_t len, struct buf *out)
{
	uint8_t mac[SHA256_SIZE];
	size_t start = out->len;

	base64url_append(out, payload, len);
	if (!buf_ok(out))
		return;
	signed_mac(keys, purpose, out->data + start, out->len - start, mac);
	buf_putc(out, '.');
	base64url_append(out, mac, sizeof(mac));
}

bool signed_open(const struct session_keys *keys, enum signed_purpose purpose,
    const char *text, size_t len, struct buf *out)
{
	struct buf given = BUF_INIT(SHA256_SIZE);
	uint8_t mac[SHA256_SIZE];
	const char *dot = memchr(text, '.', len);
	char mac_text[64];
	size_t mac_len;
	bool ok;

	if (!dot || len > 2 * SIGNED_MAX)
		return false;
	mac_len = len - (size_t)(dot + 1 - text);
	if (mac_len >= sizeof(mac_text))
		return false;
	memcpy(mac_text, dot + 1, mac_len);
	mac_text[mac_len] = '\0';
	signed_mac(keys, purpose, text, (size_t)(dot - text), mac);
	ok = base64_decode_append(&given, mac_text, mac_len) &&
	     given.len == sizeof(mac) &&
	     equal_in_constant_time(given.data, mac, sizeof(mac)) &&
	     base64_decode_append(out, text, (size_t)(dot - text));
	buf_release(&given);
	return ok;
}
