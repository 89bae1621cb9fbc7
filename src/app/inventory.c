#include "app/inventory.h"

#include "app/inventory_internal.h"
#include "app/view_users.h"
#include "base/text.h"
#include "domain/job_holder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Another writer may move the tip between our snapshot and our commit; what
 * depends on the whole tree is then decided again, this often. */
#define MAX_ATTEMPTS 100

#define SUBJECT_SIZE 200

struct change_request {
	const struct app *app;
	const struct actor *actor;
	const char *action; /* "create", … */
	const struct inventory_change *what;
	bool is_patch;
	const struct inventory_file *files; /* that come back with it */
	size_t n_files;
};

void inventory_result_release(struct inventory_result *r)
{
	record_unref(r->record);
	r->record = NULL;
}

enum permission inventory_permission(const struct kind *kind)
{
	switch (kind->id) {
	case KIND_AREA:
	case KIND_ROLE:
	case KIND_PLATFORM:
	case KIND_VLAN:
	case KIND_DEVICE:
	case KIND_IMAGE:
	case KIND_VIEW:
		return MAY_EDIT;
	case KIND_HOSTKEY:
		return MAY_RUN;
	case KIND_NONE:
	case KIND_SECRET:
	case KIND_HOOK:
	case KIND_BUTTON:
	case KIND_USER:
	case KIND_TOKEN:
	case KIND_SETTINGS:
	case KIND_IRONIC:
	case KIND_SCHEDULE:
	case KIND_CHANNEL:
	case KIND_JOB:
	case KIND_COUNT:
		break;
	}
	return MAY_ADMIN;
}

/* --- commit messages ----------------------------------------------------- */

static void describe_changed_fields(
    const struct record *old, const struct record *now, char *text, size_t size)
{
	const struct schema *schema = &record_kind(now)->schema;
	json_t *a = record_to_json(old), *b = record_to_json(now);
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; a && b && i < schema->n_fields; i++) {
		const char *name = schema->fields[i].name;
		json_t *x = json_object_get(a, name);
		json_t *y = json_object_get(b, name);
		int n;

		if (x == y || (x && y && json_equal(x, y)))
			continue;
		n = snprintf(
		    text + used, size - used, "%s%s", used ? ", " : ": ", name);
		if (n < 0 || (size_t)n >= size - used)
			break;
		used += (size_t)n;
	}
	json_decref(a);
	json_decref(b);
}

static void make_subject(char subject[SUBJECT_SIZE], const char *action,
    const struct kind *kind, const struct record *old, const struct record *now)
{
	const char *key = record_key(old ? old : now);
	char more[100] = "";

	if (old && now && strcmp(key, record_key(now)) != 0)
		snprintf(more, sizeof(more), " to %s", record_key(now));
	else if (old && now)
		describe_changed_fields(old, now, more, sizeof(more));
	snprintf(subject, SUBJECT_SIZE, "%c%s %s %s%s", action[0] - 'a' + 'A',
	    action + 1, kind->name, key, more);
}

static const char *renamed_from(const struct record *old,
    const struct record *now, char value[PATH_MAX_PATH])
{
	if (!old || !now || strcmp(record_path(old), record_path(now)) == 0)
		return NULL;
	if (record_kind(old)->id == KIND_AREA)
		snprintf(value, PATH_MAX_PATH, "devices/%s/", record_key(old));
	else
		text_copy(value, PATH_MAX_PATH, record_path(old));
	return value;
}

/* A trailer's key has no spaces: "API token" is written API-token.  A host key
 * is its device's. */
const char *inventory_trailer(
    const struct kind *kind, char key[INVENTORY_TRAILER_SIZE])
{
	if (kind->id == KIND_HOSTKEY)
		kind = kind_get(KIND_DEVICE);
	text_copy(key, INVENTORY_TRAILER_SIZE, kind->title);
	for (char *p = key; *p; p++) {
		if (*p == ' ')
			*p = '-';
	}
	return key;
}

