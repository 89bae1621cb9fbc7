#include "sim/conf_edit.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *conf_cursor_mode(
    const struct conf_lang *lang, const struct conf_cursor *cursor)
{
	return cursor->depth ? cursor->mode[cursor->depth - 1]
			     : lang->root_mode;
}

void conf_cursor_leave(struct conf_cursor *cursor)
{
	if (cursor->depth > 0)
		free(cursor->section[--cursor->depth]);
}

void conf_cursor_reset(struct conf_cursor *cursor)
{
	while (cursor->depth > 0)
		conf_cursor_leave(cursor);
}

static const char *edit_mode_at(const struct conf_lang *lang,
    const struct conf_cursor *cursor, size_t depth)
{
	return depth ? cursor->mode[depth - 1] : lang->root_mode;
}

/* The section at a depth; made again if another session removed it. */
static struct conf_node *edit_section(const struct conf_lang *lang,
    struct conf_node *root, const struct conf_cursor *cursor, size_t depth)
{
	struct conf_node *node = root;

	for (size_t i = 0; i < depth; i++) {
		struct conf_node *child = conf_find(node, cursor->section[i]);

		for (size_t r = 0; !child && r < lang->n_rules; r++)
			if (lang->rules[r].enters &&
			    strcmp(lang->rules[r].enters, cursor->mode[i]) == 0)
				child = conf_insert(node, cursor->section[i],
				    &lang->rules[r], (uint32_t)r);
		node = child ? child : node;
	}
	return node;
}

static bool edit_rule_possible(const struct conf_rule *rule,
    const struct conf_node *root, const char *mode, bool negated)
{
	return strcmp(rule->mode, mode) == 0 &&
	       (negated || !(rule->flags & CONF_NO_ONLY)) &&
	       (!rule->needs || conf_find(root, rule->needs));
}

static void edit_match(const struct conf_lang *lang,
    const struct conf_node *root, const char *mode, const char *line,
    bool negated, struct grammar_match *ret)
{
	struct grammar_query *q = mem_zalloc(sizeof(*q));

	grammar_begin(q, line, lang->ifnames);
	q->prefix = negated;
	for (size_t i = 0; i < lang->n_rules; i++)
		if (edit_rule_possible(&lang->rules[i], root, mode, negated))
			grammar_try(q, i, lang->rules[i].syntax);
	grammar_finish(q, ret);
	free(q);
}

/* `no ip` names no setting; `no ip address` does. */
static bool edit_names_setting(
    const struct conf_rule *rule, const struct grammar_match *m)
{
	return rule->key > 0 ? m->n_words >= rule->key : !m->partial;
}

/* The first `words` words of a match. */
static char *edit_key_text(const struct grammar_match *m, size_t words)
{
	size_t last =
	    (words == 0 || words > m->n_words ? m->n_words : words) - 1;

	return mem_strndup(
	    m->text, (size_t)m->word_at[last] + m->word_len[last]);
}

/* rule: only its lines, or NULL for whatever begins with the words. */
static void edit_remove(
    struct conf_node *section, const char *words, const struct conf_rule *rule)
{
	struct conf_node *next;

	for (struct conf_node *c = section->first; c; c = next) {
		const char *text =
		    c->negated ? c->text + strlen("no ") : c->text;

		next = c->next;
		if (conf_has_words(text, words) && (!rule || c->rule == rule))
			conf_free(c);
	}
}

static bool edit_is_physical(const struct conf_lang *lang,
    const struct conf_rule *rule, const struct grammar_match *m)
{
	char name[64];

	if (!(rule->flags & CONF_PHYSICAL))
		return false;
	grammar_word(m, m->n_words - 1, name, sizeof(name));
	if (strchr(name, '.'))
		return false;
	for (const struct grammar_ifname *k = lang->ifnames; k->name; k++)
		if (k->physical && strncmp(name, k->name, strlen(k->name)) == 0)
			return true;
	return false;
}

static void edit_negate(const struct conf_lang *lang, struct conf_node *section,
    const struct conf_rule *rule, const struct grammar_match *m,
    struct conf_result *ret)
{
	char *key = edit_key_text(m, 0);
	char *text;
	struct conf_node *node;

	if (edit_is_physical(lang, rule, m)) {
		snprintf(
		    ret->refusal, sizeof(ret->refusal), "%s", lang->no_removal);
	} else {
		edit_remove(section, key, NULL);
		if (rule->flags & (CONF_DEFAULT_ON | CONF_BOTH)) {
			text = mem_printf("no %s", key);
			node = conf_insert(section, text, rule,
			    (uint32_t)(rule - lang->rules));
			node->negated = true;
			free(text);
		}
	}
	free(key);
}

/* A section whose settings all go back to what they were at first. */
static void edit_default(struct conf_node *section,
    const struct conf_rule *rule, const struct grammar_match *m)
{
	char *key = edit_key_text(m, 0);
	struct conf_node *node = conf_find(section, key);

	if (rule->enters && node) {
		while (node->first)
			conf_free(node->first);
	} else {
		edit_remove(section, key, NULL);
	}
	free(key);
}

