#include "worker/hook_events.h"

#include "app/hook_rule.h"
#include "base/text.h"

#include "unit/app/fixture.h"

/* What happened since `from`: "old>new[ field…]" for each device, sorted as
 * they came; "-" for none. */
static char *events_since(struct fixture *f, const struct commit_id *from)
{
	struct commit_id tip = tip_of(f, STORE_MAIN);
	struct hook_events events = { 0 };
	struct buf out = BUF_INIT(100000);

	assert_ok(hook_events_collect(f->app.store, from, &tip, &events, e));
	for (size_t i = 0; i < events.n; i++) {
		const struct hook_event *one = &events.items[i];

		buf_printf(&out, "%s>%s",
		    one->old ? record_key(one->old) : "-",
		    one->now ? record_key(one->now) : "-");
		for (int c = 0; one->old && one->now && c <= DEVICE_VARS; c++) {
			if (hook_change_has(one->old, one->now, c))
				buf_printf(&out, " %s", kind_get(KIND_DEVICE)
				    ->schema.fields[c].name);
		}
		buf_puts(&out, "; ");
		assert_string_not_equal(one->by, "");
	}
	hook_events_release(&events);
	return buf_steal(&out, NULL);
}

static void expect(struct fixture *f, const struct commit_id *from,
    const char *expected)
{
	char *got = events_since(f, from);

	assert_string_equal(got, expected);
	free(got);
}

static void test_create_update_delete(void **state)
{
	struct fixture *f = *state;
	struct commit_id from = tip_of(f, STORE_MAIN), middle;

	expect(f, &from, "");
	patch(f, KIND_DEVICE, "r1", "{\"serial\":\"1\",\"tags\":[\"a\"]}");
	expect(f, &from, "r1>r1 serial tags; ");
	create(f, KIND_DEVICE, "{\"name\":\"r2\",\"area\":\"lab\"}");
	expect(f, &from, "r1>r1 serial tags; ->r2; ");
	middle = tip_of(f, STORE_MAIN);
	assert_ok(try_delete(f, KIND_DEVICE, "r1", e));
	expect(f, &middle, "r1>-; ");
	expect(f, &from, "r1>-; ->r2; ");
	/* other records are nobody's business here */
	create(f, KIND_ROLE, "{\"name\":\"x\"}");
	expect(f, &from, "r1>-; ->r2; ");
}

static void test_merging(void **state)
{
	struct fixture *f = *state;
	struct commit_id from = tip_of(f, STORE_MAIN);

	patch(f, KIND_DEVICE, "r1", "{\"status\":\"staged\"}");
	patch(f, KIND_DEVICE, "r1", "{\"serial\":\"1\"}");
	expect(f, &from, "r1>r1 status serial; ");
	patch(f, KIND_DEVICE, "r1", "{\"status\":\"active\"}");
	expect(f, &from, "r1>r1 serial; ");
	/* deleted and made again is changed */
	assert_ok(try_delete(f, KIND_DEVICE, "r1", e));
	create(f, KIND_DEVICE, "{\"name\":\"r1\",\"area\":\"lab\","
			       "\"status\":\"active\"}");
	expect(f, &from,
	    "r1>r1 platform primary_ip4 role area vlans; ");
}

/* What came and went in one breath never was. */
static void test_created_and_deleted(void **state)
{
	struct fixture *f = *state;
	struct commit_id from = tip_of(f, STORE_MAIN);

	create(f, KIND_DEVICE, "{\"name\":\"r2\",\"area\":\"lab\"}");
	assert_ok(try_delete(f, KIND_DEVICE, "r2", e));
	expect(f, &from, "");
	patch(f, KIND_DEVICE, "r1", "{\"serial\":\"1\"}");
	create(f, KIND_DEVICE, "{\"name\":\"r2\",\"area\":\"lab\"}");
	expect(f, &from, "r1>r1 serial; ->r2; ");
}

