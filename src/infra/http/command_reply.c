#include "infra/http/command_reply.h"

#define BODY_MAX ((size_t)32 * 1024 * 1024)
/* jansson takes some hundred bytes for a value: a device must not make it take
 * more memory than the session may have. */
#define MAX_VALUES ((size_t)COMMAND_LIST_MAX_COMMANDS * 12)

static bool has_few_values(const char *p, size_t len)
{
	const char *end = p + len;
	bool in_string = false;
	size_t n = 0;

	for (; p < end && n <= MAX_VALUES; p++) {
		if (in_string && *p == '\\')
			p++;
		else if (*p == '"')
			in_string = !in_string;
		else if (!in_string)
			n += *p == '[' || *p == '{' || *p == ',';
	}
	return n <= MAX_VALUES;
}

enum err_code command_reply_senseless(
    const struct command_dialect *dialect, const char *what, struct err *e)
{
	return err_set(e, ERR_REMOTE,
	    "the device's answer is no %s answer (%s)", dialect->label, what);
}

enum err_code command_reply_read(const struct command_dialect *dialect,
    const char *body, size_t len, json_t **ret, struct err *e)
{
	if (!has_few_values(body, len))
		return err_set(
		    e, ERR_LIMIT, "the device's answer has too many values");
	if (json_read(body, len, BODY_MAX, ret, NULL) != ERR_OK)
		return command_reply_senseless(dialect, "no JSON", e);
	return ERR_OK;
}

/* Lines that came over a terminal have CR LF; some commands keep it. */
void command_reply_add(struct buf *to, const char *text)
{
	size_t from = to->len, end = to->len;

	buf_puts(to, text);
	for (size_t i = from; i < to->len; i++)
		if (to->data[i] != '\r')
			to->data[end++] = to->data[i];
	to->len = end;
	if (to->data)
		to->data[end] = '\0';
	if (to->len > 0 && to->data[to->len - 1] != '\n')
		buf_putc(to, '\n');
}
