/*
 * DIR/vault.json, and the addresses that follow from it.
 *
 *   { "address": "https://vault.example.net:8200",
 *     "ca_file": PEM; without it the system's authorities,
 *     "namespace": the value of X-Vault-Namespace,
 *     "mount": of the KV engine, "secret" unless said,
 *     "prefix": a folder in it, "switchyard" unless said; may be "",
 *     "kv_version": 2 unless said, or 1,
 *     "role_id", "secret_id_file", "approle_mount" ("approle" unless said),
 *     or "token_file",
 *     "timeout_s": 10 unless said, 1 to 60 }
 *
 * It holds no secret, but decides who is shown some: refused if others may
 * write it.  http only to this machine itself.
 *
 * Ownership: the texts live as long as the configuration, which
 * vault_config_release() ends.  Any thread.
 */
#ifndef INFRA_SECRETS_VAULT_CONFIG_H
#define INFRA_SECRETS_VAULT_CONFIG_H

#include "base/buf.h"

#include <jansson.h>

#define VAULT_CONFIG_MAX ((size_t)16 * 1024) /* bytes */

struct vault_config {
	json_t *doc;		/* owned */
	const char *address;	/* without a slash at the end */
	const char *ca_file;	/* NULL: the system's */
	const char *name_space; /* NULL: none */
	const char *mount;
	const char *prefix;
	const char *approle_mount;
	const char *role_id; /* NULL: a token */
	const char *secret_id_file;
	const char *token_file;
	int kv_version;
	int timeout_ms;
};

/* Appends the file's text. */
enum err_code vault_config_load(
    const char *dir, struct buf *text, struct err *e) must_check;
enum err_code vault_config_parse(const char *text, size_t len,
    struct vault_config *ret, struct err *e) must_check;
void vault_config_release(struct vault_config *c);

/* "secret/data/switchyard/<reference>": what follows /v1/, and what a policy
 * names. */
enum err_code vault_config_path(const struct vault_config *c,
    const char *reference, struct buf *out, struct err *e) must_check;

#endif
