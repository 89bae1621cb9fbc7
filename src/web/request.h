/*
 * One request, decoded and bounded, as a handler sees it.
 *
 * All text lives in the request's arena and goes with it.  A handler runs
 * after the router has checked the method, the permission, the body limit,
 * the CSRF token (pages) or the content type (API).  One thread.
 */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "app/app.h"
#include "base/arena.h"

struct cgi;
struct route;
struct session;
struct web;

enum request_method {
	METHOD_GET, /* HEAD too: the body is dropped when it is sent */
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
};

/* How the actor was identified. */
enum request_auth {
	AUTH_NONE,
	AUTH_SESSION, /* our cookie */
	AUTH_PROXY,   /* identity from nginx */
	AUTH_TOKEN,   /* Bearer */
};

#define REQUEST_MAX_CAPTURES 4

/* What an error response says beyond its error; a handler may fill it in
 * before it returns the code. */
struct problem {
	int status; /* 0: by the error's code (errors.c) */
	const struct schema_errors *errors; /* by field; in the arena */
	json_t *current;   /* the version that stands now; owned */
	json_t *submitted; /* what was sent; owned */
	int retry_after_s; /* 0: no Retry-After */
	bool challenge;	   /* a token was wrong: 401 also on pages */
	const char *allow; /* for 405 */
	bool is_template;  /* the error may name a place in a template */
};

struct request {
	struct web *web;
	const struct app *app;
	const struct snapshot *snapshot; /* pinned for the whole request */
	struct arena *arena;
	const struct route *route;

	enum request_method method;
	bool head;
	const char *path;      /* decoded, checked: "/devices/r1" */
	const char *raw_query; /* as sent, "" if none */
	const char *body;      /* NUL follows */
	size_t body_len;
	const char *content_type; /* without parameters, lower case; "" */
	const char *capture[REQUEST_MAX_CAPTURES]; /* {name} in pattern order */

	struct actor actor; /* role ROLE_NOBODY if not signed in */
	enum request_auth auth;
	const char *csrf_token; /* for the forms of this actor; "" for tokens */
	char id[17];		/* for log lines and error pages */

	const char *remote_addr;       /* of the client, "" if not known */
	const struct session *session; /* AUTH_SESSION: which; else NULL */
	struct problem problem;
	/* A record that is no more, for the pages of its history; released with
	 * the request. */
	const struct record *past;
	struct schema_errors *errors_room; /* see request_errors() */

	const struct cgi *cgi;		  /* see request_header() */
	struct request_pair *query_pairs; /* decoded already */
	size_t n_query;
	struct request_pair *form_pairs;
	size_t n_form;
};

struct request_pair {
	const char *name;
	const char *value;
};

/* A request header by its HTTP name ("If-Match"); NULL if absent. */
const char *request_header(const struct request *r, const char *name);

/* A query parameter or form field, decoded; `fallback` if absent.  Invalid
 * UTF-8 or percent coding was refused with 400 before the handler ran. */
const char *request_query(
    struct request *r, const char *name, const char *fallback);
const char *request_form(
    struct request *r, const char *name, const char *fallback);
/* All query parameters, in order. */
const struct request_pair *request_query_all(struct request *r, size_t *ret_n);

/* The body as a JSON object or value; a new reference. */
enum err_code request_json(
    struct request *r, json_t **ret, struct err *e) must_check;

/* As request_json, but an object is required.  An empty body gives {} if
 * `optional`. */
enum err_code request_json_object(
    struct request *r, bool optional, json_t **ret, struct err *e) must_check;

/* Room for field errors, empty, that lives as long as the request and is shown
 * with the error response (problem.errors). */
struct schema_errors *request_errors(struct request *r);

/* A whole number from the query; ERR_INVALID (400) if it is none or outside
 * min to max. */
enum err_code request_query_number(struct request *r, const char *name,
    long min, long max, long fallback, long *ret, struct err *e) must_check;

/* Answers with this HTTP status instead of the one of the code; fills `e` and
 * returns the code nearest to it. */
enum err_code request_refuse(struct request *r, int status, struct err *e,
    const char *fmt, ...) printf_like(4, 5) must_check;

/* A record's fields from a form, by the schema: checkboxes that are missing
 * are false.  Wrong values are in `errors` and left out of the object; the
 * raw texts stay available by request_form() so that nothing typed is lost. */
json_t *request_form_object(struct request *r, const struct schema *schema,
    struct schema_errors *errors);

/* If-Match: sets *ret_present and the version; all zero for "*", which means
 * whatever is there.  A tag that is not ours, or weak, matches no version.
 * ERR_INVALID (400) if it is no single tag. */
enum err_code request_if_match(const struct request *r, bool *ret_present,
    struct blob_id *ret, struct err *e) must_check;

#endif
