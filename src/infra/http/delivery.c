#include "app/port/delivery.h"

#include "infra/http/http.h"

#include <curl/curl.h>
#include <string.h>

#define MAX_ANSWER ((size_t)64 * 1024)

/* --- HTTP ---------------------------------------------------------------- */

/* Requests that a peer refuses so may pass later: not in time, too early, too
 * many. */
static bool may_pass(int status)
{
	return status == 408 || status == 425 || status == 429 || status >= 500;
}

static enum err_code judge(int status, struct err *e)
{
	if (status >= 200 && status < 300)
		return ERR_OK;
	return err_set(e, may_pass(status) ? ERR_REMOTE : ERR_DENIED,
	    "the peer answered %d", status);
}

enum err_code delivery_post(const char *url,
    const struct delivery_header *headers, size_t n_headers, const char *body,
    size_t body_len, struct deadline deadline, struct err *e)
{
	struct http_options options = { .keep = 1 };
	struct http_request request = { .method = "POST",
		.url = url,
		.body = body,
		.body_len = body_len,
		.deadline = deadline,
		.max_body = MAX_ANSWER,
		.once = true };
	struct http_answer answer = { 0 };
	struct http_client *client;
	enum err_code rc = http_client_new(&options, &client, e);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; rc == ERR_OK && i < n_headers; i++) {
		if (!http_request_add(
			&request, headers[i].name, headers[i].value))
			rc = err_set(e, ERR_INVALID,
			    "the header %s cannot be sent", headers[i].name);
	}
	if (rc == ERR_OK) {
		rc = http_send(client, &request, &answer, e);
		/* what it says is of no interest, however much that is */
		if (rc == ERR_OK || (rc == ERR_LIMIT && answer.status))
			rc = judge(answer.status, e);
		http_answer_release(&answer);
	}
	http_client_free(client);
	return rc;
}

/* --- SMTP ---------------------------------------------------------------- */

struct reading {
	const char *next;
	size_t left;
};

static size_t read_message(char *to, size_t size, size_t n, void *ctx)
{
	struct reading *r = ctx;
	size_t len = size * n < r->left ? size * n : r->left;

	memcpy(to, r->next, len);
	r->next += len;
	r->left -= len;
	return len;
}

static void set_mail(CURL *h, const struct delivery_mail *mail,
    struct curl_slist *to, struct reading *message, struct deadline deadline)
{
	int left = deadline_poll_ms(deadline);

	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(h, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(h, CURLOPT_URL, mail->url);
	curl_easy_setopt(h, CURLOPT_USE_SSL,
	    (long)(mail->password ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, left < 1 ? 1L : (long)left);
	curl_easy_setopt(h, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(h, CURLOPT_READFUNCTION, read_message);
	curl_easy_setopt(h, CURLOPT_READDATA, message);
	if (mail->password) {
		curl_easy_setopt(h, CURLOPT_USERNAME, mail->username);
		curl_easy_setopt(
		    h, CURLOPT_PASSWORD, secret_reveal(mail->password));
	}
}

/* A reply of 5yz is for good, RFC 5321 section 4.2.1. */
static enum err_code explain(CURL *h, CURLcode code, struct err *e)
{
	long reply = 0;

	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &reply);
	err_set(e,
	    code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
		    code == CURLE_LOGIN_DENIED
		? ERR_INVALID
	    : reply >= 500			     ? ERR_DENIED
	    : code == CURLE_OPERATION_TIMEDOUT	     ? ERR_TIMEOUT
	    : code == CURLE_PEER_FAILED_VERIFICATION ? ERR_DENIED
						     : ERR_REMOTE,
	    "the mail server did not take it: %s (%ld)",
	    curl_easy_strerror(code), reply);
	return e ? e->code : ERR_REMOTE;
}

enum err_code delivery_mail(
    const struct delivery_mail *mail, struct deadline deadline, struct err *e)
{
	struct reading message = { mail->message, mail->message_len };
	struct curl_slist *to = NULL;
	struct err local = ERR_INIT;
	CURL *h = curl_easy_init();
	CURLcode code;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; h && mail->to[i]; i++) {
		struct curl_slist *longer = curl_slist_append(to, mail->to[i]);

		/* to some of them is not sent */
		if (!longer) {
			curl_slist_free_all(to);
			to = NULL;
			break;
		}
		to = longer;
	}
	if (!h || !to) {
		curl_slist_free_all(to);
		curl_easy_cleanup(h);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	set_mail(h, mail, to, &message, deadline);
	code = curl_easy_perform(h);
	if (code != CURLE_OK)
		rc = explain(h, code, e ? e : &local);
	curl_slist_free_all(to);
	curl_easy_cleanup(h);
	return rc;
}
