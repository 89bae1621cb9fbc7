#include "jinja/eval.h"

#include "jinja/env.h"

static struct jv undefined_name(const struct name *name)
{
	return jv_undefined(name->text);
}

static bool resolve(struct run *r, struct jv *slot, const struct name *name)
{
	if (!context_resolve(r, r->frame->ctx, name, slot) &&
	    !env_find_global(r, name, slot))
		slot->kind = JV_MISSING;
	return !r->failed;
}

static bool eval_name(struct run *r, const struct expr *x, struct jv *ret)
{
	struct frame *f = frame_up(r, x->u.name.up);
	struct jv *slot = &f->slots[x->u.name.slot];

	if (slot->kind == JV_LAZY && !resolve(r, slot, x->u.name.name))
		return false;
	*ret = slot->kind == JV_MISSING ? undefined_name(x->u.name.name)
					: overlay_view(r, *slot);
	return true;
}

static bool eval_items(struct run *r, const struct expr *x, struct jv *ret)
{
	struct jv_list *l = list_make(r, x->u.list.n);

	if (!l)
		return false;
	for (uint32_t i = 0; i < x->u.list.n; i++)
		if (!eval(r, x->u.list.items[i], &l->items[i]))
			return false;
	l->n = x->u.list.n;
	*ret = x->op == X_TUPLE ? tuple_value(l) : list_value(l);
	return true;
}

static bool eval_dict(struct run *r, const struct expr *x, struct jv *ret)
{
	struct jv_dict *d = dict_new(r->arena, x->u.list.n / 2);
	struct jv key, value;

	if (!d)
		return run_no_memory(r);
	for (uint32_t i = 0; i < x->u.list.n; i += 2)
		if (!eval(r, x->u.list.items[i], &key) ||
		    !eval(r, x->u.list.items[i + 1], &value) ||
		    !dict_add(r, d, key, value))
			return false;
	*ret = dict_value(d);
	return true;
}

static bool eval_bound(struct run *r, const struct expr *x, struct jv *ret)
{
	*ret = jv_none();
	return !x || eval(r, x, ret);
}

static bool eval_item(struct run *r, const struct expr *x, struct jv *ret)
{
	const struct expr *index = x->u.item.index;
	struct jv of, at, bounds[3];

	if (!eval(r, x->u.item.of, &of))
		return false;
	if (index->op != X_SLICE)
		return eval(r, index, &at) && value_item(r, of, at, ret);
	return eval_bound(r, index->u.slice.start, &bounds[0]) &&
	       eval_bound(r, index->u.slice.stop, &bounds[1]) &&
	       eval_bound(r, index->u.slice.step, &bounds[2]) &&
	       value_slice(r, of, bounds, ret);
}

static bool compare_one(
    struct run *r, enum compare_op op, struct jv a, struct jv b, bool *ret)
{
	int order = 0;

	switch (op) {
	case CMP_EQ:
	case CMP_NE:
		if (!values_equal(r, a, b, ret))
			return false;
		*ret = *ret == (op == CMP_EQ);
		return true;
	case CMP_IN:
	case CMP_NOT_IN:
		if (!value_contains(r, b, a, ret))
			return false;
		*ret = *ret == (op == CMP_IN);
		return true;
	case CMP_LT:
	case CMP_LE:
	case CMP_GT:
	case CMP_GE:
		break;
	}
	if (!values_compare(r, a, b, &order))
		return false;
	if ((a.kind == JV_FLOAT && a.u.real != a.u.real) ||
	    (b.kind == JV_FLOAT && b.u.real != b.u.real))
		*ret = false;
	else
		*ret = op == CMP_LT   ? order < 0
		       : op == CMP_LE ? order <= 0
		       : op == CMP_GT ? order > 0
				      : order >= 0;
	return true;
}

