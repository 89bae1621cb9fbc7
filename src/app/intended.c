#include "app/intended.h"

#include "app/inventory.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define MAX_ATTEMPTS 20

/* Line ends become "\n" (forms send CR LF) and the last line gets one. */
static enum err_code normalise(
    const char *text, size_t len, struct buf *out, struct err *e)
{
	const char *end = text + len;

	while (text < end) {
		const char *cr = memchr(text, '\r', (size_t)(end - text));
		const char *stop = cr ? cr : end;

		buf_add(out, text, (size_t)(stop - text));
		if (cr && (cr + 1 == end || cr[1] != '\n'))
			buf_putc(out, '\n');
		text = cr ? cr + 1 : end;
	}
	if (out->len && out->data[out->len - 1] != '\n')
		buf_putc(out, '\n');
	return buf_check(out, "the configuration", e);
}

enum err_code intended_clean(
    const char *text, size_t len, struct buf *out, struct err *e)
{
	enum err_code rc = normalise(text, len, out, e);

	if (rc != ERR_OK)
		return rc;
	if (strspn(buf_text(out), " \t\n") == out->len)
		return err_set(e, ERR_INVALID, "the configuration is empty");
	if (!utf8_is_valid(buf_text(out), out->len))
		return err_set(
		    e, ERR_INVALID, "the configuration is not valid UTF-8");
	if (!text_has_no_control(buf_text(out), out->len, true))
		return err_set(e, ERR_INVALID,
		    "the configuration contains control characters");
	return ERR_OK;
}

bool intended_by_hand(const struct snapshot *s, const struct record *device)
{
	const char *from = record_text(device, DEVICE_INTENDED_FROM);
	struct blob_id blob;

	if (*from)
		return strcmp(from, "hand") == 0;
	return snapshot_config(s, PATH_INTENDED, record_key(device), &blob);
}

/* An edit that the next generation would undo is refused before it is lost. */
static enum err_code check_kept_by_hand(
    const struct record *device, struct err *e)
{
	if (strcmp(record_text(device, DEVICE_INTENDED_FROM), "template") != 0)
		return ERR_OK;
	return err_set(e, ERR_CONFLICT,
	    "the intended configuration of %s is generated: change its "
	    "template "
	    "or context, or set intended_from to \"hand\" first; nothing was "
	    "saved",
	    record_key(device));
}

static enum err_code commit_intended(const struct app *app,
    const struct actor *actor, const struct record *device,
    const struct buf *text, const struct blob_id *expect,
    struct inventory_result *ret, struct err *e)
{
	const char *name = record_key(device);
	char path[PATH_MAX_PATH], subject[128];
	struct store_trailer trailers[] = {
		{ "Actor", actor->name },
		{ "Trigger", run_trigger_words[actor->via] },
		{ "Action", "intended" },
		{ "Device", name },
	};
	struct store_message m = { .author = actor->name,
		.subject = subject,
		.trailers = trailers,
		.n_trailers = 4 };
	struct store_txn *t;
	enum err_code rc;

	path_of_config(
	    PATH_INTENDED, record_text(device, DEVICE_AREA), name, path);
	snprintf(subject, sizeof(subject),
	    "Set the intended configuration of %s", name);
	rc = store_txn_begin(app->store, STORE_MAIN, &t, e);
	if (rc != ERR_OK)
		return rc;
	rc = store_txn_put(t, path, buf_text(text), text->len,
	    expect ? store_expect_blob(expect) : STORE_ANY, e);
	if (rc == ERR_OK)
		rc =
		    store_txn_require(t, record_path(device), STORE_PRESENT, e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	return store_txn_commit(t, &m, &ret->commit, &ret->changed, e);
}

/* *retry: the device was moved under us, its file with it. */
static enum err_code put_once(const struct app *app, const struct actor *actor,
    const char *device, const struct buf *text, const struct blob_id *expect,
    struct inventory_result *ret, bool *retry, struct err *e)
{
	const struct snapshot *s, *after;
	const struct record *r, *moved;
	enum err_code rc = snapshots_current(app->snapshots, &s, e);

	*retry = false;
	if (rc != ERR_OK)
		return rc;
	r = snapshot_find(s, KIND_DEVICE, device);
	if (!r)
		rc = err_set(
		    e, ERR_NOT_FOUND, "there is no device \"%.100s\"", device);
	else
		rc = check_kept_by_hand(r, e);
	if (rc == ERR_OK)
		rc = commit_intended(app, actor, r, text, expect, ret, e);
	if (rc == ERR_STALE &&
	    snapshots_current(app->snapshots, &after, NULL) == ERR_OK) {
		moved = snapshot_find(after, KIND_DEVICE, device);
		*retry =
		    !moved || strcmp(record_path(moved), record_path(r)) != 0;
		snapshot_unref(after);
	}
	snapshot_unref(s);
	return rc;
}

enum err_code inventory_put_intended(const struct app *app,
    const struct actor *actor, const char *device, const char *text, size_t len,
    const struct blob_id *expect, struct inventory_result *ret, struct err *e)
{
	struct buf whole = BUF_INIT(INTENDED_MAX);
	struct inventory_result result = { 0 };
	enum err_code rc;
	bool retry;

	rc = actor_require(actor, MAY_EDIT, e);
	if (rc == ERR_OK)
		rc = intended_clean(text, len, &whole, e);
	retry = rc == ERR_OK;
	for (int i = 0; retry && i < MAX_ATTEMPTS; i++)
		rc = put_once(
		    app, actor, device, &whole, expect, &result, &retry, e);
	if (rc == ERR_OK)
		*ret = result;
	buf_release(&whole);
	return rc;
}
