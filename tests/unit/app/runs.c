#include "app/run_progress.h"
#include "app/runs.h"

#include "app/run_files.h"
#include "base/clock.h"
#include "unit/app/fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static enum err_code try_run(struct fixture *f, const struct actor *actor,
    const char *job, const char *json, const char *key, char id[RUN_ID_SIZE],
    struct err *e)
{
	json_t *parameters = parse_json(json), *doc = NULL;
	enum err_code rc = runs_create(&f->app, actor,
	    &(struct run_wish){
		.job = job_find(job), .parameters = parameters, .key = key },
	    &doc, e);

	if (rc == ERR_OK && id)
		snprintf(id, RUN_ID_SIZE, "%s", json_text(doc, "id", ""));
	json_decref(parameters);
	json_decref(doc);
	return rc;
}

static size_t count_place(struct fixture *f, enum queue_place place)
{
	char (*ids)[RUN_ID_SIZE];
	size_t n;

	assert_ok(queue_list(f->dir, place, &ids, &n, e));
	free(ids);
	return n;
}

#define DRY "{\"device\":\"r1\"}"
#define PUSH "{\"device\":\"r1\",\"dry_run\":false}"

/* --- creating ---------------------------------------------------------------- */

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
	    ERR_CONFLICT, "no credentials hold for r1");
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

/* --- idempotency ----------------------------------------------------------------- */

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

/* --- reading and cancelling ------------------------------------------------------------ */

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

static void done(struct fixture *f, const char *id, const char *state,
    const char *device)
{
	char path[100], text[500], dir[RUN_DIR_SIZE];
	struct raw_file file = { path, text };

	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	snprintf(text, sizeof(text), "{\"id\":\"%s\",\"job\":\"provision\","
	    "\"state\":\"%s\",\"trigger\":\"form\",\"actor\":\"admin\","
	    "\"parameters\":{},\"devices\":[{\"name\":\"%s\",\"state\":\"%s\"}]"
	    ",\"finished_at\":\"2026-11-21T08:30:01.000Z\"}", id, state,
	    device, state);
	push(f, STORE_RUNS, &file, 1);
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

/* --- documents --------------------------------------------------------------------------- */

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

/* --- lists -------------------------------------------------------------------------------- */

static char *list_ids(struct run_index *index, struct run_filter filter)
{
	struct buf out = BUF_INIT(1 << 16);
	json_t *list, *one;
	size_t i;

	assert_ok(run_index_list(index, &filter, &list, e));
	json_array_foreach(list, i, one)
		buf_printf(&out, "%.2s%c ", json_text(one, "id", "") + 22,
		    json_text(one, "state", "?")[0]);
	json_decref(list);
	return buf_steal(&out, NULL);
}

static void assert_list(struct run_index *index, struct run_filter filter,
    const char *expected)
{
	char *got = list_ids(index, filter);

	assert_string_equal(got, expected);
	free(got);
}

#define ID(n) "20261121-083000-000000" n

static void test_lists(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	struct run_filter all = { 0 };

	assert_ok(run_index_new(&f->app, &index, e));
	assert_list(index, all, "");
	assert_null(run_index_last(index, "r1"));
	done(f, ID("01"), "succeeded", "r1");
	done(f, ID("03"), "failed", "r1");
	done(f, ID("02"), "unknown", "r2");
	assert_list(index, all, "03f 02u 01s ");
	assert_list(index, (struct run_filter){ .device = "r1" },
	    "03f 01s ");
	assert_list(index, (struct run_filter){ .state = "unknown" }, "02u ");
	assert_list(index, (struct run_filter){ .actor = "eve" }, "");
	assert_list(index, (struct run_filter){ .trigger = "form",
	    .job = "provision" }, "03f 02u 01s ");
	assert_list(index, (struct run_filter){ .limit = 2 }, "03f 02u ");
	assert_list(index, (struct run_filter){ .before = ID("02") }, "01s ");
	/* a settled run takes the place of the unknown one */
	done(f, ID("02"), "succeeded", "r2");
	assert_list(index, all, "03f 02s 01s ");
	run_index_free(index);
	assert_ok(run_index_new(&f->app, &index, e));
	assert_list(index, all, "03f 02s 01s ");
	run_index_free(index);
}

static void put_live(struct fixture *f, const char *id, const char *device)
{
	json_t *p = json_pack("{s:s}", "device", device);
	json_t *doc = run_doc_new(id, job_get(JOB_BACKUP), TRIGGER_CLI, "olga",
	    p, device);
	struct buf text = BUF_INIT(10000);

	assert_ok(json_write(doc, &text, e));
	assert_ok(queue_put(f->dir, id, buf_text(&text), text.len, e));
	json_decref(p);
	json_decref(doc);
	buf_release(&text);
}

static void assert_last(struct run_index *index, const char *device,
    const char *id, const char *state)
{
	json_t *doc = run_index_last(index, device);

	assert_string_equal(json_text(doc, "id", ""), id);
	assert_string_equal(json_text(doc, "state", ""), state);
	json_decref(doc);
}

/* Two changes of the spool within one tick of its time stamp, the second one
 * after it was read. */
static void test_a_run_put_in_the_same_tick_is_seen(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	struct run_filter all = { 0 };

	assert_ok(run_index_new(&f->app, &index, e));
	put_live(f, ID("05"), "r1");
	assert_list(index, all, "05q ");
	put_live(f, ID("06"), "r1");
	usleep(60000);
	assert_list(index, all, "06q 05q ");
	run_index_free(index);
}

/* queued → claimed → done: always once in the list. */
static void test_live_runs_in_lists(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	struct run_filter all = { 0 };

	assert_ok(run_index_new(&f->app, &index, e));
	done(f, ID("01"), "succeeded", "r1");
	put_live(f, ID("05"), "r1");
	put_live(f, ID("04"), "r2");
	assert_list(index, all, "05q 04q 01s ");
	assert_list(index, (struct run_filter){ .device = "r1" },
	    "05q 01s ");
	assert_list(index, (struct run_filter){ .limit = 1 }, "05q ");
	assert_last(index, "r1", ID("05"), "queued");
	assert_ok(queue_move(f->dir, ID("05"), QUEUE_QUEUED, QUEUE_CLAIMED,
	    e));
	assert_list(index, all, "05q 04q 01s ");
	done(f, ID("05"), "failed", "r1");
	assert_list(index, (struct run_filter){ .device = "r1" },
	    "05f 01s ");
	assert_ok(queue_remove(f->dir, ID("05"), QUEUE_CLAIMED, e));
	assert_list(index, all, "05f 04q 01s ");
	assert_last(index, "r1", ID("05"), "failed");
	assert_last(index, "r2", ID("04"), "queued");
	run_index_free(index);
}

/* What stands in the spool and cannot be read hides no other run. */
static void test_damage_in_the_spool_hides_nothing(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	char path[300];
	int fd;

	put_live(f, ID("05"), "r1");
	snprintf(path, sizeof(path), "%s/spool/queued/%s.json", f->dir,
	    ID("01"));
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/spool/queued/%s.json", f->dir,
	    ID("02"));
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/spool/queued/%s.json", f->dir,
	    ID("03"));
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(ftruncate(fd, 8 << 20), 0);
	close(fd);
	assert_ok(run_index_new(&f->app, &index, e));
	assert_list(index, (struct run_filter){ 0 }, "05q ");
	run_index_free(index);
}

