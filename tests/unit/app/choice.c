/*
 * Which devices a run is for: names, filters, saved views.
 */
#include "app/choice.h"

#include "app/hook_rule.h"
#include "app/runs.h"

#include "unit/app/fixture.h"

#include "app/reach_book.h"

static void put_view(
    struct fixture *f, const char *name, const char *table, const char *query)
{
	char json[600];

	snprintf(json, sizeof(json),
	    "{\"name\":\"%s\",\"label\":\"%s\",\"table\":\"%s\","
	    "\"query\":\"%s\"}",
	    name, name, table, query);
	assert_ok(try_create(f, &admin, KIND_VIEW, json, e));
}

static void put_devices(struct fixture *f)
{
	static const char *const json[] = {
		"{\"name\":\"r2\",\"area\":\"lab\",\"status\":\"active\","
		"\"tags\":[\"core\",\"a b\"],\"description\":\"By the DOOR\"}",
		"{\"name\":\"r3\",\"area\":\"lab\",\"status\":\"planned\","
		"\"tags\":[\"edge\"]}",
		"{\"name\":\"r4\",\"area\":\"row1\",\"status\":\"failed\","
		"\"platform\":\"frr\"}",
	};

	for (size_t i = 0; i < sizeof(json) / sizeof(json[0]); i++)
		assert_ok(try_create(f, &admin, KIND_DEVICE, json[i], e));
}

/* Their names, with blanks between. */
static enum err_code choose(
    struct fixture *f, const char *parameters, char names[200], struct err *e)
{
	json_t *p = parse_json(parameters);
	const struct record **list;
	const struct snapshot *s = now(f);
	size_t n = 0;
	enum err_code rc;

	names[0] = '\0';
	rc = choice_find(&f->app, s, p, &list, &n, e);
	for (size_t i = 0; rc == ERR_OK && i < n; i++)
		snprintf(names + strlen(names), 200 - strlen(names), "%s%s",
		    i ? " " : "", record_key(list[i]));
	if (rc == ERR_OK)
		free(list);
	snapshot_unref(s);
	json_decref(p);
	return rc;
}

static void assert_chosen(
    struct fixture *f, const char *parameters, const char *wanted)
{
	char names[200];

	assert_ok(choose(f, parameters, names, e));
	assert_string_equal(names, wanted);
}

static void test_names_and_filters(void **state)
{
	struct fixture *f = *state;
	char names[200];

	put_devices(f);
	assert_chosen(f, "{\"all\":true}", "r1 r2 r3 r4");
	assert_chosen(f, "{\"area\":\"lab\"}", "r1 r2 r3 r4");
	assert_chosen(
	    f, "{\"area\":\"row1\",\"devices\":[\"r3\"]}", "r1 r3 r4");
	assert_chosen(f, "{\"tag\":\"core\"}", "r2");
	assert_err(
	    choose(f, "{}", names, e), ERR_INVALID, "no device is chosen");
	assert_err(choose(f, "{\"tag\":\"none\"}", names, e), ERR_INVALID,
	    "no device meets");
}

static void test_a_view_chooses_what_its_table_shows(void **state)
{
	static const struct {
		const char *query, *wanted;
	} cases[] = {
		{ "status=active", "r1 r2" },
		{ "status=active&status=planned&sort=-name&col=role&size=100",
		    "r1 r2 r3" },
		{ "tags=a%20b", "r2" },
		{ "tags=a+b&status=", "r2" },
		{ "q=the%20door", "r2" },
		{ "area=row1", "r1 r4" }, /* as the table: this area alone */
		{ "page=2", "r1 r2 r3 r4" },
		{ "", "r1 r2 r3 r4" },
	};
	struct fixture *f = *state;

	put_devices(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char name[20], parameters[60];

		snprintf(name, sizeof(name), "view%zu", i);
		put_view(f, name, "devices", cases[i].query);
		snprintf(
		    parameters, sizeof(parameters), "{\"view\":\"%s\"}", name);
		assert_chosen(f, parameters, cases[i].wanted);
	}
	assert_chosen(f, "{\"view\":\"view0\",\"area\":\"row1\"}", "r1");
	assert_chosen(f, "{\"view\":\"view2\",\"devices\":[\"r4\"]}", "r2 r4");
	/* it is read when it is asked for */
	assert_ok(try_patch(
	    f, KIND_VIEW, "view0", "{\"query\":\"status=failed\"}", e));
	assert_chosen(f, "{\"view\":\"view0\"}", "r4");
}

