/*
 * Which words of a changed line changed, and lines as safe HTML.
 */
#ifndef WEB_PAGES_DIFF_WORDS_H
#define WEB_PAGES_DIFF_WORDS_H

#include "base/arena.h"
#include "base/buf.h"

/* One line of a device's text as HTML, without marks. */
const char *diff_line_html(struct arena *a, const char *text, size_t len);

/* A removed and the added line in its place; marks the words that differ by
 * <mark>, unless the lines have next to nothing in common. */
struct diff_pair {
	const char *old_text, *new_text;
	size_t old_len, new_len;
	const char *old_html, *new_html; /* results */
};
void diff_pair_html(struct arena *a, struct diff_pair *pair);

#endif
