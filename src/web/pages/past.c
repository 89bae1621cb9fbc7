#include "web/pages/past.h"

#include "app/device_history.h"
#include "app/record_past.h"
#include "web/pages/form_view.h"
#include "web/pages/record_cell.h"
#include "web/pages/record_edit.h"

#include <string.h>

/* The record goes with the request. */
static enum err_code find_past(
    struct request *r, struct record_past *ret, struct err *e)
{
	const char *key = record_page_key(r);
	enum err_code rc = record_past_find(
	    r->app, record_page_kind(r), key ? key : "", r->arena, ret, e);

	if (rc == ERR_OK) {
		record_unref(r->past);
		r->past = ret->record;
	}
	return rc;
}

enum err_code past_find(
    struct request *r, const struct record **ret, struct err *e)
{
	struct err missing = ERR_INIT;
	struct record_past past;
	enum err_code rc = record_page_find(r, ret, e);

	if (rc != ERR_NOT_FOUND || find_past(r, &past, &missing) != ERR_OK)
		return rc;
	*ret = past.record;
	return ERR_OK;
}

/* --- the page ------------------------------------------------------------ */

static struct jv cells_view(struct arena *a, const struct record *record)
{
	const struct schema *schema = &record_kind(record)->schema;
	struct jv list = jv_list(a, schema->n_fields);

	for (size_t i = 0; i < schema->n_fields; i++) {
		if (!schema->fields[i].hidden && record_has(record, (int)i))
			jv_list_append(a, list, record_cell(a, record, (int)i));
	}
	return list;
}

static bool had(
    struct request *r, const struct record_past *past, enum device_file file)
{
	struct err none = ERR_INIT;
	struct file_version version;

	return device_version_find(r->app, past->record, file, &past->before,
		   r->arena, &version, &none) == ERR_OK;
}

static void add_device(
    struct request *r, const struct record_past *past, struct jv ctx)
{
	bool intended = had(r, past, DEVICE_FILE_INTENDED);
	bool backup = had(r, past, DEVICE_FILE_BACKUP);

	jv_dict_set(r->arena, ctx, "has_intended", jv_bool(intended));
	jv_dict_set(r->arena, ctx, "has_backup", jv_bool(backup));
}

/* "": it was not renamed */
static const char *new_name(struct request *r, const struct record_past *past)
{
	const struct record *now =
	    past->renamed_to
		? snapshot_find(r->snapshot, record_kind(past->record)->id,
		      past->renamed_to)
		: NULL;

	if (now)
		return view_record_title(r->arena, now);
	return past->renamed_to ? past->renamed_to : "";
}

static enum err_code show(struct request *r, struct response *out,
    const struct record_past *past, int status, const char *problem,
    struct err *e)
{
	const struct kind *kind = record_kind(past->record);
	const char *key = record_key(past->record);
	struct arena *a = r->arena;
	char before[STORE_OID_TEXT_SIZE];
	struct jv ctx = jv_dict(a, 16);

	commit_id_format(&past->before, before);
	if (kind->id == KIND_DEVICE)
		add_device(r, past, ctx);
	jv_dict_set(a, ctx, "kind", record_kind_view(a, kind));
	jv_dict_set(
	    a, ctx, "title", jv_text(view_record_title(a, past->record)));
	jv_dict_set(
	    a, ctx, "named", jv_text(view_record_named(a, past->record)));
	jv_dict_set(a, ctx, "url", jv_text(view_record_url(a, kind, key)));
	jv_dict_set(a, ctx, "commit", view_history_commit(a, &past->removed));
	jv_dict_set(a, ctx, "before", jv_copy_text(a, before));
	jv_dict_set(a, ctx, "renamed_to", jv_text(new_name(r, past)));
	jv_dict_set(a, ctx, "renamed_url",
	    jv_text(past->renamed_to
			? view_record_url(a, kind, past->renamed_to)
			: ""));
	jv_dict_set(a, ctx, "is_device", jv_bool(kind->id == KIND_DEVICE));
	jv_dict_set(a, ctx, "cells", cells_view(a, past->record));
	jv_dict_set(a, ctx, "may_restore",
	    jv_bool(!past->renamed_to &&
		    access_allows(r->actor.role, inventory_permission(kind))));
	jv_dict_set(a, ctx, "problem", jv_text(problem));
	return response_page(r, out, status, "past.html", ctx, e);
}

enum err_code past_answer(
    struct request *r, struct response *out, enum err_code rc, struct err *e)
{
	struct err missing = ERR_INIT;
	struct record_past past;

	if (rc != ERR_NOT_FOUND || find_past(r, &past, &missing) != ERR_OK)
		return rc;
	return show(r, out, &past, 410, "", e);
}

/* --- the way back -------------------------------------------------------- */

enum err_code past_restore_post(
    struct request *r, struct response *out, struct err *e)
{
	struct inventory_result result = { 0 };
	const struct record *there;
	struct err missing = ERR_INIT;
	struct record_past past;
	enum err_code rc;

	if (record_page_find(r, &there, &missing) == ERR_OK)
		return err_set(e, ERR_CONFLICT,
		    "%.160s is there already; nothing was restored.",
		    view_record_named(r->arena, there));
	if ((rc = find_past(r, &past, e)) != ERR_OK)
		return rc;
	rc = record_past_restore(r->app, &r->actor, &past, NULL, &result, e);
	inventory_result_release(&result);
	if (rc != ERR_OK)
		return form_view_shows(rc)
			   ? show(r, out, &past, form_view_status(rc),
				 arena_strdup(r->arena, e->message), e)
			   : rc;
	response_flash(r, out, "good",
	    arena_printf(r->arena, "%s is back as it was.",
		view_record_title(r->arena, past.record)));
	return response_redirect(r, out,
	    view_record_url(
		r->arena, record_kind(past.record), record_key(past.record)));
}
