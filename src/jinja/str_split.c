#include "jinja/str_split.h"

#include "jinja/text.h"
#include "jinja/utf8.h"

/* At white space, runs of which count as one. */
static bool split_space(
    struct run *r, struct jv s, int64_t max, struct jv_list *out)
{
	size_t at = 0, from, n;

	for (;;) {
		while (at < s.len &&
		       (n = utf8_space(s.u.text + at, s.len - at)) > 0)
			at += n;
		if (at >= s.len)
			return true;
		if (max-- == 0)
			return list_add(r, out, text_part(s, at, s.len));
		from = at;
		while (at < s.len && !utf8_space(s.u.text + at, s.len - at))
			at += utf8_step(s.u.text + at, s.len - at);
		if (!run_step(r) || !list_add(r, out, text_part(s, from, at)))
			return false;
	}
}

static bool split_at(
    struct run *r, struct jv s, struct jv sep, int64_t max, struct jv_list *out)
{
	size_t at = 0;

	while (max-- != 0) {
		const char *hit =
		    memmem(s.u.text + at, s.len - at, sep.u.text, sep.len);
		size_t to;

		if (!hit)
			break;
		to = (size_t)(hit - s.u.text);
		if (!run_step(r) || !list_add(r, out, text_part(s, at, to)))
			return false;
		at = to + sep.len;
	}
	return list_add(r, out, text_part(s, at, s.len));
}

static void reverse_items(struct jv_list *l)
{
	for (uint32_t i = 0; i < l->n / 2; i++) {
		struct jv swap = l->items[i];

		l->items[i] = l->items[l->n - 1 - i];
		l->items[l->n - 1 - i] = swap;
	}
}

static bool rsplit_at(
    struct run *r, struct jv s, struct jv sep, int64_t max, struct jv_list *out)
{
	size_t end = s.len;

	while (max-- != 0) {
		const char *hit = text_last_hit(s, end, sep);
		size_t to;

		if (!hit)
			break;
		to = (size_t)(hit - s.u.text);
		if (!run_step(r) ||
		    !list_add(r, out, text_part(s, to + sep.len, end)))
			return false;
		end = to;
	}
	if (!list_add(r, out, text_part(s, 0, end)))
		return false;
	reverse_items(out);
	return true;
}

static bool rsplit_space(
    struct run *r, struct jv s, int64_t max, struct jv_list *out)
{
	struct jv_list *all = list_make(r, 0);
	size_t end;
	uint32_t keep;

	if (!all || !split_space(r, s, -1, all))
		return false;
	if (max < 0 || all->n <= max) {
		*out = *all;
		return true;
	}
	keep = all->n - (uint32_t)max;
	end = (size_t)(all->items[keep - 1].u.text - s.u.text) +
	      all->items[keep - 1].len;
	if (!list_add(r, out, text_part(s, 0, end)))
		return false;
	for (uint32_t i = keep; i < all->n; i++)
		if (!list_add(r, out, all->items[i]))
			return false;
	return true;
}

static bool split_any(
    struct run *r, const struct call *c, bool right, struct jv *ret)
{
	struct jv s = c->args[0], sep = jv_none();
	struct jv_list *out = list_make(r, 0);
	int64_t max;
	bool ok;

	if (!out || !arg_int(r, c, 2, -1, &max) || !run_charge(r, s.len / 32))
		return false;
	if (arg_given(c, 1) && c->args[1].kind != JV_NONE &&
	    !arg_text(r, c, 1, "", &sep))
		return false;
	if (sep.kind == JV_STRING && sep.len == 0)
		return run_fail(r, ERR_INVALID, "split: empty separator");
	if (sep.kind != JV_STRING)
		ok = right ? rsplit_space(r, s, max, out)
			   : split_space(r, s, max, out);
	else
		ok = right ? rsplit_at(r, s, sep, max, out)
			   : split_at(r, s, sep, max, out);
	*ret = list_value(out);
	return ok;
}

bool str_split(struct run *r, const struct call *c, struct jv *ret)
{
	return split_any(r, c, false, ret);
}

bool str_rsplit(struct run *r, const struct call *c, struct jv *ret)
{
	return split_any(r, c, true, ret);
}

bool str_splitlines(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0];
	struct jv_list *out = list_make(r, 0);
	size_t line, sep;
	bool keep;

	if (!out || !arg_bool(r, c, 1, false, &keep))
		return false;
	for (size_t at = 0; at < s.len; at += line + sep) {
		text_line(s.u.text + at, s.len - at, &line, &sep);
		if (!run_step(r) ||
		    !list_add(
			r, out, text_part(s, at, at + line + (keep ? sep : 0))))
			return false;
	}
	*ret = list_value(out);
	return true;
}

bool str_partition(struct run *r, const struct call *c, struct jv *ret)
{
	bool last = strcmp(c->def->name, "rpartition") == 0;
	struct jv s = c->args[0], sep, empty = text_part(s, 0, 0);
	struct jv_list *l = list_make(r, 3);
	const char *hit;
	size_t at;

	if (!l || !arg_text(r, c, 1, "", &sep))
		return false;
	if (sep.len == 0)
		return run_fail(r, ERR_INVALID, "empty separator");
	hit = last ? text_last_hit(s, s.len, sep)
		   : memmem(s.u.text, s.len, sep.u.text, sep.len);
	at = hit ? (size_t)(hit - s.u.text) : 0;
	list_push(r->arena, l, hit ? text_part(s, 0, at) : last ? empty : s);
	list_push(r->arena, l, hit ? sep : empty);
	list_push(r->arena, l,
	    hit	   ? text_part(s, at + sep.len, s.len)
	    : last ? s
		   : empty);
	*ret = tuple_value(l);
	return true;
}
