/*
 * The only writer of records and intended configurations.
 *
 * Every call is one commit on main with the actor as author and the trailers
 * Actor, Trigger, Action (create, update, rename, delete), and the kind with
 * the key ("Device: r1").  References are checked against the newest snapshot
 * and again at commit time.
 *
 * Stale edits: `expect` is the version (blob id) that the editor saw; NULL
 * where the caller insists on overwriting what is there now.  ERR_STALE means
 * nothing was written.
 *
 * Any thread; several may write at once.
 */
#ifndef APP_INVENTORY_H
#define APP_INVENTORY_H

#include "app/app.h"

/* The permission to write records of a kind. */
enum permission inventory_permission(const struct kind *kind);

/* The trailer that names a record of the kind: "Device". */
#define INVENTORY_TRAILER_SIZE 40
const char *inventory_trailer(
    const struct kind *kind, char key[INVENTORY_TRAILER_SIZE]);

/* What a call did.  `record` is the new version (a reference for the caller;
 * NULL after a delete). */
struct inventory_result {
	struct record *record;
	struct commit_id commit;
	bool changed; /* false: it was so already; no commit was made */
};
void inventory_result_release(struct inventory_result *r);

/* What is to be changed, and into what.  All is borrowed. */
struct inventory_change {
	const struct kind *kind;
	const char *key;	      /* which; of no meaning to a create */
	const struct blob_id *expect; /* the version seen; NULL: any */
	const json_t *object;	      /* all of the record, or the patch */
	struct schema_errors *errors; /* gets errors by field; NULL: nobody
					 asks */
};

/* ERR_INVALID (errors, if given, holds them by field), ERR_CONFLICT if the
 * key is taken, ERR_DENIED. */
enum err_code inventory_create(const struct app *app, const struct actor *actor,
    const struct inventory_change *what, struct inventory_result *ret,
    struct err *e) must_check;

/* As inventory_create() for a record that was there before, with files that
 * went with it: contents that the store has, at paths where nothing is now. */
struct inventory_file {
	char path[PATH_MAX_PATH];
	struct blob_id blob;
};
enum err_code inventory_restore(const struct app *app,
    const struct actor *actor, const struct inventory_change *what,
    const struct inventory_file *files, size_t n_files,
    struct inventory_result *ret, struct err *e) must_check;

/* Replaces the record under `key` by `object` as a whole.  A changed name or
 * area moves its files (record, intended, backup, host key) in the same
 * commit, with the trailer Renamed-From; records that refer to it follow (a
 * VLAN that devices use keeps its id and its area: ERR_INVALID). */
enum err_code inventory_update(const struct app *app, const struct actor *actor,
    const struct inventory_change *what, struct inventory_result *ret,
    struct err *e) must_check;

/* RFC 7396 merge patch of the record, then as inventory_update. */
enum err_code inventory_patch(const struct app *app, const struct actor *actor,
    const struct inventory_change *what, struct inventory_result *ret,
    struct err *e) must_check;

/* ERR_CONFLICT while something refers to it, naming what.  A device's intended
 * and backup files and host keys go with it; the history keeps them. */
enum err_code inventory_delete(const struct app *app, const struct actor *actor,
    const struct inventory_change *what, struct inventory_result *ret,
    struct err *e) must_check;

/* The intended configuration of a device.  Text: UTF-8 without control
 * characters but newline and tab, at most INTENDED_MAX bytes, not blank (to
 * replace by nothing would erase the device); a missing newline at the end is
 * added.  expect NULL: whatever is there.  ERR_INVALID, ERR_LIMIT. */
#define INTENDED_MAX ((size_t)8 * 1024 * 1024)
enum err_code inventory_put_intended(const struct app *app,
    const struct actor *actor, const char *device, const char *text, size_t len,
    const struct blob_id *expect, struct inventory_result *ret,
    struct err *e) must_check;

/* Checks every record of a snapshot on its own and its references.  Calls `fn`
 * for each problem; *ret_n counts them. */
typedef void (*inventory_problem_fn)(
    void *ctx, const char *path, const char *message);
void inventory_check(const struct snapshot *s, inventory_problem_fn fn,
    void *ctx, size_t *ret_n);

#endif
