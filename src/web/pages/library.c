/*
 * /areas, /vlans, /roles, /platforms, /secrets, /buttons, /hooks: one set of
 * pages for every kind in the library, from the kind's schema.
 */
#include "web/pages/pages.h"

#include "web/pages/record_edit.h"
#include "web/pages/record_table.h"

#include <string.h>

/* Ends with -1. */
#define FIELDS(...) ((const int[]){ __VA_ARGS__, -1 })
#define NO_FIELDS ((const int[]){ -1 })

static const struct library {
	struct record_table_spec table;
	const char *what_for; /* said when there is none yet */
	int counted_by;	      /* field of a device that refers to it, or -1 */
} libraries[] = {
	{ { KIND_AREA,
	      FIELDS(
		  AREA_NAME, AREA_PARENT, AREA_CREDENTIALS, AREA_DESCRIPTION),
	      FIELDS(AREA_NAME, AREA_DESCRIPTION), FIELDS(AREA_PARENT) },
	    "An area is a place or a part of the network; every device is in "
	    "one, and areas may lie in areas.",
	    DEVICE_AREA },
	{ { KIND_VLAN, FIELDS(VLAN_VID, VLAN_NAME, VLAN_AREA, VLAN_DESCRIPTION),
	      FIELDS(VLAN_VID, VLAN_NAME, VLAN_DESCRIPTION),
	      FIELDS(VLAN_AREA) },
	    "A VLAN has an id that is unique in its area.", -1 },
	{ { KIND_ROLE, FIELDS(ROLE_NAME, ROLE_DESCRIPTION),
	      FIELDS(ROLE_NAME, ROLE_DESCRIPTION), NO_FIELDS },
	    "A role says what a device is for: access, core, edge.",
	    DEVICE_ROLE },
	{ { KIND_PLATFORM,
	      FIELDS(PLATFORM_NAME, PLATFORM_DRIVER, PLATFORM_PORT,
		  PLATFORM_CREDENTIALS, PLATFORM_DESCRIPTION),
	      FIELDS(PLATFORM_NAME, PLATFORM_DESCRIPTION), NO_FIELDS },
	    "A platform says which driver speaks to its devices, and how.",
	    DEVICE_PLATFORM },
	{ { KIND_SECRET,
	      FIELDS(SECRET_NAME, SECRET_PROVIDER, SECRET_REFERENCE,
		  SECRET_USERNAME, SECRET_DESCRIPTION),
	      FIELDS(SECRET_NAME, SECRET_REFERENCE, SECRET_DESCRIPTION),
	      NO_FIELDS },
	    "A credentials reference says where the worker finds a password or "
	    "key. The value itself is never in the store.",
	    DEVICE_CREDENTIALS },
	{ { KIND_BUTTON,
	      FIELDS(BUTTON_NAME, BUTTON_LABEL, BUTTON_JOB, BUTTON_ENABLED,
		  BUTTON_ONE_CLICK),
	      FIELDS(BUTTON_NAME, BUTTON_LABEL), NO_FIELDS },
	    "A button puts a job on the pages of devices.", -1 },
	{ { KIND_IMAGE,
	      FIELDS(IMAGE_NAME, IMAGE_URL, IMAGE_CHECKSUM, IMAGE_DESCRIPTION),
	      FIELDS(IMAGE_NAME, IMAGE_URL, IMAGE_DESCRIPTION), NO_FIELDS },
	    "An image is what a bare-metal server is provisioned with, for an "
	    "Ironic without Glance.",
	    -1 },
	{ { KIND_HOOK,
	      FIELDS(HOOK_NAME, HOOK_ENABLED, HOOK_ON_CREATE, HOOK_ON_UPDATE,
		  HOOK_DRY_RUN, HOOK_DESCRIPTION),
	      FIELDS(HOOK_NAME, HOOK_DESCRIPTION), NO_FIELDS },
	    "A change hook provisions devices whose records were created or "
	    "changed.",
	    -1 },
};

static const struct library *library_of(const struct kind *kind)
{
	for (size_t i = 0; i < COUNT(libraries); i++) {
		if (libraries[i].table.kind == kind->id)
			return &libraries[i];
	}
	return NULL;
}

static const char *value_text(
    struct arena *a, const struct record *r, int field)
{
	const struct field *f = &record_kind(r)->schema.fields[field];
	const char *all = "";

	if (f->type != FIELD_REFS && f->type != FIELD_LABELS &&
	    f->type != FIELD_NUMBERS)
		return record_text(r, field);
	for (size_t i = 0; i < record_count(r, field); i++)
		all = arena_printf(
		    a, "%s%s%s", all, i ? ", " : "", record_item(r, field, i));
	return all;
}

/* {label, value, type: bool | ref | text, url} of one field. */
static struct jv cell_view(struct arena *a, const struct record *r, int field)
{
	const struct field *f = &record_kind(r)->schema.fields[field];
	struct jv v = jv_dict(a, 5);
	const char *text = value_text(a, r, field);

