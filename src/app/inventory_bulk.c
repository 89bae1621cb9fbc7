#include "app/inventory_bulk.h"

#include "app/inventory_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ATTEMPTS 20
#define LISTED_KEYS 100 /* in the commit's message */

struct bulk_run {
	const struct app *app;
	const struct actor *actor;
	const struct inventory_bulk *bulk;
	struct schema_errors *errors;
	const struct snapshot *s;
	struct store_txn *txn;
	struct buf listed; /* keys, one a line */
	size_t staged;	   /* in the commit that is being put together */
	size_t changed;
};

bool inventory_bulk_takes(const struct kind *kind, const struct field *field)
{
	bool in_key = strcmp(field->name, "name") == 0 ||
		      (kind->key_rule == KEY_AREA_VID &&
			  (strcmp(field->name, "vid") == 0 ||
			      strcmp(field->name, "area") == 0));

	if (kind->key_rule == KEY_AREA_VID && strcmp(field->name, "name") == 0)
		in_key = false;
	return !in_key && !field->hidden && field->type != FIELD_OBJECT &&
	       field->type != FIELD_NAME;
}

/* --- the object that a record becomes ------------------------------------ */

static bool same_item(const json_t *a, const json_t *b)
{
	return json_equal(a, b);
}

static void remove_item(json_t *list, const json_t *item)
{
	for (size_t i = json_array_size(list); i-- > 0;) {
		if (same_item(json_array_get(list, i), item))
			json_array_remove(list, i);
	}
}

/* The record's list under this name, made if there is none. */
static json_t *list_of(json_t *object, const char *name)
{
	json_t *list = json_object_get(object, name);

	if (json_is_array(list))
		return list;
	list = json_array();
	return json_object_set_new(object, name, list) == 0 ? list : NULL;
}

static bool apply_lists(json_t *object, const json_t *changes, bool add)
{
	const char *name;
	json_t *items, *item;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)changes, name, items)
	{
		json_t *list = list_of(object, name);

		if (!list)
			return false;
		json_array_foreach(items, i, item)
		{
			remove_item(list, item);
			if (add && json_array_append(list, item) != 0)
				return false;
		}
	}
	return true;
}

static bool apply_values(json_t *object, const json_t *values)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)values, name, v)
	{
		if (json_is_null(v))
			json_object_del(object, name);
		else if (json_object_set(object, name, v) != 0)
			return false;
	}
	return true;
}

static enum err_code make_record(struct bulk_run *run, const struct record *old,
    struct record **ret, struct err *e)
{
	const struct inventory_bulk *b = run->bulk;
	json_t *object = record_to_json(old);
	struct record *now = NULL;
	enum err_code rc = ERR_OK;

	if (!object || !apply_values(object, b->set) ||
	    !apply_lists(object, b->remove, false) ||
	    !apply_lists(object, b->add, true))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	run->errors->n = 0;
	if (rc == ERR_OK) {
		schema_check(&b->kind->schema, object, run->errors);
		rc = schema_errors_check(run->errors, e);
	}
	if (rc == ERR_OK)
		rc = record_new(b->kind, object, NULL, &now, e);
	json_decref(object);
	if (rc != ERR_OK)
		return rc;
	inventory_check_references(run->s, old, now, run->errors);
	inventory_check_actor(run->s, run->actor, old, now, run->errors);
	rc = schema_errors_check(run->errors, e);
	if (rc == ERR_OK)
		*ret = now;
	else
		record_unref(now);
	return rc;
}

/* --- commits ------------------------------------------------------------- */

static void describe_fields(const struct inventory_bulk *b, char text[120])
{
	const json_t *parts[] = { b->set, b->add, b->remove };
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const char *name;
		json_t *v;

		json_object_foreach((json_t *)(uintptr_t)parts[i], name, v)
		{
			int n = snprintf(text + used, 120 - used, "%s%s",
			    used ? ", " : ": ", name);

			if (n < 0 || (size_t)n >= 120 - used) {
				text[used] = '\0';
				return;
			}
			used += (size_t)n;
		}
	}
}

/* Closes what is staged into one commit.  moved: the one record of it that
 * changes its place, with its old path; NULL: none does. */
static enum err_code seal(struct bulk_run *run, const struct record *moved,
    const char *renamed_from, struct err *e)
{
	const struct kind *kind = run->bulk->kind;
	char subject[200], fields[120];
	struct store_trailer trailers[5] = {
		{ "Actor", run->actor->name },
		{ "Trigger", run_trigger_words[run->actor->via] },
		{ "Action", moved ? "move" : "update" },
	};
	struct store_message m = { .author = run->actor->name,
		.subject = subject,
		.trailers = trailers,
		.n_trailers = 3 };

	describe_fields(run->bulk, fields);
	if (moved) {
		snprintf(subject, sizeof(subject), "Update %s %s%s", kind->name,
		    record_key(moved), fields);
		trailers[m.n_trailers++] =
		    (struct store_trailer){ kind->title, record_key(moved) };
		trailers[m.n_trailers++] =
		    (struct store_trailer){ "Renamed-From", renamed_from };
	} else {
		snprintf(subject, sizeof(subject), "Update %zu %s%s",
		    run->staged, run->staged == 1 ? kind->name : kind->plural,
		    fields);
		m.body = buf_text(&run->listed);
	}
	run->staged = 0;
	return store_txn_seal(run->txn, &m, e);
}

