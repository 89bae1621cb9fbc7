#include "app/view_users.h"

#include "app/inventory.h"
#include "base/json.h"
#include "domain/job_holder.h"

#include <stdio.h>
#include <string.h>

#define MAX_NAMED 3

static bool parameters_name(const struct record *r, const char *view)
{
	json_t *parameters =
	    job_holder_parameters(job_holder_of(record_kind(r)->id), r);
	bool named = strcmp(json_text(parameters, "view", ""), view) == 0;

	json_decref(parameters);
	return named;
}

static bool uses(const struct record *r, const char *view)
{
	return (record_kind(r)->id == KIND_HOOK &&
		   strcmp(record_text(r, HOOK_VIEW), view) == 0) ||
	       parameters_name(r, view);
}

size_t view_users_find(const struct snapshot *s, const char *view,
    const struct record **ret, size_t max)
{
	static const enum kind_id kinds[] = { KIND_SCHEDULE, KIND_HOOK,
		KIND_BUTTON };
	size_t found = 0;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		size_t n;
		const struct record *const *all = snapshot_all(s, kinds[k], &n);

		for (size_t i = 0; i < n; i++) {
			if (!uses(all[i], view))
				continue;
			if (found < max)
				ret[found] = all[i];
			found++;
		}
	}
	return found;
}

void view_users_text(
    const struct snapshot *s, const char *view, char text[VIEW_USERS_TEXT])
{
	const struct record *users[MAX_NAMED];
	size_t n = view_users_find(s, view, users, MAX_NAMED);
	size_t named = n < MAX_NAMED ? n : MAX_NAMED, used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < named; i++) {
		const char *between = i == 0 ? "" : i + 1 == n ? " and " : ", ";

		used += (size_t)snprintf(text + used, VIEW_USERS_TEXT - used,
		    "%s%.10s %.36s", between, record_kind(users[i])->name,
		    record_key(users[i]));
	}
	if (n > named)
		snprintf(text + used, VIEW_USERS_TEXT - used, " and %zu more",
		    n - named);
}

void view_users_check(const struct snapshot *s, const struct actor *actor,
    const struct record *old, const struct record *now,
    struct schema_errors *errors)
{
	static const int shown[] = { VIEW_TABLE, VIEW_QUERY };
	char users[VIEW_USERS_TEXT];

	if (!old || record_kind(now)->id != KIND_VIEW ||
	    access_allows(
		actor->role, inventory_permission(kind_get(KIND_SCHEDULE))))
		return;
	view_users_text(s, record_key(old), users);
	for (size_t i = 0; *users && i < sizeof(shown) / sizeof(shown[0]);
	     i++) {
		if (strcmp(record_text(old, shown[i]),
			record_text(now, shown[i])) == 0)
			continue;
		schema_errors_add(errors,
		    &record_kind(now)->schema.fields[shown[i]],
		    "%s: only an admin changes what it shows, or save another "
		    "view",
		    users);
	}
}
