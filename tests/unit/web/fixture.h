/*
 * A portal in a temporary directory, asked in-process: no FastCGI, no nginx.
 *
 * Users ann (admin), olga (operator), vera (viewer) and dora (disabled admin),
 * all with PASSWORD; tokens admin, operator, viewer and expired.  Inventory:
 * area lab, role router, platform frr, credentials lab, device r1 with an
 * intended configuration and a backup.
 *
 * Templates are one line of what tests look at.
 */
#ifndef TESTS_UNIT_WEB_FIXTURE_H
#define TESTS_UNIT_WEB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "web/exchange.h"
#include "web/router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PASSWORD "correct horse battery"
#define ORIGIN "http://portal.test"
#define MAX_VARIABLES 32

struct portal {
	char dir[64];
	char templates[96];
	char static_dir[96];
	struct web *web;
	struct web_thread *thread;
	char tokens[4][96]; /* by enum fixture_token */
};

enum fixture_token { TOKEN_ADMIN, TOKEN_OPERATOR, TOKEN_VIEWER, TOKEN_EXPIRED };

static struct portal portal;

#define assert_ok(call)                                                        \
	do {                                                                   \
		struct err e_ = ERR_INIT;                                      \
		struct err *e = &e_;                                           \
		enum err_code rc_ = (call);                                    \
		if (rc_ != ERR_OK)                                             \
			fail_msg("%s: %s: %s (%s)", #call, err_code_word(rc_), \
			    e->message, e->detail);                            \
	} while (0)

/* --- what is in the store ------------------------------------------------ */

static inline void fixture_put(
    struct store_txn *t, const char *path, const char *text)
{
	assert_ok(store_txn_put(t, path, text, strlen(text), STORE_ANY, e));
}

static inline void fixture_put_user(
    struct store_txn *t, const char *name, const char *role, bool disabled)
{
	static char hash[PASSWORD_HASH_SIZE]; /* hashing is slow by design */
	char path[100], text[800];

	if (!*hash)
		assert_ok(password_hash(PASSWORD, hash, e));
	snprintf(path, sizeof(path), "access/users/%s.json", name);
	snprintf(text, sizeof(text),
	    "{\n  \"disabled\": %s,\n  \"name\": \"%s\",\n"
	    "  \"password\": \"%s\",\n  \"role\": \"%s\"\n}\n",
	    disabled ? "true" : "false", name, hash, role);
	fixture_put(t, path, text);
}

static inline void fixture_put_token(struct store_txn *t,
    enum fixture_token which, const char *role, const char *expires)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"
				      "KLMNOPQ";
	char secret[44], hash[65], path[100], text[400], name[32];
	uint8_t digest[SHA256_SIZE];

	snprintf(secret, sizeof(secret), "%s", letters);
	secret[0] = (char)('0' + which);
	sha256_of(secret, strlen(secret), digest);
	hex_encode(hash, digest, sizeof(digest));
	snprintf(name, sizeof(name), "t_%d", (int)which);
	snprintf(portal.tokens[which], sizeof(portal.tokens[which]), "sy_%s_%s",
	    name, secret);
	snprintf(path, sizeof(path), "access/tokens/%s.json", name);
	snprintf(text, sizeof(text),
	    "{\n%s  \"hash\": \"%s\",\n  \"name\": \"%s\",\n"
	    "  \"role\": \"%s\"\n}\n",
	    expires, hash, name, role);
	fixture_put(t, path, text);
}

static inline void fixture_fill(struct store_txn *t)
{
	fixture_put_user(t, "ann", "admin", false);
	fixture_put_user(t, "olga", "operator", false);
	fixture_put_user(t, "vera", "viewer", false);
	fixture_put_user(t, "dora", "admin", true);
	fixture_put_token(t, TOKEN_ADMIN, "admin", "");
	fixture_put_token(t, TOKEN_OPERATOR, "operator", "");
	fixture_put_token(t, TOKEN_VIEWER, "viewer", "");
	fixture_put_token(t, TOKEN_EXPIRED, "admin",
	    "  \"expires_at\": \"2020-01-01T00:00:00Z\",\n");
	fixture_put(t, "settings.json",
	    "{\n  \"default_credentials\": \"lab\",\n"
	    "  \"site_name\": \"Test\"\n}\n");
	fixture_put(t, "areas/lab.json", "{\n  \"name\": \"lab\"\n}\n");
	fixture_put(t, "roles/router.json", "{\n  \"name\": \"router\"\n}\n");
	fixture_put(t, "platforms/frr.json",
	    "{\n  \"driver\": \"frr\",\n  \"name\": \"frr\"\n}\n");
	fixture_put(t, "secrets/lab.json",
	    "{\n  \"name\": \"lab\",\n  \"provider\": \"file\",\n"
	    "  \"reference\": \"lab\"\n}\n");
	fixture_put(t, "devices/lab/r1.json",
	    "{\n  \"area\": \"lab\",\n  \"name\": \"r1\",\n"
	    "  \"platform\": \"frr\",\n  \"primary_ip4\": \"192.0.2.1\",\n"
	    "  \"role\": \"router\",\n  \"status\": \"active\"\n}\n");
	fixture_put(t, "channels/ops.json",
	    "{\n  \"name\": \"ops\",\n  \"type\": \"webhook\",\n"
	    "  \"url\": \"http://127.0.0.1:9/hook\"\n}\n");
	fixture_put(t, "hooks/default.json",
	    "{\n  \"name\": \"default\",\n  \"roles\": [\n"
	    "    \"router\"\n  ]\n}\n");
	fixture_put(t, "schedules/nightly.json",
	    "{\n  \"cron\": \"30 2 * * *\",\n"
	    "  \"job\": \"generate-intended\",\n"
	    "  \"name\": \"nightly\",\n  \"parameters\": {\n"
	    "    \"all\": true\n  },\n"
	    "  \"time_zone\": \"Europe/Berlin\"\n}\n");
	fixture_put(t, "intended/lab/r1.cfg", "hostname r1\nip forwarding\n");
	fixture_put(t, "backup/lab/r1.cfg", "hostname r1\n");
}

