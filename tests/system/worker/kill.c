/*
 * Random kill -9 of the master and of sessions while short runs push to eight
 * devices.  Every push adds one line that no other push adds, so that the
 * devices themselves tell what was done, and how often:
 *
 *   no run is lost, every one ends, nothing is sent twice, and what is recorded
 *   is what the device has.
 */
#include "system/worker/kit.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LANES 8

struct lane {
	int device;
	int number; /* of its run; 0: none */
	char id[RUN_ID_SIZE];
};

struct storm {
	struct kit kit;
	struct lane lanes[LANES];
	int started, wanted;
	int ended[RUN_STATES];
	int kills;
	int64_t start_ms;
	unsigned seed;
};

static void nap(int ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000L };

	nanosleep(&ts, NULL);
}

static int below(struct storm *s, int n)
{
	return rand_r(&s->seed) % n;
}

static void begin(struct storm *s, struct lane *lane)
{
	char text[64];

	lane->number = ++s->started;
	snprintf(text, sizeof(text), "first %d\nsecond %d\n", lane->number,
	    lane->number);
	kit_intend(&s->kit, lane->device, text);
	kit_provision(&s->kit, lane->device, false, lane->id);
}

static void check_line(struct storm *s, const struct lane *lane,
    const char *word, enum run_state state)
{
	struct kit *k = &s->kit;
	char sent[40], line[40];
	size_t n;
	bool there;

	snprintf(sent, sizeof(sent), " line %s %d\n", word, lane->number);
	snprintf(line, sizeof(line), "\n%s %d\n", word, lane->number);
	n = kit_count(k, lane->device, sent);
	there = strstr(kit_device_file(k, lane->device, "running"), line);
	if (n > 1)
		kit_fail(k, "run %s was sent %zu times", lane->id, n);
	if (there != (state == RUN_SUCCEEDED))
		kit_fail(k, "run %s is %s, and its line %s there", lane->id,
		    run_state_words[state], there ? "is" : "is not");
	if (state == RUN_CANCELLED || (state == RUN_FAILED && n > 0))
		kit_fail(k, "run %s is %s after %zu lines", lane->id,
		    run_state_words[state], n);
}

static void look(struct storm *s, struct lane *lane)
{
	enum run_state state;
	json_t *doc;

	if (lane->number == 0) {
		if (s->started < s->wanted)
			begin(s, lane);
		return;
	}
	kit_ok(&s->kit, runs_read(&s->kit.app, lane->id, &doc, e));
	state = run_doc_state(doc);
	json_decref(doc);
	if (!run_state_is_final(state))
		return;
	check_line(s, lane, "first", state);
	check_line(s, lane, "second", state);
	s->ended[state]++;
	lane->number = 0;
}

static bool look_at_all(struct storm *s)
{
	bool busy = false;

	for (int i = 0; i < LANES; i++) {
		look(s, &s->lanes[i]);
		busy = busy || s->lanes[i].number;
	}
	return busy || s->started < s->wanted;
}

static void prepare(struct storm *s, int wanted, unsigned seed)
{
	*s = (struct storm){ .wanted = wanted, .seed = seed,
		.start_ms = clock_mono_ms() };
	kit_make(&s->kit, LANES, NULL);
	for (int i = 0; i < LANES; i++) {
		char text[32];

		s->lanes[i].device = i;
		snprintf(text, sizeof(text), "latency %d\n", 1 + i);
		kit_control(&s->kit, i, text);
	}
}

/* Nothing is left over, and every run that was started is on record. */
static void finish(struct storm *s, const char *what)
{
	struct kit *k = &s->kit;
	int64_t until = clock_mono_ms() + 30000;
	char command[200];

	while (kit_shell(k, "test -z \"$(ls $DIR/spool/queued $DIR/spool/claimed "
	    "$DIR/live | grep -v :)\"") != 0) {
		if (clock_mono_ms() > until)
			kit_fail(k, "something is left in the queue");
		nap(20);
	}
	snprintf(command, sizeof(command),
	    "test \"$(git -C $DIR/store.git ls-tree -r --name-only runs | "
	    "grep -c /run.json)\" = %d", s->started);
	kit_check(k, kit_shell(k, command) == 0);
	printf("ok %s: %d runs, %d kills; %d succeeded, %d rolled back, "
	       "%d failed before anything was sent (%.1f s)\n", what,
	    s->started, s->kills, s->ended[RUN_SUCCEEDED],
	    s->ended[RUN_ROLLED_BACK], s->ended[RUN_FAILED],
	    (double)(clock_mono_ms() - s->start_ms) / 1000);
	fflush(stdout);
	kit_end(k);
}

static void kill_masters(int wanted, unsigned seed)
{
	struct storm s;

	prepare(&s, wanted, seed);
	for (;;) {
		int64_t until;
		bool busy = true;

		kit_start(&s.kit);
		/* now and then long enough for the slowest device */
		until = clock_mono_ms() +
		    (below(&s, 6) == 0 ? 250 : 1 + below(&s, 60));
		while (busy && clock_mono_ms() < until) {
			busy = look_at_all(&s);
			nap(1);
		}
		if (!busy)
			break;
		kit_kill(&s.kit);
		s.kills++;
	}
	/* only sessions that the master had not begun could fail */
	kit_check(&s.kit, s.ended[RUN_FAILED] == 0);
	finish(&s, "kill -9 of the master");
}

/* One of the worker's sessions, or 0. */
static pid_t pick_session(struct storm *s)
{
	char path[80], text[2000];
	int pids[200], n = 0;
	FILE *f;
	char *p = text, *end;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)s->kit.worker, (int)s->kit.worker);
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
	return n ? pids[below(s, n)] : 0;
}

static void kill_sessions(int wanted, unsigned seed)
{
	struct storm s;
	int64_t next;

	prepare(&s, wanted, seed);
	kit_start(&s.kit);
	next = clock_mono_ms() + 20;
	while (look_at_all(&s)) {
		bool now = s.kills < wanted / 3 && clock_mono_ms() >= next;
		pid_t pid = now ? pick_session(&s) : 0;

		if (pid > 0 && kill(pid, SIGKILL) == 0) {
			s.kills++;
			next = clock_mono_ms() + 20 + below(&s, 60);
		}
		nap(1);
	}
	finish(&s, "kill -9 of sessions");
}

int main(int argc, char **argv)
{
	int wanted = argc > 1 ? atoi(argv[1]) : 150;
	unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : 1;

	kill_masters(wanted, seed);
	kill_sessions(wanted, seed);
	return 0;
}
