/*
 * Files: copy, write memory, dir, verify.
 */
#include "sim/ios.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *ios_read_source(struct cli *cli, const char *name)
{
	struct ios *ios = ios_of(cli->device);
	const struct device_file *f;
	struct buf text = BUF_INIT(CLI_TEXT_MAX);

	if (text_ends_with(name, "running-config"))
		ios_format_config(ios->running, &text);
	else if (text_ends_with(name, "startup-config"))
		ios_format_config(ios->startup, &text);
	else if ((f = device_file_find(cli->device, name)))
		buf_add(&text, f->data, f->len);
	else
		return NULL;
	return mem_take(&text);
}

void ios_save(struct device *d)
{
	struct ios *ios = ios_of(d);

	conf_free(ios->startup);
	ios->startup = conf_clone(ios->running);
	ios->saved_ms = device_now_ms(d);
	d->stats.saves++;
}

void ios_write(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	ios_save(cli->device);
	cli_printf(cli, "Building configuration...\n[OK]\n");
}

static bool ios_print_refused(
    void *ctx, const char *line, size_t number, const struct conf_result *r)
{
	struct cli *cli = ctx;

	(void)number;
	if (r->refusal[0]) {
		cli_fail(cli, "%s\n", r->refusal);
		return true;
	}
	cli_fail(cli, "%s\n%*s^\n", line, (int)r->error_column, "");
	cli_fail(cli, r->result == GRAMMAR_INCOMPLETE
			  ? "%% Incomplete command.\n\n"
			  : "%% Invalid input detected at '^' marker.\n\n");
	return true;
}

/* A merge: every line that is understood goes in, the others are named. */
static void ios_merge(struct cli *cli, const char *text)
{
	conf_load(&ios_lang, ios_of(cli->device)->running, text,
	    ios_print_refused, cli);
	ios_touch(cli);
}

static void ios_copy_text(
    struct cli *cli, const char *text, const char *from, const char *to)
{
	size_t len = strlen(text);

	if (text_ends_with(to, "startup-config")) {
		if (text_ends_with(from, "running-config")) {
			ios_write(cli, NULL);
			return;
		}
		conf_free(ios_of(cli->device)->startup);
		ios_of(cli->device)->startup = conf_new();
		conf_load(&ios_lang, ios_of(cli->device)->startup, text,
		    ios_print_refused, cli);
		cli_printf(cli, "[OK]\n");
	} else if (text_ends_with(to, "running-config")) {
		ios_merge(cli, text);
	} else {
		device_file_put(cli->device, to, text, len);
	}
	cli_printf(cli, "%zu bytes copied in 0.035 secs (%zu bytes/sec)\n", len,
	    len * 28);
}

static void ios_copy_now(struct cli *cli, const char *from, const char *to)
{
	char *text = ios_read_source(cli, from);

	if (text)
		ios_copy_text(cli, text, from, to);
	else
		cli_fail(cli,
		    "%%Error opening %s (No such file or directory)\n", from);
	free(text);
}

static bool ios_prompts(struct cli *cli)
{
	const struct conf_node *prompt =
	    conf_find_words(ios_of(cli->device)->running, "file prompt");

	return !prompt || !text_ends_with(prompt->text, "quiet");
}

/* asked: "from\nto" */
static void ios_copy_answered(struct cli *cli, const char *answer)
{
	char *from = cli->asked;
	char *to = strchr(from, '\n') + 1;

	if (!answer) {
		cli_printf(cli, "%%Error parsing filename (Bad file number)\n");
		return;
	}
	to[-1] = '\0';
	ios_copy_now(cli, from, *answer ? answer : to);
}

void ios_copy(struct cli *cli, const struct grammar_match *m)
{
	char from[128];
	char to[128];

	grammar_word(m, 1, from, sizeof(from));
	grammar_word(m, 2, to, sizeof(to));
	if (!ios_prompts(cli)) {
		ios_copy_now(cli, from, to);
		return;
	}
	mem_replace((char **)&cli->asked, mem_printf("%s\n%s", from, to));
	cli_ask(cli, false, ios_copy_answered, "Destination filename [%s]? ",
	    device_file_name(to));
}

void ios_dir(struct cli *cli, const struct grammar_match *m)
{
	char when[DEVICE_TIME_SIZE];
	char name[128];
	const char *wanted;
	bool any = false;
	unsigned n = 0;

	grammar_word(m, 1, name, sizeof(name));
	wanted = device_file_name(name);
	cli_printf(cli, "Directory of flash:/%s\n\n", wanted);
	for (const struct device_file *f = cli->device->files; f; f = f->next) {
		n++;
		if (*wanted && strcmp(f->name, wanted) != 0)
			continue;
		any = true;
		device_format_time(
		    f->changed_ms, "%b %e %Y %H:%M:%S +00:00", when);
		cli_printf(cli, "%5u  -rw-  %14zu  %s  %s\n", n, f->len, when,
		    f->name);
	}
	if (*wanted && !any)
		cli_fail(cli,
		    "%%Error opening flash:/%s (No such file or "
		    "directory)\n",
		    wanted);
	cli_printf(cli, "\n6286540800 bytes total (5379248128 bytes free)\n");
}

void ios_more(struct cli *cli, const struct grammar_match *m)
{
	char name[128];
	char *text =
	    ios_read_source(cli, grammar_word(m, 1, name, sizeof(name)));

	if (text)
		buf_puts(&cli->text, text);
	else
		cli_fail(cli,
		    "%%Error opening %s (No such file or directory)\n", name);
	free(text);
}

static void ios_delete_now(struct cli *cli, const char *name)
{
	if (!device_file_delete(cli->device, name))
		cli_fail(cli,
		    "%%Error deleting %s (No such file or directory)\n", name);
}

static void ios_delete_answered(struct cli *cli, const char *answer)
{
	if (answer && (*answer == '\0' || *answer == 'y'))
		ios_delete_now(cli, cli->asked);
}

void ios_delete(struct cli *cli, const struct grammar_match *m)
{
	char name[128];

	grammar_word(m, m->n_words - 1, name, sizeof(name));
	if (!ios_prompts(cli) || grammar_has_keyword(m, "/force")) {
		ios_delete_now(cli, name);
		return;
	}
	mem_replace((char **)&cli->asked, mem_strdup(name));
	cli_ask(cli, false, ios_delete_answered, "Delete %s? [confirm]", name);
}

void ios_verify(struct cli *cli, const struct grammar_match *m)
{
	char name[128];
	char md5[33];
	const struct device_file *f;

	grammar_word(m, 2, name, sizeof(name));
	f = device_file_find(cli->device, name);
	if (!f) {
		cli_fail(cli,
		    "%%Error verifying %s (No such file or directory)\n", name);
		return;
	}
	device_file_md5(f, md5);
	cli_printf(cli, "..Done!\nverify /md5 (%s) = %s\n\n", name, md5);
}