/* A finished run of generate-intended with n rows, d0 … : each third failed,
 * each second has a difference (which is not there). */
#define FIXTURE_RUN "20261121-083000-00000001"
static inline void fixture_put_rows(int n)
{
	static const struct store_message message = { .author = "test",
		.subject = "Run" };
	struct buf text = BUF_INIT((size_t)1 << 20);
	struct commit_id id;
	struct store_txn *t;
	struct store *store;
	char path[96];

	buf_puts(&text, "{\"id\":\"" FIXTURE_RUN "\","
			"\"job\":\"generate-intended\",\"state\":\"failed\","
			"\"trigger\":\"form\",\"actor\":\"ann\","
			"\"result\":\"it ended\",\"parameters\":{},"
			"\"devices\":[");
	for (int i = 0; i < n; i++)
		buf_printf(&text, "%s{\"name\":\"d%d\",\"state\":\"%s\"%s}",
		    i ? "," : "", i, i % 3 ? "succeeded" : "failed",
		    i % 2 ? "" : ",\"added\":1,\"removed\":0");
	buf_puts(&text, "]}\n");
	snprintf(path, sizeof(path), "%s/store.git", portal.dir);
	assert_ok(store_open(path, &store, e));
	assert_ok(store_txn_begin(store, STORE_RUNS, &t, e));
	fixture_put(t, "2026/11/21/" FIXTURE_RUN "/run.json", buf_text(&text));
	assert_ok(store_txn_commit(t, &message, &id, NULL, e));
	store_close(store);
	buf_release(&text);
}

/* --- opening and closing ------------------------------------------------- */

static inline void fixture_write(
    const char *dir, const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(file_replace(path, text, strlen(text), 0600, e));
}

static inline void fixture_make_store(void)
{
	static const struct store_message message = { .author = "test",
		.subject = "Fill" };
	struct commit_id id;
	struct store_txn *t;
	struct store *store;
	char path[96];

	snprintf(path, sizeof(path), "%s/store.git", portal.dir);
	assert_ok(store_init(path, NULL, &message, e));
	assert_ok(store_open(path, &store, e));
	assert_ok(store_txn_begin(store, STORE_MAIN, &t, e));
	fixture_fill(t);
	assert_ok(store_txn_commit(t, &message, &id, NULL, e));
	store_close(store);
}

static inline int portal_open(void **state)
{
	struct web_options options = { .threads = 4,
		.origins = { ORIGIN, "https://other.test:8443" },
		.n_origins = 2 };

	(void)state;
	log_setup("test", 2, LOG_ERROR);
	snprintf(portal.dir, sizeof(portal.dir), "/tmp/switchyard-web-XXXXXX");
	assert_non_null(mkdtemp(portal.dir));
	snprintf(portal.templates, sizeof(portal.templates), "%s/templates",
	    portal.dir);
	snprintf(portal.static_dir, sizeof(portal.static_dir), "%s/static",
	    portal.dir);
	assert_ok(dir_create(portal.templates, 0700, e));
	assert_ok(dir_create(portal.static_dir, 0700, e));
	fixture_write(portal.templates, "error.html",
	    "error {{ status }}\ndetail={{ detail }}\ncsrf={{ csrf }}\n");
	fixture_write(portal.templates, "login.html",
	    "login\nerror={{ error }}\nnext={{ next }}\ncsrf={{ csrf }}\n");
	fixture_write(portal.templates, "dashboard.html",
	    "dashboard\ncsrf={{ csrf }}\nflash={{ flash.text }}\n");
	fixture_write(portal.static_dir, "app.css", "body {}\n");
	fixture_make_store();
	options.dir = portal.dir;
	options.templates = portal.templates;
	options.static_dir = portal.static_dir;
	assert_ok(web_new(&options, &portal.web, e));
	assert_ok(web_thread_new(portal.web, &portal.thread, e));
	return 0;
}

