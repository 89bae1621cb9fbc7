/*
 * Templates and context files by REST and by their pages: created, changed
 * with the version that was read, refused with the line that is wrong, and
 * rendered for a device without saving.
 */
#include "unit/web/open_pages.h"

#define FORM "application/x-www-form-urlencoded"
#define MAIN "/api/v1/templates/frr/main.j2"
#define GLOBAL "/api/v1/context/global.json"
#define RENDER "/api/v1/devices/r1/render"

static struct exchange_reply send_as(enum fixture_token who, const char *method,
    const char *uri, const char *type, const char *body, const char *if_match)
{
	static char match[100];

	snprintf(
	    match, sizeof(match), "HTTP_IF_MATCH=%s", if_match ? if_match : "");
	return ask(&(struct ask){ .method = method,
	    .uri = uri,
	    .token = portal.tokens[who],
	    .type = type,
	    .body = body,
	    .more = { if_match ? match : NULL } });
}

static struct exchange_reply put_text(
    const char *uri, const char *text, const char *if_match)
{
	return send_as(
	    TOKEN_OPERATOR, "PUT", uri, "text/plain", text, if_match);
}

static struct exchange_reply get(const char *uri)
{
	return send_as(TOKEN_VIEWER, "GET", uri, NULL, NULL, NULL);
}

static struct exchange_reply render(const char *uri, const char *text)
{
	return send_as(TOKEN_OPERATOR, "POST", uri, text ? "text/plain" : NULL,
	    text, NULL);
}

static void assert_has(const struct exchange_reply *reply, const char *text)
{
	if (!memmem(reply->body, reply->body_len, text, strlen(text)))
		fail_msg("\"%s\" is not in: %.*s", text,
		    (int)(reply->body_len < 3000 ? reply->body_len : 3000),
		    reply->body);
}

static void tag_of(const char *uri, char tag[64])
{
	struct exchange_reply reply = get(uri);

	assert_status(reply, 200);
	take_header(&reply, "ETag", tag, 64);
}

/* --- REST ---------------------------------------------------------------- */

static void test_a_template_is_created_changed_deleted(void **state)
{
	struct exchange_reply reply;
	char first[64], second[64];

	(void)state;
	assert_status(get(MAIN), 404);
	assert_status(put_text(MAIN, "hostname {{ device.name }}", NULL), 201);
	tag_of(MAIN, first);
	reply = get(MAIN);
	assert_string_equal(reply.body, "hostname {{ device.name }}\n");
	assert_status(put_text(MAIN, "x", NULL), 428);
	assert_status(put_text(MAIN, "hostname x\n", first), 200);
	assert_status(put_text(MAIN, "hostname y\n", first), 412);
	tag_of(MAIN, second);
	assert_string_not_equal(first, second);
	reply = get("/api/v1/templates");
	assert_has(&reply, "\"name\":\"frr/main.j2\"");
	assert_status(
	    send_as(TOKEN_OPERATOR, "DELETE", MAIN, NULL, NULL, NULL), 428);
	assert_status(
	    send_as(TOKEN_OPERATOR, "DELETE", MAIN, NULL, NULL, second), 204);
	assert_status(get(MAIN), 404);
}

static void test_what_cannot_be_a_template_is_refused(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = put_text(MAIN, "ok\n{% if x %}\n", NULL);
	assert_status(reply, 422);
	assert_has(&reply, "frr/main.j2:");
	assert_has(&reply, "\"template\":\"frr/main.j2\"");
	assert_has(&reply, "\"line\":");
	assert_status(
	    put_text("/api/v1/templates/frr/main.txt", "x", NULL), 422);
	assert_status(put_text("/api/v1/templates/frr/.x.j2", "x", NULL), 422);
	assert_status(put_text(MAIN, "a\001b", NULL), 422);
	assert_status(
	    send_as(TOKEN_VIEWER, "PUT", MAIN, "text/plain", "x", NULL), 403);
	assert_status(get(MAIN), 404);
}

