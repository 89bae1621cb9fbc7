/*
 * The pages with their own templates, asked in-process: all of them answer,
 * forms keep what was typed, stale edits show both versions, refusals say why,
 * and text from devices stays text.
 */
#include "unit/web/fixture.h"

#include "web/web.h"

#define FORM "application/x-www-form-urlencoded"

static int open_pages(void **state)
{
	struct web_options options = { .threads = 4,
		.origins = { ORIGIN },
		.n_origins = 1,
		.templates = SOURCE_DIR "/templates",
		.static_dir = SOURCE_DIR "/static" };

	if (portal_open(state) != 0)
		return -1;
	web_thread_free(portal.thread);
	web_free(portal.web);
	options.dir = portal.dir;
	assert_ok(web_new(&options, &portal.web, e));
	assert_ok(web_thread_new(portal.web, &portal.thread, e));
	return 0;
}

/* --- asking -------------------------------------------------------------- */

static struct exchange_reply get_as(enum fixture_token who, const char *uri)
{
	return ask(&(struct ask){ .uri = uri, .token = portal.tokens[who] });
}

static struct exchange_reply get(const char *uri)
{
	return get_as(TOKEN_ADMIN, uri);
}

static struct exchange_reply post_as(
    enum fixture_token who, const char *uri, const char *form)
{
	return ask(&(struct ask){ .method = "POST",
	    .uri = uri,
	    .token = portal.tokens[who],
	    .type = FORM,
	    .body = form });
}

static struct exchange_reply post(const char *uri, const char *form)
{
	return post_as(TOKEN_ADMIN, uri, form);
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
#define assert_has_not(reply, text)                               \
	do {                                                      \
		if (has(&(reply), text))                          \
			fail_msg("\"%s\" is in: %.*s", text,      \
			    (int)(reply).body_len, (reply).body); \
	} while (0)

/* The value of the form's hidden field, in a static buffer. */
static const char *hidden(const struct exchange_reply *reply, const char *name)
{
	static char value[200];
	char start[80];
	const char *p;
	size_t n;

	snprintf(start, sizeof(start), "name=\"%s\" value=\"", name);
	p = memmem(reply->body, reply->body_len, start, strlen(start));
	assert_non_null(p);
	p += strlen(start);
	n = strcspn(p, "\"");
	assert_true(n < sizeof(value));
	memcpy(value, p, n);
	value[n] = '\0';
	return value;
}

static void assert_goes_to(
    const struct exchange_reply *reply, const char *where)
{
	char location[300];

	assert_status(*reply, 303);
	take_header(reply, "Location", location, sizeof(location));
	assert_string_equal(location, where);
}

static void write_config(const char *path, const void *data, size_t len)
{
	static const struct store_message message = { .author = "test",
		.subject = "Write" };
	struct store *store = portal.web->app.store;
	struct commit_id id;
	struct store_txn *t;

	assert_ok(store_txn_begin(store, STORE_MAIN, &t, e));
	assert_ok(store_txn_put(t, path, data, len, STORE_ANY, e));
	assert_ok(store_txn_commit(t, &message, &id, NULL, e));
}

static void create_device(const char *name, const char *more)
{
	char form[400], where[80];
	struct exchange_reply reply;

	snprintf(form, sizeof(form),
	    "name=%s&status=active&platform=frr&area=lab&"
	    "primary_ip4=192.0.2.9%s",
	    name, more);
	reply = post("/devices/new", form);
	snprintf(where, sizeof(where), "/devices/%s", name);
	assert_goes_to(&reply, where);
}

/* --- every page ---------------------------------------------------------- */

static void test_every_page_answers(void **state)
{
	static const char *const uris[] = { "/", "/devices",
		"/devices?q=r1&status=active&sort=-name&size=100&page=9",
		"/devices?tags=none", "/devices/new", "/devices/new?area=lab",
		"/devices/r1", "/devices/r1/edit", "/devices/r1/delete",
		"/devices/r1/config", "/devices/r1/config?view=intended",
		"/devices/r1/config?view=backup",
		"/devices/r1/config?view=nothing", "/devices/r1/intended",
		"/devices/r1/intended?from=backup", "/devices/r1/history",
		"/devices/r1/history?of=backup", "/devices/r1/runs", "/areas",
		"/areas?q=x", "/areas/new", "/areas/lab", "/areas/lab/edit",
		"/areas/lab/delete", "/vlans", "/vlans/new", "/roles",
		"/roles/router", "/platforms", "/platforms/frr", "/secrets",
		"/secrets/lab", "/secrets/lab/edit", "/buttons", "/buttons/new",
		"/hooks", "/hooks/new",
		"/hooks/default", "/hooks/default/edit",
		"/import", "/channels", "/channels/new", "/channels/ops",
		"/notifications", "/notifications?place=given-up",
		"/channels/ops/edit", "/schedules", "/schedules/new",
		"/schedules/nightly", "/schedules/nightly/edit",
		"/schedules/nightly/delete", "/jobs", "/jobs/provision/run",
		"/jobs/provision", "/jobs/generate-intended",
		"/jobs/backup/run?device=r1",
		"/jobs/provision/run?device=r1&button=none", "/runs",
		"/runs?device=r1&state=failed&trigger=form&job=backup&actor=x",
		"/audit", "/audit?device=r1&only=changes&person=test",
		"/settings", "/settings/users", "/settings/users/ann",
		"/settings/tokens" };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct exchange_reply reply = get(uris[i]);

		if (reply.status != 200)
			fail_msg("%s: %d %.*s", uris[i], reply.status,
			    (int)reply.body_len, reply.body);
		assert_has(reply, "</html>");
		assert_has_not(reply, "style=\"");
		assert_has_not(reply, "onclick=");
	}
}

