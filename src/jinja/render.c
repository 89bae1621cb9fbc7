#include "jinja/jinja.h"

#include "jinja/env.h"
#include "jinja/eval.h"

/* The buffer must have memory from the start: emit() copies into it. */
static bool prepare_output(struct run *r)
{
	size_t room = r->out->max - r->out->len;
	size_t limit = r->limits->output_bytes;

	r->out_max = r->out->len + (room < limit ? room : limit);
	if (!buf_reserve(r->out, room < 4096 ? room : 4096))
		return false;
	r->out_end = r->out->cap - 1;
	if (r->out_end > r->out_max)
		r->out_end = r->out_max;
	return true;
}

static void release(struct run *r)
{
	union {
		const struct jinja_template *in;
		struct jinja_template *out;
	} u;

	for (unsigned i = 0; i < r->n_held; i++) {
		u.in = r->held[i];
		jinja_template_unref(u.out);
	}
	if (r->out->data)
		r->out->data[r->out->len] = '\0';
}

static void run_init(struct run *r, const struct jinja_template *t,
    struct arena *a, struct buf *out, struct err *e)
{
	const struct jinja_options *o = &t->env->options;

	*r = (struct run){ .arena = a,
		.out = out,
		.env = t->env,
		.limits = &o->limits,
		.strict = o->undefined == JINJA_STRICT,
		.autoescape = o->autoescape,
		.steps = o->limits.steps,
		.stack_base = __builtin_frame_address(0),
		.err = e,
		.filter_input = jv_none() };
}

enum err_code jinja_render(const struct jinja_template *t, struct arena *a,
    struct jv context, struct buf *out, struct err *e)
{
	struct err own = ERR_INIT;
	struct run r;
	struct context *ctx;
	bool ok;

	if (!e)
		e = &own;
	run_init(&r, t, a, out, e);
	if (!prepare_output(&r))
		return err_set(e, ERR_LIMIT, "there is no room for the output");
	ctx = context_new(&r, t);
	if (ctx)
		ctx->data = context;
	ok = ctx && exec_template(&r, ctx, t);
	release(&r);
	if (ok && arena_failed(a))
		return err_set(e, ERR_LIMIT,
		    "%s: the render uses too much "
		    "memory",
		    t->name);
	return ok ? ERR_OK : e->code;
}
