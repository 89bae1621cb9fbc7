/*
 * Commits that changed files, as tables of a history show them.
 */
#ifndef WEB_PAGES_HISTORY_ROWS_H
#define WEB_PAGES_HISTORY_ROWS_H

#include "web/pages/view.h"

/* [view_history_commit() with files: [{word, what: "added", "removed",
 * "changed" or "moved", has_new, counted, added, removed}]].  words: by the
 * version's `of`. */
struct jv history_rows_view(struct request *r, const struct history_page *page,
    const char *const *words);

#endif