static void test_what_is_not_there_is_a_page_that_says_so(void **state)
{
	static const char *const uris[] = { "/devices/nobody",
		"/devices/nobody/config", "/devices/nobody/edit",
		"/areas/nowhere", "/vlans/lab/99", "/jobs/dance/run",
		"/runs/20260101-000000-00000000", "/runs/nonsense",
		"/commits/0000000000000000000000000000000000000000",
		"/commits/nonsense", "/devices/r1/history/nonsense",
		"/devices/r1/raw/nonsense", "/settings/users/nobody" };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct exchange_reply reply = get(uris[i]);

		if (reply.status != 404)
			fail_msg("%s: %d", uris[i], reply.status);
		assert_has(reply, "<h1>");
	}
}

static void test_viewers_see_no_way_to_change_and_have_none(void **state)
{
	struct exchange_reply reply = get_as(TOKEN_VIEWER, "/devices/r1");

	(void)state;
	assert_status(reply, 200);
	assert_has_not(reply, "/devices/r1/edit");
	assert_has_not(reply, "/delete");
	assert_has_not(reply, "/jobs/provision/run");
	reply = post_as(TOKEN_VIEWER, "/devices/new", "name=x");
	assert_status(reply, 403);
	assert_has(reply, "operator");
	reply = get_as(TOKEN_OPERATOR, "/secrets/lab/edit");
	assert_status(reply, 403);
	reply = get_as(TOKEN_OPERATOR, "/settings/tokens");
	assert_status(reply, 403);
}

/* --- forms --------------------------------------------------------------- */

static void test_a_refused_form_keeps_what_was_typed(void **state)
{
	struct exchange_reply reply = post("/devices/new",
	    "name=not+a+name&status=active&area=lab&primary_ip4=300.1.1.1&"
	    "serial=%22%3Cb%3E&vars=%7Bbroken&tags=one%2C+two");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "value=\"not a name\"");
	assert_has(reply, "value=\"300.1.1.1\"");
	assert_has(reply, "value=\"&#34;&lt;b&gt;\"");
	assert_has(reply, "\n{broken</textarea>");
	assert_has(reply, "value=\"one, two\"");
	assert_has(reply, "id=\"f-name-error\"");
	assert_has(reply, "id=\"f-primary_ip4-error\"");
	assert_has(reply, "aria-invalid=\"true\"");
}

static void test_control_characters_are_a_fault_of_their_field(void **state)
{
	struct exchange_reply reply = post("/devices/new",
	    "name=r77&status=active&area=lab&serial=AB%0C12&tags=one%1B");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "value=\"r77\"");
	assert_has(reply, "id=\"f-serial-error\"");
	assert_has(reply, "id=\"f-tags-error\"");
	/* but no NUL, nowhere; and where no schema looks, none at all */
	assert_status(post("/devices/new", "name=r77%00&area=lab"), 400);
	assert_status(post("/settings/users", "name=a%0Cb"), 400);
}

static void test_a_taken_name_is_a_conflict(void **state)
{
	struct exchange_reply reply = post("/devices/new",
	    "name=r1&status=active&area=lab&description=second");

	(void)state;
	assert_status(reply, 409);
	assert_has(reply, "value=\"second\"");
}

static void test_creates_and_shows_a_device(void **state)
{
	struct exchange_reply reply;

	(void)state;
	create_device("new1", "&tags=a,b&vars=%7B%22asn%22%3A+65001%7D");
	reply = get("/devices/new1");
	assert_status(reply, 200);
	assert_has(reply, "192.0.2.9");
	assert_has(reply, "65001");
	assert_has(reply, "/devices?tags=b");
}

