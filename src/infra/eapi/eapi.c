#include "infra/eapi/eapi.h"

#include "base/crypto.h"
#include "base/escape.h"
#include "base/json.h"
#include "infra/eapi/eapi_reply.h"

#include <stdlib.h>
#include <string.h>

#define PATH "/command-api"
/* A configuration of 4 MiB with its quotes and newlines escaped. */
#define ANSWER_MAX ((size_t)12 * 1024 * 1024)
#define REQUEST_MAX ((size_t)8 * 1024 * 1024)
#define HIDDEN 1 /* `enable` comes before every list */

struct eapi {
	struct device_peer *peer;
	const struct driver_target *target;
};

/* --- lists ------------------------------------------------------------- */

/* The text of the JSON array, without its brackets. */
struct eapi_list {
	struct buf text;
	size_t n;
};

struct eapi_list *eapi_list_new(void)
{
	struct eapi_list *list = calloc(1, sizeof(*list));

	if (list)
		buf_init(&list->text, REQUEST_MAX);
	return list;
}

void eapi_list_free(struct eapi_list *list)
{
	if (!list)
		return;
	/* lines of a configuration may hold passwords */
	if (list->text.data)
		wipe(list->text.data, list->text.len);
	buf_release(&list->text);
	free(list);
}

void eapi_list_add(
    struct eapi_list *list, const char *command, const char *input)
{
	json_t *item =
	    input ? json_pack("{s:s, s:s}", "cmd", command, "input", input)
		  : json_string(command);
	char *text =
	    item ? json_dumps(item, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	if (!text)
		list->text.failed = true; /* not UTF-8, or out of memory */
	else
		buf_printf(&list->text, ",%s", text);
	free(text);
	json_decref(item);
	list->n++;
}

bool eapi_list_ok(const struct eapi_list *list)
{
	return buf_ok(&list->text);
}

size_t eapi_list_count(const struct eapi_list *list)
{
	return list->n;
}

size_t eapi_list_bytes(const struct eapi_list *list)
{
	return list->text.len;
}

/* --- running ----------------------------------------------------------- */

/* {"cmd":"enable","input":"<password>"} */
static void add_enable(const struct driver_target *target, struct buf *to)
{
	if (!target->enable) {
		buf_puts(to, "\"enable\"");
		return;
	}
	buf_puts(to, "{\"cmd\":\"enable\",\"input\":\"");
	escape_json(
	    to, secret_reveal(target->enable), secret_length(target->enable));
	buf_puts(to, "\"}");
}

static void make_request(const struct driver_target *target,
    const struct eapi_list *list, struct buf *to)
{
	buf_puts(to, "{\"jsonrpc\":\"2.0\",\"method\":\"runCmds\",\"id\":"
		     "\"switchyard\",\"params\":{\"version\":1,\"format\":"
		     "\"text\",\"cmds\":[");
	add_enable(target, to);
	if (list)
		buf_add(to, buf_text(&list->text), list->text.len);
	buf_puts(to, "]}}");
}

static enum err_code post(struct eapi *api, const struct eapi_list *list,
    bool once, struct deadline deadline, struct buf *answer, bool *ret_sent,
    struct driver_refusal *refusal, struct err *e)
{
	struct buf request = BUF_INIT(REQUEST_MAX);
	struct device_post p = { .path = PATH,
		.type = "application/json",
		.max_answer = ANSWER_MAX,
		.once = once };
	enum err_code code;

	*ret_sent = false;
	make_request(api->target, list, &request);
	p.body = buf_text(&request);
	p.body_len = request.len;
	code = buf_check(&request, "the list of commands", e);
	if (code == ERR_OK)
		code = device_peer_post(
		    api->peer, &p, deadline, answer, ret_sent, refusal, e);
	if (request.data)
		wipe(request.data, request.len);
	buf_release(&request);
	return code;
}

enum err_code eapi_run(struct eapi *api, const struct eapi_list *list,
    bool once, struct deadline deadline, struct eapi_result *ret,
    bool *ret_sent, struct err *e)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	enum err_code code;

	*ret_sent = false;
	if (!eapi_list_ok(list))
		return err_set(e, ERR_INVALID,
		    "the commands are too long or no UTF-8; none was sent");
	code = post(api, list, once, deadline, &answer, ret_sent, NULL, e);
	if (code == ERR_OK)
		code = eapi_reply_parse(buf_text(&answer), answer.len,
		    list->n + HIDDEN, HIDDEN, ret, e);
	buf_release(&answer);
	return code;
}

/* --- opening ----------------------------------------------------------- */

static enum err_code sign_in(struct eapi *api, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	struct eapi_result result = { .text = BUF_INIT(4096) };
	bool sent;
	enum err_code code =
	    post(api, NULL, false, deadline, &answer, &sent, refusal, e);

	if (code == ERR_OK) {
		code = eapi_reply_parse(
		    buf_text(&answer), answer.len, HIDDEN, HIDDEN, &result, e);
		if (code == ERR_DENIED)
			refusal->kind = DRIVER_REFUSAL_CREDENTIALS;
		else if (code != ERR_OK)
			refusal->kind = DRIVER_REFUSAL_PROTOCOL;
		if (code != ERR_OK)
			err_context(e, "%s (nothing was changed)",
			    device_peer_name(api->peer));
	}
	buf_release(&answer);
	buf_release(&result.text);
	return code;
}

enum err_code eapi_open(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct eapi **ret, struct driver_refusal *refusal, struct err *e)
{
	struct eapi *api = calloc(1, sizeof(*api));
	enum err_code code;

	if (!api)
		return err_set(e, ERR_SYSTEM, "no memory for a session");
	api->target = target;
	code =
	    device_peer_open(target, hooks, deadline, &api->peer, refusal, e);
	if (code == ERR_OK)
		code = sign_in(api, deadline, refusal, e);
	if (code == ERR_OK)
		*ret = api;
	else
		eapi_close(api);
	return code;
}

void eapi_close(struct eapi *api)
{
	if (!api)
		return;
	device_peer_close(api->peer);
	free(api);
}

const char *eapi_peer(const struct eapi *api)
{
	return device_peer_name(api->peer);
}

void eapi_forbid_cancel(struct eapi *api)
{
	device_peer_forbid_cancel(api->peer);
}
