#include "app/port/probe.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_TOLD 2000

/* A peer on loopback that says one thing to whoever connects, then waits for
 * the other side to hang up; what: NULL, nothing. */
struct peer {
	int fd;
	uint16_t port;
	const char *what;
	size_t len;
	pthread_t thread;
};

static void *serve(void *ctx)
{
	struct peer *p = ctx;
	char c[256];
	int fd;

	while ((fd = accept(p->fd, NULL, NULL)) >= 0) {
		if (p->what)
			(void)send(fd, p->what, p->len, MSG_NOSIGNAL);
		while (p->what && recv(fd, c, sizeof(c), 0) > 0)
			;
		if (p->what)
			close(fd);
	}
	return NULL;
}

static void peer_start(struct peer *p, const char *what, size_t len)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t size = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_ANY);
	p->what = what;
	p->len = len;
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(p->fd, 64), 0);
	assert_int_equal(getsockname(p->fd, (struct sockaddr *)&a, &size), 0);
	p->port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&p->thread, NULL, serve, p), 0);
}

static void peer_stop(struct peer *p)
{
	shutdown(p->fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->fd);
}

/* --- what is told -------------------------------------------------------- */

struct told {
	int times;
	struct probe_result results[PROBE_KINDS];
};

struct sweep_test {
	struct told told[MAX_TOLD];
	size_t n;
	size_t cancel_after;
};

static void tell(void *ctx, size_t target,
    const struct probe_result results[PROBE_KINDS], uint32_t uptime_s)
{
	struct sweep_test *t = ctx;

	(void)uptime_s;
	t->told[target].times++;
	memcpy(
	    t->told[target].results, results, sizeof(t->told[target].results));
	t->n++;
}

static bool cancelled(void *ctx)
{
	const struct sweep_test *t = ctx;

	return t->cancel_after && t->n >= t->cancel_after;
}

static enum err_code sweep(struct sweep_test *t,
    const struct probe_target *targets, size_t n, int timeout_ms,
    size_t at_once)
{
	const struct probe_options options = { .timeout_ms = timeout_ms,
		.attempts = 3,
		.at_once = at_once,
		.ctx = t,
		.tell = tell,
		.cancelled = cancelled };
	struct err e = ERR_INIT;

	return probe_sweep(targets, n, &options, &e);
}

static uint16_t free_port(void)
{
	struct peer p;
	uint16_t port;

	peer_start(&p, "", 0);
	port = p.port;
	peer_stop(&p);
	return port;
}

/* --- tests --------------------------------------------------------------- */

