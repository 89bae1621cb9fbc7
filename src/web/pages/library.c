/*
 * /areas, /vlans, /roles, /platforms, /secrets, /buttons, /hooks,
 * /images, /views: one set of
 * pages for every kind in the library, from the kind's schema.
 */
#include "web/pages/pages.h"

#include "app/inventory.h"
#include "app/lost_names.h"
#include "web/pages/bulk.h"
#include "web/pages/parameter_form.h"
#include "web/pages/past.h"
#include "web/pages/record_cell.h"
#include "web/pages/record_edit.h"
#include "web/pages/record_export.h"
#include "web/pages/record_history.h"

#include <string.h>

static const struct library {
	enum kind_id kind;
	const char *what_for; /* said when there is none yet */
	int counted_by;	      /* field of a device that refers to it, or -1 */
} libraries[] = {
	{ KIND_AREA,
	    "An area is a place or a part of the network; every device is in "
	    "one, and areas may lie in areas.",
	    DEVICE_AREA },
	{ KIND_VLAN, "A VLAN has an id that is unique in its area.", -1 },
	{ KIND_ROLE, "A role says what a device is for: access, core, edge.",
	    DEVICE_ROLE },
	{ KIND_PLATFORM,
	    "A platform says which driver speaks to its devices, and how.",
	    DEVICE_PLATFORM },
	{ KIND_SECRET,
	    "A credentials reference says where the worker finds a password or "
	    "key. The value itself is never in the store.",
	    DEVICE_CREDENTIALS },
	{ KIND_BUTTON, "A button puts a job on the pages of devices.", -1 },
	{ KIND_IMAGE,
	    "An image is what a bare-metal server is provisioned with, for an "
	    "Ironic without Glance.",
	    -1 },
	{ KIND_HOOK,
	    "A change hook runs a job for devices whose records were created "
	    "or changed.",
	    -1 },
	{ KIND_CHANNEL,
	    "A channel says whom to tell of failed runs, devices that are down "
	    "or up again, drift and backups that were put aside.",
	    -1 },
	{ KIND_VIEW,
	    "A view is a table's filters, order and columns under a name; "
	    "everyone finds it above the table.",
	    -1 },
};

static const struct library *library_of(const struct kind *kind)
{
	for (size_t i = 0; i < COUNT(libraries); i++) {
		if (libraries[i].kind == kind->id)
			return &libraries[i];
	}
	return NULL;
}

/* How many devices refer to each row, by the row's key. */
static struct jv counts_view(struct request *r, const struct library *library,
    const struct record_table *t)
{
	struct jv all = jv_dict(r->arena, t->size);
	size_t n, at, *counts;

	(void)snapshot_all(r->snapshot, library->kind, &n);
	counts = arena_zalloc(r->arena, (n + 1) * sizeof(*counts));
	if (!counts)
		return all;
	snapshot_tally_devices(
	    r->snapshot, library->counted_by, library->kind, counts);
	for (size_t i = t->first; i < t->n && i < t->first + t->size; i++) {
		const char *key = record_key(t->rows[i]);

		if (snapshot_place(r->snapshot, library->kind, key, &at))
			jv_dict_set(
			    r->arena, all, key, jv_int((int64_t)counts[at]));
	}
	return all;
}

static bool may_write(const struct request *r, const struct kind *kind)
{
	return access_allows(r->actor.role, inventory_permission(kind));
}

static void add_kind(
    struct request *r, const struct library *library, struct jv ctx)
{
	const struct kind *kind = kind_get(library->kind);
	const char *field = library->counted_by < 0
				? ""
				: kind_get(KIND_DEVICE)
				      ->schema.fields[library->counted_by]
				      .name;

	jv_dict_set(r->arena, ctx, "kind", record_kind_view(r->arena, kind));
	jv_dict_set(r->arena, ctx, "what_for", jv_text(library->what_for));
	jv_dict_set(r->arena, ctx, "counted_by", jv_text(field));
	jv_dict_set(r->arena, ctx, "may_write", jv_bool(may_write(r, kind)));
}

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct library *library = library_of(record_page_kind(r));
	const struct record_table_spec *spec =
	    record_table_spec_of(library->kind);
	struct jv ctx = jv_dict(r->arena, 10);
	struct record_table table;
	enum err_code rc;

	rc = record_table_select(r, spec, RECORD_TABLE_PAGE, &table, e);
	if (rc != ERR_OK)
		return rc;
	add_kind(r, library, ctx);
	jv_dict_set(r->arena, ctx, "table", record_table_view(r, spec, &table));
	if (table.extras[0] && library->counted_by >= 0)
		jv_dict_set(
		    r->arena, ctx, "counts", counts_view(r, library, &table));
	jv_dict_set(r->arena, ctx, "bulk", bulk_view(r, spec->kind));
	return response_page(r, out, 200, "library.html", ctx, e);
}

