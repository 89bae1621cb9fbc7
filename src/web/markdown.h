/*
 * Markdown (CommonMark with tables, by md4c) to HTML for the help pages.
 *
 * The text is ours, and is escaped all the same: raw HTML in it is shown as
 * text.  Links to other documents lead to their help pages.
 */
#ifndef WEB_MARKDOWN_H
#define WEB_MARKDOWN_H

#include "base/buf.h"

#define MARKDOWN_MAX_SECTIONS 64

struct markdown_section {
	char id[80]; /* of the heading: what a link's #fragment names */
	char title[120];
};

struct markdown {
	struct buf html; /* without the first heading */
	char title[120]; /* the first heading of the first level, as text */
	struct markdown_section sections[MARKDOWN_MAX_SECTIONS]; /* second */
	size_t n_sections;
};

/* base: the path that the names of documents are put behind: "/help/". */
enum err_code markdown_render(const char *text, size_t len, const char *base,
    struct markdown *ret, struct err *e) must_check;
void markdown_release(struct markdown *m);

#endif
