#include "infra/ironic/ironic_internal.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define READ_TRIES 3
#define RETRY_MS 150

/* What follows from one exchange. */
enum verdict {
	DONE,	   /* it is settled: success, or an error for good */
	ASK_AGAIN, /* nothing was done; the reason is out of the way */
	MAY_PASS,  /* a failure that another try may not meet */
};

static bool is_read(const struct ironic_call *call)
{
	return strcmp(call->method, "GET") == 0;
}

/* --- one exchange -------------------------------------------------------- */

static enum err_code exchange(struct baremetal *b,
    const struct ironic_call *call, const struct ironic_access *access,
    struct http_answer *answer, struct err *e)
{
	char url[IRONIC_MAX_URL * 4], version[16];
	struct buf body = BUF_INIT(IRONIC_MAX_ANSWER);
	struct http_request r = { .method = call->method,
		.url = url,
		.deadline = deadline_sooner(
		    call->deadline, deadline_in_ms(b->settings.timeout_ms)),
		.max_body =
		    call->max_answer ? call->max_answer : IRONIC_MAX_ANSWER,
		.once = !is_read(call) };
	bool ok = true;
	enum err_code rc;

	snprintf(version, sizeof(version), "1.%d", atomic_load(&b->version));
	if (snprintf(url, sizeof(url), "%s%s", access->endpoint, call->path) >=
	    (int)sizeof(url))
		return err_set(e, ERR_INVALID, "the request is too long");
	ok = http_request_add(&r, "Accept", "application/json");
	if (call->service == IRONIC_BAREMETAL)
		ok = ok && http_request_add(
			       &r, "X-OpenStack-Ironic-API-Version", version);
	if (access->token[0])
		ok = ok && http_request_add(&r, "X-Auth-Token", access->token);
	if (b->settings.auth == BAREMETAL_AUTH_BASIC &&
	    call->service == IRONIC_BAREMETAL) {
		r.username = b->settings.username;
		r.password = b->settings.password;
	}
	if (call->body) {
		rc = json_write_line(call->body, &body, e);
		ok = ok && rc == ERR_OK &&
		     http_request_add(&r, "Content-Type", "application/json");
		r.body = buf_text(&body);
		r.body_len = body.len;
	}
	rc = ok ? http_send(b->http, &r, answer, e)
		: err_set(e, ERR_INVALID, "the request cannot be sent");
	buf_release(&body);
	return rc;
}

/* --- what it means ------------------------------------------------------- */

/* An answer that says nothing for sure of a request that was sent. */
static enum err_code no_answer(const struct ironic_call *call, bool sent,
    enum err_code code, struct err *e)
{
	if (e && sent && !is_read(call))
		e->code = ERR_UNKNOWN_OUTCOME;
	return sent && !is_read(call) ? ERR_UNKNOWN_OUTCOME : code;
}

/* 406: the request was not looked at; the header names what may be asked. */
static enum verdict agree_version(struct baremetal *b,
    const struct http_answer *answer, enum err_code *rc, struct err *e)
{
	const char *most = http_answer_header(
	    answer, "X-OpenStack-Ironic-API-Maximum-Version");
	long minor = 0;

	if (most && strncmp(most, "1.", 2) == 0 &&
	    text_to_long(most + 2, 1, 9999, &minor) && minor >= IRONIC_OLDEST &&
	    minor < atomic_load(&b->version)) {
		atomic_store(&b->version, (int)minor);
		return ASK_AGAIN;
	}
	*rc = err_set(e, ERR_REMOTE,
	    "Ironic speaks API version %.20s at most; 1.%d is needed",
	    most ? most : "(not told)", IRONIC_OLDEST);
	return DONE;
}

/* Refusals: what a status means, whatever was asked.  A 404 without Ironic's
 * own words comes from something else that listens there; Glance has none. */
static enum err_code refusal(
    const struct ironic_call *call, int status, const char *said)
{
	if (status == 404)
		return *said || call->service == IRONIC_IMAGE ? ERR_NOT_FOUND
							      : ERR_REMOTE;
	if (status == 401 || status == 403)
		return ERR_DENIED;
	if (status == 409)
		return strstr(said, "is locked by host") ? ERR_STALE
							 : ERR_CONFLICT;
	/* a question that it does not understand is our fault or its age */
	return is_read(call) ? ERR_REMOTE : ERR_INVALID;
}

