#include "app/hostkeys.h"

#include "app/hostkey_waiting.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PENDING_MAX ((size_t)16 * 1024)
#define PENDING_PATH 512

static enum err_code pending_path(const struct app *app, const char *device,
    char path[PENDING_PATH], struct err *e)
{
	int n;

	if (!schema_is_name(device, 63))
		return err_set(e, ERR_NOT_FOUND, "there is no such device");
	n = snprintf(path, PENDING_PATH, "%s/pending-hostkeys/%s.json",
	    app->dir, device);
	if (n < 0 || n >= PENDING_PATH)
		return err_set(
		    e, ERR_LIMIT, "the directory's path is too long");
	return ERR_OK;
}

static bool same_type(const char *pub, const char *type)
{
	size_t n = strlen(type);

	return strncmp(pub, type, n) == 0 && pub[n] == ' ';
}

enum pinned { PINNED_NOT, PINNED_OTHER, PINNED_SAME };

static enum pinned find_pinned(
    const struct snapshot *s, const struct hostkey_pending *p)
{
	const struct record *pinned = snapshot_find(s, KIND_HOSTKEY, p->device);
	enum pinned found = PINNED_NOT;

	for (size_t i = 0; pinned && i < record_count(pinned, HOSTKEY_KEYS);
	     i++) {
		const char *key = record_item(pinned, HOSTKEY_KEYS, i);

		if (!same_type(key, p->type))
			continue;
		if (strcmp(key + strlen(p->type) + 1, p->key) == 0)
			return PINNED_SAME;
		found = PINNED_OTHER;
	}
	return found;
}

static enum err_code pending_parse(const json_t *doc, const char *device,
    struct arena *arena, struct hostkey_pending *ret, struct err *e)
{
	struct hostkey_pending p = {
		.device = arena_strdup(arena, device),
		.type = arena_strdup(arena, json_text(doc, "type", "")),
		.key = arena_strdup(arena, json_text(doc, "key", "")),
		.fingerprint =
		    arena_strdup(arena, json_text(doc, "fingerprint", "")),
		.run = arena_strdup(arena, json_text(doc, "run", "")),
	};

	if (arena_failed(arena))
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (!*p.type || !*p.key || !*p.fingerprint)
		return err_set(e, ERR_CORRUPT,
		    "the waiting host key of %s cannot be read", device);
	*ret = p;
	return ERR_OK;
}

/* at: "" if the file does not tell. */
static bool is_elsewhere(
    const struct snapshot *s, const char *device, const char *at)
{
	const struct record *r = snapshot_find(s, KIND_DEVICE, device);
	struct managed target;
	char now[HOSTKEYS_AT_SIZE];

	if (!r || !*at)
		return false;
	managed_find(r,
	    snapshot_find(s, KIND_PLATFORM, record_text(r, DEVICE_PLATFORM)),
	    &target);
	hostkeys_format_at(&target, now);
	return strcmp(now, at) != 0;
}

void hostkeys_format_at(
    const struct managed *target, char text[HOSTKEYS_AT_SIZE])
{
	snprintf(
	    text, HOSTKEYS_AT_SIZE, "%s:%d", target->address, target->port);
}

enum err_code hostkeys_pending(const struct app *app, const struct snapshot *s,
    const char *device, struct arena *arena, struct hostkey_pending *ret,
    struct err *e)
{
	struct buf text = BUF_INIT(PENDING_MAX);
	struct hostkey_pending p;
	char path[PENDING_PATH];
	json_t *doc = NULL;
	enum pinned pinned;
	enum err_code rc;

