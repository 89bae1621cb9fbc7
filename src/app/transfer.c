#include "app/transfer.h"

#include "app/inventory_internal.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ATTEMPTS 5
#define LISTED_KEYS 200

struct row {
	json_t *told;	/* its entry in the report; borrowed */
	json_t *object; /* borrowed from the text's rows */
	struct record *now;
	const struct record *old; /* the snapshot's */
};

struct import {
	const struct app *app;
	const struct actor *actor;
	const struct transfer_options *o;
	const struct snapshot *s;
	json_t *report;
	json_t *seen;	 /* keys of the rows before: a set */
	json_t *missing; /* "area far" → true: to be created first */
	struct row *rows;
	size_t n;
	size_t created, updated, moved, unchanged, wrong;
};

/* --- judging a row ------------------------------------------------------- */

static void complain(struct row *row, const char *text)
{
	json_t *errors = json_object_get(row->told, "errors");

	if (!errors) {
		errors = json_array();
		json_object_set_new(row->told, "errors", errors);
	}
	json_array_append_new(errors, json_string(text));
}

/* Do the first n complaints say something of the field already? */
static bool is_told(const struct row *row, const struct field *f, size_t n)
{
	const json_t *errors = json_object_get(row->told, "errors");
	size_t len = strlen(f->name);

	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(errors, i));

		if (text && strncmp(text, f->name, len) == 0 &&
		    text[len] == ':')
			return true;
	}
	return false;
}

static void complain_all(struct row *row, const struct schema_errors *errors)
{
	size_t before = json_array_size(json_object_get(row->told, "errors"));

	for (size_t i = 0; i < errors->n; i++) {
		const struct field *f = errors->item[i].field;
		char text[300];

		/* what could not be read is not missing besides */
		if (f && is_told(row, f, before))
			continue;
		snprintf(text, sizeof(text), "%s%s%s", f ? f->name : "",
		    f ? ": " : "", errors->item[i].message);
		complain(row, text);
	}
}

/* The record as it would be: what is there with what the row says. */
static json_t *merge(const struct import *im, const struct row *row)
{
	json_t *o = row->old ? record_to_json(row->old) : json_object(), *v;
	const char *name;

	if (!o)
		return NULL;
	json_object_foreach(row->object, name, v) json_object_set(o, name, v);
	if (im->o->kind->id != KIND_DEVICE || row->old)
		return o;
	if (!json_object_get(o, "area") && *im->o->area)
		json_object_set_new(o, "area", json_string(im->o->area));
	/* another system's word for it is no wish to have it pushed to */
	if (*im->o->status &&
	    (!json_object_get(o, "status") || im->o->format == TRANSFER_NETBOX))
		json_object_set_new(o, "status", json_string(im->o->status));
	return o;
}

/* What is to be created first is no fault of the row. */
static void forgive_missing(
    struct import *im, const json_t *object, struct schema_errors *errors)
{
	static const int fields[] = { DEVICE_AREA, DEVICE_ROLE };
	const struct field *all = im->o->kind->schema.fields;
	size_t kept = 0;

	for (size_t i = 0; i < errors->n; i++) {
		const struct schema_error *one = &errors->item[i];
		bool forgiven = false;

		for (int k = 0; k < 2; k++) {
			const char *key =
			    json_text(object, all[fields[k]].name, "");
			char name[120];

			if (one->field != &all[fields[k]] ||
			    !schema_is_name(key, 63) ||
			    snapshot_find(im->s, one->field->ref, key))
				continue;
			snprintf(name, sizeof(name), "%s %.64s",
			    kind_get(one->field->ref)->name, key);
			json_object_set_new(im->missing, name, json_true());
			forgiven = true;
		}
		if (!forgiven)
			errors->item[kept++] = *one;
	}
	errors->n = kept;
}

static bool is_same(const struct record *a, const struct record *b)
{
	size_t x, y;
	const char *s = record_json(a, &x), *t = record_json(b, &y);

	return x == y && memcmp(s, t, x) == 0;
}