static void test_context_is_one_object(void **state)
{
	struct exchange_reply reply;
	char tag[64];

	(void)state;
	reply = send_as(TOKEN_OPERATOR, "PUT", GLOBAL, "application/json",
	    "{\"b\": 1, \"a\": [2]}", NULL);
	assert_status(reply, 201);
	tag_of(GLOBAL, tag);
	reply = get(GLOBAL);
	/* canonical: sorted, one key a line */
	assert_true(text_starts_with(reply.body, "{\n  \"a\": ["));
	assert_status(send_as(TOKEN_OPERATOR, "PUT", GLOBAL, "application/json",
			  "[1]", tag),
	    422);
	reply = send_as(TOKEN_OPERATOR, "PUT", "/api/v1/context/town/x.json",
	    "application/json", "{}", NULL);
	assert_status(reply, 422);
	assert_has(&reply, "area/");
}

static void test_a_device_is_rendered_without_saving(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = render(RENDER, NULL);
	assert_status(reply, 404);
	assert_has(&reply, "templates/frr/main.j2");
	assert_status(send_as(TOKEN_OPERATOR, "PUT", GLOBAL, "application/json",
			  "{\"ntp\": \"192.0.2.9\"}", NULL),
	    201);
	assert_status(put_text("/api/v1/templates/shared/ntp.j2",
			  "ntp {{ context.ntp }}\n", NULL),
	    201);
	assert_status(put_text(MAIN,
			  "hostname {{ device.name }} {{ device.role }}\n"
			  "{% include 'shared/ntp.j2' %}",
			  NULL),
	    201);
	reply = render(RENDER, NULL);
	assert_status(reply, 200);
	assert_string_equal(reply.body, "hostname r1 router\nntp 192.0.2.9\n");
	/* another text in the template's place */
	reply = render(RENDER "?template=shared/ntp.j2", "clock\n");
	assert_status(reply, 200);
	assert_string_equal(reply.body, "hostname r1 router\nclock\n");
	reply = render(RENDER "?template=shared/ntp.j2", "{{ nobody.x }}\n");
	assert_status(reply, 422);
	assert_has(&reply, "shared/ntp.j2:1:");
	assert_has(&reply, "included from");
	assert_has(&reply, "\"template\":\"shared/ntp.j2\"");
	assert_has(&reply, "\"line\":1");
	assert_has(&reply, "\"column\":4");
	/* and nothing outside templates/ */
	reply = render(
	    RENDER "?template=frr/main.j2", "{% include '../settings.json' %}");
	assert_status(reply, 404);
	reply = get("/api/v1/devices/r1/intended");
	assert_string_equal(reply.body, "hostname r1\nip forwarding\n");
}

/* --- pages --------------------------------------------------------------- */

static struct exchange_reply edit(const char *form)
{
	return send_as(
	    TOKEN_OPERATOR, "POST", "/templates/edit", FORM, form, NULL);
}

static struct exchange_reply delete_template(const char *form)
{
	return send_as(
	    TOKEN_OPERATOR, "POST", "/templates/delete", FORM, form, NULL);
}

static void test_the_editor_previews_before_it_saves(void **state)
{
	struct exchange_reply reply;

	(void)state;
	assert_status(
	    put_text(MAIN, "hostname {{ device.name }}\n", NULL), 201);
	assert_status(ask(&(struct ask){ .method = "PATCH",
			  .uri = "/api/v1/devices/r1",
			  .token = portal.tokens[TOKEN_OPERATOR],
			  .type = "application/json",
			  .body = "{\"intended_from\":\"template\"}",
			  .more = { "HTTP_IF_MATCH=*" } }),
	    200);
	reply = edit("action=preview&name=frr/main.j2&version=x&"
		     "text=hostname+{{+device.name+}}%0D%0Alog+syslog%0D%0A");
	assert_status(reply, 200);
	assert_has(&reply, "Of 1 generated device: <b>1</b> would change");
	assert_has(&reply, "log syslog");
	reply = edit("action=preview&name=frr/main.j2&version=x&"
		     "text={{+device.nothing.x+}}");
	assert_has(&reply, "1 would fail");
	reply = edit("action=preview&name=frr/main.j2&version=x&text={%25+if");
	assert_status(reply, 422);
	assert_has(&reply, "frr/main.j2:1:");
	reply = get(MAIN);
	assert_string_equal(reply.body, "hostname {{ device.name }}\n");
}

