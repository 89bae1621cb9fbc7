/*
 * The change hook: which edits call provision, how often, and with what, also
 * when the master is killed in between.
 */
#include "system/worker/kit.h"

#include "app/inventory_bulk.h"
#include "app/transfer.h"

#include <stdlib.h>
#include <time.h>

#define DEVICES 6
#define ROUNDS 5

static size_t count_runs(struct kit *k, const char *device)
{
	struct run_filter filter = { .trigger = "hook", .device = device,
		.limit = 500 };
	struct run_index *index;
	json_t *list;
	size_t n;

	kit_ok(k, run_index_new(&k->app, &index, e));
	kit_ok(k, run_index_list(index, &filter, &list, e));
	n = json_array_size(list);
	json_decref(list);
	run_index_free(index);
	return n;
}

static void wait_runs(struct kit *k, const char *device, size_t n)
{
	int64_t until = clock_mono_ms() + 20000;
	struct timespec ts = { .tv_nsec = 5000000 };

	while (count_runs(k, device) < n) {
		if (clock_mono_ms() > until)
			kit_fail(k, "%zu runs of %s, not %zu",
			    count_runs(k, device), device ? device : "all", n);
		nanosleep(&ts, NULL);
	}
}

/* The newest run of the hook for a device, at its end. */
static json_t *last_run(struct kit *k, const char *device)
{
	struct run_index *index;
	json_t *last, *doc;

	kit_ok(k, run_index_new(&k->app, &index, e));
	last = run_index_last(index, device);
	kit_check(k, last != NULL);
	doc = kit_wait(k, json_text(last, "id", ""), kit_has_ended);
	json_decref(last);
	run_index_free(index);
	return doc;
}

/* Everything that happened until now has been evaluated: the cursor stands at
 * the tip. */
static void wait_evaluated(struct kit *k)
{
	int64_t until = clock_mono_ms() + 20000;

	while (kit_shell(k, "tip=$(git -C $DIR/store.git rev-parse main); "
	    "for f in $DIR/hook-cursor $DIR/hook-cursors/*; do "
	    "test ! -e $f || test \"$(cat $f)\" = \"$tip\" || exit 1; "
	    "done") != 0) {
		if (clock_mono_ms() > until)
			kit_fail(k, "the hook does not get on");
	}
}

static void set_status(struct kit *k, const char *device, const char *status)
{
	char json[60];

	snprintf(json, sizeof(json), "{\"status\":\"%s\"}", status);
	kit_patch(k, KIND_DEVICE, device, json);
}

static void check_dry(struct kit *k, const char *device, bool dry)
{
	json_t *doc = last_run(k, device);

	kit_check(k, json_flag(json_object_get(doc, "parameters"), "dry_run",
	    !dry) == dry);
	kit_check(k, !json_flag(json_object_get(doc, "parameters"),
	    "replace_config", true));
	kit_check(k, run_doc_state(doc) == RUN_SUCCEEDED);
	kit_check(k, strcmp(json_text(doc, "actor", ""), "hook:default") == 0);
	kit_check(k, kit_log_says(k, json_text(doc, "id", ""),
	    "hook default triggered: device"));
	kit_check(k, kit_log_says(k, json_text(doc, "id", ""),
	    "hook default validated: platform frr"));
	kit_check(k, kit_log_says(k, json_text(doc, "id", ""),
	    "provision called: device="));
	json_decref(doc);
}

