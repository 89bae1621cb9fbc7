#include "infra/secrets/vault.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/file.h"
#include "infra/http/http.h"
#include "infra/secrets/source.h"
#include "infra/secrets/vault_answer.h"
#include "infra/secrets/vault_config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define URL_MAX ((size_t)4096)
#define CA_FILE_SIZE 4096
#define FIRST_PAUSE_MS 200
/* Whoever reads many secrets waits for a silent Vault once, not once for each.
 */
#define QUIET_AFTER_MS 900
#define QUIET_MS 2000
#define LAST_PAUSE_MS 2000

struct vault {
	char *dir;
	struct buf text; /* of vault.json, as `config` was read from */
	struct vault_config config;
	struct http_client *http; /* NULL until there is a configuration */
	struct secret *token;	  /* NULL: none */
	struct deadline token_ends;
	struct deadline quiet; /* until then `why` is the answer */
	struct err why;
};

struct vault *vault_new(const char *dir)
{
	struct vault *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	buf_init(&v->text, VAULT_CONFIG_MAX);
	v->dir = strdup(dir);
	if (!v->dir) {
		vault_free(v);
		return NULL;
	}
	return v;
}

static void forget_token(struct vault *v)
{
	secret_free(v->token);
	v->token = NULL;
}

static void forget_config(struct vault *v)
{
	forget_token(v);
	v->quiet = (struct deadline){ 0 };
	http_client_free(v->http);
	v->http = NULL;
	vault_config_release(&v->config);
	buf_clear(&v->text);
}

void vault_free(struct vault *v)
{
	if (!v)
		return;
	forget_config(v);
	buf_release(&v->text);
	free(v->dir);
	free(v);
}

/* --- settings ------------------------------------------------------------ */

static enum err_code make_client(struct vault *v, struct err *e)
{
	struct http_options options = { .keep = 1,
		.connect_ms = v->config.timeout_ms / 2 };
	char ca_file[CA_FILE_SIZE];
	enum err_code rc = ERR_OK;

	if (v->config.ca_file) {
		rc = source_make_path(
		    v->dir, v->config.ca_file, ca_file, sizeof(ca_file), e);
		options.ca_file = ca_file;
	}
	return rc == ERR_OK ? http_client_new(&options, &v->http, e) : rc;
}

static enum err_code apply_config(
    struct vault *v, const struct buf *text, struct err *e)
{
	enum err_code rc;

	forget_config(v);
	rc = vault_config_parse(buf_text(text), text->len, &v->config, e);
	if (rc != ERR_OK)
		return rc;
	rc = make_client(v, e);
	if (rc == ERR_OK && !buf_add(&v->text, text->data, text->len))
		rc = buf_check(&v->text, "vault.json", e);
	if (rc != ERR_OK)
		forget_config(v);
	return rc;
}

static enum err_code refresh_config(struct vault *v, struct err *e)
{
	struct buf now = BUF_INIT(VAULT_CONFIG_MAX);
	enum err_code rc = vault_config_load(v->dir, &now, e);

	if (rc == ERR_OK && (!v->http || now.len != v->text.len ||
				memcmp(now.data, v->text.data, now.len) != 0))
		rc = apply_config(v, &now, e);
	buf_release(&now);
	return rc;
}

/* --- one request --------------------------------------------------------- */

struct question {
	enum vault_question kind;
	const char *path; /* after /v1/ */
	const struct buf *body;
	struct deadline deadline;
};

/* What the client says of the peer, with what to do. */
static enum err_code explain_way(enum err_code rc, struct err *e)
{
	static const struct {
		enum err_code code;
		const char *advice;
	} advices[] = {
		{ ERR_DENIED,
		    "name its authority as \"ca_file\" in vault.json" },
		{ ERR_TIMEOUT, "is it there, is it overloaded?" },
		{ ERR_REMOTE,
		    "does it run, and is \"address\" in vault.json right?" },
		{ ERR_INVALID, "see vault.json" },
		{ ERR_LIMIT, "is \"address\" in vault.json right?" },
	};
	char why[400];

	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		if (advices[i].code != rc)
			continue;
		snprintf(why, sizeof(why), "%.390s", e ? e->message : "");
		return err_set(e, rc == ERR_LIMIT ? ERR_REMOTE : rc,
		    "Vault at %s: %s", why, advices[i].advice);
	}
	return rc;
}

