/*
 * What sign-ins to NETCONF servers came to, for the sweeps to come:
 * DIR/reach/hellos.  The worker's alone.
 *
 * It must outlive the worker, for refused credentials must not be sent again
 * because it was started anew.  Of credentials it holds a mark: a salted
 * yescrypt hash, made by the session that saw them, which tells whether they
 * are still the same and nothing else.
 *
 *   { "devices": { NAME: { "request": "<digest>", "secret", "at": ms, "ok",
 *                          "us", "why", "refused" } },
 *     "secrets": { NAME: { "mark", "taken_at": ms } } }
 */
#ifndef WORKER_GREET_BOOK_H
#define WORKER_GREET_BOOK_H

#include "base/err.h"
#include "domain/reach.h"

#include <jansson.h>

struct greet_book;

#define GREET_DIGEST_SIZE 65
/* Of all that decides how a device is signed in to, but the values. */
void greet_digest(const json_t *request, char digest[GREET_DIGEST_SIZE]);

/* A file that is absent or damaged is an empty one, which is logged. */
enum err_code greet_book_open(
    const char *dir, struct greet_book **ret, struct err *e) must_check;
void greet_book_free(struct greet_book *b); /* NULL is fine */
/* Writes it if it has changed. */
enum err_code greet_book_save(struct greet_book *b, struct err *e) must_check;

struct greet_past {
	struct probe_result probe;
	int64_t at_ms; /* wall clock, of the sweep */
	bool refused;
};
/* False: never, or another request: what came of that one is forgotten. */
bool greet_book_find(struct greet_book *b, const char *device,
    const char *digest, struct greet_past *ret);
/* A run has signed in to it by now. */
void greet_book_forget_refusal(struct greet_book *b, const char *device);

/* What came of a session.  mark: of the credentials, if they were refused. */
struct greet_outcome {
	const char *device;
	const char *digest;
	const char *secret;
	const char *mark;
	bool signed_in;
	struct greet_past past;
};
bool greet_book_put(struct greet_book *b, const struct greet_outcome *o);

/* "" if no device refuses these credentials. */
const char *greet_book_mark(const struct greet_book *b, const char *secret);
/* Devices that refused them since the last one took them. */
size_t greet_book_refusals(const struct greet_book *b, const char *secret);
/* The credentials are others by now: what refused them may be tried. */
void greet_book_forget_mark(struct greet_book *b, const char *secret);
/* Drops devices that are not asked for any more. */
void greet_book_prune(
    struct greet_book *b, bool (*wanted)(void *ctx, const char *), void *ctx);

#endif
