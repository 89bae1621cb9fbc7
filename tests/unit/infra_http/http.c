#include "infra/http/http.h"

#include "unit/infra_http/fixture.h"
#include "unit/infra_http/peer.h"

static struct http_client *client(void)
{
	static const struct http_options options = { .connect_ms = 2000 };

	return client_with(&options);
}

static const char *peer_url(const struct peer *p)
{
	static char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/a%%2fb?c", p->port);
	return url;
}

#define OK_ANSWER(body) \
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Word: yes\r\n\r\n" body

static void test_whole_exchange(void **state)
{
	static const char *const answers[] = { OK_ANSWER("ab"), OK_ANSWER("cd"),
		NULL };
	struct peer p = { .connections = { answers }, .n_connections = 1 };
	struct secret *password = secret_new("word", 4);
	struct http_client *c = client();
	struct http_answer answer;
	struct http_request r;
	struct err e;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	peer_start(&p);
	r = request("PUT", peer_url(&p));
	r.body = "{}";
	r.body_len = 2;
	r.username = "me";
	r.password = password;
	assert_true(http_request_add(&r, "X-A", "1"));
	assert_false(http_request_add(&r, "X-B", "1\r\nX-C: 2"));
	assert_int_equal(send_once(c, &r, &answer, &e), ERR_OK);
	assert_int_equal(answer.status, 200);
	assert_true(answer.sent);
	assert_string_equal(buf_text(&answer.body), "ab");
	assert_string_equal(http_answer_header(&answer, "x-word"), "yes");
	assert_null(http_answer_header(&answer, "x-wor"));
	http_answer_release(&answer);
	/* a second one goes over the same connection */
	r = request("GET", peer_url(&p));
	assert_int_equal(send_once(c, &r, &answer, &e), ERR_OK);
	assert_string_equal(buf_text(&answer.body), "cd");
	http_answer_release(&answer);
	http_client_free(c);
	assert_non_null(strstr(buf_text(&p.seen), "PUT /a%2fb?c HTTP/1.1\r\n"));
	assert_non_null(strstr(buf_text(&p.seen), "X-A: 1\r\n"));
	assert_non_null(
	    strstr(buf_text(&p.seen), "Authorization: Basic bWU6d29yZA==\r\n"));
	assert_null(strstr(buf_text(&p.seen), "Expect"));
	assert_int_equal(p.accepted, 1);
	peer_stop(&p);
	secret_free(password);
	unsetenv("http_proxy");
}

/* The kept connection dies with the request in it: a read may go over another
 * one, what must not be done twice never does. */
static void test_once(void **state)
{
	static const char *const one[] = { OK_ANSWER("ab"), "", NULL };
	static const char *const two[] = { "", NULL };
	struct peer p = { .connections = { one, two }, .n_connections = 2 };
	struct http_client *c = client();
	struct http_answer answer;
	struct http_request r;
	struct err e;

	(void)state;
	peer_start(&p);
	r = request("GET", peer_url(&p));
	assert_int_equal(send_once(c, &r, &answer, &e), ERR_OK);
	http_answer_release(&answer);
	r = request("PUT", peer_url(&p));
	r.once = true;
	r.deadline = deadline_in_ms(500);
	/* the peer serves the first connection to its end before the second */
	assert_int_equal(send_once(c, &r, &answer, &e), ERR_TIMEOUT);
	assert_true(answer.sent);
	http_answer_release(&answer);
	http_client_free(c);
	peer_stop(&p);
}

struct broken_case {
	const char *answer;
	enum err_code code;
	const char *words;
};

static void test_broken_answers(void **state)
{
	static const struct broken_case cases[] = {
		{ "", ERR_REMOTE, "hung up without an answer" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", ERR_REMOTE,
		    "hung up in the middle" },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "zz\r\nab",
		    ERR_REMOTE, "does not speak HTTP" },
		{ "garbage\r\n\r\n", ERR_REMOTE, "does not speak HTTP" },
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
		  "Content-Length: 0\r\n\r\n",
		    ERR_OK, "" },
	};
	struct http_client *c = client();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const answers[] = { cases[i].answer, NULL };
		struct peer p = { .connections = { answers },
			.n_connections = 1 };
		struct http_answer answer;
		struct http_request r;
		struct err e;

		peer_start(&p);
		r = request("PUT", peer_url(&p));
		r.once = true;
		assert_int_equal(send_once(c, &r, &answer, &e), cases[i].code);
		assert_true(answer.sent);
		if (cases[i].code != ERR_OK)
			assert_non_null(strstr(e.message, cases[i].words));
		else
			assert_int_equal(answer.status, 302);
		http_answer_release(&answer);
		assert_int_equal(p.accepted, 1);
		peer_stop(&p);
	}
	http_client_free(c);
}

