#include "sim/vault.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"
#include "sim/https_front.h"
#include "sim/mem.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BODY_MAX ((size_t)64 * 1024)
#define HUGE_BYTES ((size_t)16 * 1024 * 1024)
#define SLOW_TENTHS 50
#define MAX_TOKENS 256
#define BUSY_REQUESTS 2

enum mode {
	MODE_OK,
	MODE_SEALED,
	MODE_DENIED,
	MODE_BUSY,
	MODE_STANDBY,
	MODE_FAILING,
	MODE_SLOW,
	MODE_HUGE,
	MODE_GARBAGE,
	MODE_CUT,
	MODE_OTHER,
	MODE_HANGUP,
	MODES
};

struct token {
	char text[48];
	int64_t ends_ms; /* 0: never */
};

struct vault_sim {
	struct MHD_Daemon *daemon;
	struct https_cert cert;
	bool tls;
	pthread_mutex_t lock;
	json_t *secrets; /* by path; null: deleted */
	enum mode mode;
	unsigned busy_left;
	int lease_s;
	bool knows_role;
	bool ending; /* slow answers are not waited for any more */
	struct token tokens[MAX_TOKENS]; /* the last ones */
	size_t n_tokens;
	struct vault_sim_counts counts;
};

struct request {
	struct buf body;
};

struct reply {
	unsigned status;
	struct buf body;
	bool hangup;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fail(struct reply *r, unsigned status, const char *error)
{
	r->status = status;
	buf_clear(&r->body);
	if (error)
		buf_printf(&r->body, "{\"errors\":[\"%s\"]}\n", error);
	else
		buf_puts(&r->body, "{\"errors\":[]}\n");
}

/* --- AppRole ------------------------------------------------------------- */

static const char *give_token(struct vault_sim *s)
{
	struct token *t = &s->tokens[s->n_tokens++ % MAX_TOKENS];
	char hex[33];

	random_hex(hex, 16);
	snprintf(t->text, sizeof(t->text), "b.canary%s", hex);
	t->ends_ms = s->lease_s ? now_ms() + s->lease_s * 1000LL : 0;
	return t->text;
}

static bool knows_token(const struct vault_sim *s, const char *text)
{
	if (!text)
		return false;
	if (strcmp(text, VAULT_SIM_TOKEN) == 0)
		return true;
	for (size_t i = 0; i < s->n_tokens && i < MAX_TOKENS; i++) {
		const struct token *t = &s->tokens[i];

		if (strcmp(t->text, text) == 0)
			return !t->ends_ms || now_ms() < t->ends_ms;
	}
	return false;
}

static void sign_in(
    struct vault_sim *s, const struct buf *body, struct reply *r)
{
	json_t *in = NULL;
	bool right;

