/*
 * No change without its record first (promise P12): the journal can be written,
 * and the store does not take the record.  The device is left alone, the run
 * says why, and once the store is well all of it is on record.
 */
#include "system/worker/kit.h"

/* The branch of runs is damaged, and mended. */
static void damage(struct kit *k)
{
	kit_check(k, kit_shell(k, "cd $DIR/store.git && "
				  "git rev-parse runs >$DIR/kept && "
				  "echo damaged >refs/heads/runs") == 0);
}

static void mend(struct kit *k)
{
	kit_check(k,
	    kit_shell(k, "cp $DIR/kept $DIR/store.git/refs/heads/runs") == 0);
}

static void not_recorded_not_begun(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "a\nb\n");
	kit_start(k);
	/* the branch has its first commit */
	kit_provision(k, 0, true, id);
	kit_expect(k, id, RUN_SUCCEEDED, "dry run");
	kit_wait_recorded(k, id);
	kit_control(k, 0, "latency 150\n");
	kit_provision(k, 0, false, id);
	kit_wait_count(k, 0, " open", 2);
	damage(k);
	kit_wait_count(k, 0, " close", 2);
	mend(k);
	kit_expect(k, id, RUN_FAILED,
	    "could not be recorded, so nothing was "
	    "sent to the device");
	kit_check(k, kit_count(k, 0, " line ") == 0);
	kit_check(k,
	    strcmp(kit_device_file(k, 0, "running"), "hostname fake\n") == 0);
	kit_wait_recorded(k, id);
	/* and then it goes on */
	kit_control(k, 0, "\n");
	kit_provision(k, 0, false, id);
	kit_expect(k, id, RUN_SUCCEEDED, "confirmed");
	kit_end(k);
}

int main(void)
{
	not_recorded_not_begun();
	printf("ok not recorded, not begun\n");
	return 0;
}