static enum err_code start(
    struct fixture *f, const char *parameters, struct err *e)
{
	json_t *p = parse_json(parameters), *doc = NULL;
	struct run_wish wish = { .job = job_get(JOB_BACKUP), .parameters = p };
	enum err_code rc = runs_create(&f->app, &admin, &wish, &doc, e);

	json_decref(doc);
	json_decref(p);
	return rc;
}

/* More devices than were meant would be worse than none. */
static void test_a_view_that_cannot_be_meant_starts_nothing(void **state)
{
	struct fixture *f = *state;
	char names[200];

	put_view(f, "runs", "runs", "state=failed");
	put_view(f, "odd", "devices", "status=active&colour=red");
	put_view(f, "empty", "devices", "status=planned");
	assert_err(choose(f, "{\"view\":\"gone\"}", names, e), ERR_CONFLICT,
	    "no saved view \"gone\"");
	assert_err(choose(f, "{\"view\":\"runs\"}", names, e), ERR_CONFLICT,
	    "shows no devices");
	assert_err(choose(f, "{\"view\":\"odd\"}", names, e), ERR_CONFLICT,
	    "\"colour\"");
	assert_err(choose(f, "{\"view\":\"empty\"}", names, e), ERR_INVALID,
	    "no device meets");
	assert_err(
	    start(f, "{\"view\":\"gone\"}", e), ERR_INVALID, "does not exist");
	assert_err(start(f, "{\"view\":\"odd\"}", e), ERR_CONFLICT,
	    "Nothing was started");
}

/* As the table of devices shows them: what runs, sweeps and keys tell. */
static void put_states(struct fixture *f)
{
	static const char backup[] =
	    "{\"id\":\"20261120-090000-00000001\",\"job\":\"backup\",\"state\":"
	    "\"failed\",\"trigger\":\"form\",\"actor\":\"ann\",\"parameters\":"
	    "{},\"finished_at\":\"2026-11-20T09:00:09.000Z\",\"devices\":["
	    "{\"name\":\"r1\",\"state\":\"succeeded\"},"
	    "{\"name\":\"r2\",\"state\":\"failed\",\"quarantined\":true},"
	    "{\"name\":\"r3\",\"state\":\"unknown\"}]}\n";
	static const char compared[] =
	    "{\"id\":\"20261120-100000-00000001\",\"job\":\"compare\","
	    "\"state\":"
	    "\"succeeded\",\"trigger\":\"form\",\"actor\":\"ann\","
	    "\"parameters\":{},\"finished_at\":\"2026-11-20T10:00:09.000Z\","
	    "\"devices\":[{\"name\":\"r1\",\"state\":\"succeeded\"},{\"name\":"
	    "\"r4\",\"state\":\"succeeded\",\"added\":1,\"removed\":0}]}\n";
	static const struct raw_file runs[] = {
		{ "2026/11/20/20261120-090000-00000001/run.json", backup },
		{ "2026/11/20/20261120-100000-00000001/run.json", compared },
	};
	struct reach_state states[2];

	push(f, STORE_RUNS, runs, 2);
	reach_init(&states[0], "r1");
	reach_init(&states[1], "r3");
	states[0].verdict = REACH_UP;
	states[1].verdict = REACH_DOWN;
	assert_ok(reach_book_write(f->dir, states, 2, e));
}

