#include "infra/driver/cisco.h"

#include "base/escape.h"
#include "base/text.h"
#include "infra/driver/config_text.h"
#include "infra/driver/cisco_driver.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* One answer may take so long, whatever the run's own deadline is. */
#define COMMAND_MS 60000

const char *cisco_peer(const struct cisco_session *s)
{
	return s->channel->ops->peer(s->channel);
}

void cisco_forbid_cancel(struct cisco_session *s)
{
	s->channel->ops->forbid_cancel(s->channel);
}

int cisco_bare(const struct err *e)
{
	size_t len = strlen(e->message);

	while (len > 0 && e->message[len - 1] == '.')
		len--;
	return len < 400 ? (int)len : 400;
}

enum err_code cisco_ask_effect(
    struct cisco_session *s, const struct driver_plan *plan, struct err *e)
{
	const struct driver_hooks *h = s->hooks;
	enum err_code code = ERR_OK;

	if (h != NULL && h->before_effect != NULL)
		code = h->before_effect(h->ctx, plan, e);
	if (code == ERR_OK && h != NULL && h->cancelled != NULL &&
	    h->cancelled(h->ctx))
		code = err_set(e, ERR_CANCELLED,
		    "cancelled before the first line. Nothing was changed.");
	return code;
}

/* --- Commands ---------------------------------------------------------- */

enum err_code cisco_run(struct cisco_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return cisco_run_long(s, command,
	    deadline_sooner(deadline, deadline_in_ms(COMMAND_MS)), out, e);
}

enum err_code cisco_run_long(struct cisco_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return s->channel->ops->run(s->channel, command, deadline, out, e);
}

enum err_code cisco_run_effect(struct cisco_session *s, const char *command,
    struct deadline deadline, struct buf *out, bool *ret_sent, struct err *e)
{
	return s->channel->ops->run_effect(
	    s->channel, command, deadline, out, ret_sent, e);
}

static bool refuses(
    const struct cisco_platform *platform, const char *text, size_t len)
{
	char line[512];

	snprintf(line, sizeof line, "%.*s", (int)(len < 511 ? len : 511), text);
	for (const char *const *p = platform->refusals; *p != NULL; p++)
		if (fnmatch(*p, line, 0) == 0)
			return true;
	return false;
}

const char *cisco_refusal(
    const struct cisco_platform *platform, const char *answer, size_t *ret_len)
{
	while (*answer != '\0') {
		size_t lead = strspn(answer, " ");
		size_t len = strcspn(answer, "\n");

		if (lead < len &&
		    refuses(platform, answer + lead, len - lead)) {
			*ret_len = len - lead;
			return answer + lead;
		}
		answer += len + (answer[len] == '\n');
	}
	return NULL;
}

static enum err_code say_refused(const struct cisco_session *s,
    const char *command, const char *said, size_t len, struct err *e)
{
	struct buf safe = BUF_INIT(2048);
	enum err_code code;

	escape_device_text(&safe, said, len < 300 ? len : 300);
	code = err_set(e, ERR_REMOTE, "%s refused \"%.100s\": %s",
	    cisco_peer(s), command, buf_text(&safe));
	buf_release(&safe);
	return code;
}

static enum err_code judge(const struct cisco_session *s, const char *command,
    const struct buf *answer, struct err *e)
{
	size_t len = 0;
	const char *said = cisco_refusal(s->platform, buf_text(answer), &len);

	return said == NULL ? ERR_OK : say_refused(s, command, said, len, e);
}

enum err_code cisco_command(struct cisco_session *s, const char *command,
    struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	enum err_code code = cisco_run(s, command, deadline, &answer, e);

	if (code == ERR_OK)
		code = judge(s, command, &answer, e);
	buf_release(&answer);
	return code;
}

