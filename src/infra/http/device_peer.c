#include "infra/http/device_peer.h"

#include "base/crypto.h"
#include "base/text.h"
#include "infra/http/certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HTTPS_PORT 443
#define FINGERPRINT_SIZE DRIVER_FINGERPRINT_SIZE

struct device_peer {
	const struct driver_target *target;
	const struct driver_hooks *hooks;
	struct http_client *client;
	bool no_cancel;
	char name[128];
	char url[300]; /* without a path */
};

/* --- certificates ------------------------------------------------------ */

static bool is_certificate(const struct driver_host_key *pin)
{
	return strcmp(pin->type, DEVICE_PEER_CERTIFICATE) == 0;
}

static void fingerprint_of(
    const struct buf *der, char to[DRIVER_FINGERPRINT_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	struct buf text = BUF_INIT(FINGERPRINT_SIZE);

	sha256_of(buf_text(der), der->len, digest);
	base64_append(&text, digest, sizeof(digest));
	/* without the padding, as fingerprints of host keys are shown */
	snprintf(to, FINGERPRINT_SIZE, "SHA256:%.*s",
	    (int)strcspn(buf_text(&text), "="), buf_text(&text));
	buf_release(&text);
}

/* Reads what the device shows, for a person to compare. */
static enum err_code look(struct device_peer *peer, struct deadline deadline,
    struct driver_refusal *to, struct err *e)
{
	struct buf der = BUF_INIT(HTTP_CERTIFICATE_MAX);
	struct buf blob = BUF_INIT(HTTP_CERTIFICATE_MAX * 2);
	enum err_code code =
	    http_fetch_certificate(peer->client, peer->url, deadline, &der, e);

	if (code == ERR_OK) {
		base64_append(&blob, buf_text(&der), der.len);
		snprintf(to->key_type, sizeof(to->key_type),
		    DEVICE_PEER_CERTIFICATE);
		fingerprint_of(&der, to->fingerprint);
		if (!buf_ok(&blob) ||
		    !text_copy(
			to->key_blob, sizeof(to->key_blob), buf_text(&blob)))
			code = err_set(e, ERR_LIMIT,
			    "the certificate of %s (%s) is too long to be "
			    "pinned: name the file of its authority "
			    "(ca_file) in the platform. Nothing was changed.",
			    peer->name, to->fingerprint);
	} else {
		err_context(e, "its certificate was asked for (nothing was "
			       "changed)");
	}
	buf_release(&der);
	buf_release(&blob);
	return code;
}

static enum err_code unknown(struct device_peer *peer, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	enum err_code code = look(peer, deadline, refusal, e);

	if (code != ERR_OK) {
		refusal->kind = code == ERR_LIMIT ? DRIVER_REFUSAL_PROTOCOL
						  : DRIVER_REFUSAL_UNREACHABLE;
		return code;
	}
	refusal->kind = DRIVER_REFUSAL_KEY_UNKNOWN;
	return err_set(e, ERR_DENIED,
	    "the certificate of %s is not known yet: %s. Compare it with the "
	    "device's own and approve it. No password was sent, nothing was "
	    "changed.",
	    peer->name, refusal->fingerprint);
}

static void pinned_fingerprint(
    const struct driver_target *target, char to[DRIVER_FINGERPRINT_SIZE])
{
	struct buf der = BUF_INIT(HTTP_CERTIFICATE_MAX);

	snprintf(to, FINGERPRINT_SIZE, "unreadable");
	for (size_t i = 0; i < target->n_pins; i++) {
		const char *blob = target->pins[i].blob;

		if (is_certificate(&target->pins[i]) &&
		    base64_decode_append(&der, blob, strlen(blob))) {
			fingerprint_of(&der, to);
			break;
		}
	}
	buf_release(&der);
}

static enum err_code changed(struct device_peer *peer, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	char pinned[FINGERPRINT_SIZE];
	enum err_code code;

	if (peer->target->ca_file)
		return err_set(e, ERR_DENIED,
		    "the certificate of %s does not lead to the authority in "
		    "%s, or names another device. No password was sent, "
		    "nothing was changed.",
		    peer->name, peer->target->ca_file);
	code = look(peer, deadline, refusal, e);
	if (code != ERR_OK)
		return code;
	pinned_fingerprint(peer->target, pinned);
	refusal->kind = DRIVER_REFUSAL_KEY_CHANGED;
	return err_set(e, ERR_DENIED,
	    "THE CERTIFICATE OF %s HAS CHANGED, and its key with it. Pinned: "
	    "%s. Presented: %s. Someone may stand in between, or the device "
	    "was given a new one. No password was sent, nothing was changed. "
	    "If the change is known to be right, approve the new one.",
	    peer->name, pinned, refusal->fingerprint);
}

/* "sha256//…;sha256//…" of the approved certificates; empty: none. */
static bool make_pins(const struct driver_target *target, struct buf *out)
{
	for (size_t i = 0; i < target->n_pins; i++) {
		struct buf der = BUF_INIT(HTTP_CERTIFICATE_MAX);
		struct buf pin = BUF_INIT(100);
		const char *blob = target->pins[i].blob;
		bool ok = is_certificate(&target->pins[i]) &&
			  base64_decode_append(&der, blob, strlen(blob)) &&
			  http_certificate_pin(buf_text(&der), der.len, &pin);

		if (ok)
			buf_printf(
			    out, "%s%s", out->len ? ";" : "", buf_text(&pin));
		buf_release(&der);
		buf_release(&pin);
	}
	return buf_ok(out);
}

/* --- opening ----------------------------------------------------------- */

static enum err_code prepare(struct device_peer *peer, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	const struct driver_target *t = peer->target;
	struct buf pins = BUF_INIT(4096);
	struct http_options options = { .ca_file = t->ca_file, .keep = 1 };
	enum err_code code;

	options.connect_ms = deadline_poll_ms(deadline);
	if (!make_pins(t, &pins)) {
		buf_release(&pins);
		return err_set(e, ERR_LIMIT,
		    "too many certificates of %s are pinned", t->name);
	}
	if (!t->ca_file && pins.len > 0)
		options.pin = buf_text(&pins);
	code = http_client_new(&options, &peer->client, e);
	if (code == ERR_OK && !t->ca_file && pins.len == 0)
		code = unknown(peer, deadline, refusal, e);
	buf_release(&pins);
	return code;
}

enum err_code device_peer_open(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct device_peer **ret, struct driver_refusal *refusal, struct err *e)
{
	struct device_peer *peer = calloc(1, sizeof(*peer));
	unsigned port = target->port ? target->port : HTTPS_PORT;
	bool v6 = strchr(target->address, ':') != NULL;
	enum err_code code;

	if (!peer)
		return err_set(e, ERR_SYSTEM, "no memory for a connection");
	peer->target = target;
	peer->hooks = hooks;
	snprintf(peer->name, sizeof(peer->name), "%.100s port %u",
	    target->address, port);
	snprintf(peer->url, sizeof(peer->url), "https://%s%.250s%s:%u",
	    v6 ? "[" : "", target->address, v6 ? "]" : "", port);
	code = prepare(peer, deadline, refusal, e);
	if (code == ERR_OK)
		*ret = peer;
	else
		device_peer_close(peer);
	return code;
}

void device_peer_close(struct device_peer *peer)
{
	if (!peer)
		return;
	http_client_free(peer->client);
	free(peer);
}

const char *device_peer_name(const struct device_peer *peer)
{
	return peer->name;
}

void device_peer_forbid_cancel(struct device_peer *peer)
{
	peer->no_cancel = true;
}

/* --- one request ------------------------------------------------------- */

static bool ask_cancelled(void *ctx)
{
	const struct device_peer *peer = ctx;
	const struct driver_hooks *hooks = peer->hooks;

	return !peer->no_cancel && hooks && hooks->cancelled &&
	       hooks->cancelled(hooks->ctx);
}

static bool is_wanted(const struct device_post *post, int status)
{
	const int *s = post->statuses;

	while (s && *s && *s != status)
		s++;
	return status == 200 || (s && *s);
}

static enum err_code judge_status(struct device_peer *peer,
    const struct device_post *post, int status, struct driver_refusal *refusal,
    struct err *e)
{
	if (is_wanted(post, status))
		return ERR_OK;
	if (status == 401 || status == 403) {
		refusal->kind = DRIVER_REFUSAL_CREDENTIALS;
		return err_set(e, ERR_DENIED,
		    "%s refused the user \"%.100s\" or the password. Nothing "
		    "was changed.",
		    peer->name, peer->target->username);
	}
	refusal->kind = DRIVER_REFUSAL_PROTOCOL;
	/* A gateway that gave up waiting says nothing of what it waits for. */
	if (post->once && status >= 500)
		return err_set(e, ERR_REMOTE,
		    "%s answered with status %d instead of its command API.",
		    peer->name, status);
	return err_set(e, ERR_REMOTE,
	    "%s answers over HTTPS, but not with its command API (status "
	    "%d): is the API switched on there, and on this port? Nothing was "
	    "changed.",
	    peer->name, status);
}

/* Why no answer came. */
static enum err_code judge_failure(struct device_peer *peer, bool sent,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	enum err_code code = e->code;

	if (code == ERR_DENIED)
		return changed(peer, deadline, refusal, e);
	if (code == ERR_CANCELLED)
		return err_set(e, code,
		    "cancelled while talking to %s. Nothing was changed.",
		    peer->name);
	if (!sent && (code == ERR_REMOTE || code == ERR_TIMEOUT)) {
		struct err why = *e;

		refusal->kind = DRIVER_REFUSAL_UNREACHABLE;
		err_set(e, code, "%.900s. Nothing was changed.", why.message);
		err_detail(e, "%s", why.detail);
	}
	return code;
}

enum err_code device_peer_post(struct device_peer *peer,
    const struct device_post *post, struct deadline deadline, struct buf *out,
    bool *ret_sent, struct driver_refusal *refusal, struct err *e)
{
	struct driver_refusal unasked = { 0 };
	struct http_answer answer;
	struct err why = ERR_INIT;
	char url[400];
	struct http_request request = {
		.method = "POST",
		.url = url,
		.body = post->body,
		.body_len = post->body_len,
		.username = peer->target->username,
		.password = peer->target->password,
		.deadline = deadline,
		.max_body = post->max_answer,
		.once = post->once,
		.cancelled = ask_cancelled,
		.ctx = peer,
	};
	enum err_code code;

	if (!refusal)
		refusal = &unasked;
	snprintf(url, sizeof(url), "%s%s", peer->url, post->path);
	*ret_sent = false;
	if (!http_request_add(&request, "Content-Type", post->type))
		return err_set(e, ERR_INVALID, "the request has no type");
	code = http_send(peer->client, &request, &answer, &why);
	*ret_sent = answer.sent;
	if (code == ERR_OK)
		code = judge_status(peer, post, answer.status, refusal, &why);
	else
		code =
		    judge_failure(peer, answer.sent, deadline, refusal, &why);
	if (code == ERR_OK)
		buf_add(out, buf_text(&answer.body), answer.body.len);
	else if (e)
		*e = why;
	http_answer_release(&answer);
	return code == ERR_OK ? buf_check(out, "the device's answer", e) : code;
}
