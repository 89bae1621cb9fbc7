/*
 * Loading a candidate into a configuration session of the switch.
 *
 * Nothing is in force before the commit.  The danger is to leave the session
 * without noticing: what follows would be typed into the exec mode, or into
 * the running configuration.  So the prompt must tell of the session after
 * every line, and the words that would end it are never sent.
 */
#include "infra/driver/eos_internal.h"

#include "base/crypto.h"
#include "base/text.h"
#include "domain/config_dialect.h"
#include "domain/text_diff.h"
#include "infra/driver/section_plan.h"

#include <stdio.h>
#include <string.h>

#define LINE_MS 30000
#define MAX_DEPTH 8
#define SESSION_MODE "config-s-"

/* They end the session, or act instead of configuring; so does what the CLI
 * takes for an abbreviation of one. */
static const char *const forbidden[] = { "abort", "bash", "clear", "commit",
	"configure", "copy", "delete", "disable", "enable", "logout", "reload",
	"rollback", "write", NULL };

struct loader {
	struct driver_session *s;
	struct deadline deadline;
	size_t indent[MAX_DEPTH]; /* of the sections that are open */
	size_t depth;
	size_t number; /* of the line */
};

static bool is_forbidden(const char *word, size_t len)
{
	for (const char *const *f = forbidden; *f != NULL; f++)
		if (len >= 3 && len <= strlen(*f) &&
		    strncmp(word, *f, len) == 0)
			return true;
	return len == 3 && memcmp(word, "end", 3) == 0;
}

static bool in_session(const struct driver_session *s)
{
	const struct prompt *p = ssh_shell_prompt(s->shell);

	return p->end == '#' && text_starts_with(p->mode, SESSION_MODE);
}

static enum err_code refused(const struct loader *l, const char *line,
    const char *why, size_t len, struct err *e)
{
	struct buf safe = BUF_INIT(512);
	enum err_code code;

	config_line_redact(&config_dialect_eos, line, &safe);
	code = err_set(e, ERR_INVALID,
	    "line %zu, \"%.200s\", was refused: %.*s. Nothing was changed.",
	    l->number, buf_text(&safe), (int)(len < 200 ? len : 200), why);
	buf_release(&safe);
	return code;
}

static enum err_code judge(const struct loader *l, const char *line,
    const struct buf *answer, struct err *e)
{
	size_t len = 0;
	const char *refusal = eos_refusal(buf_text(answer), &len);

	if (refusal != NULL)
		return refused(l, line, refusal, len, e);
	if (!in_session(l->s))
		return err_set(e, ERR_INVALID,
		    "line %zu leaves the configuration session; nothing was "
		    "changed", l->number);
	if (answer->len > 0)
		eos_log(l->s, LOG_INFO, "line %zu: the switch says: %.300s",
		    l->number, buf_text(answer));
	return ERR_OK;
}

static enum err_code send_line(
    struct loader *l, const char *line, struct err *e)
{
	struct buf answer = BUF_INIT(EOS_ANSWER_MAX);
	enum err_code code = ssh_shell_run(l->s->shell, line,
	    deadline_sooner(l->deadline, deadline_in_ms(LINE_MS)), &answer, e);

	if (code == ERR_OK)
		code = judge(l, line, &answer, e);
	buf_release(&answer);
	return code;
}

/* `exit` for each section that the next line is not in any more. */
static enum err_code leave_sections(
    struct loader *l, size_t indent, struct err *e)
{
	enum err_code code = ERR_OK;

	while (code == ERR_OK && l->depth > 0 &&
	       indent <= l->indent[l->depth - 1]) {
		l->depth--;
		code = send_line(l, "exit", e);
	}
	return code;
}

/* The text after a banner's line, up to EOF; its end, or NULL. */
static const char *end_of_text(const char *at)
{
	while (*at != '\0') {
		size_t len = strcspn(at, "\n");

		if (len == 3 && memcmp(at, "EOF", 3) == 0)
			return at + len + (at[len] == '\n');
		at += len + (at[len] == '\n');
	}
	return NULL;
}

