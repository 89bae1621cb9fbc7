/*
 * One suite for every driver: the promises of docs/drivers.md, asked of a
 * driver and a simulated device.
 *
 *   conformance BACKEND CONTROL ADDRESS PORT COUNT PASSWORD-FILE ENABLE-FILE
 *               [cases|cuts|hostile]…
 *
 * CONTROL is the control socket of a switchyard-sim whose COUNT devices listen
 * at ADDRESS from PORT on, or the command line of a program that answers the
 * same requests, before a server at ADDRESS and PORT.
 * ENABLE-FILE may be `-`.
 */
#include "conformance/bench.h"

#include "base/file.h"
#include "base/text.h"
#include "infra/driver/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	const struct bench_case *cases;
} suites[] = {
	{ "cases", bench_cases },
	{ "cuts", bench_cuts },
	{ "hostile", bench_hostile },
};

#define N_SUITES (sizeof suites / sizeof suites[0])

static struct secret *read_secret(const char *path)
{
	struct buf text = BUF_INIT(4096);
	struct secret *s = NULL;

	if (strcmp(path, "-") == 0)
		return NULL;
	if (file_read(path, &text, NULL) == ERR_OK)
		s = secret_new(buf_text(&text), text.len);
	buf_release(&text);
	if (s == NULL)
		exit(2);
	return s;
}

static void run_suite(struct bench *b, const struct bench_case *c)
{
	for (; c->name != NULL; c++) {
		unsigned before = b->failures;

		b->name = c->name;
		if (backend_skips(b->backend, c->name)) {
			printf("none %s\n", c->name);
			continue;
		}
		bench_next(b);
		c->run(b);
		printf("%s %s\n", b->failures == before ? "ok  " : "FAIL",
		    c->name);
		fflush(stdout);
	}
}

static bool is_chosen(const char *name, int n, char **chosen)
{
	for (int i = 0; i < n; i++)
		if (strcmp(chosen[i], name) == 0)
			return true;
	return n == 0;
}

int main(int argc, char **argv)
{
	struct bench b = { .index = 0 };

	if (argc < 8)
		return 2;
	b.backend = backend_find(argv[1]);
	if (b.backend == NULL)
		return 2;
	b.driver = driver_find(
	    b.backend->driver != NULL ? b.backend->driver : argv[1]);
	if (b.driver == NULL)
		return 2;
	b.control = argv[2];
	b.address = argv[3];
	b.first_port = (uint16_t)atoi(argv[4]);
	b.n_devices = (unsigned)atoi(argv[5]);
	b.password = read_secret(argv[6]);
	b.enable = read_secret(argv[7]);
	for (size_t i = 0; i < N_SUITES; i++)
		if (is_chosen(suites[i].name, argc - 8, argv + 8))
			run_suite(&b, suites[i].cases);
	printf("%s: %u checks, %u failed, %u devices\n", argv[1], b.checks,
	    b.failures, b.index);
	cutter_stop(b.cutter);
	buf_release(&b.log);
	arena_free(b.arena);
	secret_free(b.password);
	secret_free(b.enable);
	return b.failures > 0 ? 1 : 0;
}
