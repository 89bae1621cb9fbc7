#include "sim/vault_engine.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUSY_REQUESTS 2

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fail(struct vault_reply *r, unsigned status, const char *error)
{
	r->status = status;
	buf_clear(&r->body);
	if (error)
		buf_printf(&r->body, "{\"errors\":[\"%s\"]}\n", error);
	else
		buf_puts(&r->body, "{\"errors\":[]}\n");
}

/* --- AppRole ------------------------------------------------------------- */

static const char *give_token(struct vault_engine *s)
{
	struct vault_engine_token *t =
	    &s->tokens[s->n_tokens++ % VAULT_MAX_TOKENS];
	char hex[33];

	random_hex(hex, 16);
	snprintf(t->text, sizeof(t->text), "b.canary%s", hex);
	t->ends_ms = s->lease_s ? now_ms() + s->lease_s * 1000LL : 0;
	return t->text;
}

static bool knows_token(const struct vault_engine *s, const char *text)
{
	if (!text)
		return false;
	if (strcmp(text, VAULT_SIM_TOKEN) == 0)
		return true;
	for (size_t i = 0; i < s->n_tokens && i < VAULT_MAX_TOKENS; i++) {
		const struct vault_engine_token *t = &s->tokens[i];

		if (strcmp(t->text, text) == 0)
			return !t->ends_ms || now_ms() < t->ends_ms;
	}
	return false;
}

static void sign_in(
    struct vault_engine *s, const struct buf *body, struct vault_reply *r)
{
	json_t *in = NULL;
	bool right;

	if (json_read(buf_text(body), body->len, VAULT_BODY_MAX, &in, NULL) !=
	    ERR_OK) {
		fail(r, 400, "failed to parse JSON input");
		return;
	}
	right =
	    s->knows_role &&
	    strcmp(json_text(in, "role_id", ""), VAULT_SIM_ROLE) == 0 &&
	    strcmp(json_text(in, "secret_id", ""), VAULT_SIM_SECRET_ID) == 0;
	json_decref(in);
	if (!right) {
		fail(r, 400, "invalid role or secret ID");
		return;
	}
	s->counts.sign_ins++;
	buf_printf(&r->body,
	    "{\"request_id\":\"1\",\"lease_id\":\"\",\"renewable\":false,"
	    "\"lease_duration\":0,\"data\":null,\"wrap_info\":null,"
	    "\"warnings\":null,\"auth\":{\"client_token\":\"%s\","
	    "\"accessor\":\"\",\"policies\":[\"default\",\"switchyard\"],"
	    "\"lease_duration\":%d,\"renewable\":false,\"orphan\":true,"
	    "\"token_type\":\"batch\",\"num_uses\":0}}\n",
	    give_token(s), s->lease_s);
}

/* --- KV ------------------------------------------------------------------ */

static void read_kv(struct vault_engine *s, const char *path, int version,
    struct vault_reply *r)
{
	const json_t *v = json_object_get(s->secrets, path);
	char *text;

	if (!v || (json_is_null(v) && version == 1)) {
		fail(r, 404, NULL);
		return;
	}
	text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	r->status = json_is_null(v) ? 404 : 200;
	buf_printf(&r->body,
	    "{\"request_id\":\"2\",\"lease_id\":\"\",\"renewable\":false,"
	    "\"lease_duration\":%d,\"data\":",
	    version == 1 ? 2764800 : 0);
	if (version == 2)
		buf_printf(&r->body,
		    "{\"data\":%s,\"metadata\":{\"created_time\":"
		    "\"2026-11-21T13:24:30.027222782Z\",\"custom_metadata\":"
		    "null,\"deletion_time\":\"%s\",\"destroyed\":false,"
		    "\"version\":1}}",
		    text,
		    json_is_null(v) ? "2026-11-21T13:24:30.620218056Z" : "");
	else
		buf_puts(&r->body, text);
	buf_puts(
	    &r->body, ",\"wrap_info\":null,\"warnings\":null,\"auth\":null}\n");
	free(text);
	s->counts.readings += r->status == 200;
}

static const struct {
	const char *prefix;
	int version;
} engines[] = {
	{ "/v1/secret/data/switchyard/", 2 },
	{ "/v1/kv1/switchyard/", 1 },
};