static void test_a_stale_edit_shows_both_versions(void **state)
{
	char form[500], version[50];
	struct exchange_reply reply;

	(void)state;
	create_device("stale", "");
	reply = get("/devices/stale/edit");
	snprintf(version, sizeof(version), "%s", hidden(&reply, "version"));
	snprintf(form, sizeof(form),
	    "version=%s&name=stale&status=active&area=lab&serial=THEIRS",
	    version);
	reply = post("/devices/stale/edit", form);
	assert_goes_to(&reply, "/devices/stale");
	snprintf(form, sizeof(form),
	    "version=%s&name=stale&status=active&area=lab&serial=MINE",
	    version);
	reply = post("/devices/stale/edit", form);
	assert_status(reply, 409);
	assert_has(reply, "THEIRS");
	assert_has(reply, "value=\"MINE\"");
	assert_string_not_equal(hidden(&reply, "version"), version);
	reply = get("/devices/stale");
	assert_has(reply, "THEIRS");
	assert_has_not(reply, "MINE");
}

static void test_renaming_moves_the_page(void **state)
{
	char form[300];
	struct exchange_reply reply;

	(void)state;
	create_device("before", "");
	reply = get("/devices/before/edit");
	snprintf(form, sizeof(form),
	    "version=%s&name=after&status=active&area=lab",
	    hidden(&reply, "version"));
	reply = post("/devices/before/edit", form);
	assert_goes_to(&reply, "/devices/after");
	assert_status(get("/devices/before"), 410);
	reply = get("/devices/after/history");
	assert_has(reply, "Create device before");
}

static void test_what_is_used_is_not_deleted(void **state)
{
	struct exchange_reply reply = get("/areas/lab/delete");

	(void)state;
	assert_has(reply, "cannot be deleted");
	reply = post("/areas/lab/delete", "");
	assert_status(reply, 409);
	assert_status(get("/areas/lab"), 200);
	create_device("gone", "");
	reply = post("/devices/gone/delete", "");
	assert_goes_to(&reply, "/devices");
	assert_status(get("/devices/gone"), 410);
}

/* --- configurations ------------------------------------------------------ */

static void test_saves_an_intended_configuration_with_plain_newlines(
    void **state)
{
	struct exchange_reply reply;

	(void)state;
	create_device("cfg", "");
	reply = post("/devices/cfg/intended",
	    "version=&text=interface+eth0%0D%0A+mtu+1500%0D%0A");
	assert_goes_to(&reply, "/devices/cfg/config");
	reply = get("/devices/cfg/raw/intended");
	assert_string_equal(reply.body, "interface eth0\n mtu 1500\n");
	/* made when there was none: someone else's stands there now */
	reply = post("/devices/cfg/intended", "version=&text=mine");
	assert_status(reply, 409);
	assert_has(reply, "\nmine</textarea>");
	assert_has(reply, "interface eth0");
}

static void test_text_from_devices_stays_text(void **state)
{
	static const char hostile[] =
	    "hostname <script>alert(1)</script>\n"
	    " description \x1b[31m\xe2\x80\xae\"onload=\"\xff\n"
	    "banner {{ 7 * 7 }} {% raw %}\n";
	static const char *const uris[] = { "/devices/hostile/config",
		"/devices/hostile/config?view=backup",
		"/devices/hostile/history", "/devices/hostile" };
	struct exchange_reply reply;

	(void)state;
	create_device("hostile", "");
	write_config("backup/lab/hostile.cfg", hostile, strlen(hostile));
	write_config("intended/lab/hostile.cfg", "hostname x\n", 11);
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		reply = get(uris[i]);
		assert_status(reply, 200);
		assert_has_not(reply, "<script>alert");
		assert_has_not(reply, "\x1b");
		assert_has_not(reply, "\xe2\x80\xae");
		assert_has_not(reply, "\xff");
		assert_has_not(reply, "banner 49");
	}
	reply = get("/devices/hostile/config?view=backup");
	assert_has(reply, "&lt;script&gt;");
	assert_has(reply, "{{ 7 * 7 }}");
}

/* The version that a form on this page sends back. */
static void take_version(const struct exchange_reply *reply, char to[64])
{
	static const char mark[] = "name=\"version\" value=\"";
	const char *at = memmem(
	    reply->body, reply->body_len, mark, strlen(mark));

	assert_non_null(at);
	at += strlen(mark);
	snprintf(to, 64, "%.*s", (int)strcspn(at, "\""), at);
}

/* The form that was shown is one that can be sent: as it is, and after it was
 * refused. */