static void test_a_view_of_what_needs_attention(void **state)
{
	static const struct {
		const char *query, *wanted;
	} cases[] = {
		{ "needs=down", "r3" },
		{ "needs=drifted", "r4" },
		{ "needs=failed", "r2" },
		{ "needs=unsettled", "r3" },
		{ "needs=quarantined", "r2" },
		{ "needs=failed&status=active&sort=-name", "r2" },
	};
	struct fixture *f = *state;
	char name[20], parameters[60], names[200];

	put_devices(f);
	put_states(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(name, sizeof(name), "need%zu", i);
		put_view(f, name, "devices", cases[i].query);
		snprintf(
		    parameters, sizeof(parameters), "{\"view\":\"%s\"}", name);
		assert_chosen(f, parameters, cases[i].wanted);
	}
	put_view(f, "none", "devices", "needs=failed&status=planned");
	put_view(f, "keys", "devices", "needs=approval");
	put_view(f, "odd", "devices", "needs=sleep");
	put_view(f, "both", "devices", "needs=failed&needs=down");
	assert_err(choose(f, "{\"view\":\"none\"}", names, e), ERR_INVALID,
	    "no device meets");
	assert_err(choose(f, "{\"view\":\"keys\"}", names, e), ERR_INVALID,
	    "no device meets");
	assert_err(choose(f, "{\"view\":\"odd\"}", names, e), ERR_CONFLICT,
	    "\"needs\"");
	assert_err(choose(f, "{\"view\":\"both\"}", names, e), ERR_CONFLICT,
	    "\"needs\"");
	/* what ends later counts from then on */
	push(f, STORE_RUNS,
	    &(struct raw_file){ "2026/11/21/20261121-090000-00000001/run.json",
		"{\"id\":\"20261121-090000-00000001\",\"job\":\"backup\","
		"\"state\":\"succeeded\",\"trigger\":\"form\",\"actor\":"
		"\"ann\",\"parameters\":{},\"finished_at\":"
		"\"2026-11-21T09:00:09.000Z\",\"devices\":[{\"name\":\"r2\","
		"\"state\":\"succeeded\"},{\"name\":\"r1\",\"state\":"
		"\"rolled-back\"}]}\n" },
	    1);
	assert_chosen(f, "{\"view\":\"need2\"}", "r1");
}

static bool wants(struct fixture *f, const char *hook, const char *device)
{
	struct hook_change change = { .by = "olga", .commit = "" };
	char fields[HOOK_FIELDS_SIZE];
	const struct snapshot *s = now(f);
	bool yes;

	change.now = snapshot_find(s, KIND_DEVICE, device);
	yes = hook_rule_wants(
	    &f->app, s, snapshot_find(s, KIND_HOOK, hook), &change, fields);
	snapshot_unref(s);
	return yes;
}

static void test_a_hook_keeps_to_a_view(void **state)
{
	struct fixture *f = *state;

	put_devices(f);
	put_view(f, "cores", "devices", "tags=core");
	assert_ok(try_create(f, &admin, KIND_HOOK,
	    "{\"name\":\"h\",\"enabled\":true,\"view\":\"cores\","
	    "\"auto_provision_on_create\":true}",
	    e));
	assert_true(wants(f, "h", "r2"));
	assert_false(wants(f, "h", "r3"));
	assert_err(try_delete(f, KIND_VIEW, "cores", e), ERR_CONFLICT, "h");
	assert_ok(
	    try_patch(f, KIND_VIEW, "cores", "{\"query\":\"colour=red\"}", e));
	assert_false(wants(f, "h", "r2"));
	/* nothing that it would never act for is kept */
	assert_err(try_create(f, &admin, KIND_HOOK,
		       "{\"name\":\"i\",\"view\":\"cores\"}", e),
	    ERR_INVALID, "view: the saved view \"cores\" filters by");
	put_states(f);
	assert_ok(try_patch(
	    f, KIND_VIEW, "cores", "{\"query\":\"needs=failed\"}", e));
	assert_true(wants(f, "h", "r2"));
	assert_false(wants(f, "h", "r3"));
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_names_and_filters),
		T(test_a_view_chooses_what_its_table_shows),
		T(test_a_view_of_what_needs_attention),
		T(test_a_view_that_cannot_be_meant_starts_nothing),
		T(test_a_hook_keeps_to_a_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
