#include "infra/ssh/shell.h"

#include "base/text.h"
#include "infra/ssh/shell_internal.h"

#include <stdlib.h>
#include <string.h>

/* Quiet for so long, a line that looks like a prompt may be one. */
#define SETTLE_MS 30
/* Answers to an empty line before the search for a prompt is given up. */
#define LEARN_ROUNDS 8
#define GREETING_MAX ((size_t)256 * 1024)

/* Repeats a libssh call that would block. */
#define CALL(rc, shell, deadline, e, call)                                    \
	while (((rc) = (call)) == SSH_AGAIN)                                  \
		if (ssh_link_wait((shell)->link, deadline, "opening a shell", \
			e) != ERR_OK)                                         \
	break

static enum err_code open_channel(
    struct ssh_shell *shell, struct deadline deadline, struct err *e)
{
	const struct ssh_shell_profile *p = shell->profile;
	struct err waiting = ERR_INIT;
	int rc;

	shell->channel = ssh_channel_new(shell->link->session);
	if (shell->channel == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a shell");
	shell->callbacks.userdata = shell;
	shell->callbacks.channel_data_function = ssh_shell_on_data;
	shell->callbacks.channel_eof_function = ssh_shell_on_end;
	shell->callbacks.channel_close_function = ssh_shell_on_end;
	ssh_callbacks_init(&shell->callbacks);
	ssh_set_channel_callbacks(shell->channel, &shell->callbacks);
	CALL(rc, shell, deadline, &waiting,
	    ssh_channel_open_session(shell->channel));
	if (rc == SSH_OK)
		CALL(rc, shell, deadline, &waiting,
		    ssh_channel_request_pty_size(
			shell->channel, "dumb", (int)p->width, (int)p->height));
	if (rc == SSH_OK)
		CALL(rc, shell, deadline, &waiting,
		    ssh_channel_request_shell(shell->channel));
	if (rc == SSH_OK)
		return ERR_OK;
	if (waiting.code != ERR_OK) {
		if (e != NULL)
			*e = waiting;
		return waiting.code;
	}
	err_set(e, ERR_REMOTE,
	    "%s let the user in but gave no shell. Nothing was changed.",
	    shell->link->peer);
	err_detail(e, "libssh: %s", ssh_get_error(shell->link->session));
	return ERR_REMOTE;
}

/* Waits for a last line in a prompt's shape, and a moment of silence. */
static enum err_code find_prompt(struct ssh_shell *shell,
    struct deadline deadline, struct prompt *ret, struct err *e)
{
	for (;;) {
		size_t line = terminal_last_line(shell->in);
		size_t before = shell->in->len;
		enum err_code code;

		if (before > line && ssh_shell_at_pager(shell, line) != NULL)
			code = ssh_shell_turn_page(shell, line, deadline, e);
		else if (before > line && prompt_parse(shell->in->data + line,
					      before - line, ret)) {
			code = ssh_shell_pump(shell, SETTLE_MS, e);
			if (code == ERR_OK && shell->in->len == before)
				return ERR_OK;
		} else {
			code = ssh_shell_wait(shell, deadline, e);
		}
		if (code != ERR_OK)
			return code;
	}
}

static bool same_prompt(const struct prompt *a, const struct prompt *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->mode, b->mode) == 0 &&
	       a->end == b->end;
}

/* Two prompts in a row with an empty line between them, and nothing else. */
static enum err_code learn_prompt(
    struct ssh_shell *shell, struct deadline deadline, struct err *e)
{
	struct prompt first, second;
	enum err_code code = find_prompt(shell, deadline, &first, e);

	for (int round = 0; code == ERR_OK && round < LEARN_ROUNDS; round++) {
		buf_clear(shell->in);
		code = ssh_shell_send(shell, "\n", 1, deadline, e);
		if (code == ERR_OK)
			code = find_prompt(shell, deadline, &second, e);
		if (code != ERR_OK)
			break;
		if (same_prompt(&first, &second) &&
		    strspn(buf_text(shell->in), "\n") ==
			terminal_last_line(shell->in)) {
			text_copy(shell->name, sizeof shell->name, second.name);
			shell->prompt = second;
			return ERR_OK;
		}
		first = second;
	}
	if (code == ERR_OK)
		code = err_set(e, ERR_REMOTE, "%s shows no steady prompt.",
		    shell->link->peer);
	err_context(e, "no prompt was found (nothing was changed)");
	return code;
}

enum err_code ssh_shell_open(struct ssh_link *link,
    const struct ssh_shell_profile *profile, struct deadline deadline,
    struct ssh_shell **ret, struct err *e)
{
	struct ssh_shell *shell = calloc(1, sizeof *shell);
	struct buf greeting = BUF_INIT(GREETING_MAX);
	enum err_code code;

	if (shell == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a shell");
	shell->link = link;
	shell->profile = profile;
	shell->heartbeat = deadline_in_ms(HEARTBEAT_MS);
	shell->in = &greeting;
	code = open_channel(shell, deadline, e);
	if (code == ERR_OK) {
		shell->event = ssh_event_new();
		if (shell->event == NULL || ssh_event_add_session(shell->event,
						link->session) != SSH_OK)
			code = err_set(e, ERR_SYSTEM, "no memory for a shell");
	}
	if (code == ERR_OK)
		code = learn_prompt(shell, deadline, e);
	shell->in = NULL;
	buf_release(&greeting);
	if (code == ERR_OK)
		*ret = shell;
	else
		ssh_shell_close(shell);
	return code;
}

void ssh_shell_close(struct ssh_shell *shell)
{
	if (shell == NULL)
		return;
	if (shell->event != NULL) {
		ssh_event_remove_session(shell->event, shell->link->session);
		ssh_event_free(shell->event);
	}
	if (shell->channel != NULL) {
		ssh_remove_channel_callbacks(shell->channel, &shell->callbacks);
		ssh_channel_close(shell->channel);
		ssh_channel_free(shell->channel);
	}
	free(shell);
}
