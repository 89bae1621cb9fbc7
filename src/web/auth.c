#include "web/auth.h"

#include "app/access.h"
#include "base/clock.h"
#include "web/cgi.h"
#include "web/session.h"
#include "web/signed_out.h"
#include "web/web.h"

#include <string.h>
#include <strings.h>

static enum err_code refuse_token(struct request *r, struct err *e)
{
	r->problem.challenge = true;
	return request_refuse(r, 401, e,
	    "the token is not valid: it is wrong, revoked or expired");
}

static enum err_code set_actor(struct request *r, const struct record *record,
    int role_field, const char *name, enum request_auth auth, struct err *e)
{
	enum access_role role;

	if (!name || !access_role_parse(record_text(record, role_field), &role))
		return request_refuse(
		    r, 403, e, "the record of this identity names no role");
	r->actor.name = name;
	r->actor.role = role;
	r->auth = auth;
	return ERR_OK;
}

static enum err_code identify_token(
    struct request *r, const char *token, struct err *e)
{
	char name[64], hash[ACCESS_HASH_SIZE];
	const struct record *record;

	if (!access_token_parse(token, name, hash))
		return refuse_token(r, e);
	record = snapshot_find(r->snapshot, KIND_TOKEN, name);
	if (!record || !access_token_matches(record, hash, clock_wall_ms()))
		return refuse_token(r, e);
	return set_actor(r, record, TOKEN_ROLE,
	    arena_printf(r->arena, "token:%s", name), AUTH_TOKEN, e);
}

static bool is_proxy_method(const char *word)
{
	static const char *const words[] = { "basic", "oidc", "mtls",
		"kerberos" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return false;
}

static enum err_code identify_proxy(struct request *r, struct err *e)
{
	const char *name = r->cgi->value[CGI_REMOTE_USER];
	const struct record *user;

	if (!is_proxy_method(r->cgi->value[CGI_PORTAL_AUTH]))
		return request_refuse(r, 403, e,
		    "the web server names an unknown way of signing in");
	user = snapshot_find(r->snapshot, KIND_USER, name);
	if (!user || record_flag(user, USER_DISABLED))
		return request_refuse(r, 403, e,
		    "you are signed in, but this portal has no user of that "
		    "name who may use it; ask an admin");
	return set_actor(r, user, USER_ROLE, record_key(user), AUTH_PROXY, e);
}

static enum err_code identify_session(struct request *r, struct err *e)
{
	const struct record *user;
	struct session *session;
	const char *text;
	size_t len;

	text =
	    cookie_find(r->cgi->value[CGI_HTTP_COOKIE], SESSION_COOKIE, &len);
	if (!text)
		return ERR_OK;
	session = arena_alloc(r->arena, sizeof(*session));
	if (!session)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (!session_parse(r->web->keys, text, len, clock_wall_ms(), session))
		return ERR_OK;
	user = snapshot_find(r->snapshot, KIND_USER, session->user);
	if (!user || !session_stands(session, user) ||
	    signed_out_holds(r->web->options.dir, session))
		return ERR_OK;
	r->session = session;
	return set_actor(r, user, USER_ROLE, record_key(user), AUTH_SESSION, e);
}

enum err_code auth_identify(struct request *r, struct err *e)
{
	const char *authorization = r->cgi->value[CGI_HTTP_AUTHORIZATION];

	r->actor = (struct actor){ .name = "", .role = ROLE_NOBODY };
	r->auth = AUTH_NONE;
	/* Basic credentials are nginx's business: 2 below */
	if (strncasecmp(authorization, "Bearer ", 7) == 0)
		return identify_token(
		    r, authorization + 7 + strspn(authorization + 7, " "), e);
	if (*r->cgi->value[CGI_PORTAL_AUTH] && *r->cgi->value[CGI_REMOTE_USER])
		return identify_proxy(r, e);
	return identify_session(r, e);
}
