/*
 * The audit trail: one timeline over what is (branch main) and what was done
 * (branch runs), newest first, read from the history index.
 */
#ifndef APP_AUDIT_H
#define APP_AUDIT_H

#include "app/app.h"
#include "app/port/history.h"

extern const char *const audit_branch_words[STORE_BRANCHES]; /* "main" … */

struct run_index;

struct audit_query {
	struct history_filter filter;
	/* With filter.device: commits that touched this device's files count
	 * too, whatever their trailer says.  NULL: the trailer alone. */
	const struct record *device;
	/* and runs over several devices, if it is among them.  NULL: nobody
	 * knows */
	struct run_index *runs;
	bool leave_out[STORE_BRANCHES];
	const char *before; /* what `next` was; NULL: the newest */
	size_t limit;
};

struct audit_event {
	enum store_branch branch;
	struct history_commit commit;
};

struct audit_page {
	struct audit_event *events;
	size_t n;
	const char *next; /* NULL: that was all */
};

/* In the arena.  ERR_INVALID if `before` is no cursor. */
enum err_code audit_read(const struct app *app, const struct audit_query *query,
    struct arena *arena, struct audit_page *ret, struct err *e) must_check;

#endif
