/*
 * Resources: the configurations of devices, at
 * switchyard://devices/<name>/<intended|backup|outputs|diff>.
 */
#include "web/mcp/mcp.h"

#include "base/json.h"
#include "base/text.h"
#include "web/mcp/config.h"
#include "web/mcp/tool.h"

#include <string.h>

#define BASE "switchyard://devices/"
#define PAGE_DEVICES 100

static json_t *resource_json(const char *device, const struct mcp_config *c)
{
	return json_pack("{s:o, s:o, s:s, s:s}", "uri",
	    json_sprintf(BASE "%s/%s", device, c->word), "name",
	    json_sprintf("%s %s", device, c->word), "description", c->summary,
	    "mimeType", "text/plain");
}

/* What a device has of them; all there is to compare if it has both. */
static bool has_config(
    const struct snapshot *s, const char *device, const struct mcp_config *c)
{
	struct blob_id id;
	bool intended = snapshot_config(s, PATH_INTENDED, device, &id);
	bool backup = snapshot_config(s, PATH_BACKUP, device, &id);

	if (strcmp(c->word, "intended") == 0)
		return intended;
	if (strcmp(c->word, "outputs") == 0)
		return snapshot_config(s, PATH_OUTPUTS, device, &id);
	return strcmp(c->word, "backup") == 0 ? backup : intended && backup;
}

static void add_resources(
    json_t *list, const struct snapshot *s, const char *device)
{
	for (const struct mcp_config *c = mcp_configs; c->word; c++) {
		if (has_config(s, device, c))
			json_array_append_new(list, resource_json(device, c));
	}
}

enum err_code mcp_list_resources(
    struct mcp_call *call, json_t **ret, struct err *e)
{
	const char *after = json_text(call->message->params, "cursor", "");
	const struct record *const *all;
	json_t *list = json_array(), *result;
	const char *last = NULL;
	size_t n, i = 0, shown = 0;

	all = snapshot_all(call->r->snapshot, KIND_DEVICE, &n);
	while (i < n && strcmp(record_key(all[i]), after) <= 0)
		i++;
	for (; i < n && shown < PAGE_DEVICES; i++, shown++) {
		last = record_key(all[i]);
		add_resources(list, call->r->snapshot, last);
	}
	result = json_pack("{s:o}", "resources", list);
	if (result && i < n)
		json_object_set_new(result, "nextCursor", json_string(last));
	if (!result)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = result;
	return ERR_OK;
}

enum err_code mcp_list_templates(
    struct mcp_call *call, json_t **ret, struct err *e)
{
	json_t *list = json_array();

	(void)call;
	for (const struct mcp_config *c = mcp_configs; c->word; c++)
		json_array_append_new(
		    list, json_pack("{s:o, s:s, s:s, s:s}", "uriTemplate",
			      json_sprintf(BASE "{device}/%s", c->word), "name",
			      c->word, "description", c->summary, "mimeType",
			      "text/plain"));
	*ret = json_pack("{s:o}", "resourceTemplates", list);
	return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

/* --- reading ------------------------------------------------------------- */

static enum err_code not_found(
    struct mcp_call *call, const char *uri, struct err *e)
{
	return mcp_refuse(call,
	    call->era == MCP_MODERN ? RPC_INVALID_PARAMS
				    : RPC_RESOURCE_NOT_FOUND,
	    json_pack("{s:s}", "uri", uri), e, "Resource not found");
}

/* Splits the URI; *ret_device is in the arena. */
static const struct mcp_config *parse_uri(
    struct arena *a, const char *uri, const char **ret_device)
{
	const char *device = uri + sizeof(BASE) - 1, *slash;

	if (!text_starts_with(uri, BASE))
		return NULL;
	slash = strchr(device, '/');
	if (!slash)
		return NULL;
	*ret_device = arena_memdup(a, device, (size_t)(slash - device));
	return *ret_device ? mcp_config_find(slash + 1) : NULL;
}

static enum err_code contents_json(const char *uri,
    const struct operation_answer *answer, json_t **ret, struct err *e)
{
	json_t *result = json_pack("{s:[{s:s, s:s, s:s, s:{s:[s]}}]}",
	    "contents", "uri", uri, "mimeType", "text/plain", "text",
	    answer->text, "_meta", "switchyard/untrusted", "text");
	enum err_code rc;

	if (!result)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = mcp_clean_texts(result, e);
	if (rc == ERR_OK)
		*ret = result;
	else
		json_decref(result);
	return rc;
}

enum err_code mcp_read_resource(
    struct mcp_call *call, json_t **ret, struct err *e)
{
	const char *uri = json_text(call->message->params, "uri", "");
	struct operation_answer answer;
	struct operation_call op = { 0 };
	const struct mcp_config *config =
	    parse_uri(call->r->arena, uri, &op.capture[0]);
	enum err_code rc;

	if (!config)
		return not_found(call, uri, e);
	op.operation_id = config->operation;
	rc = operation_run(call->r, &op, &answer, e);
	if (rc != ERR_OK)
		return rc;
	if (answer.status < 400)
		rc = contents_json(uri, &answer, ret, e);
	else if (answer.status == 404)
		rc = not_found(call, uri, e);
	else
		rc = mcp_refuse(call, RPC_INTERNAL_ERROR, NULL, e, "%s",
		    json_text(answer.json, "detail", "it cannot be read now"));
	operation_answer_release(&answer);
	return rc;
}
