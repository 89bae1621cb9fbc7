/*
 * Further commands of a backup: what a platform asks besides the running
 * configuration, what of it is kept, and what happens to an answer that is cut
 * off or refused.
 */
#include "system/worker/kit.h"

#include "base/text.h"

static void backup(struct kit *k, const char *parameters, char id[RUN_ID_SIZE])
{
	json_t *p = json_loads(parameters, 0, NULL), *doc;

	kit_check(k, p != NULL);
	kit_ok(k, runs_create(&k->app, &kit_admin,
		      &(struct run_wish){
			  .job = job_get(JOB_BACKUP), .parameters = p },
		      &doc, e));
	text_copy(id, RUN_ID_SIZE, json_text(doc, "id", ""));
	json_decref(doc);
	json_decref(p);
}

/* Commits on main of this run. */
static int commits(struct kit *k, const char *id)
{
	char command[300];

	snprintf(command, sizeof(command),
	    "exit $(git -C $DIR/store.git log --format=%%B main | "
	    "grep -c '^Run-Id: %s$')",
	    id);
	return kit_shell(k, command);
}

/* Its row says that it failed, and this. */
static void put_answer(
    struct kit *k, int device, const char *file, const char *text)
{
	char command[400];

	snprintf(command, sizeof(command),
	    "printf '%s' >\"$DIR/fake/%d/ask-show-%s\"", text, 10000 + device,
	    file);
	kit_check(k, kit_shell(k, command) == 0);
}

static bool outputs_are(struct kit *k, int device, const char *text)
{
	char command[600];

	snprintf(command, sizeof(command),
	    "test \"$(git -C $DIR/store.git show "
	    "main:backup/lab/d%d.txt)\" = \"$(printf '%s')\"",
	    device, text);
	return kit_shell(k, command) == 0;
}

/* What the platform asks besides: kept by its rules in one file and one
 * commit, and of each command the last answer that was whole. */
int main(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 2, NULL);
	kit_patch(k, KIND_PLATFORM, "frr",
	    "{\"backup_commands\":\"version: show version\\n"
	    "  drop uptime ...\\n  end done\\n"
	    "modules: show modules\\n  hide key ?\\n"
	    "odd: show odd\\n  optional\\n\"}");
	for (int d = 0; d < 2; d++) {
		put_answer(k, d, "version", "v1\\nuptime 3 h\\ndone\\n");
		put_answer(k, d, "modules", "m1\\nkey SECRET\\n");
	}
	kit_start(k);
	backup(k, "{\"all\":true}", id);
	kit_expect(k, id, RUN_SUCCEEDED, "2 of 2 done, 2 changed");
	kit_wait_recorded(k, id);
	kit_check(k, commits(k, id) == 1);
	kit_check(k, outputs_are(k, 0,
			 "### version: show version\\nv1\\ndone\\n\\n"
			 "### modules: show modules\\nm1\\nkey <hidden>\\n"));
	/* only what changes by itself: no commit */
	put_answer(k, 0, "version", "v1\\nuptime 4 h\\ndone\\n");
	backup(k, "{\"all\":true}", id);
	kit_expect(k, id, RUN_SUCCEEDED, "2 of 2 done");
	kit_wait_recorded(k, id);
	kit_check(k, commits(k, id) == 0);
	/* one is cut off: the other is kept, and so is what was there */
	put_answer(k, 0, "version", "v2\\nuptime 4 h\\n");
	put_answer(k, 0, "modules", "m2\\n");
	put_answer(k, 1, "modules", "");
	backup(k, "{\"all\":true,\"retries\":1,\"retry_after\":0}", id);
	kit_expect(k, id, RUN_FAILED, "0 of 2 done, 1 changed, 2 failed");
	kit_wait_recorded(k, id);
	kit_expect_row(k, id, 0, "failed", "besides: version. What was kept");
	kit_expect_row(k, id, 1, "failed", "besides: modules. What was kept");
	kit_check(k, kit_log_says(k, id, "it ends with \\\"v2\\\" and not"));
	kit_check(k, kit_log_says(k, id, "Unknown command: show modules"));
	kit_check(k, outputs_are(k, 0,
			 "### version: show version\\nv1\\ndone\\n\\n"
			 "### modules: show modules\\nm2\\n"));
	kit_check(k, outputs_are(k, 1,
			 "### version: show version\\nv1\\ndone\\n\\n"
			 "### modules: show modules\\nm1\\nkey <hidden>\\n"));
	kit_check(
	    k, kit_shell(k,
		   "test \"$(cat $DIR/quarantine/d0.version.txt)\" = v2") == 0);
	/* a command that is not known is not known a moment later, either */
	kit_check(k, kit_count(k, 1, " ask show modules") == 3);
	kit_check(k, kit_count(k, 0, " ask show version") == 4);
	/* nobody asks any more */
	kit_patch(k, KIND_PLATFORM, "frr", "{\"backup_commands\":null}");
	backup(k, "{\"device\":\"d0\"}", id);
	kit_expect(k, id, RUN_SUCCEEDED, "read");
	kit_wait_recorded(k, id);
	kit_check(k,
	    kit_shell(k,
		"git -C $DIR/store.git ls-tree -r "
		"--name-only main backup | grep -x backup/lab/d1.txt && "
		"! git -C $DIR/store.git ls-tree -r --name-only main backup | "
		"grep d0.txt") == 0);
	kit_end(k);
	return 0;
}