static struct exchange_reply get_form(const char *uri)
{
	return send_as(TOKEN_OPERATOR, "GET", uri, NULL, NULL, NULL);
}

static void test_the_editor_saves_and_notices_others(void **state)
{
	struct exchange_reply reply;
	char tag[64], form[300];

	(void)state;
	reply = edit("name=frr/bgp.j2&version=&text=one%0D%0A");
	assert_status(reply, 303);
	assert_string_equal(
	    header(&reply, "Location"), "/templates/frr/bgp.j2");
	tag_of("/api/v1/templates/frr/bgp.j2", tag);
	reply = get_form("/templates/edit?name=frr/bgp.j2");
	snprintf(form, sizeof(form), "name=\"version\" value=\"%.40s\"", tag + 1);
	assert_has(&reply, form);
	/* a new one of that name */
	reply = edit("name=frr/bgp.j2&version=&text=two");
	assert_status(reply, 409);
	assert_has(&reply, "Someone else changed this file");
	assert_has(&reply, "\ntwo</textarea>");
	snprintf(form, sizeof(form), "name=frr/bgp.j2&version=%.40s&text=three",
	    tag + 1);
	assert_status(edit(form), 303);
	assert_status(edit(form), 409);
	reply = get("/templates/frr/bgp.j2");
	assert_status(reply, 200);
	assert_has(&reply, "three");
	tag_of("/api/v1/templates/frr/bgp.j2", tag);
	snprintf(
	    form, sizeof(form), "name=frr/bgp.j2&version=%.40s", tag + 1);
	/* the page asks, and deletes nothing */
	reply = send_as(TOKEN_OPERATOR, "GET",
	    "/templates/delete?name=frr/bgp.j2", NULL, NULL, NULL);
	assert_status(reply, 200);
	assert_has(&reply, "<code>templates/frr/bgp.j2</code>");
	assert_status(get("/templates/frr/bgp.j2"), 200);
	assert_status(get("/templates/delete?name=frr/bgp.j2"), 403);
	assert_status(send_as(TOKEN_OPERATOR, "GET",
			  "/templates/delete?name=frr/none.j2", NULL, NULL,
			  NULL),
	    404);
	/* no version, and one that is no longer the file's */
	assert_status(delete_template("name=frr/bgp.j2"), 409);
	assert_status(
	    delete_template("name=frr/bgp.j2&version="
			    "0123456789012345678901234567890123456789"),
	    409);
	assert_status(get("/templates/frr/bgp.j2"), 200);
	assert_status(delete_template(form), 303);
	assert_status(get("/templates/frr/bgp.j2"), 404);
	assert_status(get("/templates"), 200);
	assert_status(get("/context"), 200);
	assert_status(
	    send_as(TOKEN_VIEWER, "GET", "/templates/edit", NULL, NULL, NULL),
	    403);
}

static void test_pages_show_what_is_rendered(void **state)
{
	struct exchange_reply reply;

	(void)state;
	assert_status(
	    put_text(MAIN, "hostname {{ device.name }}x\n", NULL), 201);
	reply = get("/templates/frr/main.j2?device=r1");
	assert_status(reply, 200);
	assert_has(&reply, "Against the intended configuration");
	reply = get("/templates/frr/main.j2?device=nobody");
	assert_has(&reply, "there is no device &#34;nobody&#34;");
	reply = get("/devices/r1/config?view=rendered");
	assert_status(reply, 200);
	assert_has(&reply, "is kept by hand");
	assert_has(&reply, "hostname r1x");
}

int main(void)
{
#define FRESH(t) cmocka_unit_test_setup_teardown(t, open_pages, portal_close)
	const struct CMUnitTest tests[] = {
		FRESH(test_a_template_is_created_changed_deleted),
		FRESH(test_what_cannot_be_a_template_is_refused),
		FRESH(test_context_is_one_object),
		FRESH(test_a_device_is_rendered_without_saving),
		FRESH(test_the_editor_previews_before_it_saves),
		FRESH(test_the_editor_saves_and_notices_others),
		FRESH(test_pages_show_what_is_rendered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
