#include "infra/ssh/shell.h"

#include "base/text.h"
#include "infra/ssh/link_internal.h"
#include "infra/ssh/terminal.h"

#include <errno.h>
#include <libssh/callbacks.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Waiting is cut into slices, so that a cancelled run ends soon. */
#define SLICE_MS 250
/* Quiet for so long, a line that looks like a prompt may be one. */
#define SETTLE_MS 30
/* Answers to an empty line before the search for a prompt is given up. */
#define LEARN_ROUNDS 8
#define GREETING_MAX ((size_t)256 * 1024)
#define MAX_PAGES 100000
/* A longer last line is no question of a pager. */
#define PAGER_LINE_MAX 256
#define WIRE_MAX (2 * SSH_SHELL_MAX_LINE + 2)

struct ssh_shell {
	struct ssh_link *link;
	const struct ssh_shell_profile *profile;
	ssh_channel channel;
	ssh_event event;
	struct ssh_channel_callbacks_struct callbacks;
	struct terminal terminal;
	struct buf *in; /* where what comes goes; NULL: dropped */
	bool overflow;
	bool closed;
	char name[PROMPT_MAX];
	char new_name[PROMPT_MAX]; /* "" if it does not change */
	struct prompt prompt;
	struct deadline heartbeat;
};

/* --- What comes -------------------------------------------------------- */

static int on_data(ssh_session session, ssh_channel channel, void *data,
    uint32_t len, int is_stderr, void *userdata)
{
	struct ssh_shell *shell = userdata;

	(void)session;
	(void)channel;
	(void)is_stderr;
	if (shell->in != NULL && !shell->overflow &&
	    !terminal_feed(&shell->terminal, data, len, shell->in))
		shell->overflow = true;
	return (int)len;
}

static void on_end(ssh_session session, ssh_channel channel, void *userdata)
{
	struct ssh_shell *shell = userdata;

	(void)session;
	(void)channel;
	shell->closed = true;
}

static enum err_code hung_up(struct ssh_shell *shell, struct err *e)
{
	shell->closed = true;
	err_set(e, ERR_REMOTE, "%s ended the session.", shell->link->peer);
	err_detail(e, "libssh: %s", ssh_get_error(shell->link->session));
	return ERR_REMOTE;
}

/* Lets libssh work for at most ms.  Text that came before a hang-up counts:
 * whether to go on without more is for the caller to find out first. */
static enum err_code pump(struct ssh_shell *shell, int ms, struct err *e)
{
	int rc;

	if (shell->closed || !ssh_is_connected(shell->link->session))
		return hung_up(shell, e);
	rc = ssh_event_dopoll(shell->event, ms);
	if (rc == SSH_ERROR && errno != EINTR)
		shell->closed = true;
	if (shell->overflow)
		return err_set(e, ERR_LIMIT,
		    "%s sent more than %zu KiB as one answer.",
		    shell->link->peer, shell->in->max / 1024);
	return ERR_OK;
}

/* An empty message, so that a dead peer shows although nothing is sent. */
#define HEARTBEAT_MS 20000

static enum err_code wait_more(
    struct ssh_shell *shell, struct deadline deadline, struct err *e)
{
	enum err_code code = ssh_link_check_cancel(shell->link, e);
	struct deadline slice =
	    deadline_sooner(deadline, deadline_in_ms(SLICE_MS));

	if (code != ERR_OK)
		return code;
	if (deadline_passed(deadline))
		return err_set(e, ERR_TIMEOUT, "%s did not answer in time.",
		    shell->link->peer);
	if (deadline_passed(shell->heartbeat)) {
		shell->heartbeat = deadline_in_ms(HEARTBEAT_MS);
		(void)ssh_send_ignore(shell->link->session, "");
	}
	return pump(shell, deadline_poll_ms(slice), e);
}

/* --- What goes --------------------------------------------------------- */

