#include "infra/driver/cli_load.h"

#include "base/escape.h"
#include "base/text.h"
#include "domain/config_block.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* A configuration line says little; more is kept from memory, not from logs. */
#define ANSWER_MAX ((size_t)64 * 1024)
#define SAID_MAX 300

static void log_step(const struct cli_load *load, enum log_level level,
    const char *what, const char *line)
{
	struct buf text = BUF_INIT(CONFIG_MAX_LINE + 128);

	if (load->hooks == NULL || load->hooks->log == NULL)
		return;
	buf_printf(&text, "%s", what);
	config_line_redact(load->dialect, line, &text);
	load->hooks->log(load->hooks->ctx, level, buf_text(&text));
	buf_release(&text);
}

static bool is_among(const char *const *patterns, const char *line)
{
	for (const char *const *p = patterns; *p != NULL; p++)
		if (fnmatch(*p, line, 0) == 0)
			return true;
	return false;
}

static bool is_objection(const struct cli_load *load, const char *line)
{
	const struct cli_rules *rules = load->rules;

	if (is_among(rules->harmless, line))
		return false;
	return rules->refusals == NULL || is_among(rules->refusals, line);
}

/* The lines of the answer that are not harmless, joined by spaces. */
static void keep_objections(
    const struct cli_load *load, const char *answer, struct buf *out)
{
	char line[1024];

	while (*answer != '\0') {
		size_t len = strcspn(answer, "\n");
		size_t from = strspn(answer, " \t");
		size_t to = len;

		while (to > from && strchr(" \t", answer[to - 1]))
			to--;
		if (from < to) {
			snprintf(line, sizeof line, "%.*s", (int)(to - from),
			    answer + from);
			if (is_objection(load, line))
				buf_printf(
				    out, "%s%s", out->len ? " " : "", line);
		}
		answer += len + (answer[len] == '\n');
	}
}

static bool is_locked(const struct cli_rules *rules, const char *said)
{
	for (const char *const *p = rules->locked; *p != NULL; p++)
		if (strstr(said, *p) != NULL)
			return true;
	return false;
}

/* Devices repeat the line they refuse: its secret must not come back so. */
static const char *make_safe(
    const struct cli_load *load, const char *line, const struct buf *said)
{
	struct buf safe = BUF_INIT(ANSWER_MAX * 4), told = BUF_INIT(ANSWER_MAX);
	const char *text;

	config_refusal_redact(
	    load->dialect, line, buf_text(said), said->len, &told);
	escape_device_text(
	    &safe, buf_text(&told), told.len < SAID_MAX ? told.len : SAID_MAX);
	buf_release(&told);
	text = arena_strdup(load->arena, buf_text(&safe));
	buf_release(&safe);
	return text != NULL ? text : "";
}

static enum err_code refused(
    struct cli_load *load, const char *line, struct buf *said, struct err *e)
{
	struct buf shown = BUF_INIT(CONFIG_MAX_LINE + 64);
	bool locked = is_locked(load->rules, buf_text(said));
	enum err_code code;

	config_line_redact(load->dialect, line, &shown);
	load->report->failed_line = arena_strdup(load->arena, buf_text(&shown));
	load->report->device_said = make_safe(load, line, said);
	code = err_set(e, locked ? ERR_CONFLICT : ERR_REMOTE,
	    "the device refused \"%.200s\": %.400s", buf_text(&shown),
	    load->report->device_said);
	buf_release(&shown);
	return code;
}

/* To give a line up is to not know what it did: better late than unknown. */
static struct deadline line_deadline(const struct cli_load *load)
{
	struct deadline grace = deadline_in_ms(load->rules->grace_ms);
	struct deadline limit = deadline_in_ms(load->rules->line_ms);

	if (load->deadline.at_ms > grace.at_ms)
		grace = load->deadline;
	return deadline_sooner(limit, grace);
}

static enum err_code run_line(
    struct cli_load *load, const char *line, struct buf *answer, struct err *e)
{
	struct buf block = BUF_INIT(CONFIG_MAX_TEXT + 16);
	enum err_code code;

	if (!config_block_is(load->dialect, line))
		return ssh_shell_run_asking(load->shell, line,
		    load->rules->answers, line_deadline(load), answer, e);
	if (config_block_write(
		load->dialect, line, CONFIG_BLOCK_TYPED, &block) &&
	    buf_ok(&block))
		code = ssh_shell_run_text(
		    load->shell, block.data, line_deadline(load), answer, e);
	else
		code = err_set(e, ERR_INVALID,
		    "a banner leaves no character to delimit it; it was not "
		    "sent");
	buf_release(&block);
	return code;
}

/* Sends one line; what the device objects goes to `said`. */
static enum err_code say(
    struct cli_load *load, const char *line, struct buf *said, struct err *e)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	size_t skip = strlen(load->rules->name_command);
	enum err_code code;

	if (strncmp(line, load->rules->name_command, skip) == 0)
		ssh_shell_expect_name(load->shell, line + skip);
	log_step(load, LOG_DEBUG, "> ", line);
	code = run_line(load, line, &answer, e);
	if (code == ERR_OK)
		keep_objections(load, buf_text(&answer), said);
	else if (code != ERR_INVALID)
		load->lost = true;
	buf_release(&answer);
	return code;
}

static const char *mode(const struct cli_load *load)
{
	return ssh_shell_prompt(load->shell)->mode;
}

/* --- One step ---------------------------------------------------------- */

struct walk {
	char modes[CONFIG_MAX_DEPTH + 1][PROMPT_MAX]; /* by depth */
	unsigned depth;
	unsigned skip_below; /* tolerant: drop steps deeper than this */
	bool skipping;
};