static bool eval_compare(struct run *r, const struct expr *x, struct jv *ret)
{
	struct jv left, right;
	bool holds = true;

	if (!eval(r, x->u.compare.first, &left))
		return false;
	for (uint32_t i = 0; holds && i < x->u.compare.n; i++) {
		const struct comparison *c = &x->u.compare.ops[i];

		if (!eval(r, c->right, &right) ||
		    !compare_one(
			r, (enum compare_op)c->op, left, right, &holds))
			return false;
		left = right;
	}
	*ret = jv_bool(holds);
	return true;
}

static bool eval_concat(struct run *r, const struct expr *x, struct jv *ret)
{
	struct slot_mark mark;
	struct jv *items = slots_push(r, x->u.list.n, &mark);
	bool ok = items != NULL;

	for (uint32_t i = 0; ok && i < x->u.list.n; i++)
		ok = eval(r, x->u.list.items[i], &items[i]);
	ok = ok && value_concat(r, items, x->u.list.n, ret);
	slots_pop(r, mark);
	return ok;
}

/* Is it true?  Takes and, or and not apart, so that an error is told of the
 * operand that it is about. */
bool eval_truth(struct run *r, const struct expr *x, bool *ret)
{
	struct jv v;

	switch (x->op) {
	case X_NOT:
		if (!eval_truth(r, x->u.bin.a, ret))
			return false;
		*ret = !*ret;
		return true;
	case X_AND:
	case X_OR:
		if (!eval_truth(r, x->u.bin.a, ret))
			return false;
		return *ret == (x->op == X_OR) ||
		       eval_truth(r, x->u.bin.b, ret);
	}
	if (!eval(r, x, &v))
		return false;
	if (value_truth(r, v, ret))
		return true;
	if (!r->failed_at)
		r->failed_at = x;
	return false;
}

static bool eval_not(struct run *r, const struct expr *x, struct jv *ret)
{
	bool truth;

	if (!eval_truth(r, x->u.bin.a, &truth))
		return false;
	*ret = jv_bool(!truth);
	return true;
}

static bool eval_logic(struct run *r, const struct expr *x, struct jv *ret)
{
	bool truth;

	if (!eval(r, x->u.bin.a, ret) || !value_truth(r, *ret, &truth))
		return false;
	return truth == (x->op == X_OR) || eval(r, x->u.bin.b, ret);
}

static bool eval_cond(struct run *r, const struct expr *x, struct jv *ret)
{
	bool truth;

	if (!eval_truth(r, x->u.cond.test, &truth))
		return false;
	if (truth)
		return eval(r, x->u.cond.yes, ret);
	if (x->u.cond.no)
		return eval(r, x->u.cond.no, ret);
	*ret = jv_undefined("the inline if-expression evaluated to false and "
			    "no else section was defined");
	ret->reserved = UNDEF_LENIENT | UNDEF_HINT;
	return true;
}

static bool eval_binary(struct run *r, const struct expr *x, struct jv *ret)
{
	struct jv a, b;

	return eval(r, x->u.bin.a, &a) && eval(r, x->u.bin.b, &b) &&
	       value_binary(r, (enum expr_op)x->op, a, b, ret);
}

static bool eval_attr(struct run *r, const struct expr *x, struct jv *ret)
{
	const struct name *name = x->u.attr.name;
	const struct dict_entry *e;
	struct jv of;

	if (!eval(r, x->u.attr.of, &of))
		return false;
	/* what nearly all of them are: the key of a dict */
	if (of.kind == JV_DICT && !name->methods) {
		e = dict_find_fast(
		    of.u.dict, name->text, name->len, name->hash);
		if (e) {
			*ret = overlay_view(r, e->value);
			return true;
		}
	}
	return value_attr(r, of, name, ret);
}

static bool eval_sign(struct run *r, const struct expr *x, struct jv *ret)
{
	struct jv v;

	return eval(r, x->u.bin.a, &v) &&
	       value_negate(r, v, x->op == X_NEG, ret);
}

static bool eval_const(struct run *r, const struct expr *x, struct jv *ret)
{
	(void)r;
	*ret = x->u.value;
	return true;
}