static void edit_enter(
    struct conf_cursor *cursor, const char *text, const char *mode)
{
	if (cursor->depth == CONF_DEPTH_MAX)
		return;
	cursor->section[cursor->depth] = mem_strdup(text);
	cursor->mode[cursor->depth++] = mode;
}

static void edit_set(const struct conf_lang *lang, struct conf_node *section,
    const struct conf_rule *rule, const struct grammar_match *m)
{
	char *key = edit_key_text(m, rule->key);
	const struct conf_node *same = conf_find(section, m->text);

	if (!same) {
		edit_remove(section, key, rule);
		if (!(rule->flags & CONF_DEFAULT_ON))
			conf_insert(section, m->text, rule,
			    (uint32_t)(rule - lang->rules));
	}
	free(key);
}

struct edit_line {
	const char *text; /* without `no ` or `default ` */
	size_t offset;	  /* of text in the line as typed */
	bool negated;
	bool defaulted;
};

static struct edit_line edit_split(const char *line)
{
	static const struct {
		const char *word;
		bool negated;
	} prefixes[] = { { "no ", true }, { "default ", false } };
	const char *p = line + strspn(line, " \t");
	struct edit_line l = { .text = line };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t len = strlen(prefixes[i].word);

		if (strncmp(p, prefixes[i].word, len) != 0)
			continue;
		l.negated = prefixes[i].negated;
		l.defaulted = !l.negated;
		l.text = p + len;
		l.offset = (size_t)(l.text - line);
	}
	return l;
}

/* Where the line is understood: from the innermost section outwards.  The
 * fault shown is the one that got furthest. */
static size_t edit_find_depth(const struct conf_lang *lang,
    const struct conf_node *root, const struct conf_cursor *cursor,
    const struct edit_line *l, struct grammar_match *best)
{
	struct grammar_match *m = mem_zalloc(sizeof(*m));
	size_t found = cursor->depth;

	for (size_t depth = cursor->depth + 1; depth-- > 0;) {
		edit_match(lang, root, edit_mode_at(lang, cursor, depth),
		    l->text, l->negated || l->defaulted, m);
		if (depth == cursor->depth || m->result == GRAMMAR_OK ||
		    (best->result == GRAMMAR_INVALID &&
			(m->result != GRAMMAR_INVALID ||
			    m->error_column > best->error_column))) {
			*best = *m;
			found = depth;
		}
		if (best->result == GRAMMAR_OK)
			break;
	}
	free(m);
	return found;
}

static void edit_apply(const struct conf_lang *lang, struct conf_node *root,
    struct conf_cursor *cursor, const struct edit_line *l,
    const struct grammar_match *m, struct conf_result *ret)
{
	const struct conf_rule *rule = ret->rule;
	struct conf_node *section =
	    edit_section(lang, root, cursor, cursor->depth);
	struct conf_attempt attempt = { .root = root,
		.section = section,
		.rule = rule,
		.match = m,
		.negated = l->negated };

	if (lang->check && !lang->check(&attempt, ret->refusal))
		return;
	ret->refusal[0] = '\0';
	if ((rule->flags & CONF_BLOCK) && !l->negated && !l->defaulted)
		return; /* stored by conf_block_add() once it is whole */
	if (l->negated) {
		edit_negate(lang, section, rule, m, ret);
	} else if (l->defaulted) {
		edit_default(section, rule, m);
	} else {
		edit_set(lang, section, rule, m);
		if (rule->enters)
			edit_enter(cursor, m->text, rule->enters);
	}
}

void conf_edit_line(const struct conf_lang *lang, struct conf_node *root,
    struct conf_cursor *cursor, const char *line, struct conf_result *ret)
{
	struct edit_line l = edit_split(line);
	const char *p = line + strspn(line, " \t");
	struct grammar_match *m;
	size_t depth;

	*ret = (struct conf_result){ .result = GRAMMAR_OK };
	if (*p == '\0' || *p == '!')
		return;
	m = mem_zalloc(sizeof(*m));
	depth = edit_find_depth(lang, root, cursor, &l, m);
	ret->result = m->result;
	ret->error_column = l.offset + m->error_column;
	if (m->result == GRAMMAR_OK) {
		ret->rule = &lang->rules[m->rule];
		ret->negated = l.negated;
		if ((l.negated || l.defaulted) &&
		    !edit_names_setting(ret->rule, m)) {
			ret->result = GRAMMAR_INCOMPLETE;
		} else {
			while (cursor->depth > depth)
				conf_cursor_leave(cursor);
			snprintf(ret->text, sizeof(ret->text), "%s", m->text);
			edit_apply(lang, root, cursor, &l, m, ret);
		}
	}
	free(m);
}