	if (!hostkey_waiting_may_have(app->waiting, device))
		return err_set(
		    e, ERR_NOT_FOUND, "no host key of %s waits", device);
	if ((rc = pending_path(app, device, path, e)) != ERR_OK ||
	    (rc = file_read_regular(path, &text, e)) != ERR_OK ||
	    (rc = json_read(buf_text(&text), text.len, PENDING_MAX, &doc, e)) !=
		ERR_OK ||
	    (rc = pending_parse(doc, device, arena, &p, e)) != ERR_OK)
		goto out;
	if (is_elsewhere(s, device, json_text(doc, "at", ""))) {
		rc = err_set(e, ERR_NOT_FOUND,
		    "the host key that waited for %s was shown at %s, where it "
		    "is not managed any more",
		    device, json_text(doc, "at", ""));
		goto out;
	}
	/* A crash between pinning and removing the file leaves this. */
	pinned = find_pinned(s, &p);
	if (pinned == PINNED_SAME) {
		rc = err_set(e, ERR_NOT_FOUND,
		    "this host key of %s is pinned already", device);
		goto out;
	}
	p.replaces = pinned == PINNED_OTHER;
	*ret = p;
out:
	json_decref(doc);
	buf_release(&text);
	return rc;
}

static bool device_of_file(const char *file, char device[64])
{
	size_t n = strlen(file);

	if (n < 6 || n - 5 > 63 || strcmp(file + n - 5, ".json") != 0)
		return false;
	memcpy(device, file, n - 5);
	device[n - 5] = '\0';
	return true;
}

struct hostkey_list hostkeys_all_pending(const struct app *app,
    const struct snapshot *s, struct arena *arena, size_t limit)
{
	struct hostkey_list all = {
		.list = arena_alloc(arena, limit * sizeof(*all.list)),
	};
	char path[PENDING_PATH], device[64];
	struct dirent *entry;
	DIR *dir = NULL;
	int len;

	len = snprintf(path, sizeof(path), "%s/pending-hostkeys", app->dir);
	if (all.list && len > 0 && len < (int)sizeof(path))
		dir = opendir(path);
	if (!dir)
		return all;
	while (all.n < limit && (entry = readdir(dir)) != NULL) {
		if (device_of_file(entry->d_name, device) &&
		    snapshot_find(s, KIND_DEVICE, device) &&
		    hostkeys_pending(app, s, device, arena, &all.list[all.n],
			NULL) == ERR_OK)
			all.n++;
	}
	closedir(dir);
	return all;
}

static bool is_settled(const struct app *app, const struct snapshot *s,
    const char *device, struct arena *arena)
{
	struct hostkey_pending p;

	if (!snapshot_find(s, KIND_DEVICE, device))
		return true;
	arena_reset(arena);
	return hostkeys_pending(app, s, device, arena, &p, NULL) ==
	       ERR_NOT_FOUND;
}

void hostkeys_sweep(const struct app *app, const struct snapshot *s)
{
	struct arena *arena = arena_new(64 * 1024);
	char dir_path[PENDING_PATH], path[PENDING_PATH], device[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "%s/pending-hostkeys", app->dir);
	dir = arena ? opendir(dir_path) : NULL;
	while (dir && (entry = readdir(dir)) != NULL) {
		if (device_of_file(entry->d_name, device) &&
		    pending_path(app, device, path, NULL) == ERR_OK &&
		    is_settled(app, s, device, arena))
			(void)unlink(path);
	}
	if (dir)
		closedir(dir);
	arena_free(arena);
}

/* SSH host keys are made together, a TLS certificate is not. */
static bool same_origin(const char *pub, const struct hostkey_pending *p)
{
	return same_type(pub, "x509") == (strcmp(p->type, "x509") == 0);
}

/* The record as it will be: keys of other types, then this one.  A device that
 * shows another key of a pinned type was given new keys: then the others are
 * as old as the one that it replaces. */
static json_t *approved_object(const struct record *pinned,
    const struct hostkey_pending *p, const struct actor *actor)
{
	json_t *keys = json_array();

	for (size_t i = 0; pinned && i < record_count(pinned, HOSTKEY_KEYS);
	     i++) {
		const char *key = record_item(pinned, HOSTKEY_KEYS, i);

		if (!same_type(key, p->type) &&
		    (!p->replaces || !same_origin(key, p)))
			json_array_append_new(keys, json_string(key));
	}
	json_array_append_new(keys, json_sprintf("%s %s", p->type, p->key));
	return json_pack("{s:s, s:o, s:s}", "name", p->device, "keys", keys,
	    "approved_by", actor->name);
}

