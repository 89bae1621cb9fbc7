#include "app/inventory_internal.h"

#include "domain/job_holder.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CONFIG ((size_t)STORE_MAX_FILE)

static enum err_code put_record(struct store_txn *t, const struct record *old,
    const struct record *now, struct err *e)
{
	struct blob_id version;
	struct store_expect expect = STORE_ABSENT;
	const char *json;
	size_t len;
	enum err_code rc = ERR_OK;
	bool moves = old && strcmp(record_path(old), record_path(now)) != 0;

	if (old) {
		memcpy(version.raw, record_version(old), STORE_OID_SIZE);
		expect = store_expect_blob(&version);
	}
	if (moves) {
		rc = store_txn_remove(t, record_path(old), expect, e);
		expect = STORE_ABSENT;
	}
	json = record_json(now, &len);
	if (rc == ERR_OK)
		rc = store_txn_put(t, record_path(now), json, len, expect, e);
	return rc;
}

/* --- a device's files ----------------------------------------------------- */

static enum err_code move_config(struct store_txn *t, const struct app *app,
    const struct snapshot *s, enum path_config which, const struct record *old,
    const struct record *now, struct err *e)
{
	char from[PATH_MAX_PATH], to[PATH_MAX_PATH];
	struct buf text = BUF_INIT(MAX_CONFIG);
	struct blob_id blob;
	enum err_code rc;

	if (!snapshot_config(s, which, record_key(old), &blob))
		return ERR_OK;
	path_of_config(
	    which, record_text(old, DEVICE_AREA), record_key(old), from);
	path_of_config(
	    which, record_text(now, DEVICE_AREA), record_key(now), to);
	rc = store_read_blob(app->store, &blob, &text, e);
	if (rc == ERR_OK)
		rc = store_txn_remove(t, from, store_expect_blob(&blob), e);
	if (rc == ERR_OK)
		rc = store_txn_put(
		    t, to, buf_text(&text), text.len, STORE_ABSENT, e);
	buf_release(&text);
	return rc;
}

static enum err_code move_hostkey(struct store_txn *t, const struct snapshot *s,
    const struct record *old, const struct record *now, struct err *e)
{
	const struct record *key =
	    snapshot_find(s, KIND_HOSTKEY, record_key(old));
	struct record *moved = NULL;
	json_t *object;
	enum err_code rc;

	if (!key || strcmp(record_key(old), record_key(now)) == 0)
		return ERR_OK;
	object = record_to_json(key);
	if (!object || json_object_set_new(
			   object, "name", json_string(record_key(now))) != 0)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else
		rc =
		    record_new(kind_get(KIND_HOSTKEY), object, NULL, &moved, e);
	json_decref(object);
	if (rc == ERR_OK)
		rc = put_record(t, key, moved, e);
	record_unref(moved);
	return rc;
}

static enum err_code move_device_files(struct store_txn *t,
    const struct app *app, const struct snapshot *s, const struct record *old,
    const struct record *now, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (int which = 0; which < PATH_CONFIGS && rc == ERR_OK; which++)
		rc = move_config(
		    t, app, s, (enum path_config)which, old, now, e);
	if (rc == ERR_OK)
		rc = move_hostkey(t, s, old, now, e);
	return rc;
}

enum err_code inventory_stage_device_files(struct store_txn *t,
    const struct snapshot *s, const struct record *device, struct err *e)
{
	const struct record *key =
	    snapshot_find(s, KIND_HOSTKEY, record_key(device));
	enum err_code rc = ERR_OK;

	for (int which = 0; which < PATH_CONFIGS; which++) {
		char path[PATH_MAX_PATH];
		struct blob_id blob;

		if (rc != ERR_OK || !snapshot_config(s, (enum path_config)which,
					record_key(device), &blob))
			continue;
		path_of_config((enum path_config)which,
		    record_text(device, DEVICE_AREA), record_key(device), path);
		rc = store_txn_remove(t, path, store_expect_blob(&blob), e);
	}
	if (rc == ERR_OK && key)
		rc = store_txn_remove(t, record_path(key), STORE_ANY, e);
	return rc;
}

enum err_code inventory_stage_file(struct store_txn *t, const struct app *app,
    const struct inventory_file *file, struct err *e)
{
	struct buf text = BUF_INIT((size_t)STORE_MAX_FILE);
	enum err_code rc = store_read_blob(app->store, &file->blob, &text, e);

	if (rc == ERR_OK)
		rc = store_txn_put(
		    t, file->path, buf_text(&text), text.len, STORE_ABSENT, e);
	buf_release(&text);
	return rc;
}

/* --- records that refer to a renamed one --------------------------------- */

