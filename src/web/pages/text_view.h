/*
 * Configurations as numbered lines.
 */
#ifndef WEB_PAGES_TEXT_VIEW_H
#define WEB_PAGES_TEXT_VIEW_H

#include "base/arena.h"
#include "jinja/value.h"

#define TEXT_VIEW_MAX_LINES 20000

/* {lines: [text], n, left_out}; the lines are safe to show, still to be
 * escaped as HTML. */
struct jv text_view_lines(struct arena *a, const char *text);

#endif
