/*
 * What Vault answers: a token, a secret, or why not.
 *
 * Of an answer's own words nothing is repeated: they may hold what was sent.
 * Pure; any thread.
 *
 * Source: https://openbao.org/api-docs/ (HTTP status codes, secret/kv,
 * auth/approle).
 */
#ifndef INFRA_SECRETS_VAULT_ANSWER_H
#define INFRA_SECRETS_VAULT_ANSWER_H

#include "base/buf.h"
#include "base/secret.h"

/* A value has at most 64 KiB (app/port/secrets.h); with escapes and what stands
 * around it. */
#define VAULT_ANSWER_MAX ((size_t)256 * 1024)

struct vault_token {
	struct secret *text; /* owned */
	int lease_s;	     /* 0: without an end */
};

/* Of a sign-in that was answered with 200. */
enum err_code vault_answer_token(const char *text, size_t len,
    struct vault_token *ret, struct err *e) must_check;

/* Of a reading that was answered with 200: appends the secret's own object.
 * What was read of it is wiped. */
enum err_code vault_answer_secret(const char *text, size_t len, int kv_version,
    struct buf *out, struct err *e) must_check;

enum vault_question { VAULT_SIGN_IN, VAULT_READING };

/* Of any other status.  path: what was asked for. */
enum err_code vault_answer_explain(
    enum vault_question question, int status, const char *path, struct err *e);

/* Of a status: the same question may be answered soon. */
bool vault_answer_may_pass(int status);

#endif