static enum verdict judge_status(const struct ironic_call *call,
    const struct http_answer *answer, enum err_code *rc, struct err *e)
{
	char said[IRONIC_MAX_MESSAGE];
	int status = answer->status;

	ironic_fault_text(buf_text(&answer->body), answer->body.len, said);
	if (status >= 400 && status < 500) {
		*rc = err_set(e, refusal(call, status, said), "%s",
		    *said ? said : "Ironic refuses it");
		err_detail(
		    e, "%s %s: status %d", call->method, call->path, status);
		return DONE;
	}
	err_set(e, ERR_REMOTE, "Ironic answers with status %d%s%s", status,
	    *said ? ": " : "", said);
	err_detail(e, "%s %s", call->method, call->path);
	*rc = no_answer(call, true, ERR_REMOTE, e);
	return MAY_PASS;
}

static enum verdict judge_body(const struct ironic_call *call,
    const struct http_answer *answer, json_t **ret, enum err_code *rc,
    struct err *e)
{
	json_t *value = NULL;

	*rc = ERR_OK;
	if (!ret)
		return DONE;
	if (json_read(buf_text(&answer->body), answer->body.len,
		answer->body.max, &value, NULL) == ERR_OK &&
	    json_is_object(value)) {
		*ret = value;
		return DONE;
	}
	json_decref(value);
	err_set(e, ERR_REMOTE, "Ironic's answer is not the JSON it should be");
	err_detail(
	    e, "%s %s: %zu bytes", call->method, call->path, answer->body.len);
	*rc = no_answer(call, true, ERR_REMOTE, e);
	return MAY_PASS;
}

static enum verdict ask_once(struct baremetal *b,
    const struct ironic_call *call, json_t **ret, enum err_code *rc,
    struct err *e)
{
	struct http_answer answer = { 0 };
	struct ironic_access access;
	enum verdict verdict = DONE;

	*rc = ironic_get_access(b, call->service, call->deadline, &access, e);
	if (*rc != ERR_OK) {
		ironic_access_release(&access);
		return *rc == ERR_REMOTE || *rc == ERR_TIMEOUT ? MAY_PASS
							       : DONE;
	}
	*rc = exchange(b, call, &access, &answer, e);
	if (*rc != ERR_OK) {
		/* what is too large once is so again */
		if (*rc != ERR_LIMIT && *rc != ERR_DENIED && *rc != ERR_INVALID)
			verdict = MAY_PASS;
		*rc = no_answer(call, answer.sent, *rc, e);
	} else if (answer.status == 401 &&
		   ironic_renew_access(b, access.token_number)) {
		verdict = ASK_AGAIN;
		*rc = err_set(e, ERR_DENIED, "Ironic refuses its token");
	} else if (answer.status == 406 && call->service == IRONIC_BAREMETAL) {
		verdict = agree_version(b, &answer, rc, e);
	} else if (answer.status == call->expect ||
		   (call->expect_too && answer.status == call->expect_too)) {
		verdict = judge_body(call, &answer, ret, rc, e);
	} else {
		verdict = judge_status(call, &answer, rc, e);
	}
	http_answer_release(&answer);
	ironic_access_release(&access);
	return verdict;
}

/* --- repeating ----------------------------------------------------------- */

static void wait_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

enum err_code ironic_ask(struct baremetal *b, const struct ironic_call *call,
    json_t **ret, struct err *e)
{
	int again = 0, tries = 0;
	enum verdict verdict;
	enum err_code rc;

	for (;;) {
		verdict = ask_once(b, call, ret, &rc, e);
		/* once for the token and once for the version is enough */
		if (verdict == ASK_AGAIN && again++ < 2)
			continue;
		if (verdict != MAY_PASS || !is_read(call) ||
		    ++tries >= READ_TRIES ||
		    deadline_left_ms(call->deadline) < RETRY_MS * tries * 2)
			return rc;
		wait_ms(RETRY_MS * tries);
	}
}
