/*
 * The Model Context Protocol over standard input and output: a message a line
 * (modelcontextprotocol.io, "Transports"), for an assistant on this machine.
 *
 * The same tools as /mcp, on the instance's own files; the portal need not
 * run.  Logs go to standard error.  One thread.
 */
#ifndef WEB_MCP_STDIO_H
#define WEB_MCP_STDIO_H

#include "app/actor.h"

struct mcp_stdio_options {
	const char *dir;   /* the instance's directory */
	const char *token; /* whose rights hold; NULL: those of `login` */
	const char *login; /* of the operating system */
	/* ROLE_NOBODY: that of the portal's user `login`, viewer if there is
	 * none */
	enum access_role role;
	int in;
	int out;
};

/* Serves until the end of the input.  ERR_DENIED: the token is not valid, or
 * the user is disabled; asked again for each message. */
enum err_code mcp_stdio_serve(
    const struct mcp_stdio_options *options, struct err *e) must_check;

#endif