static bool rewrite_list(json_t *list, const char *old_key, const char *new_key)
{
	bool changed = false;
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (strcmp(json_string_value(item), old_key) != 0)
			continue;
		json_array_set_new(list, i, json_string(new_key));
		changed = true;
	}
	return changed;
}

/* Replaces the old key by the new one wherever the object refers to it. */
static bool rewrite_references(const struct schema *schema, json_t *object,
    enum kind_id kind, const char *old_key, const char *new_key)
{
	bool changed = false;

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];
		json_t *v = json_object_get(object, f->name);

		if (f->ref != kind || !v)
			continue;
		if (f->type == FIELD_REFS) {
			changed |= rewrite_list(v, old_key, new_key);
		} else if (strcmp(json_string_value(v), old_key) == 0) {
			json_object_set_new(
			    object, f->name, json_string(new_key));
			changed = true;
		}
	}
	return changed;
}

/* The same in what it holds of a job's parameters. */
static bool rewrite_parameters(const struct record *r, json_t *object,
    enum kind_id kind, const char *old_key, const char *new_key)
{
	const struct job_holder *h = job_holder_of(record_kind(r)->id);
	const struct job *job =
	    h ? job_holder_find_job(h, record_text(r, h->job)) : NULL;

	return job &&
	       rewrite_references(&job->parameters,
		   json_object_get(object,
		       record_kind(r)->schema.fields[h->parameters].name),
		   kind, old_key, new_key);
}

static enum err_code stage_referrer(struct store_txn *t, const struct app *app,
    const struct snapshot *s, const struct record *r, json_t *object,
    struct err *e)
{
	struct record *moved;
	enum err_code rc;

	rc = record_new(record_kind(r), object, NULL, &moved, e);
	if (rc != ERR_OK)
		return rc;
	rc = put_record(t, r, moved, e);
	if (rc == ERR_OK && record_kind(r)->id == KIND_DEVICE &&
	    strcmp(record_path(r), record_path(moved)) != 0)
		rc = move_device_files(t, app, s, r, moved, e);
	record_unref(moved);
	return rc;
}

static enum err_code stage_referrers(struct store_txn *t, const struct app *app,
    const struct snapshot *s, const struct record *old,
    const struct record *now, struct err *e)
{
	enum kind_id kind = record_kind(old)->id;
	enum err_code rc = ERR_OK;

	for (int k = 1; k < KIND_COUNT; k++) {
		size_t n;
		const struct record *const *all =
		    snapshot_all(s, (enum kind_id)k, &n);

		for (size_t i = 0; i < n && rc == ERR_OK; i++) {
			json_t *object;
			bool changed;

			if (all[i] == old)
				continue;
			object = record_to_json(all[i]);
			if (!object)
				return err_set(e, ERR_SYSTEM, "out of memory");
			changed = rewrite_references(
			    &kind_get((enum kind_id)k)->schema, object, kind,
			    record_key(old), record_key(now));
			changed |= rewrite_parameters(all[i], object, kind,
			    record_key(old), record_key(now));
			if (changed)
				rc = stage_referrer(
				    t, app, s, all[i], object, e);
			json_decref(object);
		}
	}
	return rc;
}

static enum err_code require(
    struct store_txn *t, const struct record *target, struct err *e)
{
	if (!target)
		return ERR_OK;
	return store_txn_require(t, record_path(target), STORE_PRESENT, e);
}

/* What the record refers to must still be there when it is committed. */
static enum err_code require_targets(struct store_txn *t,
    const struct snapshot *s, const struct record *now, struct err *e)
{
	const struct schema *schema = &record_kind(now)->schema;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < schema->n_fields && rc == ERR_OK; i++) {
		const struct field *f = &schema->fields[i];

		if (f->type == FIELD_REF && record_has(now, (int)i))
			rc = require(t,
			    snapshot_find(s, f->ref, record_text(now, (int)i)),
			    e);
		for (size_t j = 0; f->type == FIELD_REFS && rc == ERR_OK &&
				   j < record_count(now, (int)i);
		     j++)
			rc = require(t,
			    snapshot_find(
				s, f->ref, record_item(now, (int)i, j)),
			    e);
	}
	return rc;
}

enum err_code inventory_stage(struct store_txn *t, const struct app *app,
    const struct snapshot *s, const struct record *old,
    const struct record *new_record, struct err *e)
{
	enum err_code rc = put_record(t, old, new_record, e);

	if (rc == ERR_OK)
		rc = require_targets(t, s, new_record, e);
	if (rc != ERR_OK || !old ||
	    strcmp(record_path(old), record_path(new_record)) == 0)
		return rc;
	if (record_kind(old)->id == KIND_DEVICE)
		rc = move_device_files(t, app, s, old, new_record, e);
	if (rc == ERR_OK && strcmp(record_key(old), record_key(new_record)))
		rc = stage_referrers(t, app, s, old, new_record, e);
	return rc;
}