static void what_triggers(void)
{
	struct kit kit, *k = &kit;
	struct inventory_result result = { 0 };
	json_t *object;

	kit_make(k, 2, NULL);
	kit_intend(k, 0, "a\n");
	kit_start(k);
	/* the hook is off */
	set_status(k, "d0", "staged");
	wait_evaluated(k);
	kit_patch(k, KIND_HOOK, "default",
	    "{\"enabled\":true,\"dry_run\":false}");
	kit_patch(k, KIND_DEVICE, "d0", "{\"tags\":[\"x\"],\"serial\":\"1\"}");
	wait_evaluated(k);
	kit_check(k, count_runs(k, NULL) == 0);
	/* only active devices are pushed to */
	set_status(k, "d0", "planned");
	wait_runs(k, "d0", 1);
	check_dry(k, "d0", true);
	set_status(k, "d0", "staged");
	wait_runs(k, "d0", 2);
	check_dry(k, "d0", true);
	kit_check(k, kit_count(k, 0, " line ") == 0);
	set_status(k, "d0", "active");
	wait_runs(k, "d0", 3);
	check_dry(k, "d0", false);
	kit_check(k, kit_count(k, 0, " line a") == 1);
	/* not ready, or not wanted */
	set_status(k, "d0", "failed");
	object = json_loads("{\"name\":\"d9\",\"area\":\"lab\",\"platform\":"
	    "\"frr\",\"status\":\"active\",\"primary_ip4\":"
	    "\"127.0.0.1:10001\"}", 0, NULL);
	kit_ok(k, inventory_create(&k->app, &kit_admin,
		      &(struct inventory_change){
			  .kind = kind_get(KIND_DEVICE), .object = object },
		      &result, e));
	json_decref(object);
	inventory_result_release(&result);
	wait_evaluated(k);
	kit_check(k, count_runs(k, NULL) == 3);
	kit_end(k);
}

static void create_hook(struct kit *k, const char *json)
{
	struct inventory_result result = { 0 };
	json_t *object = json_loads(json, 0, NULL);

	kit_ok(k, inventory_create(&k->app, &kit_admin,
		      &(struct inventory_change){
			  .kind = kind_get(KIND_HOOK), .object = object },
		      &result, e));
	json_decref(object);
	inventory_result_release(&result);
}

static size_t count_of(struct kit *k, const char *actor)
{
	struct run_filter filter = { .actor = actor, .limit = 500 };
	struct run_index *index;
	json_t *list;
	size_t n;

	kit_ok(k, run_index_new(&k->app, &index, e));
	kit_ok(k, run_index_list(index, &filter, &list, e));
	n = json_array_size(list);
	json_decref(list);
	run_index_free(index);
	return n;
}

static void patch_as(struct kit *k, const char *name, const char *device,
    const char *json)
{
	struct actor actor = { name, ROLE_ADMIN, TRIGGER_API };
	struct inventory_result result = { 0 };
	json_t *patch = json_loads(json, 0, NULL);

	kit_ok(k, inventory_patch(&k->app, &actor,
		      &(struct inventory_change){ .kind = kind_get(KIND_DEVICE),
			  .key = device,
			  .object = patch },
		      &result, e));
	json_decref(patch);
	inventory_result_release(&result);
}

/* Each has its own filters, fields, job and parameters. */
static void several(void)
{
	struct kit kit, *k = &kit;

	kit_make(k, 3, NULL);
	kit_start(k);
	create_hook(k, "{\"name\":\"tagged\",\"enabled\":true,\"job\":"
	    "\"backup\",\"tags\":[\"core\"],\"fields\":[\"serial\"],"
	    "\"parameters\":{\"retries\":0}}");
	create_hook(k, "{\"name\":\"people\",\"enabled\":true,"
	    "\"except_actors\":[\"robot\"],\"fields\":[\"serial\"]}");
	create_hook(k, "{\"name\":\"robots\",\"enabled\":true,"
	    "\"actors\":[\"robot\"],\"fields\":[\"serial\"]}");
	create_hook(k, "{\"name\":\"off\",\"fields\":[\"serial\"]}");
	kit_patch(k, KIND_DEVICE, "d0", "{\"tags\":[\"core\"]}");
	wait_evaluated(k);
	kit_check(k, count_runs(k, NULL) == 0);
	kit_patch(k, KIND_DEVICE, "d0", "{\"serial\":\"1\"}");
	wait_runs(k, "d0", 2);
	wait_evaluated(k);
	kit_check(k, count_of(k, "hook:tagged") == 1);
	kit_check(k, count_of(k, "hook:people") == 1);
	patch_as(k, "robot", "d1", "{\"serial\":\"1\"}");
	wait_runs(k, "d1", 1);
	wait_evaluated(k);
	kit_check(k, count_of(k, "hook:robots") == 1);
	/* of two who change it together one who counts is enough */
	patch_as(k, "robot", "d2", "{\"serial\":\"1\"}");
	patch_as(k, "ann", "d2", "{\"serial\":\"2\"}");
	wait_evaluated(k);
	kit_check(k, count_of(k, "hook:robots") == 2);
	kit_check(k, count_of(k, "hook:people") == 2);
	kit_check(k, count_of(k, "hook:off") == 0);
	kit_end(k);
}