/* Slower than one look at all places, as every real run is. */
static void *shuffle(void *arg)
{
	struct timespec pause = { .tv_nsec = 3000000 };
	struct clicker *c = arg;

	for (int i = 0; i < 100; i++) {
		nanosleep(&pause, NULL);
		assert_ok(queue_move(c->f->dir, ID("07"), QUEUE_QUEUED,
		    QUEUE_CLAIMED, e));
		assert_ok(queue_move(c->f->dir, ID("07"), QUEUE_CLAIMED,
		    QUEUE_QUEUED, e));
	}
	return NULL;
}

static void test_a_moving_run_is_listed_once(void **state)
{
	struct fixture *f = *state;
	struct clicker c = { .f = f };
	struct run_index *index;
	pthread_t thread;

	put_live(f, ID("07"), "r1");
	assert_ok(run_index_new(&f->app, &index, e));
	pthread_create(&thread, NULL, shuffle, &c);
	for (int i = 0; i < 300; i++) {
		char *got = list_ids(index, (struct run_filter){ 0 });
		json_t *doc;

		assert_true(strlen(got) <= strlen("07q "));
		free(got);
		assert_ok(runs_read(&f->app, ID("07"), &doc, e));
		json_decref(doc);
	}
	pthread_join(thread, NULL);
	assert_list(index, (struct run_filter){ 0 }, "07q ");
	run_index_free(index);
}