static void test_forms_send_the_version_that_they_showed(void **state)
{
	struct exchange_reply reply;
	char version[64], form[200];

	(void)state;
	create_device("ver", "");
	reply = post("/devices/ver/intended", "version=&text=one%0D%0A");
	assert_status(reply, 303);
	reply = get("/devices/ver/intended");
	take_version(&reply, version);
	assert_int_equal(strlen(version), 40);
	snprintf(form, sizeof(form), "version=%s&text=two", version);
	assert_status(post("/devices/ver/intended", form), 303);
	/* a stale one can be saved over what is there, on purpose */
	reply = post("/devices/ver/intended", form);
	assert_status(reply, 409);
	take_version(&reply, version);
	snprintf(form, sizeof(form), "version=%s&text=three", version);
	assert_status(post("/devices/ver/intended", form), 303);
	/* a record's form that was refused once */
	reply = get("/devices/ver/edit");
	take_version(&reply, version);
	snprintf(form, sizeof(form),
	    "version=%s&name=ver&area=lab&status=active&primary_ip4=x",
	    version);
	reply = post("/devices/ver/edit", form);
	assert_status(reply, 422);
	take_version(&reply, version);
	snprintf(form, sizeof(form),
	    "version=%s&name=ver&area=lab&status=planned", version);
	assert_status(post("/devices/ver/edit", form), 303);
}

static void test_says_how_far_intended_and_backup_are_apart(void **state)
{
	static const char intended[] = "ip route 192.0.2.0/24 Null0\n";
	static const char apart[] =
	    "frr version 8.4.4\n!\nlog syslog\n!\nend\n";
	static const char same[] = "frr version 8.4.4\n!\n"
				   "ip route 192.0.2.0/24 Null0\n!\nend\n";
	struct exchange_reply reply;

	(void)state;
	create_device("sync", "");
	write_config("intended/lab/sync.cfg", intended, strlen(intended));
	reply = get("/devices/sync");
	assert_has(reply, "no backup yet");
	write_config("backup/lab/sync.cfg", apart, strlen(apart));
	reply = get("/devices/sync");
	assert_has(reply, "1 intended line missing, 1 not intended");
	reply = get("/devices/sync/config");
	assert_has(reply, "ip route");
	write_config("backup/lab/sync.cfg", same, strlen(same));
	reply = get("/devices/sync");
	assert_has(reply, "In sync");
}

static void test_shows_a_commit_and_the_version_it_wrote(void **state)
{
	struct exchange_reply reply;
	char uri[200], commit[41];
	const char *p;

	(void)state;
	create_device("hist", "");
	reply =
	    post("/devices/hist/intended", "version=&text=hostname+hist%0A");
	assert_goes_to(&reply, "/devices/hist/config");
	reply = get("/devices/hist/history?of=intended");
	p = memmem(reply.body, reply.body_len, "/devices/hist/history/", 22);
	assert_non_null(p);
	snprintf(commit, sizeof(commit), "%.40s", p + 22);
	snprintf(uri, sizeof(uri), "/devices/hist/history/%s", commit);
	reply = get(uri);
	assert_status(reply, 200);
	assert_has(reply, "hostname hist");
	snprintf(uri, sizeof(uri), "/devices/hist/history/%s/intended?raw=1",
	    commit);
	reply = get(uri);
	assert_string_equal(reply.body, "hostname hist\n");
	snprintf(uri, sizeof(uri), "/devices/hist/history/%s/backup", commit);
	assert_status(get(uri), 404);
	snprintf(uri, sizeof(uri), "/commits/%s", commit);
	reply = get(uri);
	assert_has(reply, "intended/lab/hist.cfg");
}

/* --- runs ---------------------------------------------------------------- */

static const char *run_of(const struct exchange_reply *reply)
{
	static char location[100];

	assert_status(*reply, 303);
	take_header(reply, "Location", location, sizeof(location));
	assert_true(text_starts_with(location, "/runs/"));
	return location;
}

static void test_the_form_starts_a_dry_run(void **state)
{
	struct exchange_reply reply = get("/jobs/provision/run?device=r1");
	const char *run;

	(void)state;
	assert_has(reply, "name=\"dry_run\" id=\"f-dry_run\" value=\"on\" "
			  "checked");
	reply = post(
	    "/jobs/provision/run", "device=r1&dry_run=on&commit_changes=on");
	run = run_of(&reply);
	reply = get(run);
	assert_status(reply, 200);
	assert_has(reply, "queued");
	assert_has(reply, "dry run");
	assert_has(reply, "<dt>Trigger</dt><dd>form</dd>");
	reply = post_as(TOKEN_VIEWER, "/jobs/provision/run", "device=r1");
	assert_status(reply, 403);
}

