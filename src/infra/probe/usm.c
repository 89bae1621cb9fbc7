#include "infra/probe/usm.h"

#include "base/crypto.h"

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/cfb.h>
#include <nettle/des.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <string.h>

#define MIN_PASSWORD 8	  /* RFC 3414, 11.2 */
#define STRETCHED 1048576 /* RFC 3414, A.2 */
#define KEY_SIZE 16	  /* of AES-128; DES: key and pre-IV */

struct usm_auth {
	const char *name;
	const struct nettle_hash *hash;
	size_t size; /* of the truncated digest */
};

static const struct usm_auth auths[] = {
	{ "MD5", &nettle_md5, 12 },
	{ "SHA", &nettle_sha1, 12 },
	{ "SHA-224", &nettle_sha224, 16 },
	{ "SHA-256", &nettle_sha256, 24 },
	{ "SHA-384", &nettle_sha384, 32 },
	{ "SHA-512", &nettle_sha512, 48 },
};
#define N_AUTHS (sizeof(auths) / sizeof(auths[0]))

const char *const probe_auth_protocols[] = { "MD5", "SHA", "SHA-224", "SHA-256",
	"SHA-384", "SHA-512", NULL };
const char *const probe_privacy_protocols[] = { "AES", "DES", NULL };

typedef void (*crypt_fn)(const struct usm_keys *k, const int32_t time[2],
    const uint8_t salt[USM_SALT], uint8_t *data, size_t len);

struct usm_privacy {
	const char *name;
	size_t block; /* lengths are multiples of it */
	crypt_fn encrypt;
	crypt_fn decrypt;
};

/* --- privacy -------------------------------------------------------------- */

static void put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* RFC 3826, 3.1.2.1: boots, time, salt. */
static void make_aes_iv(uint8_t iv[AES_BLOCK_SIZE], const int32_t time[2],
    const uint8_t salt[USM_SALT])
{
	put_u32(iv, (uint32_t)time[0]);
	put_u32(iv + 4, (uint32_t)time[1]);
	memcpy(iv + 8, salt, USM_SALT);
}

static void aes_encrypt_data(const struct usm_keys *k, const int32_t time[2],
    const uint8_t salt[USM_SALT], uint8_t *data, size_t len)
{
	uint8_t iv[AES_BLOCK_SIZE];
	struct aes128_ctx ctx;

	make_aes_iv(iv, time, salt);
	aes128_set_encrypt_key(&ctx, k->privacy);
	cfb_encrypt(&ctx, (nettle_cipher_func *)aes128_encrypt, AES_BLOCK_SIZE,
	    iv, len, data, data);
	wipe(&ctx, sizeof(ctx));
}

static void aes_decrypt_data(const struct usm_keys *k, const int32_t time[2],
    const uint8_t salt[USM_SALT], uint8_t *data, size_t len)
{
	uint8_t iv[AES_BLOCK_SIZE];
	struct aes128_ctx ctx;

	make_aes_iv(iv, time, salt);
	aes128_set_encrypt_key(&ctx, k->privacy);
	cfb_decrypt(&ctx, (nettle_cipher_func *)aes128_encrypt, AES_BLOCK_SIZE,
	    iv, len, data, data);
	wipe(&ctx, sizeof(ctx));
}

/* RFC 3414, 8.1.1.1: the key's second half and the salt. */
static void make_des_iv(uint8_t iv[DES_BLOCK_SIZE], const struct usm_keys *k,
    const uint8_t salt[USM_SALT])
{
	for (size_t i = 0; i < DES_BLOCK_SIZE; i++)
		iv[i] = k->privacy[DES_KEY_SIZE + i] ^ salt[i];
}

static void des_encrypt_data(const struct usm_keys *k, const int32_t time[2],
    const uint8_t salt[USM_SALT], uint8_t *data, size_t len)
{
	uint8_t iv[DES_BLOCK_SIZE];
	struct des_ctx ctx;

	(void)time;
	make_des_iv(iv, k, salt);
	(void)des_set_key(&ctx, k->privacy);
	cbc_encrypt(&ctx, (nettle_cipher_func *)des_encrypt, DES_BLOCK_SIZE, iv,
	    len, data, data);
	wipe(&ctx, sizeof(ctx));
}

static void des_decrypt_data(const struct usm_keys *k, const int32_t time[2],
    const uint8_t salt[USM_SALT], uint8_t *data, size_t len)
{
	uint8_t iv[DES_BLOCK_SIZE];
	struct des_ctx ctx;

	(void)time;
	make_des_iv(iv, k, salt);
	(void)des_set_key(&ctx, k->privacy);
	cbc_decrypt(&ctx, (nettle_cipher_func *)des_decrypt, DES_BLOCK_SIZE, iv,
	    len, data, data);
	wipe(&ctx, sizeof(ctx));
}

static const struct usm_privacy privacies[] = {
	{ "AES", 1, aes_encrypt_data, aes_decrypt_data },
	{ "DES", DES_BLOCK_SIZE, des_encrypt_data, des_decrypt_data },
};
#define N_PRIVACIES (sizeof(privacies) / sizeof(privacies[0]))

