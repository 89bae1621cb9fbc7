#include "cli/cli.h"

#include "app/credential_check.h"
#include "app/render.h"
#include "app/run_doc.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void print_problem(void *ctx, const char *path, const char *message)
{
	(void)ctx;
	printf("%s: %s\n", path, message);
}

static void print_warning(void *ctx, const char *path, const char *message)
{
	(void)ctx;
	printf("%s: warning: %s\n", path, message);
}

static int check_records(const struct app *app, size_t *ret_n)
{
	const struct snapshot *s;
	struct err e = ERR_INIT;
	size_t records, templates = 0;
	enum err_code rc;

	if (snapshots_current(app->snapshots, &s, &e) != ERR_OK)
		return cli_fail(&e);
	inventory_check(s, print_problem, NULL, &records);
	rc = render_check_templates(
	    app->store, s, print_problem, NULL, &templates, &e);
	render_check_context(s, print_warning, NULL);
	snapshot_unref(s);
	if (rc != ERR_OK)
		return cli_fail(&e);
	*ret_n = records + templates;
	return 0;
}

/* --- --credentials -------------------------------------------------------- */

static void print_credential(
    void *ctx, const char *path, enum credential_state state, const char *text)
{
	static const char *const words[] = {
		[CREDENTIAL_READABLE] = "can be read: ",
		[CREDENTIAL_UNSEEN] = "not seen from here: ",
		[CREDENTIAL_WRONG] = "",
	};
	size_t *bad = ctx;

	printf("%s: %s%s\n", path, words[state], text);
	*bad += state == CREDENTIAL_WRONG;
}

static int check_credentials(const struct app *app, size_t *n)
{
	const struct snapshot *s;
	struct err e = ERR_INIT;
	enum err_code rc = snapshots_current(app->snapshots, &s, &e);

	if (rc != ERR_OK)
		return cli_fail(&e);
	rc = credential_check(app, s, print_credential, n, &e);
	snapshot_unref(s);
	return rc == ERR_OK ? 0 : cli_fail(&e);
}

int cmd_check(const struct cli *cli, int argc, char **argv)
{
	bool credentials = cli_flag(&argc, argv, "--credentials");
	struct err e = ERR_INIT;
	struct app app;
	size_t n = 0;
	int status;

	if (argc != 1)
		return CLI_USAGE;
	if (app_open(cli->dir, &app, &e) != ERR_OK)
		return cli_fail(&e);
	status = check_records(&app, &n);
	if (status == 0 && credentials)
		status = check_credentials(&app, &n);
	app_close(&app);
	if (status != 0)
		return status;
	printf(n ? "%zu problems\n" : "no problems\n", n);
	return n ? 1 : 0;
}

/* --- fsck: the records, the runs, and Git's own check -------------------- */

struct run_check {
	const struct app *app;
	size_t n, bad;
};

static enum err_code check_run(
    void *ctx, const struct store_change *change, struct err *e)
{
	struct run_check *c = ctx;
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	struct err wrong = ERR_INIT;
	json_t *doc = NULL;

	(void)e;
	if (!text_ends_with(change->path, "/run.json"))
		return ERR_OK;
	c->n++;
	if (store_read_blob(c->app->store, &change->new_blob, &text, &wrong) !=
		ERR_OK ||
	    run_doc_parse(buf_text(&text), text.len, &doc, &wrong) != ERR_OK) {
		c->bad++;
		printf("%s: %s\n", change->path, wrong.message);
	}
	json_decref(doc);
	buf_release(&text);
	return ERR_OK;
}

static int git_fsck(const char *store)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execlp("git", "git", "-C", store, "fsck", "--strict",
		    "--no-progress", (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		return 1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int cmd_fsck(const struct cli *cli, int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct commit_id tip;
	struct run_check c = { 0 };
	struct app app;
	size_t n = 0;
	int status;

	(void)argv;
	if (argc != 1)
		return CLI_USAGE;
	if (app_open(cli->dir, &app, &e) != ERR_OK)
		return cli_fail(&e);
	c.app = &app;
	status = check_records(&app, &n);
	if (status == 0 &&
	    (store_tip(app.store, STORE_RUNS, &tip, &e) != ERR_OK ||
		(!commit_id_is_zero(&tip) &&
		    store_diff(app.store, NULL, &tip, "", check_run, &c, &e) !=
			ERR_OK)))
		status = cli_fail(&e);
	if (status == 0) {
		printf("records: %zu problems\nruns: %zu, %zu bad\n", n, c.n,
		    c.bad);
		fflush(stdout);
		status = git_fsck(store_path(app.store));
		printf(status ? "git fsck --strict: failed\n"
			      : "git fsck --strict: clean\n");
	}
	app_close(&app);
	return status || n || c.bad ? 1 : 0;
}
