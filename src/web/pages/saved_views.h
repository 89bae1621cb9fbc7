/*
 * Saved views: a table's query under a name that everyone sees.  They are
 * records (KIND_VIEW), so that they are in the history like everything else.
 */
#ifndef WEB_PAGES_SAVED_VIEWS_H
#define WEB_PAGES_SAVED_VIEWS_H

#include "web/pages/view.h"

/* {name, label, url, current} of the table's views, by label. */
struct jv saved_views_of(struct request *r, const char *table);
/* Can there be any? */
bool saved_views_are_kept_of(const char *table);

#endif
