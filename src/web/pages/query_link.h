/*
 * Links that keep the state of a page: its query with one parameter changed.
 * All texts are made in the request's arena.
 */
#ifndef WEB_PAGES_QUERY_LINK_H
#define WEB_PAGES_QUERY_LINK_H

#include "jinja/value.h"
#include "web/request.h"

/* `path` with the request's query, one parameter replaced (value NULL: left
 * out); always without the page's number, and without what is empty. */
const char *query_link(
    struct request *r, const char *path, const char *name, const char *value);

/* The query alone, "" if there is none: `name` left out (NULL: nothing). */
const char *query_text(struct request *r, const char *name);

/* {name, value} of each parameter, for hidden fields of a form.  names: those
 * that are kept; NULL: all but `except` and the page's number. */
struct jv query_fields(
    struct request *r, const char *const *names, const char *except);

#endif