static void tells_each_kind_of_failure(void **state)
{
	static const char html[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct probe_target t[4];
	struct sweep_test *test = calloc(1, sizeof(*test));
	struct peer web, silent;
	int64_t began = clock_mono_ms();

	(void)state;
	peer_start(&web, html, sizeof(html) - 1);
	peer_start(&silent, NULL, 0);
	for (int i = 0; i < 4; i++)
		t[i] = (struct probe_target){ .address = "127.0.0.1",
			.asked = PROBE_BIT(PROBE_SSH) | PROBE_BIT(PROBE_API),
			.counting = PROBE_BIT(PROBE_SSH) };
	t[0].asked = PROBE_BIT(PROBE_API);
	t[0].ports[PROBE_API] = web.port;
	t[1].ports[PROBE_SSH] = t[1].ports[PROBE_API] = free_port();
	t[2].ports[PROBE_SSH] = t[2].ports[PROBE_API] = silent.port;
	t[3].address = "nonsense";
	assert_int_equal(sweep(test, t, 4, 300, 2), ERR_OK);
	assert_in_range(clock_mono_ms() - began, 300, 5000);
	assert_int_equal(test->n, 4);
	assert_string_equal(
	    test->told[0].results[PROBE_API].why, "does not speak TLS");
	assert_string_equal(
	    test->told[1].results[PROBE_SSH].why, "connection refused");
	assert_string_equal(
	    test->told[2].results[PROBE_SSH].why, "no answer in 0.3 s");
	assert_true(test->told[2].results[PROBE_SSH].counts);
	assert_false(test->told[2].results[PROBE_API].counts);
	assert_false(test->told[2].results[PROBE_ICMP].asked);
	/* a bad address: no probe was asked */
	assert_int_equal(test->told[3].times, 1);
	peer_stop(&web);
	peer_stop(&silent);
	free(test);
}

static bool may_ping(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd < 0)
		fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void pings_a_thousand(void **state)
{
	struct probe_target *t = calloc(1000, sizeof(*t));
	struct sweep_test *test = calloc(1, sizeof(*test));
	static char names[1000][24];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof(names[i]), "127.9.%u.%u", i / 250,
		    i % 250 + 1);
		t[i] = (struct probe_target){ .address = names[i],
			.asked = PROBE_BIT(PROBE_ICMP),
			.counting = PROBE_BIT(PROBE_ICMP) };
	}
	assert_int_equal(sweep(test, t, 1000, 3000, 100), ERR_OK);
	assert_int_equal(test->n, 1000);
	for (int i = 0; i < 1000; i++) {
		const struct probe_result *r =
		    &test->told[i].results[PROBE_ICMP];

		assert_int_equal(test->told[i].times, 1);
		assert_int_equal(r->ok, may_ping());
		if (!r->ok)
			assert_non_null(strstr(r->why, "CAP_NET_RAW"));
		assert_int_equal(r->counts, may_ping());
	}
	free(test);
	free(t);
}

static void drop_net_raw(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	data[0].effective &= ~(1u << CAP_NET_RAW);
	data[0].permitted &= ~(1u << CAP_NET_RAW);
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

/* Without the right to send, it is said so, and no device is called down. */
static void does_without_the_right_to_ping(void **state)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		drop_net_raw();
		pings_a_thousand(state);
		_exit(0); /* a failed assertion exits otherwise */
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void asks_an_open_snmp_port_nobody_reads(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct secret *community = secret_new("public", 6);
	struct probe_snmp snmp = { .community = community };
	struct probe_target t[2] = { { .address = "127.0.0.1",
	    .asked = PROBE_BIT(PROBE_SNMP),
	    .snmp = &snmp } };
	struct sweep_test *test = calloc(1, sizeof(*test));
	socklen_t size = sizeof(a);
	char datagram[2048];
	int fd, n = 0;

	(void)state;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &size), 0);
	t[0].ports[PROBE_SNMP] = ntohs(a.sin_port);
	t[1] = t[0];
	t[1].snmp = NULL;
	assert_int_equal(sweep(test, t, 2, 300, 2), ERR_OK);
	while (recv(fd, datagram, sizeof(datagram), 0) > 0)
		n++;
	assert_int_equal(n, 3); /* attempts */
	assert_non_null(strstr(
	    test->told[0].results[PROBE_SNMP].why, "no answer (or a wrong"));
	assert_string_equal(test->told[1].results[PROBE_SNMP].why,
	    "not asked: there are no SNMP credentials");
	close(fd);
	free(test);
	secret_free(community);
}

static void stops_when_cancelled(void **state)
{
	struct probe_target *t = calloc(1000, sizeof(*t));
	struct sweep_test *test = calloc(1, sizeof(*test));
	uint16_t port = free_port();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		t[i] = (struct probe_target){ .address = "127.0.0.1",
			.asked = PROBE_BIT(PROBE_SSH) };
		t[i].ports[PROBE_SSH] = port;
	}
	test->cancel_after = 10;
	assert_int_equal(sweep(test, t, 1000, 300, 20), ERR_CANCELLED);
	assert_in_range(test->n, 10, 200);
	free(test);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_kind_of_failure),
		cmocka_unit_test(pings_a_thousand),
		cmocka_unit_test(does_without_the_right_to_ping),
		cmocka_unit_test(asks_an_open_snmp_port_nobody_reads),
		cmocka_unit_test(stops_when_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
