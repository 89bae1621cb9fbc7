#include "infra/http/http.h"

#include "base/crypto.h"
#include "base/text.h"
#include "infra/http/http_internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_CONNECT_MS 5000
#define DEFAULT_KEEP 16
#define MAX_HEAD ((size_t)64 * 1024)
#define MAX_IDLE_S 30L /* below the idle time-outs of common servers */

/* --- the client ---------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode library_state;

static void start_library(void)
{
	library_state = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool copy_option(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return !from || *to;
}

enum err_code http_client_new(
    const struct http_options *options, struct http_client **ret, struct err *e)
{
	struct http_client *c = calloc(1, sizeof(*c));

	pthread_once(&once, start_library);
	if (!c || library_state != CURLE_OK) {
		free(c);
		return err_set(e, ERR_SYSTEM, "the HTTP client cannot start");
	}
	pthread_mutex_init(&c->lock, NULL);
	c->connect_ms =
	    options->connect_ms ? options->connect_ms : DEFAULT_CONNECT_MS;
	c->keep = options->keep ? options->keep : DEFAULT_KEEP;
	if (c->keep > HTTP_MAX_KEEP)
		c->keep = HTTP_MAX_KEEP;
	if (!copy_option(&c->ca_file, options->ca_file) ||
	    !copy_option(&c->pin, options->pin)) {
		http_client_free(c);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*ret = c;
	return ERR_OK;
}

void http_client_free(struct http_client *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_kept; i++)
		curl_easy_cleanup(c->kept[i]);
	pthread_mutex_destroy(&c->lock);
	free(c->ca_file);
	free(c->pin);
	free(c);
}

static CURL *take_handle(struct http_client *c)
{
	CURL *handle = NULL;

	pthread_mutex_lock(&c->lock);
	if (c->n_kept)
		handle = c->kept[--c->n_kept];
	pthread_mutex_unlock(&c->lock);
	return handle ? handle : curl_easy_init();
}

static void give_handle(struct http_client *c, CURL *handle)
{
	/* forgets URL, password and callbacks; keeps the connections */
	curl_easy_reset(handle);
	pthread_mutex_lock(&c->lock);
	if (c->n_kept < c->keep) {
		c->kept[c->n_kept++] = handle;
		handle = NULL;
	}
	pthread_mutex_unlock(&c->lock);
	curl_easy_cleanup(handle);
}

/* --- callbacks ----------------------------------------------------------- */

/* One header line, or the status line, which starts a new block: of an
 * informational answer (1xx) nothing is kept. */
static size_t take_header(char *line, size_t size, size_t n, void *ctx)
{
	struct buf *head = ctx;
	size_t len = size * n;

	if (len >= 5 && strncmp(line, "HTTP/", 5) == 0) {
		buf_clear(head);
		return len;
	}
	while (len && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	if (len && !memchr(line, '\0', len)) {
		buf_add(head, line, len);
		buf_putc(head, '\0');
	}
	return buf_ok(head) ? size * n : 0;
}

static size_t take_body(char *data, size_t size, size_t n, void *ctx)
{
	return buf_add(ctx, data, size * n) ? size * n : 0;
}

static int ask_cancelled(
    void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct http_request *request = ctx;

	(void)a, (void)b, (void)c, (void)d;
	return request->cancelled(request->ctx);
}

/* --- setting up ---------------------------------------------------------- */

/* libcurl's own defaults that this client changes, one by one with its reason:
 *  - signals would disturb other threads
 *  - environment variables must not redirect requests (proxies)
 *  - a path is what the caller wrote, `..` included
 *  - HTTP/2 would share a connection between requests
 *  - a password in a URL would end in messages */
void http_set_limits(CURL *h, const struct http_client *c)
{
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(h, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, c->connect_ms);
	curl_easy_setopt(h, CURLOPT_MAXAGE_CONN, MAX_IDLE_S);
	curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, c->pin ? 0L : 1L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, c->pin ? 0L : 2L);
	if (c->pin)
		curl_easy_setopt(h, CURLOPT_PINNEDPUBLICKEY, c->pin);
	if (c->ca_file) {
		curl_easy_setopt(h, CURLOPT_CAINFO, c->ca_file);
		curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
	}
}

