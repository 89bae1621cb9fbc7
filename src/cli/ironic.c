/*
 * switchyard ironic [FIELD=VALUE…]: shows which Ironic the portal asks, or sets
 * fields of that; an empty value removes one.
 */
#include "cli/cli.h"

#include "app/inventory.h"

#include <stdio.h>
#include <string.h>

/* One FIELD=VALUE into a merge patch. */
static enum err_code take_field(char *word, json_t *patch, struct err *e)
{
	const struct schema *schema = &kind_get(KIND_IRONIC)->schema;
	struct schema_errors errors = { 0 };
	char *value = strchr(word, '=');
	json_t *json;
	int at;

	if (!value)
		return err_set(
		    e, ERR_INVALID, "\"%.80s\" is not FIELD=VALUE", word);
	*value++ = '\0';
	at = schema_find(schema, word);
	if (at < 0)
		return err_set(e, ERR_INVALID,
		    "there is no field \"%.80s\"; without fields this shows "
		    "what there is",
		    word);
	json = schema_value_from_text(&schema->fields[at], value, &errors);
	if (!json)
		return schema_errors_check(&errors, e);
	if (json_object_set_new(patch, word, json) != 0)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return ERR_OK;
}

static enum err_code save(const struct app *app, const struct cli *cli,
    const json_t *patch, struct err *e)
{
	const struct kind *kind = kind_get(KIND_IRONIC);
	struct inventory_result result = { 0 };
	const struct snapshot *s;
	enum err_code rc = snapshots_current(app->snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	if (snapshot_find(s, KIND_IRONIC, kind->name))
		rc = inventory_patch(app, &cli->actor,
		    &(struct inventory_change){
			.kind = kind, .key = kind->name, .object = patch },
		    &result, e);
	else
		rc = inventory_create(app, &cli->actor,
		    &(struct inventory_change){ .kind = kind, .object = patch },
		    &result, e);
	snapshot_unref(s);
	inventory_result_release(&result);
	return rc;
}

static enum err_code show(const struct app *app, struct err *e)
{
	const struct snapshot *s;
	const struct record *record;
	enum err_code rc = snapshots_current(app->snapshots, &s, e);
	size_t len;

	if (rc != ERR_OK)
		return rc;
	record = snapshot_find(s, KIND_IRONIC, kind_get(KIND_IRONIC)->name);
	if (record)
		fputs(record_json(record, &len), stdout);
	else
		rc = err_set(e, ERR_NOT_FOUND,
		    "no Ironic is configured: "
		    "switchyard ironic url=http://…");
	snapshot_unref(s);
	return rc;
}

int cmd_ironic(const struct cli *cli, int argc, char **argv)
{
	json_t *patch = json_object();
	struct err e = ERR_INIT;
	struct app app;
	enum err_code rc = ERR_OK;

	for (int i = 1; i < argc && rc == ERR_OK; i++)
		rc = take_field(argv[i], patch, &e);
	if (rc == ERR_OK)
		rc = app_open(cli->dir, &app, &e);
	if (rc == ERR_OK) {
		rc = argc > 1 ? save(&app, cli, patch, &e) : show(&app, &e);
		app_close(&app);
	}
	json_decref(patch);
	return rc == ERR_OK ? 0 : cli_fail(&e);
}