static enum err_code commit_change(struct store_txn *t,
    const struct change_request *rq, const struct record *old,
    const struct record *now, struct inventory_result *ret, struct err *e)
{
	char subject[SUBJECT_SIZE], old_path[PATH_MAX_PATH];
	char key[INVENTORY_TRAILER_SIZE];
	const char *action = rq->action;
	struct store_trailer trailers[5];
	struct store_message m = {
		.author = rq->actor->name,
		.subject = subject,
		.trailers = trailers,
	};
	const char *renamed = renamed_from(old, now, old_path);

	if (renamed)
		action = strcmp(record_key(old), record_key(now)) == 0
			     ? "move"
			     : "rename";
	make_subject(subject, action, rq->what->kind, old, now);
	trailers[m.n_trailers++] =
	    (struct store_trailer){ "Actor", rq->actor->name };
	trailers[m.n_trailers++] = (struct store_trailer){ "Trigger",
		run_trigger_words[rq->actor->via] };
	trailers[m.n_trailers++] = (struct store_trailer){ "Action", action };
	trailers[m.n_trailers++] =
	    (struct store_trailer){ inventory_trailer(rq->what->kind, key),
		    record_key(now ? now : old) };
	if (renamed)
		trailers[m.n_trailers++] =
		    (struct store_trailer){ "Renamed-From", renamed };
	return store_txn_commit(t, &m, &ret->commit, &ret->changed, e);
}

/* --- one attempt --------------------------------------------------------- */

static enum err_code not_found(
    const struct kind *kind, const char *key, struct err *e)
{
	return err_set(
	    e, ERR_NOT_FOUND, "there is no %s \"%.100s\"", kind->name, key);
}

static enum err_code stale(
    const struct kind *kind, const char *key, struct err *e)
{
	return err_set(e, ERR_STALE,
	    "%s %s was changed by someone else since you read it; nothing was "
	    "saved",
	    kind->name, key);
}

static enum err_code find_old(const struct change_request *rq,
    const struct snapshot *s, const struct record **ret, struct err *e)
{
	const struct record *old;

	*ret = NULL;
	if (!rq->what->key)
		return ERR_OK;
	old = snapshot_find(s, rq->what->kind->id, rq->what->key);
	if (!old)
		return not_found(rq->what->kind, rq->what->key, e);
	if (rq->what->expect && memcmp(rq->what->expect->raw,
				    record_version(old), STORE_OID_SIZE) != 0)
		return stale(rq->what->kind, rq->what->key, e);
	*ret = old;
	return ERR_OK;
}

/* RFC 7396: members of the patch replace, null removes, an object is itself a
 * patch of what is there, or of an empty object. */
static void merge_patch(json_t *target, const json_t *patch)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)patch, name, v)
	{
		json_t *old = json_object_get(target, name);

		if (json_is_null(v)) {
			json_object_del(target, name);
		} else if (!json_is_object(v)) {
			json_object_set(target, name, v);
		} else {
			if (!json_is_object(old)) {
				old = json_object();
				json_object_set_new(target, name, old);
			}
			merge_patch(old, v);
		}
	}
}

static json_t *wanted_object(
    const struct change_request *rq, const struct record *old)
{
	json_t *merged;

	if (!rq->is_patch)
		return json_incref((json_t *)(uintptr_t)rq->what->object);
	merged = record_to_json(old);
	if (merged)
		merge_patch(merged, rq->what->object);
	return merged;
}

/* Checks fields, references and that the new key is free. */
static enum err_code make_record(const struct change_request *rq,
    const struct snapshot *s, const struct record *old, struct record **ret,
    struct err *e)
{
	struct schema_errors local = { 0 };
	struct schema_errors *errors =
	    rq->what->errors ? rq->what->errors : &local;
	struct record *r = NULL;
	json_t *object = wanted_object(rq, old);
	enum err_code rc;

