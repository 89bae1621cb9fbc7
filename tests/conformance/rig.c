/*
 * The device seen from behind: a simulator through its control socket, or a
 * real server through a program that takes the same requests as arguments
 * and prints the answer (conformance/lab_frr.sh).
 */
#include "conformance/bench.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define ARENA_MAX ((size_t)512 << 20)
#define ANSWER_MAX ((size_t)64 << 20)
#define REQUEST_MAX 512

void bench_die(const char *what, const char *why)
{
	fprintf(stderr, "conformance: %s: %s\n", what, why);
	exit(2);
}

/* With arguments, as a socket's path has none. */
static bool is_program(const struct bench *b)
{
	return strchr(b->control, ' ') != NULL;
}

/* --- Asking ------------------------------------------------------------ */

static FILE *connect_control(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *f;

	if (fd < 0 || !text_copy(at.sun_path, sizeof at.sun_path, path) ||
	    connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
		bench_die(path, "no control socket");
	f = fdopen(fd, "r+");
	if (f == NULL)
		bench_die(path, "no memory");
	return f;
}

static const char *ask_simulator(struct bench *b, const char *request)
{
	FILE *f = connect_control(b->control);
	char head[64], word[16];
	char *answer;
	size_t len;

	fprintf(f, "%s\n", request);
	fflush(f);
	if (fgets(head, sizeof head, f) == NULL ||
	    sscanf(head, "%15s %zu", word, &len) != 2 || len > ANSWER_MAX ||
	    strcmp(word, "ok") != 0)
		bench_die(request, "refused by the simulator");
	answer = arena_alloc(b->arena, len + 1);
	if (answer == NULL || fread(answer, 1, len, f) != len)
		bench_die(request, "no whole answer");
	answer[len] = '\0';
	fclose(f);
	return answer;
}

static const char *ask_program(struct bench *b, const char *request)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	char command[REQUEST_MAX + 256], part[4096];
	const char *text;
	size_t n;
	FILE *f;

	snprintf(command, sizeof command, "%s %s", b->control, request);
	f = popen(command, "r");
	while (f != NULL && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&answer, part, n);
	if (f == NULL || pclose(f) != 0)
		bench_die(request, "refused");
	text = arena_strdup(b->arena, buf_text(&answer));
	buf_release(&answer);
	return text;
}

const char *bench_ask(struct bench *b, const char *fmt, ...)
{
	char request[REQUEST_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(request, sizeof request, fmt, ap);
	va_end(ap);
	return is_program(b) ? ask_program(b, request)
			     : ask_simulator(b, request);
}

/* --- Devices ----------------------------------------------------------- */

static void read_pin(struct bench *b)
{
	char *key = arena_strdup(b->arena, bench_ask(b, "key %s", b->device));
	char *save = NULL;

	b->pins[0].type = strtok_r(key, " ", &save);
	b->pins[0].blob = strtok_r(NULL, " ", &save);
	b->target.pins = b->pins;
	b->target.n_pins = 1;
}

/* The certificate, as a first session is told of it. */
static void read_certificate(struct bench *b)
{
	struct driver_refusal refusal = { .kind = DRIVER_REFUSAL_NONE };
	struct driver_session *s = NULL;

	b->target.transport = b->backend->transport;
	if (b->driver->open(&b->target, NULL, deadline_in_ms(10000), &s,
		&refusal, NULL) == ERR_OK ||
	    refusal.kind != DRIVER_REFUSAL_KEY_UNKNOWN)
		bench_die(b->name, "no certificate is shown");
	b->pins[1].type = arena_strdup(b->arena, refusal.key_type);
	b->pins[1].blob = arena_strdup(b->arena, refusal.key_blob);
	b->target.n_pins = 2;
}

/* Real servers are few: the same one is put back to where it was. */
static uint16_t take_real(struct bench *b)
{
	snprintf(b->device, sizeof b->device, "r1");
	bench_ask(b, "fresh %s", b->device);
	b->index++;
	if (b->cutter == NULL)
		b->cutter = cutter_start(b->address, b->first_port);
	if (b->cutter == NULL)
		bench_die("relay", "does not start");
	cutter_set(b->cutter, 0, false);
	return cutter_port(b->cutter);
}

static uint16_t take_simulated(struct bench *b)
{
	if (b->index == b->n_devices)
		bench_die(b->name, "the simulator has no more devices");
	snprintf(
	    b->device, sizeof b->device, "%s%u", b->backend->name, ++b->index);
	if (b->backend->netconf)
		return b->first_port;
	return (uint16_t)(b->first_port + b->index - 1 +
			  (b->backend->transport ? BACKEND_API_PORT : 0));
}

void bench_next(struct bench *b)
{
	uint16_t port;

	if (b->arena != NULL)
		arena_free(b->arena);
	b->arena = arena_new(ARENA_MAX);
	port = is_program(b) ? take_real(b) : take_simulated(b);
	b->target = (struct driver_target){
		.name = b->device,
		.address = is_program(b) ? "127.0.0.1" : b->address,
		.port = port,
		.ssh_port = (uint16_t)(port - BACKEND_API_PORT),
		.username =
		    b->backend->user != NULL ? b->backend->user : "admin",
		.password = b->password,
		.enable = b->enable,
	};
	b->run_ms = 60000;
	read_pin(b);
	if (b->backend->transport)
		read_certificate(b);
}

const char *bench_running(struct bench *b)
{
	return bench_ask(b, "running %s", b->device);
}

const char *bench_startup(struct bench *b)
{
	return bench_ask(b, "startup %s", b->device);
}

void bench_mode(struct bench *b, const char *setting)
{
	unsigned at = 0;
	char when[8];

	if (is_program(b) && strcmp(setting, "off") == 0)
		cutter_set(b->cutter, 0, false);
	else if (is_program(b) &&
		 sscanf(setting, "cut-%7[a-z]=%u", when, &at) == 2)
		cutter_set(b->cutter, at, strcmp(when, "before") == 0);
	else
		bench_ask(b, "mode %s %s", b->device, setting);
}

static unsigned count_real(const struct bench *b, const char *counter)
{
	if (strcmp(counter, "open") == 0)
		return cutter_open(b->cutter);
	return strcmp(counter, "commands") == 0 ? cutter_requests(b->cutter)
						: 0;
}

unsigned bench_count(struct bench *b, const char *counter)
{
	const char *stats, *at;

	if (is_program(b))
		return count_real(b, counter);
	stats = bench_ask(b, "stats %s", b->device);
	at = strstr(stats, counter);
	return at != NULL && at[strlen(counter)] == '='
		   ? (unsigned)atoi(at + strlen(counter) + 1)
		   : 0;
}
