#include "infra/eapi/eapi_reply.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

#define BODY_MAX ((size_t)32 * 1024 * 1024)
/* jansson takes some hundred bytes for a value: a device must not make it take
 * more memory than the session may have. */
#define MAX_VALUES ((size_t)EAPI_LIST_MAX_COMMANDS * 12)
/* Programmer's Guide: the user may not run the command. */
#define CODE_DENIED 1005

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

static enum err_code senseless(const char *what, struct err *e)
{
	return err_set(
	    e, ERR_REMOTE, "the device's answer is no eAPI answer (%s)", what);
}

/* Blocks of the answer end in lines of their own. */
static void add_lines(struct buf *to, const char *text)
{
	buf_puts(to, text);
	if (to->len > 0 && to->data[to->len - 1] != '\n')
		buf_putc(to, '\n');
}

/* Lines that came over a terminal have CR LF; some commands keep it. */
static void drop_returns(struct buf *b)
{
	size_t to = 0;

	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] != '\r')
			b->data[to++] = b->data[i];
	b->len = to;
	if (b->data)
		b->data[to] = '\0';
}

static enum err_code take_output(
    const json_t *results, size_t n, struct eapi_result *ret, struct err *e)
{
	const json_t *last = json_array_get(results, n - 1);

	if (json_array_size(results) != n || !json_is_object(last))
		return senseless("not one result for each command", e);
	add_lines(&ret->text, json_text(last, "output", ""));
	drop_returns(&ret->text);
	return buf_check(&ret->text, "the device's answer", e);
}

/* data: a result for each command up to the one that was refused, whose own
 * has a list of errors. */
static void take_errors(
    const json_t *data, const char *message, struct eapi_result *ret)
{
	size_t n = json_array_size(data);
	const json_t *last = json_array_get(data, n - 1);
	const json_t *errors = json_object_get(last, "errors"), *item;
	size_t i;

	add_lines(&ret->text, json_text(last, "output", ""));
	json_array_foreach(errors, i, item)
	{
		const char *line = json_string_value(item);

		if (!line)
			continue;
		buf_puts(&ret->text, "% ");
		add_lines(&ret->text, line);
	}
	if (!json_array_size(errors)) {
		buf_puts(&ret->text, "% ");
		add_lines(&ret->text, message);
	}
	drop_returns(&ret->text);
}

static enum err_code take_error(const json_t *error, size_t n_commands,
    size_t hidden, struct eapi_result *ret, struct err *e)
{
	const json_t *data = json_object_get(error, "data");
	const char *message = json_text(error, "message", "no reason given");
	json_int_t code = json_number(error, "code", 0);
	size_t n = json_array_size(data);

	if (n == 0 || n > n_commands) {
		err_set(e, code == CODE_DENIED ? ERR_DENIED : ERR_REMOTE,
		    "the device runs none of these commands: %.300s", message);
		return code == CODE_DENIED ? ERR_DENIED : ERR_REMOTE;
	}
	if (n <= hidden) {
		err_set(e, ERR_DENIED,
		    "the device does not let the user into the privileged "
		    "mode");
		err_detail(e, "%.400s", message);
		return ERR_DENIED;
	}
	take_errors(data, message, ret);
	ret->refused = true;
	ret->at = n - 1 - hidden;
	return buf_check(&ret->text, "the device's answer", e);
}

enum err_code eapi_reply_parse(const char *body, size_t len, size_t n_commands,
    size_t hidden, struct eapi_result *ret, struct err *e)
{
	json_t *reply = NULL, *error, *results;
	enum err_code code;

	ret->refused = false;
	if (!has_few_values(body, len))
		return err_set(
		    e, ERR_LIMIT, "the device's answer has too many values");
	if (json_read(body, len, BODY_MAX, &reply, NULL) != ERR_OK)
		return senseless("no JSON", e);
	error = json_object_get(reply, "error");
	results = json_object_get(reply, "result");
	if (json_is_object(error))
		code = take_error(error, n_commands, hidden, ret, e);
	else if (json_is_array(results))
		code = take_output(results, n_commands, ret, e);
	else
		code = senseless("neither result nor error", e);
	json_decref(reply);
	return code;
}