	if (!object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	errors->n = 0;
	schema_check(&rq->what->kind->schema, object, errors);
	rc = schema_errors_check(errors, e);
	if (rc == ERR_OK)
		rc = record_new(rq->what->kind, object, NULL, &r, e);
	json_decref(object);
	if (rc != ERR_OK)
		return rc;
	inventory_check_references(s, old, r, errors);
	if (strcmp(rq->action, "restore") != 0)
		inventory_check_actor(s, rq->actor, old, r, errors);
	rc = schema_errors_check(errors, e);
	if (rc == ERR_OK && (!old || strcmp(record_key(old), record_key(r))) &&
	    snapshot_find(s, rq->what->kind->id, record_key(r)))
		rc = err_set(e, ERR_CONFLICT,
		    "there is a %s \"%s\" already; nothing was saved",
		    rq->what->kind->name, record_key(r));
	if (rc != ERR_OK) {
		record_unref(r);
		return rc;
	}
	*ret = r;
	return ERR_OK;
}

/* A name that must be free in all areas; an area that must not come to lie
 * inside itself; VLANs that a device finds in the areas around it; who uses a
 * view, and what the parameters of a job name. */
static bool depends_on_whole_tree(
    const struct record *old, const struct record *now)
{
	if (!old || strcmp(record_path(old), record_path(now)) != 0)
		return true;
	return record_kind(now)->id == KIND_AREA ||
	       record_kind(now)->id == KIND_VIEW ||
	       job_holder_of(record_kind(now)->id) ||
	       (record_kind(now)->id == KIND_DEVICE &&
		   record_count(now, DEVICE_VLANS) > 0);
}

/* *retry: the tip moved under us, not the caller's version. */
static enum err_code change_once(const struct change_request *rq,
    const struct snapshot *s, struct inventory_result *ret, bool *retry,
    struct err *e)
{
	struct inventory_result result = { 0 };
	const struct record *old;
	struct record *now = NULL;
	struct store_txn *t = NULL;
	enum err_code rc;

	if ((rc = find_old(rq, s, &old, e)) != ERR_OK ||
	    (rc = make_record(rq, s, old, &now, e)) != ERR_OK ||
	    (rc = store_txn_begin(rq->app->store, STORE_MAIN, &t, e)) != ERR_OK)
		goto out;
	if (depends_on_whole_tree(old, now))
		store_txn_require_tip(t, snapshot_commit(s));
	rc = inventory_stage(t, rq->app, s, old, now, e);
	for (size_t i = 0; i < rq->n_files && rc == ERR_OK; i++)
		rc = inventory_stage_file(t, rq->app, &rq->files[i], e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		goto out;
	}
	rc = commit_change(t, rq, old, now, &result, e);
	*retry = rc == ERR_STALE;
	if (rc != ERR_OK)
		goto out;
	result.record = now;
	*ret = result;
	return ERR_OK;
out:
	record_unref(now);
	return rc;
}

/* A new record does not know its blob id until it is stored; give back the
 * one that the snapshot made of it. */
static enum err_code with_version(const struct change_request *rq,
    struct inventory_result *ret, struct err *e)
{
	const char *json;
	size_t len;
	struct blob_id id;
	struct record *versioned;
	enum err_code rc;

	json = record_json(ret->record, &len);
	blob_id_of(json, len, &id);
	rc = record_parse(rq->what->kind, json, len, id.raw, &versioned, e);
	if (rc != ERR_OK)
		return rc;
	record_unref(ret->record);
	ret->record = versioned;
	return ERR_OK;
}

static enum err_code change(const struct change_request *rq,
    struct inventory_result *ret, struct err *e)
{
	enum err_code rc;

	rc = actor_require(rq->actor, inventory_permission(rq->what->kind), e);
	for (int attempt = 0; rc == ERR_OK; attempt++) {
		const struct snapshot *s;
		bool retry = false;

		rc = snapshots_current(rq->app->snapshots, &s, e);
		if (rc != ERR_OK)
			break;
		rc = change_once(rq, s, ret, &retry, e);
		snapshot_unref(s);
		if (rc == ERR_OK)
			return with_version(rq, ret, e);
		/* where the caller expects a version and the record itself was
		 * changed, find_old() says so at the next attempt */
		if (retry && attempt < MAX_ATTEMPTS)
			rc = ERR_OK;
	}
	return rc;
}

/* --- the calls ----------------------------------------------------------- */

enum err_code inventory_create(const struct app *app, const struct actor *actor,
    const struct inventory_change *what, struct inventory_result *ret,
    struct err *e)
{
	struct inventory_change new = { .kind = what->kind,
		.object = what->object,
		.errors = what->errors };
	struct change_request rq = { app, actor, "create", &new, false, NULL,
		0 };