static enum err_code pin(const struct app *app, const struct actor *actor,
    const struct snapshot *s, const struct hostkey_pending *p, struct err *e)
{
	const struct kind *kind = kind_get(KIND_HOSTKEY);
	const struct record *pinned = snapshot_find(s, KIND_HOSTKEY, p->device);
	struct inventory_result result = { 0 };
	struct blob_id version;
	json_t *object = approved_object(pinned, p, actor);
	enum err_code rc;

	if (!object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (pinned) {
		memcpy(
		    version.raw, record_version(pinned), sizeof(version.raw));
		rc = inventory_update(app, actor,
		    &(struct inventory_change){ .kind = kind,
			.key = p->device,
			.expect = &version,
			.object = object },
		    &result, e);
	} else {
		rc = inventory_create(app, actor,
		    &(struct inventory_change){
			.kind = kind, .object = object },
		    &result, e);
	}
	if (rc == ERR_OK)
		inventory_result_release(&result);
	json_decref(object);
	return rc;
}

/* What waits now must be what the person saw. */
static enum err_code check_seen(
    const struct hostkey_pending *p, const char *fingerprint, struct err *e)
{
	if (strcmp(p->fingerprint, fingerprint) == 0)
		return ERR_OK;
	return err_set(e, ERR_STALE,
	    "another host key of %s waits by now: %s. Nothing was approved; "
	    "compare this one",
	    p->device, p->fingerprint);
}

static enum err_code settle(const struct app *app, const struct actor *actor,
    const char *device, const char *fingerprint, bool approve, struct err *e)
{
	const struct snapshot *s = NULL;
	struct arena *arena = arena_new(64 * 1024);
	struct hostkey_pending p;
	char path[PENDING_PATH];
	enum err_code rc;

	if (!arena)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if ((rc = actor_require(actor, MAY_RUN, e)) != ERR_OK ||
	    (rc = snapshots_current(app->snapshots, &s, e)) != ERR_OK ||
	    (rc = hostkeys_pending(app, s, device, arena, &p, e)) != ERR_OK ||
	    (rc = check_seen(&p, fingerprint, e)) != ERR_OK ||
	    (rc = pending_path(app, device, path, e)) != ERR_OK)
		goto out;
	if (approve && (rc = pin(app, actor, s, &p, e)) != ERR_OK)
		goto out;
	if (unlink(path) != 0 && errno != ENOENT && !approve)
		rc = err_set_errno(
		    e, "the waiting host key of %s stays", device);
out:
	snapshot_unref(s);
	arena_free(arena);
	return rc;
}

enum err_code hostkeys_approve(const struct app *app, const struct actor *actor,
    const char *device, const char *fingerprint, struct err *e)
{
	return settle(app, actor, device, fingerprint, true, e);
}

enum err_code hostkeys_dismiss(const struct app *app, const struct actor *actor,
    const char *device, const char *fingerprint, struct err *e)
{
	return settle(app, actor, device, fingerprint, false, e);
}

const char *hostkeys_fingerprint(struct arena *arena, const char *pub)
{
	struct buf raw = BUF_INIT(PENDING_MAX), text = BUF_INIT(128);
	const char *space = strchr(pub, ' ');
	const char *key = space ? space + 1 : pub;
	const char *result = "";
	uint8_t digest[SHA256_SIZE];

	if (base64_decode_append(&raw, key, strlen(key))) {
		sha256_of(raw.data, raw.len, digest);
		base64_append(&text, digest, sizeof(digest));
		while (text.len > 0 && text.data[text.len - 1] == '=')
			text.data[--text.len] = '\0';
		result = arena_printf(arena, "SHA256:%s", buf_text(&text));
	}
	buf_release(&raw);
	buf_release(&text);
	return result;
}
