/*
 * Answers of a Vault: any bytes give an object or a token, or an error with
 * words that leaves nothing behind.  The first byte is the version of KV.
 */
#include "infra/secrets/vault_answer.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_secret(const char *text, size_t len, int version)
{
	struct buf out = BUF_INIT(64 * 1024);
	struct err e = ERR_INIT;

	if (vault_answer_secret(text, len, version, &out, &e) == ERR_OK) {
		if (buf_text(&out)[0] != '{')
			abort();
	} else if (e.message[0] == '\0' || out.len > 0) {
		abort();
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vault_token token = { .text = NULL };
	struct err e = ERR_INIT;
	const char *text;

	if (size == 0)
		return 0;
	text = (const char *)data + 1;
	read_secret(text, size - 1, 1 + data[0] % 2);
	if (vault_answer_token(text, size - 1, &token, &e) == ERR_OK) {
		if (secret_length(token.text) == 0 || token.lease_s < 0)
			abort();
	} else if (e.message[0] == '\0' || token.text) {
		abort();
	}
	secret_free(token.text);
	return 0;
}
