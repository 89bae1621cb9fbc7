#include "app/choice.h"

#include "app/device_view.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

struct choice {
	const struct snapshot *snapshot;
	const char *device, *area, *role, *platform, *tag;
	const json_t *devices;
	bool all;
	bool filtered;
	struct device_view view;
	bool has_view;
};

static enum err_code read_choice(const struct app *app,
    const struct snapshot *s, const json_t *p, struct choice *c, struct err *e)
{
	const char *view = json_text(p, "view", "");

	*c = (struct choice){ .snapshot = s,
		.device = json_text(p, "device", ""),
		.area = json_text(p, "area", ""),
		.role = json_text(p, "role", ""),
		.platform = json_text(p, "platform", ""),
		.tag = json_text(p, "tag", ""),
		.devices = json_object_get(p, "devices"),
		.all = json_flag(p, "all", false) };
	c->has_view = *view != '\0';
	c->filtered =
	    c->has_view || *c->area || *c->role || *c->platform || *c->tag;
	return c->has_view ? device_view_open(app, s, view, &c->view, e)
			   : ERR_OK;
}

static bool is_named(const struct choice *c, const char *name)
{
	const json_t *item;
	size_t i;

	if (strcmp(c->device, name) == 0)
		return true;
	json_array_foreach(c->devices, i, item)
	{
		if (strcmp(json_string_value(item), name) == 0)
			return true;
	}
	return false;
}

static bool meets_filters(const struct choice *c, const struct record *r)
{
	return (!*c->area || snapshot_area_within(c->snapshot,
				 record_text(r, DEVICE_AREA), c->area)) &&
	       (!*c->role ||
		   strcmp(record_text(r, DEVICE_ROLE), c->role) == 0) &&
	       (!*c->platform ||
		   strcmp(record_text(r, DEVICE_PLATFORM), c->platform) == 0) &&
	       (!*c->tag || record_contains(r, DEVICE_TAGS, c->tag)) &&
	       (!c->has_view || device_view_shows(&c->view, r));
}

static bool is_chosen(const struct choice *c, const struct record *r)
{
	return c->all || is_named(c, record_key(r)) ||
	       (c->filtered && meets_filters(c, r));
}

static enum err_code find(const struct choice *c, const struct record ***ret,
    size_t *ret_n, struct err *e)
{
	const struct record *const *all;
	const struct record **list;
	size_t n_all, n = 0;

	if (!c->all && !c->filtered && !*c->device &&
	    json_array_size(c->devices) == 0)
		return err_set(e, ERR_INVALID,
		    "no device is chosen: name devices, or set an area, role, "
		    "platform, tag or saved view, or all");
	all = snapshot_all(c->snapshot, KIND_DEVICE, &n_all);
	list = malloc((n_all + 1) * sizeof(*list));
	if (!list)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < n_all; i++) {
		if (is_chosen(c, all[i]))
			list[n++] = all[i];
	}
	if (n == 0) {
		free(list);
		return err_set(
		    e, ERR_INVALID, "no device meets what was asked for");
	}
	*ret = list;
	*ret_n = n;
	return ERR_OK;
}

enum err_code choice_find(const struct app *app, const struct snapshot *s,
    const json_t *parameters, const struct record ***ret, size_t *ret_n,
    struct err *e)
{
	struct choice c;
	enum err_code rc = read_choice(app, s, parameters, &c, e);

	if (rc == ERR_OK)
		rc = find(&c, ret, ret_n, e);
	device_view_release(&c.view);
	return rc;
}
