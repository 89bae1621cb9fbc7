#include "web/pages/record_edit.h"

#include "app/inventory.h"
#include "app/view_users.h"
#include "base/json.h"
#include "web/pages/diff_view.h"
#include "web/pages/form_view.h"
#include "web/pages/parameter_form.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MAX_RECORD ((size_t)512 * 1024)

/* --- which --------------------------------------------------------------- */

const struct kind *record_page_kind(const struct request *r)
{
	char plural[32];
	size_t n = strcspn(r->path + 1, "/");

	if (n >= sizeof(plural))
		return NULL;
	memcpy(plural, r->path + 1, n);
	plural[n] = '\0';
	return kind_find_plural(plural);
}

const char *record_page_key(const struct request *r)
{
	const struct kind *kind = record_page_kind(r);

	if (!strchr(r->route->pattern, '{'))
		return "";
	if (kind->key_rule == KEY_AREA_VID)
		return arena_printf(
		    r->arena, "%s/%s", r->capture[0], r->capture[1]);
	return r->capture[0];
}

/* "schedule", "VLAN": the title within a sentence. */
static const char *said(struct arena *a, const struct kind *kind)
{
	char *text = arena_strdup(a, kind->title);

	if (text && islower((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
	return text ? text : "";
}

enum err_code record_page_find(
    const struct request *r, const struct record **ret, struct err *e)
{
	const struct kind *kind = record_page_kind(r);
	const char *key = record_page_key(r);
	const struct record *found =
	    key ? snapshot_find(r->snapshot, kind->id, key) : NULL;

	if (!found)
		return err_set(e, ERR_NOT_FOUND,
		    "There is no %s named %.100s. It may have been renamed or "
		    "deleted; the audit trail tells.",
		    said(r->arena, kind), key ? key : "");
	*ret = found;
	return ERR_OK;
}

struct jv record_kind_view(struct arena *a, const struct kind *kind)
{
	struct jv v = jv_dict(a, 4);

	jv_dict_set(a, v, "name", jv_text(kind->name));
	jv_dict_set(a, v, "title", jv_text(kind->title));
	jv_dict_set(a, v, "plural", jv_text(kind->plural));
	jv_dict_set(a, v, "url", jv_text(arena_printf(a, "/%s", kind->plural)));
	return v;
}

bool record_form_version(struct request *r, struct blob_id *ret)
{
	return blob_id_parse(request_form(r, "version", ""), ret);
}

enum err_code record_form_save(struct request *r, enum kind_id kind,
    const char *key, const json_t *object, struct schema_errors *errors,
    struct err *e)
{
	struct blob_id version;
	struct inventory_change change = {
		.kind = kind_get(kind),
		.key = key,
		.expect = &version,
		.object = object,
		.errors = errors,
	};
	struct inventory_result result = { 0 };
	enum err_code rc = schema_errors_check(errors, e);

	if (rc != ERR_OK)
		return rc;
	if (!snapshot_find(r->snapshot, kind, key))
		rc = inventory_create(r->app, &r->actor, &change, &result, e);
	else if (record_form_version(r, &version))
		rc = inventory_update(r->app, &r->actor, &change, &result, e);
	else
		rc = err_set(e, ERR_INVALID,
		    "the form has lost the version it was made for; open the "
		    "page anew");
	inventory_result_release(&result);
	if (rc == ERR_STALE)
		return err_set(e, ERR_STALE,
		    "someone else saved it meanwhile; nothing was saved. Open "
		    "the page anew to see theirs");
	return rc;
}

/* --- the form ------------------------------------------------------------ */

static void add_parameters(
    struct request *r, const struct form_view *form, struct jv ctx)
{
	const struct job_holder *holder =
	    job_holder_of(record_page_kind(r)->id);

	if (holder)
		jv_dict_set(r->arena, ctx, "parameters",
		    parameter_form_view(r, form, holder));
}

/* Whoever changes a view, or deletes it, sees whose devices it chooses. */
static void add_view_users(
    struct request *r, const struct record *record, struct jv ctx)
{
	char text[VIEW_USERS_TEXT];

	if (!record || record_kind(record)->id != KIND_VIEW)
		return;
	view_users_text(r->snapshot, record_key(record), text);
	jv_dict_set(r->arena, ctx, "used_by", jv_copy_text(r->arena, text));
}

/* record: NULL for a new one.  version: what the form was filled from. */
static enum err_code show_form(struct request *r, struct response *out,
    const struct form_view *form, const char *message, int status,
    struct err *e)
{
	struct arena *a = r->arena;
	const struct kind *kind = record_page_kind(r);
	struct jv ctx = jv_dict(a, 10);
	const char *cancel =
	    form->record ? view_record_url(a, kind, record_key(form->record))
			 : arena_printf(a, "/%s", kind->plural);

	jv_dict_set(a, ctx, "kind", record_kind_view(a, kind));
	jv_dict_set(a, ctx, "record", view_record(a, form->record));
	jv_dict_set(a, ctx, "fields", form_view_fields(r, form));
	jv_dict_set(a, ctx, "problems", form_view_problems(r, form, message));
	add_parameters(r, form, ctx);
	add_view_users(r, form->record, ctx);
	jv_dict_set(a, ctx, "failed", jv_bool(status != 200));
	jv_dict_set(a, ctx, "version",
	    form->submitted ? jv_text(request_form(r, "version", ""))
			    : jv_undefined(NULL));
	jv_dict_set(a, ctx, "cancel", jv_text(cancel));
	return response_page(r, out, status, "record_form.html", ctx, e);
}

enum err_code record_new_page(
    struct request *r, struct response *out, struct err *e)
{
	struct form_view form = { .schema = &record_page_kind(r)->schema };

	return show_form(r, out, &form, NULL, 200, e);
}

enum err_code record_edit_page(
    struct request *r, struct response *out, struct err *e)
{
	struct form_view form = { .schema = &record_page_kind(r)->schema };
	enum err_code rc = record_page_find(r, &form.record, e);

	return rc == ERR_OK ? show_form(r, out, &form, NULL, 200, e) : rc;
}

/* --- a stale edit -------------------------------------------------------- */

/* The version that the editor began with; NULL if it cannot be had. */
static struct record *read_base(struct request *r, const struct kind *kind)
{
	struct buf text = BUF_INIT(MAX_RECORD);
	struct record *base = NULL;
	struct blob_id id;

	if (record_form_version(r, &id) &&
	    store_read_blob(r->app->store, &id, &text, NULL) == ERR_OK &&
	    record_parse(
		kind, buf_text(&text), text.len, id.raw, &base, NULL) != ERR_OK)
		base = NULL;
	buf_release(&text);
	return base;
}

static const char *json_text_of(struct arena *a, const json_t *value)
{
	char *text = json_dumps(value, json_real_flags(value) | JSON_COMPACT |
					   JSON_SORT_KEYS | JSON_ENCODE_ANY);
	const char *copy = json_is_string(value)
			       ? arena_strdup(a, json_string_value(value))
			       : arena_strdup(a, text ? text : "");

	free(text);
	return copy;
}

/* Fields where the three differ: {label, base, now, yours, clash}. */
static struct jv three_ways(struct arena *a, const struct schema *schema,
    const json_t *base, const json_t *now, const json_t *yours)
{
	struct jv list = jv_list(a, schema->n_fields);

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];
		json_t *b = json_object_get(base, f->name);
		json_t *n = json_object_get(now, f->name);
		json_t *y = json_object_get(yours, f->name);
		bool theirs = !json_equal(b, n) && (b || n);
		bool mine = !json_equal(b, y) && (b || y);
		struct jv v = jv_dict(a, 5);

		if (f->hidden || (!theirs && !mine))
			continue;
		jv_dict_set(a, v, "label", jv_text(f->label));
		jv_dict_set(a, v, "base", jv_text(json_text_of(a, b)));
		jv_dict_set(a, v, "now", jv_text(json_text_of(a, n)));
		jv_dict_set(a, v, "yours", jv_text(json_text_of(a, y)));
		jv_dict_set(a, v, "clash",
		    jv_bool(theirs && mine && !json_equal(n, y)));
		jv_list_append(a, list, v);
	}
	return list;
}

static enum err_code json_diff(struct arena *a, const json_t *now,
    const json_t *yours, struct jv *ret, struct err *e)
{
	struct buf left = BUF_INIT(MAX_RECORD), right = BUF_INIT(MAX_RECORD);
	struct diff_look look = DIFF_LOOK_PLAIN;
	enum err_code rc;

	if ((rc = json_write(now, &left, e)) == ERR_OK &&
	    (rc = json_write(yours, &right, e)) == ERR_OK)
		rc = diff_view_from_texts(a, &look,
		    arena_strdup(a, buf_text(&left)),
		    arena_strdup(a, buf_text(&right)), ret, e);
	buf_release(&left);
	buf_release(&right);
	return rc;
}

/* 409 with both versions: what it is now, and what was typed, ready to be
 * saved over it on purpose. */
static enum err_code show_stale(struct request *r, struct response *out,
    const struct record *now, const json_t *object, struct err *e)
{
	struct arena *a = r->arena;
	const struct kind *kind = record_page_kind(r);
	struct form_view form = {
		.schema = &kind->schema, .submitted = true, .record = now
	};
	struct jv ctx = jv_dict(a, 12), diff = jv_none();
	struct record *base = read_base(r, kind);
	json_t *was = base ? record_to_json(base) : json_object();
	json_t *is = record_to_json(now);
	json_t *yours = schema_complete(&kind->schema, object);
	enum err_code rc = ERR_SYSTEM;

	if (!was || !is || !yours)
		err_set(e, ERR_SYSTEM, "out of memory");
	else
		rc = json_diff(a, is, yours, &diff, e);
	if (rc == ERR_OK) {
		jv_dict_set(a, ctx, "kind", record_kind_view(a, kind));
		jv_dict_set(a, ctx, "record", view_record(a, now));
		jv_dict_set(a, ctx, "changes",
		    three_ways(a, &kind->schema, was, is, yours));
		jv_dict_set(a, ctx, "known_base", jv_bool(base != NULL));
		jv_dict_set(a, ctx, "diff", diff);
		jv_dict_set(a, ctx, "fields", form_view_fields(r, &form));
		add_parameters(r, &form, ctx);
		rc = response_page(r, out, 409, "record_stale.html", ctx, e);
	}
	record_unref(base);
	json_decref(was);
	json_decref(is);
	json_decref(yours);
	return rc;
}

/* --- saving -------------------------------------------------------------- */

struct edit {
	const struct kind *kind;
	const struct record *record; /* NULL: new */
	json_t *object;
	struct schema_errors errors;
};

static enum err_code save(struct request *r, struct edit *edit,
    struct inventory_result *ret, struct err *e)
{
	struct blob_id version;
	enum err_code rc;

	if (edit->errors.n > 0) {
		/* What could not be read is said; so is the rest, at once. */
		(void)schema_check(
		    &edit->kind->schema, edit->object, &edit->errors);
		return schema_errors_check(&edit->errors, e);
	}
	if (!edit->record)
		return inventory_create(r->app, &r->actor,
		    &(struct inventory_change){ .kind = edit->kind,
			.object = edit->object,
			.errors = &edit->errors },
		    ret, e);
	if (!record_form_version(r, &version))
		return err_set(e, ERR_INVALID,
		    "the form has lost the version it was made for; open the "
		    "page anew");
	rc = inventory_update(r->app, &r->actor,
	    &(struct inventory_change){ .kind = edit->kind,
		.key = record_key(edit->record),
		.expect = &version,
		.object = edit->object,
		.errors = &edit->errors },
	    ret, e);
	return rc;
}

/* The record may have moved on since this request pinned its snapshot. */
static enum err_code answer_stale(struct request *r, struct response *out,
    const struct edit *edit, struct err *e)
{
	const struct snapshot *newest;
	const struct record *now;
	enum err_code rc;

	rc = snapshots_current(r->app->snapshots, &newest, e);
	if (rc != ERR_OK)
		return rc;
	now = snapshot_find(newest, edit->kind->id, record_key(edit->record));
	if (now)
		rc = show_stale(r, out, now, edit->object, e);
	else
		rc = err_set(e, ERR_CONFLICT,
		    "%s was renamed or deleted while you were editing it; "
		    "nothing was saved",
		    record_key(edit->record));
	snapshot_unref(newest);
	return rc;
}

static enum err_code saved(struct request *r, struct response *out,
    const struct edit *edit, const struct inventory_result *result,
    struct err *e)
{
	const char *key = arena_strdup(r->arena, record_key(result->record));
	const char *named = view_record_named(r->arena, result->record);
	const char *what = !edit->record ? "was created"
			   : result->changed
			       ? "was saved"
			       : "was so already; nothing changed";

	if (!key || !named)
		return err_set(e, ERR_SYSTEM, "out of memory");
	response_flash(
	    r, out, "good", arena_printf(r->arena, "%s %s.", named, what));
	return view_redirect(r, out, e, "/%s/%s", edit->kind->plural, key);
}

static enum err_code edit_and_answer(
    struct request *r, struct response *out, struct edit *edit, struct err *e)
{
	struct form_view form = { .schema = &edit->kind->schema,
		.submitted = true,
		.record = edit->record,
		.errors = &edit->errors };
	struct inventory_result result = { 0 };
	const struct job_holder *holder = job_holder_of(edit->kind->id);
	enum err_code rc = ERR_OK;

	if (holder && parameter_form_asked(r)) {
		form.errors = NULL;
		return show_form(r, out, &form, NULL, 200, e);
	}
	edit->object =
	    request_form_object(r, &edit->kind->schema, &edit->errors);
	if (!edit->object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (holder)
		rc = parameter_form_read(
		    r, holder, edit->object, &edit->errors, e);
	if (rc == ERR_OK)
		rc = save(r, edit, &result, e);
	if (rc == ERR_OK) {
		rc = saved(r, out, edit, &result, e);
		inventory_result_release(&result);
	} else if (rc == ERR_STALE && edit->record) {
		rc = answer_stale(r, out, edit, e);
	} else if (form_view_shows(rc)) {
		rc =
		    show_form(r, out, &form, arena_strdup(r->arena, e->message),
			form_view_status(rc), e);
	}
	json_decref(edit->object);
	return rc;
}

enum err_code record_new_post(
    struct request *r, struct response *out, struct err *e)
{
	struct edit edit = { .kind = record_page_kind(r) };

	return edit_and_answer(r, out, &edit, e);
}

enum err_code record_edit_post(
    struct request *r, struct response *out, struct err *e)
{
	struct edit edit = { .kind = record_page_kind(r) };
	enum err_code rc = record_page_find(r, &edit.record, e);

	return rc == ERR_OK ? edit_and_answer(r, out, &edit, e) : rc;
}

/* --- deleting ------------------------------------------------------------ */

static void add_referrer(
    struct request *r, struct jv ctx, const struct record *record)
{
	struct arena *a = r->arena;
	const struct field *field;
	const struct record *by = snapshot_referrer(
	    r->snapshot, record_kind(record)->id, record_key(record), &field);

	if (!by)
		return;
	jv_dict_set(a, ctx, "referrer", view_record(a, by));
	jv_dict_set(a, ctx, "referrer_field", jv_text(field->label));
}

static enum err_code show_delete(struct request *r, struct response *out,
    const struct record *record, const char *message, int status, struct err *e)
{
	struct arena *a = r->arena;
	const struct kind *kind = record_kind(record);
	struct jv ctx = jv_dict(a, 10);
	struct blob_id id;
	bool device = kind->id == KIND_DEVICE;

	jv_dict_set(a, ctx, "kind", record_kind_view(a, kind));
	jv_dict_set(a, ctx, "record", view_record(a, record));
	jv_dict_set(a, ctx, "message", jv_text(message));
	jv_dict_set(a, ctx, "has_intended",
	    jv_bool(device && snapshot_config(r->snapshot, PATH_INTENDED,
				  record_key(record), &id)));
	jv_dict_set(a, ctx, "has_backup",
	    jv_bool(device && snapshot_config(r->snapshot, PATH_BACKUP,
				  record_key(record), &id)));
	jv_dict_set(a, ctx, "has_hostkey",
	    jv_bool(device && snapshot_find(r->snapshot, KIND_HOSTKEY,
				  record_key(record))));
	add_referrer(r, ctx, record);
	add_view_users(r, record, ctx);
	return response_page(r, out, status, "record_delete.html", ctx, e);
}

enum err_code record_delete_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *record;
	enum err_code rc = record_page_find(r, &record, e);

	return rc == ERR_OK ? show_delete(r, out, record, "", 200, e) : rc;
}

enum err_code record_delete_post(
    struct request *r, struct response *out, struct err *e)
{
	struct inventory_result result = { 0 };
	const struct record *record;
	struct blob_id version;
	const char *text;
	enum err_code rc = record_page_find(r, &record, e);

	if (rc != ERR_OK)
		return rc;
	if (!record_form_version(r, &version))
		memcpy(
		    version.raw, record_version(record), sizeof(version.raw));
	rc = inventory_delete(r->app, &r->actor,
	    &(struct inventory_change){ .kind = record_kind(record),
		.key = record_key(record),
		.expect = &version },
	    &result, e);
	if (rc == ERR_CONFLICT || rc == ERR_STALE)
		return show_delete(
		    r, out, record, arena_strdup(r->arena, e->message), 409, e);
	if (rc != ERR_OK)
		return rc;
	inventory_result_release(&result);
	text = arena_printf(r->arena,
	    "%s was deleted; its history stays in the audit trail.",
	    view_record_named(r->arena, record));
	response_flash(r, out, "good", text);
	return view_redirect(r, out, e, "/%s", record_kind(record)->plural);
}