static void test_renames(void **state)
{
	struct fixture *f = *state;
	struct commit_id from = tip_of(f, STORE_MAIN);

	patch(f, KIND_DEVICE, "r1", "{\"name\":\"r9\"}");
	expect(f, &from, "r1>r9 name; ");
	patch(f, KIND_DEVICE, "r9", "{\"area\":\"lab\"}");
	expect(f, &from, "r1>r9 name area; ");
	/* another one takes the old name, and goes again */
	create(f, KIND_DEVICE, "{\"name\":\"r1\",\"area\":\"lab\"}");
	expect(f, &from, "r1>r9 name area; ->r1; ");
	patch(f, KIND_DEVICE, "r1", "{\"serial\":\"1\"}");
	assert_ok(try_delete(f, KIND_DEVICE, "r1", e));
	expect(f, &from, "r1>r9 name area; ");
}

static void stage_device(
    struct store_txn *t, const char *area, size_t i, const char *serial)
{
	char path[60], text[160];
	int len;

	snprintf(path, sizeof(path), "devices/%s/m%05zu.json", area, i);
	if (!serial) {
		assert_ok(store_txn_remove(t, path, STORE_ANY, e));
		return;
	}
	len = snprintf(text, sizeof(text),
	    "{\"name\":\"m%05zu\",\"area\":\"%s\",\"serial\":\"%s\"}", i, area,
	    serial);
	assert_ok(store_txn_put(t, path, text, (size_t)len, STORE_ANY, e));
}

/* An import creates them, a second one changes some, moves some and deletes
 * some: each is one event, and costs the same however many there are. */
static void test_an_import_of_many(void **state)
{
	static const struct store_message m = {
		.author = "ann", .subject = "Import"
	};
	struct fixture *f = *state;
	struct commit_id from = tip_of(f, STORE_MAIN), tip;
	struct hook_events events = { 0 };
	const size_t n = 5000;
	struct store_txn *t;

	assert_ok(store_txn_begin(f->app.store, STORE_MAIN, &t, e));
	for (size_t i = 0; i < n; i++)
		stage_device(t, "lab", i, "1");
	assert_ok(store_txn_seal(t, &m, e));
	for (size_t i = 0; i < n; i++) {
		if (i % 4 == 0)
			stage_device(t, "lab", i, "2");
		if (i % 4 == 1 || i % 4 == 2)
			stage_device(t, "lab", i, NULL);
		if (i % 4 == 2)
			stage_device(t, "row1", i, "1");
	}
	assert_ok(store_txn_commit(t, &m, &tip, NULL, e));
	assert_ok(hook_events_collect(f->app.store, &from, &tip, &events, e));
	assert_int_equal(events.n, n * 3 / 4);
	for (size_t i = 0; i < events.n; i++) {
		assert_null(events.items[i].old);
		assert_non_null(events.items[i].now);
	}
	hook_events_release(&events);
}

/* A deleted name that another device takes over stays two events. */
static void test_a_name_taken_over(void **state)
{
	struct fixture *f = *state;
	struct commit_id from;

	create(f, KIND_DEVICE, "{\"name\":\"r2\",\"area\":\"lab\"}");
	from = tip_of(f, STORE_MAIN);
	assert_ok(try_delete(f, KIND_DEVICE, "r1", e));
	patch(f, KIND_DEVICE, "r2", "{\"name\":\"r1\"}");
	patch(f, KIND_DEVICE, "r1", "{\"serial\":\"1\"}");
	expect(f, &from, "r1>-; r2>r1 name serial; ");
}

/* More devices than anyone counts on, in a commit without a trailer; the new
 * area sorts before the old one. */
static void test_many_move_at_once(void **state)
{
	struct fixture *f = *state;
	struct commit_id from;
	struct raw_file files[400];
	char paths[400][40], texts[200][80];
	char *got;
	size_t n = 0;

	for (int i = 0; i < 200; i++) {
		snprintf(paths[i], 40, "devices/lab/x%03d.json", i);
		snprintf(texts[i], 80, "{\"name\":\"x%03d\",\"area\":\"lab\"}",
		    i);
		files[i] = (struct raw_file){ paths[i], texts[i] };
	}
	push(f, STORE_MAIN, files, 200);
	from = tip_of(f, STORE_MAIN);
	for (int i = 0; i < 200; i++) {
		files[i].text = NULL;
		snprintf(paths[200 + i], 40, "devices/aaa/x%03d.json", i);
		snprintf(texts[i], 80, "{\"name\":\"x%03d\",\"area\":\"aaa\"}",
		    i);
		files[200 + i] = (struct raw_file){ paths[200 + i], texts[i] };
	}
	push(f, STORE_MAIN, files, 400);
	got = events_since(f, &from);
	for (const char *p = got; (p = strstr(p, " area; ")) != NULL; p++)
		n++;
	assert_int_equal(n, 200);
	assert_null(strstr(got, "->"));
	assert_null(strstr(got, ">-"));
	free(got);
}

