#include "app/inventory_internal.h"

#include "app/hook_rule.h"
#include "app/job_parameters.h"
#include "app/notify.h"
#include "app/schedules.h"
#include "app/view_users.h"
#include "domain/backup_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A record as it will be, beside the snapshot without it. */
struct check {
	const struct snapshot *s;
	const struct record *old; /* NULL: new, or not about to change */
	const struct record *now;
	struct schema_errors *errors;
};

static const struct field *field_of(const struct check *c, int field)
{
	return &record_kind(c->now)->schema.fields[field];
}

static bool is_self(const struct check *c, const char *key)
{
	return strcmp(key, record_key(c->now)) == 0 ||
	       (c->old && strcmp(key, record_key(c->old)) == 0);
}

/* --- secrets ------------------------------------------------------------- */

static bool names_secret(const struct record *r, const char *secret)
{
	const struct schema *schema = &record_kind(r)->schema;

	for (size_t i = 0; i < schema->n_fields; i++) {
		if (schema->fields[i].ref == KIND_SECRET &&
		    strcmp(record_text(r, (int)i), secret) == 0)
			return true;
	}
	return false;
}

/* Whoever edits devices, areas and platforms decides where their credentials
 * are sent, and need not be trusted with those of notifications, which admins
 * write: a secret serves one or the other. */
static void check_secret_use(
    const struct check *c, const struct field *f, const char *secret)
{
	static const enum kind_id of_devices[] = { KIND_DEVICE, KIND_AREA,
		KIND_PLATFORM, KIND_SETTINGS, KIND_NONE };
	static const enum kind_id of_channels[] = { KIND_CHANNEL, KIND_NONE };
	enum kind_id id = record_kind(c->now)->id;
	const enum kind_id *others =
	    id == KIND_CHANNEL ? of_devices : of_channels;

	if (id == KIND_IRONIC) /* its values lie in a directory of their own */
		return;
	for (; *others != KIND_NONE; others++) {
		size_t n;
		const struct record *const *all =
		    snapshot_all(c->s, *others, &n);

		for (size_t i = 0; i < n; i++) {
			if (!names_secret(all[i], secret))
				continue;
			schema_errors_add(c->errors, f,
			    "\"%.80s\" is used by %s %.80s: devices and "
			    "notifications share no credentials",
			    secret, kind_get(*others)->name,
			    record_key(all[i]));
			return;
		}
	}
}

/* What starts runs by itself can be stopped although what it names is gone. */
static bool was_named(const struct check *c, int field, const char *key)
{
	if (!c->old || !job_holder_of(record_kind(c->now)->id))
		return false;
	return strcmp(record_text(c->old, field), key) == 0 ||
	       record_contains(c->old, field, key);
}

static void check_reference(
    const struct check *c, const struct field *f, const char *key)
{
	int at = (int)(f - record_kind(c->now)->schema.fields);

	if (f->ref == record_kind(c->now)->id && is_self(c, key))
		schema_errors_add(c->errors, f, "cannot be itself");
	else if (!snapshot_find(c->s, f->ref, key) && was_named(c, at, key))
		return;
	else if (!snapshot_find(c->s, f->ref, key))
		schema_errors_add(c->errors, f, "%s \"%.80s\" does not exist",
		    kind_get(f->ref)->name, key);
	else if (f->ref == KIND_SECRET)
		check_secret_use(c, f, key);
}

/* The area around one, where the checked area already has its new parent. */
static const char *parent_of(const struct check *c, const char *area)
{
	const struct record *a = snapshot_find(c->s, KIND_AREA, area);

	if (record_kind(c->now)->id == KIND_AREA && is_self(c, area))
		a = c->now;
	return a ? record_text(a, AREA_PARENT) : "";
}

/* A device in this area may use VLANs of it and of the areas around it. */
static bool finds_vlan(const struct check *c, const char *area, const char *vid)
{
	for (int depth = 0; *area && depth < SNAPSHOT_MAX_AREA_DEPTH; depth++) {
		char key[PATH_MAX_KEY];

		snprintf(key, sizeof(key), "%s/%s", area, vid);
		if (snapshot_find(c->s, KIND_VLAN, key))
			return true;
		area = parent_of(c, area);
	}
	return false;
}

