/*
 * Records of the library kinds: list, create, read, replace, patch, delete.
 * One set of handlers; the route says which kind it is for.
 */
#include "web/api/api.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* --- lists --------------------------------------------------------------- */

static const char *const list_query[] = { "q", "limit", "after", NULL };

struct list_filter {
	const char *q;
	const char *after;
	size_t limit;
	size_t n;
	struct {
		int field;
		const char *value;
	} item[16];
};

/* The gate has let nothing pass but these and the fields. */
static bool is_list_word(const char *name)
{
	for (size_t i = 0; list_query[i]; i++) {
		if (strcmp(list_query[i], name) == 0)
			return true;
	}
	return false;
}

static enum err_code read_filter(struct request *r, const struct kind *kind,
    struct list_filter *f, struct err *e)
{
	const struct request_pair *pairs;
	enum err_code rc;
	size_t n;
	long limit;

	rc = request_query_number(
	    r, "limit", 1, API_MAX_ITEMS, API_DEFAULT_ITEMS, &limit, e);
	if (rc != ERR_OK)
		return rc;
	f->limit = (size_t)limit;
	f->q = request_query(r, "q", "");
	f->after = request_query(r, "after", "");
	pairs = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		int field = schema_find(&kind->schema, pairs[i].name);

		if (is_list_word(pairs[i].name))
			continue;
		if (field < 0)
			continue;
		if (f->n == sizeof(f->item) / sizeof(f->item[0]))
			return request_refuse(r, 400, e, "too many filters");
		f->item[f->n].field = field;
		f->item[f->n++].value = pairs[i].value;
	}
	return ERR_OK;
}

static bool contains_text(const struct record *record, const char *q)
{
	const struct schema *schema = &record_kind(record)->schema;

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *field = &schema->fields[i];

		if (!field->hidden && !record_field_is_list(field) &&
		    strcasestr(record_text(record, (int)i), q))
			return true;
	}
	return strcasestr(record_key(record), q) != NULL;
}

static bool passes(const struct record *record, const struct list_filter *f)
{
	const struct schema *schema = &record_kind(record)->schema;

	for (size_t i = 0; i < f->n; i++) {
		int field = f->item[i].field;
		const char *value = f->item[i].value;
		bool fits =
		    record_field_is_list(&schema->fields[field])
			? record_contains(record, field, value)
			: strcmp(record_text(record, field), value) == 0;

		if (!fits)
			return false;
	}
	return !*f->q || contains_text(record, f->q);
}