static enum err_code send_banner(
    struct loader *l, const char *from, const char *to, struct err *e)
{
	struct buf answer = BUF_INIT(EOS_ANSWER_MAX);
	struct buf lines = BUF_INIT(EOS_ANSWER_MAX);
	enum err_code code;

	buf_add(&lines, from, (size_t)(to - from));
	code = buf_check(&lines, "the banner", e);
	if (code == ERR_OK)
		code = ssh_shell_run_text(l->s->shell, buf_text(&lines),
		    deadline_sooner(l->deadline, deadline_in_ms(LINE_MS)),
		    &answer, e);
	if (code == ERR_OK)
		code = judge(l, "banner", &answer, e);
	buf_release(&answer);
	buf_release(&lines);
	return code;
}

/* Does a line that is further in follow?  Then this one opens a section. */
static bool opens_section(const char *next, size_t indent)
{
	while (*next != '\0') {
		size_t len = strcspn(next, "\n");
		size_t lead = strspn(next, " ");

		if (lead < len && next[lead] != '!')
			return lead > indent;
		next += len + (next[len] == '\n');
	}
	return false;
}

static enum err_code load_line(struct loader *l, const char *text, size_t len,
    const char *next, struct err *e)
{
	size_t indent = strspn(text, " ");
	char line[SSH_SHELL_MAX_LINE + 1];
	enum err_code code;

	if (len - indent > SSH_SHELL_MAX_LINE)
		return err_set(e, ERR_INVALID,
		    "line %zu is longer than %d bytes; nothing was changed",
		    l->number, SSH_SHELL_MAX_LINE);
	snprintf(line, sizeof line, "%.*s", (int)(len - indent),
	    text + indent);
	if (is_forbidden(line, strcspn(line, " ")))
		return refused(l, line, "it would act, not configure", 27, e);
	code = leave_sections(l, indent, e);
	if (code != ERR_OK || strcmp(line, "exit") == 0)
		return code;
	code = send_line(l, line, e);
	if (code != ERR_OK || !opens_section(next, indent))
		return code;
	if (l->depth == MAX_DEPTH)
		return err_set(e, ERR_INVALID,
		    "line %zu: more than %d sections inside each other",
		    l->number, MAX_DEPTH);
	l->indent[l->depth++] = indent;
	return ERR_OK;
}

static enum err_code load_text(
    struct loader *l, const char *text, struct err *e)
{
	enum err_code code = ERR_OK;

	while (code == ERR_OK && *text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t lead = strspn(text, " ");
		const char *next = text + len + (text[len] == '\n');

		l->number++;
		if (lead == 0 && len == 3 && memcmp(text, "end", 3) == 0)
			break;
		if (text_starts_with(text, "banner ") && end_of_text(next)) {
			next = end_of_text(next);
			code = leave_sections(l, 0, e);
			if (code == ERR_OK)
				code = send_banner(l, text, next, e);
		} else if (lead < len && text[lead] != '!') {
			code = load_line(l, text, len, next, e);
		}
		l->s->staged_lines++;
		text = next;
	}
	return code;
}

/* --- The session ------------------------------------------------------------- */

static enum err_code begin(struct driver_session *s, enum driver_load load,
    struct deadline deadline, struct err *e)
{
	char random[9], command[60];
	enum err_code code;

	random_hex(random, 4);
	snprintf(s->staged, sizeof s->staged, EOS_SESSION_PREFIX "%s", random);
	s->staged_lines = 0;
	snprintf(command, sizeof command, "configure session %s", s->staged);
	code = eos_command(s, command, deadline, e);
	if (code == ERR_OK && !in_session(s))
		code = err_set(e, ERR_REMOTE,
		    "%s opened no configuration session; nothing was changed",
		    ssh_link_peer(s->link));
	if (code == ERR_OK && load == DRIVER_REPLACE)
		code = eos_command(s, "rollback clean-config", deadline, e);
	return code;
}

