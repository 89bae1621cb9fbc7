/*
 * Whom the client believes: authorities, names and pins, against OpenSSL's own
 * server.
 */
#include "unit/infra_http/fixture.h"

#include "base/crypto.h"
#include "base/file.h"

#include <signal.h>
#include <sys/wait.h>

struct tls {
	char dir[64];
	pid_t pid;
	int port;
	char pin[80];
};

static void sh(const struct tls *t, const char *command)
{
	char line[1000];

	snprintf(
	    line, sizeof(line), "cd %s && { %s; } >>log 2>&1", t->dir, command);
	assert_int_equal(system(line), 0);
}

static void read_pin(struct tls *t)
{
	struct buf der = BUF_INIT(4096), text = BUF_INIT(100);
	uint8_t digest[SHA256_SIZE];
	char path[100];

	snprintf(path, sizeof(path), "%s/key.der", t->dir);
	assert_int_equal(file_read(path, &der, NULL), ERR_OK);
	sha256_of(der.data, der.len, digest);
	base64_append(&text, digest, sizeof(digest));
	snprintf(t->pin, sizeof(t->pin), "sha256//%s", buf_text(&text));
	buf_release(&der);
	buf_release(&text);
}

static bool connects(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	close(fd);
	return ok;
}

static int free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	getsockname(fd, (struct sockaddr *)&a, &len);
	close(fd);
	return ntohs(a.sin_port);
}

static int tls_start(void **state)
{
	struct tls *t = calloc(1, sizeof(*t));
	char port[16];
	int64_t until = clock_mono_ms() + 10000;

	strcpy(t->dir, "/tmp/switchyard-http-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	sh(t, "openssl req -x509 -newkey ec -pkeyopt "
	      "ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out "
	      "cert.pem -days 2 -subj /CN=peer -addext "
	      "subjectAltName=IP:127.0.0.1");
	sh(t, "openssl req -x509 -newkey ec -pkeyopt "
	      "ec_paramgen_curve:prime256v1 -nodes -keyout other.key -out "
	      "other.pem -days 2 -subj /CN=other");
	sh(t, "openssl pkey -in key.pem -pubout -outform DER -out key.der");
	read_pin(t);
	t->port = free_port();
	snprintf(port, sizeof(port), "%d", t->port);
	t->pid = fork();
	if (t->pid == 0) {
		if (chdir(t->dir) != 0 || !freopen("/dev/null", "r", stdin) ||
		    !freopen("server.log", "w", stdout))
			_exit(126);
		execlp("openssl", "openssl", "s_server", "-accept", port,
		    "-cert", "cert.pem", "-key", "key.pem", "-www", "-quiet",
		    (char *)NULL);
		_exit(127);
	}
	assert_true(t->pid > 1);
	while (!connects(t->port) && clock_mono_ms() < until)
		usleep(20000);
	*state = t;
	return 0;
}

static int tls_stop(void **state)
{
	struct tls *t = *state;

	kill(t->pid, SIGKILL);
	waitpid(t->pid, NULL, 0);
	assert_int_equal(dir_remove(t->dir, NULL), ERR_OK);
	free(t);
	return 0;
}

static enum err_code ask_tls(const struct tls *t, const char *host,
    const struct http_options *options, bool *ret_sent, struct err *e)
{
	struct http_client *c = client_with(options);
	struct http_answer answer;
	struct http_request r;
	char url[64];
	enum err_code rc;

	snprintf(url, sizeof(url), "https://%s:%d/", host, t->port);
	r = request("GET", url);
	r.max_body = 100000;
	rc = send_once(c, &r, &answer, e);
	*ret_sent = answer.sent;
	http_answer_release(&answer);
	http_client_free(c);
	return rc;
}

static void test_tls(void **state)
{
	struct tls *t = *state;
	char good[100], bad[100], none[100];
	const struct {
		const char *host;
		struct http_options options;
		enum err_code code;
	} cases[] = {
		{ "127.0.0.1", { .ca_file = good }, ERR_OK },
		{ "localhost", { .ca_file = good }, ERR_DENIED },
		{ "127.0.0.1", { .ca_file = bad }, ERR_DENIED },
		{ "127.0.0.1", { .ca_file = none }, ERR_INVALID },
		{ "127.0.0.1", { .ca_file = NULL }, ERR_DENIED },
		{ "localhost", { .pin = t->pin }, ERR_OK },
		{ "127.0.0.1",
		    { .pin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			     "AAAAAAAAAAAAAA=" },
		    ERR_DENIED },
	};

	snprintf(good, sizeof(good), "%s/cert.pem", t->dir);
	snprintf(bad, sizeof(bad), "%s/other.pem", t->dir);
	snprintf(none, sizeof(none), "%s/none.pem", t->dir);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e;
		bool sent;
		enum err_code rc =
		    ask_tls(t, cases[i].host, &cases[i].options, &sent, &e);

		if (rc != cases[i].code)
			fail_msg("case %zu: %s (%s)", i, e.message, e.detail);
		assert_true(sent == (rc == ERR_OK));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tls, tls_start, tls_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
