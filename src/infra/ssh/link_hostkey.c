#include "infra/ssh/link_internal.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Best first.  A pinned key's type goes before all others, so that a server
 * with several keys shows the one that is known. */
static const struct {
	const char *type; /* as in a .pub line */
	const char *algorithms;
} key_types[] = {
	{ "ssh-ed25519", "ssh-ed25519" },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" },
	{ "ssh-rsa", "rsa-sha2-512,rsa-sha2-256,ssh-rsa" },
};

#define N_KEY_TYPES (sizeof key_types / sizeof key_types[0])

static bool is_pinned_type(const struct driver_target *target, const char *type)
{
	for (size_t i = 0; i < target->n_pins; i++)
		if (strcmp(target->pins[i].type, type) == 0)
			return true;
	return false;
}

enum err_code ssh_prefer_pinned_types(struct ssh_link *link, struct err *e)
{
	struct buf list = BUF_INIT(512);
	enum err_code code = ERR_OK;

	for (int pinned = 1; pinned >= 0; pinned--) {
		for (size_t i = 0; i < N_KEY_TYPES; i++) {
			if (is_pinned_type(link->target, key_types[i].type) !=
			    (pinned == 1))
				continue;
			if (list.len > 0)
				buf_putc(&list, ',');
			buf_puts(&list, key_types[i].algorithms);
		}
	}
	if (ssh_options_set(
		link->session, SSH_OPTIONS_HOSTKEYS, buf_text(&list)) != SSH_OK)
		code = err_set(
		    e, ERR_SYSTEM, "the host key types could not be set");
	buf_release(&list);
	return code;
}

static void fingerprint_of(
    const void *blob, size_t len, char to[DRIVER_FINGERPRINT_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	struct buf text = BUF_INIT(DRIVER_FINGERPRINT_SIZE);
	size_t n;

	sha256_of(blob, len, digest);
	base64_append(&text, digest, sizeof digest);
	/* As ssh-keygen -l shows it: without the padding. */
	for (n = text.len; n > 0 && text.data[n - 1] == '=';)
		n--;
	snprintf(to, DRIVER_FINGERPRINT_SIZE, "SHA256:%.*s", (int)n,
	    buf_text(&text));
	buf_release(&text);
}

/* RFC 4253, 6.6: a key blob begins with its type as a string. */
static bool read_type(const struct buf *blob, char *to, size_t size)
{
	const unsigned char *p = (const unsigned char *)buf_text(blob);
	size_t len;

	if (blob->len < 4)
		return false;
	len =
	    (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (len >= size || len > blob->len - 4)
		return false;
	memcpy(to, p + 4, len);
	to[len] = '\0';
	return text_has_no_control(to, len, false);
}

static bool describe(const char *base64, struct driver_refusal *to)
{
	struct buf blob = BUF_INIT(DRIVER_KEY_BLOB_SIZE);
	bool ok = base64_decode_append(&blob, base64, strlen(base64)) &&
		  read_type(&blob, to->key_type, sizeof to->key_type) &&
		  text_copy(to->key_blob, sizeof to->key_blob, base64);

	if (ok)
		fingerprint_of(blob.data, blob.len, to->fingerprint);
	buf_release(&blob);
	return ok;
}

static enum err_code present(
    struct ssh_link *link, struct driver_refusal *to, struct err *e)
{
	ssh_key key = NULL;
	char *base64 = NULL;
	bool ok = ssh_get_server_publickey(link->session, &key) == SSH_OK &&
		  ssh_pki_export_pubkey_base64(key, &base64) == SSH_OK &&
		  describe(base64, to);

	ssh_string_free_char(base64);
	ssh_key_free(key);
	if (ok)
		return ERR_OK;
	to->kind = DRIVER_REFUSAL_PROTOCOL;
	return err_set(e, ERR_REMOTE,
	    "%s presented a host key that cannot be read. Nothing was changed.",
	    link->peer);
}

/* The first pin that is a host key: TLS certificates are pinned, too. */
static const struct driver_host_key *first_pin(const struct ssh_link *link)
{
	const struct driver_target *target = link->target;

	for (size_t i = 0; i < target->n_pins; i++)
		if (strcmp(target->pins[i].type, "x509") != 0)
			return &target->pins[i];
	return NULL;
}

static enum err_code changed(
    struct ssh_link *link, struct driver_refusal *refusal, struct err *e)
{
	const struct driver_host_key *pin = first_pin(link);
	struct driver_refusal pinned = { 0 };

	refusal->kind = DRIVER_REFUSAL_KEY_CHANGED;
	if (!describe(pin->blob, &pinned))
		snprintf(pinned.fingerprint, sizeof pinned.fingerprint,
		    "unreadable");
	return err_set(e, ERR_DENIED,
	    "THE HOST KEY OF %s HAS CHANGED. Pinned: %s %s. Presented: %s %s. "
	    "Someone may stand in between, or the router was replaced. No "
	    "password was sent, nothing was changed. If the change is known to "
	    "be right, remove the pinned key and approve the new one.",
	    link->peer, pin->type, pinned.fingerprint, refusal->key_type,
	    refusal->fingerprint);
}

enum err_code ssh_check_host_key(
    struct ssh_link *link, struct driver_refusal *refusal, struct err *e)
{
	const struct driver_target *target = link->target;
	enum err_code code = present(link, refusal, e);

	if (code != ERR_OK)
		return code;
	for (size_t i = 0; i < target->n_pins; i++)
		if (strcmp(target->pins[i].type, refusal->key_type) == 0 &&
		    strcmp(target->pins[i].blob, refusal->key_blob) == 0)
			return ERR_OK;
	if (first_pin(link) != NULL)
		return changed(link, refusal, e);
	refusal->kind = DRIVER_REFUSAL_KEY_UNKNOWN;
	return err_set(e, ERR_DENIED,
	    "the host key of %s is not known yet: %s %s. Compare it with the "
	    "device's own and approve it. No password was sent, nothing was "
	    "changed.",
	    link->peer, refusal->key_type, refusal->fingerprint);
}
