/*
 * Any bytes as the configuration of a Vault: one way to sign in, bounds that
 * hold, paths below the mount; or words.
 */
#include "infra/secrets/vault_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vault_config c = { .doc = NULL };
	struct buf path = BUF_INIT(4096);
	struct err e = ERR_INIT;

	if (vault_config_parse((const char *)data, size, &c, &e) != ERR_OK) {
		must(e.message[0] != '\0' && !c.doc);
		return 0;
	}
	must(!c.role_id != !c.token_file);
	must(c.timeout_ms >= 1000 && c.timeout_ms <= 60000);
	must(c.kv_version == 1 || c.kv_version == 2);
	if (vault_config_path(&c, "routers/lab", &path, &e) == ERR_OK)
		must(strncmp(buf_text(&path), c.mount, strlen(c.mount)) == 0);
	buf_release(&path);
	vault_config_release(&c);
	return 0;
}
