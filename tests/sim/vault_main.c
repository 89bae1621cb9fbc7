/*
 * switchyard-vault-sim: a simulated Vault for tests (sim/vault.h), told by
 * HTTP what to do: /sim/put?path=P with an object, /sim/mode?name=M,
 * /sim/lease?s=N, /sim/revoke, /sim/counts.
 *
 * Prints its port once it serves, with --ca FILE over TLS; ends on SIGTERM.
 */
#include "sim/vault.h"

#include "base/file.h"
#include "base/text.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static int complain(const char *text)
{
	fprintf(stderr, "switchyard-vault-sim: %s\n", text);
	return 1;
}

int main(int argc, char **argv)
{
	const char *ca = NULL;
	struct vault_sim *sim;
	long port = 0;
	sigset_t ends;
	int signal;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--ca") == 0)
			ca = argv[i + 1];
		else if (strcmp(argv[i], "--port") != 0 ||
			 !text_to_long(argv[i + 1], 0, 65535, &port))
			return complain("[--port N] [--ca FILE]");
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	sim = vault_sim_new((unsigned)port, ca != NULL);
	if (!sim)
		return complain("the port cannot be had");
	if (ca && file_replace(ca, vault_sim_ca(sim), strlen(vault_sim_ca(sim)),
		      0600, NULL) != ERR_OK)
		return complain("the authority's file cannot be written");
	printf("%u\n", vault_sim_port(sim));
	fflush(stdout);
	sigwait(&ends, &signal);
	vault_sim_free(sim);
	return 0;
}
