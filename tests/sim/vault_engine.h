/*
 * What the simulated Vault knows and how it answers, without HTTP.  One thread
 * at a time.
 */
#ifndef SIM_VAULT_ENGINE_H
#define SIM_VAULT_ENGINE_H

#include "base/buf.h"
#include "sim/vault.h"

#include <jansson.h>

#define VAULT_BODY_MAX ((size_t)64 * 1024)
#define VAULT_HUGE_BYTES ((size_t)16 * 1024 * 1024)
#define VAULT_MAX_TOKENS 256

enum vault_mode {
	MODE_OK,
	MODE_SEALED,
	MODE_DENIED,
	MODE_BUSY,
	MODE_STANDBY,
	MODE_FAILING,
	MODE_SLOW,
	MODE_HUGE,
	MODE_GARBAGE,
	MODE_CUT,
	MODE_OTHER,
	MODE_HANGUP,
	MODES
};

struct vault_engine_token {
	char text[48];
	int64_t ends_ms; /* 0: never */
};

struct vault_engine {
	json_t *secrets; /* owned; by path; null: deleted */
	enum vault_mode mode;
	unsigned busy_left;
	int lease_s;
	bool knows_role;
	struct vault_engine_token tokens[VAULT_MAX_TOKENS]; /* the last ones */
	size_t n_tokens;
	struct vault_sim_counts counts;
};

void vault_engine_init(struct vault_engine *s);
void vault_engine_release(struct vault_engine *s);
bool vault_engine_set_mode(struct vault_engine *s, const char *mode);

struct vault_ask {
	const char *url;
	const char *name_space; /* NULL: no such header, here and below */
	const char *is_request;
	const char *token;
	const struct buf *body; /* empty: GET */
};

struct vault_reply {
	unsigned status; /* 200 to begin with */
	struct buf body;
	bool hangup;
};

void vault_engine_answer(
    struct vault_engine *s, const struct vault_ask *ask, struct vault_reply *r);

#endif
