#include "cli/cli.h"

#include "app/access.h"
#include "base/crypto.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* --- tokens -------------------------------------------------------------- */

static int token_create(
    const struct app *app, const struct cli *cli, const json_t *spec)
{
	struct schema_errors errors = { 0 };
	char token[ACCESS_TOKEN_SIZE];
	struct err e = ERR_INIT;

	if (access_create_token(app, &cli->actor, spec, token, &errors, &e) !=
	    ERR_OK)
		return cli_fail(&e);
	printf("%s\n", token);
	wipe(token, sizeof(token));
	return 0;
}

static int token_list(const struct app *app)
{
	const struct record *const *all;
	const struct snapshot *s;
	struct err e = ERR_INIT;
	size_t n;

	if (snapshots_current(app->snapshots, &s, &e) != ERR_OK)
		return cli_fail(&e);
	all = snapshot_all(s, KIND_TOKEN, &n);
	for (size_t i = 0; i < n; i++)
		printf("%s\t%s\t%s\n", record_key(all[i]),
		    record_text(all[i], TOKEN_ROLE),
		    record_text(all[i], TOKEN_EXPIRES_AT));
	snapshot_unref(s);
	return 0;
}

int cmd_token(const struct cli *cli, int argc, char **argv)
{
	bool ok = true;
	const char *name = cli_option(&argc, argv, "--name", &ok);
	const char *role = cli_option(&argc, argv, "--role", &ok);
	const char *expires = cli_option(&argc, argv, "--expires", &ok);
	struct err e = ERR_INIT;
	struct app app;
	json_t *spec;
	int status = CLI_USAGE;

	if (!ok || argc < 2)
		return CLI_USAGE;
	if (app_open(cli->dir, &app, &e) != ERR_OK)
		return cli_fail(&e);
	if (strcmp(argv[1], "create") == 0 && argc == 2 && name && role) {
		spec = json_pack("{s:s, s:s, s:s}", "name", name, "role", role,
		    "expires_at", expires ? expires : "");
		status = token_create(&app, cli, spec);
		json_decref(spec);
	} else if (strcmp(argv[1], "list") == 0 && argc == 2) {
		status = token_list(&app);
	} else if (strcmp(argv[1], "revoke") == 0 && argc == 3) {
		status = access_revoke_token(&app, &cli->actor, argv[2], &e) ==
				 ERR_OK
			     ? 0
			     : cli_fail(&e);
	}
	app_close(&app);
	return status;
}

/* --- users --------------------------------------------------------------- */

/* From standard input, so that it is in no argument list. */
static bool read_password(char password[ACCESS_PASSWORD_MAX + 2])
{
	if (!fgets(password, ACCESS_PASSWORD_MAX + 2, stdin))
		return false;
	password[strcspn(password, "\r\n")] = '\0';
	return true;
}

int cmd_user(const struct cli *cli, int argc, char **argv)
{
	bool ok = true;
	const char *role = cli_option(&argc, argv, "--role", &ok);
	char password[ACCESS_PASSWORD_MAX + 2] = "";
	struct schema_errors errors = { 0 };
	struct access_user user = {
		.role = role, .password = password, .full_name = ""
	};
	struct err e = ERR_INIT;
	struct app app;
	bool create = argc == 3 && strcmp(argv[1], "create") == 0 && role;
	bool change = argc == 3 && strcmp(argv[1], "password") == 0;
	enum err_code rc;

	if (!ok || (!create && !change))
		return CLI_USAGE;
	if (!read_password(password)) {
		err_set(&e, ERR_INVALID, "no password on standard input");
		return cli_fail(&e);
	}
	rc = app_open(cli->dir, &app, &e);
	if (rc == ERR_OK) {
		user.name = argv[2];
		rc = create ? access_create_user(
				  &app, &cli->actor, &user, &errors, &e)
			    : access_set_password(
				  &app, &cli->actor, argv[2], password, &e);
		app_close(&app);
	}
	wipe(password, sizeof(password));
	return rc == ERR_OK ? 0 : cli_fail(&e);
}