enum err_code cisco_command_once(struct cisco_session *s, const char *command,
    struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	bool sent;
	enum err_code code = cisco_run_effect(s, command,
	    deadline_sooner(deadline, deadline_in_ms(COMMAND_MS)), &answer,
	    &sent, e);

	if (code == ERR_OK)
		code = judge(s, command, &answer, e);
	buf_release(&answer);
	return code;
}

void cisco_expect_name_of(struct cisco_session *s, const char *config)
{
	static const char word[] = "hostname ";
	const char *at = config;
	char name[PROMPT_MAX];

	while (at != NULL && !text_starts_with(at, word)) {
		at = strchr(at, '\n');
		at += at != NULL;
	}
	if (at != NULL) {
		at += sizeof word - 1;
		snprintf(
		    name, sizeof name, "%.*s", (int)strcspn(at, " \r\n"), at);
	}
	s->channel->ops->expect_name(
	    s->channel, at != NULL ? name : s->platform->unnamed);
}

/* --- Opening ----------------------------------------------------------- */

static enum err_code check_platform(struct cisco_session *s,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	enum err_code code = cisco_run(s, "show version", deadline, &answer, e);

	if (code == ERR_OK &&
	    strstr(buf_text(&answer), s->platform->mark) == NULL) {
		refusal->kind = DRIVER_REFUSAL_NOT_PLATFORM;
		code = err_set(e, ERR_REMOTE,
		    "%s let the user in, but it is not %s: is the device's "
		    "platform right? Nothing was changed.",
		    cisco_peer(s), s->platform->label);
	}
	buf_release(&answer);
	return code;
}

static enum err_code prepare_shell(struct cisco_session *s,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	enum err_code code =
	    cli_channel_enable(s->channel, s->target, deadline, refusal, e);

	for (const char *const *q = s->platform->quiet;
	     code == ERR_OK && *q != NULL; q++)
		code = cisco_command(s, *q, deadline, e);
	return code;
}

enum err_code cisco_start(struct cisco_session *s, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	enum err_code code = cli_channel_open(s->platform->transports,
	    s->target, s->hooks, deadline, &s->channel, refusal, e);

	if (code != ERR_OK)
		return code;
	s->shell = s->channel->shell;
	if (s->shell != NULL)
		code = prepare_shell(s, deadline, refusal, e);
	if (code == ERR_OK)
		code = check_platform(s, deadline, refusal, e);
	return code;
}

void cisco_stop(struct cisco_session *s)
{
	if (s->channel != NULL)
		s->channel->ops->close(s->channel);
	s->channel = NULL;
	s->shell = NULL;
}

/* --- Configurations ---------------------------------------------------- */

enum err_code cisco_read_text(struct cisco_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	enum err_code code = cisco_run(s, command, deadline, out, e);

	return code == ERR_OK ? config_text_check(out, cisco_peer(s), e) : code;
}

enum err_code cisco_not_whole(const struct cisco_session *s,
    const struct buf *text, const char *lacks, struct err *e)
{
	return err_set(e, ERR_CORRUPT,
	    "%s sent a configuration that is not complete (%zu bytes, no "
	    "\"%s\"): it is no backup. Nothing was changed.",
	    cisco_peer(s), text->len, lacks);
}

void cisco_trim(struct buf *text, const char *const *heading)
{
	size_t at = 0;

	while (at < text->len) {
		size_t len = strcspn(text->data + at, "\n");
		const char *const *h = heading;
		char line[256];

		snprintf(line, sizeof line, "%.*s",
		    (int)(len < 255 ? len : 255), text->data + at);
		while (*h != NULL && fnmatch(*h, line, 0) != 0)
			h++;
		if (*h == NULL)
			break;
		at += len + 1;
	}
	buf_consume(text, at < text->len ? at : text->len);
	while (text->len > 1 && text_ends_with(text->data, "\n\n"))
		text->data[--text->len] = '\0';
}

bool cisco_same(const struct cisco_session *s, const char *a, const char *b)
{
	bool equal = false;

	return section_text_equal(s->platform->dialect, a, b, &equal, NULL) ==
		   ERR_OK &&
	       equal;
}