/* Changes that come to rest are one, over a restart too; a hook that is enabled
 * begins then. */
static void debounced(void)
{
	struct kit kit, *k = &kit;
	struct timespec ts = { .tv_nsec = 400000000 };

	kit_make(k, 1, NULL);
	kit_start(k);
	create_hook(k, "{\"name\":\"calm\",\"debounce\":1,"
	    "\"fields\":[\"serial\"]}");
	kit_patch(k, KIND_DEVICE, "d0", "{\"serial\":\"0\"}");
	wait_evaluated(k);
	kit_patch(k, KIND_HOOK, "calm", "{\"enabled\":true}");
	for (int i = 1; i <= 4; i++) {
		char json[30];

		snprintf(json, sizeof(json), "{\"serial\":\"%d\"}", i);
		kit_patch(k, KIND_DEVICE, "d0", json);
		nanosleep(&ts, NULL);
		kit_check(k, count_runs(k, NULL) == 0);
		if (i == 2) {
			kit_kill(k);
			kit_start(k);
		}
	}
	wait_runs(k, "d0", 1);
	wait_evaluated(k);
	kit_check(k, count_runs(k, NULL) == 1);
	kit_end(k);
}

/* Every round edits every device once, in a way that matters; the master is
 * killed somewhere in it. */
static void killed_in_between(void)
{
	struct kit kit, *k = &kit;
	unsigned seed = 3;
	int kills = 0;

	kit_make(k, DEVICES, NULL);
	kit_start(k);
	kit_patch(k, KIND_HOOK, "default",
	    "{\"enabled\":true,\"dry_run\":false}");
	wait_evaluated(k);
	for (int round = 1; round <= ROUNDS; round++) {
		for (int d = 0; d < DEVICES; d++) {
			char name[16];

			snprintf(name, sizeof(name), "d%d", d);
			set_status(k, name, round % 2 ? "staged" : "active");
			/* and in a way that does not: it must not make a
			 * second run of the first one */
			kit_patch(k, KIND_DEVICE, name, round % 2
			    ? "{\"tags\":[\"odd\"]}" : "{\"tags\":[]}");
		}
		for (int i = 0; i < 3; i++) {
			struct timespec ts = {
				.tv_nsec = (rand_r(&seed) % 350) * 1000000L,
			};

			nanosleep(&ts, NULL);
			kit_kill(k);
			kills++;
			kit_patch(k, KIND_DEVICE, "d0", i % 2
			    ? "{\"serial\":\"1\"}" : "{\"serial\":\"2\"}");
			kit_start(k);
		}
		wait_evaluated(k);
		for (int d = 0; d < DEVICES; d++) {
			char name[16];
			size_t n;

			snprintf(name, sizeof(name), "d%d", d);
			n = count_runs(k, name);
			if (n != (size_t)round)
				kit_fail(k, "%zu runs of %s after %d changes",
				    n, name, round);
			json_decref(last_run(k, name));
		}
	}
	printf("ok one run for each of %d changes, with %d kills\n",
	    ROUNDS * DEVICES, kills);
	kit_end(k);
}

/* --- many at once -------------------------------------------------------- */

#define MANY 200

