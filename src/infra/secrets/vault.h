/*
 * Secrets of a KV engine, version 1 or 2, of HashiCorp Vault or OpenBao.
 *
 * DIR/vault.json (vault_config.h) says where Vault is and as whom to sign in;
 * it is read before every reading, so that a change counts at once.  A token
 * of AppRole is kept in memory until nine tenths of its life are over or it is
 * refused, then another is asked for; a token in a file is read every time.
 * Nothing is written anywhere.
 *
 * One reading, sign-in and repetitions included, has one deadline, and every
 * answer a bound.  Redirects are not followed: the token would go along.
 *
 * Source: https://openbao.org/api-docs/ (secret/kv, auth/approle).
 *
 * Ownership: vault_free() ends the connection and wipes the token.  One thread.
 * Errors as in app/port/secrets.h, in words that say what to do.
 */
#ifndef INFRA_SECRETS_VAULT_H
#define INFRA_SECRETS_VAULT_H

#include "base/buf.h"

struct vault;

/* NULL: out of memory. */
struct vault *vault_new(const char *dir);
void vault_free(struct vault *vault); /* NULL is fine */

/* Appends the secret's object as JSON; the caller wipes `out`. */
enum err_code vault_read(struct vault *vault, const char *reference,
    struct buf *out, struct err *e) must_check;

#endif
