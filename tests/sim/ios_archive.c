/*
 * Archive, configure replace, rollback, and the timers that undo a change.
 */
#include "sim/ios.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IOS_PASSES 5

static const char ios_none_pending[] =
    "%No Rollback Confirmed Change pending\n\n";

/* --- the archive ------------------------------------------------------- */

static const char *ios_archive_path(struct device *d)
{
	const struct conf_node *archive =
	    conf_find(ios_of(d)->running, "archive");
	const struct conf_node *path =
	    archive ? conf_find_words(archive, "path") : NULL;

	return path ? path->text + strlen("path ") : NULL;
}

/* Saves running as the next archive; its name, or NULL without a path. */
static char *ios_archive_now(struct device *d)
{
	struct ios *ios = ios_of(d);
	const char *path = ios_archive_path(d);
	struct buf text = BUF_INIT(CLI_TEXT_MAX);
	char when[DEVICE_TIME_SIZE];
	char *name;

	if (!path)
		return NULL;
	device_format_time(device_now_ms(d), "%b-%d-%H-%M-%S", when);
	name = mem_printf("%s-%s-%u", path, when, ios->next_archive++);
	ios_format_config(ios->running, &text);
	device_file_put(d, name, buf_text(&text), text.len);
	buf_release(&text);
	return name;
}

void ios_archive_config(struct cli *cli, const struct grammar_match *m)
{
	char *name = ios_archive_now(cli->device);

	(void)m;
	if (!name)
		cli_fail(cli, "%%Archive path is not configured\n");
	free(name);
}

void ios_show_archive(struct cli *cli, const struct grammar_match *m)
{
	const char *path = ios_archive_path(cli->device);
	const char *prefix = path ? device_file_name(path) : NULL;
	unsigned n = 0;

	(void)m;
	if (!path) {
		cli_printf(cli, "Archive feature not enabled\n\n");
		return;
	}
	cli_printf(cli,
	    "The maximum archive configurations allowed is %d.\n"
	    "The next archive file will be named %s-<timestamp>-%u\n"
	    " Archive #  Name\n",
	    IOS_ARCHIVES_MAX, path, ios_of(cli->device)->next_archive);
	for (const struct device_file *f = cli->device->files; f; f = f->next)
		if (text_starts_with(f->name, prefix))
			cli_printf(cli, "   %-8u flash:%s\n", ++n, f->name);
}

/* --- differences ------------------------------------------------------- */

static bool ios_skip_line(void *ctx, const char *line, size_t number,
    const struct conf_result *result)
{
	(void)ctx;
	(void)line;
	(void)number;
	(void)result;
	return true;
}

/* A source as a tree; what it does not know is left out. */
static struct conf_node *ios_load_source(struct cli *cli, const char *name)
{
	char *text = ios_read_source(cli, name);
	struct conf_node *config;

	if (!text) {
		cli_fail(cli,
		    "%%Error opening %s (No such file or directory)\n", name);
		return NULL;
	}
	config = conf_new();
	conf_load(&ios_lang, config, text, ios_skip_line, NULL);
	free(text);
	return config;
}

void ios_show_differences(struct cli *cli, const struct grammar_match *m)
{
	char name[2][128] = { "nvram:startup-config", "system:running-config" };
	struct conf_node *from;
	struct conf_node *to;
	size_t before;

	for (size_t i = 0; i < 2 && i + 4 < m->n_words; i++)
		grammar_word(m, i + 4, name[i], sizeof(name[i]));
	from = ios_load_source(cli, name[0]);
	to = from ? ios_load_source(cli, name[1]) : NULL;
	if (to) {
		cli_printf(cli, "!Contextual Config Diffs:\n");
		before = cli->text.len;
		conf_diff_contextual(from, to, &ios_lang.style, &cli->text);
		if (cli->text.len == before) {
			buf_clear(&cli->text);
			cli_printf(cli, "!No changes were found\n");
		}
		cli_printf(cli, "\n");
	}
	conf_free(from);
	conf_free(to);
}

/* What of the file running lacks: the commands a merge would add. */
static void ios_put_missing(struct cli *cli, const struct conf_node *running,
    const struct conf_node *file, int depth)
{
	for (const struct conf_node *c = file->first; c; c = c->next) {
		const struct conf_node *same =
		    running ? conf_find(running, c->text) : NULL;
		size_t before = cli->text.len;
		size_t header;

		if (same && !c->first)
			continue;
		cli_printf(cli, "%*s%s\n", depth, "", c->text);
		header = cli->text.len;
		ios_put_missing(cli, same, c, depth + 1);
		if (same && cli->text.len == header) {
			cli->text.len = before;
			cli->text.data[before] = '\0';
		}
	}
}

