/*
 * A record that is no more: what it was, who took it away, when and by which
 * commit; and how it comes back.
 */
#ifndef APP_RECORD_PAST_H
#define APP_RECORD_PAST_H

#include "app/file_history.h"
#include "app/inventory.h"

struct record_past {
	struct record *record; /* as it was last; the caller's reference */
	struct history_commit removed; /* by this commit */
	struct commit_id before;       /* the last that had it */
	const char *renamed_to; /* the key that it went on under; NULL: none */
};

/* The last record of this kind and key, if there is none now.  ERR_NOT_FOUND
 * if there never was one, or what was there can be read no more. */
enum err_code record_past_find(const struct app *app, const struct kind *kind,
    const char *key, struct arena *arena, struct record_past *ret,
    struct err *e) must_check;

/* Makes it anew as it was, in one commit (Action: restore); a device with the
 * intended configuration and the backup that went with it, but without its
 * host key, which is to be approved again.  What it refers to must be there:
 * ERR_INVALID with errors by field; ERR_CONFLICT if the key is taken. */
enum err_code record_past_restore(const struct app *app,
    const struct actor *actor, const struct record_past *past,
    struct schema_errors *errors, struct inventory_result *ret,
    struct err *e) must_check;

#endif
