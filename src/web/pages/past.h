/*
 * What is no more: the page that an address of a deleted or renamed record
 * answers with, and the way back.
 */
#ifndef WEB_PAGES_PAST_H
#define WEB_PAGES_PAST_H

#include "web/pages/view.h"

/* The record of the path (record_edit.h), or the last that had its key: then
 * it is r->past. */
enum err_code past_find(
    struct request *r, const struct record **ret, struct err *e) must_check;

/* rc is the error of looking for the record of the path.  If there was one,
 * 410 with who took it away, when, by which commit, and what it was; else rc
 * and `e` as they are. */
enum err_code past_answer(struct request *r, struct response *out,
    enum err_code rc, struct err *e) must_check;

/* POST …/restore: makes it anew as it was. */
enum err_code past_restore_post(
    struct request *r, struct response *out, struct err *e) must_check;

#endif