void ios_show_incremental(struct cli *cli, const struct grammar_match *m)
{
	char name[128];
	struct conf_node *file =
	    ios_load_source(cli, grammar_word(m, 4, name, sizeof(name)));
	size_t before;

	if (!file)
		return;
	cli_printf(cli, "!List of Commands:\n");
	before = cli->text.len;
	ios_put_missing(cli, ios_of(cli->device)->running, file, 0);
	if (cli->text.len == before) {
		buf_clear(&cli->text);
		cli_printf(cli, "!No changes were found\n");
	} else {
		cli_printf(cli, "end\n");
	}
	cli_printf(cli, "\n");
	conf_free(file);
}

/* --- the timer --------------------------------------------------------- */

static void ios_stop_timer(struct ios *ios)
{
	conf_free(ios->before_revert);
	ios->before_revert = NULL;
}

static void ios_revert(struct device *d)
{
	struct ios *ios = ios_of(d);

	conf_free(ios->running);
	ios->running = ios->before_revert;
	ios->before_revert = NULL;
	ios->changed_ms = device_now_ms(d);
	d->stats.reverts++;
}

void ios_tick(struct device *d, int64_t now_ms)
{
	struct ios *ios = ios_of(d);

	if (ios->before_revert && now_ms >= ios->revert_ms)
		ios_revert(d);
}

/* False, with IOS's words, without an archive or with a timer running. */
static bool ios_start_timer(struct cli *cli, unsigned minutes)
{
	struct device *d = cli->device;
	struct ios *ios = ios_of(d);
	char *name;

	if (ios->before_revert) {
		cli_fail(cli, "%%Rollback Confirmed Change already pending\n");
		return false;
	}
	name = ios_archive_now(d);
	if (!name) {
		cli_fail(cli, "%%Please turn config archive on before using "
			      "'revert' option\n");
		return false;
	}
	cli_printf(cli,
	    "Rollback Confirmed Change: Backing up current running "
	    "config to %s\n\n",
	    name);
	free(name);
	ios->before_revert = conf_clone(ios->running);
	ios->revert_set_ms = device_now_ms(d);
	ios->revert_ms = ios->revert_set_ms + (int64_t)minutes * 60000;
	ios->revert_minutes = minutes;
	snprintf(ios->revert_user, sizeof(ios->revert_user), "%s", cli->user);
	return true;
}

static unsigned ios_minutes(const struct grammar_match *m)
{
	char word[16];

	grammar_word(m, m->n_words - 1, word, sizeof(word));
	return (unsigned)strtoul(word, NULL, 10);
}

void ios_configure_confirm(struct cli *cli, const struct grammar_match *m)
{
	struct ios *ios = ios_of(cli->device);

	(void)m;
	if (!ios->before_revert)
		cli_fail(cli, "%s", ios_none_pending);
	ios_stop_timer(ios);
}

void ios_configure_revert(struct cli *cli, const struct grammar_match *m)
{
	struct ios *ios = ios_of(cli->device);

	if (!ios->before_revert) {
		cli_fail(cli, "%s", ios_none_pending);
	} else if (grammar_has_keyword(m, "now")) {
		ios_revert(cli->device);
		cli_printf(cli, "Rollback Confirmed Change: rolling to: "
				"flash:archive\n\nTotal number of passes: 1\n"
				"Rollback Done\n\n");
	} else {
		ios->revert_minutes = ios_minutes(m);
		ios->revert_ms = device_now_ms(cli->device) +
				 (int64_t)ios->revert_minutes * 60000;
	}
}

void ios_show_rollback_timer(struct cli *cli, const struct grammar_match *m)
{
	const struct ios *ios = ios_of(cli->device);
	char when[DEVICE_TIME_SIZE];

	(void)m;
	if (!ios->before_revert) {
		cli_printf(cli, "%s", ios_none_pending);
		return;
	}
	device_format_time(
	    ios->revert_set_ms, "%H:%M:%S UTC %a %b %e %Y", when);
	cli_printf(cli,
	    "Time configured(or reconfigured): %s\n"
	    "Timer type: absolute timer\nTimer value: %u min\nUser: %s\n\n",
	    when, ios->revert_minutes, ios->revert_user);
}

/* --- configure --------------------------------------------------------- */

void ios_configure_terminal(struct cli *cli, const struct grammar_match *m)
{
	struct ios *ios = ios_of(cli->device);

	if (ios->lock_holder && ios->lock_holder != cli) {
		cli_fail(cli,
		    "Configuration mode is locked by process '321' user '%s' "
		    "from terminal '%s'. Please try later.\n",
		    ios->lock_holder->user, ios->lock_holder->tty);
		return;
	}
	if (grammar_has_keyword(m, "timer") &&
	    !ios_start_timer(cli, ios_minutes(m)))
		return;
	if (grammar_has_keyword(m, "lock"))
		ios->lock_holder = cli;
	cli_printf(cli, "Enter configuration commands, one per line.  End with "
			"CNTL/Z.\n");
	cli_set_view(cli, CLI_CONFIG);
}

