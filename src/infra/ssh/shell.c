#include "infra/ssh/shell.h"

#include "base/text.h"
#include "infra/ssh/shell_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* Waiting is cut into slices, so that a cancelled run ends soon. */
#define SLICE_MS 250
#define MAX_PAGES 100000
/* An answer that breaks off leaves the prompt behind its last word.  Lines may
 * hold the same bytes, so it must also be quiet for so long. */
#define BROKEN_OFF_MS 3000
#define MAX_QUESTIONS 8
/* A longer last line is no question of a pager. */
#define PAGER_LINE_MAX 256
#define WIRE_MAX (2 * SSH_SHELL_MAX_LINE + 2)

/* --- What comes -------------------------------------------------------- */

int ssh_shell_on_data(ssh_session session, ssh_channel channel, void *data,
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

void ssh_shell_on_end(ssh_session session, ssh_channel channel, void *userdata)
{
	struct ssh_shell *shell = userdata;

	(void)session;
	(void)channel;
	shell->closed = true;
}

static enum err_code hung_up(struct ssh_shell *shell, struct err *e)
{
	shell->closed = true;
	err_set(e, ERR_REMOTE, "%s ended the session%s.", shell->link->peer,
	    ssh_link_lost_at(shell->link));
	err_detail(e, "libssh: %s", ssh_get_error(shell->link->session));
	return ERR_REMOTE;
}

/* Lets libssh work for at most ms.  Text that came before a hang-up counts:
 * whether to go on without more is for the caller to find out first. */
enum err_code ssh_shell_pump(struct ssh_shell *shell, int ms, struct err *e)
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

enum err_code ssh_shell_wait(
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
	return ssh_shell_pump(shell, deadline_poll_ms(slice), e);
}

/* --- What goes --------------------------------------------------------- */

enum err_code ssh_shell_send(struct ssh_shell *shell, const char *data,
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
		code = ssh_shell_wait(shell, deadline, e);
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

const char *ssh_shell_at_pager(const struct ssh_shell *shell, size_t from)
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
enum err_code ssh_shell_turn_page(struct ssh_shell *shell, size_t line,
    struct deadline deadline, struct err *e)
{
	shell->in->len = line;
	shell->in->data[line] = '\0';
	return ssh_shell_send(shell, " ", 1, deadline, e);
}

/* The prompt of a device of this name, which some modes show cut. */
static bool names_device(
    struct ssh_shell *shell, const char *text, size_t len, const char *name)
{
	unsigned max = shell->profile->mode_name_max;
	char cut[PROMPT_MAX];
	struct prompt p;

	if (prompt_is(text, len, name, &shell->prompt))
		return true;
	if (max == 0 || strlen(name) <= max || max >= sizeof cut)
		return false;
	snprintf(cut, sizeof cut, "%.*s", (int)max, name);
	if (!prompt_is(text, len, cut, &p) || p.mode[0] == '\0')
		return false;
	shell->prompt = p;
	return true;
}

static bool ends_in_prompt(struct ssh_shell *shell, size_t line)
{
	const char *text = shell->in->data + line;
	size_t len = shell->in->len - line;

	if (names_device(shell, text, len, shell->name))
		return true;
	if (shell->new_name[0] == '\0' ||
	    !names_device(shell, text, len, shell->new_name))
		return false;
	text_copy(shell->name, sizeof shell->name, shell->new_name);
	return true;
}

/* Does a prompt stand behind the last line's text?  Not in the first line,
 * where the echo stands.  Answers where it begins, or 0. */
static size_t find_prompt_behind(struct ssh_shell *shell, size_t line)
{
	const char *text = shell->in->data;
	size_t len = strlen(shell->name);
	size_t at = shell->in->len;

	if (line == 0 || len == 0 || at - line >= PAGER_LINE_MAX)
		return 0;
	for (at -= at > len ? len : at; at > line; at--)
		if (memcmp(text + at, shell->name, len) == 0)
			return names_device(shell, text + at,
				   shell->in->len - at, shell->name)
				   ? at
				   : 0;
	return 0;
}

/* Waits for more; if nothing comes, the answer has broken off before its
 * prompt, and is given as it is. */
static enum err_code wait_behind(struct ssh_shell *shell, size_t at,
    struct deadline deadline, bool *ret_ends, struct err *e)
{
	struct deadline quiet = deadline_in_ms(BROKEN_OFF_MS);
	size_t before = shell->in->len;
	enum err_code code = ERR_OK;

	while (code == ERR_OK && shell->in->len == before &&
	       !deadline_passed(quiet))
		code = ssh_shell_wait(shell, deadline, e);
	if (code != ERR_OK || shell->in->len != before)
		return code;
	shell->in->len = at;
	shell->in->data[at] = '\0';
	*ret_ends = true;
	return ERR_OK;
}

/* The answer to the question in the last line, or NULL.  In the first line
 * stands the echo, which may end like a question, too. */
static const struct ssh_shell_answer *find_answer(
    const struct ssh_shell *shell, size_t line)
{
	const struct ssh_shell_answer *a = shell->answers;
	size_t len = shell->in->len;

	if (a == NULL || line == 0)
		return NULL;
	while (len > line && shell->in->data[len - 1] == ' ')
		len--;
	for (; a->question != NULL; a++) {
		size_t n = strlen(a->question);

		if (len - line >= n &&
		    memcmp(shell->in->data + len - n, a->question, n) == 0)
			return a;
	}
	return NULL;
}

/* Answers, and wipes the question lest it is answered twice. */
static enum err_code answer_question(struct ssh_shell *shell, size_t line,
    const struct ssh_shell_answer *a, struct deadline deadline, struct err *e)
{
	const char *text = a->secret ? secret_reveal(a->secret) : a->text;
	enum err_code code;

	shell->in->len = line;
	shell->in->data[line] = '\0';
	if (a->secret != NULL &&
	    !text_has_no_control(text, strlen(text), false))
		return err_set(e, ERR_INVALID,
		    "a password holds a control character, which cannot be "
		    "typed; it was not sent.");
	code = ssh_shell_send(shell, text, strlen(text), deadline, e);
	if (code == ERR_OK && a->secret != NULL)
		code = ssh_shell_send(shell, "\n", 1, deadline, e);
	return code;
}

/* The end of the answer if its last line is a prompt.  More may wait already:
 * then it was none. */
static enum err_code check_prompt(
    struct ssh_shell *shell, size_t line, bool *ret_ends, struct err *e)
{
	size_t before = shell->in->len;
	enum err_code code = ERR_OK;

	if (!ends_in_prompt(shell, line))
		return ERR_OK;
	if (!shell->closed)
		code = ssh_shell_pump(shell, 0, e);
	if (code != ERR_OK || shell->in->len != before)
		return code;
	shell->in->len = line;
	shell->in->data[line] = '\0';
	*ret_ends = true;
	return ERR_OK;
}

struct reading {
	unsigned pages;
	unsigned questions;
	bool ends;
};

/* What the last line, which has no end yet, asks for. */
static enum err_code handle_last_line(struct ssh_shell *shell,
    struct reading *r, size_t line, struct deadline deadline, struct err *e)
{
	const struct ssh_shell_answer *answer;
	size_t behind;

	if (ssh_shell_at_pager(shell, line) != NULL) {
		if (++r->pages > MAX_PAGES)
			return err_set(e, ERR_LIMIT,
			    "%s sent more than %d pages.", shell->link->peer,
			    MAX_PAGES);
		return ssh_shell_turn_page(shell, line, deadline, e);
	}
	answer = r->questions < MAX_QUESTIONS ? find_answer(shell, line) : NULL;
	if (answer != NULL) {
		r->questions++;
		return answer_question(shell, line, answer, deadline, e);
	}
	behind = find_prompt_behind(shell, line);
	if (behind > 0)
		return wait_behind(shell, behind, deadline, &r->ends, e);
	return ssh_shell_wait(shell, deadline, e);
}

/* Reads until the last line is a prompt; the prompt is left out of `in`. */
static enum err_code read_answer(
    struct ssh_shell *shell, struct deadline deadline, struct err *e)
{
	struct reading r = { 0 };
	enum err_code code = ERR_OK;

	while (code == ERR_OK && !r.ends) {
		size_t line = terminal_last_line(shell->in);
		size_t before = shell->in->len;

		if (before > line)
			code = check_prompt(shell, line, &r.ends, e);
		if (code != ERR_OK || r.ends || shell->in->len != before)
			continue;
		code = before > line
			   ? handle_last_line(shell, &r, line, deadline, e)
			   : ssh_shell_wait(shell, deadline, e);
	}
	return code;
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
	code = ssh_shell_send(
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

enum err_code ssh_shell_run_asking(struct ssh_shell *shell, const char *line,
    const struct ssh_shell_answer *answers, struct deadline deadline,
    struct buf *out, struct err *e)
{
	enum err_code code;

	shell->answers = answers;
	code = ssh_shell_run(shell, line, deadline, out, e);
	shell->answers = NULL;
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
		code = ssh_shell_send(shell, wire,
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

const struct prompt *ssh_shell_prompt(const struct ssh_shell *shell)
{
	return &shell->prompt;
}

void ssh_shell_expect_name(struct ssh_shell *shell, const char *name)
{
	text_copy(shell->new_name, sizeof shell->new_name, name);
}
