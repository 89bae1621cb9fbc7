#include "app/render_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* global, areas, role, device */
#define MAX_LAYERS (SNAPSHOT_MAX_AREA_DEPTH + 3)

/* --- records ------------------------------------------------------------- */

/* What a record's object refers to. */
struct view {
	const struct render_scope *scope;
	const struct record *record;
};

static const char *view_text(const void *self)
{
	const struct view *v = self;

	if (record_kind(v->record)->id == KIND_VLAN)
		return record_text(v->record, VLAN_NAME);
	return record_key(v->record);
}

/* As jv_from_json(), with a copy of each text: the JSON may be gone before the
 * render ends. */
static struct jv copy_json(struct arena *a, const json_t *value)
{
	struct jv to;
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_string(value))
		return jv_copy_text(a, json_string_value(value));
	if (json_is_array(value)) {
		to = jv_list(a, json_array_size(value));
		json_array_foreach(value, i, item)
		    jv_list_append(a, to, copy_json(a, item));
		return to;
	}
	if (!json_is_object(value))
		return jv_from_json(a, value);
	to = jv_dict(a, json_object_size(value));
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	    jv_dict_set(a, to, arena_strdup(a, key), copy_json(a, item));
	return to;
}

static struct jv object_field(
    struct arena *a, const struct record *record, int field)
{
	json_t *json = json_loads(record_text(record, field), 0, NULL);
	struct jv v = json ? copy_json(a, json) : jv_dict(a, 0);

	json_decref(json);
	return v;
}

static struct jv list_field(
    struct arena *a, const struct record *record, int field, bool numbers)
{
	size_t n = record_count(record, field);
	struct jv list = jv_list(a, n);

	for (size_t i = 0; i < n; i++) {
		const char *item = record_item(record, field, i);

		jv_list_append(a, list,
		    numbers ? jv_int(strtol(item, NULL, 10)) : jv_text(item));
	}
	return list;
}

/* A reference becomes the record; one that leads nowhere is none. */
static struct jv reference(
    struct arena *a, const struct view *v, const struct field *f, int field)
{
	const struct record *to = snapshot_find(
	    v->scope->snapshot, f->ref, record_text(v->record, field));

	return to ? render_record(a, v->scope, to) : jv_none();
}

static struct jv field_value(
    struct arena *a, const struct view *v, const struct field *f, int field)
{
	const struct record *record = v->record;

	if (f->type == FIELD_LABELS || f->type == FIELD_REFS ||
	    f->type == FIELD_NUMBERS)
		return list_field(a, record, field, f->type == FIELD_NUMBERS);
	if (f->type == FIELD_OBJECT)
		return object_field(a, record, field);
	if (f->type == FIELD_BOOL)
		return jv_bool(record_flag(record, field));
	if (!record_has(record, field))
		return jv_none();
	if (f->type == FIELD_INT)
		return jv_int(record_number(record, field, 0));
	/* how a credential is found is nobody's business here */
	if (f->type == FIELD_REF && f->ref != KIND_SECRET)
		return reference(a, v, f, field);
	return jv_text(record_text(record, field));
}

/* "192.0.2.10" of "192.0.2.10/24:2222"; none without one. */
static struct jv bare_address(struct arena *a, const struct record *device)
{
	char address[16];
	int prefix, port;

	if (!schema_parse_ipv4(record_text(device, DEVICE_PRIMARY_IP4), address,
		&prefix, &port))
		return jv_none();
	return jv_copy_text(a, address);
}

/* Attributes beside the fields. */
static bool derived(
    const struct view *v, const char *name, struct arena *a, struct jv *ret)
{
	if (record_kind(v->record)->id != KIND_DEVICE)
		return false;
	if (strcmp(name, "address") == 0)
		*ret = bare_address(a, v->record);
	else if (strcmp(name, "context") == 0)
		*ret = render_context(a, v->scope->snapshot, v->record);
	else
		return false;
	return true;
}

static bool view_get(const void *self, const char *name, size_t name_len,
    struct arena *a, struct jv *ret)
{
	const struct view *v = self;
	const struct schema *schema = &record_kind(v->record)->schema;
	char text[64];
	int field;

	if (name_len >= sizeof(text))
		return false;
	memcpy(text, name, name_len);
	text[name_len] = '\0';
	field = schema_find(schema, text);
	if (field < 0 || schema->fields[field].hidden)
		return derived(v, text, a, ret);
	*ret = field_value(a, v, &schema->fields[field], field);
	return true;
}

static const struct jv_class classes[KIND_COUNT] = {
	[KIND_DEVICE] = { "device", view_get,
	    (const char *const[]){ "name", "status", "platform", "primary_ip4",
		"address", "role", "area", "vlans", "serial", "tags",
		"description", "vars", NULL },
	    view_text },
	[KIND_AREA] = { "area", view_get,
	    (const char *const[]){ "name", "parent", "description", NULL },
	    view_text },
	[KIND_ROLE] = { "role", view_get,
	    (const char *const[]){ "name", "description", NULL }, view_text },
	[KIND_PLATFORM] = { "platform", view_get,
	    (const char *const[]){ "name", "driver", "description", NULL },
	    view_text },
	[KIND_VLAN] = { "vlan", view_get,
	    (const char *const[]){ "vid", "name", "area", "description", NULL },
	    view_text },
};

