/*
 * Lexer, parser and scopes: any bytes either compile or give an error that
 * names a place.  The first byte sets the options.
 */
#include "jinja/jinja.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jinja_template *t;
	struct err e = ERR_INIT;
	struct jinja_env *env;

	if (size == 0)
		return 0;
	env = jinja_env_new(&(struct jinja_options){ .trim_blocks = data[0] & 1,
	    .lstrip_blocks = data[0] & 2,
	    .keep_trailing_newline = data[0] & 4 });
	if (!env)
		return 0;
	if (jinja_compile(env, "fuzz", (const char *)data + 1, size - 1, &t,
		&e) == ERR_OK)
		jinja_template_unref(t);
	else if (strncmp(e.message, "fuzz:", 5) != 0)
		abort();
	jinja_env_free(env);
	return 0;
}
