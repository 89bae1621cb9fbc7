/*
 * Cisco's password encodings: type 5 (MD5 crypt) and type 7 (obfuscation).
 *
 * Neither is secure; devices ask for them.  A salt must be given: a random
 * one would make each render differ.
 */
#include "jinja/filters.h"

#include <crypt.h>
#include <stdio.h>

#define TYPE7_MAX 25
#define PASSWORD_MAX 255

/* The key that Cisco IOS XORs with. */
static const char type7_key[] =
    "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

static bool filter_encrypt_type5(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct crypt_data data = { 0 };
	char password[PASSWORD_MAX + 1], setting[32];
	struct jv text, salt;
	const char *hash;

	if (!arg_text(r, c, 0, "", &text) || !arg_text(r, c, 1, "", &salt))
		return false;
	if (salt.len == 0 || salt.len > 8 || text.len > PASSWORD_MAX ||
	    memchr(text.u.text, '\0', text.len))
		return run_fail(r, ERR_INVALID,
		    "encrypt_type5: a salt of 1 to 8 characters is needed");
	for (uint32_t i = 0; i < salt.len; i++) {
		char b = salt.u.text[i];

		if (!((b >= '0' && b <= '9') ||
			((b | 0x20) >= 'a' && (b | 0x20) <= 'z')))
			return run_fail(r, ERR_INVALID,
			    "encrypt_type5: the salt must be letters and "
			    "digits");
	}
	if (!run_charge(r, 20000))
		return false;
	memcpy(password, text.u.text, text.len);
	password[text.len] = '\0';
	snprintf(
	    setting, sizeof(setting), "$1$%.*s$", (int)salt.len, salt.u.text);
	hash = crypt_r(password, setting, &data);
	explicit_bzero(password, sizeof(password));
	if (!hash || hash[0] == '*')
		return run_fail(
		    r, ERR_SYSTEM, "encrypt_type5: MD5 crypt is not available");
	return new_text(r, hash, strlen(hash), false, ret);
}

static bool filter_encrypt_type7(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv text;
	int64_t salt;
	size_t mark;
	char hex[4];

	if (!arg_text(r, c, 0, "", &text) || !arg_int(r, c, 1, -1, &salt))
		return false;
	if (text.len > TYPE7_MAX)
		return run_fail(r, ERR_INVALID,
		    "encrypt_type7: at most %d characters", TYPE7_MAX);
	if (salt < 0 || salt > 15)
		return run_fail(r, ERR_INVALID,
		    "encrypt_type7: a salt from 0 to 15 is needed");
	mark = text_begin(r);
	snprintf(hex, sizeof(hex), "%02d", (int)salt);
	if (!emit_cstr(r, hex))
		return false;
	for (uint32_t i = 0; i < text.len; i++) {
		size_t at = ((size_t)salt + i) % (sizeof(type7_key) - 1);

		snprintf(hex, sizeof(hex), "%02X",
		    (unsigned char)(text.u.text[i] ^ type7_key[at]));
		if (!emit_cstr(r, hex))
			return false;
	}
	return text_take(r, mark, false, ret);
}

static const struct native table[] = {
	{ "encrypt_type5", filter_encrypt_type5, "unencrypted_password salt", 2,
	    2, 0, NULL, NULL },
	{ "encrypt_type7", filter_encrypt_type7, "unencrypted_password salt", 2,
	    2, 0, NULL, NULL },
};
const struct native_table password_filters = NATIVE_TABLE(table);
