/*
 * The portal of fixture.h with the pages' own templates, and short ways to ask
 * for pages and look into them.
 */
#ifndef TESTS_UNIT_WEB_PAGE_FIXTURE_H
#define TESTS_UNIT_WEB_PAGE_FIXTURE_H

#include "unit/web/open_pages.h"

#define FORM "application/x-www-form-urlencoded"

static inline struct exchange_reply get_as(
    enum fixture_token who, const char *uri)
{
	return ask(&(struct ask){ .uri = uri, .token = portal.tokens[who] });
}

static inline struct exchange_reply get(const char *uri)
{
	return get_as(TOKEN_ADMIN, uri);
}

static inline struct exchange_reply post_as(
    enum fixture_token who, const char *uri, const char *form)
{
	return ask(&(struct ask){ .method = "POST",
	    .uri = uri,
	    .token = portal.tokens[who],
	    .type = FORM,
	    .body = form });
}

static inline struct exchange_reply post(const char *uri, const char *form)
{
	return post_as(TOKEN_ADMIN, uri, form);
}

static inline bool has(const struct exchange_reply *reply, const char *text)
{
	return memmem(reply->body, reply->body_len, text, strlen(text)) != NULL;
}

/* reply: an answer, or the question itself. */
#define assert_has(reply, text)                                  \
	do {                                                     \
		const struct exchange_reply got_ = (reply);      \
		if (!has(&got_, text))                           \
			fail_msg("\"%s\" is not in: %.*s", text, \
			    (int)got_.body_len, got_.body);      \
	} while (0)
#define assert_has_not(reply, text)                          \
	do {                                                 \
		const struct exchange_reply got_ = (reply);  \
		if (has(&got_, text))                        \
			fail_msg("\"%s\" is in: %.*s", text, \
			    (int)got_.body_len, got_.body);  \
	} while (0)

/* The value of the form's hidden field, in a static buffer. */
static inline const char *hidden(
    const struct exchange_reply *reply, const char *name)
{
	static char value[400];
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

/* The version that the form on a page sends back. */
static inline void take_version(
    const struct exchange_reply *reply, char to[STORE_OID_TEXT_SIZE])
{
	assert_true(
	    text_copy(to, STORE_OID_TEXT_SIZE, hidden(reply, "version")));
}

static inline void assert_goes_to(
    const struct exchange_reply *reply, const char *where)
{
	char location[300];

	assert_status(*reply, 303);
	take_header(reply, "Location", location, sizeof(location));
	assert_string_equal(location, where);
}

/* What makes a device one that can be provisioned. */
#define ROUTER "&platform=frr&primary_ip4=192.0.2.9"

/* more: "&tags=a&…" */
static inline void make_device(const char *name, const char *more)
{
	char form[500], where[100];
	struct exchange_reply reply;

	snprintf(
	    form, sizeof(form), "name=%s&status=active&area=lab%s", name, more);
	snprintf(where, sizeof(where), "/devices/%s", name);
	reply = post("/devices/new", form);
	assert_goes_to(&reply, where);
}

/* Puts a file past the pages, as a run would. */
static inline void write_config(const char *path, const char *text)
{
	static const struct store_message message = { .author = "test",
		.subject = "Write" };
	struct commit_id id;
	struct store_txn *t;

	assert_ok(store_txn_begin(portal.web->app.store, STORE_MAIN, &t, e));
	fixture_put(t, path, text);
	assert_ok(store_txn_commit(t, &message, &id, NULL, e));
}

#endif