static void test_a_button_is_the_trigger(void **state)
{
	struct exchange_reply reply = post("/buttons/new",
	    "name=go&label=Go+now&job=provision&enabled=on&one_click=on&"
	    "parameters_of=provision&parameters.dry_run=true");
	const char *run;

	(void)state;
	assert_goes_to(&reply, "/buttons/go");
	reply = get("/devices/r1");
	assert_has(reply, "Go now");
	reply = post("/devices/r1/button", "button=go");
	run = run_of(&reply);
	reply = get(run);
	assert_has(reply, "<dt>Trigger</dt><dd>button</dd>");
	reply = post("/jobs/provision/run",
	    "device=r1&dry_run=on&commit_changes=on&button=go");
	run = run_of(&reply);
	reply = get(run);
	assert_has(reply, "<dt>Trigger</dt><dd>button</dd>");
	assert_status(post("/devices/r1/button", "button=none"), 404);
}

static void test_twice_the_same_form_is_one_run(void **state)
{
	char first[100];
	struct exchange_reply reply =
	    post("/jobs/backup/run", "device=r1&once=abc");

	(void)state;
	snprintf(first, sizeof(first), "%s", run_of(&reply));
	reply = post("/jobs/backup/run", "device=r1&once=abc");
	assert_string_equal(run_of(&reply), first);
}

static void test_a_queued_run_is_cancelled(void **state)
{
	struct exchange_reply reply = post("/jobs/backup/run", "device=r1");
	char uri[120], run[100];

	(void)state;
	snprintf(run, sizeof(run), "%s", run_of(&reply));
	snprintf(uri, sizeof(uri), "%s/cancel", run);
	reply = post(uri, "");
	assert_goes_to(&reply, run);
	snprintf(uri, sizeof(uri), "%s/log?since=0", run);
	reply = get(uri);
	assert_status(reply, 200);
	assert_has(reply, "\"lines\":[]");
	assert_status(get("/runs/20260101-000000-00000000/log"), 404);
}

static void test_many_devices_are_a_table(void **state)
{
	struct exchange_reply reply;

	(void)state;
	fixture_put_rows(250);
	reply = get("/runs/" FIXTURE_RUN);
	assert_status(reply, 200);
	assert_has(reply, "166 done · 84 failed · 0 left");
	assert_has(reply, "Page 1 of 3");
	assert_has(reply, "<td>d99</td>");
	assert_has_not(reply, "<td>d100</td>");
	reply = get("/runs/" FIXTURE_RUN "?show=failed&page=1");
	assert_has(reply, "84 devices");
	assert_has_not(reply, "<td>d1</td>");
	assert_status(get("/runs/" FIXTURE_RUN "?page=0"), 400);
	reply = get("/runs");
	assert_has(reply, "250 devices");
	/* no device's last run failed: what failed was the job */
	reply = get("/");
	assert_has(reply, "href=\"/runs/" FIXTURE_RUN "\"");
	assert_has_not(reply, "\"/devices/\"");
}

static void test_a_button_that_is_off_says_why(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = post("/devices/new",
	    "name=failed1&status=failed&platform=frr&area=lab&"
	    "primary_ip4=192.0.2.8");
	assert_status(reply, 303);
	reply = get("/devices/failed1");
	assert_has(reply, "its status is failed");
	reply = post("/jobs/provision/run", "device=failed1&dry_run=on");
	assert_status(reply, 409);
	assert_has(reply, "its status is failed");
}

/* --- host keys ----------------------------------------------------------- */

static void test_approves_the_key_that_was_seen(void **state)
{
	static const char pending[] =
	    "{\"type\": \"ssh-ed25519\", \"key\": "
	    "\"AAAAC3NzaC1lZDI1NTE5AAAAIGVudGlyZWx5IG1hZGUgdXAga2V5\", "
	    "\"fingerprint\": \"SHA256:abc\", \"run\": \"\"}";
	struct exchange_reply reply;
	char dir[100];

	(void)state;
	create_device("keyed", "");
	snprintf(dir, sizeof(dir), "%s/pending-hostkeys", portal.dir);
	assert_ok(dir_create(dir, 0700, e));
	fixture_write(dir, "keyed.json", pending);
	reply = get("/");
	assert_has(reply, "SHA256:abc");
	reply = get("/devices/keyed");
	assert_has(reply, "SHA256:abc");
	reply = post("/devices/keyed/hostkey",
	    "decision=approve&fingerprint=SHA256%3Aother");
	assert_goes_to(&reply, "/devices/keyed");
	reply = get("/devices/keyed");
	assert_has(reply, "id=\"hostkey\"");
	reply = post_as(TOKEN_VIEWER, "/devices/keyed/hostkey",
	    "decision=approve&fingerprint=SHA256%3Aabc");
	assert_status(reply, 403);
	reply = post("/devices/keyed/hostkey",
	    "decision=approve&fingerprint=SHA256%3Aabc");
	assert_goes_to(&reply, "/devices/keyed");
	reply = get("/devices/keyed");
	assert_has_not(reply, "id=\"hostkey\"");
	assert_has(reply, "approved by");
}

