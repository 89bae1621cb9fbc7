/*
 * Values behind the references in secrets/.  Read by a slot for one session,
 * never by the web program.
 *
 * A record names one provider, and no other is asked in its place:
 *   "file"         DIR/secrets/<reference>, mode 0600 or stricter
 *   "systemd"      a credential of the service, systemd.exec(5)
 *   "environment"  a variable
 *   "vault"        a secret of a KV engine of HashiCorp Vault or OpenBao;
 *                  DIR/vault.json says where
 * The value is a password alone, or an object (of Vault always) with
 * "username", "password" or "private_key" or both, and "enable".
 *
 * Ownership: secrets_close() ends what was opened and wipes the token of
 * Vault, the one thing kept between two readings.  One thread at a time.
 *
 * Errors of reading: ERR_NOT_FOUND there is none of this name, ERR_DENIED it
 * may not be read, or its keeper is not the right one, ERR_INVALID something is
 * set up wrongly, ERR_TIMEOUT and ERR_REMOTE later may do.
 */
#ifndef APP_PORT_SECRETS_H
#define APP_PORT_SECRETS_H

#include "base/err.h"
#include "base/secret.h"

struct secrets;

/* Reads nothing yet. */
enum err_code secrets_open(
    const char *dir, struct secrets **ret, struct err *e) must_check;
void secrets_close(struct secrets *secrets); /* NULL is fine */

struct secret_ref {
	const char *provider;
	const char *reference;
	const char *username; /* "": from the value */
};

struct credentials {
	char username[128];
	struct secret *password;    /* owned; NULL if there is none */
	struct secret *private_key; /* the same; PEM or OpenSSH, unencrypted */
	struct secret *enable;	    /* the same; for the privileged mode */
};

void credentials_release(struct credentials *c);
enum err_code secrets_read(struct secrets *secrets,
    const struct secret_ref *ref, struct credentials *ret,
    struct err *e) must_check;

/* For SNMP: a community, alone or as JSON {"community"}; or JSON with
 * "username", "auth_protocol" (SHA), "auth_password", "privacy_protocol" (AES)
 * and "privacy_password", of version 3. */
struct snmp_credentials {
	char username[128];
	char auth_protocol[16];
	char privacy_protocol[16];
	struct secret *community; /* owned; NULL: version 3 */
	struct secret *auth_password;
	struct secret *privacy_password;
};

void snmp_credentials_release(struct snmp_credentials *c);
enum err_code secrets_read_snmp(struct secrets *secrets,
    const struct secret_ref *ref, struct snmp_credentials *ret,
    struct err *e) must_check;

#endif
