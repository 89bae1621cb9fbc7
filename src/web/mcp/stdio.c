#include "web/mcp/stdio.h"

#include "app/access.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "web/exchange.h"
#include "web/mcp/mcp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE 65536

struct stdio {
	const struct mcp_stdio_options *options;
	struct web web; /* its services */
	struct arena *arena;
	struct schema_errors errors;
	struct buf in;
	struct buf out;
	bool too_long; /* the rest of this line is skipped */
	const char *agreed;
	uint32_t counter;
};

/* --- who asks ------------------------------------------------------------ */

static enum err_code identify_token(
    const struct stdio *s, struct request *r, struct err *e)
{
	char name[64], hash[ACCESS_HASH_SIZE];
	const struct record *token = NULL;

	if (access_token_parse(s->options->token, name, hash))
		token = snapshot_find(r->snapshot, KIND_TOKEN, name);
	if (!token || !access_token_matches(token, hash, clock_wall_ms()) ||
	    !access_role_parse(record_text(token, TOKEN_ROLE), &r->actor.role))
		return err_set(e, ERR_DENIED,
		    "the token is not valid: it is wrong, revoked or expired");
	r->actor.name = arena_printf(r->arena, "token:%s", name);
	return r->actor.name ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

static enum err_code identify_login(
    const struct stdio *s, struct request *r, struct err *e)
{
	const struct record *user =
	    snapshot_find(r->snapshot, KIND_USER, s->options->login);

	r->actor.name = s->options->login;
	r->actor.role = s->options->role;
	if (r->actor.role != ROLE_NOBODY)
		return ERR_OK;
	r->actor.role = ROLE_VIEWER;
	if (user && (record_flag(user, USER_DISABLED) ||
			!access_role_parse(
			    record_text(user, USER_ROLE), &r->actor.role)))
		return err_set(e, ERR_DENIED, "the user %s may not use this",
		    s->options->login);
	return ERR_OK;
}

/* --- one message --------------------------------------------------------- */

static enum err_code begin(struct stdio *s, struct request *r, struct err *e)
{
	enum err_code rc;

	arena_reset(s->arena);
	*r = (struct request){
		.web = &s->web,
		.app = &s->web.app,
		.arena = s->arena,
		.errors_room = &s->errors,
		.raw_query = "",
		.body = "",
		.content_type = "",
		.csrf_token = "",
		.remote_addr = "",
		.actor = { .name = "", .via = TRIGGER_MCP },
	};
	snprintf(r->id, sizeof(r->id), "mcp-%08x", ++s->counter);
	rc = snapshots_current(r->app->snapshots, &r->snapshot, e);
	if (rc == ERR_OK)
		rc = s->options->token ? identify_token(s, r, e)
				       : identify_login(s, r, e);
	return rc;
}

static enum err_code send(struct stdio *s, json_t *value, struct err *e)
{
	enum err_code rc;

	buf_clear(&s->out);
	rc = json_write_line(value, &s->out, e);
	buf_putc(&s->out, '\n');
	if (rc == ERR_OK)
		rc = buf_check(&s->out, "the answer", e);
	if (rc == ERR_OK)
		rc = fd_write_all(s->options->out, s->out.data, s->out.len, e);
	return rc;
}

static enum err_code answer_line(
    struct stdio *s, const char *line, size_t len, struct err *e)
{
	struct mcp_reply reply = { 0 };
	struct request r;
	enum err_code rc = begin(s, &r, e);

	if (rc == ERR_OK) {
		struct mcp_peer peer = { .r = &r, .agreed = s->agreed };

		rc = mcp_answer(&peer, line, len, &reply, e);
		s->agreed = peer.agreed;
	}
	if (rc == ERR_OK && reply.value)
		rc = send(s, reply.value, e);
	json_decref(reply.value);
	if (r.snapshot)
		snapshot_unref(r.snapshot);
	record_unref(r.past);
	return rc;
}

static enum err_code refuse_length(struct stdio *s, struct err *e)
{
	json_t *value = rpc_error_json(NULL, RPC_INVALID_REQUEST,
	    "the message is longer than 1 MiB", NULL);
	enum err_code rc =
	    value ? send(s, value, e) : err_set(e, ERR_SYSTEM, "out of memory");

	json_decref(value);
	return rc;
}

/* --- lines --------------------------------------------------------------- */

static bool is_blank(const char *line, size_t len)
{
	return strspn(line, " \t\r\n") >= len;
}

/* Answers the whole lines in s->in.  The rest of a line that is too long is
 * not kept. */
static enum err_code answer_lines(struct stdio *s, struct err *e)
{
	enum err_code rc = ERR_OK;
	char *end;

	while (rc == ERR_OK && s->in.len &&
	       (end = memchr(s->in.data, '\n', s->in.len))) {
		size_t len = (size_t)(end - s->in.data);

		*end = '\0';
		if (!s->too_long && len > MCP_MAX_MESSAGE)
			rc = refuse_length(s, e);
		else if (!s->too_long && !is_blank(s->in.data, len))
			rc = answer_line(s, s->in.data, len, e);
		s->too_long = false;
		buf_consume(&s->in, len + 1);
	}
	if (rc == ERR_OK && s->in.len > MCP_MAX_MESSAGE) {
		if (!s->too_long)
			rc = refuse_length(s, e);
		s->too_long = true;
		buf_clear(&s->in);
	}
	return rc;
}

static enum err_code serve(struct stdio *s, struct err *e)
{
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK) {
		char *to = buf_reserve(&s->in, READ_SIZE);
		ssize_t n;

		if (!to)
			return err_set(e, ERR_SYSTEM, "out of memory");
		n = read(s->options->in, to, READ_SIZE);
		if (n == 0)
			return ERR_OK;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(e, "standard input");
		s->in.len += (size_t)n;
		s->in.data[s->in.len] = '\0';
		rc = answer_lines(s, e);
	}
	return rc;
}

/* --- around them --------------------------------------------------------- */

static enum err_code open_parts(struct stdio *s, struct err *e)
{
	struct request r = { 0 };
	enum err_code rc;

	s->arena = arena_new(EXCHANGE_ARENA_MAX);
	if (!s->arena)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = web_open_services(&s->web, s->options->dir, e);
	/* who may not is told before the first message */
	if (rc == ERR_OK) {
		rc = begin(s, &r, e);
		if (r.snapshot)
			snapshot_unref(r.snapshot);
	}
	return rc;
}

static void close_parts(struct stdio *s)
{
	web_close_services(&s->web);
	arena_free(s->arena);
	buf_release(&s->in);
	buf_release(&s->out);
}

enum err_code mcp_stdio_serve(
    const struct mcp_stdio_options *options, struct err *e)
{
	struct stdio s = { .options = options,
		.in = BUF_INIT(MCP_MAX_MESSAGE + 2 * READ_SIZE),
		.out = BUF_INIT(2 * RESPONSE_MAX_BODY) };
	enum err_code rc = open_parts(&s, e);

	if (rc == ERR_OK)
		rc = serve(&s, e);
	close_parts(&s);
	return rc;
}
