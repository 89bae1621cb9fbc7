#include "sim/vault.h"

#include "base/text.h"
#include "sim/https_front.h"
#include "sim/mem.h"
#include "sim/vault_engine.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define SLOW_TENTHS 50

struct vault_sim {
	struct MHD_Daemon *daemon;
	struct https_cert cert;
	bool tls;
	pthread_mutex_t lock;
	struct vault_engine engine; /* guarded by lock, as is the next */
	bool ending; /* slow answers are not waited for any more */
};

struct request {
	struct buf body;
};

/* --- for tests' scripts -------------------------------------------------- */

static const char *argument(struct MHD_Connection *c, const char *name)
{
	const char *text =
	    MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);

	return text ? text : "";
}

static void control(struct vault_sim *s, struct MHD_Connection *c,
    const char *url, const struct buf *body, struct vault_reply *r)
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

/* --- requests ------------------------------------------------------------ */

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static void answer(struct vault_sim *s, struct MHD_Connection *c,
    const char *url, const struct buf *body, struct vault_reply *r)
{
	const struct vault_ask ask = { .url = url,
		.name_space = header(c, "X-Vault-Namespace"),
		.is_request = header(c, "X-Vault-Request"),
		.token = header(c, "X-Vault-Token"),
		.body = body };

	pthread_mutex_lock(&s->lock);
	vault_engine_answer(&s->engine, &ask, r);
	pthread_mutex_unlock(&s->lock);
}

static void wait_if_slow(struct vault_sim *s)
{
	const struct timespec tenth = { .tv_nsec = 100 * 1000 * 1000 };
	bool slow = true;

	for (int i = 0; slow && i < SLOW_TENTHS; i++) {
		pthread_mutex_lock(&s->lock);
		slow = s->engine.mode == MODE_SLOW && !s->ending;
		pthread_mutex_unlock(&s->lock);
		if (slow)
			nanosleep(&tenth, NULL);
	}
}

static enum MHD_Result send_reply(
    struct MHD_Connection *connection, struct vault_reply *r)
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
	struct vault_reply r = { .status = 200,
		.body = BUF_INIT(VAULT_HUGE_BYTES + VAULT_BODY_MAX) };

	(void)method, (void)version;
	if (!q) {
		q = mem_zalloc(sizeof(*q));
		buf_init(&q->body, VAULT_BODY_MAX);
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

/* --- life ---------------------------------------------------------------- */

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
	vault_engine_init(&s->engine);
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
	vault_engine_release(&s->engine);
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
	json_object_set_new(s->engine.secrets, path, v ? v : json_null());
	pthread_mutex_unlock(&s->lock);
}

bool vault_sim_set_mode(struct vault_sim *s, const char *mode)
{
	bool known;

	pthread_mutex_lock(&s->lock);
	known = vault_engine_set_mode(&s->engine, mode);
	pthread_mutex_unlock(&s->lock);
	return known;
}

void vault_sim_set_lease(struct vault_sim *s, int lease_s)
{
	pthread_mutex_lock(&s->lock);
	s->engine.lease_s = lease_s;
	pthread_mutex_unlock(&s->lock);
}

void vault_sim_revoke(struct vault_sim *s)
{
	pthread_mutex_lock(&s->lock);
	s->engine.n_tokens = 0;
	pthread_mutex_unlock(&s->lock);
}

void vault_sim_forget_role(struct vault_sim *s)
{
	pthread_mutex_lock(&s->lock);
	s->engine.knows_role = false;
	pthread_mutex_unlock(&s->lock);
}

struct vault_sim_counts vault_sim_counts(struct vault_sim *s)
{
	struct vault_sim_counts n;

	pthread_mutex_lock(&s->lock);
	n = s->engine.counts;
	pthread_mutex_unlock(&s->lock);
	return n;
}
