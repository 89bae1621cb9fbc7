/*
 * How differences are shown, as the query says: it holds for every difference
 * of a page.
 *
 *   diff=split  context=10 or context=all  space=ignore  volatile=hide
 */
#ifndef WEB_PAGES_DIFF_LOOK_H
#define WEB_PAGES_DIFF_LOOK_H

#include "jinja/value.h"
#include "web/request.h"

struct diff_look {
	bool split;	    /* side by side */
	bool ignore_space;  /* lines that differ in white space alone */
	bool hide_volatile; /* lines that change by themselves */
	size_t context;	    /* lines around a change */
	/* for links that change the look; NULL: there are none */
	struct request *request;
};

#define DIFF_LOOK_PLAIN ((struct diff_look){ .context = 3 })

/* An answer to a form has no links: what was sent would be lost. */
struct diff_look diff_look_read(struct request *r);

/* Groups of {label, url, current}, one of each group being in force. */
struct jv diff_look_view(struct arena *a, const struct diff_look *look);

#endif
