/*
 * HashiCorp Vault or OpenBao, as far as Switchyard asks it: a KV engine of
 * version 1 at kv1/ and of version 2 at secret/, AppRole, and what may go wrong
 * with either.  Answers are worded as OpenBao 2.5 words them.
 *
 * It serves 127.0.0.1 in threads of its own, in plain or over TLS with a
 * certificate of an authority made at the start.  All functions may be called
 * from any thread; a text that is returned is the simulator's until it ends.
 */
#ifndef SIM_VAULT_H
#define SIM_VAULT_H

#include <stdbool.h>
#include <stddef.h>

struct vault_sim;

/* NULL if it cannot serve.  port 0: any. */
struct vault_sim *vault_sim_new(unsigned port, bool tls);
void vault_sim_free(struct vault_sim *sim);
unsigned vault_sim_port(const struct vault_sim *sim);
const char *vault_sim_ca(const struct vault_sim *sim); /* PEM; NULL: plain */

#define VAULT_SIM_ROLE "role-7"
#define VAULT_SIM_SECRET_ID "secret-id-canary"
#define VAULT_SIM_TOKEN "hvs.root-canary" /* never ends */
#define VAULT_SIM_NAMESPACE "team/net"	  /* besides none */

/* "switchyard/lab", without the engine; object: JSON, NULL: deleted. */
void vault_sim_put(struct vault_sim *sim, const char *path, const char *object);

/* How it answers from now on; readings alone, or signing in too:
 *   ok        as it should
 *   sealed    503 to all
 *   denied    403 to readings
 *   busy      429 to the next two requests
 *   standby   307 to all
 *   failing   500 to all
 *   slow      nothing for five seconds
 *   huge      an answer of 16 MiB
 *   garbage   no JSON
 *   cut       JSON that ends in the middle
 *   other     JSON of something else
 *   hangup    the connection ends without an answer
 * False: there is no such mode. */
bool vault_sim_set_mode(struct vault_sim *sim, const char *mode);
/* Tokens given from now on live so long; 0: without an end. */
void vault_sim_set_lease(struct vault_sim *sim, int lease_s);
/* Tokens given so far are no longer known. */
void vault_sim_revoke(struct vault_sim *sim);
/* The secret ID is no longer known. */
void vault_sim_forget_role(struct vault_sim *sim);

struct vault_sim_counts {
	unsigned sign_ins; /* that succeeded */
	unsigned readings; /* the same */
	unsigned refused;  /* of either */
};
struct vault_sim_counts vault_sim_counts(struct vault_sim *sim);

#endif
