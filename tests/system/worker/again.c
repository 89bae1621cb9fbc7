/*
 * Nothing is done a second time, or before its time: a run that is on record
 * comes back into the queue, or is still claimed; the worker ends between the
 * first line and the last; a run waits, and the clock is set.
 */
#include "system/worker/kit.h"

/* Keeps the document of a queued run aside. */
static void keep(struct kit *k, const char *id)
{
	char command[300];

	snprintf(command, sizeof(command),
	    "cp $DIR/spool/queued/%s.json $DIR/kept.json", id);
	kit_check(k, kit_shell(k, command) == 0);
}

static void bring_back(struct kit *k, const char *id, const char *place)
{
	char command[300];

	snprintf(command, sizeof(command),
	    "cp $DIR/kept.json $DIR/spool/back && "
	    "mv $DIR/spool/back $DIR/spool/%s/%s.json",
	    place, id);
	kit_check(k, kit_shell(k, command) == 0);
}

static void wait_until_gone(struct kit *k, const char *id)
{
	char command[300];

	snprintf(command, sizeof(command),
	    "for i in $(seq 200); do ls $DIR/spool/*/%s.json >/dev/null 2>&1 "
	    "|| exit 0; sleep 0.05; done; exit 1",
	    id);
	kit_check(k, kit_shell(k, command) == 0);
}

static void push_once(struct kit *k, char id[RUN_ID_SIZE])
{
	kit_make(k, 2, NULL);
	kit_intend(k, 0, "first\nsecond\n");
	kit_provision(k, 0, false, id);
	keep(k, id);
	kit_start(k);
	kit_expect(k, id, RUN_SUCCEEDED, "confirmed");
	kit_wait_recorded(k, id);
}

/* The device was changed by hand since: it must stay so. */
static void expect_left_alone(struct kit *k, size_t opened)
{
	kit_check(
	    k, strcmp(kit_device_file(k, 0, "running"), "by hand\n") == 0);
	kit_check(k, kit_count(k, 0, " open") == opened);
	kit_check(k, kit_count(k, 0, " line first") == 1);
}

static void queued_again(void)
{
	char id[RUN_ID_SIZE], other[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	size_t opened;

	push_once(k, id);
	opened = kit_count(k, 0, " open");
	kit_check(
	    k, kit_shell(k, "echo by hand >$DIR/fake/10000/running") == 0);
	bring_back(k, id, "queued");
	wait_until_gone(k, id);
	/* whatever was begun before this one would show by its end */
	kit_provision(k, 1, true, other);
	kit_expect(k, other, RUN_SUCCEEDED, "already as intended");
	expect_left_alone(k, opened);
	kit_end(k);
}

static void claimed_still(void)
{
	char id[RUN_ID_SIZE], other[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	size_t opened;

	push_once(k, id);
	opened = kit_count(k, 0, " open");
	kit_kill(k);
	kit_check(
	    k, kit_shell(k, "echo by hand >$DIR/fake/10000/running") == 0);
	bring_back(k, id, "claimed");
	kit_start(k);
	wait_until_gone(k, id);
	kit_provision(k, 1, true, other);
	kit_expect(k, other, RUN_SUCCEEDED, "already as intended");
	expect_left_alone(k, opened);
	kit_end(k);
}

/* Read, and put back: the lines are not sent again. */
static void killed_between_lines(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "first\nsecond\nthird\n");
	kit_control(k, 0, "latency 300\n");
	kit_start(k);
	kit_provision(k, 0, false, id);
	kit_wait_count(k, 0, " line first", 1);
	kit_kill(k);
	kit_control(k, 0, "\n");
	kit_start(k);
	kit_expect(k, id, RUN_ROLLED_BACK, "put back");
	kit_wait_recorded(k, id);
	kit_check(k, kit_count(k, 0, " line first") == 1);
	kit_check(k,
	    strcmp(kit_device_file(k, 0, "running"), "hostname fake\n") == 0);
	kit_end(k);
}

static void queue_for(
    struct kit *k, int device, int64_t wall_ms, char id[RUN_ID_SIZE])
{
	char command[400], at[CLOCK_TEXT_SIZE];

	kit_provision(k, device, true, id);
	clock_format_utc(wall_ms, at);
	snprintf(command, sizeof(command),
	    "f=$DIR/spool/queued/%s.json; "
	    "sed -i '0,/{/s//{\"not_before\":\"%s\",/' $f && grep -q %s $f",
	    id, at, at);
	kit_check(k, kit_shell(k, command) == 0);
}

/* Promise P13: what no retry would wait for is a clock that was set, and no
 * reason to wait for years. */
static void begun_in_time(void)
{
	char soon[RUN_ID_SIZE], late[RUN_ID_SIZE], other[RUN_ID_SIZE];
	int64_t from = clock_wall_ms();
	struct kit kit, *k = &kit;

	kit_make(k, 3, NULL);
	queue_for(k, 0, from + 2000, soon);
	queue_for(k, 1, from + (int64_t)30 * 24 * 3600 * 1000, late);
	kit_start(k);
	kit_expect(k, late, RUN_SUCCEEDED, "already as intended");
	kit_provision(k, 2, true, other);
	kit_expect(k, other, RUN_SUCCEEDED, "already as intended");
	kit_check(
	    k, clock_wall_ms() > from + 2000 || kit_count(k, 0, " open") == 0);
	kit_expect(k, soon, RUN_SUCCEEDED, "already as intended");
	kit_check(k, clock_wall_ms() >= from + 2000);
	kit_end(k);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{ "queued again", queued_again },
		{ "claimed still", claimed_still },
		{ "killed between two lines", killed_between_lines },
		{ "begun in time", begun_in_time },
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		tests[i].test();
		printf("ok %s\n", tests[i].name);
		fflush(stdout);
	}
	return 0;
}
