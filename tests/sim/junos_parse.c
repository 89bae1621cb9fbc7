/*
 * Junos configuration as text: hierarchical, and as set commands.
 */
#include "sim/junos_tree.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- words ------------------------------------------------------------- */

bool junos_words_split(const char *line, struct junos_words *ret)
{
	char *p;

	*ret = (struct junos_words){ .storage = mem_strdup(line) };
	p = ret->storage + strspn(ret->storage, " \t");
	while (*p) {
		bool quoted = *p == '"';
		char *end;

		if (ret->n == JUNOS_WORDS_MAX)
			return false;
		ret->column[ret->n] = (size_t)(p - ret->storage);
		p += quoted;
		end = quoted ? strchr(p, '"') : p + strcspn(p, " \t");
		if (!end)
			return false;
		ret->word[ret->n++] = p;
		p = *end ? end + 1 : end;
		*end = '\0';
		p += strspn(p, " \t");
	}
	return true;
}

void junos_words_release(struct junos_words *w)
{
	free(w->storage);
}

/* --- walking ----------------------------------------------------------- */

static const struct jschema *walk_schema(
    const struct jschema *s, const char *word)
{
	const struct jschema *hidden = NULL;

	for (const struct jschema *c = s->first; c; c = c->next) {
		if (c->kind == JUNOS_HIDDEN)
			hidden = c;
		else if (strcmp(c->name, word) == 0)
			return c;
	}
	return hidden;
}

/* One statement: word `*at`, and the value after it where it has one. */
static enum junos_walk walk_step(
    struct jnode **node, const struct junos_words *w, size_t *at, bool create)
{
	const struct jschema *s = walk_schema((*node)->schema, w->word[*at]);
	const char *value = NULL;
	struct jnode *next;

	if (!s)
		return JUNOS_WALK_SYNTAX;
	if (s->kind == JUNOS_HIDDEN) {
		value = w->word[*at];
	} else if (s->kind != JUNOS_CONTAINER && s->kind != JUNOS_PRESENCE) {
		if (*at + 1 == w->n && create)
			return JUNOS_WALK_MISSING;
		if (*at + 1 < w->n)
			value = w->word[++*at];
	}
	if (value && !junos_type_fits(s->type, value))
		return s->kind == JUNOS_HIDDEN ? JUNOS_WALK_SYNTAX
					       : JUNOS_WALK_VALUE;
	next =
	    create ? jnode_put(*node, s, value) : jnode_find(*node, s, value);
	if (!next)
		return JUNOS_WALK_NOT_FOUND;
	*node = next;
	++*at;
	return JUNOS_WALK_OK;
}

static bool walk_may_hold_more(const struct jnode *node)
{
	return node->schema->kind != JUNOS_LEAF &&
	       node->schema->kind != JUNOS_LEAF_LIST &&
	       node->schema->kind != JUNOS_PRESENCE;
}

void junos_walk(struct jnode *base, const struct junos_words *w, size_t from,
    bool create, struct junos_walk_result *ret)
{
	size_t at = from;

	*ret = (struct junos_walk_result){ .node = base };
	while (at < w->n && ret->result == JUNOS_WALK_OK) {
		if (!walk_may_hold_more(ret->node)) {
			ret->result = JUNOS_WALK_SYNTAX;
			break;
		}
		ret->result = walk_step(&ret->node, w, &at, create);
	}
	ret->at = at;
}

/* --- reports ----------------------------------------------------------- */

void junos_load_note(struct junos_load *load, const char *severity,
    const char *message, const char *element)
{
	if (strcmp(severity, "error") == 0)
		load->errors++;
	else
		load->warnings++;
	if (load->report)
		load->report(load->ctx, severity, message, element);
}

static void load_report_walk(struct junos_load *load,
    const struct junos_walk_result *r, const struct junos_words *w)
{
	const char *element = r->at < w->n ? w->word[r->at] : "";
	char message[256];

	switch (r->result) {
	case JUNOS_WALK_OK:
		return;
	case JUNOS_WALK_SYNTAX:
		junos_load_note(load, "error", "syntax error", element);
		return;
	case JUNOS_WALK_VALUE:
		snprintf(
		    message, sizeof(message), "invalid value '%s'", element);
		junos_load_note(load, "error", message, element);
		return;
	case JUNOS_WALK_MISSING:
		junos_load_note(
		    load, "error", "missing mandatory argument", element);
		return;
	case JUNOS_WALK_NOT_FOUND:
		junos_load_note(
		    load, "warning", "statement not found", element);
		return;
	}
}

/* --- set commands ------------------------------------------------------ */

/* A failed `set` must leave nothing behind: tried on a copy first. */
static void load_set_words(
    struct jnode *base, const struct junos_words *w, struct junos_load *load)
{
	struct junos_walk_result r;
	struct jnode trial = { .schema = base->schema };

	junos_walk(&trial, w, 1, true, &r);
	while (trial.first)
		jnode_free(trial.first);
	if (r.result == JUNOS_WALK_OK)
		junos_walk(base, w, 1, true, &r);
	else
		load_report_walk(load, &r, w);
}

static void load_delete_words(
    struct jnode *base, const struct junos_words *w, struct junos_load *load)
{
	struct junos_walk_result r;

	junos_walk(base, w, 1, false, &r);
	if (r.result != JUNOS_WALK_OK) {
		load_report_walk(load, &r, w);
	} else if (r.node == base) {
		while (base->first)
			jnode_free(base->first);
	} else {
		jnode_free(r.node);
	}
}

