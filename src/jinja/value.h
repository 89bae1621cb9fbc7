/*
 * Values of the template engine.
 *
 * A struct jv is 16 bytes and passed by value.  What it points to lives in
 * the arena that it was built in, or is borrowed from the caller, who keeps
 * it until the render is over.  Nothing is reference counted or freed one by
 * one.  A builder that runs out of arena returns an undefined value and the
 * arena's `failed` flag stays set: build on and check arena_failed() once;
 * jinja_render() checks it too.
 *
 * A value may be shared by concurrent renders as long as no template changes
 * it in place (list.append and the like work on copies made by the engine for
 * values that came from outside: what a caller passes in is never modified).
 */
#ifndef JINJA_VALUE_H
#define JINJA_VALUE_H

#include "base/arena.h"
#include "base/buf.h"

#include <jansson.h>
#include <stdint.h>

enum jv_kind {
	JV_UNDEFINED,
	JV_NONE,
	JV_BOOL,
	JV_INT, /* 64 bits; overflow is an error, not a wrap */
	JV_FLOAT,
	JV_STRING, /* UTF-8; `safe` marks it as markup */
	JV_LIST,
	JV_TUPLE,
	JV_DICT,      /* keeps insertion order */
	JV_OBJECT,    /* attributes computed on demand, see struct jv_class */
	JV_CALLABLE,  /* macro, function, bound method: engine internal */
	JV_NAMESPACE, /* engine internal */
};

struct jv_list;
struct jv_dict;
struct jv_class;

struct jv {
	uint8_t kind; /* enum jv_kind */
	uint8_t safe; /* strings: markup that is not escaped again */
	uint16_t reserved;
	uint32_t len; /* strings: bytes */
	union {
		bool truth;
		int64_t integer;
		double real;
		const char *text; /* len bytes; a NUL may not follow */
		struct jv_list *list;
		struct jv_dict *dict;
		const void *object; /* see jv_object() */
		const char *name;   /* undefined: what was missing, or NULL */
		void *internal;
	} u;
};

/* An object: a record whose attributes are made when a template asks, so
 * that a page pays only for what it shows. */
struct jv_class {
	const char *name; /* for error messages and repr */
	/* Sets *ret and answers true, or answers false: no such attribute.
	 * Strings may be borrowed from self or made in the arena. */
	bool (*get)(const void *self, const char *name, size_t name_len,
	    struct arena *a, struct jv *ret);
	/* The attribute names in order, NULL-terminated, for iteration and
	 * tojson; may be NULL. */
	const char *const *names;
	/* What the object is as text: it prints so, equals this text and takes
	 * its place as a key.  NULL: it is no text. */
	const char *(*text)(const void *self);
};

struct jv jv_undefined(const char *name);
struct jv jv_none(void);
struct jv jv_bool(bool v);
struct jv jv_int(int64_t v);
struct jv jv_float(double v);
struct jv jv_text(const char *text); /* borrowed; NULL gives none */
struct jv jv_textn(const char *text, size_t len); /* borrowed */
struct jv jv_safe(const char *html); /* borrowed markup: you escaped it */
struct jv jv_copy_text(struct arena *a, const char *text);

struct jv jv_list(struct arena *a, size_t capacity);
bool jv_list_append(struct arena *a, struct jv list, struct jv item);
size_t jv_list_len(struct jv list); /* lists and tuples */
struct jv jv_list_at(struct jv list, size_t i);

struct jv jv_dict(struct arena *a, size_t capacity);
/* key: borrowed, NUL-terminated.  Replaces an earlier value. */
bool jv_dict_set(
    struct arena *a, struct jv dict, const char *key, struct jv value);
bool jv_dict_get(struct jv dict, const char *key, struct jv *ret);

/* self: borrowed; cls: static. */
struct jv jv_object(
    struct arena *a, const struct jv_class *cls, const void *self);

/* True, and the text (len bytes; a NUL may not follow), for a string and for an
 * object that is text. */
bool jv_as_text(struct jv v, const char **ret, size_t *ret_len);

/* A function for this render alone (jinja_env_add_function() is for all).
 * keywords: a dict, or undefined if none were given.  name, ctx: borrowed. */
typedef enum err_code (*jv_function_fn)(void *ctx, struct arena *a,
    const struct jv *args, size_t n_args, struct jv keywords, struct jv *ret,
    struct err *e);
struct jv jv_function(
    struct arena *a, const char *name, jv_function_fn fn, void *ctx);

/* The next entry of a dict, in order: *at starts at 0.  False at the end. */
bool jv_dict_next(
    struct jv dict, size_t *at, struct jv *ret_key, struct jv *ret_value);

/* Deep; strings are borrowed from `value`, which must outlive the render.
 * An integer stays an integer, a real a float, null is none. */
struct jv jv_from_json(struct arena *a, const json_t *value);

#endif
