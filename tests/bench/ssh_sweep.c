/*
 * Reads `show running-config` of many devices, one after the other, and tells
 * the CPU time that took: with nothing but libssh (bare), or through the eos
 * driver (driver).
 *
 *   ssh_sweep bare|driver FIRST-ADDRESS COUNT PORT USER PASSWORD-FILE
 *
 * Prints "devices bytes milliseconds-of-CPU-a-device".
 */
#include "infra/driver/registry.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <libssh/libssh.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ARENA_MAX ((size_t)16 * 1024 * 1024)
#define ANSWER_MAX ((size_t)8 * 1024 * 1024)

struct sweep {
	struct in_addr first;
	unsigned count;
	uint16_t port;
	const char *user;
	struct buf password;
	struct secret *secret;
	struct driver_host_key *pins;
	size_t bytes;
};

static void die(const char *what)
{
	fprintf(stderr, "ssh_sweep: %s\n", what);
	exit(1);
}

static double cpu_ms(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static const char *address_of(const struct sweep *s, unsigned i)
{
	struct in_addr a = { htonl(ntohl(s->first.s_addr) + i) };

	return inet_ntoa(a);
}

/* --- bare -------------------------------------------------------------- */

/* Up to a last line that ends in '#' or '>'. */
static void read_to_prompt(ssh_channel c, struct buf *to)
{
	char part[16384];
	int n;

	buf_clear(to);
	while ((n = ssh_channel_read(c, part, sizeof(part), 0)) > 0) {
		buf_add(to, part, (size_t)n);
		if (to->len > 1 && strchr("#>", to->data[to->len - 1]))
			return;
		if (to->len > 2 && to->data[to->len - 1] == ' ' &&
		    strchr("#>", to->data[to->len - 2]))
			return;
	}
	die("a device hung up");
}

static void say(ssh_channel c, const char *line, struct buf *to)
{
	if (ssh_channel_write(c, line, (uint32_t)strlen(line)) < 0)
		die("a device takes no command");
	read_to_prompt(c, to);
}

static void bare(struct sweep *s, unsigned i)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	const int no = 0;
	const unsigned port = s->port;
	ssh_session ssh = ssh_new();
	ssh_channel c;

	ssh_options_set(ssh, SSH_OPTIONS_PROCESS_CONFIG, &no);
	ssh_options_set(ssh, SSH_OPTIONS_HOST, address_of(s, i));
	ssh_options_set(ssh, SSH_OPTIONS_PORT, &port);
	ssh_options_set(ssh, SSH_OPTIONS_USER, s->user);
	ssh_options_set(ssh, SSH_OPTIONS_CIPHERS_C_S, "aes256-gcm@openssh.com");
	ssh_options_set(ssh, SSH_OPTIONS_CIPHERS_S_C, "aes256-gcm@openssh.com");
	if (ssh_connect(ssh) != SSH_OK ||
	    ssh_userauth_password(ssh, NULL, buf_text(&s->password)) !=
		SSH_AUTH_SUCCESS)
		die("a device lets nobody in");
	c = ssh_channel_new(ssh);
	if (ssh_channel_open_session(c) != SSH_OK ||
	    ssh_channel_request_pty_size(c, "dumb", 511, 10000) != SSH_OK ||
	    ssh_channel_request_shell(c) != SSH_OK)
		die("a device gives no shell");
	read_to_prompt(c, &answer);
	say(c, "enable\n", &answer);
	say(c, "terminal length 0\n", &answer);
	say(c, "show running-config\n", &answer);
	s->bytes += answer.len;
	ssh_channel_close(c);
	ssh_channel_free(c);
	ssh_disconnect(ssh);
	ssh_free(ssh);
	buf_release(&answer);
}

/* --- through the driver ------------------------------------------------ */

static struct driver_target target_of(struct sweep *s, unsigned i)
{
	return (struct driver_target){ .name = "device",
		.address = address_of(s, i),
		.port = s->port,
		.username = s->user,
		.password = s->secret,
		.pins = &s->pins[i],
		.n_pins = s->pins[i].type ? 1 : 0 };
}

/* Host keys as a first session shows them; not measured. */
static void learn_key(struct sweep *s, unsigned i)
{
	const struct driver *d = driver_find("eos");
	struct driver_target t = target_of(s, i);
	struct driver_refusal refusal = { .kind = DRIVER_REFUSAL_NONE };
	struct driver_session *session;

	if (d->open(&t, NULL, deadline_in_ms(30000), &session, &refusal,
		NULL) == ERR_OK ||
	    refusal.kind != DRIVER_REFUSAL_KEY_UNKNOWN)
		die("a device shows no key");
	s->pins[i].type = strdup(refusal.key_type);
	s->pins[i].blob = strdup(refusal.key_blob);
}

static void by_driver(struct sweep *s, unsigned i)
{
	const struct driver *d = driver_find("eos");
	struct arena *arena = arena_new(ARENA_MAX);
	struct driver_target t = target_of(s, i);
	struct deadline deadline = deadline_in_ms(60000);
	struct driver_session *session;
	struct driver_config config;
	struct err e = ERR_INIT;

	if (d->open(&t, NULL, deadline, &session, NULL, &e) != ERR_OK ||
	    d->get_config(session, DRIVER_RUNNING, deadline, arena, &config,
		&e) != ERR_OK)
		die(e.message);
	s->bytes += config.len;
	d->close(session);
	arena_free(arena);
}

/* --- all --------------------------------------------------------------- */

int main(int argc, char **argv)
{
	struct sweep s = { .password = BUF_INIT(256) };
	void (*one)(struct sweep * s, unsigned i);
	double before;

	if (argc != 7 || inet_pton(AF_INET, argv[2], &s.first) != 1 ||
	    file_read(argv[6], &s.password, NULL) != ERR_OK)
		die("usage: bare|driver ADDRESS COUNT PORT USER PASSWORD-FILE");
	s.count = (unsigned)atoi(argv[3]);
	s.port = (uint16_t)atoi(argv[4]);
	s.user = argv[5];
	s.secret = secret_new(buf_text(&s.password), s.password.len);
	s.pins = calloc(s.count, sizeof(*s.pins));
	if (!s.secret || !s.pins || s.count == 0)
		die("out of memory");
	one = strcmp(argv[1], "bare") == 0 ? bare : by_driver;
	ssh_init();
	for (unsigned i = 0; one == by_driver && i < s.count; i++)
		learn_key(&s, i);
	before = cpu_ms();
	for (unsigned i = 0; i < s.count; i++)
		one(&s, i);
	printf("%u %zu %.3f\n", s.count, s.bytes,
	    (cpu_ms() - before) / (double)s.count);
	for (unsigned i = 0; i < s.count; i++) {
		free((void *)(uintptr_t)s.pins[i].type);
		free((void *)(uintptr_t)s.pins[i].blob);
	}
	free(s.pins);
	secret_free(s.secret);
	buf_release(&s.password);
	ssh_finalize();
	return 0;
}