/* The first record behind the cursor; they are sorted by key. */
static size_t first_after(
    const struct record *const *all, size_t n, const char *after)
{
	size_t low = 0, high = n;

	while (*after && low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(record_key(all[mid]), after) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static enum err_code list_records(
    struct request *r, struct response *out, struct err *e)
{
	const struct kind *kind = kind_get(r->route->kind);
	const struct record *const *all;
	const struct record *last = NULL;
	struct list_filter f = { .n = 0 };
	enum err_code rc = read_filter(r, kind, &f, e);
	bool more = false;
	json_t *items;
	size_t n;

	if (rc != ERR_OK)
		return rc;
	items = json_array();
	all = snapshot_all(r->snapshot, kind->id, &n);
	for (size_t i = first_after(all, n, f.after); rc == ERR_OK && i < n;
	     i++) {
		if (!passes(all[i], &f))
			continue;
		more = json_array_size(items) == f.limit;
		if (more)
			break;
		last = all[i];
		rc = api_append(items, api_record_json(last), e);
	}
	if (rc != ERR_OK) {
		json_decref(items);
		return rc;
	}
	return response_json(
	    out, 200, api_list_json(items, more ? record_key(last) : NULL), e);
}

/* --- one record ---------------------------------------------------------- */

static enum err_code give_record(struct request *r, struct response *out,
    int status, const struct record *record, struct err *e)
{
	response_etag(r, out, record_version(record));
	return response_json(out, status, api_record_json(record), e);
}

static enum err_code get_record(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *record;
	enum err_code rc;

	rc = api_find_record(r, kind_get(r->route->kind), &record, e);
	return rc == ERR_OK ? give_record(r, out, 200, record, e) : rc;
}

static enum err_code post_record(
    struct request *r, struct response *out, struct err *e)
{
	const struct kind *kind = kind_get(r->route->kind);
	struct inventory_result result = { 0 };
	json_t *object = NULL;
	enum err_code rc;

	rc = request_json_object(r, false, &object, e);
	if (rc != ERR_OK)
		return rc;
	rc = inventory_create(r->app, &r->actor,
	    &(struct inventory_change){
		.kind = kind, .object = object, .errors = request_errors(r) },
	    &result, e);
	json_decref(object);
	if (rc != ERR_OK)
		return rc;
	response_header(out, "Location",
	    arena_printf(r->arena, "/api/v1/%s/%s", kind->plural,
		record_key(result.record)));
	rc = give_record(r, out, 201, result.record, e);
	inventory_result_release(&result);
	return rc;
}

typedef enum err_code (*change_fn)(const struct app *app,
    const struct actor *actor, const struct inventory_change *what,
    struct inventory_result *ret, struct err *e);

static enum err_code change_record(
    struct request *r, struct response *out, change_fn change, struct err *e)
{
	const struct kind *kind = kind_get(r->route->kind);
	struct inventory_result result = { 0 };
	const struct blob_id *expect;
	const struct record *record;
	struct blob_id id;
	json_t *object = NULL;
	enum err_code rc;

	rc = api_find_record(r, kind, &record, e);
	if (rc == ERR_OK)
		rc = api_need_if_match(r, &id, &expect, e);
	if (rc == ERR_OK)
		rc = request_json_object(r, false, &object, e);
	if (rc != ERR_OK)
		return rc;
	rc = change(r->app, &r->actor,
	    &(struct inventory_change){ .kind = kind,
		.key = record_key(record),
		.expect = expect,
		.object = object,
		.errors = request_errors(r) },
	    &result, e);
	rc = api_explain_stale(r, rc, kind, record_key(record), object);
	json_decref(object);
	if (rc == ERR_OK)
		rc = give_record(r, out, 200, result.record, e);
	inventory_result_release(&result);
	return rc;
}

static enum err_code put_record(
    struct request *r, struct response *out, struct err *e)
{
	return change_record(r, out, inventory_update, e);
}

/* PUT makes an image where there is none; the name is that of the path. */
static enum err_code put_image(
    struct request *r, struct response *out, struct err *e)
{
	const struct kind *kind = kind_get(KIND_IMAGE);
	struct inventory_result result = { 0 };
	const struct blob_id *expect = NULL;
	struct blob_id id;
	json_t *object = NULL;
	bool present, there;
	enum err_code rc;

	rc = api_optional_if_match(r, &id, &expect, &present, e);
	if (rc == ERR_OK)
		rc = request_json_object(r, false, &object, e);
	if (rc != ERR_OK)
		return rc;
	if (!json_object_get(object, "name"))
		json_object_set_new(object, "name", json_string(r->capture[0]));
	there = snapshot_find(r->snapshot, KIND_IMAGE, r->capture[0]) != NULL;
	if (there)
		rc = inventory_update(r->app, &r->actor,
		    &(struct inventory_change){ .kind = kind,
			.key = r->capture[0],
			.expect = expect,
			.object = object,
			.errors = request_errors(r) },
		    &result, e);
	else if (present)
		rc = err_set(e, ERR_STALE, "there is no such image");
	else if (strcmp(json_text(object, "name", ""), r->capture[0]) != 0)
		rc = err_set(e, ERR_INVALID,
		    "the body names another image than the path");
	else
		rc = inventory_create(r->app, &r->actor,
		    &(struct inventory_change){ .kind = kind,
			.object = object,
			.errors = request_errors(r) },
		    &result, e);
	rc = api_explain_stale(r, rc, kind, r->capture[0], object);
	json_decref(object);
	if (rc == ERR_OK)
		rc = give_record(r, out, there ? 200 : 201, result.record, e);
	inventory_result_release(&result);
	return rc;
}

static enum err_code patch_record(
    struct request *r, struct response *out, struct err *e)
{
	return change_record(r, out, inventory_patch, e);
}

static enum err_code delete_record(
    struct request *r, struct response *out, struct err *e)
{
	const struct kind *kind = kind_get(r->route->kind);
	struct inventory_result result = { 0 };
	const struct blob_id *expect;
	const struct record *record;
	struct blob_id id;
	enum err_code rc;

	rc = api_find_record(r, kind, &record, e);
	if (rc == ERR_OK)
		rc = api_need_if_match(r, &id, &expect, e);
	if (rc != ERR_OK)
		return rc;
	rc = inventory_delete(r->app, &r->actor,
	    &(struct inventory_change){
		.kind = kind, .key = record_key(record), .expect = expect },
	    &result, e);
	rc = api_explain_stale(r, rc, kind, record_key(record), NULL);
	inventory_result_release(&result);
	if (rc == ERR_OK)
		out->status = 204;
	return rc;
}

/* --- routes -------------------------------------------------------------- */

#define RECORDS(plural, item, Name, Names, id, write) \
	RECORDS_PUT(plural, item, Name, Names, id, write, put_record)
#define RECORDS_PUT(plural, item, Name, Names, id, write, put)              \
	{ .method = METHOD_GET,                                             \
		.pattern = "/api/v1/" plural,                               \
		.surface = SURFACE_API,                                     \
		.permission = MAY_VIEW,                                     \
		.handler = list_records,                                    \
		.kind = id,                                                 \
		.query = list_query,                                        \
		.operation_id = "list" Names,                               \
		.summary = "List " plural },                                \
	    { .method = METHOD_POST,                                        \
		    .pattern = "/api/v1/" plural,                           \
		    .surface = SURFACE_API,                                 \
		    .permission = write,                                    \
		    .body_limit = BODY_JSON,                                \
		    .handler = post_record,                                 \
		    .kind = id,                                             \
		    .operation_id = "create" Name,                          \
		    .summary = "Create one" },                              \
	    { .method = METHOD_GET,                                         \
		    .pattern = "/api/v1/" plural item,                      \
		    .surface = SURFACE_API,                                 \
		    .permission = MAY_VIEW,                                 \
		    .handler = get_record,                                  \
		    .kind = id,                                             \
		    .operation_id = "get" Name,                             \
		    .summary = "Read one" },                                \
	    { .method = METHOD_PUT,                                         \
		    .pattern = "/api/v1/" plural item,                      \
		    .surface = SURFACE_API,                                 \
		    .permission = write,                                    \
		    .body_limit = BODY_JSON,                                \
		    .handler = put,                                         \
		    .kind = id,                                             \
		    .operation_id = "replace" Name,                         \
		    .summary = "Replace one as a whole",                    \
		    .may_create = (id) == KIND_IMAGE },                     \
	    { .method = METHOD_PATCH,                                       \
		    .pattern = "/api/v1/" plural item,                      \
		    .surface = SURFACE_API,                                 \
		    .permission = write,                                    \
		    .body_limit = BODY_JSON,                                \
		    .handler = patch_record,                                \
		    .kind = id,                                             \
		    .operation_id = "update" Name,                          \
		    .summary = "Change fields of one (JSON merge patch)" }, \
	{                                                                   \
		.method = METHOD_DELETE, .pattern = "/api/v1/" plural item, \
		.surface = SURFACE_API, .permission = write,                \
		.handler = delete_record, .kind = id,                       \
		.operation_id = "delete" Name, .summary = "Delete one"      \
	}

static const struct route routes[] = {
	RECORDS(
	    "devices", "/{name}", "Device", "Devices", KIND_DEVICE, MAY_EDIT),
	RECORDS("areas", "/{name}", "Area", "Areas", KIND_AREA, MAY_EDIT),
	RECORDS("vlans", "/{area}/{vid}", "Vlan", "Vlans", KIND_VLAN, MAY_EDIT),
	RECORDS("roles", "/{name}", "Role", "Roles", KIND_ROLE, MAY_EDIT),
	RECORDS("platforms", "/{name}", "Platform", "Platforms", KIND_PLATFORM,
	    MAY_EDIT),
	RECORDS(
	    "secrets", "/{name}", "Secret", "Secrets", KIND_SECRET, MAY_ADMIN),
	RECORDS("hooks", "/{name}", "Hook", "Hooks", KIND_HOOK, MAY_ADMIN),
	RECORDS(
	    "buttons", "/{name}", "Button", "Buttons", KIND_BUTTON, MAY_ADMIN),
	RECORDS("channels", "/{name}", "Channel", "Channels", KIND_CHANNEL,
	    MAY_ADMIN),
	RECORDS("schedules", "/{name}", "Schedule", "Schedules", KIND_SCHEDULE,
	    MAY_ADMIN),
	RECORDS("views", "/{name}", "View", "Views", KIND_VIEW, MAY_EDIT),
	RECORDS_PUT("images", "/{name}", "Image", "Images", KIND_IMAGE,
	    MAY_EDIT, put_image),
};

const struct route_table api_records_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