/* --- access -------------------------------------------------------------- */

static void test_a_token_is_shown_once_and_revoked(void **state)
{
	struct exchange_reply reply =
	    post("/settings/tokens", "name=ci_1&role=operator");
	char token[200];
	const char *p;

	(void)state;
	assert_status(reply, 200);
	p = memmem(reply.body, reply.body_len, "sy_ci_1_", 8);
	assert_non_null(p);
	snprintf(token, sizeof(token), "%.*s", (int)strcspn(p, "<"), p);
	reply = get("/settings/tokens");
	assert_has_not(reply, token);
	reply = ask(&(struct ask){ .uri = "/devices", .token = token });
	assert_status(reply, 200);
	reply = post("/settings/tokens/ci_1/revoke", "");
	assert_goes_to(&reply, "/settings/tokens");
	reply = ask(&(struct ask){ .uri = "/api/v1/devices", .token = token });
	assert_status(reply, 401);
	reply = post("/settings/tokens", "name=bad+name&role=operator&"
					 "expires_at=tomorrow");
	assert_status(reply, 422);
	assert_has(reply, "value=\"tomorrow\"");
}

static void test_users_are_made_and_the_last_admin_stays(void **state)
{
	struct exchange_reply reply = post("/settings/users",
	    "name=new&role=viewer&password=short&full_name=N");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "value=\"N\"");
	assert_has_not(reply, "value=\"short\"");
	reply = post("/settings/users",
	    "name=newbie&role=viewer&password=long+enough+really");
	assert_goes_to(&reply, "/settings/users");
	reply = post("/settings/users/newbie", "role=operator");
	assert_goes_to(&reply, "/settings/users");
	reply = post("/settings/users/ann", "role=viewer");
	assert_status(reply, 409);
	assert_has(reply, "last admin");
	reply = post("/settings/users/ann/delete", "");
	assert_status(reply, 409);
	reply = post("/settings/users/newbie/delete", "");
	assert_goes_to(&reply, "/settings/users");
	reply = get("/settings/users");
	assert_has_not(reply, "$y$");
}

static void test_settings_are_saved(void **state)
{
	char form[300];
	struct exchange_reply reply = get("/settings");

	(void)state;
	snprintf(form, sizeof(form),
	    "version=%s&site_name=North+yard&default_credentials=lab&"
	    "session_hours=8&slots=4",
	    hidden(&reply, "version"));
	reply = post("/settings", form);
	assert_goes_to(&reply, "/settings");
	reply = get("/");
	assert_has(reply, "North yard");
	reply = post("/settings", form);
	assert_status(reply, 409);
	reply = post_as(TOKEN_OPERATOR, "/settings", form);
	assert_status(reply, 403);
}

/* Whoever finds a browser signed in may not try passwords there at leisure.
 * The last test: the user and the address have to wait afterwards. */
static void test_guessing_ones_own_password_is_throttled(void **state)
{
	struct ask a = { .method = "POST",
		.uri = "/login",
		.type = "application/x-www-form-urlencoded",
		.body = "username=vera&password=correct+horse+battery" };
	struct exchange_reply reply = ask(&a);
	char cookie[1000], body[300];
	int refused = 0;

	(void)state;
	take_header(&reply, "Set-Cookie", cookie, sizeof(cookie));
	cookie[strcspn(cookie, ";")] = '\0';
	reply = ask(&(struct ask){ .uri = "/settings", .cookie = cookie });
	snprintf(body, sizeof(body),
	    "csrf=%s&current=guess&password=another+one+here&"
	    "repeated=another+one+here",
	    hidden(&reply, "csrf"));
	a.uri = "/settings/password";
	a.cookie = cookie;
	a.body = body;
	for (int i = 0; i < 7; i++) {
		reply = ask(&a);
		if (reply.status == 429)
			refused++;
		else
			assert_status(reply, 422);
	}
	assert_true(refused > 0);
}

/* --- tables -------------------------------------------------------------- */