/* Everything that can be said of the record by itself, at once. */
static bool check_record(struct import *im, struct row *row, json_t *object)
{
	const struct kind *kind = im->o->kind;
	struct schema_errors errors = { 0 };
	struct err e = ERR_INIT;

	schema_check(&kind->schema, object, &errors);
	if (errors.n == 0 &&
	    record_new(kind, object, NULL, &row->now, &e) != ERR_OK) {
		complain(row, e.message);
		return false;
	}
	if (errors.n == 0) {
		inventory_check_references(im->s, row->old, row->now, &errors);
		inventory_check_actor(
		    im->s, im->actor, row->old, row->now, &errors);
	} else {
		inventory_check_named(im->s, kind, object, &errors);
	}
	if (errors.n > 0 && im->o->create_missing && kind->id == KIND_DEVICE)
		forgive_missing(im, object, &errors);
	complain_all(row, &errors);
	return errors.n == 0;
}

static bool moves(const struct row *row)
{
	return row->old &&
	       strcmp(record_path(row->old), record_path(row->now)) != 0;
}

/* Of devices alone: other kinds with an area have it in their key. */
static bool check_move(const struct import *im, struct row *row)
{
	const char *from = record_text(row->old, DEVICE_AREA);
	char text[200];

	if (!im->o->move) {
		snprintf(text, sizeof(text),
		    "it is in another area, %.64s: an import moves nothing "
		    "unless it is told to",
		    from);
		complain(row, text);
		return false;
	}
	json_object_set_new(row->told, "from", json_string(from));
	json_object_set_new(
	    row->told, "to", json_string(record_text(row->now, DEVICE_AREA)));
	return true;
}

static const char *judge(struct import *im, struct row *row)
{
	const struct kind *kind = im->o->kind;
	char key[PATH_MAX_KEY], path[PATH_MAX_PATH];
	struct err e = ERR_INIT;
	json_t *object = merge(im, row);
	bool ok = !json_object_get(row->told, "errors");

	if (!object || path_of_object(kind, object, key, path, &e) != ERR_OK) {
		if (!object || check_record(im, row, object))
			complain(row, object ? e.message : "out of memory");
		json_decref(object);
		return "wrong";
	}
	row->old = snapshot_find(im->s, kind->id, key);
	json_decref(object);
	object = merge(im, row);
	json_object_set_new(row->told, "name", json_string(key));
	ok &= object && check_record(im, row, object);
	json_decref(object);
	if (json_object_get(im->seen, key)) {
		complain(row, "an earlier row has this name");
		ok = false;
	}
	if (ok && moves(row))
		ok = check_move(im, row);
	json_object_set_new(im->seen, key, json_true());
	if (!ok)
		return "wrong";
	return !row->old		     ? "create"
	       : moves(row)		     ? "move"
	       : is_same(row->old, row->now) ? "same"
					     : "update";
}

static void judge_all(struct import *im)
{
	for (size_t i = 0; i < im->n; i++) {
		struct row *row = &im->rows[i];
		/* of what is no row at all there is nothing else to say */
		const char *action =
		    json_object_size(row->object) == 0 &&
			    json_object_get(row->told, "errors")
			? "wrong"
			: judge(im, row);

		json_object_set_new(row->told, "action", json_string(action));
		im->wrong += *action == 'w';
		im->created += *action == 'c';
		im->updated += *action == 'u';
		im->moved += *action == 'm';
		im->unchanged += *action == 's';
	}
}

/* --- writing ------------------------------------------------------------- */

static bool stays_and_differs(const struct row *row)
{
	return !row->old || (!moves(row) && !is_same(row->old, row->now));
}

static void list_keys(const struct import *im, struct buf *body)
{
	size_t n = 0;

	for (size_t i = 0; i < im->n && n < LISTED_KEYS; i++) {
		const struct row *row = &im->rows[i];

		if (!stays_and_differs(row))
			continue;
		buf_printf(body, "%s %s\n", row->old ? "update" : "create",
		    record_key(row->now));
		n++;
	}
}

/* moved: the one record of the commit that changes its place; NULL: it is the
 * one with all that stay. */