static enum err_code objection(struct cli_load *load, const char *line,
    struct buf *said, const char *otherwise, struct err *e)
{
	if (said->len == 0)
		buf_puts(said, otherwise);
	return refused(load, line, said, e);
}

static enum err_code do_enter(struct cli_load *load, struct walk *w,
    const char *line, struct buf *said, struct err *e)
{
	if (said->len > 0 || strcmp(mode(load), w->modes[w->depth]) == 0 ||
	    !text_starts_with(mode(load), "config"))
		return objection(
		    load, line, said, "(it did not open this section)", e);
	text_copy(w->modes[++w->depth], PROMPT_MAX, mode(load));
	return ERR_OK;
}

static enum err_code do_leave(struct cli_load *load, struct walk *w,
    const char *line, struct buf *said, struct err *e)
{
	if (said->len > 0 || strcmp(mode(load), w->modes[w->depth - 1]) != 0)
		return objection(
		    load, line, said, "(it did not leave the section)", e);
	w->depth--;
	return ERR_OK;
}

/* A line may open a section that no rule knows: leave it again. */
static enum err_code do_line(struct cli_load *load, struct walk *w,
    const char *line, struct buf *said, struct err *e)
{
	enum err_code code;

	if (said->len > 0)
		return refused(load, line, said, e);
	if (strcmp(mode(load), w->modes[w->depth]) == 0)
		return ERR_OK;
	code = say(load, "exit", said, e);
	if (code != ERR_OK)
		return code;
	if (said->len > 0 || strcmp(mode(load), w->modes[w->depth]) != 0)
		return objection(
		    load, line, said, "(it left the section around)", e);
	return ERR_OK;
}

static enum err_code do_try(struct cli_load *load, struct walk *w,
    const char *line, struct buf *said, struct err *e)
{
	(void)w;
	(void)e;
	if (said->len > 0)
		log_step(load, LOG_INFO, "kept by the device: ", line);
	return ERR_OK;
}

static enum err_code (*const step_done[])(struct cli_load *load, struct walk *w,
    const char *line, struct buf *said, struct err *e) = {
	[CONFIG_STEP_ENTER] = do_enter,
	[CONFIG_STEP_LINE] = do_line,
	[CONFIG_STEP_REMOVE] = do_line,
	[CONFIG_STEP_TRY] = do_try,
	[CONFIG_STEP_LEAVE] = do_leave,
};

static enum err_code do_step(struct cli_load *load, struct walk *w,
    const struct config_step *step, struct err *e)
{
	struct buf said = BUF_INIT(ANSWER_MAX + 128);
	enum err_code code;

	load->report->sent++;
	code = say(load, step->line, &said, e);
	if (code == ERR_OK)
		code = step_done[step->kind](load, w, step->line, &said, e);
	buf_release(&said);
	return code;
}

/* --- All steps --------------------------------------------------------- */

/* After a section that was not entered, its lines make no sense. */
static bool is_skipped(struct walk *w, const struct config_step *step)
{
	if (!w->skipping)
		return false;
	if (step->depth > w->skip_below)
		return true;
	w->skipping = false;
	return false;
}

/* Goes on after a refusal only if the shell stands where it should. */
static bool may_go_on(
    const struct cli_load *load, struct walk *w, const struct config_step *step)
{
	if (!load->tolerant || load->lost ||
	    strcmp(mode(load), w->modes[w->depth]) != 0)
		return false;
	if (step->kind == CONFIG_STEP_ENTER) {
		w->skipping = true;
		w->skip_below = step->depth;
	}
	return step->kind != CONFIG_STEP_LEAVE;
}

enum err_code cli_load_steps(
    struct cli_load *load, const struct config_plan *plan, struct err *e)
{
	struct walk w = { .depth = 0 };

	text_copy(w.modes[0], PROMPT_MAX, mode(load));
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct config_step *step = &plan->steps[i];
		struct err refusal = ERR_INIT;
		enum err_code code;

		if (is_skipped(&w, step))
			continue;
		if (deadline_passed(load->deadline))
			return err_set(e, ERR_TIMEOUT,
			    "the time for this change ran out after %zu of "
			    "%zu line%s",
			    i, plan->n_steps, plan->n_steps == 1 ? "" : "s");
		code = do_step(load, &w, step, &refusal);
		if (code == ERR_OK)
			continue;
		if (may_go_on(load, &w, step)) {
			log_step(load, LOG_WARNING, "refused: ", step->line);
			continue;
		}
		if (e != NULL)
			*e = refusal;
		return code;
	}
	return ERR_OK;
}

enum err_code cli_load_enter(struct cli_load *load, struct err *e)
{
	struct buf said = BUF_INIT(ANSWER_MAX + 128);
	enum err_code code = say(load, load->rules->enter, &said, e);

	if (code == ERR_OK && is_locked(load->rules, buf_text(&said)))
		code = err_set(e, ERR_CONFLICT,
		    "someone else holds the device's configuration: it says "
		    "\"%.300s\". Nothing was changed; try again later.",
		    make_safe(load, "", &said));
	else if (code == ERR_OK &&
		 (said.len > 0 || !text_starts_with(mode(load), "config")))
		code = err_set(e, ERR_REMOTE,
		    "the device does not let this user configure: it says "
		    "\"%.300s\". Nothing was changed.",
		    make_safe(load, "", &said));
	buf_release(&said);
	return code;
}

enum err_code cli_load_leave(struct cli_load *load, struct err *e)
{
	struct buf said = BUF_INIT(ANSWER_MAX + 128);
	enum err_code code = ERR_OK;

	if (mode(load)[0] != '\0')
		code = say(load, load->rules->end, &said, e);
	if (code == ERR_OK && mode(load)[0] != '\0')
		code = err_set(e, ERR_REMOTE,
		    "the device does not leave its configuration mode");
	buf_release(&said);
	return code;
}
