#include "infra/driver/cli_output.h"

#include "base/text.h"
#include "domain/backup_output.h"
#include "domain/read_command.h"

#include <string.h>

/* The first line that says something. */
static const char *first_line(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (strspn(text, " \t\r^") < len)
			return text;
		text += len + (text[len] == '\n');
	}
	return text;
}

static enum err_code judge(
    const struct cli_output *o, const struct buf *text, struct err *e)
{
	const char *line = first_line(buf_text(text));
	int len = (int)strcspn(line, "\r\n");

	if (*line != '%')
		return ERR_OK;
	return err_set(e, ERR_NOT_FOUND, "%s refused \"%s\": %.*s", o->peer,
	    o->command, len < 200 ? len : 200, line);
}

enum err_code cli_output_give(enum err_code code, const struct cli_output *o,
    const struct buf *text, struct arena *arena, struct driver_config *ret,
    struct err *e)
{
	struct driver_config config;

	if (code == ERR_OK &&
	    (!text_has_no_control(buf_text(text), text->len, true) ||
		!utf8_is_valid(buf_text(text), text->len)))
		code = err_set(e, ERR_CORRUPT,
		    "%s answered \"%s\" with bytes that are no text", o->peer,
		    o->command);
	if (code != ERR_OK && code != ERR_CORRUPT)
		return code;
	config.text = arena_memdup(arena, buf_text(text), text->len);
	config.len = text->len;
	if (!config.text)
		return err_set(
		    e, ERR_LIMIT, "the answer needs too much memory");
	*ret = config;
	return code;
}

enum err_code cli_output_read(const struct cli_output *o,
    struct deadline deadline, struct arena *arena, struct driver_config *ret,
    struct err *e)
{
	struct buf text = BUF_INIT(BACKUP_OUTPUT_MAX);
	const char *why = read_command_refusal(READ_CLI, o->command);
	enum err_code code;

	if (why)
		return err_set(e, ERR_DENIED, "\"%.100s\" was not sent: %s",
		    o->command, why);
	code = o->run(o->ctx, o->command, deadline, &text, e);
	if (code == ERR_OK)
		code = judge(o, &text, e);
	code = cli_output_give(code, o, &text, arena, ret, e);
	buf_release(&text);
	return code;
}
