#include "app/inventory_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_reference(const struct snapshot *s, const struct record *r,
    const struct field *f, const char *key, struct schema_errors *errors)
{
	bool self = f->ref == record_kind(r)->id &&
	    strcmp(key, record_key(r)) == 0;

	if (self)
		schema_errors_add(errors, f, "cannot be itself");
	else if (!snapshot_find(s, f->ref, key))
		schema_errors_add(errors, f, "%s \"%.80s\" does not exist",
		    kind_get(f->ref)->name, key);
}

/* A VLAN id must be one of the device's area or of an area around it. */
static void check_vlans(const struct snapshot *s, const struct record *r,
    struct schema_errors *errors)
{
	const struct field *f = &record_kind(r)->schema.fields[DEVICE_VLANS];

	for (size_t i = 0; i < record_count(r, DEVICE_VLANS); i++) {
		const char *vid = record_item(r, DEVICE_VLANS, i);
		const char *area = record_text(r, DEVICE_AREA);
		bool found = false;

		for (int depth = 0; !found && *area && depth < 32; depth++) {
			char key[PATH_MAX_KEY];
			const struct record *a =
			    snapshot_find(s, KIND_AREA, area);

			snprintf(key, sizeof(key), "%s/%s", area, vid);
			found = snapshot_find(s, KIND_VLAN, key) != NULL;
			area = a ? record_text(a, AREA_PARENT) : "";
		}
		if (!found)
			schema_errors_add(errors, f,
			    "there is no VLAN %s in area %s or the areas "
			    "around it", vid, record_text(r, DEVICE_AREA));
	}
}

/* An area must not come to lie inside itself. */
static void check_parents(const struct snapshot *s, const struct record *r,
    struct schema_errors *errors)
{
	const char *parent = record_text(r, AREA_PARENT);

	if (*parent && snapshot_area_within(s, parent, record_key(r)))
		schema_errors_add(errors,
		    &record_kind(r)->schema.fields[AREA_PARENT],
		    "area %s lies inside %s", parent, record_key(r));
}

void inventory_check_references(const struct snapshot *s,
    const struct record *r, struct schema_errors *errors)
{
	const struct schema *schema = &record_kind(r)->schema;
	size_t before = errors->n;

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];

		if (f->type == FIELD_REF && record_has(r, (int)i))
			check_reference(s, r, f, record_text(r, (int)i),
			    errors);
		if (f->type != FIELD_REFS)
			continue;
		for (size_t j = 0; j < record_count(r, (int)i); j++)
			check_reference(s, r, f, record_item(r, (int)i, j),
			    errors);
	}
	if (errors->n > before)
		return;
	if (record_kind(r)->id == KIND_DEVICE)
		check_vlans(s, r, errors);
	else if (record_kind(r)->id == KIND_AREA)
		check_parents(s, r, errors);
}

void inventory_check(const struct snapshot *s, inventory_problem_fn fn,
    void *ctx, size_t *ret_n)
{
	size_t n_problems, found = 0;
	const struct snapshot_problem *problems =
	    snapshot_problems(s, &n_problems);

	for (size_t i = 0; i < n_problems; i++, found++)
		fn(ctx, problems[i].path, problems[i].message);
	for (int k = 1; k < KIND_COUNT; k++) {
		size_t n;
		const struct record *const *all =
		    snapshot_all(s, (enum kind_id)k, &n);

		for (size_t i = 0; i < n; i++) {
			struct schema_errors errors = { 0 };

			inventory_check_references(s, all[i], &errors);
			for (size_t j = 0; j < errors.n; j++, found++) {
				char text[300];

				snprintf(text, sizeof(text), "%s: %s",
				    errors.item[j].field->name,
				    errors.item[j].message);
				fn(ctx, record_path(all[i]), text);
			}
		}
	}
	*ret_n = found;
}
