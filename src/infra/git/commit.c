#include "infra/git/txn.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOCK_WAIT_MS 30000
/* Somebody who does not take our lock moved the ref: start over from there. */
#define ATTEMPTS 8

/* One try: from the tip to the objects of the new commits. */
struct attempt {
	struct store_txn *t;
	struct git_handle *h;
	struct pending pending;
	struct commit_id tip; /* when it began */
	struct commit_id new_tip;
	uint8_t tree[STORE_OID_SIZE]; /* of new_tip; unset while that is zero */
};

static enum err_code add_commit(struct attempt *a, const struct segment *seg,
    const uint8_t *tree, struct err *e)
{
	struct buf text = BUF_INIT(1 << 20);
	char hex[STORE_OID_TEXT_SIZE];
	size_t len;
	char *data;

	hex_encode(hex, tree, STORE_OID_SIZE);
	buf_printf(&text, "tree %s\n", hex);
	if (!commit_id_is_zero(&a->new_tip)) {
		commit_id_format(&a->new_tip, hex);
		buf_printf(&text, "parent %s\n", hex);
	}
	buf_add(&text, seg->message, seg->message_len);
	if (!buf_ok(&text)) {
		buf_release(&text);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	data = buf_steal(&text, &len);
	return pending_take(
	    &a->pending, GIT_OBJECT_COMMIT, data, len, a->new_tip.raw, e);
}

/* The root alone may be an empty tree. */
static enum err_code empty_root(
    struct attempt *a, struct edit_result *r, struct err *e)
{
	char *nothing = calloc(1, 1);

	if (!nothing)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return pending_take(
	    &a->pending, GIT_OBJECT_TREE, nothing, 0, r->oid, e);
}

static enum err_code apply_segment(
    struct attempt *a, const struct segment *seg, struct err *e)
{
	struct change_span span = { a->t->changes + seg->first, seg->n };
	struct edit_result edited;
	bool first = commit_id_is_zero(&a->new_tip);
	enum err_code rc = edit_apply(
	    a->h, &a->pending, &span, first ? NULL : a->tree, &edited, e);

	if (rc != ERR_OK || (!edited.changed && !(first && a->t->allow_empty)))
		return rc;
	if (edited.empty || !edited.changed)
		rc = empty_root(a, &edited, e);
	if (rc == ERR_OK)
		rc = add_commit(a, seg, edited.oid, e);
	if (rc == ERR_OK)
		memcpy(a->tree, edited.oid, STORE_OID_SIZE);
	return rc;
}

static enum err_code tip_tree(struct attempt *a, struct err *e)
{
	enum err_code rc = commit_tree(a->h, &a->tip, a->tree, e);

	if (rc == ERR_NOT_FOUND)
		return err_set(e, ERR_CORRUPT,
		    "The store lacks the commit that %s names.",
		    store_branch_refs[a->t->branch]);
	return rc;
}

static enum err_code build(struct attempt *a, struct err *e)
{
	enum err_code rc = ref_read(a->t->s, a->t->branch, &a->tip, e);

	if (rc != ERR_OK)
		return rc;
	if (a->t->has_required_tip &&
	    !commit_id_equal(&a->tip, &a->t->required_tip))
		return err_set(e, ERR_STALE,
		    "The store has changed since it was read: nothing was "
		    "written.");
	a->new_tip = a->tip;
	if (!commit_id_is_zero(&a->tip))
		rc = tip_tree(a, e);
	for (size_t i = 0; rc == ERR_OK && i < a->t->n_segments; i++)
		rc = apply_segment(a, &a->t->segments[i], e);
	return rc;
}

static enum err_code write_and_publish(struct attempt *a, struct err *e)
{
	struct store *s = a->t->s;
	char keep[STORE_PATH_SIZE] = "";
	enum err_code rc;

	if (commit_id_equal(&a->tip, &a->new_tip))
		return ERR_OK;
	rc = a->pending.n > STORE_LOOSE_MAX
		 ? pack_write(s, &a->pending, keep, e)
		 : loose_write(s, &a->pending, e);
	if (rc == ERR_OK)
		rc = ref_move(s, a->t->branch, &a->tip, &a->new_tip, e);
	if (*keep)
		unlink(keep);
	return rc;
}

/* *moved: the ref was not where this attempt began. */
static enum err_code attempt_once(struct store_txn *t, struct git_handle *h,
    struct attempt *ret, bool *moved, struct err *e)
{
	struct attempt a = { .t = t, .h = h };
	enum err_code rc = build(&a, e);

	*moved = false;
	if (rc == ERR_OK) {
		rc = write_and_publish(&a, e);
		*moved = rc == ERR_CONFLICT;
	}
	pending_release(&a.pending);
	*ret = a;
	return rc;
}

static enum err_code commit_locked(
    struct store_txn *t, struct attempt *ret, struct err *e)
{
	struct git_handle *h;
	bool moved = true;
	enum err_code rc = handle_take(t->s, &h, e);

	if (rc != ERR_OK)
		return rc;
	for (int i = 0; i < ATTEMPTS && moved; i++)
		rc = attempt_once(t, h, ret, &moved, e);
	handle_give(t->s, h);
	return rc;
}

enum err_code store_lock(const struct store *s, int *ret_fd, struct err *e)
{
	char path[STORE_PATH_SIZE];
	enum err_code rc = store_file_path(s, STORE_LOCK_FILE, path, e);

	if (rc != ERR_OK)
		return rc;
	return file_lock(path, LOCK_WAIT_MS, ret_fd, e);
}

static enum err_code seal_rest(
    struct store_txn *t, const struct store_message *message, struct err *e)
{
	if (message)
		return store_txn_seal(t, message, e);
	if (t->sealed < t->n_changes)
		return err_set(
		    e, ERR_INVALID, "What is staged last has no message.");
	return ERR_OK;
}

enum err_code store_txn_commit(struct store_txn *t,
    const struct store_message *message, struct commit_id *ret,
    bool *ret_changed, struct err *e)
{
	int64_t began_us = clock_mono_us();
	struct attempt done;
	int lock = -1;
	enum err_code rc = seal_rest(t, message, e);

	if (rc == ERR_OK)
		rc = store_check_writable(t->s, e);
	if (rc == ERR_OK)
		rc = store_lock(t->s, &lock, e);
	if (rc == ERR_OK)
		rc = commit_locked(t, &done, e);
	file_unlock(lock);
	if (rc == ERR_OK) {
		*ret = done.new_tip;
		if (ret_changed)
			*ret_changed =
			    !commit_id_equal(&done.tip, &done.new_tip);
		histogram_add(&t->s->commit_times, clock_mono_us() - began_us);
	}
	store_txn_abort(t);
	return rc;
}
