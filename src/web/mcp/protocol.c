/*
 * Revisions of the protocol, and what each demands of a request.
 */
#include "web/mcp/mcp.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "base/crypto.h"

#include <string.h>

#define META_VERSION MCP_META "protocolVersion"
#define META_CAPABILITIES MCP_META "clientCapabilities"

const char *const mcp_versions[] = { MCP_MODERN_VERSION, MCP_NEWEST_OLDER,
	"2025-06-18", MCP_BATCH_VERSION, NULL };

static const char *find_version(const char *text, bool modern_too)
{
	for (size_t i = modern_too ? 0 : 1; mcp_versions[i]; i++) {
		if (strcmp(mcp_versions[i], text) == 0)
			return mcp_versions[i];
	}
	return NULL;
}

const char *mcp_negotiate(const char *asked)
{
	const char *known = find_version(asked, false);

	return known ? known : MCP_NEWEST_OLDER;
}

static const json_t *meta_of(const struct rpc_message *message)
{
	return json_object_get(message->params, "_meta");
}

enum mcp_era mcp_era_of(
    const struct mcp_peer *peer, const struct rpc_message *message)
{
	if (json_object_get(meta_of(message), META_VERSION))
		return MCP_MODERN;
	if (peer->headers &&
	    strcmp(peer->headers->version, MCP_MODERN_VERSION) == 0)
		return MCP_MODERN;
	return MCP_OLDER;
}

bool mcp_takes_batches(const struct mcp_peer *peer)
{
	const char *version = peer->agreed ? peer->agreed : MCP_BATCH_VERSION;

	if (peer->headers && *peer->headers->version)
		version = peer->headers->version;
	return strcmp(version, MCP_BATCH_VERSION) == 0;
}

json_t *mcp_server_info(const struct request *r)
{
	return json_pack("{s:s, s:s, s:s}", "name", "switchyard", "title",
	    record_text(snapshot_settings(r->snapshot), SETTINGS_SITE_NAME),
	    "version", SWITCHYARD_VERSION);
}

/* --- headers ------------------------------------------------------------- */

/* Where a method's Mcp-Name is in its parameters. */
static const struct {
	const char *method;
	const char *member;
} named[] = {
	{ "tools/call", "name" },
	{ "prompts/get", "name" },
	{ "resources/read", "uri" },
};

/* A value that may not stand in a header as it is comes as
 * "=?base64?…?=" (2026-07-28, "Transports"). */
static bool is_value(const char *header, const char *value)
{
	static const char head[] = "=?base64?";
	struct buf plain = BUF_INIT(RPC_MAX_ID * 64);
	size_t len = strlen(header), around = sizeof(head) - 1 + 2;
	char *coded;
	bool same;

	if (!text_starts_with(header, head) || len < around ||
	    !text_ends_with(header, "?="))
		return strcmp(header, value) == 0;
	coded = strndup(header + sizeof(head) - 1, len - around);
	same = coded && base64_decode_append(&plain, coded, len - around) &&
	       strcmp(buf_text(&plain), value) == 0;
	free(coded);
	buf_release(&plain);
	return same;
}

static enum err_code mismatch(
    struct mcp_call *call, const char *header, struct err *e)
{
	return mcp_refuse(call, RPC_HEADER_MISMATCH, NULL, e,
	    "the header %s is missing or does not say what the body says",
	    header);
}

static enum err_code check_headers(struct mcp_call *call, struct err *e)
{
	const struct mcp_headers *h = call->peer->headers;
	const struct rpc_message *m = call->message;
	const char *version = json_text(meta_of(m), META_VERSION, "");

	if (strcmp(h->version, version) != 0)
		return mismatch(call, "MCP-Protocol-Version", e);
	if (!is_value(h->method, m->method))
		return mismatch(call, "Mcp-Method", e);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (strcmp(named[i].method, m->method) == 0 &&
		    !is_value(
			h->name, json_text(m->params, named[i].member, "")))
			return mismatch(call, "Mcp-Name", e);
	}
	return ERR_OK;
}

/* --- _meta --------------------------------------------------------------- */

static json_t *supported_json(const char *requested)
{
	json_t *list = json_array();

	for (size_t i = 0; mcp_versions[i]; i++)
		json_array_append_new(list, json_string(mcp_versions[i]));
	return json_pack(
	    "{s:o, s:s}", "supported", list, "requested", requested);
}

static enum err_code check_modern(struct mcp_call *call, struct err *e)
{
	const json_t *meta = meta_of(call->message);
	const json_t *version = json_object_get(meta, META_VERSION);
	enum err_code rc = ERR_OK;

	if (!json_is_string(version))
		return mcp_refuse(call, RPC_INVALID_PARAMS, NULL, e,
		    "_meta must hold \"%s\"", META_VERSION);
	if (!json_is_object(json_object_get(meta, META_CAPABILITIES)))
		return mcp_refuse(call, RPC_INVALID_PARAMS, NULL, e,
		    "_meta must hold \"%s\", an object", META_CAPABILITIES);
	if (call->peer->headers)
		rc = check_headers(call, e);
	if (rc == ERR_OK &&
	    strcmp(json_string_value(version), MCP_MODERN_VERSION) != 0)
		rc = mcp_refuse(call, RPC_UNSUPPORTED_VERSION,
		    supported_json(json_string_value(version)), e,
		    "this version of the protocol is not spoken here");
	return rc;
}

enum err_code mcp_check_protocol(struct mcp_call *call, struct err *e)
{
	const struct mcp_headers *h = call->peer->headers;

	if (call->era == MCP_MODERN)
		return check_modern(call, e);
	if (h && *h->version && !find_version(h->version, false))
		return mcp_refuse(call, RPC_UNSUPPORTED_VERSION,
		    supported_json(h->version), e,
		    "this version of the protocol is not spoken here");
	return ERR_OK;
}