static void import_serials(struct kit *k, const char *serial)
{
	struct transfer_options o = { .kind = kind_get(KIND_DEVICE),
		.format = TRANSFER_CSV, .area = "", .status = "" };
	struct buf text = BUF_INIT(65536);
	json_t *report;

	buf_puts(&text, "name,serial\n");
	for (int d = 0; d < MANY; d++)
		buf_printf(&text, "d%d,%s%d\n", d, serial, d);
	kit_ok(k, transfer_import(&k->app, &kit_admin, &o, buf_text(&text),
		      text.len, &report, e));
	kit_check(k, json_number(report, "updated", 0) == MANY);
	json_decref(report);
	buf_release(&text);
}

static void tag_all(struct kit *k, const char *tag)
{
	char names[MANY][16];
	const char *keys[MANY];
	json_t *add = json_pack("{s:[s]}", "tags", tag);
	struct inventory_bulk bulk = { .kind = kind_get(KIND_DEVICE),
		.keys = keys, .n_keys = MANY, .add = add };
	size_t changed;

	for (int d = 0; d < MANY; d++) {
		snprintf(names[d], sizeof(names[d]), "d%d", d);
		keys[d] = names[d];
	}
	kit_ok(k, inventory_change_many(
		      &k->app, &kit_admin, &bulk, NULL, &changed, e));
	kit_check(k, changed == MANY);
	json_decref(add);
}

/* Runs of hooks for each device, d0 first. */
static void count_each(struct kit *k, size_t counts[MANY])
{
	struct run_filter filter = { .trigger = "hook", .limit = RUN_LIST_MAX };
	struct run_index *index;
	json_t *list, *run;
	size_t i;

	memset(counts, 0, MANY * sizeof(counts[0]));
	kit_ok(k, run_index_new(&k->app, &index, e));
	kit_ok(k, run_index_list(index, &filter, &list, e));
	json_array_foreach(list, i, run)
	{
		const json_t *row =
		    json_array_get(json_object_get(run, "devices"), 0);
		int d = atoi(json_text(row, "name", "d") + 1);

		kit_check(k, d >= 0 && d < MANY);
		counts[d]++;
	}
	json_decref(list);
	run_index_free(index);
}

static void expect_each(struct kit *k, size_t wanted)
{
	size_t counts[MANY];

	wait_runs(k, NULL, MANY * wanted);
	wait_evaluated(k);
	count_each(k, counts);
	for (int d = 0; d < MANY; d++) {
		if (counts[d] != wanted)
			kit_fail(k, "%zu runs of d%d, not %zu", counts[d], d,
			    wanted);
	}
}

/* An import and an edit of 200 devices are a run for each, once, whenever the
 * master dies; both within the debounce are one. */
static void many_at_once(void)
{
	struct kit kit, *k = &kit;
	struct timespec ts = { .tv_nsec = 150000000 };

	kit_make(k, MANY, NULL);
	kit_start(k);
	create_hook(k, "{\"name\":\"many\",\"enabled\":true,\"debounce\":1,"
	    "\"job\":\"backup\",\"fields\":[\"serial\",\"tags\"]}");
	wait_evaluated(k);
	import_serials(k, "a");
	for (int i = 0; i < 4; i++) {
		nanosleep(&ts, NULL);
		kit_kill(k);
		kit_start(k);
		nanosleep(&ts, NULL);
	}
	expect_each(k, 1);
	import_serials(k, "b");
	tag_all(k, "bulk");
	nanosleep(&ts, NULL);
	kit_kill(k);
	kit_start(k);
	expect_each(k, 2);
	/* what changes nothing that counts is no event */
	kit_check(k, kit_shell(k, "\"$SWITCHYARD\" --dir \"$DIR\" export "
	    "devices --format csv >$DIR/all.csv && \"$SWITCHYARD\" --dir "
	    "\"$DIR\" import devices $DIR/all.csv >/dev/null") == 0);
	wait_evaluated(k);
	expect_each(k, 2);
	printf("ok %d devices imported and edited\n", MANY);
	kit_end(k);
}

int main(void)
{
	what_triggers();
	printf("ok what triggers, and with which parameters\n");
	fflush(stdout);
	several();
	debounced();
	killed_in_between();
	many_at_once();
	return 0;
}
