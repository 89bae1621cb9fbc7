/*
 * Differences as rows for the partial diff.html: line numbers of both sides,
 * a sign, the text with the changed words marked, and at each hunk the
 * sections around it ("router bgp 65001 › address-family ipv4 unicast").
 *
 * All text is taken for a device's: it is made safe to show first, then
 * escaped as HTML; the <mark> elements are the only markup.  Bounded: rows,
 * bytes of a row, words compared; what is left out is said.
 *
 * The view: {rows: [{kind, old, new, sign, html, section, gap}], pairs:
 * [{whole, left, right}] (side by side), split, added, removed, left_out,
 * ignored, empty, looks}, where kind is add, del, same, hunk or note.
 */
#ifndef WEB_PAGES_DIFF_VIEW_H
#define WEB_PAGES_DIFF_VIEW_H

#include "jinja/value.h"
#include "web/pages/diff_look.h"
#include "web/response.h"

/* From a patch in the unified format, or lines with a sign and no hunks.
 * old_text: the left side whole, for the sections; NULL: those that the patch
 * itself names.  The patch must live as long as the view. */
struct jv diff_view_from_patch(struct arena *a, const struct diff_look *look,
    const char *patch, size_t len, const char *old_text);

/* Of two texts. */
enum err_code diff_view_from_texts(struct arena *a,
    const struct diff_look *look, const char *old_text, const char *new_text,
    struct jv *ret, struct err *e) must_check;

/* The answer is the patch between two texts, under these names. */
enum err_code diff_view_send_patch(struct request *r, struct response *out,
    const char *const texts[2], const char *const names[2],
    struct err *e) must_check;

#endif
