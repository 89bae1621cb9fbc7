/*
 * Files on bootflash, startup-config.
 */
#include "sim/nxos.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *nxos_read_source(struct cli *cli, const char *name)
{
	struct nxos *nxos = nxos_of(cli->device);
	const struct device_file *f;
	struct buf text = BUF_INIT(CLI_TEXT_MAX);

	if (text_starts_with("running-config", name) && *name == 'r')
		nxos_format_config(cli->device, "Command: show running-config",
		    nxos->running, &text);
	else if (text_starts_with("startup-config", name) && *name == 's')
		nxos_format_config(cli->device, "Command: show startup-config",
		    nxos->startup, &text);
	else if ((f = device_file_find(cli->device, name)))
		buf_add(&text, f->data, f->len);
	else
		return NULL;
	return mem_take(&text);
}

void nxos_save(struct device *d)
{
	struct nxos *nxos = nxos_of(d);

	conf_free(nxos->startup);
	nxos->startup = conf_clone(nxos->running);
	d->stats.saves++;
}

static bool nxos_print_refused(
    void *ctx, const char *line, size_t number, const struct conf_result *r)
{
	(void)number;
	cli_fail(ctx, "`%s`\n%s\n", line,
	    r->refusal[0] ? r->refusal : "% Invalid command");
	return true;
}

static bool nxos_names_running(const char *name)
{
	return *name == 'r' && text_starts_with("running-config", name);
}

static bool nxos_names_startup(const char *name)
{
	return *name == 's' && text_starts_with("startup-config", name);
}

void nxos_copy(struct cli *cli, const struct grammar_match *m)
{
	struct nxos *nxos = nxos_of(cli->device);
	char from[128];
	char to[128];
	char *text;

	grammar_word(m, 1, from, sizeof(from));
	grammar_word(m, 2, to, sizeof(to));
	text = nxos_read_source(cli, from);
	if (!text) {
		cli_fail(cli, "No such file or directory: %s\n", from);
		return;
	}
	if (nxos_names_running(from) && nxos_names_startup(to)) {
		nxos_save(cli->device);
		cli_printf(cli, "[########################################] "
				"100%%\n");
	} else if (nxos_names_running(to)) {
		conf_load(
		    &nxos_lang, nxos->running, text, nxos_print_refused, cli);
		nxos_prune(nxos->running);
	} else {
		device_file_put(cli->device, to, text, strlen(text));
	}
	free(text);
	cli_printf(cli, "Copy complete, now saving to disk (please wait)...\n"
			"Copy complete.\n");
}

void nxos_dir(struct cli *cli, const struct grammar_match *m)
{
	char when[DEVICE_TIME_SIZE];
	char name[128];
	const char *wanted;
	bool any = false;

	grammar_word(m, 1, name, sizeof(name));
	wanted = device_file_name(name);
	for (const struct device_file *f = cli->device->files; f; f = f->next) {
		if (*wanted && strcmp(f->name, wanted) != 0)
			continue;
		any = true;
		device_format_time(f->changed_ms, "%b %d %H:%M:%S %Y", when);
		cli_printf(cli, "%11zu    %s  %s\n", f->len, when, f->name);
	}
	if (*wanted && !any) {
		cli_fail(cli, "No such file or directory\n");
		return;
	}
	cli_printf(cli, "\nUsage for bootflash://sup-local\n"
			" 1145286656 bytes used\n 3244728320 bytes free\n"
			" 4390014976 bytes total\n");
}

void nxos_delete(struct cli *cli, const struct grammar_match *m)
{
	char name[128];

	grammar_word(m, 1, name, sizeof(name));
	if (!device_file_delete(cli->device, name))
		cli_fail(cli, "No such file or directory\n");
}

void nxos_show_file(struct cli *cli, const struct grammar_match *m)
{
	char name[128];
	char md5[33];
	const struct device_file *f = device_file_find(
	    cli->device, grammar_word(m, 2, name, sizeof(name)));

	if (!f) {
		cli_fail(cli, "No such file or directory\n");
	} else if (grammar_has_keyword(m, "md5sum")) {
		device_file_md5(f, md5);
		cli_printf(cli, "%s\n", md5);
	} else {
		buf_add(&cli->text, f->data, f->len);
	}
}
