/*
 * A run's log for people: lines as the page and its live log show them.
 */
#ifndef WEB_PAGES_RUN_VIEW_H
#define WEB_PAGES_RUN_VIEW_H

#include "web/pages/view.h"

#include <jansson.h>

#define RUN_VIEW_MAX_LOG ((size_t)1024 * 1024) /* bytes at once */

/* Log lines above `since`: an array of {n, t, time, level, device, text},
 * where `time` is the local time of day and the text is safe to show (and
 * still to be escaped).  *ret_last: number of the last line, or since. */
enum err_code run_view_log(struct request *r, const char *id, long since,
    json_t **ret, long *ret_last, struct err *e) must_check;

/* The same of the last `keep` lines. */
enum err_code run_view_log_end(struct request *r, const char *id, long keep,
    json_t **ret, long *ret_last, struct err *e) must_check;

/* How far a run over several devices is: {total, done, failed, left,
 * good_percent, bad_percent, rate, eta}; the last two as text, "" if not
 * known. */
struct jv run_view_progress(struct arena *a, const json_t *run);

#endif