static void list_key(struct bulk_run *run, const char *key)
{
	if (run->staged < LISTED_KEYS)
		buf_printf(&run->listed, "%s\n", key);
	else if (run->staged == LISTED_KEYS)
		buf_puts(&run->listed, "and more\n");
}

static bool is_same(const struct record *a, const struct record *b)
{
	size_t x, y;
	const char *s = record_json(a, &x), *t = record_json(b, &y);

	return x == y && memcmp(s, t, x) == 0;
}

/* Those that stay are staged in the first pass, those that move in the
 * second, each sealed at once. */
static enum err_code stage_one(
    struct bulk_run *run, const char *key, bool moving, struct err *e)
{
	const struct record *old =
	    snapshot_find(run->s, run->bulk->kind->id, key);
	struct record *now = NULL;
	enum err_code rc;
	bool moves;

	if (!old)
		return err_set(e, ERR_NOT_FOUND,
		    "there is no %s \"%.100s\" any more; nothing was saved",
		    run->bulk->kind->name, key);
	rc = make_record(run, old, &now, e);
	if (rc != ERR_OK)
		return err_context(e, "%s %.100s", run->bulk->kind->name, key);
	moves = strcmp(record_path(old), record_path(now)) != 0;
	if (moves == moving && !is_same(old, now)) {
		rc = inventory_stage(run->txn, run->app, run->s, old, now, e);
		list_key(run, key);
		run->staged++;
		run->changed++;
		if (rc == ERR_OK && moves)
			rc = seal(run, now, record_path(old), e);
	}
	record_unref(now);
	return rc;
}

static enum err_code stage_all(struct bulk_run *run, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < run->bulk->n_keys && rc == ERR_OK; i++)
		rc = stage_one(run, run->bulk->keys[i], false, e);
	if (rc == ERR_OK && run->staged)
		rc = seal(run, NULL, NULL, e);
	if (!json_object_get(run->bulk->set, "area"))
		return rc;
	for (size_t i = 0; i < run->bulk->n_keys && rc == ERR_OK; i++)
		rc = stage_one(run, run->bulk->keys[i], true, e);
	return rc;
}

static enum err_code change_once(
    struct bulk_run *run, bool *ret_retry, struct err *e)
{
	struct commit_id id;
	enum err_code rc;

	rc = store_txn_begin(run->app->store, STORE_MAIN, &run->txn, e);
	if (rc != ERR_OK)
		return rc;
	store_txn_require_tip(run->txn, snapshot_commit(run->s));
	rc = stage_all(run, e);
	if (rc != ERR_OK || run->changed == 0) {
		store_txn_abort(run->txn);
		return rc;
	}
	rc = store_txn_commit(run->txn, NULL, &id, NULL, e);
	*ret_retry = rc == ERR_STALE;
	return rc;
}

static enum err_code check(
    const struct actor *actor, const struct inventory_bulk *b, struct err *e)
{
	enum err_code rc =
	    actor_require(actor, inventory_permission(b->kind), e);

	if (rc == ERR_OK && b->n_keys > INVENTORY_BULK_MAX)
		rc = err_set(e, ERR_LIMIT,
		    "at most %d records can be changed at once; nothing was "
		    "saved",
		    INVENTORY_BULK_MAX);
	return rc;
}

enum err_code inventory_change_many(const struct app *app,
    const struct actor *actor, const struct inventory_bulk *bulk,
    struct schema_errors *errors, size_t *ret_changed, struct err *e)
{
	struct schema_errors local = { 0 };
	enum err_code rc = check(actor, bulk, e);

	for (int attempt = 0; rc == ERR_OK; attempt++) {
		struct bulk_run run = { .app = app,
			.actor = actor,
			.bulk = bulk,
			.errors = errors ? errors : &local,
			.listed = BUF_INIT((size_t)64 * 1024) };
		bool retry = false;

		rc = snapshots_current(app->snapshots, &run.s, e);
		if (rc != ERR_OK)
			return rc;
		rc = change_once(&run, &retry, e);
		snapshot_unref(run.s);
		buf_release(&run.listed);
		if (rc == ERR_OK) {
			*ret_changed = run.changed;
			return ERR_OK;
		}
		if (retry && attempt < MAX_ATTEMPTS)
			rc = ERR_OK;
	}
	return rc;
}
