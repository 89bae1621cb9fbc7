/*
 * Somebody else on the device: what he types in its shell, or what he asks of
 * a server that has none.
 */
#include "conformance/bench.h"

#include <poll.h>

#define COMMAND_MS 20000
#define ANSWER_MAX ((size_t)1 << 20)

static const char *const pagers[] = { "--More--", NULL };
static const struct ssh_shell_profile shell_profile = {
	.width = 200,
	.height = 1000,
	.pagers = pagers,
	.hot_keys = "",
};

static enum err_code type_in_shell(struct bench *b, const char *const *lines,
    struct somebody *who, struct err *e)
{
	const struct ssh_shell_answer answers[] = {
		{ "Password:", NULL, b->enable },
		{ NULL, NULL, NULL },
	};
	struct deadline deadline = deadline_in_ms(COMMAND_MS);
	struct buf answer = BUF_INIT(ANSWER_MAX);
	enum err_code code =
	    ssh_shell_open(who->link, &shell_profile, deadline, &who->shell, e);

	if (code == ERR_OK && b->enable != NULL)
		code = ssh_shell_run_asking(
		    who->shell, "enable", answers, deadline, &answer, e);
	for (; code == ERR_OK && *lines != NULL; lines++)
		code = ssh_shell_run(who->shell, *lines, deadline, &answer, e);
	buf_release(&answer);
	return code;
}

static enum err_code stream_send(void *ctx, const char *data, size_t len,
    struct deadline deadline, struct err *e)
{
	return ssh_subsystem_send(ctx, data, len, deadline, e);
}

static enum err_code stream_receive(void *ctx, char *to, size_t size,
    struct deadline deadline, size_t *ret_len, struct err *e)
{
	return ssh_subsystem_receive(ctx, to, size, deadline, ret_len, e);
}

static enum err_code ask_netconf(
    const char *const *lines, struct somebody *who, struct err *e)
{
	struct deadline deadline = deadline_in_ms(COMMAND_MS);
	enum err_code code = ssh_subsystem_open(
	    who->link, "netconf", deadline, &who->channel, e);

	who->stream = (struct netconf_stream){ who->channel, stream_send,
		stream_receive };
	if (code == ERR_OK)
		code = netconf_open(
		    &who->stream, "somebody", deadline, &who->nc, e);
	for (; code == ERR_OK && *lines != NULL; lines++)
		code = netconf_do(who->nc, *lines, "do", deadline, NULL, e);
	return code;
}

void bench_leave(struct bench *b, struct somebody *who)
{
	struct deadline soon = deadline_in_ms(COMMAND_MS);

	ssh_shell_close(who->shell);
	netconf_free(who->nc);
	ssh_subsystem_close(who->channel);
	ssh_link_close(who->link);
	while (bench_count(b, "open") > 0 && !deadline_passed(soon))
		poll(NULL, 0, 5);
}

bool bench_type(struct bench *b, const char *const *lines, struct somebody *who)
{
	struct err e = ERR_INIT;
	enum err_code code;

	*who = (struct somebody){ .target = b->target };
	if (b->backend->transport)
		who->target.port =
		    (uint16_t)(who->target.port - BACKEND_API_PORT);
	code = ssh_link_open(&who->target, 22, NULL, deadline_in_ms(COMMAND_MS),
	    &who->link, NULL, &e);
	if (code == ERR_OK)
		code = b->backend->netconf ? ask_netconf(lines, who, &e)
					   : type_in_shell(b, lines, who, &e);
	bench_check(b, code == ERR_OK, "somebody types: %s", e.message);
	if (code != ERR_OK)
		bench_leave(b, who);
	return code == ERR_OK;
}
