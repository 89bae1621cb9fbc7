/*
 * Answers of NX-API: any bytes either give a result within its bounds or an
 * error with words.  The first byte is the number of commands.
 */
#include "infra/nxapi/nxapi_reply.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct command_result result = { .text = BUF_INIT(4096) };
	struct err e = ERR_INIT;
	size_t n;

	if (size == 0)
		return 0;
	n = data[0] + 2u;
	if (nxapi_reply_parse((const char *)data + 1, size - 1, n, 1, &result,
		&e) == ERR_OK) {
		if (result.refused && result.at >= n - 1)
			abort();
		if (result.refused && !strchr(buf_text(&result.text), '%'))
			abort();
	} else if (e.message[0] == '\0') {
		abort();
	}
	buf_release(&result.text);
	return 0;
}
