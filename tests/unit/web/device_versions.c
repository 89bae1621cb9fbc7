/*
 * The history of a device on its pages: lines added and removed, versions as
 * they were, two compared, the commit behind each line.
 */
#include "unit/web/open_pages.h"

#include <ctype.h>

static struct exchange_reply get(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
static struct exchange_reply get(const char *fmt, ...)
{
	char uri[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(uri, sizeof(uri), fmt, ap);
	va_end(ap);
	return ask(
	    &(struct ask){ .uri = uri, .token = portal.tokens[TOKEN_VIEWER] });
}

static bool has(const struct exchange_reply *reply, const char *text)
{
	return memmem(reply->body, reply->body_len, text, strlen(text)) != NULL;
}

#define assert_has(reply, text)                                   \
	do {                                                      \
		if (!has(&(reply), text))                         \
			fail_msg("\"%s\" is not in: %.*s", text,  \
			    (int)(reply).body_len, (reply).body); \
	} while (0)

struct id {
	char text[STORE_OID_TEXT_SIZE];
};

/* What is put at `path`; what was at `old` goes.  By a run. */
static struct id write_as(
    const char *author, const char *path, const char *text, const char *old)
{
	struct store_trailer trailers[] = { { "Run-Id", FIXTURE_RUN },
		{ "Job", "provision" }, { "Trigger", "hook" } };
	struct store_message m = { .author = author,
		.subject = "Write it",
		.trailers = trailers,
		.n_trailers = 3 };
	struct commit_id commit;
	struct store_txn *t;
	struct id id;

	assert_ok(store_txn_begin(portal.web->app.store, STORE_MAIN, &t, e));
	fixture_put(t, path, text);
	if (old)
		assert_ok(store_txn_remove(t, old, STORE_PRESENT, e));
	assert_ok(store_txn_commit(t, &m, &commit, NULL, e));
	commit_id_format(&commit, id.text);
	return id;
}

#define BACKUP "backup/lab/r1.cfg"

static void a_history_counts_lines_and_says_why(void **state)
{
	struct exchange_reply reply;

	(void)state;
	write_as("anna", BACKUP, "hostname r1\nip ssh\nip http\n", NULL);
	reply = get("/devices/r1/history");
	assert_status(reply, 200);
	assert_has(reply, "+2</span> <span class=\"minus\">−0<");
	assert_has(reply, "anna");
	assert_has(reply, "href=\"/runs/" FIXTURE_RUN "\"");
	assert_has(reply, "by hook");
	reply = get("/devices/r1/history?of=inventory");
	assert_status(reply, 200);
	assert_false(has(&reply, "anna"));
	assert_status(get("/devices/r1/history?from=zz"), 422);
	assert_status(get("/devices/r1/history?from=%040d", 7), 404);
}

static void any_version_is_shown_and_downloaded(void **state)
{
	struct id a = write_as("anna", BACKUP, "one\n", NULL), b;
	struct exchange_reply reply;

	(void)state;
	b = write_as("bob", BACKUP, "two\n", NULL);
	reply = get("/devices/r1/history/%s/backup", a.text);
	assert_has(reply, "one\n");
	assert_has(reply, "Compare with now");
	reply = get("/devices/r1/history/%s/backup?raw=1", a.text);
	assert_string_equal(reply.body, "one\n");
	reply = get("/devices/r1/history/%s/backup?download=1", b.text);
	assert_string_equal(reply.body, "two\n");
	assert_true(text_starts_with(header(&reply, "Content-Disposition"),
	    "attachment; filename=\"r1-backup-"));
	/* a commit that changed another file: what stood then */
	reply = get("/devices/r1/history/%s/intended?raw=1", b.text);
	assert_string_equal(reply.body, "hostname r1\nip forwarding\n");
	reply = get("/devices/r1/history/%s/intended", b.text);
	assert_has(reply, "did not change it");
	assert_status(get("/devices/r1/history/%s/nothing", b.text), 404);
	assert_status(get("/devices/r1/history/%040d/backup", 7), 404);
	assert_status(get("/devices/r1/history/zz/backup"), 404);
}

static void any_two_are_compared(void **state)
{
	struct id a = write_as("anna", BACKUP, "one\nsame\n", NULL), b;
	struct exchange_reply reply;

	(void)state;
	b = write_as("bob", BACKUP, "two\nsame\n", NULL);
	write_as("bob", "intended/lab/r1.cfg", "new\n", NULL);
	reply = get("/devices/r1/compare?a=%s&b=%s&of=backup", a.text, b.text);
	assert_status(reply, 200);
	assert_has(reply, "+1</span> <span class=\"minus\">−1<");
	assert_false(has(&reply, "Intended configuration"));
	reply = get("/devices/r1/compare?a=%s", a.text);
	assert_has(reply, "Intended configuration");
	reply = get(
	    "/devices/r1/compare?a=%s&b=%s&of=backup&patch=1", a.text, b.text);
	assert_has(reply, "--- a/backup/r1\t");
	assert_has(reply, "\n-one\n+two\n same\n");
	assert_status(get("/devices/r1/compare?a=x"), 422);
	assert_status(get("/devices/r1/compare?a=%040d", 9), 404);
}

static void a_file_that_was_not_there_yet_is_compared(void **state)
{
	struct id before = write_as("anna", "roles/x.json",
		      "{\n  \"name\": \"x\"\n}\n", NULL),
		  after;
	struct exchange_reply reply;

	(void)state;
	after = write_as("anna", "devices/lab/r2.json",
	    "{\n  \"area\": \"lab\",\n  \"name\": \"r2\",\n"
	    "  \"status\": \"active\"\n}\n",
	    NULL);
	write_as("anna", "backup/lab/r2.cfg", "x\n", NULL);
	reply = get("/devices/r2/compare?a=%s", before.text);
	assert_status(reply, 200);
	assert_has(reply, "There was none at");
	reply = get(
	    "/devices/r2/compare?a=%s&b=%s&of=backup", before.text, after.text);
	assert_has(reply, "had no backup at either");
	assert_status(get("/devices/r2/history/%s/backup", after.text), 404);
}

static void each_line_has_its_commit(void **state)
{
	struct id a = write_as("anna", BACKUP, "hostname r1\nold\n", NULL), b;
	struct exchange_reply reply;
	const char *at;

	(void)state;
	b = write_as("bob", BACKUP, "hostname r1\nold\n<new>\n", NULL);
	reply = get("/devices/r1/blame/backup");
	assert_status(reply, 200);
	at = memmem(reply.body, reply.body_len, "&lt;new&gt;", 11);
	assert_non_null(at);
	assert_has(reply, a.text);
	assert_has(reply, b.text);
	assert_has(reply, "bob");
	assert_has(reply, "/runs/" FIXTURE_RUN);
	reply = get("/devices/r1/blame/backup?at=%s", a.text);
	assert_false(has(&reply, "&lt;new&gt;"));
	assert_false(has(&reply, b.text));
	assert_status(get("/devices/r1/blame/nothing"), 404);
	assert_status(get("/devices/r1/blame/backup?at=x"), 422);
}

/* All ids of commits in the page, one after the other. */
static void ids_of(const struct exchange_reply *reply, struct buf *to)
{
	const char *p = reply->body, *end = p + reply->body_len;
	size_t n;

	for (; p < end; p += n + 1) {
		for (n = 0; p + n < end && isxdigit((unsigned char)p[n]);)
			n++;
		if (n == STORE_OID_TEXT_SIZE - 1)
			buf_add(to, p, n);
	}
}

/* What is told from memory is what was found, and no other version's. */
static void blame_is_the_same_when_it_is_asked_again(void **state)
{
	struct buf text = BUF_INIT(10000), first = BUF_INIT(100000);
	struct buf second = BUF_INIT(100000);
	struct exchange_reply reply;

	(void)state;
	for (int i = 0; i < 100; i++) {
		buf_printf(&text, "line %d\n", i);
		if (i % 20 == 19)
			write_as(i % 40 == 19 ? "anna" : "bob", BACKUP,
			    buf_text(&text), NULL);
	}
	reply = get("/devices/r1/blame/backup");
	assert_has(reply, "line 99");
	assert_has(reply, "anna");
	ids_of(&reply, &first);
	assert_true(first.len >= (size_t)5 * (STORE_OID_TEXT_SIZE - 1));
	reply = get("/devices/r1/blame/backup");
	ids_of(&reply, &second);
	assert_string_equal(buf_text(&second), buf_text(&first));
	buf_puts(&text, "and one more\n");
	write_as("carl", BACKUP, buf_text(&text), NULL);
	reply = get("/devices/r1/blame/backup");
	assert_has(reply, "carl");
	buf_clear(&second);
	ids_of(&reply, &second);
	assert_string_not_equal(buf_text(&second), buf_text(&first));
	buf_release(&text);
	buf_release(&first);
	buf_release(&second);
}

/* What further commands told is looked at as a backup is. */
static void command_outputs_are_a_text_like_others(void **state)
{
	static const char path[] = "backup/lab/r1.txt";
	struct id a = write_as("anna", path, "### v: show v\none\n", NULL), b;
	struct exchange_reply reply;

	(void)state;
	reply = get("/devices/r1/config");
	assert_has(reply, "?view=outputs");
	reply = get("/devices/r1/config?view=outputs");
	assert_has(reply, "show v");
	reply = get("/devices/r1/raw/outputs");
	assert_string_equal(reply.body, "### v: show v\none\n");
	b = write_as("bob", path, "### v: show v\ntwo\n", NULL);
	reply = get("/devices/r1/history?of=outputs");
	assert_has(reply, a.text);
	assert_has(reply, b.text);
	reply = get("/devices/r1/history/%s/outputs", a.text);
	assert_has(reply, "one");
	reply = get("/devices/r1/history/%s/outputs?download=1", b.text);
	assert_non_null(strstr(header(&reply, "Content-Disposition"), ".txt"));
	reply = get(
	    "/devices/r1/compare?a=%s&b=%s&of=outputs&patch=1", a.text, b.text);
	assert_has(reply, "-one\n+two\n");
	reply = get("/devices/r1/blame/outputs");
	assert_has(reply, "bob");
	reply = get("/devices/r1/history/%s", b.text);
	assert_has(reply, "Command outputs");
	assert_false(has(&reply, "Backup</h"));
}

static void it_goes_over_earlier_areas_and_names(void **state)
{
	struct id a = write_as("anna", BACKUP, "one\ntwo\n", NULL);
	struct exchange_reply reply;

	(void)state;
	write_as(
	    "anna", "areas/north.json", "{\n  \"name\": \"north\"\n}\n", NULL);
	write_as("bob", "devices/north/r1.json",
	    "{\n  \"area\": \"north\",\n  \"name\": \"r1\",\n"
	    "  \"status\": \"active\"\n}\n",
	    "devices/lab/r1.json");
	write_as("bob", "backup/north/r1.cfg", "one\ntwo\n", BACKUP);
	reply = get("/devices/r1/history?of=backup");
	assert_has(reply, "moved");
	assert_has(reply, a.text);
	reply = get("/devices/r1/history/%s/backup?raw=1", a.text);
	assert_string_equal(reply.body, "one\ntwo\n");
	reply = get("/devices/r1/blame/backup");
	assert_has(reply, a.text);
	assert_false(has(&reply, ">bob<"));
}

static void hostile_texts_stay_text(void **state)
{
	static const char hostile[] = "<script>alert(1)</script>\n"
				      "\x1b[31m\xe2\x80\xae\xff {{ 7 * 7 }}\n";
	struct id a = write_as("anna", BACKUP, "one\n", NULL);
	struct exchange_reply replies[3];

	(void)state;
	write_as("anna", BACKUP, hostile, NULL);
	for (int i = 0; i < 3; i++) {
		replies[i] = i == 0 ? get("/devices/r1/blame/backup")
			     : i == 1
				 ? get("/devices/r1/compare?a=%s", a.text)
				 : get("/devices/r1/history/%s/backup", a.text);
		assert_status(replies[i], 200);
		assert_false(has(&replies[i], "<script>alert"));
		assert_false(has(&replies[i], "\x1b"));
		assert_false(has(&replies[i], "\xe2\x80\xae"));
		assert_false(has(&replies[i], "\xff"));
	}
}

static void a_renamed_device_keeps_the_age_of_its_backup(void **state)
{
	static const char record[] = "{\"name\":\"%s\",\"area\":\"lab\"}\n";
	struct exchange_reply reply;
	char text[100];

	(void)state;
	snprintf(text, sizeof(text), record, "older");
	write_as("worker", "devices/lab/older.json", text, NULL);
	write_as("worker", "backup/lab/older.cfg", "hostname older\n", NULL);
	snprintf(text, sizeof(text), record, "newer");
	write_as(
	    "worker", "devices/lab/newer.json", text, "devices/lab/older.json");
	write_as("worker", "backup/lab/newer.cfg", "hostname older\n",
	    "backup/lab/older.cfg");
	reply = get("/devices/newer");
	assert_int_equal(reply.status, 200);
	assert_has(reply, "Last good backup");
	assert_has(reply, "/runs/" FIXTURE_RUN);
}

static void a_renamed_device_leads_to_its_earlier_runs(void **state)
{
	struct ask change = { .method = "POST",
		.uri = "/api/v1/devices",
		.token = portal.tokens[TOKEN_ADMIN],
		.type = "application/json",
		.body = "{\"name\":\"first\",\"area\":\"lab\","
			"\"status\":\"active\"}",
		.more = { "HTTP_IF_MATCH=*" } };
	struct exchange_reply reply;

	(void)state;
	reply = ask(&change);
	assert_int_equal(reply.status, 201);
	change.method = "PATCH";
	change.uri = "/api/v1/devices/first";
	change.body = "{\"name\":\"second\"}";
	reply = ask(&change);
	assert_int_equal(reply.status, 200);
	reply = get("/devices/second");
	assert_has(reply, "since it was renamed");
	assert_has(reply, "href=\"/runs?device=first\"");
	reply = get("/devices/second/runs");
	assert_has(reply, "href=\"/runs?device=first\"");
	reply = get("/devices/r1/runs");
	assert_int_equal(reply.status, 200);
	assert_false(has(&reply, "Runs are on record under"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_pages, portal_close)
	const struct CMUnitTest tests[] = {
		T(a_history_counts_lines_and_says_why),
		T(any_version_is_shown_and_downloaded),
		T(any_two_are_compared),
		T(a_file_that_was_not_there_yet_is_compared),
		T(each_line_has_its_commit),
		T(blame_is_the_same_when_it_is_asked_again),
		T(command_outputs_are_a_text_like_others),
		T(it_goes_over_earlier_areas_and_names),
		T(hostile_texts_stay_text),
		T(a_renamed_device_keeps_the_age_of_its_backup),
		T(a_renamed_device_leads_to_its_earlier_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