long http_time_limit(struct deadline deadline)
{
	int left = deadline_poll_ms(deadline);

	return left < 0 ? 0 : left == 0 ? 1 : left;
}

static void set_request(
    CURL *h, const struct http_request *r, struct curl_slist *headers)
{
	curl_easy_setopt(h, CURLOPT_URL, r->url);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	if (r->body) {
		curl_easy_setopt(
		    h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, r->body);
	}
	if (strcmp(r->method, "HEAD") == 0)
		curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, r->method);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, http_time_limit(r->deadline));
	if (r->once)
		curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, 1L);
	if (r->username) {
		curl_easy_setopt(h, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(h, CURLOPT_USERNAME, r->username);
		curl_easy_setopt(h, CURLOPT_PASSWORD,
		    r->password ? secret_reveal(r->password) : "");
	}
	if (r->cancelled) {
		curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, ask_cancelled);
		curl_easy_setopt(h, CURLOPT_XFERINFODATA, r);
	}
}

static void wipe_buf(struct buf *b)
{
	if (b->data)
		wipe(b->data, b->cap);
}

static void free_headers(const struct http_request *r, struct curl_slist *list)
{
	for (struct curl_slist *l = list; r->secret && l; l = l->next)
		wipe(l->data, strlen(l->data));
	curl_slist_free_all(list);
}

/* Moving to a larger place would leave the old bytes behind. */
static bool reserve_line(const struct http_request *r, struct buf *line)
{
	return !r->secret || buf_reserve(line, SECRET_MAX) != NULL;
}

/* "Expect:" turns off the wait for 100-continue, and with it the repetition
 * after a 417. */
static enum err_code make_headers(
    const struct http_request *r, struct curl_slist **ret, struct err *e)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *longer;
	struct buf line = BUF_INIT(MAX_HEAD);
	bool ok = list && reserve_line(r, &line);

	for (size_t i = 0; ok && i < r->n_headers; i++) {
		buf_clear(&line);
		/* not formatted, which would take a second copy */
		buf_puts(&line, r->header[i].name);
		buf_puts(&line, ": ");
		buf_puts(&line, r->header[i].value);
		longer = curl_slist_append(list, buf_text(&line));
		ok = longer && buf_ok(&line);
		list = longer ? longer : list;
	}
	if (r->secret)
		wipe_buf(&line);
	buf_release(&line);
	if (!ok) {
		free_headers(r, list);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*ret = list;
	return ERR_OK;
}

/* --- sending ------------------------------------------------------------- */

/* What a code of libcurl's means for the caller; others: ERR_REMOTE. */
static const struct {
	CURLcode curl;
	enum err_code code;
	const char *words;
} meanings[] = {
	{ CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, "did not answer in time" },
	{ CURLE_URL_MALFORMAT, ERR_INVALID, "is no address" },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_INVALID,
	    "is neither http nor https" },
	{ CURLE_LOGIN_DENIED, ERR_INVALID,
	    "may not hold a user name or a password" },
	{ CURLE_COULDNT_RESOLVE_HOST, ERR_REMOTE, "has no known address" },
	{ CURLE_COULDNT_CONNECT, ERR_REMOTE, "cannot be reached" },
	{ CURLE_PEER_FAILED_VERIFICATION, ERR_DENIED,
	    "shows a certificate that is not trusted" },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, ERR_DENIED,
	    "shows a certificate with another key than the approved one" },
	{ CURLE_SSL_CACERT_BADFILE, ERR_INVALID,
	    "cannot be verified: the file of its authority cannot be read" },
	{ CURLE_SSL_CONNECT_ERROR, ERR_REMOTE, "does not agree on TLS" },
	{ CURLE_GOT_NOTHING, ERR_REMOTE, "hung up without an answer" },
	{ CURLE_PARTIAL_FILE, ERR_REMOTE, "hung up in the middle of it" },
	{ CURLE_ABORTED_BY_CALLBACK, ERR_CANCELLED, "was not waited for" },
	{ CURLE_OUT_OF_MEMORY, ERR_SYSTEM, "cannot be asked: out of memory" },
};

