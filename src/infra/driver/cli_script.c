#include "infra/driver/cli_script.h"

#include <string.h>

#define FIRST_LINES 256

bool cli_script_add(
    struct cli_script *script, const struct cli_script_line *line)
{
	if (script->n == script->cap) {
		size_t cap = script->cap ? script->cap * 2 : FIRST_LINES;
		struct cli_script_line *more =
		    arena_alloc(script->arena, cap * sizeof(*more));

		if (!more)
			return false;
		if (script->n > 0)
			memcpy(more, script->lines, script->n * sizeof(*more));
		script->lines = more;
		script->cap = cap;
	}
	script->lines[script->n++] = *line;
	return true;
}

enum err_code cli_script_refuse(const struct cli_script *script,
    const struct cli_script_line *line, const char *why, size_t len,
    struct err *e)
{
	struct buf safe = BUF_INIT(4096), said = BUF_INIT(4096);
	enum err_code code;

	len = len < 200 ? len : 200;
	if (!line)
		return err_set(e, ERR_REMOTE,
		    "the device refused \"%s\": %.*s. Nothing was changed.",
		    script->enter, (int)len, why);
	config_line_redact(script->dialect, line->text, &safe);
	config_refusal_redact(script->dialect, line->text, why, len, &said);
	code = err_set(e, ERR_INVALID,
	    "line %zu, \"%.200s\", was refused: %s. Nothing was changed.",
	    line->number, buf_text(&safe), buf_text(&said));
	buf_release(&safe);
	buf_release(&said);
	return code;
}
