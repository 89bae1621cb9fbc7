/*
 * The portal of fixture.h with the pages' own templates, and short ways to ask
 * for pages and look into them.
 */
#ifndef TESTS_UNIT_WEB_PAGE_FIXTURE_H
#define TESTS_UNIT_WEB_PAGE_FIXTURE_H

#include "unit/web/fixture.h"

#include "web/web.h"

#define FORM "application/x-www-form-urlencoded"

static inline int open_pages(void **state)
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

static inline void assert_goes_to(
    const struct exchange_reply *reply, const char *where)
{
	char location[300];

	assert_status(*reply, 303);
	take_header(reply, "Location", location, sizeof(location));
	assert_string_equal(location, where);
}

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

#endif