static void test_many_runs_of_many_devices(void **state)
{
	struct fixture *f = *state;
	const struct store_message m = { .author = "t", .subject = "runs" };
	struct run_index *index;
	struct store_txn *t;
	struct commit_id tip;

	assert_ok(store_txn_begin(f->app.store, STORE_RUNS, &t, e));
	for (int i = 0; i < 1000; i++) {
		char id[RUN_ID_SIZE], dir[RUN_DIR_SIZE], path[100], text[400];

		run_id_format(1795249800000 + i, (uint32_t)i, id);
		run_dir_of(id, dir);
		snprintf(path, sizeof(path), "%s/run.json", dir);
		snprintf(text, sizeof(text), "{\"id\":\"%s\",\"job\":\"x\","
		    "\"state\":\"failed\",\"trigger\":\"cli\",\"actor\":"
		    "\"a%d\",\"parameters\":{},\"devices\":[{\"name\":"
		    "\"d%d\"}]}", id, i, i % 400);
		assert_ok(store_txn_put(t, path, text, strlen(text), STORE_ANY,
		    e));
	}
	assert_ok(store_txn_commit(t, &m, &tip, NULL, e));
	assert_ok(run_index_new(&f->app, &index, e));
	for (int d = 0; d < 400; d++) {
		char name[20], actor[20];
		json_t *doc;

		snprintf(name, sizeof(name), "d%d", d);
		snprintf(actor, sizeof(actor), "a%d", d < 200 ? 800 + d
							      : 400 + d);
		doc = run_index_last(index, name);
		assert_string_equal(json_text(doc, "actor", ""), actor);
		json_decref(doc);
	}
	run_index_free(index);
}

/* Rows of d0 to d149: every third failed, every second changed. */
static char *many_rows(const char *id)
{
	struct buf text = BUF_INIT(1 << 20);

	buf_printf(&text, "{\"id\":\"%s\",\"job\":\"generate-intended\","
	    "\"state\":\"failed\",\"trigger\":\"form\",\"actor\":\"admin\","
	    "\"parameters\":{\"all\":true},\"devices\":[", id);
	for (int i = 0; i < 150; i++)
		buf_printf(&text, "%s{\"name\":\"d%d\",\"state\":\"%s\"%s}",
		    i ? "," : "", i, i % 3 ? "succeeded" : "failed",
		    i % 2 ? "" : ",\"added\":1");
	buf_puts(&text, "]}");
	return buf_steal(&text, NULL);
}

static void put_many(struct fixture *f, const char *id)
{
	char path[100], dir[RUN_DIR_SIZE], *text = many_rows(id);
	struct raw_file file = { path, text };

	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	push(f, STORE_RUNS, &file, 1);
	free(text);
}

static void test_a_run_over_many_devices_is_listed_in_short(void **state)
{
	struct fixture *f = *state;
	struct run_filter all = { 0 };
	struct run_index *index;
	json_t *list, *run, *counts;

	assert_ok(run_index_new(&f->app, &index, e));
	done(f, ID("01"), "failed", "d0");
	put_many(f, ID("02"));
	assert_list(index, (struct run_filter){ .device = "d149" }, "02f ");
	assert_list(index, (struct run_filter){ .device = "d150" }, "");
	assert_ok(run_index_list(index, &all, &list, e));
	run = json_array_get(list, 0);
	assert_int_equal(json_array_size(json_object_get(run, "devices")), 0);
	counts = json_object_get(run, "counts");
	assert_int_equal(json_number(counts, "all", 0), 150);
	assert_int_equal(json_number(counts, "changed", 0), 75);
	assert_int_equal(json_number(counts, "failed", 0), 50);
	assert_int_equal(json_number(counts, "open", -1), 0);
	json_decref(list);
	/* it was on no device */
	assert_last(index, "d0", ID("01"), "failed");
	assert_null(run_index_last(index, "d1"));
	run_index_free(index);
}

/* Rows of d0 to d119 of a backup: d0 failed, d1 was left alone, the others were
 * read. */
static void put_fleet(struct fixture *f, const char *id)
{
	struct buf text = BUF_INIT(1 << 20);
	char path[100], dir[RUN_DIR_SIZE];
	struct raw_file file = { path, NULL };

	buf_printf(&text, "{\"id\":\"%s\",\"job\":\"backup\",\"state\":"
	    "\"failed\",\"trigger\":\"form\",\"actor\":\"admin\","
	    "\"result\":\"118 of 120 done\",\"finished_at\":"
	    "\"2026-11-21T08:31:00.000Z\",\"parameters\":{\"all\":true},"
	    "\"devices\":[{\"name\":\"d0\",\"state\":\"failed\"},"
	    "{\"name\":\"d1\",\"state\":\"succeeded\",\"left_alone\":true}",
	    id);
	for (int i = 2; i < 120; i++)
		buf_printf(&text, ",{\"name\":\"d%d\",\"state\":\"succeeded\","
		    "\"backup_before\":\"0123\"}", i);
	buf_puts(&text, "]}");
	file.text = buf_text(&text);
	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	push(f, STORE_RUNS, &file, 1);
	buf_release(&text);
}

