#include "cli/cli.h"

#include "app/inventory.h"
#include "app/transfer.h"
#include "base/file.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define MAX_PUB ((size_t)16384)

/* "type base64 [comment]" lines of a .pub file, without the comments. */
static enum err_code add_keys(const char *path, json_t *keys, struct err *e)
{
	struct buf text = BUF_INIT(MAX_PUB);
	enum err_code rc = file_read(path, &text, e);
	char *line, *rest = NULL;

	if (rc != ERR_OK)
		return rc;
	line = text.data ? strtok_r(text.data, "\r\n", &rest) : NULL;
	for (; line; line = strtok_r(NULL, "\r\n", &rest)) {
		char *blob = strchr(line, ' ');
		char *comment = blob ? strchr(blob + 1, ' ') : NULL;

		if (!blob)
			continue;
		if (comment)
			*comment = '\0';
		json_array_append_new(keys, json_string(line));
	}
	buf_release(&text);
	return ERR_OK;
}

static enum err_code store_keys(const struct app *app, const struct cli *cli,
    const char *device, json_t *keys, struct err *e)
{
	const struct kind *kind = kind_get(KIND_HOSTKEY);
	json_t *object = json_pack("{s:s, s:O, s:s}", "name", device, "keys",
	    keys, "approved_by", cli->actor.name);
	struct inventory_result result = { 0 };
	const struct snapshot *s = NULL;
	enum err_code rc = snapshots_current(app->snapshots, &s, e);

	if (rc == ERR_OK && !snapshot_find(s, KIND_DEVICE, device))
		rc = err_set(
		    e, ERR_NOT_FOUND, "there is no device \"%.63s\"", device);
	else if (rc == ERR_OK && snapshot_find(s, KIND_HOSTKEY, device))
		rc = inventory_update(app, &cli->actor,
		    &(struct inventory_change){
			.kind = kind, .key = device, .object = object },
		    &result, e);
	else if (rc == ERR_OK)
		rc = inventory_create(app, &cli->actor,
		    &(struct inventory_change){
			.kind = kind, .object = object },
		    &result, e);
	inventory_result_release(&result);
	snapshot_unref(s);
	json_decref(object);
	return rc;
}

/* [{"name": …, "keys": ["type base64", …], "approved_by": …}, …], in one
 * commit, for devices that are set up by machine. */
static int import_keys(const struct cli *cli, const char *path)
{
	const struct transfer_options o = { .kind = kind_get(KIND_HOSTKEY),
		.format = TRANSFER_JSON,
		.area = "",
		.status = "" };
	struct buf text = BUF_INIT(TRANSFER_MAX_TEXT);
	json_t *report = NULL;
	struct err e = ERR_INIT;
	struct app app;
	enum err_code rc = file_read(path, &text, &e);
	long long wrong = 0;

	if (rc == ERR_OK && (rc = app_open(cli->dir, &app, &e)) == ERR_OK) {
		rc = transfer_import(&app, &cli->actor, &o, buf_text(&text),
		    text.len, &report, &e);
		app_close(&app);
	}
	wrong = json_number(report, "wrong", 0);
	json_decref(report);
	buf_release(&text);
	if (rc == ERR_OK && wrong > 0)
		rc = err_set(&e, ERR_INVALID,
		    "%lld of the keys are wrong; none was saved", wrong);
	return rc == ERR_OK ? 0 : cli_fail(&e);
}

int cmd_hostkey(const struct cli *cli, int argc, char **argv)
{
	json_t *keys;
	struct err e = ERR_INIT;
	struct app app;
	enum err_code rc;

	if (argc == 3 && strcmp(argv[1], "import") == 0)
		return import_keys(cli, argv[2]);
	if (argc < 4 || strcmp(argv[1], "add") != 0)
		return CLI_USAGE;
	rc = app_open(cli->dir, &app, &e);
	if (rc != ERR_OK)
		return cli_fail(&e);
	keys = json_array();
	for (int i = 3; i < argc && rc == ERR_OK; i++)
		rc = add_keys(argv[i], keys, &e);
	if (rc == ERR_OK)
		rc = store_keys(&app, cli, argv[2], keys, &e);
	json_decref(keys);
	app_close(&app);
	return rc == ERR_OK ? 0 : cli_fail(&e);
}
