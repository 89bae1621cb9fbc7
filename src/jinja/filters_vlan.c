/* netutils' functions on lists of VLANs. */
#include "jinja/filters.h"

/* A line of a VLAN list: as many whole entries as fit. */
static size_t line_end(struct jv all, size_t from, size_t max)
{
	size_t end = from + max;

	if (end >= all.len)
		return all.len;
	while (end > from && all.u.text[end] != ',')
		end--;
	return end;
}

static bool emit_group(struct run *r, const struct jv_list *l, uint32_t from,
    uint32_t to, int64_t min)
{
	int64_t n = (int64_t)to - from;

	if (from && !emit_char(r, ','))
		return false;
	if (!emit_int(r, l->items[from].u.integer))
		return false;
	if (n == 1)
		return true;
	if (min > 1 && n >= min)
		return emit_char(r, '-') &&
		       emit_int(r, l->items[to - 1].u.integer);
	for (uint32_t i = from + 1; i < to; i++)
		if (!emit_char(r, ',') || !emit_int(r, l->items[i].u.integer))
			return false;
	return true;
}

static bool sorted_vlans(
    struct run *r, const struct call *c, struct jv_list **ret)
{
	struct jv_list *items, *out = list_make(r, 0);

	if (!out || !value_to_list(r, c->args[0], &items))
		return false;
	for (uint32_t i = 0; i < items->n; i++) {
		struct jv v = items->items[i];

		if (v.kind != JV_INT || v.u.integer < 1 || v.u.integer > 4094)
			return run_fail(r, ERR_INVALID,
			    "vlanlist_to_config: VLANs are integers from 1 "
			    "to 4094");
	}
	if (!sort_by_keys(r, items, items, 0))
		return false;
	for (uint32_t i = 0; i < items->n; i++)
		if ((i == 0 || items->items[i].u.integer !=
				   items->items[i - 1].u.integer) &&
		    !list_add(r, out, items->items[i]))
			return false;
	*ret = out;
	return true;
}

static bool filter_vlanlist(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *vlans = NULL, *out = list_make(r, 0);
	int64_t first, other, min;
	size_t mark = text_begin(r), at = 0;
	struct jv all;
	uint32_t from = 0;

	if (!out || !sorted_vlans(r, c, &vlans) ||
	    !arg_int(r, c, 1, 48, &first) || !arg_int(r, c, 2, 44, &other) ||
	    !arg_int(r, c, 3, 3, &min))
		return false;
	if (min < 1 || first < 5 || other < 5)
		return run_fail(r, ERR_INVALID,
		    "vlanlist_to_config: the sizes are too small");
	for (uint32_t i = 1; i <= vlans->n; i++) {
		if (i < vlans->n && vlans->items[i].u.integer ==
					vlans->items[i - 1].u.integer + 1)
			continue;
		if (!emit_group(r, vlans, from, i, min))
			return false;
		from = i;
	}
	if (!text_take(r, mark, false, &all))
		return false;
	while (at < all.len || (at == 0 && out->n == 0)) {
		size_t end =
		    line_end(all, at, (size_t)(out->n ? other : first));

		if (!list_add(
			r, out, jv_string(all.u.text + at, end - at, false)))
			return false;
		at = end + 1;
	}
	*ret = list_value(out);
	return true;
}

static bool add_vlans(
    struct run *r, int64_t from, int64_t to, struct jv_list *out)
{
	if (to > 4094)
		return run_fail(r, ERR_INVALID,
		    "vlanconfig_to_list: VLANs are at most 4094");
	for (; from <= to; from++)
		if (!list_add(r, out, jv_int(from)))
			return false;
	return true;
}

static bool filter_vlanconfig(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *out = list_make(r, 0);
	int64_t n = -1, from = -1;
	struct jv text;

	if (!out || !arg_text(r, c, 0, "", &text))
		return false;
	for (uint32_t i = 0; i <= text.len; i++) {
		char b = i < text.len ? text.u.text[i] : '\0';

		if (b >= '0' && b <= '9') {
			n = (n < 0 ? 0 : n) * 10 + (b - '0');
			if (n > 4094)
				return add_vlans(r, n, n, out);
			continue;
		}
		if (n >= 0 && b == '-' && from < 0) {
			from = n;
		} else if (n >= 0) {
			if (!add_vlans(r, from >= 0 ? from : n, n, out))
				return false;
			from = -1;
		}
		n = -1;
	}
	if (out->n == 0)
		return run_fail(
		    r, ERR_INVALID, "vlanconfig_to_list: no digits found");
	*ret = list_value(out);
	return sort_by_keys(r, out, out, 0);
}

static const struct native table[] = {
	{ "vlanlist_to_config", filter_vlanlist,
	    "vlan_list first_line_len other_line_len min_grouping_size", 1, 4,
	    0, NULL, NULL },
	{ "vlanconfig_to_list", filter_vlanconfig, "vlan_config", 1, 1, 0, NULL,
	    NULL },
};
const struct native_table vlan_filters = NATIVE_TABLE(table);
