/*
 * The hierarchical configuration of Junos: a tree shaped by a schema.
 *
 * Kinds of statements, with their text and XML forms:
 *   container  system { … }            <system>…</system>
 *   list       user admin { … }        <user><name>admin</name>…</user>
 *   hidden     ge-0/0/0 { … }          <interface><name>ge-0/0/0</name>…
 *   leaf       host-name r1;           <host-name>r1</host-name>
 *   leaf-list  members [ a b ];        <members>a</members><members>b</…
 *   presence   disable;                <disable/>
 *
 * Ownership: a parent owns its children.  The schema is made once and never
 * freed or changed.
 */
#ifndef SIM_JUNOS_TREE_H
#define SIM_JUNOS_TREE_H

#include "base/buf.h"

#define JUNOS_WORDS_MAX 64
#define JUNOS_DEPTH_MAX 32

enum jkind {
	JUNOS_CONTAINER,
	JUNOS_LIST,
	JUNOS_HIDDEN,
	JUNOS_LEAF,
	JUNOS_LEAF_LIST,
	JUNOS_PRESENCE,
};

struct jschema {
	const struct jschema *parent;
	const struct jschema *first;
	const struct jschema *next;
	char *name;
	enum jkind kind;
	char type;	  /* of value or key: see junos_schema.c; 0: any */
	bool user_order;  /* entries keep the order of entry */
	bool before_each; /* written before each of its statements */
	bool one_line;	  /* a single statement needs no braces */
	unsigned rank;	  /* among its siblings */
};

const struct jschema *junos_schema(void);
const struct jschema *junos_schema_child(
    const struct jschema *s, const char *name);
bool junos_type_fits(char type, const char *value);

struct jnode {
	struct jnode *parent;
	struct jnode *first;
	struct jnode *last;
	struct jnode *next;
	struct jnode *prev;
	const struct jschema *schema;
	char *value; /* key of a list entry, value of a leaf; or NULL */
};

struct jnode *jnode_new(void);	  /* a root */
void jnode_free(struct jnode *n); /* NULL is fine; unlinks it first */
struct jnode *jnode_clone(const struct jnode *root);
bool jnode_equal(const struct jnode *a, const struct jnode *b);
struct jnode *jnode_find(const struct jnode *parent,
    const struct jschema *schema, const char *value);
/* Finds or makes; a leaf's value is replaced. */
struct jnode *jnode_put(
    struct jnode *parent, const struct jschema *schema, const char *value);
/* The value at a path of names from the root ("system", "host-name", NULL),
 * or NULL. */
const char *jnode_value(const struct jnode *root, const char *const *path);

/* --- words (junos_parse.c) --------------------------------------------- */

struct junos_words {
	size_t n;
	char *word[JUNOS_WORDS_MAX]; /* unquoted */
	size_t column[JUNOS_WORDS_MAX];
	char *storage;
};

/* False if a quote is not closed or there are too many words. */
bool junos_words_split(const char *line, struct junos_words *ret);
void junos_words_release(struct junos_words *w);

enum junos_walk {
	JUNOS_WALK_OK,
	JUNOS_WALK_SYNTAX,    /* word `at` fits nothing */
	JUNOS_WALK_VALUE,     /* word `at` is no such value */
	JUNOS_WALK_MISSING,   /* a value or key is missing at the end */
	JUNOS_WALK_NOT_FOUND, /* nothing there, when not creating */
};

struct junos_walk_result {
	enum junos_walk result;
	size_t at;	    /* the word at fault */
	struct jnode *node; /* where the words lead */
};

/* Follows words [from, n) below base; creates what is missing if asked to. */
void junos_walk(struct jnode *base, const struct junos_words *w, size_t from,
    bool create, struct junos_walk_result *ret);

/* --- loading (junos_parse.c, junos_xml.c) ------------------------------ */

struct junos_load {
	unsigned errors;
	unsigned warnings;
	/* Told about each: severity "error" or "warning". */
	void (*report)(void *ctx, const char *severity, const char *message,
	    const char *element);
	void *ctx;
};

enum junos_action { JUNOS_MERGE, JUNOS_REPLACE, JUNOS_OVERRIDE, JUNOS_SET };

void junos_load_text(struct jnode *root, const char *text,
    enum junos_action action, struct junos_load *load);
/* Paths are relative to base. */
void junos_load_set(
    struct jnode *base, const char *text, struct junos_load *load);
void junos_load_note(struct junos_load *load, const char *severity,
    const char *message, const char *element);

/* --- output (junos_format.c, junos_diff.c) ----------------------------- */

void junos_format_text(
    const struct jnode *node, unsigned depth, struct buf *out);
/* prefix: the words of the path to node, or "". */
void junos_format_set(
    const struct jnode *node, const char *prefix, struct buf *out);
void junos_format_xml(const struct jnode *node, struct buf *out);
/* "interfaces ge-0/0/0 unit 0" */
void junos_format_path(const struct jnode *node, struct buf *out);
/* One statement without its children: "user admin", "host-name r1". */
void junos_format_head(const struct jnode *node, struct buf *out);
/* `show | compare`; nothing if equal. */
void junos_diff(
    const struct jnode *from, const struct jnode *to, struct buf *out);

#endif
