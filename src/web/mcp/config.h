/*
 * The configurations of a device, as tools and resources give them.
 */
#ifndef WEB_MCP_CONFIG_H
#define WEB_MCP_CONFIG_H

#include "web/mcp/operation.h"

struct mcp_config {
	const char *word;      /* "intended": in arguments and URIs */
	const char *operation; /* operation_id; the answer is a text */
	const char *summary;
};

/* "intended", "backup", "outputs", "diff"; ends with an entry without a word.
 */
extern const struct mcp_config mcp_configs[];
const struct mcp_config *mcp_config_find(const char *word); /* or NULL */

#endif
