/*
 * Files, startup-config, checkpoints and `configure replace`.
 */
#include "sim/eos.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char eos_copied[] = "Copy completed successfully.\n";

static void eos_save(struct device *d)
{
	struct eos *eos = eos_of(d);

	conf_free(eos->startup);
	eos->startup = conf_clone(eos->running);
	d->stats.saves++;
}

void eos_write(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	eos_save(cli->device);
	cli_printf(cli, "%s", eos_copied);
}

struct eos_complaints {
	struct cli *cli;
	bool any;
};

static bool eos_complain_line(void *ctx, const char *line, size_t number,
    const struct conf_result *result)
{
	struct eos_complaints *c = ctx;

	c->any = true;
	cli_fail(c->cli, "%% Invalid input at line %zu: '%s'%s%s\n", number,
	    line, result->refusal[0] ? ": " : "", result->refusal);
	return true;
}

static bool eos_load_into(
    struct cli *cli, struct conf_node *root, const char *text)
{
	struct eos_complaints c = { .cli = cli };

	conf_load(&eos_lang, root, text, eos_complain_line, &c);
	return !c.any;
}

/* What a source of `copy` says; NULL if there is none such. */
static char *eos_read_source(struct cli *cli, const char *name)
{
	const struct eos *eos = eos_of(cli->device);
	const struct device_file *f;
	struct buf text = BUF_INIT(CLI_TEXT_MAX);

	if (strcmp(name, "running-config") == 0)
		eos_format_config(
		    cli->device, "show running-config", eos->running, &text);
	else if (strcmp(name, "startup-config") == 0)
		eos_format_config(
		    cli->device, "show startup-config", eos->startup, &text);
	else if ((f = device_file_find(cli->device, name)))
		buf_add(&text, f->data, f->len);
	else
		return NULL;
	return mem_take(&text);
}

static void eos_copy_to(struct cli *cli, const char *to, const char *text)
{
	struct eos *eos = eos_of(cli->device);
	struct conf_node *config;

	if (strcmp(to, "running-config") == 0) {
		eos_load_into(cli, eos->running, text);
	} else if (strcmp(to, "startup-config") == 0) {
		config = conf_new();
		eos_load_into(cli, config, text);
		conf_free(eos->startup);
		eos->startup = config;
		cli->device->stats.saves++;
	} else {
		device_file_put(cli->device, to, text, strlen(text));
	}
}

void eos_copy(struct cli *cli, const struct grammar_match *m)
{
	char from[128];
	char to[128];
	char *text;

	grammar_word(m, 1, from, sizeof(from));
	grammar_word(m, 2, to, sizeof(to));
	text = eos_read_source(cli, from);
	if (!text) {
		cli_fail(cli,
		    "%% Error copying %s to %s (No such file or "
		    "directory)\n",
		    from, to);
		return;
	}
	if (strcmp(from, "running-config") == 0 &&
	    strcmp(to, "startup-config") == 0)
		eos_save(cli->device);
	else
		eos_copy_to(cli, to, text);
	free(text);
	if (!cli->failed)
		cli_printf(cli, "%s", eos_copied);
}

void eos_dir(struct cli *cli, const struct grammar_match *m)
{
	char when[DEVICE_TIME_SIZE];

	(void)m;
	cli_printf(cli, "Directory of flash:/\n\n");
	for (const struct device_file *f = cli->device->files; f; f = f->next) {
		device_format_time(f->changed_ms, "%b %e %H:%M", when);
		cli_printf(cli, "       -rw-  %12zu           %s  %s\n", f->len,
		    when, f->name);
	}
	cli_printf(cli, "\n4093313024 bytes total (2859298816 bytes free)\n");
}

void eos_more(struct cli *cli, const struct grammar_match *m)
{
	char name[128];
	const struct device_file *f = device_file_find(
	    cli->device, grammar_word(m, 1, name, sizeof(name)));

	if (f)
		buf_add(&cli->text, f->data, f->len);
	else
		cli_fail(cli,
		    "%% Error displaying %s (No such file or directory)\n",
		    name);
}

