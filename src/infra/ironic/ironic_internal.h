/*
 * What the files of this adapter share: one connection to an Ironic, and the
 * one way in which it is asked.
 */
#ifndef INFRA_IRONIC_IRONIC_INTERNAL_H
#define INFRA_IRONIC_IRONIC_INTERNAL_H

#include "app/port/baremetal.h"
#include "infra/http/http.h"

#include <pthread.h>
#include <stdatomic.h>

#define IRONIC_MAX_URL 1024
#define IRONIC_MAX_TOKEN 8192
#define IRONIC_MAX_MESSAGE 600
/* Bytes of an answer: a node, a page of a thousand of them. */
#define IRONIC_MAX_ANSWER ((size_t)1024 * 1024)
#define IRONIC_MAX_PAGE ((size_t)16 * 1024 * 1024)

/* API microversions, 1.x: the oldest that has all that is used (retired nodes,
 * 1.61, and before that configdrive as an object with vendor_data, 1.59), and
 * the newest that was tested. */
#define IRONIC_OLDEST 61
#define IRONIC_NEWEST 82

enum ironic_service { IRONIC_BAREMETAL, IRONIC_IMAGE, IRONIC_SERVICES };

struct baremetal {
	struct baremetal_settings settings; /* texts are owned */
	struct http_client *http;
	atomic_int version;	      /* 1.x, agreed on */
	pthread_mutex_t lock;	      /* of what follows */
	char token[IRONIC_MAX_TOKEN]; /* of Keystone; "" if there is none */
	unsigned token_number;	      /* counts tokens, to know a newer one */
	char endpoint[IRONIC_SERVICES][IRONIC_MAX_URL];
};

struct ironic_call {
	enum ironic_service service;
	const char *method;
	const char *path;   /* "/v1/nodes/…", encoded */
	const json_t *body; /* NULL: none */
	int expect;	    /* the status of success */
	int expect_too;	    /* another one; 0: none */
	struct deadline deadline;
	size_t max_answer; /* 0: IRONIC_MAX_ANSWER */
};

/* Asks.  A GET is repeated after what may pass.  ret NULL: the answer's body is
 * of no interest; else a new reference to its JSON. */
enum err_code ironic_ask(struct baremetal *b, const struct ironic_call *call,
    json_t **ret, struct err *e) must_check;

/* --- Keystone (keystone.c) ----------------------------------------------- */

/* What a request needs: copies, to be wiped with ironic_access_release(). */
struct ironic_access {
	char token[IRONIC_MAX_TOKEN]; /* "" without Keystone */
	unsigned token_number;
	char endpoint[IRONIC_MAX_URL]; /* without a slash at the end */
};

/* Fetches a token if need be.  ERR_NOT_FOUND: there is no such service. */
enum err_code ironic_get_access(struct baremetal *b,
    enum ironic_service service, struct deadline deadline,
    struct ironic_access *ret, struct err *e) must_check;
void ironic_access_release(struct ironic_access *access);
/* The token of this number was refused: forget it, unless there is a newer
 * one.  False if there is no Keystone to ask for another. */
bool ironic_renew_access(struct baremetal *b, unsigned token_number);

/* --- what Ironic said (fault.c) ------------------------------------------ */

/* One line for people from the body of an error, in whatever of its forms; ""
 * if it says nothing. */
void ironic_fault_text(
    const char *body, size_t len, char text[IRONIC_MAX_MESSAGE]);

#endif
