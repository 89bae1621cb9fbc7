/*
 * What a commit of branch main changed, file by file, as differences.
 */
#ifndef WEB_PAGES_COMMIT_VIEW_H
#define WEB_PAGES_COMMIT_VIEW_H

#include "web/pages/view.h"

#define COMMIT_VIEW_MAX_FILES 40

struct commit_view {
	struct commit_id id;
	struct commit_id parent;
	struct jv commit;   /* view_commit() with `body`: the whole message */
	const char *device; /* trailers; "" if absent */
	const char *renamed_from;
};

/* ERR_NOT_FOUND if the text is no commit of the store. */
enum err_code commit_view_read(struct request *r, const char *text,
    struct commit_view *ret, struct err *e) must_check;

/* [{path, old_path, label, what: "added" | "removed" | "changed" | "moved",
 * diff, part, has_new, device}].  names: only files of these devices (NULL
 * ends); NULL: all files. */
enum err_code commit_view_files(struct request *r, const struct commit_view *c,
    const char *const *names, struct jv *ret, struct err *e) must_check;

#endif