	return change(&rq, ret, e);
}

enum err_code inventory_restore(const struct app *app,
    const struct actor *actor, const struct inventory_change *what,
    const struct inventory_file *files, size_t n_files,
    struct inventory_result *ret, struct err *e)
{
	struct change_request rq = { app, actor, "restore", what, false, files,
		n_files };

	return change(&rq, ret, e);
}

enum err_code inventory_update(const struct app *app, const struct actor *actor,
    const struct inventory_change *what, struct inventory_result *ret,
    struct err *e)
{
	struct change_request rq = { app, actor, "update", what, false, NULL,
		0 };

	return change(&rq, ret, e);
}

enum err_code inventory_patch(const struct app *app, const struct actor *actor,
    const struct inventory_change *what, struct inventory_result *ret,
    struct err *e)
{
	struct change_request rq = { app, actor, "update", what, true, NULL,
		0 };

	if (!json_is_object(what->object))
		return err_set(e, ERR_INVALID, "a patch is a JSON object");
	return change(&rq, ret, e);
}

/* ERR_CONFLICT with the names of those that would be left without it. */
static enum err_code check_unused(
    const struct change_request *rq, const struct snapshot *s, struct err *e)
{
	const struct kind *kind = rq->what->kind;
	char users[VIEW_USERS_TEXT] = "";
	const struct field *field;
	const struct record *by =
	    snapshot_referrer(s, kind->id, rq->what->key, &field);

	if (kind->id == KIND_VIEW)
		view_users_text(s, rq->what->key, users);
	if (*users)
		return err_set(e, ERR_CONFLICT,
		    "view %s cannot be deleted: %s choose devices by it; "
		    "nothing was deleted",
		    rq->what->key, users);
	if (by)
		return err_set(e, ERR_CONFLICT,
		    "%s %s cannot be deleted: %s %s refers to it (%s); nothing "
		    "was deleted",
		    kind->name, rq->what->key, record_kind(by)->name,
		    record_key(by), field->name);
	return ERR_OK;
}

static enum err_code delete_once(const struct change_request *rq,
    const struct snapshot *s, struct inventory_result *ret, bool *retry,
    struct err *e)
{
	struct inventory_result result = { 0 };
	const struct record *old;
	struct store_txn *t;
	struct blob_id version;
	enum err_code rc;

	if ((rc = find_old(rq, s, &old, e)) != ERR_OK)
		return rc;
	if ((rc = check_unused(rq, s, e)) != ERR_OK)
		return rc;
	if ((rc = store_txn_begin(rq->app->store, STORE_MAIN, &t, e)) != ERR_OK)
		return rc;
	store_txn_require_tip(t, snapshot_commit(s));
	memcpy(version.raw, record_version(old), STORE_OID_SIZE);
	rc = store_txn_remove(
	    t, record_path(old), store_expect_blob(&version), e);
	if (rc == ERR_OK && rq->what->kind->id == KIND_DEVICE)
		rc = inventory_stage_device_files(t, s, old, e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	rc = commit_change(t, rq, old, NULL, &result, e);
	*retry = rc == ERR_STALE;
	if (rc == ERR_OK)
		*ret = result;
	return rc;
}

enum err_code inventory_delete(const struct app *app, const struct actor *actor,
    const struct inventory_change *what, struct inventory_result *ret,
    struct err *e)
{
	struct change_request rq = { app, actor, "delete", what, false, NULL,
		0 };
	enum err_code rc =
	    actor_require(actor, inventory_permission(what->kind), e);

	for (int attempt = 0; rc == ERR_OK; attempt++) {
		const struct snapshot *s;
		bool retry = false;

		rc = snapshots_current(app->snapshots, &s, e);
		if (rc != ERR_OK)
			return rc;
		rc = delete_once(&rq, s, ret, &retry, e);
		snapshot_unref(s);
		if (rc == ERR_OK)
			return ERR_OK;
		if (retry && attempt < MAX_ATTEMPTS)
			rc = ERR_OK;
	}
	return rc;
}