static void test_a_device_knows_its_part_of_a_run_over_many(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	struct run_backup backup;
	json_t *doc;

	assert_ok(run_index_new(&f->app, &index, e));
	done(f, ID("01"), "succeeded", "d1");
	put_fleet(f, ID("02"));
	assert_last(index, "d0", ID("02"), "failed");
	assert_last(index, "d1", ID("01"), "succeeded");
	assert_last(index, "d119", ID("02"), "succeeded");
	assert_null(run_index_last(index, "d120"));
	doc = run_index_last(index, "d7");
	assert_int_equal(json_array_size(json_object_get(doc, "devices")), 1);
	assert_null(json_object_get(doc, "result"));
	assert_null(json_object_get(doc, "counts"));
	json_decref(doc);
	assert_false(run_index_last_backup(index, "d0", &backup));
	assert_false(run_index_last_backup(index, "d1", &backup));
	assert_true(run_index_last_backup(index, "d7", &backup));
	assert_string_equal(backup.id, ID("02"));
	assert_string_equal(backup.time, "2026-11-21T08:31:00.000Z");
	/* a later run that took none leaves it */
	done(f, ID("03"), "failed", "d7");
	assert_last(index, "d7", ID("03"), "failed");
	assert_true(run_index_last_backup(index, "d7", &backup));
	assert_string_equal(backup.id, ID("02"));
	/* the same run once more, as when an unknown one is settled */
	put_fleet(f, ID("02"));
	assert_last(index, "d8", ID("02"), "succeeded");
	assert_true(run_index_last_backup(index, "d7", &backup));
	run_index_free(index);
}

static void test_progress(void **state)
{
	struct run_progress p;
	json_t *run = json_loads("{\"started_at\":\"2026-11-21T08:30:00.000Z\","
	    "\"counts\":{\"all\":1000,\"failed\":20,\"open\":400,"
	    "\"changed\":3},\"devices\":[]}", 0, NULL);
	int64_t start;

	(void)state;
	assert_true(clock_parse_utc("2026-11-21T08:30:00.000Z", &start));
	run_progress_of(run, start + 60000, &p);
	assert_int_equal(p.total, 1000);
	assert_int_equal(p.done, 580);
	assert_int_equal(p.failed, 20);
	assert_int_equal(p.left, 400);
	assert_int_equal((int)p.per_minute, 600);
	assert_int_equal(p.left_s, 40);
	/* nothing can be said yet */
	run_progress_of(run, start + 10, &p);
	assert_int_equal(p.left_s, -1);
	/* what has ended is measured by its own end */
	json_object_set_new(run, "finished_at",
	    json_string("2026-11-21T08:32:00.000Z"));
	run_progress_of(run, start + 3600000, &p);
	assert_int_equal((int)p.per_minute, 300);
	json_decref(run);
}

/* The last lines, whatever the number of all. */
static void test_the_end_of_a_log(void **state)
{
	struct fixture *f = *state;
	struct buf log = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	char path[100], dir[RUN_DIR_SIZE];
	struct raw_file file = { path, NULL };
	long last;

	for (int i = 1; i <= 1200; i++)
		buf_printf(&log, "{\"n\":%d}\n", i);
	file.text = buf_text(&log);
	run_dir_of(ID("09"), dir);
	snprintf(path, sizeof(path), "%s/log.jsonl", dir);
	push(f, STORE_RUNS, &file, 1);
	assert_ok(runs_read_log_end(&f->app, ID("09"), 3, &out, &last, e));
	assert_int_equal(last, 1200);
	assert_string_equal(buf_text(&out),
	    "{\"n\":1198}\n{\"n\":1199}\n{\"n\":1200}\n");
	buf_clear(&out);
	assert_ok(runs_read_log_end(&f->app, ID("09"), 5000, &out, &last, e));
	assert_int_equal(out.len, log.len);
	/* no log yet */
	assert_ok(runs_read_log_end(&f->app, ID("08"), 10, &out, &last, e));
	assert_int_equal(last, 0);
	buf_release(&log);
	buf_release(&out);
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
		T(test_lists),
		T(test_a_run_put_in_the_same_tick_is_seen),
		T(test_live_runs_in_lists),
		T(test_damage_in_the_spool_hides_nothing),
		T(test_a_moving_run_is_listed_once),
		T(test_many_runs_of_many_devices),
		T(test_a_run_over_many_devices_is_listed_in_short),
		T(test_a_device_knows_its_part_of_a_run_over_many),
		T(test_progress),
		T(test_the_end_of_a_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
