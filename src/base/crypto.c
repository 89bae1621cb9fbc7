#include "base/crypto.h"

#include <crypt.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void sha256_of(const void *data, size_t len, uint8_t digest[SHA256_SIZE])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, len, data);
	sha256_digest(&ctx, SHA256_SIZE, digest);
}

void hmac_sha256_of(const void *key, size_t key_len, const void *data,
    size_t len, uint8_t digest[SHA256_SIZE])
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, key_len, key);
	hmac_sha256_update(&ctx, len, data);
	hmac_sha256_digest(&ctx, SHA256_SIZE, digest);
	wipe(&ctx, sizeof(ctx));
}

void md5_hex_of(const void *data, size_t len, char text[MD5_TEXT_SIZE])
{
	struct md5_ctx ctx;
	uint8_t digest[MD5_DIGEST_SIZE];

	md5_init(&ctx);
	md5_update(&ctx, len, data);
	md5_digest(&ctx, sizeof(digest), digest);
	hex_encode(text, digest, sizeof(digest));
}

void random_bytes(void *to, size_t len)
{
	char *p = to;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			abort();
		p += n;
		len -= (size_t)n;
	}
}

void random_hex(char *to, size_t n_bytes)
{
	uint8_t raw[64];

	while (n_bytes > 0) {
		size_t n = n_bytes < sizeof(raw) ? n_bytes : sizeof(raw);

		random_bytes(raw, n);
		hex_encode(to, raw, n);
		to += 2 * n;
		n_bytes -= n;
	}
	wipe(raw, sizeof(raw));
}

bool equal_in_constant_time(const void *a, const void *b, size_t len)
{
	return memeql_sec(a, b, len);
}

void wipe(void *data, size_t len)
{
	explicit_bzero(data, len);
}

void hex_encode(char *to, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++) {
		*to++ = digits[p[i] >> 4];
		*to++ = digits[p[i] & 15];
	}
	*to = '\0';
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(const char *text, void *to, size_t len)
{
	uint8_t *p = to;

	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(text[2 * i]);
		int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		p[i] = (uint8_t)(high << 4 | low);
	}
	return text[2 * len] == '\0';
}

static void append_base64(struct buf *out, const uint8_t *p, size_t len,
    const char *alphabet, bool pad)
{
	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		unsigned v = (unsigned)p[i] << 16;

		if (left > 1)
			v |= (unsigned)p[i + 1] << 8;
		if (left > 2)
			v |= p[i + 2];
		buf_putc(out, alphabet[v >> 18]);
		buf_putc(out, alphabet[v >> 12 & 63]);
		if (left > 1)
			buf_putc(out, alphabet[v >> 6 & 63]);
		else if (pad)
			buf_putc(out, '=');
		if (left > 2)
			buf_putc(out, alphabet[v & 63]);
		else if (pad)
			buf_putc(out, '=');
	}
}

#define LETTERS_AND_DIGITS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

void base64_append(struct buf *out, const void *data, size_t len)
{
	append_base64(out, data, len, LETTERS_AND_DIGITS "+/", true);
}

void base64url_append(struct buf *out, const void *data, size_t len)
{
	append_base64(out, data, len, LETTERS_AND_DIGITS "-_", false);
}

static int base64_digit(char c)
{
	const char *at;

	if (c == '-')
		c = '+';
	else if (c == '_')
		c = '/';
	at = c ? strchr(LETTERS_AND_DIGITS "+/", c) : NULL;
	return at ? (int)(at - (LETTERS_AND_DIGITS "+/")) : -1;
}

bool base64_decode_append(struct buf *out, const char *text, size_t len)
{
	unsigned v = 0;
	int bits = 0;

	while (len > 0 && text[len - 1] == '=')
		len--;
	if (len % 4 == 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		int digit = base64_digit(text[i]);

		if (digit < 0)
			return false;
		v = v << 6 | (unsigned)digit;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_putc(out, (char)(v >> bits & 255));
		}
	}
	return buf_ok(out);
}

enum err_code password_hash(
    const char *password, char hash[PASSWORD_HASH_SIZE], struct err *e)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	enum err_code rc = ERR_OK;
	const char *result;

	if (!data)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (!crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof(setting))) {
		rc = err_set_errno(e, "cannot make a salt");
		goto out;
	}
	result = crypt_r(password, setting, data);
	if (!result || result[0] == '*' ||
	    strlen(result) >= PASSWORD_HASH_SIZE) {
		rc = err_set_errno(e, "cannot hash the password");
		goto out;
	}
	memcpy(hash, result, strlen(result) + 1);
out:
	wipe(data, sizeof(*data));
	free(data);
	return rc;
}

bool password_matches(const char *password, const char *hash)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *result;
	bool same;

	if (!data)
		return false;
	result = crypt_r(password, hash, data);
	same = result && result[0] != '*' && strlen(result) == strlen(hash) &&
	       equal_in_constant_time(result, hash, strlen(hash));
	wipe(data, sizeof(*data));
	free(data);
	return same;
}