static inline int portal_close(void **state)
{
	(void)state;
	web_thread_free(portal.thread);
	web_free(portal.web);
	assert_ok(dir_remove(portal.dir, e));
	return 0;
}

/* --- asking -------------------------------------------------------------- */

struct ask {
	const char *method; /* NULL: GET */
	const char *uri;
	const char *token;   /* NULL: no Authorization */
	const char *cookie;  /* NULL: none */
	const char *type;    /* of the body; NULL: none */
	const char *body;    /* NULL: none */
	size_t body_len;     /* 0: strlen(body) */
	size_t claims;	     /* its Content-Length; 0: what it has */
	const char *more[8]; /* "HTTP_ORIGIN=…", NULL-terminated */
};

struct fixture_body {
	const char *next;
	size_t left;
};

static inline size_t fixture_read(void *ctx, char *to, size_t len)
{
	struct fixture_body *b = ctx;
	size_t n = b->left < len ? b->left : len;

	if (n)
		memcpy(to, b->next, n);
	b->next += n;
	b->left -= n;
	return n;
}

struct fixture_variables {
	char *list[MAX_VARIABLES + 1];
	size_t n;
};

static inline void fixture_add(
    struct fixture_variables *v, const char *name, const char *value)
{
	assert_true(v->n < MAX_VARIABLES);
	assert_true(asprintf(&v->list[v->n++], "%s%s", name, value) > 0);
}

/* The answer is valid until the next question. */
static inline struct exchange_reply ask(const struct ask *a)
{
	struct fixture_body body = { a->body ? a->body : "",
		a->body_len ? a->body_len
		: a->body   ? strlen(a->body)
			    : 0 };
	struct fixture_variables v = { .n = 0 };
	struct exchange_input in = { v.list, fixture_read, &body };
	struct exchange_reply reply;
	char length[32];

	fixture_add(&v, "REQUEST_METHOD=", a->method ? a->method : "GET");
	fixture_add(&v, "REQUEST_URI=", a->uri);
	fixture_add(&v, "REMOTE_ADDR=", "198.51.100.7");
	snprintf(length, sizeof(length), "%zu",
	    a->claims ? a->claims : body.left);
	fixture_add(&v, "CONTENT_LENGTH=", body.left ? length : "");
	fixture_add(&v, "CONTENT_TYPE=", a->type ? a->type : "");
	fixture_add(&v, "REMOTE_USER=", "");
	fixture_add(&v, "PORTAL_AUTH=", "");
	if (a->token)
		fixture_add(&v, "HTTP_AUTHORIZATION=Bearer ", a->token);
	if (a->cookie)
		fixture_add(&v, "HTTP_COOKIE=", a->cookie);
	for (size_t i = 0; i < 8 && a->more[i]; i++)
		fixture_add(&v, "", a->more[i]);
	web_thread_answer(portal.thread, &in, &reply);
	for (size_t i = 0; i < v.n; i++)
		free(v.list[i]);
	return reply;
}

/* The value of the n-th (from 0) header of this name, in a static buffer of
 * the test program; NULL if there is none. */
static inline const char *header_at(
    const struct exchange_reply *reply, const char *name, int n)
{
	static char value[9000];
	const char *line = reply->head;
	size_t len = strlen(name);

	while (line && *line && *line != '\r') {
		if (strncasecmp(line, name, len) == 0 && line[len] == ':' &&
		    n-- == 0) {
			size_t end = strcspn(line + len + 2, "\r\n");

			memcpy(value, line + len + 2, end);
			value[end] = '\0';
			return value;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return NULL;
}

static inline const char *header(
    const struct exchange_reply *reply, const char *name)
{
	return header_at(reply, name, 0);
}

/* Copies a header's value, which must be there and fit. */
static inline void take_header(
    const struct exchange_reply *reply, const char *name, char *to, size_t size)
{
	const char *value = header(reply, name);

	assert_non_null(value);
	assert_true(text_copy(to, size, value));
}

/* The body as JSON, a new reference. */
static inline json_t *json_of(const struct exchange_reply *reply)
{
	json_t *value = NULL;

	assert_ok(json_read(
	    reply->body, reply->body_len, RESPONSE_MAX_BODY, &value, e));
	return value;
}

#define assert_status(reply, want)                                          \
	do {                                                                \
		if ((reply).status != (want))                               \
			fail_msg("status %d, not %d: %.*s", (reply).status, \
			    (want), (int)(reply).body_len, (reply).body);   \
	} while (0)

#endif
