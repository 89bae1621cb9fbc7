/* devices() and neighbors(): what a template may ask about other devices. */
#include "app/render_data.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The engine counts what a template evaluates, not what a look-up reads. */
#define MAX_LOOKED_AT ((size_t)20 * 1000 * 1000)

/* --- filters -------------------------------------------------------------- */

enum filter_id {
	FILTER_AREA,
	FILTER_ROLE,
	FILTER_PLATFORM,
	FILTER_STATUS,
	FILTER_TAG,
	FILTERS,
};

static const char *const filter_names[FILTERS] = {
	[FILTER_AREA] = "area",
	[FILTER_ROLE] = "role",
	[FILTER_PLATFORM] = "platform",
	[FILTER_STATUS] = "status",
	[FILTER_TAG] = "tag",
};

/* NULL: any. */
struct filter {
	const char *value[FILTERS];
};

/* The text of a string, or of an object that is one (device.role). */
static const char *text_of(struct arena *a, struct jv v)
{
	const char *text;
	size_t len;

	return jv_as_text(v, &text, &len) ? arena_memdup(a, text, len) : NULL;
}

static enum err_code parse_filter(
    struct arena *a, struct jv keywords, struct filter *ret, struct err *e)
{
	struct filter f = { { NULL } };
	struct jv key, value;
	size_t at = 0, i;

	while (jv_dict_next(keywords, &at, &key, &value)) {
		const char *name = text_of(a, key);

		for (i = 0; name && i < FILTERS; i++) {
			if (strcmp(filter_names[i], name) == 0)
				break;
		}
		if (!name || i == FILTERS)
			return err_set(e, ERR_INVALID,
			    "cannot choose by \"%.60s\"; use area, role, "
			    "platform, status or tag",
			    name ? name : "");
		f.value[i] = text_of(a, value);
		if (!f.value[i])
			return err_set(e, ERR_INVALID, "%s must be text", name);
	}
	*ret = f;
	return ERR_OK;
}

static bool same(const char *wanted, const char *has)
{
	return !wanted || strcmp(wanted, has) == 0;
}

static bool matches(const struct filter *f, const struct snapshot *s,
    const struct record *device)
{
	return same(f->value[FILTER_ROLE], record_text(device, DEVICE_ROLE)) &&
	       same(f->value[FILTER_PLATFORM],
		   record_text(device, DEVICE_PLATFORM)) &&
	       same(f->value[FILTER_STATUS],
		   record_text(device, DEVICE_STATUS)) &&
	       (!f->value[FILTER_TAG] || record_contains(device, DEVICE_TAGS,
					     f->value[FILTER_TAG])) &&
	       (!f->value[FILTER_AREA] ||
		   snapshot_area_within(s, record_text(device, DEVICE_AREA),
		       f->value[FILTER_AREA]));
}

static enum err_code charge(struct render_scope *scope, size_t n, struct err *e)
{
	scope->looked_at += n;
	if (scope->looked_at > MAX_LOOKED_AT)
		return err_set(e, ERR_LIMIT,
		    "looked at more than %zu devices in one rendering",
		    MAX_LOOKED_AT);
	return ERR_OK;
}

/* --- devices -------------------------------------------------------------- */

static enum err_code one_device(const struct render_scope *scope,
    struct arena *a, struct jv name, struct jv *ret, struct err *e)
{
	const char *text = text_of(a, name);
	const struct record *device =
	    text ? snapshot_find(scope->snapshot, KIND_DEVICE, text) : NULL;

	if (!device)
		return err_set(e, ERR_NOT_FOUND, "there is no device \"%.80s\"",
		    text ? text : "");
	*ret = render_record(a, scope, device);
	return ERR_OK;
}

enum err_code render_devices(void *ctx, struct arena *a, const struct jv *args,
    size_t n_args, struct jv keywords, struct jv *ret, struct err *e)
{
	struct render_scope *scope = ctx;
	const struct record *const *all;
	struct filter f;
	struct jv list;
	enum err_code rc;
	size_t n;

	if (n_args == 1 && keywords.kind == JV_UNDEFINED)
		return one_device(scope, a, args[0], ret, e);
	if (n_args)
		return err_set(e, ERR_INVALID,
		    "takes one name, or filters such as area='lab'");
	rc = parse_filter(a, keywords, &f, e);
	if (rc != ERR_OK)
		return rc;
	all = snapshot_all(scope->snapshot, KIND_DEVICE, &n);
	rc = charge(scope, n, e);
	if (rc != ERR_OK)
		return rc;
	list = jv_list(a, 16);
	for (size_t i = 0; i < n; i++) {
		if (matches(&f, scope->snapshot, all[i]))
			jv_list_append(
			    a, list, render_record(a, scope, all[i]));
	}
	*ret = list;
	return ERR_OK;
}

/* --- links ---------------------------------------------------------------- */

/* One end of a link as the device there sees it. */
struct link_end {
	const char *device;
	const char *peer;
	const char *interface; /* "" if not told */
	const char *peer_interface;
	const json_t *link; /* as it was written */
	bool reversed;	    /* written at the peer */
};