	if (json_read(buf_text(body), body->len, BODY_MAX, &in, NULL) !=
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

static void read_kv(
    struct vault_sim *s, const char *path, int version, struct reply *r)
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

static void read_secret(
    struct vault_sim *s, const char *url, const char *token, struct reply *r)
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

/* --- what goes wrong -------------------------------------------------------
 */

static void spoil_sealed(struct vault_sim *s, struct reply *r)
{
	(void)s;
	fail(r, 503, "Vault is sealed");
}

static void spoil_busy(struct vault_sim *s, struct reply *r)
{
	if (s->busy_left == 0)
		return;
	s->busy_left--;
	fail(r, 429, "request path \\\"canary\\\": rate limit quota exceeded");
}

static void spoil_standby(struct vault_sim *s, struct reply *r)
{
	(void)s;
	fail(r, 307, NULL);
}

static void spoil_failing(struct vault_sim *s, struct reply *r)
{
	(void)s;
	fail(r, 500, "internal error: canary");
}

static void spoil_huge(struct vault_sim *s, struct reply *r)
{
	(void)s;
	for (size_t n = 0; n < HUGE_BYTES / 1024; n++)
		buf_printf(&r->body, "%1024s", "");
}

static void spoil_garbage(struct vault_sim *s, struct reply *r)
{
	(void)s;
	buf_clear(&r->body);
	buf_puts(&r->body, "<html>canary\xff\xfe</html>");
}

static void spoil_cut(struct vault_sim *s, struct reply *r)
{
	(void)s;
	r->body.len /= 2;
}

static void spoil_other(struct vault_sim *s, struct reply *r)
{
	(void)s;
	buf_clear(&r->body);
	buf_puts(&r->body, "{\"data\":{\"data\":[\"canary\"]},\"auth\":[7]}");
}

static void spoil_hangup(struct vault_sim *s, struct reply *r)
{
	(void)s;
	r->hangup = true;
}

static const struct {
	const char *name;
	void (*spoil)(struct vault_sim *s, struct reply *r); /* NULL: no */
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

/* --- for tests' scripts ------------------------------------------------------
 */

static const char *argument(struct MHD_Connection *c, const char *name)
{
	const char *text =
	    MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);

	return text ? text : "";
}

static void control(struct vault_sim *s, struct MHD_Connection *c,
    const char *url, const struct buf *body, struct reply *r)
{
	struct vault_sim_counts n;
	bool ok = true;

	if (strcmp(url, "/sim/mode") == 0)
		ok = vault_sim_set_mode(s, argument(c, "name"));
	else if (strcmp(url, "/sim/lease") == 0)
		vault_sim_set_lease(s, atoi(argument(c, "s")));
	else if (strcmp(url, "/sim/revoke") == 0)
		vault_sim_revoke(s);
	else if (strcmp(url, "/sim/put") == 0)
		vault_sim_put(s, argument(c, "path"), buf_text(body));
	else
		ok = strcmp(url, "/sim/counts") == 0;
	n = vault_sim_counts(s);
	r->status = ok ? 200 : 404;
	buf_printf(&r->body, "sign_ins=%u readings=%u refused=%u\n", n.sign_ins,
	    n.readings, n.refused);
}

/* --- requests ----------------------------------------------------------------
 */

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static bool knows_namespace(const char *name)
{
	return !name || strcmp(name, VAULT_SIM_NAMESPACE) == 0;
}

static void answer(struct vault_sim *s, struct MHD_Connection *c,
    const char *url, const struct buf *body, struct reply *r)
{
	bool post = body->len > 0;

	pthread_mutex_lock(&s->lock);
	if (!knows_namespace(header(c, "X-Vault-Namespace")))
		fail(r, 404, "namespace not found");
	else if (!header(c, "X-Vault-Request"))
		fail(r, 400, "missing required header");
	else if (post && strcmp(url, "/v1/auth/approle/login") == 0)
		sign_in(s, body, r);
	else if (post || s->mode == MODE_DENIED)
		fail(r, 403, "permission denied");
	else
		read_secret(s, url, header(c, "X-Vault-Token"), r);
	if (modes[s->mode].spoil)
		modes[s->mode].spoil(s, r);
	s->counts.refused += r->status != 200;
	pthread_mutex_unlock(&s->lock);
}

static void wait_if_slow(struct vault_sim *s)
{
	const struct timespec tenth = { .tv_nsec = 100 * 1000 * 1000 };
	bool slow = true;

	for (int i = 0; slow && i < SLOW_TENTHS; i++) {
		pthread_mutex_lock(&s->lock);
		slow = s->mode == MODE_SLOW && !s->ending;
		pthread_mutex_unlock(&s->lock);
		if (slow)
			nanosleep(&tenth, NULL);
	}
}

static enum MHD_Result send_reply(
    struct MHD_Connection *connection, struct reply *r)
{
	struct MHD_Response *response;
	enum MHD_Result rc;

	if (r->hangup) {
		buf_release(&r->body);
		return MHD_NO;
	}
	response = MHD_create_response_from_buffer(
	    r->body.len, r->body.data, MHD_RESPMEM_MUST_COPY);
	buf_release(&r->body);
	MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	if (r->status == 307)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION,
		    "http://127.0.0.1:1/v1/canary");
	rc = MHD_queue_response(connection, r->status, response);
	MHD_destroy_response(response);
	return rc;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version, const char *data,
    size_t *size, void **state)
{
	struct vault_sim *s = ctx;
	struct request *q = *state;
	struct reply r = { .status = 200,
		.body = BUF_INIT(HUGE_BYTES + BODY_MAX) };

	(void)method, (void)version;
	if (!q) {
		q = mem_zalloc(sizeof(*q));
		buf_init(&q->body, BODY_MAX);
		*state = q;
		return MHD_YES;
	}
	if (*size) {
		buf_add(&q->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (text_starts_with(url, "/sim/")) {
		control(s, connection, url, &q->body, &r);
	} else {
		wait_if_slow(s);
		answer(s, connection, url, &q->body, &r);
	}
	return send_reply(connection, &r);
}

static void on_end(void *ctx, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct request *q = *state;

	(void)ctx, (void)connection, (void)code;
	if (!q)
		return;
	buf_release(&q->body);
	free(q);
	*state = NULL;
}

/* --- life --------------------------------------------------------------------
 */

static struct MHD_Daemon *start(struct vault_sim *s, unsigned port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, s->cert.cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, s->cert.key },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags =
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return MHD_start_daemon(flags | (s->tls ? MHD_USE_TLS : 0),
	    (uint16_t)port, NULL, NULL, on_request, s, MHD_OPTION_SOCK_ADDR,
	    &at, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_ARRAY,
	    s->tls ? tls : &tls[2], MHD_OPTION_END);
}

struct vault_sim *vault_sim_new(unsigned port, bool tls)
{
	struct vault_sim *s = mem_zalloc(sizeof(*s));
	struct in_addr loopback = { .s_addr = htonl(INADDR_LOOPBACK) };

	pthread_mutex_init(&s->lock, NULL);
	s->secrets = json_object();
	s->knows_role = true;
	s->lease_s = 3600;
	s->tls = tls;
	if (!tls || https_cert_make(&loopback, 1, &s->cert))
		s->daemon = start(s, port);
	if (s->daemon)
		return s;
	vault_sim_free(s);
	return NULL;
}

void vault_sim_free(struct vault_sim *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_mutex_unlock(&s->lock);
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	if (s->tls)
		https_cert_release(&s->cert);
	json_decref(s->secrets);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

unsigned vault_sim_port(const struct vault_sim *s)
{
	return MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

const char *vault_sim_ca(const struct vault_sim *s)
{
	return s->tls ? s->cert.ca : NULL;
}

void vault_sim_put(struct vault_sim *s, const char *path, const char *object)
{
	json_t *v = object ? json_loads(object, 0, NULL) : json_null();

	pthread_mutex_lock(&s->lock);
	json_object_set_new(s->secrets, path, v ? v : json_null());
	pthread_mutex_unlock(&s->lock);
}

bool vault_sim_set_mode(struct vault_sim *s, const char *mode)
{
	for (int i = 0; i < MODES; i++) {
		if (strcmp(modes[i].name, mode) != 0)
			continue;
		pthread_mutex_lock(&s->lock);
		s->mode = (enum mode)i;
		s->busy_left = BUSY_REQUESTS;
		pthread_mutex_unlock(&s->lock);
		return true;
	}
	return false;
}

void vault_sim_set_lease(struct vault_sim *s, int lease_s)
{
	pthread_mutex_lock(&s->lock);
	s->lease_s = lease_s;
	pthread_mutex_unlock(&s->lock);
}

void vault_sim_revoke(struct vault_sim *s)
{
	pthread_mutex_lock(&s->lock);
	s->n_tokens = 0;
	pthread_mutex_unlock(&s->lock);
}

void vault_sim_forget_role(struct vault_sim *s)
{
	pthread_mutex_lock(&s->lock);
	s->knows_role = false;
	pthread_mutex_unlock(&s->lock);
}

struct vault_sim_counts vault_sim_counts(struct vault_sim *s)
{
	struct vault_sim_counts n;

	pthread_mutex_lock(&s->lock);
	n = s->counts;
	pthread_mutex_unlock(&s->lock);
	return n;
}
