/*
 * Random kill -9 of the master and of sessions while one run pushes two lines
 * to each of a thousand devices.  The devices tell what was done, and how
 * often:
 *
 *   every device ends once, as its row says; nothing is sent to it twice.
 */
#include "system/worker/kit.h"

#include "base/text.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static unsigned seed;

static void nap(int ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000L };

	nanosleep(&ts, NULL);
}

static int below(int n)
{
	return rand_r(&seed) % n;
}

static void begin(struct kit *k, char id[RUN_ID_SIZE])
{
	json_t *p = json_pack("{s:b, s:b, s:i, s:i, s:i}", "all", 1, "dry_run",
		   0, "max_failed", 100, "retries", 5, "retry_after", 0),
	       *doc;

	kit_ok(k, runs_create(&k->app, &kit_admin,
		      &(struct run_wish){
			  .job = job_get(JOB_BULK_PROVISION), .parameters = p },
		      &doc, e));
	text_copy(id, RUN_ID_SIZE, json_text(doc, "id", ""));
	json_decref(doc);
	json_decref(p);
}

/* One of the worker's sessions, or 0. */
static pid_t pick_session(const struct kit *k)
{
	char path[80], text[2000];
	int pids[200], n = 0;
	char *p = text, *end;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)k->worker, (int)k->worker);
	f = fopen(path, "r");
	if (!f)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	while (n < 200) {
		pids[n] = (int)strtol(p, &end, 10);
		if (end == p)
			break;
		p = end;
		n++;
	}
	return n ? pids[below(n)] : 0;
}

static bool has_ended(struct kit *k, const char *id)
{
	json_t *doc;
	bool ended;

	kit_ok(k, runs_read(&k->app, id, &doc, e));
	ended = kit_has_ended(doc);
	json_decref(doc);
	return ended;
}

/* Two of three kills hit a session, the third one the master. */
static int storm(struct kit *k, const char *id)
{
	int64_t until = clock_mono_ms() + 100000;
	int kills = 0;

	kit_start(k);
	while (!has_ended(k, id)) {
		pid_t pid;

		if (clock_mono_ms() > until)
			kit_fail(k, "run %s does not end", id);
		nap(50 + below(350));
		pid = below(3) ? pick_session(k) : 0;
		if (pid > 1 && kill(pid, SIGKILL) == 0) {
			kills++;
		} else {
			kit_kill(k);
			kit_start(k);
			kills++;
		}
	}
	return kills;
}

static void check_device(struct kit *k, int device, enum run_state state)
{
	const char *running;
	bool first, second;

	for (int i = 0; i < 2; i++) {
		const char *word = i ? " line second" : " line first";

		if (kit_count(k, device, word) > 1)
			kit_fail(k, "d%d was sent \"%s\" twice", device, word);
	}
	running = kit_device_file(k, device, "running");
	first = strstr(running, "first\n");
	second = strstr(running, "second\n");
	if (first != second)
		kit_fail(k, "d%d is half configured", device);
	if (first != (state == RUN_SUCCEEDED))
		kit_fail(k, "d%d is %s, and its lines %s there", device,
		    run_state_words[state], first ? "are" : "are not");
	if (state != RUN_SUCCEEDED && state != RUN_ROLLED_BACK &&
	    state != RUN_FAILED)
		kit_fail(k, "d%d is %s", device, run_state_words[state]);
}

int main(int argc, char **argv)
{
	int n_devices = argc > 1 ? atoi(argv[1]) : 1000, kills;
	int64_t from = clock_mono_ms();
	int ended[RUN_STATES] = { 0 };
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	json_t *doc, *row;
	size_t i;

	seed = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	kit_make_intending(
	    k, n_devices, NULL, "hostname fake\nfirst\nsecond\n");
	begin(k, id);
	kills = storm(k, id);
	doc = kit_wait(k, id, kit_has_ended);
	kit_check(k, json_array_size(json_object_get(doc, "devices")) ==
			 (size_t)n_devices);
	json_array_foreach(json_object_get(doc, "devices"), i, row)
	{
		enum run_state state = run_doc_state(row);

		check_device(k, atoi(json_text(row, "name", "") + 1), state);
		ended[state]++;
	}
	printf("ok kill -9 during a run over %d devices: %d kills; %d "
	       "succeeded, %d rolled back, %d failed (%.1f s)\n",
	    n_devices, kills, ended[RUN_SUCCEEDED], ended[RUN_ROLLED_BACK],
	    ended[RUN_FAILED], (double)(clock_mono_ms() - from) / 1000);
	kit_check(k, ended[RUN_SUCCEEDED] > n_devices * 8 / 10);
	json_decref(doc);
	kit_end(k);
	return 0;
}