/* "/areas.csv" */
static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	const char *dot = strrchr(r->path, '.');
	const char *plural =
	    arena_memdup(r->arena, r->path + 1, (size_t)(dot - r->path - 1));

	if (!plural)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return record_export(
	    r, out, record_table_spec_of(kind_find_plural(plural)->id), e);
}

static void add_holder(
    struct request *r, const struct record *record, struct jv ctx)
{
	const struct job_holder *holder =
	    job_holder_of(record_kind(record)->id);
	char text[LOST_NAMES_TEXT];

	if (!holder)
		return;
	jv_dict_set(r->arena, ctx, "parameters",
	    parameter_form_told(r, holder, record));
	if (lost_names_of(r->snapshot, record, text))
		jv_dict_set(
		    r->arena, ctx, "lost", jv_copy_text(r->arena, text));
}

static enum err_code record_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct library *library = library_of(record_page_kind(r));
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12), cells = jv_list(a, 16);
	const struct record *record;
	enum err_code rc;

	if ((rc = record_page_find(r, &record, e)) != ERR_OK)
		return past_answer(r, out, rc, e);
	add_kind(r, library, ctx);
	for (size_t i = 0; i < record_kind(record)->schema.n_fields; i++) {
		if (!record_kind(record)->schema.fields[i].hidden)
			jv_list_append(
			    a, cells, record_cell(a, record, (int)i));
	}
	jv_dict_set(a, ctx, "record", view_record(a, record));
	jv_dict_set(a, ctx, "cells", cells);
	add_holder(r, record, ctx);
	jv_dict_set(a, ctx, "once", jv_text(r->id));
	if (library->counted_by >= 0)
		jv_dict_set(a, ctx, "devices",
		    jv_int((int64_t)snapshot_count_devices(
			r->snapshot, library->counted_by, record_key(record))));
	return response_page(r, out, 200, "library_record.html", ctx, e);
}

#define KIND_ROUTES(list, one, write)                                          \
	PAGE_GET(list, MAY_VIEW, list_page),                                   \
	    PAGE_GET(list ".csv", MAY_VIEW, export_page),                      \
	    PAGE_GET(list ".json", MAY_VIEW, export_page),                     \
	    PAGE_GET(list "/new", write, record_new_page),                     \
	    PAGE_POST_FIELDS(list "/new", write, record_new_post, BODY_FORM),  \
	    PAGE_GET(one, MAY_VIEW, record_page),                              \
	    PAGE_GET(one "/edit", write, record_edit_page),                    \
	    PAGE_POST_FIELDS(one "/edit", write, record_edit_post, BODY_FORM), \
	    PAGE_GET(one "/delete", write, record_delete_page),                \
	    PAGE_POST(one "/delete", write, record_delete_post),               \
	    PAGE_POST(one "/restore", write, past_restore_post),               \
	    PAGE_GET(one "/history", MAY_VIEW, record_history_page)

static const struct route routes[] = {
	KIND_ROUTES("/areas", "/areas/{name}", MAY_EDIT),
	KIND_ROUTES("/vlans", "/vlans/{area}/{vid}", MAY_EDIT),
	KIND_ROUTES("/roles", "/roles/{name}", MAY_EDIT),
	KIND_ROUTES("/platforms", "/platforms/{name}", MAY_EDIT),
	KIND_ROUTES("/secrets", "/secrets/{name}", MAY_ADMIN),
	KIND_ROUTES("/buttons", "/buttons/{name}", MAY_ADMIN),
	KIND_ROUTES("/images", "/images/{name}", MAY_EDIT),
	KIND_ROUTES("/hooks", "/hooks/{name}", MAY_ADMIN),
	KIND_ROUTES("/channels", "/channels/{name}", MAY_ADMIN),
	KIND_ROUTES("/views", "/views/{name}", MAY_EDIT),
};

const struct route_table pages_library_routes = { routes, COUNT(routes) };