	jv_dict_set(a, v, "label", jv_text(f->label));
	jv_dict_set(a, v, "value", jv_text(text));
	jv_dict_set(a, v, "help", jv_text(f->help ? f->help : ""));
	jv_dict_set(a, v, "type", jv_text("text"));
	if (f->type == FIELD_BOOL) {
		jv_dict_set(a, v, "type", jv_text("bool"));
		jv_dict_set(a, v, "value", jv_bool(record_flag(r, field)));
	} else if (f->type == FIELD_REF && *text) {
		jv_dict_set(a, v, "type", jv_text("ref"));
		jv_dict_set(a, v, "url",
		    jv_text(view_record_url(a, kind_get(f->ref), text)));
	} else if (f->type == FIELD_OBJECT && *text) {
		jv_dict_set(a, v, "type", jv_text("code"));
	}
	return v;
}

/* Rows of cells, in the order of the table's columns. */
static struct jv rows_view(struct request *r, const struct library *library,
    const struct record_table *t)
{
	struct arena *a = r->arena;
	struct jv rows = jv_list(a, t->size);

	for (size_t i = t->first; i < t->n && i < t->first + t->size; i++) {
		const struct record *record = t->rows[i];
		struct jv row = jv_dict(a, 3), cells = jv_list(a, 6);

		for (const int *c = library->table.columns; *c >= 0; c++)
			jv_list_append(a, cells, cell_view(a, record, *c));
		jv_dict_set(a, row, "record", view_record(a, record));
		jv_dict_set(a, row, "cells", cells);
		if (library->counted_by >= 0)
			jv_dict_set(a, row, "devices",
			    jv_int((int64_t)snapshot_count_devices(r->snapshot,
				library->counted_by, record_key(record))));
		jv_list_append(a, rows, row);
	}
	return rows;
}

static bool may_write(const struct request *r, const struct kind *kind)
{
	bool admin = kind->id == KIND_SECRET || kind->id == KIND_HOOK ||
		     kind->id == KIND_BUTTON;

	return access_allows(r->actor.role, admin ? MAY_ADMIN : MAY_EDIT);
}

static void add_kind(
    struct request *r, const struct library *library, struct jv ctx)
{
	const struct kind *kind = kind_get(library->table.kind);
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
	struct jv ctx = jv_dict(r->arena, 10);
	struct record_table table;
	enum err_code rc;

	rc = record_table_select(r, &library->table, &table, e);
	if (rc != ERR_OK)
		return rc;
	add_kind(r, library, ctx);
	jv_dict_set(r->arena, ctx, "table",
	    record_table_view(r, &library->table, &table));
	jv_dict_set(r->arena, ctx, "rows", rows_view(r, library, &table));
	return response_page(r, out, 200, "library.html", ctx, e);
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
		return rc;
	add_kind(r, library, ctx);
	for (size_t i = 0; i < record_kind(record)->schema.n_fields; i++) {
		if (!record_kind(record)->schema.fields[i].hidden)
			jv_list_append(a, cells, cell_view(a, record, (int)i));
	}
	jv_dict_set(a, ctx, "record", view_record(a, record));
	jv_dict_set(a, ctx, "cells", cells);
	if (library->counted_by >= 0)
		jv_dict_set(a, ctx, "devices",
		    jv_int((int64_t)snapshot_count_devices(
			r->snapshot, library->counted_by, record_key(record))));
	return response_page(r, out, 200, "library_record.html", ctx, e);
}

#define KIND_ROUTES(list, one, write)                                          \
	PAGE_GET(list, MAY_VIEW, list_page),                                   \
	    PAGE_GET(list "/new", write, record_new_page),                     \
	    PAGE_POST_FIELDS(list "/new", write, record_new_post, BODY_FORM),  \
	    PAGE_GET(one, MAY_VIEW, record_page),                              \
	    PAGE_GET(one "/edit", write, record_edit_page),                    \
	    PAGE_POST_FIELDS(one "/edit", write, record_edit_post, BODY_FORM), \
	    PAGE_GET(one "/delete", write, record_delete_page),                \
	    PAGE_POST(one "/delete", write, record_delete_post)

static const struct route routes[] = {
	KIND_ROUTES("/areas", "/areas/{name}", MAY_EDIT),
	KIND_ROUTES("/vlans", "/vlans/{area}/{vid}", MAY_EDIT),
	KIND_ROUTES("/roles", "/roles/{name}", MAY_EDIT),
	KIND_ROUTES("/platforms", "/platforms/{name}", MAY_EDIT),
	KIND_ROUTES("/secrets", "/secrets/{name}", MAY_ADMIN),
	KIND_ROUTES("/buttons", "/buttons/{name}", MAY_ADMIN),
	KIND_ROUTES("/images", "/images/{name}", MAY_EDIT),
	KIND_ROUTES("/hooks", "/hooks/{name}", MAY_ADMIN),
};

const struct route_table pages_library_routes = { routes, COUNT(routes) };
