/* /views/save: keeps what a table shows; the list above the tables. */
#include "web/pages/saved_views.h"

#include "app/inventory.h"
#include "web/pages/pages.h"
#include "web/pages/query_link.h"

#include <stdio.h>
#include <string.h>

struct jv saved_views_of(struct request *r, const char *table)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, 8);
	const char *now = query_text(r, NULL);
	const struct record *const *all;
	size_t n;

	all = snapshot_all(r->snapshot, KIND_VIEW, &n);
	for (size_t i = 0; i < n; i++) {
		const char *query = record_text(all[i], VIEW_QUERY);
		struct jv v;

		if (strcmp(record_text(all[i], VIEW_TABLE), table) != 0)
			continue;
		v = jv_dict(a, 4);
		jv_dict_set(a, v, "name", jv_text(record_key(all[i])));
		jv_dict_set(
		    a, v, "label", jv_text(record_text(all[i], VIEW_LABEL)));
		jv_dict_set(a, v, "url",
		    jv_text(arena_printf(a, "/%s?%s", table, query)));
		jv_dict_set(a, v, "current", jv_bool(strcmp(query, now) == 0));
		jv_list_append(a, list, v);
	}
	return list;
}

bool saved_views_are_kept_of(const char *table)
{
	const char *const *word =
	    kind_get(KIND_VIEW)->schema.fields[VIEW_TABLE].choices;

	for (; *word; word++) {
		if (strcmp(*word, table) == 0)
			return true;
	}
	return false;
}

/* "Down in the north" of devices: "devices-down-in-the-north". */
static const char *name_of(
    struct arena *a, const char *table, const char *label)
{
	char *name = arena_printf(a, "%s-%.40s", table, label);

	for (char *p = name; p && *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
		else if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *p))
			*p = '-';
	}
	return name;
}

static enum err_code save(
    struct request *r, struct response *out, struct err *e)
{
	struct inventory_result result = { 0 };
	const char *table = request_form(r, "table", "");
	const char *label = request_form(r, "label", "");
	const char *query = request_form(r, "query", "");
	const char *name = name_of(r->arena, table, label);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "name",
	    name ? name : "", "label", label, "table", table, "query", query);
	enum err_code rc;

	if (!object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = inventory_create(r->app, &r->actor,
	    &(struct inventory_change){ .kind = kind_get(KIND_VIEW),
		.object = object,
		.errors = request_errors(r) },
	    &result, e);
	json_decref(object);
	inventory_result_release(&result);
	if (rc == ERR_CONFLICT) {
		response_flash(r, out, "attention",
		    "There is a view of this name already. Choose another "
		    "name, or delete that one first.");
	} else if (rc == ERR_OK) {
		response_flash(r, out, "good",
		    arena_printf(
			r->arena, "The view \"%s\" was saved.", label));
	} else {
		return rc;
	}
	return response_redirect(r, out,
	    arena_printf(r->arena, "/%s%s%s", table, *query ? "?" : "", query));
}

static const struct route routes[] = {
	PAGE_POST_LIMIT("/views/save", MAY_EDIT, save, BODY_SMALL),
};

const struct route_table pages_saved_views_routes = { routes, COUNT(routes) };
