#include "sim/https_front.h"

#include "sim/mem.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HTTPS_BODY_MAX (4u << 20)
#define HTTPS_OUT_MAX (64u << 20)
#define HTTPS_STACK (512u << 10)
#define HTTPS_STALL_MS 60000

struct https_front {
	struct https_front_options options;
	struct https_cert cert;
	struct MHD_Daemon *daemon;
};

struct https_request {
	struct device *device;
	struct buf body;
};

/* The body of an answer, with what spoils its delivery. */
struct https_reply {
	struct buf text;
	struct hostile hostile;
	int fd;
};

static int https_fd(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static struct device *https_device(
    struct https_front *front, struct MHD_Connection *connection)
{
	struct sockaddr_in local;
	socklen_t len = sizeof(local);

	if (getsockname(
		https_fd(connection), (struct sockaddr *)&local, &len) != 0)
		return NULL;
	return front->options.find(front->options.ctx, &local);
}

static void https_sleep_ms(uint64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* --- delivery ---------------------------------------------------------- */

static ssize_t https_read(void *ctx, uint64_t pos, char *to, size_t max)
{
	struct https_reply *r = ctx;
	uint64_t total = r->text.len + r->hostile.flood_bytes;

	if (r->hostile.drop_at_byte && pos >= r->hostile.drop_at_byte) {
		shutdown(r->fd, SHUT_RDWR);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	if (pos >= total)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (r->hostile.bytes_per_s) {
		https_sleep_ms(1000 / r->hostile.bytes_per_s);
		max = 1;
	}
	if (r->hostile.drop_at_byte && max > r->hostile.drop_at_byte - pos)
		max = (size_t)(r->hostile.drop_at_byte - pos);
	if (pos >= r->text.len) {
		if (max > total - pos)
			max = (size_t)(total - pos);
		memset(to, ' ', max);
		return (ssize_t)max;
	}
	if (max > r->text.len - pos)
		max = (size_t)(r->text.len - pos);
	memcpy(to, r->text.data + pos, max);
	return (ssize_t)max;
}

static void https_reply_free(void *ctx)
{
	struct https_reply *r = ctx;

	buf_release(&r->text);
	free(r);
}

static enum MHD_Result https_send(struct MHD_Connection *connection,
    unsigned status, struct https_reply *reply)
{
	uint64_t size = reply->text.len + reply->hostile.flood_bytes;
	struct MHD_Response *response = MHD_create_response_from_callback(
	    size, 32 * 1024, https_read, reply, https_reply_free);
	enum MHD_Result rc;

	MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	if (status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(response,
		    MHD_HTTP_HEADER_WWW_AUTHENTICATE,
		    "Basic realm=\"COMMAND_API\"");
	rc = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return rc;
}

/* --- requests ---------------------------------------------------------- */

static bool https_login_fits(
    struct MHD_Connection *connection, const struct device *d, char user[64])
{
	char *password = NULL;
	char *name =
	    MHD_basic_auth_get_username_password(connection, &password);
	bool fits = name && password && strcmp(name, d->login->user) == 0 &&
		    strcmp(password, d->login->password) == 0;

	if (fits) {
		strncpy(user, name, 63);
		user[63] = '\0';
	}
	MHD_free(name);
	MHD_free(password);
	return fits;
}

struct https_fate {
	bool execute;
	bool cut;   /* no answer, the connection ends */
	bool stall; /* no answer, the connection stays */
	bool gateway;
};

/* Every event is counted at every request, whatever another one does. */
static struct https_fate https_fate(struct hostile *h)
{
	bool before = hostile_due(&h->drop_after_request);
	bool behind = hostile_due(&h->drop_before_response);

	before = hostile_due(&h->cut_after) || before;
	behind = hostile_due(&h->cut_before) || behind;
	return (struct https_fate){ .execute = !before,
		.cut = before || behind,
		.stall = hostile_due(&h->stall_after_request),
		.gateway = hostile_due(&h->api_gateway) };
}

/* Until the client gives up. */
static void https_stall(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	(void)!poll(&p, 1, HTTPS_STALL_MS);
}

static unsigned https_execute(struct device *d, const struct http_post *post,
    struct https_fate *fate, struct https_reply *reply)
{
	unsigned status = MHD_HTTP_OK;

	device_lock(d);
	d->stats.commands++;
	*fate = https_fate(&d->hostile);
	if (fate->execute)
		status = d->platform->http_post(d, post, &reply->text);
	if (!d->platform->reachable(d))
		fate->cut = true;
	reply->hostile = d->hostile;
	d->hostile.drop_at_byte = 0;
	device_unlock(d);
	if (fate->gateway) {
		buf_clear(&reply->text);
		buf_puts(&reply->text, "<html><head><title>504 Gateway "
				       "Time-out</title></head></html>\n");
		status = MHD_HTTP_GATEWAY_TIMEOUT;
	}
	return status;
}

static enum MHD_Result https_run(struct MHD_Connection *connection,
    struct https_request *request, const char *user)
{
	struct https_reply *reply = mem_zalloc(sizeof(*reply));
	const char *type = MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
	const struct http_post post = { user, type ? type : "",
		buf_text(&request->body), request->body.len };
	struct https_fate fate;
	unsigned status;

	buf_init(&reply->text, HTTPS_OUT_MAX);
	reply->fd = https_fd(connection);
	status = https_execute(request->device, &post, &fate, reply);
	if (fate.stall)
		https_stall(reply->fd);
	if (fate.cut || fate.stall) {
		shutdown(reply->fd, SHUT_RDWR);
		https_reply_free(reply);
		return MHD_NO;
	}
	https_sleep_ms(reply->hostile.latency_ms);
	hostile_spoil_output(&reply->hostile, &reply->text);
	if (reply->hostile.truncate && reply->text.len > 0)
		reply->text.len /= 2;
	return https_send(connection, status, reply);
}

static enum MHD_Result https_refuse(
    struct MHD_Connection *connection, unsigned status, const char *why)
{
	struct https_reply *reply = mem_zalloc(sizeof(*reply));

	buf_init(&reply->text, HTTPS_OUT_MAX);
	buf_puts(&reply->text, why);
	return https_send(connection, status, reply);
}

static enum MHD_Result https_answer(struct MHD_Connection *connection,
    struct https_request *request, const char *url, const char *method)
{
	struct device *d = request->device;
	char user[64];
	bool refuse;

	if (request->body.failed)
		return https_refuse(
		    connection, MHD_HTTP_CONTENT_TOO_LARGE, "too large\n");
	device_lock(d);
	refuse = d->hostile.refuse_login;
	device_unlock(d);
	if (refuse || !https_login_fits(connection, d, user)) {
		device_lock(d);
		d->stats.logins_refused++;
		device_unlock(d);
		return https_refuse(connection, MHD_HTTP_UNAUTHORIZED,
		    "Unable to authenticate user: Bad username/password "
		    "combination\n");
	}
	if (!d->platform->http_path || strcmp(url, d->platform->http_path) != 0)
		return https_refuse(
		    connection, MHD_HTTP_NOT_FOUND, "Not Found\n");
	if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
		return https_refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
		    "Method Not Allowed\n");
	return https_run(connection, request, user);
}

static enum MHD_Result https_handle(void *ctx,
    struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *data, size_t *len, void **state)
{
	struct https_request *request = *state;

	(void)version;
	if (!request) {
		request = mem_zalloc(sizeof(*request));
		buf_init(&request->body, HTTPS_BODY_MAX);
		request->device = https_device(ctx, connection);
		*state = request;
		return request->device ? MHD_YES : MHD_NO;
	}
	if (*len > 0) {
		buf_add(&request->body, data, *len);
		*len = 0;
		return MHD_YES;
	}
	return https_answer(connection, request, url, method);
}

static void https_done(void *ctx, struct MHD_Connection *connection,
    void **state, enum MHD_RequestTerminationCode why)
{
	struct https_request *request = *state;

	(void)ctx;
	(void)connection;
	(void)why;
	if (!request)
		return;
	buf_release(&request->body);
	free(request);
	*state = NULL;
}

/* --- life -------------------------------------------------------------- */

struct https_front *https_front_new(const struct https_front_options *options)
{
	struct https_front *front = mem_zalloc(sizeof(*front));

	front->options = *options;
	if (!https_cert_make(
		options->addresses, options->n_addresses, &front->cert)) {
		free(front);
		return NULL;
	}
	front->daemon = MHD_start_daemon(
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
		MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC | MHD_USE_TLS,
	    0, NULL, NULL, https_handle, front, MHD_OPTION_HTTPS_MEM_CERT,
	    front->cert.cert, MHD_OPTION_HTTPS_MEM_KEY, front->cert.key,
	    MHD_OPTION_NOTIFY_COMPLETED, https_done, NULL,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)HTTPS_STACK,
	    MHD_OPTION_CONNECTION_LIMIT, 2000u, MHD_OPTION_CONNECTION_TIMEOUT,
	    120u, MHD_OPTION_END);
	if (front->daemon)
		return front;
	https_cert_release(&front->cert);
	free(front);
	return NULL;
}

void https_front_free(struct https_front *front)
{
	if (!front)
		return;
	MHD_stop_daemon(front->daemon);
	https_cert_release(&front->cert);
	free(front);
}

void https_front_take(
    struct https_front *front, int fd, const struct sockaddr_in *peer)
{
	/* The daemon closes the socket if it does not want it. */
	(void)!MHD_add_connection(
	    front->daemon, fd, (const struct sockaddr *)peer, sizeof(*peer));
}

const char *https_front_ca(const struct https_front *front)
{
	return front->cert.ca;
}