/* Sessions that a run of ours left open when it died are in nobody's hand. */
static enum err_code check_others(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct eos_sessions list;
	char command[80];
	enum err_code code = eos_list_sessions(s, deadline, &list, e);

	if (code != ERR_OK)
		return code;
	if (list.foreign || list.timed)
		return err_set(e, ERR_CONFLICT,
		    "%s has a configuration session that is not finished (%s): "
		    "commit or abort it there first. Nothing was changed.",
		    ssh_link_peer(s->link),
		    list.foreign ? list.who : list.ours);
	if (list.stale[0] == '\0')
		return ERR_OK;
	snprintf(command, sizeof command, "configure session %s abort",
	    list.stale);
	return eos_command(s, command, deadline, e);
}

enum err_code eos_discard(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	char command[80];
	enum err_code code = ERR_OK;

	if (s->staged[0] == '\0')
		return ERR_OK;
	snprintf(command, sizeof command, "configure session %s abort",
	    s->staged);
	s->staged[0] = '\0';
	if (in_session(s))
		code = eos_command(s, "end", deadline, e);
	return code == ERR_OK ? eos_command(s, command, deadline, e) : code;
}

enum err_code eos_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	struct loader l = { .s = s, .deadline = deadline };
	enum err_code code = eos_discard(s, deadline, e);

	if (code == ERR_OK)
		code = check_others(s, deadline, e);
	if (code == ERR_OK)
		code = begin(s, candidate->load, deadline, e);
	if (code == ERR_OK)
		code = load_text(&l, candidate->text, e);
	if (code == ERR_OK)
		code = eos_command(s, "end", deadline, e);
	if (code != ERR_OK)
		(void)!eos_discard(s, deadline_in_ms(5000), NULL);
	return code;
}

/* --- What it would do --------------------------------------------------------- */

static enum err_code describe(const struct buf *running,
    const struct buf *staged, struct arena *arena, struct driver_plan *ret,
    struct err *e)
{
	struct text_diff_input a = { buf_text(running), running->len };
	struct text_diff_input b = { buf_text(staged), staged->len };
	struct buf text = BUF_INIT(EOS_CONFIG_MAX * 2);
	struct driver_plan plan = { .diff = "" };
	struct text_diff d;
	enum err_code code = text_diff_compute(arena, &a, &b, &d, e);

	plan.empty = eos_same_text(a.text, b.text);
	if (code == ERR_OK && !plan.empty) {
		code = text_diff_format(
		    &d, "running", "candidate", 3, &text, e);
		plan.diff = arena_memdup(arena, buf_text(&text), text.len);
		plan.added = d.added;
		plan.removed = d.removed;
	}
	plan.snapshot = arena_memdup(arena, a.text, a.len);
	plan.predicted = arena_memdup(arena, b.text, b.len);
	buf_release(&text);
	if (code == ERR_OK && arena_failed(arena))
		code = err_set(e, ERR_LIMIT, "the plan needs too much memory");
	if (code == ERR_OK)
		*ret = plan;
	return code;
}

enum err_code eos_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e)
{
	struct buf running = BUF_INIT(EOS_CONFIG_MAX);
	struct buf staged = BUF_INIT(EOS_CONFIG_MAX);
	enum err_code code;

	if (s->staged[0] == '\0')
		return err_set(e, ERR_CONFLICT, "nothing is staged");
	code = eos_read_running(s, deadline, &running, e);
	if (code == ERR_OK)
		code = eos_read_staged(s, deadline, &staged, e);
	if (code == ERR_OK)
		code = describe(&running, &staged, arena, ret, e);
	buf_release(&running);
	buf_release(&staged);
	return code;
}