static void read_secret(struct vault_engine *s, const char *url,
    const char *token, struct vault_reply *r)
{
	if (!knows_token(s, token)) {
		fail(r, 403, "permission denied");
		return;
	}
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		if (!text_starts_with(url, engines[i].prefix))
			continue;
		read_kv(s, strstr(url, "switchyard/"), engines[i].version, r);
		return;
	}
	/* a policy that allows what is the role's, and nothing else */
	fail(r, 403, "1 error occurred:\\n\\t* permission denied\\n\\n");
}

/* --- what goes wrong ----------------------------------------------------- */

static void spoil_sealed(struct vault_engine *s, struct vault_reply *r)
{
	(void)s;
	fail(r, 503, "Vault is sealed");
}

static void spoil_busy(struct vault_engine *s, struct vault_reply *r)
{
	if (s->busy_left == 0)
		return;
	s->busy_left--;
	fail(r, 429, "request path \\\"canary\\\": rate limit quota exceeded");
}

static void spoil_standby(struct vault_engine *s, struct vault_reply *r)
{
	(void)s;
	fail(r, 307, NULL);
}

static void spoil_failing(struct vault_engine *s, struct vault_reply *r)
{
	(void)s;
	fail(r, 500, "internal error: canary");
}

static void spoil_huge(struct vault_engine *s, struct vault_reply *r)
{
	(void)s;
	for (size_t n = 0; n < VAULT_HUGE_BYTES / 1024; n++)
		buf_printf(&r->body, "%1024s", "");
}

static void spoil_garbage(struct vault_engine *s, struct vault_reply *r)
{
	(void)s;
	buf_clear(&r->body);
	buf_puts(&r->body, "<html>canary\xff\xfe</html>");
}

static void spoil_cut(struct vault_engine *s, struct vault_reply *r)
{
	(void)s;
	r->body.len /= 2;
}

static void spoil_other(struct vault_engine *s, struct vault_reply *r)
{
	(void)s;
	buf_clear(&r->body);
	buf_puts(&r->body, "{\"data\":{\"data\":[\"canary\"]},\"auth\":[7]}");
}

static void spoil_hangup(struct vault_engine *s, struct vault_reply *r)
{
	(void)s;
	r->hangup = true;
}

static const struct {
	const char *name;
	void (*spoil)(
	    struct vault_engine *s, struct vault_reply *r); /* NULL: no */
} modes[MODES] = {
	[MODE_OK] = { "ok", NULL },
	[MODE_SEALED] = { "sealed", spoil_sealed },
	[MODE_DENIED] = { "denied", NULL },
	[MODE_BUSY] = { "busy", spoil_busy },
	[MODE_STANDBY] = { "standby", spoil_standby },
	[MODE_FAILING] = { "failing", spoil_failing },
	[MODE_SLOW] = { "slow", NULL },
	[MODE_HUGE] = { "huge", spoil_huge },
	[MODE_GARBAGE] = { "garbage", spoil_garbage },
	[MODE_CUT] = { "cut", spoil_cut },
	[MODE_OTHER] = { "other", spoil_other },
	[MODE_HANGUP] = { "hangup", spoil_hangup },
};

/* --- all together -------------------------------------------------------- */

static bool knows_namespace(const char *name)
{
	return !name || strcmp(name, VAULT_SIM_NAMESPACE) == 0;
}

void vault_engine_answer(
    struct vault_engine *s, const struct vault_ask *ask, struct vault_reply *r)
{
	bool post = ask->body->len > 0;

	if (!knows_namespace(ask->name_space))
		fail(r, 404, "namespace not found");
	else if (!ask->is_request)
		fail(r, 400, "missing required header");
	else if (post && strcmp(ask->url, "/v1/auth/approle/login") == 0)
		sign_in(s, ask->body, r);
	else if (post || s->mode == MODE_DENIED)
		fail(r, 403, "permission denied");
	else
		read_secret(s, ask->url, ask->token, r);
	if (modes[s->mode].spoil)
		modes[s->mode].spoil(s, r);
	s->counts.refused += r->status != 200;
}

void vault_engine_init(struct vault_engine *s)
{
	memset(s, 0, sizeof(*s));
	s->secrets = json_object();
	s->knows_role = true;
	s->lease_s = 3600;
}

void vault_engine_release(struct vault_engine *s)
{
	json_decref(s->secrets);
}

bool vault_engine_set_mode(struct vault_engine *s, const char *mode)
{
	for (int i = 0; i < MODES; i++) {
		if (strcmp(modes[i].name, mode) != 0)
			continue;
		s->mode = (enum vault_mode)i;
		s->busy_left = BUSY_REQUESTS;
		return true;
	}
	return false;
}
