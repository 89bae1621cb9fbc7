#include "cli/cli.h"

#include "app/access.h"
#include "app/port/queue.h"
#include "base/crypto.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWORD_BYTES 15 /* 20 base64url characters */

static enum err_code make_password(
    const char *dir, struct buf *password, struct err *e)
{
	uint8_t raw[PASSWORD_BYTES];
	struct buf line = BUF_INIT(128);
	char path[4096];
	enum err_code rc;

	random_bytes(raw, sizeof(raw));
	base64url_append(password, raw, sizeof(raw));
	wipe(raw, sizeof(raw));
	buf_puts(&line, buf_text(password));
	buf_putc(&line, '\n');
	snprintf(path, sizeof(path), "%s/admin-password", dir);
	rc = file_write_durable(path, buf_text(&line), line.len, 0600, e);
	buf_release(&line);
	return rc;
}

/* An init that was cut off after the store was made is taken up again; a store
 * with users is somebody's. */
static enum err_code require_no_users(const struct app *app, struct err *e)
{
	const struct snapshot *s;
	size_t n;
	enum err_code rc = snapshots_current(app->snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	(void)snapshot_all(s, KIND_USER, &n);
	snapshot_unref(s);
	return n == 0 ? ERR_OK
		      : err_set(e, ERR_CONFLICT,
			    "%s holds a store already; nothing was changed",
			    app->dir);
}

static enum err_code make_store(const char *store, const char *seed,
    const struct store_message *first, struct err *e)
{
	enum err_code rc = store_init(store, seed, first, e);

	return rc == ERR_CONFLICT ? ERR_OK : rc;
}

static enum err_code make_admin(const struct cli *cli, struct err *e)
{
	struct buf password = BUF_INIT(128);
	struct access_user admin = {
		.name = "admin", .role = "admin", .full_name = ""
	};
	struct schema_errors errors = { 0 };
	struct app app;
	enum err_code rc = app_open(cli->dir, &app, e);

	if (rc != ERR_OK)
		return rc;
	rc = require_no_users(&app, e);
	if (rc == ERR_OK)
		rc = make_password(cli->dir, &password, e);
	admin.password = buf_text(&password);
	if (rc == ERR_OK)
		rc = access_create_user(&app, &cli->actor, &admin, &errors, e);
	buf_release(&password);
	app_close(&app);
	return rc;
}

static enum err_code make_directories(const char *dir, struct err *e)
{
	static const char *const private[] = { "secrets", "log", "live", "run",
		"pending-hostkeys" };
	enum err_code rc = dir_create(dir, 0750, e);

	for (size_t i = 0;
	     i < sizeof(private) / sizeof(private[0]) && rc == ERR_OK; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", dir, private[i]);
		rc = dir_create(path, 0700, e);
	}
	return rc == ERR_OK ? queue_prepare(dir, e) : rc;
}

int cmd_init(const struct cli *cli, int argc, char **argv)
{
	bool ok = true;
	const char *seed = cli_option(&argc, argv, "--seed", &ok);
	char store[4096], default_seed[4096];
	struct store_trailer trailers[] = {
		{ "Actor", cli->actor.name },
		{ "Trigger", "cli" },
		{ "Action", "init" },
	};
	struct store_message first = { .author = cli->actor.name,
		.subject = "Begin the store",
		.trailers = trailers,
		.n_trailers = 3 };
	struct err e = ERR_INIT;

	if (!ok || argc != 1)
		return CLI_USAGE;
	snprintf(
	    default_seed, sizeof(default_seed), "%s/git-store", cli->share);
	snprintf(store, sizeof(store), "%s/store.git", cli->dir);
	if (make_directories(cli->dir, &e) != ERR_OK ||
	    make_store(store, seed ? seed : default_seed, &first, &e) !=
		ERR_OK ||
	    make_admin(cli, &e) != ERR_OK)
		return cli_fail(&e);
	printf("%s is ready; user admin, password in %s/admin-password\n",
	    store, cli->dir);
	return 0;
}