static void test_tables_filter_sort_and_export(void **state)
{
	struct exchange_reply reply;
	const char *two, *ten;

	(void)state;
	create_device("t10", "&tags=tab");
	create_device("t2", "&tags=tab&serial=%3D1%2B2");
	reply = get("/devices?tags=tab");
	two = memmem(reply.body, reply.body_len, "href=\"/devices/t2\"", 18);
	ten = memmem(reply.body, reply.body_len, "href=\"/devices/t10\"", 19);
	assert_true(two && ten && two < ten);
	assert_has(reply, "aria-sort=\"ascending\"");
	reply = get("/devices?tags=tab&sort=-name");
	two = memmem(reply.body, reply.body_len, "href=\"/devices/t2\"", 18);
	ten = memmem(reply.body, reply.body_len, "href=\"/devices/t10\"", 19);
	assert_true(two && ten && ten < two);
	reply = get("/devices?q=T10");
	assert_has(reply, "href=\"/devices/t10\"");
	assert_has_not(reply, "href=\"/devices/t2\"");
	reply = get("/devices.csv?tags=tab");
	assert_has(reply, "\"name\",\"status\",");
	assert_has(reply, "\"t2\"");
	assert_has_not(reply, "\"r1\"");
}

static void test_a_hook_is_tried_as_a_dry_run(void **state)
{
	struct exchange_reply reply = get("/hooks/default");

	(void)state;
	assert_has(reply, "Try it");
	assert_int_equal(
	    post_as(TOKEN_VIEWER, "/hooks/default/test", "device=r1").status,
	    403);
	reply = post_as(TOKEN_OPERATOR, "/hooks/default/test", "device=none");
	assert_non_null(strstr(reply.head, "Location: /hooks/default"));
	reply = post_as(
	    TOKEN_OPERATOR, "/hooks/default/test", "device=r1&once=h");
	assert_int_equal(reply.status, 303);
	assert_non_null(strstr(reply.head, "/runs/"));
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = "/api/v1/hooks/default/test",
	    .token = portal.tokens[TOKEN_OPERATOR],
	    .type = "application/json",
	    .body = "{\"device\":\"r1\"}" });
	assert_int_equal(reply.status, 202);
	assert_has(reply, "\"dry_run\":true");
}

static void test_an_import_is_looked_at_before_it_is_made(void **state)
{
	static const char form[] = "kind=devices&format=csv&area=lab&"
				   "text=name%2Cserial%0Aimp1%2C%3Cb%3E%0A";
	struct exchange_reply reply = get("/import");
	char save[300];

	(void)state;
	assert_has(reply, "<option>netbox</option>");
	assert_has(reply, "<option>planned</option>");
	reply = post("/import", form);
	assert_has(reply, "<option selected>csv</option>");
	assert_int_equal(reply.status, 200);
	assert_has(reply, "1 to create");
	assert_has(reply, "value=\"save\"");
	assert_int_equal(get("/devices/imp1").status, 404);
	snprintf(save, sizeof(save), "%s&do=save", form);
	assert_int_equal(
	    post_as(TOKEN_VIEWER, "/import", save).status, 403);
	assert_int_equal(post("/import", save).status, 303);
	reply = get("/devices/imp1");
	assert_int_equal(reply.status, 200);
	assert_has(reply, "&lt;b&gt;");
	/* what is wrong is told, and there is no way on */
	reply = post("/import",
	    "kind=devices&format=csv&text=name%2Carea%0Aimp2%2Cmoon%0A");
	assert_int_equal(reply.status, 422);
	assert_has(reply, "does not exist");
	assert_has_not(reply, "value=\"save\"");
	assert_int_equal(
	    post("/import", "kind=spoons&format=csv&text=a").status, 404);
}

static void test_a_schedule_is_paused_and_run_by_hand(void **state)
{
	struct exchange_reply reply = get("/schedules/nightly");

	(void)state;
	assert_has(reply, "30 2 * * *");
	assert_has(reply, "02:30:00 +0");
	assert_has(reply, "Run now");
	reply = get_as(TOKEN_VIEWER, "/schedules/nightly");
	assert_has_not(reply, "Run now");
	assert_has_not(reply, "Pause");
	assert_int_equal(
	    post_as(TOKEN_OPERATOR, "/schedules/nightly/pause", "").status,
	    403);
	assert_int_equal(post("/schedules/nightly/pause", "").status, 303);
	reply = get("/schedules/nightly");
	assert_has(reply, "It is paused");
	reply = get("/schedules");
	assert_has(reply, "paused");
	assert_int_equal(post("/schedules/nightly/resume", "").status, 303);
	reply = get("/schedules/nightly");
	assert_has_not(reply, "It is paused");
	reply = post_as(TOKEN_OPERATOR, "/schedules/nightly/run", "once=x");
	assert_int_equal(reply.status, 303);
	assert_non_null(strstr(reply.head, "/runs/"));
	/* it has not ended: not again */
	reply = post_as(TOKEN_OPERATOR, "/schedules/nightly/run", "once=y");
	assert_non_null(strstr(reply.head, "Location: /schedules/nightly"));
	reply = get("/schedules/nightly");
	assert_has(reply, "in hand");
	reply = get("/api/v1/schedules/nightly/times");
	assert_has(reply, "\"open\"");
}