static enum err_code send_bytes(struct ssh_shell *shell, const char *data,
    size_t len, struct deadline deadline, struct err *e)
{
	while (len > 0) {
		int n = shell->closed ? SSH_ERROR
				      : ssh_channel_write(shell->channel, data,
					    (uint32_t)len);
		enum err_code code;

		if (n < 0 && n != SSH_AGAIN)
			return hung_up(shell, e);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
			continue;
		}
		code = wait_more(shell, deadline, e);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

/* The line as it is typed: hot keys quoted, Enter at the end. */
static size_t type_line(const struct ssh_shell_profile *profile,
    const char *line, char wire[WIRE_MAX])
{
	size_t n = 0;

	for (; *line != '\0'; line++) {
		if (strchr(profile->hot_keys, *line) != NULL)
			wire[n++] = profile->quote;
		wire[n++] = *line;
	}
	wire[n++] = '\n';
	return n;
}

/* --- The end of an answer ---------------------------------------------- */

static const char *find_pager(const struct ssh_shell *shell, size_t from)
{
	const char *const *p = shell->profile->pagers;

	if (shell->in->len - from > PAGER_LINE_MAX)
		return NULL;
	for (; *p != NULL; p++) {
		const char *at = strstr(shell->in->data + from, *p);

		if (at != NULL)
			return at;
	}
	return NULL;
}

/* Asks for the next page and wipes the question. */
static enum err_code turn_page(struct ssh_shell *shell, size_t line,
    struct deadline deadline, struct err *e)
{
	shell->in->len = line;
	shell->in->data[line] = '\0';
	return send_bytes(shell, " ", 1, deadline, e);
}

static bool ends_in_prompt(struct ssh_shell *shell, size_t line)
{
	const char *text = shell->in->data + line;
	size_t len = shell->in->len - line;

	if (prompt_is(text, len, shell->name, &shell->prompt))
		return true;
	if (shell->new_name[0] == '\0' ||
	    !prompt_is(text, len, shell->new_name, &shell->prompt))
		return false;
	text_copy(shell->name, sizeof shell->name, shell->new_name);
	return true;
}

/* Reads until the last line is a prompt; the prompt is left out of `in`. */
static enum err_code read_answer(
    struct ssh_shell *shell, struct deadline deadline, struct err *e)
{
	enum err_code code = ERR_OK;
	unsigned pages = 0;

	for (;;) {
		size_t line = terminal_last_line(shell->in);
		size_t before = shell->in->len;

		if (before > line && ends_in_prompt(shell, line)) {
			/* More may wait already: then it was no prompt. */
			if (!shell->closed)
				code = pump(shell, 0, e);
			if (code != ERR_OK)
				return code;
			if (shell->in->len != before)
				continue;
			shell->in->len = line;
			shell->in->data[line] = '\0';
			return ERR_OK;
		}
		if (before > line && find_pager(shell, line) != NULL) {
			if (++pages > MAX_PAGES)
				return err_set(e, ERR_LIMIT,
				    "%s sent more than %d pages.",
				    shell->link->peer, MAX_PAGES);
			code = turn_page(shell, line, deadline, e);
		} else {
			code = wait_more(shell, deadline, e);
		}
		if (code != ERR_OK)
			return code;
	}
}

/* --- The echo ---------------------------------------------------------- */

/* Does this line of the answer end in what was typed?  What stands before it
 * came unasked, such as a prompt that was drawn again. */
static bool is_echo(const char *text, size_t len, const char *line)
{
	size_t want = strlen(line);

	while (len > 0 && text[len - 1] == ' ')
		len--;
	while (want > 0 && line[want - 1] == ' ')
		want--;
	return len >= want && memcmp(text + len - want, line, want) == 0;
}

/* Appends all but the echo.  Without one the whole answer is given: whoever
 * expects silence then sees that something is wrong. */
static void give_answer(
    const struct buf *answer, const char *line, struct buf *out)
{
	const char *p = buf_text(answer);
	bool found = false;

	while (*p != '\0') {
		size_t len = strcspn(p, "\n");
		size_t whole = len + (p[len] == '\n');

		if (!found && is_echo(p, len, line))
			found = true;
		else
			buf_add(out, p, whole);
		p += whole;
	}
}

enum err_code ssh_shell_run(struct ssh_shell *shell, const char *line,
    struct deadline deadline, struct buf *out, struct err *e)
{
	char wire[WIRE_MAX];
	struct buf answer = BUF_INIT(out->max);
	size_t len = strlen(line);
	enum err_code code;

	if (len > SSH_SHELL_MAX_LINE || !text_has_no_control(line, len, false))
		return err_set(e, ERR_INVALID,
		    "a command is too long or holds a control character; it "
		    "was not sent.");
	shell->in = &answer;
	code = send_bytes(
	    shell, wire, type_line(shell->profile, line, wire), deadline, e);
	if (code == ERR_OK)
		code = read_answer(shell, deadline, e);
	shell->in = NULL;
	shell->new_name[0] = '\0';
	if (code == ERR_OK) {
		give_answer(&answer, line, out);
		code = buf_check(out, "the device's answer", e);
	}
	buf_release(&answer);
	return code;
}

static enum err_code send_lines(struct ssh_shell *shell, const char *lines,
    struct deadline deadline, struct err *e)
{
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");
		char line[SSH_SHELL_MAX_LINE + 1], wire[WIRE_MAX];
		enum err_code code;

		if (len > SSH_SHELL_MAX_LINE ||
		    !text_has_no_control(lines, len, false))
			return err_set(e, ERR_INVALID,
			    "a line is too long or holds a control character");
		memcpy(line, lines, len);
		line[len] = '\0';
		code = send_bytes(shell, wire,
		    type_line(shell->profile, line, wire), deadline, e);
		if (code != ERR_OK)
			return code;
		lines += len + (lines[len] == '\n');
	}
	return ERR_OK;
}

