/*
 * The Model Context Protocol: what /mcp and `switchyard mcp` share.
 *
 * A tool is an operation of REST that is called in process: its arguments
 * become the operation's path, query and body, and its answer the tool's
 * result.  So permissions, checks, audit and schemas are those of REST.
 *
 * Two eras of the protocol are spoken.  Older: revisions 2025-03-26,
 * 2025-06-18 and 2025-11-25, which begin with initialize.  Modern: revision
 * 2026-07-28, in which each request says for itself which revision it is of.
 * Neither keeps a session here.
 *
 * Source: modelcontextprotocol.io/specification.  One thread.
 */
#ifndef WEB_MCP_MCP_H
#define WEB_MCP_MCP_H

#include "web/mcp/rpc.h"
#include "web/request.h"
#include "web/router.h"

extern const struct route_table mcp_routes;

#define MCP_META "io.modelcontextprotocol/"
#define MCP_MODERN_VERSION "2026-07-28"
#define MCP_NEWEST_OLDER "2025-11-25"
/* Holds for clients that name no version (2025-06-18, "Transports"), and is
 * the only one with batches. */
#define MCP_BATCH_VERSION "2025-03-26"

#define MCP_MAX_BATCH 32 /* messages */
#define MCP_MAX_MESSAGE BODY_JSON

enum mcp_era { MCP_OLDER, MCP_MODERN };

/* What a request says outside of its body; "" where it says nothing. */
struct mcp_headers {
	const char *version;
	const char *method;
	const char *name;
};

/* Who talks to us. */
struct mcp_peer {
	struct request *r;		   /* for actor, snapshot, memory */
	const struct mcp_headers *headers; /* NULL: there are none (stdio) */
	/* stdio: the version that initialize agreed on, a constant; NULL
	 * before that */
	const char *agreed;
};

/* One message under way. */
struct mcp_call {
	struct mcp_peer *peer;
	struct request *r;
	const struct rpc_message *message;
	enum mcp_era era;
	/* of an error; set by mcp_refuse() */
	enum rpc_code code;
	json_t *data; /* owned; NULL: none */
};

struct mcp_reply {
	int status;    /* HTTP's; 202: there is nothing to send */
	json_t *value; /* owned; NULL with 202 */
};

/* Answers a message, or several, in JSON text.  ERR_SYSTEM: out of memory;
 * whatever else is wrong is in the reply. */
enum err_code mcp_answer(struct mcp_peer *peer, const char *text, size_t len,
    struct mcp_reply *ret, struct err *e) must_check;

/* An error of this code as the answer; takes over `data` (NULL: none). */
enum err_code mcp_refuse(struct mcp_call *call, enum rpc_code code,
    json_t *data, struct err *e, const char *fmt, ...)
    printf_like(5, 6) must_check;

/* --- protocol.c: revisions ----------------------------------------------- */

/* All of them, newest first; NULL ends. */
extern const char *const mcp_versions[];
/* The version to speak with an older client that asks for this one. */
const char *mcp_negotiate(const char *asked);
enum mcp_era mcp_era_of(
    const struct mcp_peer *peer, const struct rpc_message *message);
/* What the call's era demands of headers and _meta. */
enum err_code mcp_check_protocol(
    struct mcp_call *call, struct err *e) must_check;
/* Are batches part of the version that the peer speaks? */
bool mcp_takes_batches(const struct mcp_peer *peer);
/* {"name", "title", "version"} */
json_t *mcp_server_info(const struct request *r);

/* --- methods.c ----------------------------------------------------------- */

/* Runs the message's method.  *ret: the result, a new reference. */
enum err_code mcp_run_method(
    struct mcp_call *call, json_t **ret, struct err *e) must_check;

/* --- prompts.c ----------------------------------------------------------- */

enum err_code mcp_list_prompts(
    struct mcp_call *call, json_t **ret, struct err *e) must_check;
enum err_code mcp_get_prompt(
    struct mcp_call *call, json_t **ret, struct err *e) must_check;

/* --- resources.c --------------------------------------------------------- */

enum err_code mcp_list_resources(
    struct mcp_call *call, json_t **ret, struct err *e) must_check;
enum err_code mcp_list_templates(
    struct mcp_call *call, json_t **ret, struct err *e) must_check;
enum err_code mcp_read_resource(
    struct mcp_call *call, json_t **ret, struct err *e) must_check;

#endif
