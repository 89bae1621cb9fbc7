#include "app/snapshot.h"

#include "app/snapshot_internal.h"
#include "base/json.h"
#include "domain/job_holder.h"

#include <stdio.h>
#include <string.h>

const struct commit_id *snapshot_commit(const struct snapshot *s)
{
	return &s->commit;
}

bool snapshot_place(
    const struct snapshot *s, enum kind_id kind, const char *key, size_t *ret)
{
	size_t low = 0, high = s->kinds[kind].n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct record *r = s->kinds[kind].items[mid];
		int order = strcmp(record_key(r), key);

		if (order == 0) {
			*ret = mid;
			return true;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

const struct record *snapshot_find(
    const struct snapshot *s, enum kind_id kind, const char *key)
{
	size_t at;

	return snapshot_place(s, kind, key, &at) ? s->kinds[kind].items[at]
						 : NULL;
}

const struct record *const *snapshot_all(
    const struct snapshot *s, enum kind_id kind, size_t *ret_n)
{
	*ret_n = s->kinds[kind].n;
	return s->kinds[kind].items;
}

const struct record *snapshot_settings(const struct snapshot *s)
{
	const struct record *r = snapshot_find(s, KIND_SETTINGS, "settings");

	return r ? r : s->default_settings;
}

static const struct snapshot_file *find_file(
    const struct snapshot *s, enum file_table table, const char *key)
{
	size_t low = 0, high = s->files[table].n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct snapshot_file *f = s->files[table].items[mid];
		int order = strcmp(f->key, key);

		if (order == 0)
			return f;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool snapshot_config(const struct snapshot *s, enum path_config which,
    const char *device, struct blob_id *ret)
{
	const struct record *r = snapshot_find(s, KIND_DEVICE, device);
	const struct snapshot_file *f;
	char key[2 * PATH_MAX_KEY];

	if (!r)
		return false;
	snprintf(
	    key, sizeof(key), "%s/%s", device, record_text(r, DEVICE_AREA));
	f = find_file(s, (enum file_table)which, key);
	if (f)
		*ret = f->blob;
	return f != NULL;
}

bool snapshot_template(
    const struct snapshot *s, const char *name, struct blob_id *ret)
{
	const struct snapshot_file *f = find_file(s, FILES_TEMPLATES, name);

	if (f)
		*ret = f->blob;
	return f != NULL;
}

bool snapshot_context(const struct snapshot *s, const char *name, json_t **ret)
{
	const struct snapshot_file *f = find_file(s, FILES_CONTEXT, name);

	if (f && f->text)
		*ret = json_loads(f->text, 0, NULL);
	else
		*ret = f ? json_incref(f->json) : NULL;
	return *ret || !f || !f->text;
}

const json_t *snapshot_links(const struct snapshot *s, const char *device)
{
	const struct snapshot_file *f;
	char name[PATH_MAX_KEY];

	if (snprintf(name, sizeof(name), "device/%s.json", device) >=
	    (int)sizeof(name))
		return NULL;
	f = find_file(s, FILES_CONTEXT, name);
	return f ? f->links : NULL;
}

static const enum file_table listed[] = {
	[SNAPSHOT_TEMPLATES] = FILES_TEMPLATES,
	[SNAPSHOT_CONTEXT] = FILES_CONTEXT,
};

size_t snapshot_count_files(
    const struct snapshot *s, enum snapshot_listed which)
{
	return s->files[listed[which]].n;
}

const char *snapshot_file_at(const struct snapshot *s,
    enum snapshot_listed which, size_t i, struct blob_id *ret)
{
	const struct snapshot_file *f = s->files[listed[which]].items[i];

	*ret = f->blob;
	return f->key;
}

const struct snapshot_problem *snapshot_problems(
    const struct snapshot *s, size_t *ret_n)
{
	*ret_n = s->n_problems;
	return s->problems;
}

size_t snapshot_count_devices(
    const struct snapshot *s, int field, const char *value)
{
	size_t n = 0;

	for (size_t i = 0; i < s->kinds[KIND_DEVICE].n; i++) {
		const struct record *r = s->kinds[KIND_DEVICE].items[i];

		if (strcmp(record_text(r, field), value) == 0)
			n++;
	}
	return n;
}

/* Devices are sorted by name, and those of one place are mostly named alike:
 * the one before refers to the same record more often than not. */
void snapshot_tally_devices(
    const struct snapshot *s, int field, enum kind_id kind, size_t *counts)
{
	const char *last = NULL;
	size_t at = 0;
	bool known = false;

	for (size_t i = 0; i < s->kinds[KIND_DEVICE].n; i++) {
		const struct record *r = s->kinds[KIND_DEVICE].items[i];
		const char *key = record_text(r, field);

		if (!last || strcmp(key, last) != 0)
			known = snapshot_place(s, kind, key, &at);
		last = key;
		counts[at] += known;
	}
}

static const struct field *field_that_refers(
    const struct record *r, enum kind_id kind, const char *key)
{
	const struct schema *schema = &record_kind(r)->schema;

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];

		if (f->ref != kind)
			continue;
		if (f->type == FIELD_REF &&
		    strcmp(record_text(r, (int)i), key) == 0)
			return f;
		if (f->type == FIELD_REFS && record_contains(r, (int)i, key))
			return f;
	}
	return NULL;
}

/* Parameters of a job that a schedule, a hook or a button holds.  Devices come
 * and go by themselves: those that name them say that they are gone. */
static const struct field *parameters_that_refer(
    const struct record *r, enum kind_id kind, const char *key)
{
	const struct job_holder *h = job_holder_of(record_kind(r)->id);
	const struct job *job =
	    h ? job_holder_find_job(h, record_text(r, h->job)) : NULL;
	json_t *held = job ? job_holder_parameters(h, r) : NULL;
	bool found = false;

	for (size_t i = 0; held && i < job->parameters.n_fields; i++) {
		const struct field *f = &job->parameters.fields[i];

		if (f->ref == kind && kind != KIND_DEVICE &&
		    f->type == FIELD_REF &&
		    strcmp(json_text(held, f->name, ""), key) == 0)
			found = true;
	}
	json_decref(held);
	return found ? &record_kind(r)->schema.fields[h->parameters] : NULL;
}

/* VLANs are referred to by number, from devices of their area or below. */
static const struct record *device_with_vlan(
    const struct snapshot *s, const char *key)
{
	const char *slash = strchr(key, '/');
	const struct record *vlan = snapshot_find(s, KIND_VLAN, key);

	for (size_t i = 0; vlan && slash && i < s->kinds[KIND_DEVICE].n; i++) {
		const struct record *d = s->kinds[KIND_DEVICE].items[i];

		if (record_contains(d, DEVICE_VLANS, slash + 1) &&
		    snapshot_area_within(s, record_text(d, DEVICE_AREA),
			record_text(vlan, VLAN_AREA)))
			return d;
	}
	return NULL;
}

const struct record *snapshot_referrer(const struct snapshot *s,
    enum kind_id kind, const char *key, const struct field **ret_field)
{
	const struct record *self = snapshot_find(s, kind, key);

	for (size_t k = 1; k < KIND_COUNT; k++) {
		for (size_t i = 0; i < s->kinds[k].n; i++) {
			const struct record *r = s->kinds[k].items[i];
			const struct field *f =
			    r == self ? NULL : field_that_refers(r, kind, key);

			if (!f && r != self)
				f = parameters_that_refer(r, kind, key);
			if (f) {
				*ret_field = f;
				return r;
			}
		}
	}
	if (kind == KIND_VLAN) {
		*ret_field =
		    &kind_get(KIND_DEVICE)->schema.fields[DEVICE_VLANS];
		return device_with_vlan(s, key);
	}
	return NULL;
}

bool snapshot_area_within(
    const struct snapshot *s, const char *area, const char *outer)
{
	for (int depth = 0; depth < SNAPSHOT_MAX_AREA_DEPTH && *area; depth++) {
		const struct record *r;

		if (strcmp(area, outer) == 0)
			return true;
		r = snapshot_find(s, KIND_AREA, area);
		if (!r)
			return false;
		area = record_text(r, AREA_PARENT);
	}
	return false;
}

static const struct record *secret_named(
    const struct snapshot *s, const struct record *r, int field)
{
	const char *name = r ? record_text(r, field) : "";

	return *name ? snapshot_find(s, KIND_SECRET, name) : NULL;
}

/* What the device's area, or the nearest one around it, names. */
static const struct record *secret_of_areas(
    const struct snapshot *s, const struct record *device, int field)
{
	const char *area = record_text(device, DEVICE_AREA);
	const struct record *found = NULL;

	for (int depth = 0; !found && *area && depth < SNAPSHOT_MAX_AREA_DEPTH;
	     depth++) {
		const struct record *a = snapshot_find(s, KIND_AREA, area);

		found = secret_named(s, a, field);
		area = a ? record_text(a, AREA_PARENT) : "";
	}
	return found;
}

static const struct record *platform_of(
    const struct snapshot *s, const struct record *device)
{
	return snapshot_find(
	    s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM));
}

const struct record *snapshot_snmp_credentials(
    const struct snapshot *s, const struct record *device)
{
	const struct record *found =
	    secret_named(s, platform_of(s, device), PLATFORM_SNMP);

	return found ? found : secret_of_areas(s, device, AREA_SNMP);
}

const struct record *snapshot_credentials(
    const struct snapshot *s, const struct record *device)
{
	const struct record *found =
	    secret_named(s, device, DEVICE_CREDENTIALS);

	if (record_has(device, DEVICE_CREDENTIALS))
		return found;
	found = secret_of_areas(s, device, AREA_CREDENTIALS);
	if (!found)
		found = secret_named(
		    s, platform_of(s, device), PLATFORM_CREDENTIALS);
	if (!found)
		found =
		    secret_named(s, snapshot_settings(s), SETTINGS_CREDENTIALS);
	return found;
}
