/*
 * Devices that misbehave: the run ends by its deadline, the device is as it
 * was or as intended, memory stays bounded, and the next run goes on.
 */
#include "conformance/bench.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define RUN_MS 6000
#define SLACK_MS 8000 /* a line that was begun is waited for */
#define TRIES 3
/* A sanitizer's shadow and red zones count, too. */
#if defined(__SANITIZE_ADDRESS__)
#define GROWTH_MAX_KIB (512L * 1024)
#else
#define GROWTH_MAX_KIB (64L * 1024)
#endif

static const char *const modes[] = { "noise", "fake-prompt", "endless-more",
	"flood", "trickle=1", "latency=900", "stall-after-request=1",
	"stall-after-request=4", "stall-after-request=12", "drop-at-byte=1",
	"drop-at-byte=700", "drop-at-byte=3000", "refuse-login", "truncate" };

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* The device may have to get rid of the last session first. */
static bool goes_on(struct bench *b)
{
	enum run_state state = RUN_FAILED;

	for (int i = 0; i < TRIES && state == RUN_FAILED; i++)
		state = bench_provision(b, b->backend->merge, 0);
	return state == RUN_SUCCEEDED;
}

static void endure(struct bench *b, const char *mode)
{
	long before = peak_kib();
	int64_t started, took;
	const char *old;

	bench_next(b);
	b->name = mode;
	old = bench_running(b);
	bench_mode(b, mode);
	b->run_ms = RUN_MS;
	started = clock_mono_ms();
	bench_provision(b, b->backend->merge, 0);
	took = clock_mono_ms() - started;
	bench_check(b, took < RUN_MS + 3 * SLACK_MS, "it took %lld ms",
	    (long long)took);
	bench_check(b, peak_kib() - before < GROWTH_MAX_KIB,
	    "it needed %ld KiB", peak_kib() - before);
	bench_mode(b, "off");
	b->run_ms = 60000;
	bench_settle(b);
	bench_check(b,
	    b->out.state == RUN_SUCCEEDED ||
		bench_same(b, old, bench_running(b)),
	    "neither done nor undone");
	bench_check(b, goes_on(b), "the next run goes on");
}

static unsigned count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (dir != NULL && readdir(dir) != NULL)
		n++;
	if (dir != NULL)
		closedir(dir);
	return n;
}

static void hostile_devices(struct bench *b)
{
	unsigned files = count_files();

	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
		endure(b, modes[i]);
	bench_check(b, count_files() == files, "%u files stay open",
	    count_files() - files);
}

const struct bench_case bench_hostile[] = {
	{ "hostile devices", hostile_devices },
	{ NULL, NULL },
};
