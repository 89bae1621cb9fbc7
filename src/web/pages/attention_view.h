/*
 * What the dashboard says of runs: devices that drifted from what is intended,
 * backups that were put aside, runs in hand, and how far a new portal has come.
 */
#ifndef WEB_PAGES_ATTENTION_VIEW_H
#define WEB_PAGES_ATTENTION_VIEW_H

#include "web/pages/view.h"

/* The newest comparison: {id, time, changed, all}; none if there was none, or
 * it has not ended.  *ret_changed: changed, or 0. */
struct jv attention_drift(struct request *r, size_t *ret_changed);

/* {device, run, time} of devices whose newest reading, among these runs, was
 * put aside.  runs: newest first. */
struct jv attention_quarantined(
    struct request *r, const json_t *runs, size_t max);

/* How many of these runs have not ended. */
size_t attention_in_hand(const json_t *runs);

/* The steps of a new portal, in order: {label, why, url, done, next}; none once
 * it has more devices than one looks at by hand, or all are done. n_backups,
 * n_intended: devices that have one.  runs: newest first. */
struct jv attention_steps(
    struct request *r, const json_t *runs, size_t n_backups, size_t n_intended);

#endif
