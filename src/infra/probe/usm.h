/*
 * Keys, authentication and privacy of SNMPv3's user-based security model:
 * RFC 3414 (MD5, SHA, DES), RFC 3826 (AES-128), RFC 7860 (SHA-2).
 */
#ifndef INFRA_PROBE_USM_H
#define INFRA_PROBE_USM_H

#include "app/port/probe.h"

#define USM_MAX_KEY 64	/* a digest */
#define USM_MAX_AUTH 48 /* authentication parameters, SHA-512 */
#define USM_MAX_ENGINE 32
#define USM_SALT 8

struct usm_auth;
struct usm_privacy;

/* What a password makes, before an engine is known: a megabyte is digested, so
 * it is done once per user and not once per device. */
struct usm_user {
	const struct usm_auth *auth;	   /* NULL: none */
	const struct usm_privacy *privacy; /* NULL: none */
	uint8_t auth_key[USM_MAX_KEY];
	uint8_t privacy_key[USM_MAX_KEY];
};

/* Of one user at one engine. */
struct usm_keys {
	const struct usm_user *user;
	uint8_t auth[USM_MAX_KEY];
	uint8_t privacy[USM_MAX_KEY];
};

/* ERR_INVALID: an unknown protocol, or a password under 8 bytes. */
enum err_code usm_user_init(struct usm_user *u, const struct probe_snmp *snmp,
    struct err *e) must_check;
void usm_localize(struct usm_keys *k, const struct usm_user *u,
    const void *engine, size_t len);
void usm_wipe(void *keys, size_t size);

size_t usm_auth_size(const struct usm_user *u); /* 0: no authentication */
/* mac: usm_auth_size() bytes. */
void usm_authenticate(const struct usm_keys *k, const void *message, size_t len,
    uint8_t mac[USM_MAX_AUTH]);
/* In place; salt: as sent in the message.  Encrypting DES wants a length that
 * is a multiple of 8; decrypting returns false for one that is not. */
void usm_encrypt(const struct usm_keys *k, const int32_t engine_time[2],
    const uint8_t salt[USM_SALT], uint8_t *data, size_t len);
bool usm_decrypt(const struct usm_keys *k, const int32_t engine_time[2],
    const uint8_t salt[USM_SALT], uint8_t *data, size_t len);
size_t usm_padding(const struct usm_user *u, size_t len);

#endif