void junos_load_set(
    struct jnode *base, const char *text, struct junos_load *load)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = mem_strndup(text, len);
		struct junos_words w;

		line[strcspn(line, "\r")] = '\0';
		if (!junos_words_split(line, &w))
			junos_load_note(load, "error", "syntax error", line);
		else if (w.n == 0 || w.word[0][0] == '#')
			;
		else if (strcmp(w.word[0], "set") == 0)
			load_set_words(base, &w, load);
		else if (strcmp(w.word[0], "delete") == 0)
			load_delete_words(base, &w, load);
		else
			junos_load_note(
			    load, "error", "unknown command", w.word[0]);
		junos_words_release(&w);
		free(line);
		text += len + (text[len] == '\n');
	}
}

/* --- hierarchical text ------------------------------------------------- */

struct text_parser {
	const char *p;
	enum junos_action action;
	struct junos_load *load;
	struct buf line; /* words of the statement being read */
};

static void text_skip(struct text_parser *t)
{
	for (;;) {
		t->p += strspn(t->p, " \t\r\n");
		if (*t->p == '#') {
			t->p += strcspn(t->p, "\n");
		} else if (strncmp(t->p, "/*", 2) == 0) {
			const char *end = strstr(t->p + 2, "*/");

			t->p = end ? end + 2 : t->p + strlen(t->p);
		} else {
			return;
		}
	}
}

static size_t text_word_len(const char *p)
{
	const char *close;

	if (*p != '"')
		return strcspn(p, " \t\r\n;{}[]");
	close = strchr(p + 1, '"');
	return close ? (size_t)(close - p) + 1 : strlen(p);
}

static void text_apply(
    struct text_parser *t, struct jnode *base, struct junos_walk_result *ret)
{
	struct junos_words w;

	*ret = (struct junos_walk_result){ .result = JUNOS_WALK_SYNTAX };
	if (junos_words_split(buf_text(&t->line), &w)) {
		junos_walk(base, &w, 0, true, ret);
		load_report_walk(t->load, ret, &w);
	}
	junos_words_release(&w);
}

/* `name [ a b ]`: a statement for every value. */
static void text_parse_values(struct text_parser *t, struct jnode *base)
{
	size_t len = t->line.len;

	for (text_skip(t); *t->p && *t->p != ']'; text_skip(t)) {
		struct junos_walk_result r;
		size_t word = text_word_len(t->p);

		if (word == 0)
			return;
		buf_putc(&t->line, ' ');
		buf_add(&t->line, t->p, word);
		t->p += word;
		text_apply(t, base, &r);
		t->line.len = len;
		t->line.data[len] = '\0';
	}
	t->p += *t->p == ']';
}

static void text_skip_block(struct text_parser *t)
{
	unsigned depth = 1;

	for (; *t->p && depth > 0; t->p++)
		depth += (*t->p == '{') - (unsigned)(*t->p == '}');
}

static void text_parse_block(
    struct text_parser *t, struct jnode *base, unsigned depth);

static void text_open_block(
    struct text_parser *t, struct jnode *base, bool replace, unsigned depth)
{
	struct junos_walk_result r;

	t->p++;
	text_apply(t, base, &r);
	if (r.result != JUNOS_WALK_OK || depth + 1 >= JUNOS_DEPTH_MAX) {
		text_skip_block(t);
		return;
	}
	while (replace && r.node->first)
		jnode_free(r.node->first);
	text_parse_block(t, r.node, depth + 1);
}

/* One statement up to `;` or its whole block. */
static void text_parse_statement(
    struct text_parser *t, struct jnode *base, unsigned depth)
{
	bool replace =
	    strncmp(t->p, "replace:", 8) == 0 && t->action == JUNOS_REPLACE;

	if (replace)
		t->p += 8;
	buf_clear(&t->line);
	for (text_skip(t); *t->p; text_skip(t)) {
		size_t len = text_word_len(t->p);
		struct junos_walk_result r;

		if (len > 0) {
			if (t->line.len)
				buf_putc(&t->line, ' ');
			buf_add(&t->line, t->p, len);
			t->p += len;
		} else if (*t->p == '[') {
			t->p++;
			text_parse_values(t, base);
			text_skip(t);
			t->p += *t->p == ';';
			return;
		} else if (*t->p == '{') {
			text_open_block(t, base, replace, depth);
			return;
		} else {
			t->p += *t->p != '}';
			if (t->line.len)
				text_apply(t, base, &r);
			return;
		}
	}
	if (t->line.len)
		junos_load_note(
		    t->load, "error", "syntax error", buf_text(&t->line));
}

static void text_parse_block(
    struct text_parser *t, struct jnode *base, unsigned depth)
{
	for (text_skip(t); *t->p && *t->p != '}'; text_skip(t))
		text_parse_statement(t, base, depth);
	t->p += *t->p == '}';
}

void junos_load_text(struct jnode *root, const char *text,
    enum junos_action action, struct junos_load *load)
{
	struct text_parser t = { .p = text,
		.action = action,
		.load = load,
		.line = BUF_INIT(1u << 20) };

	while (action == JUNOS_OVERRIDE && root->first)
		jnode_free(root->first);
	text_parse_block(&t, root, 0);
	text_skip(&t);
	if (*t.p)
		junos_load_note(load, "error", "syntax error", t.p);
	buf_release(&t.line);
}
