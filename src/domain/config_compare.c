#include "domain/config_tree.h"

#include "domain/config_node.h"
#include "domain/config_pattern.h"

#include <string.h>

struct comparer {
	struct arena *arena;
	const struct config_dialect *dialect;
	struct config_gap *list;
	struct config_gaps found;
	size_t cap;
	bool failed;
};

/* The line, and those inside it. */
static size_t count_lines(const struct config_node *node)
{
	size_t n = 1;

	for (const struct config_node *c = node->first; c; c = c->next)
		n += count_lines(c);
	return n;
}

static void add_gap(struct comparer *c, const struct config_node *intended,
    const struct config_node *stored)
{
	if (c->found.n == c->cap) {
		size_t cap = c->cap > 0 ? c->cap * 2 : 32;
		struct config_gap *more =
		    arena_alloc(c->arena, cap * sizeof *more);

		if (more == NULL) {
			c->failed = true;
			return;
		}
		if (c->found.n > 0)
			memcpy(more, c->list, c->found.n * sizeof *more);
		c->list = more;
		c->cap = cap;
	}
	c->list[c->found.n++] = (struct config_gap){ intended, stored };
	if (intended != NULL)
		c->found.n_missing += count_lines(intended);
	else
		c->found.n_unexpected += count_lines(stored);
}

static size_t common_length(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] != '\0' && a[n] == b[n])
		n++;
	return n;
}

/* What the device has in the line's place: the same key, else the line most
 * alike among those nobody intended. */
static const struct config_node *find_instead(const struct comparer *c,
    const struct config_node *intended, const struct config_node *stored,
    const char *line)
{
	const struct config_node *best =
	    config_node_find(c->dialect, stored, line);
	size_t least = config_words_length(line, 1);

	if (best != NULL)
		return best;
	for (const struct config_node *s = stored->first; s; s = s->next) {
		size_t alike = common_length(s->line, line);

		if (alike <= least ||
		    config_node_find(c->dialect, intended, s->line) != NULL)
			continue;
		best = s;
		least = alike;
	}
	return best;
}

/* A scrambled line can be told from a missing one only. */
static bool holds_scrambled(const struct comparer *c,
    const struct config_node *stored, const char *line)
{
	const struct config_node *there =
	    config_node_find(c->dialect, stored, line);

	return there != NULL &&
	       config_pattern_find(c->dialect->scrambled, there->line) !=
		   NULL &&
	       config_pattern_find(c->dialect->scrambled, line) == NULL;
}

/* Is it as good as absent when it is empty? */
static bool empty_is_absent(
    const struct comparer *c, const struct config_node *node)
{
	const struct config_section_rule *rule =
	    config_rule_section(c->dialect, node->line);

	if (rule == NULL || rule->removal == CONFIG_REMOVE_WHOLE)
		return false;
	for (const struct config_node *child = node->first; child != NULL;
	     child = child->next)
		if (!child->section || !empty_is_absent(c, child))
			return false;
	return true;
}

static void compare_missing(struct comparer *c,
    const struct config_node *intended, const struct config_node *stored)
{
	for (const struct config_node *i = intended->first; i && !c->failed;
	     i = i->next) {
		const struct config_node *s =
		    config_node_find_exact(c->dialect, stored, i->line);

		if (i->section && s != NULL)
			compare_missing(c, i, s);
		else if (i->section ? !empty_is_absent(c, i)
				    : !config_line_holds(
					  c->dialect, stored, i->line) &&
					  !holds_scrambled(c, stored, i->line))
			add_gap(
			    c, i, find_instead(c, intended, stored, i->line));
	}
}

static bool expected(const struct comparer *c,
    const struct config_node *intended, const struct config_node *s)
{
	if (config_node_find(c->dialect, intended, s->line) != NULL)
		return true; /* the value was compared the other way round */
	if (config_pattern_find(c->dialect->kept, s->line) != NULL)
		return true;
	return config_node_find_unsequenced(c->dialect, intended, s->line) !=
	       NULL;
}

static void compare_unexpected(struct comparer *c,
    const struct config_node *intended, const struct config_node *stored)
{
	for (const struct config_node *s = stored->first; s && !c->failed;
	     s = s->next) {
		const struct config_node *i =
		    config_node_find(c->dialect, intended, s->line);

		if (s->section && i != NULL)
			compare_unexpected(c, i, s);
		else if (s->section ? !empty_is_absent(c, s)
				    : !expected(c, intended, s))
			add_gap(c, NULL, s);
	}
}

enum err_code config_tree_compare(struct arena *arena,
    const struct config_tree *intended, const struct config_tree *stored,
    bool exact, struct config_gaps *ret, struct err *e)
{
	struct comparer c = { .arena = arena, .dialect = intended->dialect };

	compare_missing(&c, intended->root, stored->root);
	if (exact)
		compare_unexpected(&c, intended->root, stored->root);
	if (c.failed)
		return err_set(e, ERR_LIMIT,
		    "the list of differences needs too much memory");
	c.found.list = c.list;
	*ret = c.found;
	return ERR_OK;
}

enum err_code config_tree_equal(struct arena *arena,
    const struct config_tree *a, const struct config_tree *b, bool *ret,
    struct err *e)
{
	struct config_gaps gaps = { 0 };
	enum err_code code = config_tree_compare(arena, a, b, true, &gaps, e);

	if (code == ERR_OK)
		*ret = gaps.n == 0;
	return code;
}
