#include "app/runs.h"

#include "app/run_files.h"
#include "base/clock.h"
#include "unit/app/runs_kit.h"

#include <pthread.h>

/* --- creating ------------------------------------------------------------ */

static void test_a_queued_run(void **state)
{
	struct fixture *f = *state;
	char id[RUN_ID_SIZE];
	json_t *doc, *p;
	struct buf log = BUF_INIT(1000);
	long last = 7;

	put_intended(f, "r1", "hostname r1\n");
	assert_ok(try_run(f, &operator_, "provision", DRY, NULL, id, e));
	assert_ok(runs_read(&f->app, id, &doc, e));
	assert_string_equal(json_text(doc, "state", ""), "queued");
	assert_string_equal(json_text(doc, "trigger", ""), "api");
	assert_string_equal(json_text(doc, "actor", ""), "olga");
	p = json_object_get(doc, "parameters");
	assert_true(json_flag(p, "dry_run", false));
	assert_false(json_flag(p, "replace_config", true));
	assert_true(json_flag(p, "commit_changes", false));
	assert_string_equal(json_text(json_array_get(json_object_get(doc,
	    "devices"), 0), "name", ""), "r1");
	json_decref(doc);
	assert_ok(runs_read_log(&f->app, id, 0, &log, &last, e));
	assert_int_equal(log.len, 0);
	assert_int_equal(last, 0);
	assert_ok(runs_read_diff(&f->app, id, "r1", &log, e));
	assert_int_equal(log.len, 0);
	buf_release(&log);
}

static void test_refused_parameters(void **state)
{
	struct fixture *f = *state;
	struct schema_errors errors = { 0 };
	json_t *none = json_object(), *doc;

	assert_err(runs_create(&f->app, &admin,
		       &(struct run_wish){ .job = job_get(JOB_PROVISION),
			   .parameters = none,
			   .errors = &errors },
		       &doc, e),
	    ERR_INVALID, "device: is required");
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.item[0].field->name, "device");
	json_decref(none);
	assert_err(try_run(f, &admin, "provision", "{\"device\":\"no\"}", NULL,
	    NULL, e), ERR_INVALID, "device \"no\" does not exist");
	assert_err(try_run(f, &admin, "provision",
	    "{\"device\":\"r1\",\"dry_run\":\"no\"}", NULL, NULL, e),
	    ERR_INVALID, "dry_run: must be true or false");
	assert_err(try_run(f, &admin, "provision",
	    "{\"device\":\"r1\",\"dryrun\":true}", NULL, NULL, e),
	    ERR_INVALID, "unknown field");
	assert_err(try_run(f, &viewer, "provision", DRY, NULL, NULL, e),
	    ERR_DENIED, "operator");
	assert_int_equal(count_place(f, QUEUE_QUEUED), 0);
}

/* The name becomes the author of a commit when the run has happened: then it
 * is too late to refuse it. */
