/*
 * Tools: one row each, in the file that is named after them.
 *
 * A row names an operation of REST and describes arguments by a schema; from
 * both the schemas that clients see are derived.  Unless the row has a function
 * of its own, a call fills the operation's path from the arguments in
 * `capture`, its query (GET) or body (otherwise) from the others, and gives
 * the operation's answer.
 *
 * Text that may come from a device, from Ironic or from whoever writes
 * configurations is named in `untrusted`: a model must not take it for
 * instructions.
 */
#ifndef WEB_MCP_TOOL_H
#define WEB_MCP_TOOL_H

#include "domain/schema.h"
#include "web/mcp/operation.h"

#define MCP_MAX_ARGUMENTS 16
#define MCP_MAX_UNTRUSTED 8

/* A call with complete, checked arguments. */
struct mcp_tool;
struct mcp_tool_call {
	struct request *r;
	const struct mcp_tool *tool;
	json_t *arguments;
};

struct mcp_tool {
	const char *name;
	const char *title;
	const char *description;
	const char *operation; /* operation_id */
	/* The arguments: fields of its own, or those of another table whose
	 * names are in `only` (NULL: all of them). */
	struct schema own;
	const struct schema *(*from)(void); /* NULL: own */
	const char *const *only;
	const char *capture[REQUEST_MAX_CAPTURES];
	bool changes;	  /* may change something */
	bool destructive; /* what is lost cannot be had back */
	const char *untrusted[MCP_MAX_UNTRUSTED]; /* "devices[].diff" */
	/* NULL: as described above. */
	enum err_code (*call)(const struct mcp_tool_call *call,
	    struct operation_answer *ret, struct err *e);
	/* The schema of its structured result; NULL: the operation's. */
	const char *output;
};

struct mcp_tool_table {
	const struct mcp_tool *tools;
	size_t n;
};

extern const struct mcp_tool_table mcp_devices_tools;
extern const struct mcp_tool_table mcp_config_tools;
extern const struct mcp_tool_table mcp_provision_device_tools;
extern const struct mcp_tool_table mcp_runs_tools;
extern const struct mcp_tool_table mcp_search_tools;
extern const struct mcp_tool_table mcp_servers_tools;

const struct mcp_tool *mcp_tool_find(const char *name); /* or NULL */
const struct mcp_tool_table *const *mcp_tool_tables(size_t *ret_n);

/* What tools/list says of all of them; NULL when out of memory. */
json_t *mcp_tools_json(void);

/* What tools/call answers.  arguments NULL: none.  Whatever the operation
 * refuses is a result with isError, not an error. */
enum err_code mcp_tool_call(struct request *r, const struct mcp_tool *tool,
    json_t *arguments, json_t **ret, struct err *e) must_check;

/* A refusal of the tool's own, as its operation would give it. */
enum err_code mcp_tool_refuse(const struct mcp_tool_call *call, int status,
    struct operation_answer *ret, struct err *e, const char *fmt, ...)
    printf_like(5, 6) must_check;

/* --- tool_schema.c ------------------------------------------------------- */

/* The arguments of a tool; `room` holds the fields. */
struct schema mcp_tool_schema(
    const struct mcp_tool *tool, struct field room[MCP_MAX_ARGUMENTS]);
/* JSON Schema (2020-12) of arguments and of results.  `components`: those of
 * the OpenAPI document.  NULL when out of memory. */
json_t *mcp_input_schema(const struct mcp_tool *tool);
json_t *mcp_output_schema(
    const struct mcp_tool *tool, const json_t *components);

/* Cleans all texts in the value of what could deceive a reader: control
 * characters, overrides of direction. */
enum err_code mcp_clean_texts(json_t *value, struct err *e) must_check;

#endif