static enum err_code seal(const struct import *im, struct store_txn *t,
    const struct row *moved, struct err *e)
{
	struct buf body = BUF_INIT((size_t)64 * 1024);
	char subject[200];
	struct store_trailer trailers[5] = {
		{ "Actor", im->actor->name },
		{ "Trigger", run_trigger_words[im->actor->via] },
		{ "Action", "import" },
	};
	struct store_message m = { .author = im->actor->name,
		.subject = subject,
		.trailers = trailers,
		.n_trailers = 3 };
	enum err_code rc;

	if (moved) {
		snprintf(subject, sizeof(subject), "Import %s %.64s to %.64s",
		    im->o->kind->name, record_key(moved->now),
		    record_text(moved->now, DEVICE_AREA));
		trailers[m.n_trailers++] =
		    (struct store_trailer){ im->o->kind->title,
			    record_key(moved->now) };
		trailers[m.n_trailers++] =
		    (struct store_trailer){ "Renamed-From",
			    record_path(moved->old) };
	} else {
		snprintf(subject, sizeof(subject),
		    "Import %s: %zu created, %zu updated", im->o->kind->plural,
		    im->created, im->updated);
		list_keys(im, &body);
		m.body = buf_text(&body);
	}
	rc = store_txn_seal(t, &m, e);
	buf_release(&body);
	return rc;
}

/* One commit holds what stays; one that moves has a commit of its own, with
 * Renamed-From, so that its history is followed.  All reach the branch
 * together. */
static enum err_code stage_rows(
    const struct import *im, struct store_txn *t, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < im->n && rc == ERR_OK; i++) {
		const struct row *row = &im->rows[i];

		if (stays_and_differs(row))
			rc = inventory_stage(
			    t, im->app, im->s, row->old, row->now, e);
	}
	if (rc == ERR_OK && im->created + im->updated > 0)
		rc = seal(im, t, NULL, e);
	for (size_t i = 0; i < im->n && rc == ERR_OK; i++) {
		const struct row *row = &im->rows[i];

		if (!moves(row))
			continue;
		rc = inventory_stage(t, im->app, im->s, row->old, row->now, e);
		if (rc == ERR_OK)
			rc = seal(im, t, row, e);
	}
	return rc;
}

static enum err_code commit_rows(
    struct import *im, bool *ret_retry, struct err *e)
{
	struct commit_id id;
	struct store_txn *t;
	enum err_code rc = store_txn_begin(im->app->store, STORE_MAIN, &t, e);

	if (rc != ERR_OK)
		return rc;
	store_txn_require_tip(t, snapshot_commit(im->s));
	rc = stage_rows(im, t, e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	rc = store_txn_commit(t, NULL, &id, NULL, e);
	*ret_retry = rc == ERR_STALE;
	return rc;
}

/* Areas and roles that devices name, each a commit of its own. */
static enum err_code create_missing(struct import *im, struct err *e)
{
	enum err_code rc = ERR_OK;
	const char *name;
	json_t *v;

