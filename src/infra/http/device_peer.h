/*
 * A network device's command API over HTTPS: whom to talk to, whether it is
 * the right one, and one request at a time.
 *
 * The peer is right if its certificate leads to the target's own authority
 * (driver_target.ca_file, name and address checked), or if it has the key of
 * a certificate that was approved: a pin of type DEVICE_PEER_CERTIFICATE, its
 * base64 being the certificate.  Otherwise nothing is sent: ERR_DENIED with
 * the certificate that was shown, as for an SSH host key.
 *
 * Ownership: device_peer_close() frees; target and hooks are borrowed.  One
 * thread.
 */
#ifndef INFRA_HTTP_DEVICE_PEER_H
#define INFRA_HTTP_DEVICE_PEER_H

#include "app/port/driver.h"
#include "infra/http/http.h"

/* The type of such a pin, where an SSH host key has "ssh-ed25519". */
#define DEVICE_PEER_CERTIFICATE "x509"

struct device_peer;

/* Connects only to look at a certificate that is not approved yet. */
enum err_code device_peer_open(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct device_peer **ret, struct driver_refusal *refusal,
    struct err *e) must_check;
void device_peer_close(struct device_peer *peer); /* NULL is fine */

/* "192.0.2.1 port 443", for messages. */
const char *device_peer_name(const struct device_peer *peer);
/* From now on hooks->cancelled is not asked any more. */
void device_peer_forbid_cancel(struct device_peer *peer);

struct device_post {
	const char *path;    /* "/command-api" */
	const char *type;    /* Content-Type */
	const int *statuses; /* besides 200; 0 ends, NULL: none */
	const char *body;
	size_t body_len;
	size_t max_answer;
	/* It changes the device and must not be sent twice. */
	bool once;
};

/* The body of an answer with one of these statuses is appended to `out`.
 * *ret_sent is set in any case: false if the device cannot have seen the
 * request. refusal may be NULL. */
enum err_code device_peer_post(struct device_peer *peer,
    const struct device_post *post, struct deadline deadline, struct buf *out,
    bool *ret_sent, struct driver_refusal *refusal, struct err *e) must_check;

#endif
