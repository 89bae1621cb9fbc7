#include "jinja/loop.h"

#include "jinja/callable.h"
#include "jinja/eval.h"

uint8_t loop_attr_named(const char *text, size_t len)
{
	static const char *const words[] = {
		[LOOP_INDEX] = "index",
		[LOOP_INDEX0] = "index0",
		[LOOP_REVINDEX] = "revindex",
		[LOOP_REVINDEX0] = "revindex0",
		[LOOP_FIRST] = "first",
		[LOOP_LAST] = "last",
		[LOOP_LENGTH] = "length",
		[LOOP_DEPTH] = "depth",
		[LOOP_DEPTH0] = "depth0",
		[LOOP_PREVITEM] = "previtem",
		[LOOP_NEXTITEM] = "nextitem",
		[LOOP_CYCLE] = "cycle",
		[LOOP_CHANGED] = "changed",
	};

	for (uint8_t i = 1; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == len && !memcmp(words[i], text, len))
			return i;
	return 0;
}

bool loop_begin(struct run *r, const struct for_stmt *st, struct jv iterable,
    struct loop_state *ret)
{
	*ret = (struct loop_state){ .st = st,
		.frame = r->frame,
		.index0 = -1,
		.length = -1,
		.before = jv_make(JV_MISSING),
		.current = jv_make(JV_MISSING),
		.after = jv_make(JV_MISSING),
		.changed = jv_make(JV_MISSING) };
	return iter_begin(r, iterable, &ret->it);
}

/* Does the item pass the condition of the loop? */
static bool passes(
    struct run *r, struct loop_state *l, struct jv item, bool *ret)
{
	struct frame *saved = r->frame;
	bool ok;

	*ret = true;
	if (!l->st->test)
		return true;
	r->frame = l->frame;
	ok = run_step(r) && assign(r, l->st->test_target, item);
	if (ok) {
		plan_enter(r, &l->st->test_plan);
		plan_enter_once(r, &l->st->test_plan);
		ok = eval_truth(r, l->st->test, ret);
	}
	r->frame = saved;
	return ok;
}

static bool take(struct run *r, struct loop_state *l, struct jv *ret)
{
	bool pass;

	if (l->done)
		return false;
	if (l->rest) {
		if (l->rest_at >= l->rest->n)
			return false;
		*ret = l->rest->items[l->rest_at++];
		return true;
	}
	while (iter_next(r, &l->it, ret)) {
		if (!passes(r, l, *ret, &pass))
			return false;
		if (pass)
			return true;
	}
	return false;
}

bool loop_next(struct run *r, struct loop_state *l, struct jv *ret)
{
	if (l->after.kind != JV_MISSING) {
		*ret = l->after;
		l->after.kind = JV_MISSING;
	} else if (!take(r, l, ret)) {
		return false;
	}
	l->index0++;
	if (l->st->extended) { /* only then can loop.previtem be asked */
		l->before = l->current;
		l->current = *ret;
	}
	return true;
}

static bool peek(struct run *r, struct loop_state *l)
{
	struct jv next;

	if (l->after.kind != JV_MISSING)
		return true;
	if (!take(r, l, &next))
		return false;
	l->after = next;
	return true;
}

/* A filtered loop, or one over a generator, must be read to its end. */
static bool read_ahead(struct run *r, struct loop_state *l)
{
	struct jv_list *rest = list_make(r, 0);
	struct jv item;

	if (!rest)
		return false;
	while (take(r, l, &item))
		if (!list_add(r, rest, item))
			return false;
	if (r->failed)
		return false;
	l->rest = rest;
	l->rest_at = 0;
	l->length = rest->n + l->index0 + 1 + (l->after.kind != JV_MISSING);
	return true;
}

static bool loop_length(struct run *r, struct loop_state *l)
{
	size_t n;

	if (l->length >= 0)
		return true;
	if (l->st->test || jv_is_generator(l->it.of))
		return read_ahead(r, l);
	if (l->it.of.kind == JV_OBJECT)
		return read_ahead(r, l);
	if (!value_length(r, l->it.of, &n))
		return false;
	l->length = (int64_t)n;
	return true;
}

static bool need_length(
    struct run *r, struct loop_state *l, int64_t minus, struct jv *ret)
{
	if (!loop_length(r, l))
		return false;
	*ret = jv_int(l->length - minus);
	return true;
}

static bool native_cycle(struct run *r, const struct call *c, struct jv *ret)
{
	const struct loop_state *l = c->args[0].u.internal;

	if (c->n < 2)
		return run_fail(r, ERR_INVALID, "no items for cycling given");
	*ret = c->args[1 + (size_t)l->index0 % (c->n - 1)];
	return true;
}

static bool native_changed(struct run *r, const struct call *c, struct jv *ret)
{
	struct loop_state *l = c->args[0].u.internal;
	struct jv_list *now = list_make(r, c->n);
	bool equal = false;

	for (size_t i = 1; now && i < c->n; i++)
		list_push(r->arena, now, c->args[i]);
	if (!now)
		return false;
	if (l->changed.kind != JV_MISSING &&
	    !values_equal(r, l->changed, tuple_value(now), &equal))
		return false;
	if (!equal)
		l->changed = tuple_value(now);
	*ret = jv_bool(!equal);
	return true;
}

static const struct native cycle = {
	.name = "cycle", .fn = native_cycle, .flags = NATIVE_VARIADIC
};
static const struct native changed = {
	.name = "changed", .fn = native_changed, .flags = NATIVE_VARIADIC
};

static bool neighbour(
    struct run *r, struct jv v, const char *what, struct jv *ret)
{
	if (r->failed)
		return false;
	*ret = v.kind != JV_MISSING
		   ? v
		   : undefined_hint(r, "there is no %s item", what);
	return true;
}

bool loop_attr(
    struct run *r, struct jv loop, const struct name *name, struct jv *ret)
{
	struct loop_state *l = loop.u.internal;

	switch ((enum loop_attr)name->loop_attr) {
	case LOOP_INDEX:
		*ret = jv_int(l->index0 + 1);
		return true;
	case LOOP_INDEX0:
		*ret = jv_int(l->index0);
		return true;
	case LOOP_REVINDEX:
		return need_length(r, l, l->index0, ret);
	case LOOP_REVINDEX0:
		return need_length(r, l, l->index0 + 1, ret);
	case LOOP_FIRST:
		*ret = jv_bool(l->index0 == 0);
		return true;
	case LOOP_LAST:
		*ret = jv_bool(!peek(r, l));
		return !r->failed;
	case LOOP_LENGTH:
		return need_length(r, l, 0, ret);
	case LOOP_DEPTH:
		*ret = jv_int(l->depth0 + 1);
		return true;
	case LOOP_DEPTH0:
		*ret = jv_int(l->depth0);
		return true;
	case LOOP_PREVITEM:
		return neighbour(r,
		    l->index0 == 0 ? jv_make(JV_MISSING) : l->before,
		    "previous", ret);
	case LOOP_NEXTITEM:
		peek(r, l);
		return neighbour(r, l->after, "next", ret);
	case LOOP_CYCLE:
		*ret = callable_method(r, &cycle, loop);
		return true;
	case LOOP_CHANGED:
		*ret = callable_method(r, &changed, loop);
		return true;
	}
	return false;
}