/* Host and port: a path may be long, and what stands before an `@` secret. */
static const char *host_of(const char *url, int *ret_len)
{
	const char *host = strstr(url, "://"), *at;
	size_t len;

	host = host ? host + 3 : url;
	len = strcspn(host, "/?#");
	at = memrchr(host, '@', len);
	if (at) {
		len -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	*ret_len = len > 200 ? 200 : (int)len;
	return host;
}

enum err_code http_explain(CURLcode rc, const char *url,
    const struct http_answer *answer, const char *text, struct err *e)
{
	enum err_code code = ERR_REMOTE;
	const char *words = "does not speak HTTP as it should";
	int len;
	const char *host = host_of(url, &len);

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		/* garbage counts as HTTP/0.9, a protocol that is off */
		bool garbage = answer->sent && meanings[i].code == ERR_INVALID;

		if (meanings[i].curl == rc && !garbage) {
			code = meanings[i].code;
			words = meanings[i].words;
			break;
		}
	}
	if (answer->body.full || answer->head.full) {
		code = ERR_LIMIT;
		words = "sends more than is taken";
	}
	err_set(e, code, "%.*s %s", len, host, words);
	err_detail(e, "%s %s", curl_easy_strerror(rc), text);
	return code;
}

static enum err_code check_request(const struct http_request *r, struct err *e)
{
	if (!text_has_no_control(r->url, strlen(r->url), false))
		return err_set(
		    e, ERR_INVALID, "the address has control characters");
	if (deadline_passed(r->deadline)) {
		int len;
		const char *host = host_of(r->url, &len);

		return err_set(
		    e, ERR_TIMEOUT, "%.*s was not asked in time", len, host);
	}
	return ERR_OK;
}

enum err_code http_send(struct http_client *c,
    const struct http_request *request, struct http_answer *ret, struct err *e)
{
	char text[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = NULL;
	long status = 0, sent = 0;
	enum err_code rc;
	CURLcode done;
	CURL *h;

	*ret = (struct http_answer){ .head = BUF_INIT(MAX_HEAD),
		.body = BUF_INIT(request->max_body),
		.secret = request->secret };
	rc = check_request(request, e);
	if (rc == ERR_OK && request->secret &&
	    !buf_reserve(&ret->body, request->max_body))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = make_headers(request, &headers, e);
	if (rc != ERR_OK)
		return rc;
	h = take_handle(c);
	if (!h) {
		free_headers(request, headers);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	http_set_limits(h, c);
	set_request(h, request, headers);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, text);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, &ret->head);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, &ret->body);
	done = curl_easy_perform(h);
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h, CURLINFO_REQUEST_SIZE, &sent);
	ret->sent = sent > 0;
	ret->status = (int)status;
	if (done != CURLE_OK)
		rc = http_explain(done, request->url, ret, text, e);
	give_handle(c, h);
	free_headers(request, headers);
	return rc;
}

void http_answer_release(struct http_answer *answer)
{
	if (answer->secret) {
		wipe_buf(&answer->head);
		wipe_buf(&answer->body);
	}
	buf_release(&answer->head);
	buf_release(&answer->body);
}

const char *http_answer_header(
    const struct http_answer *answer, const char *name)
{
	const char *line = buf_text(&answer->head);
	const char *end = line + answer->head.len;
	size_t len = strlen(name);

	for (; line < end; line += strlen(line) + 1) {
		if (strncasecmp(line, name, len) == 0 && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, " \t");
	}
	return NULL;
}

bool http_request_add(
    struct http_request *request, const char *name, const char *value)
{
	if (request->n_headers == HTTP_MAX_HEADERS ||
	    !text_has_no_control(value, strlen(value), false))
		return false;
	request->header[request->n_headers++] =
	    (struct http_header){ name, value };
	return true;
}
