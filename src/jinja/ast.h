/*
 * The compiled form of a template: a tree of statements and expressions whose
 * names are bound to slots.
 *
 * The parser builds it, scope.c binds the names, and from then on it is
 * immutable and may be read by any number of threads.  It lives in the
 * template's arena; texts point into the template's source.
 */
#ifndef JINJA_AST_H
#define JINJA_AST_H

#include "jinja/data.h"
#include "jinja/jinja.h"

/* An identifier of one template: interned, so that names of one template may
 * be compared by pointer. */
struct name {
	const char *text; /* NUL-terminated */
	uint32_t len;
	uint32_t hash;
	uint8_t loop_attr; /* enum loop_attr, 0: none */
	uint8_t methods;   /* of which types it names a method: METHOD_… */
	struct name *next;
};

enum { METHOD_STR = 1, METHOD_LIST = 2, METHOD_TUPLE = 4, METHOD_DICT = 8 };

enum loop_attr {
	LOOP_INDEX = 1,
	LOOP_INDEX0,
	LOOP_REVINDEX,
	LOOP_REVINDEX0,
	LOOP_FIRST,
	LOOP_LAST,
	LOOP_LENGTH,
	LOOP_DEPTH,
	LOOP_DEPTH0,
	LOOP_PREVITEM,
	LOOP_NEXTITEM,
	LOOP_CYCLE,
	LOOP_CHANGED,
};

enum expr_op {
	X_CONST,
	X_LOCAL, /* a name bound to a slot of the running function */
	X_NAME,	 /* a name; after binding: a slot of a function around it */
	X_TUPLE,
	X_LIST,
	X_DICT,
	X_ATTR,
	X_ITEM,
	X_SLICE,
	X_CALL,
	X_FILTER,
	X_TEST,
	X_COND,
	X_AND,
	X_OR,
	X_NOT,
	X_NEG,
	X_POS,
	X_ADD,
	X_SUB,
	X_MUL,
	X_DIV,
	X_FLOORDIV,
	X_MOD,
	X_POW,
	X_CONCAT,
	X_COMPARE,
	X_NSREF, /* ns.attr as the target of set */
};

enum name_use { USE_LOAD, USE_STORE, USE_PARAM };

enum compare_op {
	CMP_EQ,
	CMP_NE,
	CMP_LT,
	CMP_LE,
	CMP_GT,
	CMP_GE,
	CMP_IN,
	CMP_NOT_IN,
};

struct native;

/* The arguments of a call, filter or test. */
struct arg_list {
	struct expr **pos;
	struct expr **kw;
	const struct name **kw_names;
	uint16_t n_pos, n_kw;
	struct expr *dyn_pos; /* *args */
	struct expr *dyn_kw;  /* **kwargs */
};

struct comparison {
	uint8_t op; /* enum compare_op */
	struct expr *right;
};

struct expr {
	uint8_t op;	 /* enum expr_op */
	uint8_t use;	 /* enum name_use of a name or target */
	uint16_t height; /* of the tree below, bounds the recursion */
	uint32_t pos;	 /* offset in the source */
	union {
		struct jv value;
		struct {
			const struct name *name;
			uint16_t slot;
			uint16_t up;		 /* functions outwards */
			const struct name *attr; /* X_NSREF */
		} name;
		struct {
			struct expr **items; /* dict: key, value, … */
			uint32_t n;
		} list;
		struct {
			struct expr *of;
			const struct name *name;
		} attr;
		struct {
			struct expr *of, *index;
		} item;
		struct {
			struct expr *start, *stop, *step;
		} slice;
		struct {
			struct expr *a, *b;
		} bin;
		struct {
			struct expr *test, *yes, *no;
		} cond;
		struct {
			struct expr *fn;
			struct arg_list *args;
		} call;
		struct {
			struct expr *of; /* NULL: the body of a filter block */
			const struct native *def; /* NULL: unknown */
			const struct name *name;
			struct arg_list *args; /* bound to def's parameters:
						  absent ones are NULL */
		} filter;
		struct {
			struct expr *first;
			struct comparison *ops;
			uint32_t n;
		} compare;
	} u;
};

/* What a scope does to its slots when it is entered. */
enum slot_init_kind { INIT_MISSING, INIT_LAZY, INIT_COPY };

struct slot_init {
	uint8_t kind; /* enum slot_init_kind */
	uint16_t slot;
	uint16_t up; /* INIT_COPY: from there */
	uint16_t from;
};