static bool add_headers(
    const struct vault *v, const struct question *q, struct http_request *r)
{
	bool ok = http_request_add(r, "X-Vault-Request", "true");

	if (ok && v->config.name_space)
		ok = http_request_add(
		    r, "X-Vault-Namespace", v->config.name_space);
	if (ok && q->kind == VAULT_READING)
		ok = http_request_add(
		    r, "X-Vault-Token", secret_reveal(v->token));
	if (ok && q->body)
		ok = http_request_add(r, "Content-Type", "application/json");
	return ok;
}

/* ERR_OK for every answer, whatever its status. */
static enum err_code send(struct vault *v, const struct question *q,
    struct http_answer *answer, struct err *e)
{
	struct buf url = BUF_INIT(URL_MAX);
	struct http_request r = { .method = q->body ? "POST" : "GET",
		.deadline = q->deadline,
		.max_body = VAULT_ANSWER_MAX,
		.secret = true };
	enum err_code rc;

	buf_printf(&url, "%s/v1/%s", v->config.address, q->path);
	rc = buf_check(&url, "the address in Vault", e);
	if (rc == ERR_OK && !add_headers(v, q, &r))
		rc = err_set(e, ERR_INVALID,
		    "the token of Vault has characters that no token has");
	if (rc == ERR_OK) {
		r.url = buf_text(&url);
		r.body = q->body ? buf_text(q->body) : NULL;
		r.body_len = q->body ? q->body->len : 0;
		rc = explain_way(http_send(v->http, &r, answer, e), e);
	}
	buf_release(&url);
	return rc;
}

