/*
 * View models that several pages share: records, runs, commits, times.
 *
 * Everything is made in the request's arena or borrowed from the snapshot,
 * which both outlive the rendering.  Missing memory shows in arena_failed().
 */
#ifndef WEB_PAGES_VIEW_H
#define WEB_PAGES_VIEW_H

#include "app/port/history.h"
#include "domain/record.h"
#include "jinja/value.h"
#include "web/request.h"
#include "web/response.h"
#include "web/router.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A record as an object: its fields by name (lists as lists, booleans as
 * booleans), and `key`, `title`, `named`, `url` ("/devices/r1"), `version` (40
 * digits) and `path` in the store.  NULL gives none. */
struct jv view_record(struct arena *a, const struct record *r);

/* What people call it, as the record's `title` too: "r1"; of a VLAN, whose key
 * is but a path, "VLAN 10 (management) in lab". */
const char *view_record_title(struct arena *a, const struct record *r);
/* The same with its kind: "Area lab". */
const char *view_record_named(struct arena *a, const struct record *r);

/* "/devices/r1", "/vlans/lab/10" */
const char *view_record_url(
    struct arena *a, const struct kind *kind, const char *key);

/* A run document with `title` (of its job), `final`, `live`, `device` (the
 * first one's name) and `dry_run`.  Borrows from `run`.  NULL gives none. */
struct jv view_run(struct arena *a, const json_t *run);
struct jv view_runs(struct arena *a, const json_t *array);

/* id, short, author, time (ISO), subject, and the trailers run, job, trigger,
 * device, result, action; all copied. */
struct jv view_commit(struct arena *a, const struct store_commit *c);
/* The same of a commit in the history index, without action; borrowed. */
struct jv view_history_commit(struct arena *a, const struct history_commit *c);

/* A list of them, in order; NULL ends. */
struct jv view_words(struct arena *a, const char *const *words);

/* The newest commits of branch main. */
enum err_code view_newest_commits(struct request *r, size_t limit,
    struct jv *ret_list, struct err *e) must_check;

/* A commit in the query, 40 digits: *ret_given false if there is none;
 * ERR_INVALID for anything else. */
enum err_code view_query_commit(struct request *r, const char *name,
    struct commit_id *ret, bool *ret_given, struct err *e) must_check;

/* The device of {name}, or ERR_NOT_FOUND with a sentence. */
enum err_code view_find_device(const struct request *r,
    const struct record **ret, struct err *e) must_check;

/* 303 to a path made by printf in the arena. */
enum err_code view_redirect(struct request *r, struct response *out,
    struct err *e, const char *fmt, ...) printf_like(4, 5) must_check;

#endif