static void test_the_settings_of_a_job_are_kept(void **state)
{
	struct exchange_reply reply = get("/jobs/backup");

	(void)state;
	assert_has(reply, "name=\"retries\"");
	assert_has_not(reply, "name=\"name\"");
	reply = get_as(TOKEN_OPERATOR, "/jobs/backup");
	assert_has_not(reply, "name=\"retries\"");
	assert_int_equal(
	    post_as(TOKEN_OPERATOR, "/jobs/backup", "enabled=on").status, 403);
	reply = post("/jobs/backup", "enabled=on&retries=99");
	assert_int_equal(reply.status, 422);
	assert_has(reply, "99");
	assert_int_equal(post("/jobs/backup",
	    "retries=2&retry_delay=30&notify=on&reason=frozen").status, 303);
	reply = get("/jobs/backup");
	assert_has(reply, "This job is disabled: frozen");
	reply = get("/jobs");
	assert_has(reply, "the job backup is disabled: frozen");
	reply = post("/jobs/backup/run", "device=r1");
	assert_int_equal(reply.status, 409);
	assert_has(reply, "disabled");
	reply = get("/api/v1/jobs/backup/settings");
	assert_has(reply, "\"reason\"");
	/* someone else's version */
	reply = post("/jobs/backup",
	    "version=0000000000000000000000000000000000000001&enabled=on");
	assert_int_equal(reply.status, 409);
	reply = get("/jobs/backup");
	{
		char form[120];

		snprintf(form, sizeof(form),
		    "version=%s&enabled=on&retries=0&retry_delay=60",
		    hidden(&reply, "version"));
		assert_int_equal(post("/jobs/backup", form).status, 303);
	}
	reply = get("/jobs/backup");
	assert_has_not(reply, "This job is disabled");
	assert_int_equal(get("/jobs/dance").status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_page_answers),
		cmocka_unit_test(test_what_is_not_there_is_a_page_that_says_so),
		cmocka_unit_test(
		    test_viewers_see_no_way_to_change_and_have_none),
		cmocka_unit_test(test_a_refused_form_keeps_what_was_typed),
		cmocka_unit_test(
		    test_control_characters_are_a_fault_of_their_field),
		cmocka_unit_test(test_a_taken_name_is_a_conflict),
		cmocka_unit_test(test_creates_and_shows_a_device),
		cmocka_unit_test(test_a_stale_edit_shows_both_versions),
		cmocka_unit_test(test_renaming_moves_the_page),
		cmocka_unit_test(test_what_is_used_is_not_deleted),
		cmocka_unit_test(
		    test_saves_an_intended_configuration_with_plain_newlines),
		cmocka_unit_test(test_text_from_devices_stays_text),
		cmocka_unit_test(
		    test_forms_send_the_version_that_they_showed),
		cmocka_unit_test(
		    test_says_how_far_intended_and_backup_are_apart),
		cmocka_unit_test(test_shows_a_commit_and_the_version_it_wrote),
		cmocka_unit_test(test_the_form_starts_a_dry_run),
		cmocka_unit_test(test_a_button_is_the_trigger),
		cmocka_unit_test(test_twice_the_same_form_is_one_run),
		cmocka_unit_test(test_a_queued_run_is_cancelled),
		cmocka_unit_test(test_many_devices_are_a_table),
		cmocka_unit_test(test_a_button_that_is_off_says_why),
		cmocka_unit_test(test_approves_the_key_that_was_seen),
		cmocka_unit_test(test_a_token_is_shown_once_and_revoked),
		cmocka_unit_test(test_users_are_made_and_the_last_admin_stays),
		cmocka_unit_test(test_settings_are_saved),
		cmocka_unit_test(test_the_settings_of_a_job_are_kept),
		cmocka_unit_test(test_a_hook_is_tried_as_a_dry_run),
		cmocka_unit_test(
		    test_an_import_is_looked_at_before_it_is_made),
		cmocka_unit_test(test_a_schedule_is_paused_and_run_by_hand),
		cmocka_unit_test(test_tables_filter_sort_and_export),
		cmocka_unit_test(test_guessing_ones_own_password_is_throttled),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
