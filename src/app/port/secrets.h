/*
 * Values behind the references in secrets/.  Read by a slot for one session,
 * never by the web program.
 */
#ifndef APP_PORT_SECRETS_H
#define APP_PORT_SECRETS_H

#include "base/err.h"
#include "base/secret.h"

struct credentials {
	char username[128];
	struct secret *password;    /* owned; NULL if there is none */
	struct secret *private_key; /* the same; PEM or OpenSSH, unencrypted */
	struct secret *enable;	    /* the same; for the privileged mode */
};

void credentials_release(struct credentials *c);

/* provider: "file" (DIR/secrets/<reference>, mode 0600 or stricter: a password
 * alone, or JSON with "username", "password" or "private_key" or both, and
 * "enable"), "systemd" (a credential of the service with the same content, for
 * systemd.exec(5)) or "environment" (a variable with it).  username: from the
 * record; empty: from the value. */
enum err_code secrets_read(const char *dir, const char *provider,
    const char *reference, const char *username, struct credentials *ret,
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
enum err_code secrets_read_snmp(const char *dir, const char *provider,
    const char *reference, const char *username, struct snmp_credentials *ret,
    struct err *e) must_check;

#endif