void eos_delete(struct cli *cli, const struct grammar_match *m)
{
	char name[128];

	grammar_word(m, 1, name, sizeof(name));
	if (!device_file_delete(cli->device, name))
		cli_fail(cli,
		    "%% Error deleting %s (No such file or directory)\n", name);
}

/* All of the file or nothing. */
void eos_configure_replace(struct cli *cli, const struct grammar_match *m)
{
	char name[128];
	char *text =
	    eos_read_source(cli, grammar_word(m, 2, name, sizeof(name)));
	struct conf_node *config;

	if (!text) {
		cli_fail(
		    cli, "%% Error: %s (No such file or directory)\n", name);
		return;
	}
	config = eos_clean_config();
	if (eos_load_into(cli, config, text))
		eos_replace_running(cli->device, config);
	else
		conf_free(config);
	free(text);
}

/* --- checkpoints ------------------------------------------------------- */

static struct eos_checkpoint *eos_checkpoint_find(
    struct cli *cli, const char *name)
{
	for (struct eos_checkpoint *c = eos_of(cli->device)->checkpoints; c;
	     c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	cli_fail(cli, "%% Checkpoint %s does not exist\n", name);
	return NULL;
}

void eos_forget_checkpoints(struct eos *eos)
{
	while (eos->checkpoints) {
		struct eos_checkpoint *c = eos->checkpoints;

		eos->checkpoints = c->next;
		conf_free(c->config);
		free(c->name);
		free(c);
	}
}

void eos_checkpoint_save(struct cli *cli, const struct grammar_match *m)
{
	struct eos *eos = eos_of(cli->device);
	struct eos_checkpoint *c = mem_zalloc(sizeof(*c));
	char name[80];

	grammar_word(m, 3, name, sizeof(name));
	if (name[0] == '\0')
		device_format_time(
		    device_now_ms(cli->device), "ckp-%Y%m%d-%H%M%S", name);
	c->name = mem_strdup(name);
	snprintf(c->user, sizeof(c->user), "%s", cli->user);
	c->made_ms = device_now_ms(cli->device);
	c->config = conf_clone(eos->running);
	c->next = eos->checkpoints;
	eos->checkpoints = c;
}

void eos_checkpoint_restore(struct cli *cli, const struct grammar_match *m)
{
	char name[80];
	const struct eos_checkpoint *c =
	    eos_checkpoint_find(cli, grammar_word(m, 3, name, sizeof(name)));

	if (c)
		eos_replace_running(cli->device, conf_clone(c->config));
}

/* In a session: it starts over from the checkpoint. */
void eos_session_rollback(struct cli *cli, const struct grammar_match *m)
{
	char name[80];
	const struct eos_checkpoint *c =
	    eos_checkpoint_find(cli, grammar_word(m, 2, name, sizeof(name)));
	struct eos_session *s =
	    eos_session_find(eos_of(cli->device), eos_cli_of(cli)->session);

	if (!c || !s || !s->candidate)
		return;
	conf_free(s->candidate);
	s->candidate = conf_clone(c->config);
	conf_cursor_reset(&cli->cursor);
}

void eos_show_checkpoints(struct cli *cli, const struct grammar_match *m)
{
	char when[DEVICE_TIME_SIZE];

	(void)m;
	cli_printf(cli, "Maximum number of checkpoints: 20\n"
			"  Filename             Date                User\n"
			"  -------------------- ------------------- "
			"---------\n");
	for (const struct eos_checkpoint *c = eos_of(cli->device)->checkpoints;
	     c; c = c->next) {
		device_format_time(c->made_ms, "%Y-%m-%d %H:%M:%S", when);
		cli_printf(cli, "  %-20s %s %s\n", c->name, when, c->user);
	}
}
