#include "infra/http/command_api.h"

#include "base/crypto.h"

#include <stdlib.h>
#include <string.h>

/* A configuration of 4 MiB with its quotes and newlines escaped. */
#define ANSWER_MAX ((size_t)12 * 1024 * 1024)
#define REQUEST_MAX ((size_t)8 * 1024 * 1024)

struct command_api {
	const struct command_dialect *dialect;
	const struct driver_target *target;
	struct device_peer *peer;
};

/* --- lists ------------------------------------------------------------- */

struct command_list {
	const struct command_dialect *dialect;
	struct buf items;
	size_t n;
};

struct command_list *command_list_new(const struct command_api *api)
{
	struct command_list *list = calloc(1, sizeof(*list));

	if (list) {
		list->dialect = api->dialect;
		buf_init(&list->items, REQUEST_MAX);
	}
	return list;
}

static void wipe_and_release(struct buf *b)
{
	/* lines of a configuration may hold passwords */
	if (b->data)
		wipe(b->data, b->len);
	buf_release(b);
}

void command_list_free(struct command_list *list)
{
	if (!list)
		return;
	wipe_and_release(&list->items);
	free(list);
}

void command_list_add(
    struct command_list *list, const char *command, const char *input)
{
	list->dialect->add(&list->items, list->n++, command, input);
}

bool command_list_ok(const struct command_list *list)
{
	return buf_ok(&list->items);
}

size_t command_list_count(const struct command_list *list)
{
	return list->n;
}

size_t command_list_bytes(const struct command_list *list)
{
	return list->items.len;
}

/* --- running ----------------------------------------------------------- */

static enum err_code post(struct command_api *api, const struct buf *items,
    bool once, struct deadline deadline, struct buf *answer, bool *ret_sent,
    struct driver_refusal *refusal, struct err *e)
{
	struct buf request = BUF_INIT(REQUEST_MAX);
	struct device_post p = { .path = api->dialect->path,
		.type = api->dialect->type,
		.statuses = api->dialect->statuses,
		.max_answer = ANSWER_MAX,
		.once = once };
	enum err_code code;

	*ret_sent = false;
	api->dialect->wrap(api->target, items, &request);
	p.body = buf_text(&request);
	p.body_len = request.len;
	code = buf_check(&request, "the list of commands", e);
	if (code == ERR_OK)
		code = device_peer_post(
		    api->peer, &p, deadline, answer, ret_sent, refusal, e);
	wipe_and_release(&request);
	return code;
}

enum err_code command_api_run(struct command_api *api,
    const struct command_list *list, bool once, struct deadline deadline,
    struct command_result *ret, bool *ret_sent, struct err *e)
{
	const struct command_dialect *d = api->dialect;
	struct buf answer = BUF_INIT(ANSWER_MAX);
	enum err_code code;

	*ret_sent = false;
	if (!command_list_ok(list))
		return err_set(e, ERR_INVALID,
		    "the commands are too long or no UTF-8; none was sent");
	code =
	    post(api, &list->items, once, deadline, &answer, ret_sent, NULL, e);
	if (code == ERR_OK)
		code = d->parse(buf_text(&answer), answer.len,
		    list->n + d->hidden, d->hidden, ret, e);
	buf_release(&answer);
	return code;
}

/* --- opening ----------------------------------------------------------- */

static enum err_code sign_in(struct command_api *api, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	const struct command_dialect *d = api->dialect;
	const struct buf none = BUF_INIT(1);
	struct buf answer = BUF_INIT(ANSWER_MAX);
	struct command_result result = { .text = BUF_INIT(4096) };
	bool sent;
	enum err_code code =
	    post(api, &none, false, deadline, &answer, &sent, refusal, e);

	if (code == ERR_OK) {
		code = d->parse(buf_text(&answer), answer.len, d->hidden,
		    d->hidden, &result, e);
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

enum err_code command_api_open(const struct command_dialect *dialect,
    const struct driver_target *target, const struct driver_hooks *hooks,
    struct deadline deadline, struct command_api **ret,
    struct driver_refusal *refusal, struct err *e)
{
	struct command_api *api = calloc(1, sizeof(*api));
	enum err_code code;

	if (!api)
		return err_set(e, ERR_SYSTEM, "no memory for a session");
	api->dialect = dialect;
	api->target = target;
	code =
	    device_peer_open(target, hooks, deadline, &api->peer, refusal, e);
	if (code == ERR_OK)
		code = sign_in(api, deadline, refusal, e);
	if (code == ERR_OK)
		*ret = api;
	else
		command_api_close(api);
	return code;
}

void command_api_close(struct command_api *api)
{
	if (!api)
		return;
	device_peer_close(api->peer);
	free(api);
}

const char *command_api_peer(const struct command_api *api)
{
	return device_peer_name(api->peer);
}

void command_api_forbid_cancel(struct command_api *api)
{
	device_peer_forbid_cancel(api->peer);
}
