#include "app/teardown.h"

#include "app/inventory.h"
#include "app/render.h"

#include <stdio.h>
#include <string.h>

#define TEMPLATE "teardown.j2" /* below templates/<platform>/ */
#define MAX_CONFIG ((size_t)STORE_MAX_FILE)

static const char *lines_of(
    const struct snapshot *s, const struct record *device)
{
	const struct record *platform = snapshot_find(
	    s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM));

	return platform ? record_text(platform, PLATFORM_TEARDOWN_LINES) : "";
}

const char *teardown_refusal(
    const struct snapshot *s, const struct record *device, char text[256])
{
	const char *platform = record_text(device, DEVICE_PLATFORM);
	char name[PATH_MAX_KEY];
	struct blob_id blob;

	snprintf(name, sizeof(name), "%s/" TEMPLATE, platform);
	if ((*platform && snapshot_template(s, name, &blob)) ||
	    *lines_of(s, device))
		return NULL;
	snprintf(text, 256,
	    "There is no templates/%s/" TEMPLATE ", and the platform has no "
	    "teardown lines: nobody has said what is to be taken off %s.",
	    platform, record_key(device));
	return text;
}

enum err_code teardown_make(const struct app *app, const struct snapshot *s,
    const struct record *device, struct buf *out, struct err *e)
{
	const char *lines = lines_of(s, device);
	struct renderer *renderer;
	char text[256];
	enum err_code rc = renderer_new(app->store, s, &renderer, e);

	if (rc != ERR_OK)
		return rc;
	rc = renderer_render_as(renderer, device, TEMPLATE, out, e);
	renderer_free(renderer);
	if (rc != ERR_NOT_FOUND)
		return rc;
	if (teardown_refusal(s, device, text))
		return err_set(
		    e, ERR_CONFLICT, "%s Nothing was started.", text);
	buf_puts(out, lines);
	if (lines[strlen(lines) - 1] != '\n')
		buf_putc(out, '\n');
	return buf_check(out, "the teardown lines", e);
}

/* --- the archive ---------------------------------------------------------- */

static enum err_code put_archived(struct store_txn *t, const char *path,
    const char *text, size_t len, struct err *e)
{
	char to[PATH_MAX_PATH + 16];

	snprintf(to, sizeof(to), "archive/%s", path);
	return store_txn_put(t, to, text, len, STORE_ANY, e);
}

/* text NULL: what the snapshot has. */
static enum err_code move_config(const struct app *app, struct store_txn *t,
    const struct snapshot *s, const struct record *device,
    enum path_config which, const struct buf *text, struct err *e)
{
	struct buf old = BUF_INIT(MAX_CONFIG);
	char path[PATH_MAX_PATH];
	enum err_code rc = ERR_OK;
	struct blob_id blob;
	bool has = snapshot_config(s, which, record_key(device), &blob);

	if (!text && !has)
		return ERR_OK;
	path_of_config(
	    which, record_text(device, DEVICE_AREA), record_key(device), path);
	if (!text)
		rc = store_read_blob(app->store, &blob, &old, e);
	if (rc == ERR_OK)
		rc = put_archived(t, path, buf_text(text ? text : &old),
		    text ? text->len : old.len, e);
	if (rc == ERR_OK)
		rc = store_txn_remove(t, path, STORE_ANY, e);
	buf_release(&old);
	return rc;
}

enum err_code teardown_stage_archive(const struct app *app, struct store_txn *t,
    const struct snapshot *s, const struct record *device,
    const struct buf *backup, struct err *e)
{
	const struct record *hostkey =
	    snapshot_find(s, KIND_HOSTKEY, record_key(device));
	struct blob_id version;
	const char *json;
	enum err_code rc;
	size_t len;

	memcpy(version.raw, record_version(device), sizeof(version.raw));
	json = record_json(device, &len);
	rc = put_archived(t, record_path(device), json, len, e);
	if (rc == ERR_OK)
		rc = store_txn_remove(
		    t, record_path(device), store_expect_blob(&version), e);
	if (rc == ERR_OK)
		rc = move_config(app, t, s, device, PATH_INTENDED, NULL, e);
	if (rc == ERR_OK)
		rc = move_config(app, t, s, device, PATH_BACKUP, backup, e);
	if (rc == ERR_OK)
		rc = move_config(app, t, s, device, PATH_OUTPUTS, NULL, e);
	if (rc == ERR_OK && hostkey)
		rc = store_txn_remove(t, record_path(hostkey), STORE_ANY, e);
	return rc;
}