static void test_refused_actors(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = { "", "a <b@c>", "a\nb", " a",
		"\xff" };
	char long_name[200];

	put_intended(f, "r1", "x\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct actor actor = { bad[i], ROLE_ADMIN, TRIGGER_FORM };

		assert_err(try_run(f, &actor, "provision", DRY, NULL, NULL, e),
		    ERR_INVALID, "name");
	}
	memset(long_name, 'x', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	assert_err(try_run(f, &(struct actor){ long_name, ROLE_ADMIN,
	    TRIGGER_FORM }, "provision", DRY, NULL, NULL, e), ERR_INVALID,
	    "128");
}

/* An assistant pushes only what a dry run has shown. */
static void test_assistants_need_an_agreed_difference(void **state)
{
	static const struct actor bot = { "token:bot", ROLE_OPERATOR,
		TRIGGER_MCP };
	struct fixture *f = *state;

	put_intended(f, "r1", "x\n");
	patch(f, KIND_DEVICE, "r1", "{\"status\":\"active\"}");
	assert_ok(try_run(f, &bot, "provision", DRY, NULL, NULL, e));
	assert_err(try_run(f, &bot, "provision", PUSH, NULL, NULL, e),
	    ERR_CONFLICT, "diff_hash");
	assert_ok(try_run(f, &bot, "provision",
	    "{\"device\":\"r1\",\"dry_run\":false,\"diff_hash\":\"ab\"}", NULL,
	    NULL, e));
}

/* For every status what is read and what is pushed. */
static void test_status_rules(void **state)
{
	static const char *const read[] = { "inventory", "planned", "staged",
		"active" };
	static const char *const neither[] = { "failed", "decommissioning" };
	struct fixture *f = *state;
	char json[60];

	put_intended(f, "r1", "x\n");
	for (size_t i = 0; i < 4; i++) {
		snprintf(json, sizeof(json), "{\"status\":\"%s\"}", read[i]);
		patch(f, KIND_DEVICE, "r1", json);
		assert_ok(try_run(f, &admin, "provision", DRY, NULL, NULL, e));
		assert_ok(try_run(f, &admin, "backup", DRY, NULL, NULL, e));
		assert_ok(try_run(f, &admin, "provision",
		    "{\"device\":\"r1\",\"dry_run\":false,"
		    "\"commit_changes\":false}", NULL, NULL, e));
		if (i == 3)
			assert_ok(try_run(f, &admin, "provision", PUSH, NULL,
			    NULL, e));
		else
			assert_err(try_run(f, &admin, "provision", PUSH, NULL,
			    NULL, e), ERR_CONFLICT, read[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		snprintf(json, sizeof(json), "{\"status\":\"%s\"}",
		    neither[i]);
		patch(f, KIND_DEVICE, "r1", json);
		assert_err(try_run(f, &admin, "provision", DRY, NULL, NULL, e),
		    ERR_CONFLICT, neither[i]);
		assert_err(try_run(f, &admin, "backup", DRY, NULL, NULL, e),
		    ERR_CONFLICT, "Nothing was started.");
	}
}

static void test_readiness(void **state)
{
	struct fixture *f = *state;

	assert_err(try_run(f, &admin, "provision", DRY, NULL, NULL, e),
	    ERR_CONFLICT, "r1 has no intended configuration");
	assert_ok(try_run(f, &admin, "backup", DRY, NULL, NULL, e));
	put_intended(f, "r1", "x\n");
	patch(f, KIND_AREA, "lab", "{\"credentials\":null}");
	assert_err(try_run(f, &admin, "backup", DRY, NULL, NULL, e),
	    ERR_CONFLICT, "No credentials hold for r1");
	patch(f, KIND_DEVICE, "r1", "{\"primary_ip4\":null}");
	assert_err(try_run(f, &admin, "backup", DRY, NULL, NULL, e),
	    ERR_CONFLICT, "r1 has no primary IPv4");
	patch(f, KIND_DEVICE, "r1", "{\"platform\":null}");
	assert_err(try_run(f, &admin, "backup", DRY, NULL, NULL, e),
	    ERR_CONFLICT, "r1 has no platform");
	patch(f, KIND_DEVICE, "r1", "{\"status\":\"failed\"}");
	assert_err(try_run(f, &admin, "backup", DRY, NULL, NULL, e),
	    ERR_CONFLICT, "status is failed");
}

/* --- idempotency --------------------------------------------------------- */

static void test_keys(void **state)
{
	struct fixture *f = *state;
	char a[RUN_ID_SIZE], b[RUN_ID_SIZE], key[300];

	put_intended(f, "r1", "x\n");
	assert_ok(try_run(f, &admin, "provision", DRY, "k", a, e));
	assert_ok(try_run(f, &admin, "provision", DRY, "k", b, e));
	assert_string_equal(a, b);
	assert_ok(try_run(f, &admin, "provision",
	    "{\"device\":\"r1\",\"dry_run\":true}", "k", b, e));
	assert_string_equal(a, b);
	/* who asks for something else must not be told that it was started */
	assert_err(try_run(f, &admin, "provision", PUSH, "k", NULL, e),
	    ERR_CONFLICT, a);
	assert_err(try_run(f, &admin, "backup", DRY, "k", NULL, e),
	    ERR_CONFLICT, a);
	/* another actor's key is another key */
	assert_ok(try_run(f, &operator_, "provision", DRY, "k", b, e));
	assert_string_not_equal(a, b);
	assert_int_equal(count_place(f, QUEUE_QUEUED), 2);
	/* the answer stays, though a new run would be refused now */
	patch(f, KIND_DEVICE, "r1", "{\"status\":\"failed\"}");
	assert_ok(try_run(f, &admin, "provision", DRY, "k", b, e));
	assert_string_equal(a, b);
	assert_err(try_run(f, &admin, "provision", DRY, "", NULL, e),
	    ERR_INVALID, "1 to 200");
	memset(key, 'k', sizeof(key));
	key[201] = '\0';
	assert_err(try_run(f, &admin, "provision", DRY, key, NULL, e),
	    ERR_INVALID, "1 to 200");
}

/* Whoever bound the key died before it queued the run. */
static void test_key_of_a_dead_creator(void **state)
{
	struct fixture *f = *state;
	char id[RUN_ID_SIZE] = "20261121-083000-00000001", got[RUN_ID_SIZE];
	bool bound;

	put_intended(f, "r1", "x\n");
	assert_ok(queue_bind_key(f->dir, "admin\nk", id, &bound, e));
	assert_ok(try_run(f, &admin, "provision", DRY, "k", got, e));
	assert_string_equal(got, id);
	assert_int_equal(count_place(f, QUEUE_QUEUED), 1);
}

struct clicker {
	struct fixture *f;
	char id[RUN_ID_SIZE];
	pthread_barrier_t *start;
};

static void *click(void *arg)
{
	struct clicker *c = arg;

	pthread_barrier_wait(c->start);
	assert_ok(try_run(c->f, &admin, "provision", DRY, "same", c->id, e));
	return NULL;
}

/* Takes runs out of the queue as fast as it can, as a worker would. */
static void *claim_all(void *arg)
{
	struct clicker *c = arg;
	char (*ids)[RUN_ID_SIZE];
	size_t n;

	pthread_barrier_wait(c->start);
	for (int i = 0; i < 400; i++) {
		assert_ok(queue_list(c->f->dir, QUEUE_QUEUED, &ids, &n, e));
		for (size_t j = 0; j < n; j++)
			assert_ok(queue_move(c->f->dir, ids[j], QUEUE_QUEUED,
			    QUEUE_CLAIMED, e));
		free(ids);
	}
	return NULL;
}

static void test_many_clicks_are_one_run(void **state)
{
	struct fixture *f = *state;
	struct clicker clickers[5];
	pthread_t threads[5];
	pthread_barrier_t start;

	put_intended(f, "r1", "x\n");
	pthread_barrier_init(&start, NULL, 5);
	for (int i = 0; i < 5; i++) {
		clickers[i].f = f;
		clickers[i].start = &start;
		pthread_create(&threads[i], NULL, i ? click : claim_all,
		    &clickers[i]);
	}
	for (int i = 0; i < 5; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
	for (int i = 2; i < 5; i++)
		assert_string_equal(clickers[i].id, clickers[1].id);
	assert_int_equal(count_place(f, QUEUE_QUEUED) +
	    count_place(f, QUEUE_CLAIMED), 1);
}

/* --- reading and cancelling ---------------------------------------------- */

static void test_unknown_runs(void **state)
{
	struct fixture *f = *state;
	static const char *const ids[] = { "", "no", "../../etc/passwd",
		"20261121-083000-00000001" };
	struct buf out = BUF_INIT(1000);
	json_t *doc;
	long last;

	for (size_t i = 0; i < 4; i++) {
		assert_err(runs_read(&f->app, ids[i], &doc, e), ERR_NOT_FOUND,
		    "no run");
		assert_err(runs_read_log(&f->app, ids[i], 0, &out, &last, e),
		    ERR_NOT_FOUND, "no run");
		assert_err(runs_read_diff(&f->app, ids[i], "r1", &out, e),
		    ERR_NOT_FOUND, "no run");
		assert_err(runs_cancel(&f->app, &admin, ids[i], e),
		    ERR_NOT_FOUND, "no run");
	}
	assert_err(runs_read_diff(&f->app, ids[3], "../r1", &out, e),
	    ERR_NOT_FOUND, "no such device");
	buf_release(&out);
}

static void test_log_parts(void **state)
{
	static const char log[] = "one\ntwo\nthree\nfour";
	struct buf out = BUF_INIT(9), none = BUF_INIT(2);
	long last = 0;

	(void)state;
	run_log_since(log, sizeof(log) - 1, 1, &out, &last);
	assert_string_equal(buf_text(&out), "two\n"); /* whole lines */
	assert_int_equal(last, 2);
	buf_clear(&out);
	run_log_since(log, sizeof(log) - 1, 2, &out, &last);
	assert_string_equal(buf_text(&out), "three\n");
	assert_int_equal(last, 3);
	buf_clear(&out);
	run_log_since(log, sizeof(log) - 1, 3, &out, &last);
	assert_int_equal(out.len, 0); /* the fourth is not whole yet */
	assert_int_equal(last, 3);
	last = 0;
	run_log_since(log, sizeof(log) - 1, 0, &none, &last);
	assert_int_equal(last, 0);
	buf_release(&out);
	buf_release(&none);
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	char id[RUN_ID_SIZE], actor[128];

	put_intended(f, "r1", "x\n");
	assert_ok(try_run(f, &admin, "provision", DRY, NULL, id, e));
	assert_err(runs_cancel(&f->app, &viewer, id, e), ERR_DENIED,
	    "operator");
	assert_ok(runs_cancel(&f->app, &operator_, id, e));
	assert_int_equal(count_place(f, QUEUE_CANCELLED), 1);
	assert_true(queue_cancel_requested(f->dir, id, actor));
	assert_string_equal(actor, "olga");
	/* claimed: only the mark */
	assert_ok(try_run(f, &admin, "provision", DRY, NULL, id, e));
	assert_ok(queue_move(f->dir, id, QUEUE_QUEUED, QUEUE_CLAIMED, e));
	assert_ok(runs_cancel(&f->app, &admin, id, e));
	assert_true(queue_cancel_requested(f->dir, id, actor));
	assert_int_equal(count_place(f, QUEUE_CLAIMED), 1);
	done(f, "20261121-083000-00000001", "succeeded", "r1");
	assert_err(runs_cancel(&f->app, &admin, "20261121-083000-00000001",
	    e), ERR_CONFLICT, "has ended already: succeeded");
	done(f, "20261121-083000-00000002", "unknown", "r1");
	assert_err(runs_cancel(&f->app, &admin, "20261121-083000-00000002",
	    e), ERR_CONFLICT, "has ended already: unknown");
	assert_false(queue_cancel_requested(f->dir,
	    "20261121-083000-00000002", actor));
}

/* --- documents ----------------------------------------------------------- */

static void test_documents(void **state)
{
	json_t *p = json_pack("{s:s}", "device", "r1"), *doc, *again;
	struct buf text = BUF_INIT(RUN_DOC_MAX);

	(void)state;
	doc = run_doc_new("20261121-083000-00000001", job_get(JOB_BACKUP),
	    TRIGGER_CLI, "olga", p, "r1");
	assert_int_equal(run_doc_state(doc), RUN_QUEUED);
	run_doc_set_state(doc, RUN_CLAIMED, 1000);
	assert_null(json_object_get(doc, "started_at"));
	run_doc_set_state(doc, RUN_RUNNING, 2000);
	assert_string_equal(json_text(doc, "started_at", ""),
	    "1970-01-01T00:00:02.000Z");
	run_doc_set_result(doc, "r1: %s", "bytes \xff\xfe");
	run_doc_set_state(doc, RUN_UNKNOWN, 3000);
	assert_null(json_object_get(doc, "finished_at"));
	run_doc_set_state(doc, RUN_SUCCEEDED, 4000);
	assert_string_equal(json_text(doc, "finished_at", ""),
	    "1970-01-01T00:00:04.000Z");
	assert_string_equal(json_text(run_doc_device(doc, "r1"), "state", ""),
	    "succeeded");
	assert_ok(json_write(doc, &text, e));
	assert_ok(run_doc_parse(buf_text(&text), text.len, &again, e));
	assert_true(json_equal(doc, again));
	json_decref(again);
	json_decref(doc);
	json_decref(p);
	buf_release(&text);
}

static void test_bad_documents(void **state)
{
	static const char *const bad[] = { "", "[]", "{}", "{\"id\":1}",
		"{\"id\":\"20261121-083000-00000001\",\"state\":\"done\","
		"\"trigger\":\"cli\",\"parameters\":{},\"devices\":[]}",
		"{\"id\":\"20261121-083000-00000001\",\"state\":\"queued\","
		"\"trigger\":\"cli\",\"parameters\":[],\"devices\":[]}",
		"{\"id\":\"20261121-083000-0000000\",\"state\":\"queued\","
		"\"trigger\":\"cli\",\"parameters\":{},\"devices\":[]}",
		/* the store would refuse such an author for ever */
		"{\"id\":\"20261121-083000-00000001\",\"state\":\"queued\","
		"\"trigger\":\"cli\",\"actor\":\"a <b>\",\"parameters\":{},"
		"\"devices\":[]}" };
	json_t *doc = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_not_equal(run_doc_parse(bad[i], strlen(bad[i]),
		    &doc, NULL), ERR_OK);
		assert_null(doc);
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_a_queued_run),
		T(test_refused_parameters),
		T(test_refused_actors),
		T(test_status_rules),
		T(test_assistants_need_an_agreed_difference),
		T(test_readiness),
		T(test_keys),
		T(test_key_of_a_dead_creator),
		T(test_many_clicks_are_one_run),
		T(test_unknown_runs),
		cmocka_unit_test(test_log_parts),
		T(test_cancel),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_bad_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