static void test_bounds(void **state)
{
	static char big[200000];
	const char *const answers[] = { big, NULL };
	struct peer p = { .connections = { answers, answers },
		.n_connections = 2 };
	struct http_client *c = client();
	struct http_answer answer;
	struct http_request r;
	struct err e;
	size_t n;

	(void)state;
	n = (size_t)sprintf(big, "HTTP/1.1 200 OK\r\n\r\n");
	memset(big + n, 'x', 100000);
	peer_start(&p);
	r = request("GET", peer_url(&p));
	assert_int_equal(send_once(c, &r, &answer, &e), ERR_LIMIT);
	http_answer_release(&answer);
	peer_stop(&p); /* its thread may still read the answer */
	n = (size_t)sprintf(big, "HTTP/1.1 200 OK\r\n");
	while (n < 150000)
		n += (size_t)sprintf(big + n, "X-Header: %01000d\r\n", 7);
	peer_start(&p);
	r = request("GET", peer_url(&p));
	assert_int_equal(send_once(c, &r, &answer, &e), ERR_LIMIT);
	http_answer_release(&answer);
	http_client_free(c);
	peer_stop(&p);
}

static bool always(void *ctx)
{
	(void)ctx;
	return true;
}

static void test_silence_and_cancelling(void **state)
{
	static const char *const nothing[] = { "", NULL };
	struct peer p = { .connections = { nothing, nothing },
		.n_connections = 2,
		.hold = true };
	struct http_client *c = client();
	struct http_answer answer;
	struct http_request r;
	struct err e;
	int64_t start;

	(void)state;
	p.connections[0] = nothing;
	p.n_connections = 1;
	peer_start(&p);
	r = request("GET", peer_url(&p));
	r.deadline = deadline_in_ms(200);
	start = clock_mono_ms();
	assert_int_equal(send_once(c, &r, &answer, &e), ERR_TIMEOUT);
	assert_true(answer.sent);
	assert_true(clock_mono_ms() - start < 2000);
	http_answer_release(&answer);
	r.deadline = deadline_in_ms(-1);
	assert_int_equal(send_once(c, &r, &answer, &e), ERR_TIMEOUT);
	assert_false(answer.sent);
	http_answer_release(&answer);
	r.deadline = deadline_in_ms(5000);
	r.cancelled = always;
	assert_int_equal(send_once(c, &r, &answer, &e), ERR_CANCELLED);
	http_answer_release(&answer);
	http_client_free(c);
	peer_stop(&p);
}

static void test_not_sent(void **state)
{
	static const struct {
		const char *url;
		enum err_code code;
	} cases[] = {
		{ "http://127.0.0.1:1/", ERR_REMOTE },
		{ "http://nowhere.invalid/", ERR_REMOTE },
		{ "ftp://127.0.0.1/", ERR_INVALID },
		{ "http://user:hunter2@127.0.0.1/", ERR_INVALID },
		{ "http://127.0.0.1/\n", ERR_INVALID },
		{ "http://", ERR_INVALID },
	};
	struct http_client *c = client();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_request r = request("GET", cases[i].url);
		struct http_answer answer;
		struct err e;

		assert_int_equal(send_once(c, &r, &answer, &e), cases[i].code);
		assert_false(answer.sent);
		assert_null(strstr(e.message, "hunter2"));
		http_answer_release(&answer);
	}
	http_client_free(c);
}

#define THREADS 8
#define EACH 50

struct crowd {
	struct http_client *client;
	int port;
};

static void *serve_many(void *ctx)
{
	int fd = (int)(intptr_t)ctx;
	struct buf seen = BUF_INIT(1 << 20);

	while (read_request(fd, &seen)) {
		send(
		    fd, OK_ANSWER("ab"), strlen(OK_ANSWER("ab")), MSG_NOSIGNAL);
		buf_clear(&seen);
	}
	buf_release(&seen);
	close(fd);
	return NULL;
}

static void *accept_many(void *ctx)
{
	int listener = *(int *)ctx, fd, *count = (int *)ctx + 1;
	pthread_t threads[THREADS * 2];

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		assert_true(*count < THREADS * 2);
		pthread_create(&threads[(*count)++], NULL, serve_many,
		    (void *)(intptr_t)fd);
	}
	for (int i = 0; i < *count; i++)
		pthread_join(threads[i], NULL);
	return NULL;
}

static void *ask_many(void *ctx)
{
	struct crowd *crowd = ctx;
	char url[64];
	size_t good = 0;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", crowd->port);
	for (int i = 0; i < EACH; i++) {
		struct http_request r = request("GET", url);
		struct http_answer answer;

		if (http_send(crowd->client, &r, &answer, NULL) == ERR_OK &&
		    strcmp(buf_text(&answer.body), "ab") == 0)
			good++;
		http_answer_release(&answer);
	}
	return (void *)(uintptr_t)good;
}

static void test_threads(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int server[2] = { socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 0 };
	struct crowd crowd = { .client = client() };
	pthread_t listener, threads[THREADS];

	(void)state;
	assert_int_equal(bind(server[0], (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(server[0], THREADS), 0);
	getsockname(server[0], (struct sockaddr *)&a, &len);
	crowd.port = ntohs(a.sin_port);
	pthread_create(&listener, NULL, accept_many, server);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, ask_many, &crowd);
	for (int i = 0; i < THREADS; i++) {
		void *good;

		pthread_join(threads[i], &good);
		assert_int_equal((uintptr_t)good, EACH);
	}
	http_client_free(crowd.client);
	shutdown(server[0], SHUT_RDWR);
	pthread_join(listener, NULL);
	close(server[0]);
	/* each thread finds a connection that is kept */
	assert_true(server[1] <= THREADS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_exchange),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_broken_answers),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_silence_and_cancelling),
		cmocka_unit_test(test_not_sent),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