static void pause_ms(int64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* What may pass is asked again as long as there is time.  *ret_status on
 * every answer. */
static enum err_code ask(struct vault *v, const struct question *q,
    struct buf *body, int *ret_status, struct err *e)
{
	int64_t pause = FIRST_PAUSE_MS;

	for (;;) {
		struct http_answer answer = { .status = 0 };
		enum err_code rc = send(v, q, &answer, e);
		int status = answer.status;

		if (rc == ERR_OK && status == 200 &&
		    !buf_add(body, answer.body.data, answer.body.len))
			rc = buf_check(body, "Vault's answer", e);
		http_answer_release(&answer);
		if (rc != ERR_OK)
			return rc;
		*ret_status = status;
		if (status == 200)
			return ERR_OK;
		if (!vault_answer_may_pass(status) ||
		    deadline_left_ms(q->deadline) < 2 * pause)
			return vault_answer_explain(
			    q->kind, status, q->path, e);
		pause_ms(pause);
		pause = pause * 2 < LAST_PAUSE_MS ? pause * 2 : LAST_PAUSE_MS;
	}
}

/* --- a token ------------------------------------------------------------- */

static void put_member(struct buf *to, const char *name, const char *text)
{
	buf_puts(to, name);
	buf_putc(to, '"');
	escape_json(to, text, strlen(text));
	buf_putc(to, '"');
}

static enum err_code make_sign_in(
    const struct vault *v, struct buf *body, struct err *e)
{
	struct buf id = BUF_INIT(SOURCE_MAX);
	enum err_code rc =
	    source_read_named(v->dir, v->config.secret_id_file, &id, e);

	if (rc == ERR_OK && buf_reserve(body, body->max)) {
		put_member(body, "{\"role_id\":", v->config.role_id);
		put_member(body, ",\"secret_id\":", buf_text(&id));
		buf_putc(body, '}');
	}
	source_wipe_buf(&id);
	return rc == ERR_OK ? buf_check(body, "the sign-in", e)
			    : err_context(e, "signing in to Vault");
}

static enum err_code sign_in(
    struct vault *v, struct deadline deadline, struct err *e)
{
	struct buf path = BUF_INIT(URL_MAX), body = BUF_INIT(SOURCE_MAX * 2);
	struct buf answer = BUF_INIT(VAULT_ANSWER_MAX);
	struct vault_token token;
	int status;
	enum err_code rc = make_sign_in(v, &body, e);

	buf_printf(&path, "auth/%s/login", v->config.approle_mount);
	if (rc == ERR_OK && !buf_reserve(&answer, VAULT_ANSWER_MAX))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = ask(v,
		    &(struct question){
			VAULT_SIGN_IN, buf_text(&path), &body, deadline },
		    &answer, &status, e);
	if (rc == ERR_OK)
		rc = vault_answer_token(
		    buf_text(&answer), answer.len, &token, e);
	if (rc == ERR_OK) {
		v->token = token.text;
		v->token_ends = token.lease_s
				    ? deadline_in_ms(token.lease_s * 900LL)
				    : DEADLINE_NEVER;
	}
	buf_release(&path);
	source_wipe_buf(&body);
	source_wipe_buf(&answer);
	return rc;
}

static enum err_code read_token(struct vault *v, struct err *e)
{
	struct buf text = BUF_INIT(SOURCE_MAX);
	enum err_code rc =
	    source_read_named(v->dir, v->config.token_file, &text, e);

	if (rc == ERR_OK) {
		v->token = secret_new(buf_text(&text), text.len);
		if (!v->token)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	} else {
		err_context(e, "the token of Vault");
	}
	source_wipe_buf(&text);
	return rc;
}

/* *ret_fresh: the token has just been given. */
static enum err_code need_token(
    struct vault *v, struct deadline deadline, bool *ret_fresh, struct err *e)
{
	if (v->config.token_file || deadline_passed(v->token_ends))
		forget_token(v);
	*ret_fresh = v->token == NULL;
	if (v->token)
		return ERR_OK;
	return v->config.token_file ? read_token(v, e)
				    : sign_in(v, deadline, e);
}

/* --- a secret ------------------------------------------------------------ */

/* A token that was kept may have been revoked, used up or forgotten meanwhile:
 * whatever is refused is asked for once more with a new one. */
static enum err_code read_path(
    struct vault *v, const char *path, struct buf *answer, struct err *e)
{
	struct question q = { .kind = VAULT_READING,
		.path = path,
		.deadline = deadline_in_ms(v->config.timeout_ms) };
	bool fresh;
	int status = 0;
	enum err_code rc = need_token(v, q.deadline, &fresh, e);

	if (rc == ERR_OK)
		rc = ask(v, &q, answer, &status, e);
	if (rc == ERR_OK || status != 403 || fresh)
		return rc;
	forget_token(v);
	rc = need_token(v, q.deadline, &fresh, e);
	return rc == ERR_OK ? ask(v, &q, answer, &status, e) : rc;
}

static enum err_code read_unless_quiet(
    struct vault *v, const char *path, struct buf *answer, struct err *e)
{
	int64_t start = clock_mono_ms();
	struct err why = ERR_INIT;
	enum err_code rc;

	if (!deadline_passed(v->quiet)) {
		if (e)
			*e = v->why;
		return v->why.code;
	}
	rc = read_path(v, path, answer, &why);
	if ((rc == ERR_TIMEOUT || rc == ERR_REMOTE) &&
	    clock_mono_ms() - start >= QUIET_AFTER_MS) {
		v->quiet = deadline_in_ms(QUIET_MS);
		v->why = why;
	}
	if (rc != ERR_OK && e)
		*e = why;
	return rc;
}

enum err_code vault_read(
    struct vault *v, const char *reference, struct buf *out, struct err *e)
{
	struct buf path = BUF_INIT(URL_MAX);
	struct buf answer = BUF_INIT(VAULT_ANSWER_MAX);
	enum err_code rc = refresh_config(v, e);

	if (rc == ERR_OK)
		rc = vault_config_path(&v->config, reference, &path, e);
	/* reserved at once, so that no copy stays behind a realloc */
	if (rc == ERR_OK && (!buf_reserve(&answer, VAULT_ANSWER_MAX) ||
				!buf_reserve(out, SOURCE_MAX)))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = read_unless_quiet(v, buf_text(&path), &answer, e);
	if (rc == ERR_OK)
		rc = vault_answer_secret(buf_text(&answer), answer.len,
		    v->config.kv_version, out, e);
	buf_release(&path);
	source_wipe_buf(&answer);
	return rc;
}
