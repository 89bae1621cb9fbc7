/*
 * The configurations of a device: intended and backup, and what differs;
 * and what its commands told.
 */
#include "web/api/api.h"

#include "domain/text_diff.h"

#include <string.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"
#define DIFF_CONTEXT 3

static const char *const words[] = {
	[PATH_INTENDED] = "intended configuration",
	[PATH_BACKUP] = "backup",
	[PATH_OUTPUTS] = "command outputs",
};

/* The file's text in the arena, and its version. */
static enum err_code read_config(struct request *r, enum path_config which,
    struct text_diff_input *ret, struct blob_id *ret_id, struct err *e)
{
	struct buf text = BUF_INIT(BODY_CONFIG * 2);
	const struct record *device;
	struct blob_id id;
	enum err_code rc;

	rc = api_find_record(r, kind_get(KIND_DEVICE), &device, e);
	if (rc != ERR_OK)
		return rc;
	if (!snapshot_config(r->snapshot, which, record_key(device), &id))
		return err_set(e, ERR_NOT_FOUND, "%s has no %s yet",
		    record_key(device), words[which]);
	rc = store_read_blob(r->app->store, &id, &text, e);
	if (rc == ERR_OK) {
		ret->text = arena_memdup(r->arena, buf_text(&text), text.len);
		ret->len = text.len;
		*ret_id = id;
		if (!ret->text)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	}
	buf_release(&text);
	return rc;
}

static enum err_code give_config(struct request *r, struct response *out,
    enum path_config which, struct err *e)
{
	struct text_diff_input config = { 0 };
	struct blob_id id;
	enum err_code rc = read_config(r, which, &config, &id, e);

	if (rc != ERR_OK)
		return rc;
	response_etag(r, out, id.raw);
	return response_text(out, 200, TEXT_PLAIN, config.text, config.len, e);
}

static enum err_code get_intended(
    struct request *r, struct response *out, struct err *e)
{
	return give_config(r, out, PATH_INTENDED, e);
}

static enum err_code get_backup(
    struct request *r, struct response *out, struct err *e)
{
	return give_config(r, out, PATH_BACKUP, e);
}

static enum err_code get_outputs(
    struct request *r, struct response *out, struct err *e)
{
	return give_config(r, out, PATH_OUTPUTS, e);
}

/* What would have to change on the device: from the backup to the intended
 * configuration, like the difference of a run. */
static enum err_code get_diff(
    struct request *r, struct response *out, struct err *e)
{
	struct text_diff_input intended = { 0 };
	struct text_diff_input backup = { 0 };
	struct text_diff diff;
	struct blob_id id;
	enum err_code rc;

	rc = read_config(r, PATH_INTENDED, &intended, &id, e);
	if (rc == ERR_OK)
		rc = read_config(r, PATH_BACKUP, &backup, &id, e);
	if (rc == ERR_OK)
		rc = text_diff_compute(r->arena, &backup, &intended, &diff, e);
	if (rc == ERR_OK)
		rc = text_diff_format(
		    &diff, "backup", "intended", DIFF_CONTEXT, &out->body, e);
	out->content_type = TEXT_PLAIN;
	return rc;
}

/* The version that stands after a write, for the ETag. */
static void give_new_version(
    struct request *r, struct response *out, const char *device)
{
	const struct snapshot *now;
	struct blob_id id;

	if (snapshots_current(r->app->snapshots, &now, NULL) != ERR_OK)
		return;
	if (snapshot_config(now, PATH_INTENDED, device, &id))
		response_etag(r, out, id.raw);
	snapshot_unref(now);
}

/* Here If-Match is optional: a generator owns the file it writes. */
static enum err_code put_intended(
    struct request *r, struct response *out, struct err *e)
{
	struct inventory_result result = { 0 };
	const struct record *device;
	const struct blob_id *expect;
	struct blob_id id;
	enum err_code rc;
	bool present;

	rc = api_find_record(r, kind_get(KIND_DEVICE), &device, e);
	if (rc == ERR_OK)
		rc = api_optional_if_match(r, &id, &expect, &present, e);
	if (rc != ERR_OK)
		return rc;
	rc = inventory_put_intended(r->app, &r->actor, record_key(device),
	    r->body, r->body_len, expect, &result, e);
	inventory_result_release(&result);
	if (rc != ERR_OK)
		return rc;
	give_new_version(r, out, record_key(device));
	return response_json(out, 200,
	    json_pack("{s:s, s:b}", "device", record_key(device), "changed",
		result.changed),
	    e);
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/devices/{name}/intended",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_intended,
	    .operation_id = "getIntended",
	    .summary = "Read the intended configuration",
	    .answer_schema = "Text" },
	{ .method = METHOD_PUT,
	    .pattern = "/api/v1/devices/{name}/intended",
	    .surface = SURFACE_API,
	    .permission = MAY_EDIT,
	    .body_limit = BODY_CONFIG,
	    .body_type = "text/plain",
	    .handler = put_intended,
	    .operation_id = "putIntended",
	    .summary = "Write the intended configuration",
	    .body_schema = "Text",
	    .answer_schema = "IntendedResult" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/devices/{name}/backup",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_backup,
	    .operation_id = "getBackup",
	    .summary = "Read the last good running configuration",
	    .answer_schema = "Text" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/devices/{name}/outputs",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_outputs,
	    .operation_id = "getOutputs",
	    .summary = "Read what the further commands of the last backup "
		       "told, each behind a line \"### name: command\"",
	    .answer_schema = "Text" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/devices/{name}/diff",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_diff,
	    .operation_id = "getDiff",
	    .summary = "The difference from the backup to the intended "
		       "configuration, unified format",
	    .answer_schema = "Text" },
};

const struct route_table api_device_config_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