	json_object_foreach(im->missing, name, v)
	{
		struct inventory_result result = { 0 };
		bool area = strncmp(name, "area ", 5) == 0;
		json_t *o = json_pack("{s:s}", "name", strchr(name, ' ') + 1);

		if (rc == ERR_OK)
			rc = inventory_create(im->app, im->actor,
			    &(struct inventory_change){
				.kind = kind_get(area ? KIND_AREA : KIND_ROLE),
				.object = o },
			    &result, e);
		if (rc == ERR_CONFLICT)
			rc = ERR_OK; /* someone else did */
		json_decref(o);
		inventory_result_release(&result);
	}
	return rc;
}

/* --- the whole ----------------------------------------------------------- */

static void make_report(struct import *im, const json_t *ignored, bool saved)
{
	json_t *creates = json_array();
	const char *name;
	json_t *v;

	json_object_foreach(im->missing, name, v)
	    json_array_append_new(creates, json_string(name));
	json_object_set_new(
	    im->report, "dry_run", json_boolean(im->o->dry_run));
	json_object_set_new(im->report, "saved", json_boolean(saved));
	json_object_set_new(
	    im->report, "total", json_integer((json_int_t)im->n));
	json_object_set_new(
	    im->report, "created", json_integer((json_int_t)im->created));
	json_object_set_new(
	    im->report, "updated", json_integer((json_int_t)im->updated));
	json_object_set_new(
	    im->report, "moved", json_integer((json_int_t)im->moved));
	json_object_set_new(
	    im->report, "unchanged", json_integer((json_int_t)im->unchanged));
	json_object_set_new(
	    im->report, "wrong", json_integer((json_int_t)im->wrong));
	json_object_set_new(im->report, "creates", creates);
	json_object_set_new(im->report, "ignored", json_deep_copy(ignored));
}

static bool take_rows(struct import *im, const json_t *rows)
{
	json_t *list = json_array();
	const json_t *one;
	size_t i;

	im->n = json_array_size(rows);
	im->rows = calloc(im->n + 1, sizeof(im->rows[0]));
	im->report = json_object();
	im->seen = json_object();
	im->missing = json_object();
	if (!im->rows || !list || !im->report || !im->seen || !im->missing)
		return false;
	json_object_set_new(im->report, "rows", list);
	json_array_foreach(rows, i, one)
	{
		json_t *object = json_object_get(one, "object");
		json_t *told =
		    json_pack("{s:O, s:s}", "row", json_object_get(one, "row"),
			"name", json_text(object, "name", ""));

		json_array_append_new(list, told);
		im->rows[i].told = told;
		im->rows[i].object = object;
		if (json_object_get(one, "errors"))
			json_object_set(
			    told, "errors", json_object_get(one, "errors"));
	}
	return true;
}

static void release(struct import *im)
{
	for (size_t i = 0; im->rows && i < im->n; i++)
		record_unref(im->rows[i].now);
	free(im->rows);
	json_decref(im->report);
	json_decref(im->seen);
	json_decref(im->missing);
}

/* *ret_again: from a new snapshot; what was missing is there then. */
static enum err_code import_once(struct import *im, const json_t *rows,
    const json_t *ignored, bool *ret_again, struct err *e)
{
	bool saved = false;
	enum err_code rc = snapshots_current(im->app->snapshots, &im->s, e);

	if (rc != ERR_OK)
		return rc;
	if (take_rows(im, rows))
		judge_all(im);
	else
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK && !im->o->dry_run && im->wrong == 0) {
		if (json_object_size(im->missing) > 0) {
			rc = create_missing(im, e);
			*ret_again = rc == ERR_OK;
		} else if (im->created + im->updated + im->moved > 0) {
			rc = commit_rows(im, ret_again, e);
			saved = rc == ERR_OK;
		}
	}
	if (rc == ERR_OK)
		make_report(im, ignored, saved);
	snapshot_unref(im->s);
	return rc;
}

enum err_code transfer_import(const struct app *app, const struct actor *actor,
    const struct transfer_options *o, const char *text, size_t len,
    json_t **ret_report, struct err *e)
{
	json_t *rows = json_array(), *ignored = json_array();
	json_t *created = NULL;
	enum err_code rc =
	    actor_require(actor, inventory_permission(o->kind), e);

	if (rc == ERR_OK)
		rc = transfer_read(o, text, len, rows, ignored, e);
	for (int attempt = 0; rc == ERR_OK; attempt++) {
		struct import im = { .app = app, .actor = actor, .o = o };
		bool again = false;

		rc = import_once(&im, rows, ignored, &again, e);
		if (again && attempt < MAX_ATTEMPTS) {
			/* what was created for it belongs to the report */
			if (rc == ERR_OK) {
				json_decref(created);
				created = json_incref(
				    json_object_get(im.report, "creates"));
			}
			rc = ERR_OK;
		} else if (rc == ERR_OK) {
			if (created)
				json_object_set(im.report, "creates", created);
			*ret_report = json_incref(im.report);
			release(&im);
			break;
		}
		release(&im);
	}
	json_decref(created);
	json_decref(rows);
	json_decref(ignored);
	return rc;
}