/* Is this line of the answer the end of one of those that were typed? */
static bool echoes_one(const char *text, size_t len, const char *lines)
{
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");
		char line[SSH_SHELL_MAX_LINE + 1];

		memcpy(line, lines, n);
		line[n] = '\0';
		if (is_echo(text, len, line))
			return true;
		lines += n + (lines[n] == '\n');
	}
	return false;
}

static void give_other_lines(
    const struct buf *answer, const char *lines, struct buf *out)
{
	const char *p = buf_text(answer);

	while (*p != '\0') {
		size_t len = strcspn(p, "\n");
		size_t whole = len + (p[len] == '\n');

		if (len > 0 && !echoes_one(p, len, lines))
			buf_add(out, p, whole);
		p += whole;
	}
}

enum err_code ssh_shell_run_text(struct ssh_shell *shell, const char *lines,
    struct deadline deadline, struct buf *out, struct err *e)
{
	struct buf answer = BUF_INIT(out->max);
	enum err_code code;

	shell->in = &answer;
	code = send_lines(shell, lines, deadline, e);
	if (code == ERR_OK)
		code = read_answer(shell, deadline, e);
	shell->in = NULL;
	if (code == ERR_OK) {
		give_other_lines(&answer, lines, out);
		code = buf_check(out, "the device's answer", e);
	}
	buf_release(&answer);
	return code;
}

/* --- Opening ----------------------------------------------------------- */

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
	shell->callbacks.channel_data_function = on_data;
	shell->callbacks.channel_eof_function = on_end;
	shell->callbacks.channel_close_function = on_end;
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

		if (before > line && find_pager(shell, line) != NULL)
			code = turn_page(shell, line, deadline, e);
		else if (before > line && prompt_parse(shell->in->data + line,
					      before - line, ret)) {
			code = pump(shell, SETTLE_MS, e);
			if (code == ERR_OK && shell->in->len == before)
				return ERR_OK;
		} else {
			code = wait_more(shell, deadline, e);
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
		code = send_bytes(shell, "\n", 1, deadline, e);
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

const struct prompt *ssh_shell_prompt(const struct ssh_shell *shell)
{
	return &shell->prompt;
}

void ssh_shell_expect_name(struct ssh_shell *shell, const char *name)
{
	text_copy(shell->new_name, sizeof shell->new_name, name);
}