/* --- configure replace ------------------------------------------------- */

/* "flash:x list force revert trigger error timer 5", kept over the question. */
struct ios_replace {
	char name[128];
	bool list;
	bool on_error;
	unsigned minutes; /* 0: no timer */
};

struct ios_replace_lines {
	struct buf failed;
};

static bool ios_note_failure(void *ctx, const char *line, size_t number,
    const struct conf_result *result)
{
	struct ios_replace_lines *l = ctx;

	(void)number;
	(void)result;
	buf_printf(&l->failed, "%s\n", line);
	return true;
}

/* From `version` to `end`. */
static bool ios_is_whole(const char *text)
{
	const char *version = strstr(text, "version ");
	const char *end = strstr(text, "\nend");

	return version && end &&
	       (version == text || version[-1] == '\n' || version[-1] == '\r');
}

static void ios_replace_running(struct cli *cli, struct conf_node *config)
{
	struct ios *ios = ios_of(cli->device);

	conf_free(ios->running);
	ios->running = config;
	ios_touch(cli);
	cli->device->stats.commits++;
}

/* What did not go in after all passes stays out; the rest is in. */
static void ios_replace_failed(struct cli *cli, const struct ios_replace *r,
    struct conf_node *before, const char *failed)
{
	cli_fail(cli,
	    "The rollback configlet from the last pass is listed below:\n"
	    "********\n%s********\n\n\nRollback aborted after %d passes\n",
	    failed, IOS_PASSES);
	if (!r->on_error)
		return;
	conf_free(ios_of(cli->device)->running);
	ios_of(cli->device)->running = conf_clone(before);
	ios_stop_timer(ios_of(cli->device));
	cli_printf(cli, "The original configuration has been successfully "
			"restored.\n");
}

static void ios_replace_load(
    struct cli *cli, const struct ios_replace *r, const char *text)
{
	struct ios *ios = ios_of(cli->device);
	struct ios_replace_lines lines = { .failed = BUF_INIT(CLI_TEXT_MAX) };
	struct conf_node *before = conf_clone(ios->running);
	struct conf_node *config = conf_new();

	conf_load(&ios_lang, config, text, ios_note_failure, &lines);
	ios_complete_config(config);
	if (r->list) {
		cli_printf(cli, "!Pass 1\n!List of Rollback Commands:\n");
		conf_diff_commands(
		    ios->running, config, &ios_lang.style, &cli->text);
		cli_printf(cli, "end\n\n\n");
	}
	ios_replace_running(cli, config);
	if (lines.failed.len > 0)
		ios_replace_failed(cli, r, before, buf_text(&lines.failed));
	else
		cli_printf(
		    cli, "\nTotal number of passes: 1\nRollback Done\n\n");
	buf_release(&lines.failed);
	conf_free(before);
}

static void ios_replace_run(struct cli *cli, const struct ios_replace *r)
{
	char *text = ios_read_source(cli, r->name);

	if (!text)
		cli_fail(cli,
		    "%%Error opening %s (No such file or directory)\n",
		    r->name);
	else if (!ios_is_whole(text))
		cli_fail(cli, "%%The input file is not a valid config file.\n");
	else if (r->minutes == 0 || ios_start_timer(cli, r->minutes))
		ios_replace_load(cli, r, text);
	free(text);
}

static void ios_replace_answered(struct cli *cli, const char *answer)
{
	if (answer && (*answer == 'y' || *answer == 'Y'))
		ios_replace_run(cli, cli->asked);
}

void ios_configure_replace(struct cli *cli, const struct grammar_match *m)
{
	struct ios_replace *r = mem_zalloc(sizeof(*r));

	grammar_word(m, 2, r->name, sizeof(r->name));
	r->list = grammar_has_keyword(m, "list");
	r->on_error = grammar_has_keyword(m, "error");
	if (grammar_has_keyword(m, "timer") || grammar_has_keyword(m, "time"))
		r->minutes = ios_minutes(m);
	if (r->on_error && !ios_archive_path(cli->device)) {
		cli_fail(cli, "%%Please turn config archive on before using "
			      "'revert' option\n");
		free(r);
		return;
	}
	if (grammar_has_keyword(m, "force")) {
		ios_replace_run(cli, r);
		free(r);
		return;
	}
	free(cli->asked);
	cli->asked = r;
	cli_printf(cli,
	    "This will apply all necessary additions and deletions\n"
	    "to replace the current running configuration with the\n"
	    "contents of the specified configuration file, which is\n"
	    "assumed to be a complete configuration, not a partial\n"
	    "configuration. ");
	cli_ask(cli, false, ios_replace_answered,
	    "Enter Y if you are sure you want to proceed. ? [no]: ");
}