static bool eval_value_call(struct run *r, const struct expr *x, struct jv *ret)
{
	return eval_call(r, x, false, ret);
}

static bool eval_lone_slice(struct run *r, const struct expr *x, struct jv *ret)
{
	(void)x;
	(void)ret;
	return run_fail(
	    r, ERR_INVALID, "a slice is only possible as a single subscript");
}

static bool (*const evaluators[])(
    struct run *r, const struct expr *x, struct jv *ret) = {
	[X_CONST] = eval_const,
	[X_LOCAL] = eval_name,
	[X_NAME] = eval_name,
	[X_TUPLE] = eval_items,
	[X_LIST] = eval_items,
	[X_DICT] = eval_dict,
	[X_ATTR] = eval_attr,
	[X_ITEM] = eval_item,
	[X_SLICE] = eval_lone_slice,
	[X_CALL] = eval_value_call,
	[X_FILTER] = eval_piped,
	[X_TEST] = eval_piped,
	[X_COND] = eval_cond,
	[X_AND] = eval_logic,
	[X_OR] = eval_logic,
	[X_NOT] = eval_not,
	[X_NEG] = eval_sign,
	[X_POS] = eval_sign,
	[X_ADD] = eval_binary,
	[X_SUB] = eval_binary,
	[X_MUL] = eval_binary,
	[X_DIV] = eval_binary,
	[X_FLOORDIV] = eval_binary,
	[X_MOD] = eval_binary,
	[X_POW] = eval_binary,
	[X_CONCAT] = eval_concat,
	[X_COMPARE] = eval_compare,
	[X_NSREF] = eval_name,
};

bool eval_slow(struct run *r, const struct expr *x, struct jv *ret)
{
	if (evaluators[x->op](r, x, ret))
		return true;
	if (!r->failed_at)
		r->failed_at = x;
	return false;
}

bool eval_print(struct run *r, const struct expr *x)
{
	struct jv v;

	if (x->op == X_CALL) {
		if (!eval_call(r, x, true, &v)) {
			if (!r->failed_at)
				r->failed_at = x;
			return false;
		}
		if (v.kind == JV_MISSING)
			return true;
	} else if (!eval(r, x, &v)) {
		return false;
	}
	if (emit_value(r, v))
		return true;
	if (!r->failed_at)
		r->failed_at = x;
	return false;
}

static bool assign_tuple(
    struct run *r, const struct expr *target, struct jv value)
{
	struct iter it;
	struct jv item;

	if (!iter_begin(r, value, &it))
		return false;
	for (uint32_t i = 0; i < target->u.list.n; i++) {
		if (!iter_next(r, &it, &item))
			return run_fail(r, ERR_INVALID,
			    "not enough values to unpack: %u names, %u values",
			    target->u.list.n, i);
		if (!assign(r, target->u.list.items[i], item))
			return false;
	}
	if (iter_next(r, &it, &item))
		return run_fail(r, ERR_INVALID,
		    "too many values to unpack into %u names",
		    target->u.list.n);
	return !r->failed;
}

static bool assign_attr(
    struct run *r, const struct expr *target, struct jv value)
{
	const struct name *attr = target->u.name.attr;
	struct jv ns;

	if (!eval_name(r, target, &ns))
		return false;
	if (ns.kind != JV_NAMESPACE)
		return run_fail(r, ERR_INVALID,
		    "'%s' is no namespace: its attributes cannot be set",
		    target->u.name.name->text);
	return dict_put(r->arena, ns.u.dict,
		   jv_string(attr->text, attr->len, false), attr->hash,
		   value) ||
	       run_no_memory(r);
}

bool assign(struct run *r, const struct expr *target, struct jv value)
{
	if (target->op == X_TUPLE)
		return assign_tuple(r, target, value);
	if (target->op == X_NSREF)
		return assign_attr(r, target, value);
	r->frame->slots[target->u.name.slot] = value;
	return true;
}