/* A VLAN id must be one of the device's area or of an area around it. */
static void check_vlans(const struct check *c)
{
	const char *area = record_text(c->now, DEVICE_AREA);

	for (size_t i = 0; i < record_count(c->now, DEVICE_VLANS); i++) {
		const char *vid = record_item(c->now, DEVICE_VLANS, i);

		if (!finds_vlan(c, area, vid))
			schema_errors_add(c->errors, field_of(c, DEVICE_VLANS),
			    "there is no VLAN %s in area %s or the areas "
			    "around it",
			    vid, area);
	}
}

/* --- areas --------------------------------------------------------------- */

/* How many areas lie on the way from `area` to the top, itself included. */
static int depth_of(const struct check *c, const char *area)
{
	int depth = 0;

	while (*area && depth <= SNAPSHOT_MAX_AREA_DEPTH) {
		area = parent_of(c, area);
		depth++;
	}
	return depth;
}

/* An area must not come to lie inside itself, nor too deep. */
static void check_parents(const struct check *c)
{
	const struct field *f = field_of(c, AREA_PARENT);
	const char *parent = record_text(c->now, AREA_PARENT);
	const char *key = record_key(c->old ? c->old : c->now);
	const struct record *const *all;
	size_t n;

	if (!*parent)
		return;
	if (snapshot_area_within(c->s, parent, key)) {
		schema_errors_add(
		    c->errors, f, "area %s lies inside %s", parent, key);
		return;
	}
	all = snapshot_all(c->s, KIND_AREA, &n);
	for (size_t i = 0; i <= n; i++) {
		const char *area = i < n ? record_key(all[i]) : key;

		if (depth_of(c, area) <= SNAPSHOT_MAX_AREA_DEPTH ||
		    (i < n && !snapshot_area_within(c->s, area, key)))
			continue;
		schema_errors_add(c->errors, f,
		    "areas lie at most %d deep in each other; %s would lie "
		    "deeper",
		    SNAPSHOT_MAX_AREA_DEPTH, area);
		return;
	}
}

/* Devices below an area that gets another parent keep their VLANs. */
static void check_inherited_vlans(const struct check *c)
{
	const struct record *const *all;
	size_t n;

	if (!c->old || strcmp(record_text(c->old, AREA_PARENT),
			   record_text(c->now, AREA_PARENT)) == 0)
		return;
	all = snapshot_all(c->s, KIND_DEVICE, &n);
	for (size_t i = 0; i < n; i++) {
		const char *area = record_text(all[i], DEVICE_AREA);

		if (!snapshot_area_within(c->s, area, record_key(c->old)))
			continue;
		for (size_t j = 0; j < record_count(all[i], DEVICE_VLANS);
		     j++) {
			const char *vid = record_item(all[i], DEVICE_VLANS, j);

			if (finds_vlan(c, area, vid))
				continue;
			schema_errors_add(c->errors, field_of(c, AREA_PARENT),
			    "device %s would lose its VLAN %s",
			    record_key(all[i]), vid);
			return;
		}
	}
}

/* --- VLANs --------------------------------------------------------------- */

/* Devices name VLANs by number alone: one in use keeps its number and area. */
static void check_vlan_use(const struct check *c)
{
	const struct field *field;
	const struct record *user;

	if (!c->old || strcmp(record_key(c->old), record_key(c->now)) == 0)
		return;
	user = snapshot_referrer(c->s, KIND_VLAN, record_key(c->old), &field);
	if (user)
		schema_errors_add(c->errors, field_of(c, VLAN_VID),
		    "VLAN %s is used by device %s: a VLAN in use keeps its id "
		    "and its area",
		    record_key(c->old), record_key(user));
}

#define MAP_ARENA ((size_t)256 * 1024)

/* Commands that do more than read never come into the store. */
static void check_platform(const struct check *c)
{
	struct arena *arena = arena_new(MAP_ARENA);
	struct err e = ERR_INIT;
	struct backup_map map;

	if (!arena ||
	    backup_map_parse(record_text(c->now, PLATFORM_BACKUP_COMMANDS),
		record_text(c->now, PLATFORM_DRIVER), arena, &map,
		&e) != ERR_OK)
		schema_errors_add(c->errors,
		    field_of(c, PLATFORM_BACKUP_COMMANDS), "%.190s",
		    arena ? e.message : "out of memory");
	arena_free(arena);
}