struct render_links {
	struct link_end *ends; /* by device, interface, own before reversed */
	size_t n, cap;
};

static int by_device(const void *a, const void *b)
{
	const struct link_end *x = a, *y = b;
	int order = strcmp(x->device, y->device);

	if (order == 0)
		order = strcmp(x->interface, y->interface);
	if (order == 0)
		order = strcmp(x->peer, y->peer);
	if (order == 0)
		order = strcmp(x->peer_interface, y->peer_interface);
	return order ? order : (int)x->reversed - (int)y->reversed;
}

static bool add_end(struct render_links *links, struct link_end end)
{
	if (links->n == links->cap) {
		size_t cap = links->cap ? links->cap * 2 : 64;
		struct link_end *grown =
		    realloc(links->ends, cap * sizeof(*grown));

		if (!grown)
			return false;
		links->ends = grown;
		links->cap = cap;
	}
	links->ends[links->n++] = end;
	return true;
}

/* Both ends of each link that a device's context names. */
static bool add_links(struct render_links *links, const struct snapshot *s,
    const char *device, const json_t *list)
{
	const json_t *link;
	bool ok = true;
	size_t i;

	json_array_foreach(list, i, link)
	{
		const char *to = json_text(link, "device", "");
		const struct record *peer = snapshot_find(s, KIND_DEVICE, to);
		const char *here = json_text(link, "interface", "");
		const char *there = json_text(link, "peer_interface", "");

		if (!peer)
			continue;
		ok = ok &&
		     add_end(links, (struct link_end){ device, record_key(peer),
					here, there, link, false }) &&
		     add_end(links, (struct link_end){ record_key(peer), device,
					there, here, link, true });
	}
	return ok;
}

/* A link that both ends tell of is one link. */
static void drop_doubles(struct render_links *links)
{
	size_t n = 0;

	for (size_t i = 0; i < links->n; i++) {
		const struct link_end *x = &links->ends[i];
		const struct link_end *last = n ? &links->ends[n - 1] : NULL;

		if (last && strcmp(last->device, x->device) == 0 &&
		    strcmp(last->interface, x->interface) == 0 &&
		    strcmp(last->peer, x->peer) == 0 &&
		    strcmp(last->peer_interface, x->peer_interface) == 0)
			continue;
		links->ends[n++] = *x;
	}
	links->n = n;
}

enum err_code render_links_new(
    const struct snapshot *s, struct render_links **ret, struct err *e)
{
	struct render_links *links = calloc(1, sizeof(*links));
	const struct record *const *all;
	bool ok = links != NULL;
	size_t n;

	all = snapshot_all(s, KIND_DEVICE, &n);
	for (size_t i = 0; ok && i < n; i++) {
		const char *name = record_key(all[i]);
		const json_t *list = snapshot_links(s, name);

		ok = !list || add_links(links, s, name, list);
	}
	if (!ok) {
		render_links_free(links);
		return err_set(e, ERR_SYSTEM, "out of memory for the links");
	}
	if (links->n)
		qsort(links->ends, links->n, sizeof(*links->ends), by_device);
	drop_doubles(links);
	*ret = links;
	return ERR_OK;
}

void render_links_free(struct render_links *links)
{
	if (!links)
		return;
	free(links->ends);
	free(links);
}

static size_t first_of(const struct render_links *links, const char *device)
{
	size_t low = 0, high = links->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(links->ends[mid].device, device) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* { device, interface, peer_interface, link } */
static struct jv neighbor(struct arena *a, const struct render_scope *scope,
    const struct link_end *end, const struct record *peer)
{
	struct jv v = jv_dict(a, 4);

	jv_dict_set(a, v, "device", render_record(a, scope, peer));
	jv_dict_set(a, v, "interface", jv_text(end->interface));
	jv_dict_set(a, v, "peer_interface", jv_text(end->peer_interface));
	jv_dict_set(a, v, "link", jv_from_json(a, end->link));
	return v;
}

enum err_code render_neighbors(void *ctx, struct arena *a,
    const struct jv *args, size_t n_args, struct jv keywords, struct jv *ret,
    struct err *e)
{
	struct render_scope *scope = ctx;
	const struct render_links *links = scope->links;
	const char *name = record_key(scope->device);
	struct filter f;
	struct jv list;
	enum err_code rc;

	(void)args;
	if (n_args)
		return err_set(e, ERR_INVALID,
		    "takes filters only, such as role='router'");
	rc = parse_filter(a, keywords, &f, e);
	if (rc == ERR_OK)
		rc = charge(scope, 1, e);
	if (rc != ERR_OK)
		return rc;
	list = jv_list(a, 8);
	for (size_t i = first_of(links, name);
	     i < links->n && strcmp(links->ends[i].device, name) == 0; i++) {
		const struct record *peer = snapshot_find(
		    scope->snapshot, KIND_DEVICE, links->ends[i].peer);

		if (matches(&f, scope->snapshot, peer))
			jv_list_append(
			    a, list, neighbor(a, scope, &links->ends[i], peer));
	}
	*ret = list;
	return ERR_OK;
}