void usm_encrypt(const struct usm_keys *k, const int32_t engine_time[2],
    const uint8_t salt[USM_SALT], uint8_t *data, size_t len)
{
	k->user->privacy->encrypt(k, engine_time, salt, data, len);
}

bool usm_decrypt(const struct usm_keys *k, const int32_t engine_time[2],
    const uint8_t salt[USM_SALT], uint8_t *data, size_t len)
{
	if (len % k->user->privacy->block != 0)
		return false;
	k->user->privacy->decrypt(k, engine_time, salt, data, len);
	return true;
}

size_t usm_padding(const struct usm_user *u, size_t len)
{
	size_t block = u->privacy->block;

	return (block - len % block) % block;
}

/* --- authentication ------------------------------------------------------- */

union hash_state {
	struct md5_ctx md5;
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512;
	uint8_t bytes[1];
};

/* RFC 3414, A.2: the password, repeated to a megabyte. */
static void stretch(const struct nettle_hash *hash, const char *password,
    uint8_t key[USM_MAX_KEY])
{
	size_t len = strlen(password), left = STRETCHED;
	union hash_state state;

	hash->init(state.bytes);
	while (left > 0) {
		size_t n = len < left ? len : left;

		hash->update(state.bytes, n, (const uint8_t *)password);
		left -= n;
	}
	hash->digest(state.bytes, hash->digest_size, key);
	wipe(&state, sizeof(state));
}

static const struct usm_auth *find_auth(const char *name)
{
	for (size_t i = 0; i < N_AUTHS; i++) {
		if (strcmp(auths[i].name, name) == 0)
			return &auths[i];
	}
	return NULL;
}

static const struct usm_privacy *find_privacy(const char *name)
{
	for (size_t i = 0; i < N_PRIVACIES; i++) {
		if (strcmp(privacies[i].name, name) == 0)
			return &privacies[i];
	}
	return NULL;
}

static bool is_long_enough(const struct secret *password)
{
	return secret_length(password) >= MIN_PASSWORD;
}

enum err_code usm_user_init(
    struct usm_user *u, const struct probe_snmp *snmp, struct err *e)
{
	memset(u, 0, sizeof(*u));
	if (!snmp->auth_password)
		return ERR_OK;
	u->auth = find_auth(snmp->auth_protocol);
	if (!u->auth)
		return err_set(e, ERR_INVALID,
		    "there is no SNMP authentication protocol \"%.20s\"",
		    snmp->auth_protocol);
	if (snmp->privacy_password) {
		u->privacy = find_privacy(snmp->privacy_protocol);
		if (!u->privacy)
			return err_set(e, ERR_INVALID,
			    "there is no SNMP privacy protocol \"%.20s\"",
			    snmp->privacy_protocol);
	}
	if (!is_long_enough(snmp->auth_password) ||
	    (u->privacy && !is_long_enough(snmp->privacy_password)))
		return err_set(e, ERR_INVALID,
		    "SNMPv3 passwords have at least %d characters",
		    MIN_PASSWORD);
	stretch(u->auth->hash, secret_reveal(snmp->auth_password), u->auth_key);
	if (u->privacy)
		stretch(u->auth->hash, secret_reveal(snmp->privacy_password),
		    u->privacy_key);
	return ERR_OK;
}

static void localize(const struct nettle_hash *hash, const uint8_t *key,
    const void *engine, size_t len, uint8_t *out)
{
	union hash_state state;

	hash->init(state.bytes);
	hash->update(state.bytes, hash->digest_size, key);
	hash->update(state.bytes, len, engine);
	hash->update(state.bytes, hash->digest_size, key);
	hash->digest(state.bytes, hash->digest_size, out);
	wipe(&state, sizeof(state));
}

void usm_localize(struct usm_keys *k, const struct usm_user *u,
    const void *engine, size_t len)
{
	k->user = u;
	if (u->auth)
		localize(u->auth->hash, u->auth_key, engine, len, k->auth);
	if (u->privacy)
		localize(
		    u->auth->hash, u->privacy_key, engine, len, k->privacy);
}

void usm_wipe(void *keys, size_t size)
{
	wipe(keys, size);
}

size_t usm_auth_size(const struct usm_user *u)
{
	return u->auth ? u->auth->size : 0;
}

void usm_authenticate(const struct usm_keys *k, const void *message, size_t len,
    uint8_t mac[USM_MAX_AUTH])
{
	const struct nettle_hash *hash = k->user->auth->hash;
	union hash_state outer, inner, state;

	hmac_set_key(outer.bytes, inner.bytes, state.bytes, hash,
	    hash->digest_size, k->auth);
	hmac_update(state.bytes, hash, len, message);
	hmac_digest(outer.bytes, inner.bytes, state.bytes, hash,
	    k->user->auth->size, mac);
	wipe(&outer, sizeof(outer));
	wipe(&inner, sizeof(inner));
	wipe(&state, sizeof(state));
}