static void check_settings(const struct check *c)
{
	long days = record_number(c->now, SETTINGS_KEEP_RUNS_DAYS, 0);

	if (days > 0 && days < RUNS_LEAST_DAYS)
		schema_errors_add(c->errors,
		    field_of(c, SETTINGS_KEEP_RUNS_DAYS),
		    "0 keeps all of them; the least is %d", RUNS_LEAST_DAYS);
	notify_check_settings(c->now, c->errors);
}

static void check_job(const struct check *c)
{
	if (!job_find(record_key(c->now)))
		schema_errors_add(c->errors, field_of(c, JOB_SETTING_NAME),
		    "there is no such job");
}

void inventory_check_references(const struct snapshot *s,
    const struct record *old, const struct record *now,
    struct schema_errors *errors)
{
	const struct check c = { s, old, now, errors };
	const struct schema *schema = &record_kind(now)->schema;
	size_t before = errors->n;

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];

		if (f->type == FIELD_REF && record_has(now, (int)i))
			check_reference(&c, f, record_text(now, (int)i));
		if (f->type != FIELD_REFS)
			continue;
		for (size_t j = 0; j < record_count(now, (int)i); j++)
			check_reference(&c, f, record_item(now, (int)i, j));
	}
	if (errors->n > before)
		return;
	if (record_kind(now)->id == KIND_DEVICE)
		check_vlans(&c);
	else if (record_kind(now)->id == KIND_VLAN)
		check_vlan_use(&c);
	else if (record_kind(now)->id == KIND_AREA)
		check_parents(&c);
	else if (record_kind(now)->id == KIND_PLATFORM)
		check_platform(&c);
	else if (record_kind(now)->id == KIND_HOOK)
		hook_rule_check(s, old, now, errors);
	else if (record_kind(now)->id == KIND_CHANNEL)
		notify_check_channel(now, errors);
	else if (record_kind(now)->id == KIND_SETTINGS)
		check_settings(&c);
	else if (record_kind(now)->id == KIND_SCHEDULE)
		schedule_check(s, old, now, errors);
	else if (record_kind(now)->id == KIND_BUTTON)
		job_parameters_check_held(s, old, now, errors);
	else if (record_kind(now)->id == KIND_JOB)
		check_job(&c);
	if (errors->n == before && record_kind(now)->id == KIND_AREA)
		check_inherited_vlans(&c);
}

static bool is_wrong(
    const struct schema_errors *errors, size_t n, const struct field *f)
{
	for (size_t i = 0; i < n; i++) {
		if (errors->item[i].field == f)
			return true;
	}
	return false;
}

static void check_key(const struct snapshot *s, const struct field *f,
    const json_t *key, struct schema_errors *errors)
{
	const char *text = json_string_value(key);

	if (text && *text && !snapshot_find(s, f->ref, text))
		schema_errors_add(errors, f, "%s \"%.80s\" does not exist",
		    kind_get(f->ref)->name, text);
}

void inventory_check_named(const struct snapshot *s, const struct kind *kind,
    const json_t *object, struct schema_errors *errors)
{
	size_t before = errors->n, k;
	const json_t *item;

	for (size_t i = 0; i < kind->schema.n_fields; i++) {
		const struct field *f = &kind->schema.fields[i];
		const json_t *v = json_object_get(object, f->name);

		if (is_wrong(errors, before, f))
			continue;
		if (f->type == FIELD_REF)
			check_key(s, f, v, errors);
		if (f->type != FIELD_REFS)
			continue;
		json_array_foreach(v, k, item)
		{
			check_key(s, f, item, errors);
		}
	}
}

void inventory_check_actor(const struct snapshot *s, const struct actor *actor,
    const struct record *old, const struct record *now,
    struct schema_errors *errors)
{
	const struct schema *schema = &record_kind(now)->schema;

	if (actor->role == ROLE_ADMIN)
		return;
	view_users_check(s, actor, old, now, errors);
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];

		if (!f->automatic || !record_has(now, (int)i) ||
		    (old && record_has(old, (int)i) &&
			strcmp(record_text(old, (int)i),
			    record_text(now, (int)i)) == 0))
			continue;
		schema_errors_add(
		    errors, f, "a job keeps this: leave it as it is, or out");
	}
}

void inventory_check(
    const struct snapshot *s, inventory_problem_fn fn, void *ctx, size_t *ret_n)
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

			inventory_check_references(s, NULL, all[i], &errors);
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
