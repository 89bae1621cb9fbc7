/*
 * One render: its limits, its output, the variables of the running functions.
 *
 * Functions that may fail return false after run_fail() (or a function that
 * did) has set the error; nothing is to be undone then, the render is over.
 *
 * Output goes to one buffer.  What is captured (macros, set blocks, filter
 * blocks, and any text being built) is written at its end, copied to the
 * arena and cut off again: text_begin() … text_take().
 */
#ifndef JINJA_RUNTIME_H
#define JINJA_RUNTIME_H

#include "jinja/ast.h"
#include "jinja/native.h"

struct regex_cache;

/* The variables of a template being rendered. */
struct context {
	struct jv data;		/* what the caller passed: dict, object, none */
	struct context *parent; /* include with context: looked at last */
	struct jv_dict *vars;	/* set at the top level; may be NULL */
	struct jv_dict *locals; /* handed over by an include; may be NULL */
	bool skip_parent_vars;	/* locals has a copy of them */
	struct jv_list *exported; /* names of vars that an import sees */
	/* the template and what it extends, most derived first */
	const struct jinja_template **chain;
	unsigned n_chain, cap_chain;
};

struct frame {
	struct frame *parent; /* of the function around this one */
	const struct func *fn;
	struct jv *slots;
	struct context *ctx;
	const struct jinja_template *extends; /* the parent template, once the
						 root has met its extends */
};

struct slot_chunk {
	struct slot_chunk *next;
	struct jv *end;
	struct jv items[];
};

struct slot_mark {
	struct slot_chunk *chunk;
	struct jv *top;
};

struct overlay {
	const void *original;
	struct jv copy;
	struct overlay *next;
};

struct module_entry {
	const struct jinja_template *template;
	struct jv module;
	struct module_entry *next;
};

struct run {
	struct arena *arena;
	struct buf *out;
	size_t out_end; /* out->len may grow to this without a check */
	size_t out_max;
	struct jinja_env *env;
	const struct jinja_limits *limits;
	bool strict;
	bool autoescape;
	uint64_t steps; /* left */
	unsigned depth;
	const char *stack_base;
	struct frame *frame;
	struct slot_mark stack;
	struct overlay *overlays;
	struct module_entry *modules;
	const struct jinja_template **held; /* references to drop at the end */
	unsigned n_held, cap_held;
	struct jv filter_input; /* of a filter block */
	struct regex_cache *regexes;
	/* the error */
	struct err *err;
	const struct expr *failed_at;
	bool failed;
	bool located;	      /* err has its place */
	const char *boundary; /* "included", … on the way out */
	unsigned n_trace;
};

/* Sets the error; the first call counts. */
void run_set_error(struct run *r, enum err_code code, const char *fmt, ...)
    printf_like(3, 4);
void run_set_undefined(struct run *r, struct jv v);

/* The same for `return run_fail(…)`: always false, which the compiler can
 * see. */
#define run_fail(...) (run_set_error(__VA_ARGS__), false)
static inline bool run_no_memory(struct run *r)
{
	return run_fail(r, ERR_LIMIT, "the render uses too much memory");
}
static inline bool run_undefined(struct run *r, struct jv v)
{
	run_set_undefined(r, v);
	return false;
}
/* Charges work that grows with the data. */
bool run_charge(struct run *r, uint64_t steps);

static inline bool run_step(struct run *r)
{
	if (r->steps == 0)
		return run_charge(r, 1);
	r->steps--;
	return true;
}

/* Around everything that may recurse without bound. */
bool run_enter(struct run *r);
static inline void run_leave(struct run *r)
{
	r->depth--;
}

struct jv *slots_push(struct run *r, size_t n, struct slot_mark *ret);
static inline void slots_pop(struct run *r, struct slot_mark mark)
{
	r->stack = mark;
}

/* Output. */
bool emit_slow(struct run *r, const char *text, size_t len);
/* Most pieces are short: two moves that may overlap cost less than a call of
 * memcpy(). */
static inline void copy_piece(char *to, const char *from, size_t n)
{
	uint64_t head, tail;
	uint32_t small[2];

	if (n > 16) {
		memcpy(to, from, n);
	} else if (n >= 8) {
		memcpy(&head, from, 8);
		memcpy(&tail, from + n - 8, 8);
		memcpy(to, &head, 8);
		memcpy(to + n - 8, &tail, 8);
	} else if (n >= 4) {
		memcpy(&small[0], from, 4);
		memcpy(&small[1], from + n - 4, 4);
		memcpy(to, &small[0], 4);
		memcpy(to + n - 4, &small[1], 4);
	} else {
		while (n > 0) {
			n--;
			to[n] = from[n];
		}
	}
}
static inline bool emit(struct run *r, const char *text, size_t len)
{
	if (len > r->out_end - r->out->len)
		return emit_slow(r, text, len);
	copy_piece(r->out->data + r->out->len, text, len);
	r->out->len += len;
	return true;
}
static inline bool emit_text(struct run *r, struct jv v)
{
	return emit(r, v.u.text, v.len);
}
bool emit_cstr(struct run *r, const char *text);
bool emit_char(struct run *r, char c);
bool emit_fill(struct run *r, char c, size_t n);
bool emit_int(struct run *r, int64_t v);
bool emit_float(struct run *r, double v); /* as repr() */
bool emit_escaped(struct run *r, const char *text, size_t len);
bool emit_str(struct run *r, struct jv v);   /* as str() */
bool emit_repr(struct run *r, struct jv v);  /* as repr() */
bool emit_value(struct run *r, struct jv v); /* as {{ v }} */
/* str(v), escaped unless v is safe, whatever autoescape says */
bool emit_markup(struct run *r, struct jv v);

static inline size_t text_begin(const struct run *r)
{
	return r->out->len;
}
bool text_take(struct run *r, size_t mark, bool safe, struct jv *ret);
void text_drop(struct run *r, size_t mark);

/* str(v); strings as they are. */
bool to_text(struct run *r, struct jv v, struct jv *ret);
bool new_text(
    struct run *r, const char *text, size_t len, bool safe, struct jv *ret);

/* Names and their values. */
bool context_resolve(struct run *r, const struct context *ctx,
    const struct name *name, struct jv *ret);
bool context_set(struct run *r, struct context *ctx, const struct name *name,
    struct jv value, bool exported);
struct jv undefined_attr(const char *attr, unsigned kind);
struct jv undefined_hint(struct run *r, const char *fmt, ...) printf_like(2, 3);

/* What a template may change: the container itself if this render's arena
 * owns it, else a copy that from then on stands for it. */
bool overlay_own(struct run *r, struct jv *v);
struct jv overlay_find(const struct run *r, struct jv v);
static inline struct jv overlay_view(const struct run *r, struct jv v)
{
	return r->overlays ? overlay_find(r, v) : v;
}

#endif
