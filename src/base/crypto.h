/*
 * Digests, random bytes and encodings, over nettle and getrandom(2).
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/buf.h"

#define SHA256_SIZE 32

void sha256_of(const void *data, size_t len, uint8_t digest[SHA256_SIZE]);
void hmac_sha256_of(const void *key, size_t key_len, const void *data,
    size_t len, uint8_t digest[SHA256_SIZE]);

/* For comparing a file with what a network device says of its copy; it guards
 * against accidents, not against attackers. */
#define MD5_TEXT_SIZE 33
void md5_hex_of(const void *data, size_t len, char text[MD5_TEXT_SIZE]);

/* From the kernel; never fails after boot (aborts if the kernel has none). */
void random_bytes(void *to, size_t len);
/* 2*n hexadecimal digits and a NUL. */
void random_hex(char *to, size_t n_bytes);

/* Takes the same time whatever the bytes are. */
bool equal_in_constant_time(const void *a, const void *b, size_t len);
/* Cannot be optimised away. */
void wipe(void *data, size_t len);

/* to: 2*len+1 bytes. */
void hex_encode(char *to, const void *data, size_t len);
/* The value of a hexadecimal digit in either case; -1: it is none. */
int hex_digit(char c);
/* Exactly 2*len hexadecimal digits; false otherwise. */
bool hex_decode(const char *text, void *to, size_t len);

/* RFC 4648 base64, with padding; url: the URL-safe alphabet, no padding. */
void base64_append(struct buf *out, const void *data, size_t len);
void base64url_append(struct buf *out, const void *data, size_t len);
/* Either alphabet, padding optional; false on anything else. */
bool base64_decode_append(struct buf *out, const char *text, size_t len);

/* yescrypt by crypt(3).  hash: CRYPT_OUTPUT_SIZE is below 400. */
#define PASSWORD_HASH_SIZE 400
enum err_code password_hash(const char *password, char hash[PASSWORD_HASH_SIZE],
    struct err *e) must_check;
bool password_matches(const char *password, const char *hash);

#endif
