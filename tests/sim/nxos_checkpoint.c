/*
 * Checkpoints, rollback, configure replace.
 */
#include "sim/nxos.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- checkpoints ------------------------------------------------------- */

static struct nxos_checkpoint *nxos_checkpoint_find(
    struct nxos *nxos, const char *name)
{
	for (struct nxos_checkpoint *c = nxos->checkpoints; c; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static bool nxos_checkpoint_drop(struct nxos *nxos, const char *name)
{
	for (struct nxos_checkpoint **p = &nxos->checkpoints; *p;
	     p = &(*p)->next) {
		struct nxos_checkpoint *c = *p;

		if (strcmp(c->name, name) != 0)
			continue;
		*p = c->next;
		conf_free(c->config);
		free(c);
		return true;
	}
	return false;
}

void nxos_forget_checkpoints(struct nxos *nxos)
{
	while (nxos->checkpoints)
		nxos_checkpoint_drop(nxos, nxos->checkpoints->name);
}

static void nxos_write_checkpoint(struct cli *cli, const char *path)
{
	struct buf text = BUF_INIT(CLI_TEXT_MAX);

	nxos_format_config(cli->device, "Checkpoint cmd vdc 1",
	    nxos_of(cli->device)->running, &text);
	device_file_put(cli->device, path, buf_text(&text), text.len);
	buf_release(&text);
	cli_printf(cli, "Done\n");
}

static void nxos_overwrite_answered(struct cli *cli, const char *answer)
{
	if (answer && *answer == 'y')
		nxos_write_checkpoint(cli, cli->asked);
}

static void nxos_checkpoint_file(struct cli *cli, const char *path)
{
	if (!device_file_find(cli->device, path) || cli->dont_ask) {
		nxos_write_checkpoint(cli, path);
		return;
	}
	cli->asked = mem_strdup(path);
	cli_ask(cli, false, nxos_overwrite_answered,
	    "This file already exists, do you want to overwrite it? (y/n) "
	    "[n] ");
}

static unsigned nxos_checkpoint_count(const struct nxos *nxos)
{
	unsigned n = 0;

	for (const struct nxos_checkpoint *c = nxos->checkpoints; c;
	     c = c->next)
		n++;
	return n;
}

void nxos_checkpoint(struct cli *cli, const struct grammar_match *m)
{
	struct nxos *nxos = nxos_of(cli->device);
	struct nxos_checkpoint *c;
	char name[128];

	if (grammar_has_keyword(m, "file")) {
		nxos_checkpoint_file(
		    cli, grammar_word(m, 2, name, sizeof(name)));
		return;
	}
	grammar_word(m, 1, name, 80);
	if (name[0] == '\0')
		snprintf(name, 80, "user-checkpoint-%u",
		    nxos_checkpoint_count(nxos) + 1);
	if (nxos_checkpoint_find(nxos, name)) {
		cli_fail(cli, "ERROR: checkpoint name is already in use\n");
		return;
	}
	if (nxos_checkpoint_count(nxos) >= NXOS_CHECKPOINTS_MAX) {
		cli_fail(cli, "ERROR: maximum number of checkpoints is %d\n",
		    NXOS_CHECKPOINTS_MAX);
		return;
	}
	c = mem_zalloc(sizeof(*c));
	snprintf(c->name, sizeof(c->name), "%.79s", name);
	snprintf(c->user, sizeof(c->user), "%s", cli->user);
	c->made_ms = device_now_ms(cli->device);
	c->config = conf_clone(nxos->running);
	c->next = nxos->checkpoints;
	nxos->checkpoints = c;
	cli_printf(cli, "%s\n...Done\n", name);
}

void nxos_no_checkpoint(struct cli *cli, const struct grammar_match *m)
{
	char name[80];

	grammar_word(m, 2, name, sizeof(name));
	if (!nxos_checkpoint_drop(nxos_of(cli->device), name))
		cli_fail(cli, "ERROR: checkpoint %s does not exist\n", name);
}

void nxos_show_checkpoints(struct cli *cli, const struct grammar_match *m)
{
	const struct nxos *nxos = nxos_of(cli->device);
	char when[DEVICE_TIME_SIZE];
	unsigned n = 0;

	(void)m;
	for (const struct nxos_checkpoint *c = nxos->checkpoints; c;
	     c = c->next) {
		device_format_time(c->made_ms, "%a, %H:%M:%S %d %b %Y", when);
		cli_printf(cli,
		    "%u) %s:\nCreated by %s\nCreated at %s\nSize is 3,742 "
		    "bytes\nUser Checkpoint Summary\nDescription: None\n\n",
		    ++n, c->name, c->user, when);
	}
}

/* --- loading ----------------------------------------------------------- */

struct nxos_load {
	struct buf failed;
};

static bool nxos_note_failure(void *ctx, const char *line, size_t number,
    const struct conf_result *result)
{
	struct nxos_load *l = ctx;

	(void)number;
	buf_printf(&l->failed, "%s\n%s\n", line,
	    result->refusal[0] ? result->refusal
			       : "% Invalid command at '^' marker.");
	return true;
}

/* NULL, with NX-OS's words, if there is no such source.  failed: the lines
 * that mean nothing to this device. */
static struct conf_node *nxos_load_source(
    struct cli *cli, const char *name, struct buf *failed)
{
	char *text = nxos_read_source(cli, name);
	struct nxos_load l = { .failed = BUF_INIT(CLI_TEXT_MAX) };
	struct conf_node *config;

	if (!text) {
		cli_fail(cli, "No such file or directory: %s\n", name);
		return NULL;
	}
	config = conf_new();
	conf_load(&nxos_lang, config, text, nxos_note_failure, &l);
	nxos_complete_config(config);
	if (failed)
		buf_add(failed, buf_text(&l.failed), l.failed.len);
	buf_release(&l.failed);
	free(text);
	return config;
}

/* The source that words i and i + 1 name: "file x", "checkpoint x",
 * "running-config"; *i moves past it. */
static struct conf_node *nxos_load_named(struct cli *cli,
    const struct grammar_match *m, size_t *i, struct buf *failed)
{
	struct nxos *nxos = nxos_of(cli->device);
	const struct nxos_checkpoint *c;
	char kind[32];
	char name[128];

	grammar_word(m, (*i)++, kind, sizeof(kind));
	if (strcmp(kind, "running-config") == 0)
		return conf_clone(nxos->running);
	if (strcmp(kind, "startup-config") == 0)
		return conf_clone(nxos->startup);
	grammar_word(m, (*i)++, name, sizeof(name));
	if (strcmp(kind, "file") == 0)
		return nxos_load_source(cli, name, failed);
	c = nxos_checkpoint_find(nxos, name);
	if (c)
		return conf_clone(c->config);
	cli_fail(cli, "ERROR: checkpoint %s does not exist\n", name);
	return NULL;
}

static void nxos_put_patch(
    struct cli *cli, const struct conf_node *from, const struct conf_node *to)
{
	size_t before;

	cli_printf(cli, "!!\n");
	before = cli->text.len;
	conf_diff_commands(from, to, &nxos_lang.style, &cli->text);
	if (cli->text.len == before)
		cli_printf(cli, "Rollback Patch is Empty\n");
}

/* The patch leads from the first to the second. */
void nxos_show_patch(struct cli *cli, const struct grammar_match *m)
{
	size_t at = 3;
	struct conf_node *from = nxos_load_named(cli, m, &at, NULL);
	struct conf_node *to = from ? nxos_load_named(cli, m, &at, NULL) : NULL;

	if (to) {
		cli_printf(cli, "Collecting Running-Config\n#Generating "
				"Rollback Patch\n");
		nxos_put_patch(cli, from, to);
	}
	conf_free(from);
	conf_free(to);
}

/* --- rollback ---------------------------------------------------------- */

static void nxos_take(struct device *d, struct conf_node *config)
{
	struct nxos *nxos = nxos_of(d);

	conf_free(nxos->running);
	nxos->running = config;
	d->stats.commits++;
}

static void nxos_put_steps(struct cli *cli, bool empty)
{
	cli_printf(cli, "Note: Applying config parallelly may fail Rollback "
			"verification\nCollecting Running-Config\n"
			"#Generating Rollback Patch\n");
	if (empty)
		cli_printf(cli, "Rollback Patch is Empty\n");
	else
		cli_printf(cli, "Executing Rollback Patch\n"
				"Generating Running-config for verification\n"
				"Generating Patch for verification\n");
}

void nxos_rollback(struct cli *cli, const struct grammar_match *m)
{
	struct nxos *nxos = nxos_of(cli->device);
	struct buf failed = BUF_INIT(CLI_TEXT_MAX);
	size_t at = 2;
	struct conf_node *config = nxos_load_named(cli, m, &at, &failed);
	bool keep_going = grammar_has_keyword(m, "best-effort");

	if (!config)
		return;
	nxos_put_steps(cli, conf_equal(nxos->running, config));
	if (failed.len > 0 && !keep_going) {
		cli_fail(cli,
		    "%sVerification failed, Rolling back to previous "
		    "configuration\nRollback failed.\n",
		    buf_text(&failed));
		conf_free(config);
	} else {
		if (failed.len > 0)
			cli_fail(cli, "%s", buf_text(&failed));
		nxos_take(cli->device, config);
		cli_printf(cli, "Verification is Successful.\n\nRollback "
				"completed successfully.\n");
	}
	buf_release(&failed);
}

/* --- configure replace ------------------------------------------------- */

void nxos_tick(struct device *d, int64_t now_ms)
{
	struct nxos *nxos = nxos_of(d);

	if (!nxos->before_commit || now_ms < nxos->commit_ms)
		return;
	conf_free(nxos->running);
	nxos->running = nxos->before_commit;
	nxos->before_commit = NULL;
	d->stats.reverts++;
	snprintf(nxos->log, sizeof(nxos->log),
	    "Commit timer expired: rolled back\n");
}

void nxos_configure_commit(struct cli *cli, const struct grammar_match *m)
{
	struct nxos *nxos = nxos_of(cli->device);

	(void)m;
	if (!nxos->before_commit) {
		cli_fail(cli, "ERROR: No configure replace commit timer is "
			      "running\n");
		return;
	}
	conf_free(nxos->before_commit);
	nxos->before_commit = NULL;
	cli_printf(cli, "Commit successful. Configure replace timer stopped\n");
}

static unsigned nxos_timeout(const struct grammar_match *m)
{
	char word[16];

	for (size_t i = 0; i + 1 < m->n_words; i++) {
		grammar_word(m, i, word, sizeof(word));
		if (m->word_is_keyword[i] &&
		    strcmp(word, "commit-timeout") == 0)
			return (unsigned)strtoul(
			    grammar_word(m, i + 1, word, sizeof(word)), NULL,
			    10);
	}
	return 0;
}

static void nxos_replace_done(
    struct cli *cli, struct conf_node *config, unsigned timeout)
{
	struct nxos *nxos = nxos_of(cli->device);

	if (timeout > 0) {
		nxos->before_commit = conf_clone(nxos->running);
		nxos->commit_ms =
		    device_now_ms(cli->device) + (int64_t)timeout * 1000;
	}
	nxos_take(cli->device, config);
	snprintf(nxos->replacer, sizeof(nxos->replacer), "%s", cli->user);
	snprintf(nxos->log, sizeof(nxos->log), "Operation: Success\n");
	cli_printf(cli, "Verification is Successful.\n\nRollback completed "
			"successfully.\nConfigure replace completed "
			"successfully. Please run 'show config-replace log "
			"exec' to see if there is any configuration that "
			"requires reload to take effect.\n\n");
}

static void nxos_replace_failed(struct cli *cli, const char *failed)
{
	struct nxos *nxos = nxos_of(cli->device);

	snprintf(nxos->log, sizeof(nxos->log), "Operation: Failed\n%.200s\n",
	    failed);
	cli_fail(cli, "Configure replace failed. Use 'show config-replace log "
		      "exec' to see reasons for failure\n\n");
}

void nxos_configure_replace(struct cli *cli, const struct grammar_match *m)
{
	struct nxos *nxos = nxos_of(cli->device);
	struct buf failed = BUF_INIT(CLI_TEXT_MAX);
	struct conf_node *config;
	char name[128];

	grammar_word(m, 2, name, sizeof(name));
	if (nxos->before_commit) {
		cli_fail(cli, "ERROR: Configure replace commit timer is "
			      "running, please commit or wait\n");
		return;
	}
	config = nxos_load_source(cli, name, &failed);
	if (!config)
		return;
	if (grammar_has_keyword(m, "show-patch")) {
		cli_printf(cli,
		    "Collecting Running-Config\nConverting to "
		    "checkpoint file\n#Generating Rollback Patch\n");
		nxos_put_patch(cli, nxos->running, config);
		conf_free(config);
	} else if (grammar_has_keyword(m, "verify-only")) {
		cli_printf(cli,
		    "Version match between user file and running "
		    "configuration.\n%s",
		    buf_text(&failed));
		conf_free(config);
	} else if (failed.len > 0 && !grammar_has_keyword(m, "best-effort")) {
		nxos_put_steps(cli, false);
		nxos_replace_failed(cli, buf_text(&failed));
		conf_free(config);
	} else {
		nxos_put_steps(cli, conf_equal(nxos->running, config));
		nxos_replace_done(cli, config, nxos_timeout(m));
	}
	buf_release(&failed);
}

void nxos_show_replace_status(struct cli *cli, const struct grammar_match *m)
{
	const struct nxos *nxos = nxos_of(cli->device);

	(void)m;
	if (nxos->replacer[0] == '\0') {
		cli_printf(cli, "Last operation : None\n");
		return;
	}
	cli_printf(cli,
	    "Last operation : Configure replace to user config\nDetails:\n"
	    "  Rollback type: atomic replace_tmp\n"
	    "  Cfg-replace done By: %s\n",
	    nxos->replacer);
	if (nxos->before_commit)
		cli_printf(cli, "  Commit Timeout: %lld seconds remaining\n",
		    (long long)(nxos->commit_ms - device_now_ms(cli->device)) /
			1000);
}

void nxos_show_replace_log(struct cli *cli, const struct grammar_match *m)
{
	const struct nxos *nxos = nxos_of(cli->device);

	(void)m;
	cli_printf(cli, "%s", nxos->log);
	if (nxos->before_commit)
		cli_printf(cli, "Commit Timeout: %lld seconds remaining\n",
		    (long long)(nxos->commit_ms - device_now_ms(cli->device)) /
			1000);
}