struct jv render_record(struct arena *a, const struct render_scope *scope,
    const struct record *record)
{
	struct view *v;

	if (!record || !classes[record_kind(record)->id].name)
		return jv_undefined(NULL);
	v = arena_alloc(a, sizeof(*v));
	if (!v)
		return jv_undefined(NULL);
	*v = (struct view){ scope, record };
	return jv_object(a, &classes[record_kind(record)->id], v);
}

/* --- the merged context --------------------------------------------------- */

struct layers {
	json_t *item[MAX_LAYERS]; /* the later ones count more */
	size_t n;
	bool failed; /* out of memory: one is missing */
};

static void add_layer(struct layers *l, const struct snapshot *s,
    const char *dir, const char *name)
{
	char path[PATH_MAX_KEY];
	json_t *json;

	if (!*name || snprintf(path, sizeof(path), "%s%s.json", dir, name) >=
			  (int)sizeof(path))
		return;
	if (l->n == MAX_LAYERS || !snapshot_context(s, path, &json))
		l->failed = true;
	else if (json)
		l->item[l->n++] = json;
}

static void add_areas(
    struct layers *l, const struct snapshot *s, const char *innermost)
{
	const char *chain[SNAPSHOT_MAX_AREA_DEPTH];
	const char *name = innermost;
	size_t n = 0;

	while (*name && n < SNAPSHOT_MAX_AREA_DEPTH) {
		const struct record *area = snapshot_find(s, KIND_AREA, name);

		chain[n++] = name;
		name = area ? record_text(area, AREA_PARENT) : "";
	}
	while (n > 0)
		add_layer(l, s, "area/", chain[--n]);
}

static struct jv merge(struct arena *a, const struct layers *l);

/* The value of a key: objects of several layers become one; anything else
 * takes the place of what was before. */
static struct jv merged_value(
    struct arena *a, const struct layers *l, const char *key)
{
	struct layers objects = { .n = 0 };
	const json_t *last = NULL;

	for (size_t i = 0; i < l->n; i++) {
		json_t *v = json_object_get(l->item[i], key);

		if (!v)
			continue;
		last = v;
		if (json_is_object(v))
			objects.item[objects.n++] = v;
		else
			objects.n = 0;
	}
	return objects.n > 1 ? merge(a, &objects) : copy_json(a, last);
}

static struct jv merge(struct arena *a, const struct layers *l)
{
	struct jv to = jv_dict(a, 16), there;
	const char *key;
	json_t *v;

	for (size_t i = 0; i < l->n; i++) {
		json_object_foreach(l->item[i], key, v)
		{
			if (!jv_dict_get(to, key, &there))
				jv_dict_set(a, to, arena_strdup(a, key),
				    merged_value(a, l, key));
		}
	}
	return to;
}

struct jv render_context(
    struct arena *a, const struct snapshot *s, const struct record *device)
{
	struct layers l = { .n = 0 };
	struct jv merged;

	add_layer(&l, s, "", "global");
	add_areas(&l, s, record_text(device, DEVICE_AREA));
	add_layer(&l, s, "role/", record_text(device, DEVICE_ROLE));
	add_layer(&l, s, "device/", record_key(device));
	/* half a context is none */
	merged = l.failed ? jv_undefined("context") : merge(a, &l);
	while (l.n > 0)
		json_decref(l.item[--l.n]);
	return merged;
}

/* --- all of it ------------------------------------------------------------ */

/* A VLAN id means that VLAN of the device's area, or of the nearest one
 * around it. */
static const struct record *find_vlan(
    const struct snapshot *s, const char *area, const char *vid)
{
	const struct record *found = NULL, *record;
	char key[PATH_MAX_KEY];

	for (int i = 0; *area && !found && i < SNAPSHOT_MAX_AREA_DEPTH; i++) {
		snprintf(key, sizeof(key), "%s/%s", area, vid);
		found = snapshot_find(s, KIND_VLAN, key);
		record = snapshot_find(s, KIND_AREA, area);
		area = record ? record_text(record, AREA_PARENT) : "";
	}
	return found;
}

static struct jv vlans_of(struct arena *a, const struct render_scope *scope)
{
	const struct record *device = scope->device;
	size_t n = record_count(device, DEVICE_VLANS);
	struct jv list = jv_list(a, n);

	for (size_t i = 0; i < n; i++) {
		const struct record *vlan =
		    find_vlan(scope->snapshot, record_text(device, DEVICE_AREA),
			record_item(device, DEVICE_VLANS, i));

		if (vlan)
			jv_list_append(a, list, render_record(a, scope, vlan));
	}
	return list;
}

struct jv render_data(struct arena *a, struct render_scope *scope)
{
	struct jv data = jv_dict(a, 5);

	jv_dict_set(a, data, "device", render_record(a, scope, scope->device));
	jv_dict_set(a, data, "vlans", vlans_of(a, scope));
	jv_dict_set(a, data, "context",
	    render_context(a, scope->snapshot, scope->device));
	jv_dict_set(a, data, "devices",
	    jv_function(a, "devices", render_devices, scope));
	jv_dict_set(a, data, "neighbors",
	    jv_function(a, "neighbors", render_neighbors, scope));
	return data;
}