struct scope_plan {
	struct slot_init *inits;
	uint16_t n;	 /* done at each entry */
	uint16_t n_once; /* then these: once before a loop, names that the
			    body only reads */
};

/* A name that code outside of the function may see (include, import with
 * context, scoped blocks). */
struct visible {
	const struct name *name;
	uint16_t slot, up;
};

struct visible_list {
	struct visible *items;
	uint32_t n;
};

/* A unit of execution with slots of its own: a template's root, a block, a
 * macro, a call block, a recursive loop. */
struct func {
	const struct jinja_template *template;
	const struct func *parent;
	const struct name *name; /* NULL: anonymous */
	struct stmt *body;
	struct scope_plan plan;
	uint16_t n_slots;
	bool captured; /* inner functions may outlive the call */
	/* macros */
	const struct name **params;
	struct expr **defaults; /* NULL: none for that parameter */
	uint16_t *param_slots;
	uint16_t n_params;
	int32_t caller_slot, kwargs_slot, varargs_slot; /* -1: not used */
	bool explicit_caller;
	/* blocks */
	int32_t self_slot, super_slot;
	uint32_t pos;
	struct func *next; /* blocks of a template */
	bool required;
};

enum stmt_op {
	S_TEXT,
	S_PRINT,
	S_IF,
	S_FOR,
	S_SET,
	S_SET_BLOCK,
	S_MACRO,
	S_CALL_BLOCK,
	S_FILTER_BLOCK,
	S_WITH,
	S_AUTOESCAPE,
	S_BLOCK,
	S_EXTENDS,
	S_INCLUDE,
	S_IMPORT,
	S_FROM,
	S_DO,
	S_BREAK,
	S_CONTINUE,
};

struct for_stmt {
	struct expr *target, *iter, *test;
	struct expr *test_target; /* the target, bound in the test's scope */
	struct stmt *body, *orelse;
	bool recursive;
	bool extended; /* the body uses `loop` */
	uint16_t loop_slot;
	struct scope_plan plan, else_plan, test_plan;
	struct func *fn; /* recursive */
};

struct import_name {
	const struct name *name;
	struct expr *alias;
};

struct with_stmt {
	struct expr **targets, **values;
	uint32_t n;
	struct stmt *body;
	struct scope_plan plan;
};

struct stmt {
	uint8_t op;	   /* enum stmt_op */
	bool toplevel;	   /* its names become the template's */
	bool check_output; /* silent once the template extends another */
	bool dead;	   /* what a known extends leaves without effect */
	uint32_t pos, end; /* of the tag or expression in the source */
	struct stmt *next;
	union {
		struct {
			const char *text;
			size_t len;
		} text;
		struct expr *expr; /* S_PRINT, S_DO, S_EXTENDS */
		struct {
			struct expr *test;
			struct stmt *body;
			struct stmt *orelse; /* elif: an S_IF */
			bool is_elif;
		} cond;
		struct for_stmt *loop;
		struct {
			struct expr *target, *value;
			struct stmt *body; /* S_SET_BLOCK */
			struct scope_plan *plan;
		} set; /* S_FILTER_BLOCK: value is the filter chain */
		struct {
			struct func *fn;
			struct expr *target; /* S_MACRO: its name */
			struct expr *call;   /* S_CALL_BLOCK */
		} macro;
		struct with_stmt *with;
		struct {
			struct expr *value;
			struct stmt *body;
			struct scope_plan plan;
		} * autoescape;
		struct {
			struct func *fn;
			bool scoped;
			struct visible_list *visible;
		} block;
		struct {
			struct expr *template;
			bool ignore_missing, with_context;
			struct visible_list *visible;
			struct expr *target;	   /* S_IMPORT */
			struct import_name *names; /* S_FROM */
			uint32_t n_names;
		} import;
	} u;
};

struct jinja_template {
	struct jinja_env *env;
	struct arena *arena;
	const char *name;
	const char *source; /* newlines normalised, NUL-terminated */
	size_t source_len;
	char identity[JINJA_IDENTITY_SIZE];
	struct func *root;
	struct func *blocks;
	bool extends; /* somewhere */
	_Atomic int refs;
};

/* 1-based line and column (in bytes) of an offset. */
void template_position(const struct jinja_template *t, uint32_t pos,
    unsigned *ret_line, unsigned *ret_col);

#endif