static void test_commits_of_runs_are_left_out(void **state)
{
	struct fixture *f = *state;
	struct commit_id from = tip_of(f, STORE_MAIN), id;
	const struct store_trailer trailer = { "Run-Id",
		"20261121-083000-00000001" };
	const struct store_message m = { .author = "run", .subject = "Run",
		.trailers = &trailer, .n_trailers = 1 };
	static const char text[] = "{\"name\":\"r1\",\"area\":\"row1\"}";
	struct store_txn *t;

	assert_ok(store_txn_begin(f->app.store, STORE_MAIN, &t, e));
	assert_ok(store_txn_put(t, "devices/row1/r1.json", text, strlen(text),
	    STORE_ANY, e));
	assert_ok(store_txn_commit(t, &m, &id, NULL, e));
	expect(f, &from, "");
}

static void test_broken_records(void **state)
{
	struct fixture *f = *state;
	struct commit_id from = tip_of(f, STORE_MAIN);

	push_main(f, { "devices/lab/bad.json", "{" });
	expect(f, &from, "");
	push_main(f, { "devices/lab/bad.json",
	    "{\"name\":\"bad\",\"area\":\"lab\"}" });
	expect(f, &from, "->bad; ");
	push_main(f, { "devices/lab/bad.json", "[" });
	expect(f, &from, "");
}

/* A change whose commit has this author, as a push may bring it. */
static void push_as(struct fixture *f, const char *serial, const char *name)
{
	char text[120], command[900];

	snprintf(text, sizeof(text),
	    "{\"name\":\"r1\",\"area\":\"row1\",\"serial\":\"%s\"}", serial);
	push_main(f, { "devices/row1/r1.json", text });
	snprintf(command, sizeof(command),
	    "cd %s/store.git && c=$(git cat-file commit main | LC_ALL=C sed "
	    "'s/^author pusher/author %s/' | "
	    "git hash-object -t commit -w --stdin) && "
	    "git update-ref refs/heads/main $c", f->dir, name);
	assert_int_equal(system(command), 0);
}

static void test_authors_of_any_bytes(void **state)
{
	struct fixture *f = *state;
	struct commit_id from = tip_of(f, STORE_MAIN), tip;
	struct hook_events events = { 0 };
	char name[300] = "x";

	for (int i = 0; i < 140; i++)
		strcat(name, "\xc3\xb6");
	push_as(f, "1", "Ann");
	push_as(f, "2", "");
	push_as(f, "3", "J\xf6rg");
	push_as(f, "4", name);
	tip = tip_of(f, STORE_MAIN);
	assert_ok(hook_events_collect(f->app.store, &from, &tip, &events, e));
	assert_int_equal(events.n, 1);
	assert_memory_equal(events.items[0].by, "Ann, unknown, J?rg, x\xc3\xb6",
	    23);
	assert_true(utf8_is_valid(events.items[0].by,
	    strlen(events.items[0].by)));
	hook_events_release(&events);
}

static void test_a_cursor_from_elsewhere(void **state)
{
	struct fixture *f = *state;
	struct commit_id tip = tip_of(f, STORE_MAIN), other = { { 1, 2, 3 } };
	struct hook_events events = { 0 };

	assert_err(hook_events_collect(f->app.store, &other, &tip, &events, e),
	    ERR_STALE, "does not lead to");
	assert_int_equal(events.n, 0);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_create_update_delete),
		T(test_merging),
		T(test_created_and_deleted),
		T(test_renames),
		T(test_an_import_of_many),
		T(test_a_name_taken_over),
		T(test_many_move_at_once),
		T(test_commits_of_runs_are_left_out),
		T(test_broken_records),
		T(test_authors_of_any_bytes),
		T(test_a_cursor_from_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
