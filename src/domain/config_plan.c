#include "domain/config_tree.h"

#include "domain/config_block.h"
#include "domain/config_node.h"
#include "domain/config_pattern.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/*
 * Plans are worked out against a copy of the running tree that changes with
 * every step, so that each step sees what the device will hold by then: a
 * neighbour that went takes its lines along, and those still wanted come back
 * by themselves.
 */

struct planner {
	struct arena *arena;
	const struct config_dialect *dialect;
	struct config_tree state;
	struct config_step *steps;
	size_t n_steps;
	size_t cap;
	/* Sections entered here; the first n_sent of them in steps, too. */
	const char *path[CONFIG_MAX_DEPTH];
	unsigned depth;
	unsigned n_sent;
	bool failed; /* out of memory */
};

static void add_step(struct planner *p, enum config_step_kind kind,
    unsigned depth, const char *line)
{
	if (p->n_steps == p->cap) {
		size_t cap = p->cap > 0 ? p->cap * 2 : 64;
		struct config_step *more =
		    arena_alloc(p->arena, cap * sizeof *more);

		if (more == NULL) {
			p->failed = true;
			return;
		}
		if (p->n_steps > 0)
			memcpy(more, p->steps, p->n_steps * sizeof *more);
		p->steps = more;
		p->cap = cap;
	}
	p->steps[p->n_steps++] = (struct config_step){
		.kind = kind,
		.depth = depth,
		.line = line,
	};
}

static void send_path(struct planner *p)
{
	for (; p->n_sent < p->depth; p->n_sent++)
		add_step(p, CONFIG_STEP_ENTER, p->n_sent, p->path[p->n_sent]);
}

/* line: lives as long as the plan. */
static void do_step(struct planner *p, enum config_step_kind kind,
    struct config_node *section, const char *line)
{
	send_path(p);
	add_step(p, kind, p->depth, line);
	if (!config_line_apply(p->arena, p->dialect, section, line))
		p->failed = true;
}

static void enter(struct planner *p, const char *line)
{
	if (p->depth == CONFIG_MAX_DEPTH) {
		p->failed = true;
		return;
	}
	p->path[p->depth++] = line;
}

/* True if the section was entered on the device, too. */
static bool leave(struct planner *p)
{
	const char *line = p->path[--p->depth];

	if (p->n_sent <= p->depth)
		return false;
	p->n_sent = p->depth;
	add_step(p, CONFIG_STEP_LEAVE, p->depth + 1,
	    config_rule_leave(p->dialect, line));
	return true;
}

static bool start(
    struct planner *p, struct arena *arena, const struct config_tree *running)
{
	*p = (struct planner){ .arena = arena, .dialect = running->dialect };
	p->state.dialect = running->dialect;
	p->state.root = config_node_new_root(arena);
	return p->state.root != NULL &&
	       config_node_copy_children(
		   arena, p->dialect, running->root, p->state.root);
}

/* A shell takes "outp file f" for "output file f", and "exi" for "exit", which
 * at the top ends the session. */
static bool is_command(
    const struct config_dialect *dialect, const struct config_step *step)
{
	bool one_word = strchr(step->line, ' ') == NULL;

	if (step->kind == CONFIG_STEP_LEAVE)
		return false;
	for (const char *const *p = dialect->forbidden; *p != NULL; p++) {
		if (config_pattern_match(*p, step->line) ||
		    (config_pattern_is_one_word(*p) &&
			config_word_abbreviated(*p, step->line)))
			return true;
	}
	for (const char *const *w = dialect->exits; one_word && *w != NULL; w++)
		if (config_word_abbreviated(*w, step->line))
			return true;
	return one_word && config_word_abbreviated(dialect->end, step->line);
}

/* But for the line ends of a block, which are not sent as they stand. */
static bool is_ascii(const char *line)
{
	while (*line != '\0') {
		size_t n = strlen(CONFIG_BLOCK_LINE_END);

		if (strncmp(line, CONFIG_BLOCK_LINE_END, n) == 0)
			line += n;
		else if ((unsigned char)*line++ >= 0x80)
			return false;
	}
	return true;
}

/* Trees hold no control characters; a platform may take less than a tree. */
static enum err_code check_step(const struct config_dialect *dialect,
    const struct config_step *step, struct err *e)
{
	struct buf shown = BUF_INIT(CONFIG_MAX_LINE + 64);
	enum err_code code = ERR_OK;

	config_line_redact(dialect, step->line, &shown);
	if (is_command(dialect, step))
		code = err_set(e, ERR_INVALID,
		    "\"%.200s\" is a command, not configuration: it cannot be "
		    "provisioned",
		    buf_text(&shown));
	else if (strlen(step->line) > CONFIG_MAX_LINE &&
		 !config_block_is(dialect, step->line))
		code = err_set(e, ERR_INVALID,
		    "\"%.200s…\" is longer than %d characters",
		    buf_text(&shown), CONFIG_MAX_LINE);
	else if (dialect->ascii_only && !is_ascii(step->line))
		code = err_set(e, ERR_INVALID,
		    "\"%.200s\" holds a character outside ASCII, which this "
		    "platform's shell does not take",
		    buf_text(&shown));
	buf_release(&shown);
	return code;
}

static enum err_code finish(
    struct planner *p, struct config_plan *ret, struct err *e)
{
	if (p->failed || arena_failed(p->arena))
		return err_set(e, ERR_LIMIT,
		    "the change is too large: its plan needs too much memory");
	for (size_t i = 0; i < p->n_steps; i++) {
		enum err_code code = check_step(p->dialect, &p->steps[i], e);

		if (code != ERR_OK)
			return code;
	}
	*ret = (struct config_plan){
		.steps = p->steps,
		.n_steps = p->n_steps,
		.predicted = p->state,
	};
	return ERR_OK;
}

/* --- The order of sections at the top ---------------------------------- */

/* What is referred to comes before what refers. */
static size_t weight_of(const struct config_dialect *dialect, const char *line)
{
	size_t i = 0;

	while (dialect->definitions[i] != NULL &&
	       !config_pattern_match(dialect->definitions[i], line))
		i++;
	return i;
}

static size_t count_definitions(const struct config_dialect *dialect)
{
	size_t n = 0;

	while (dialect->definitions[n] != NULL)
		n++;
	return n;
}

/* The children as an array, at the top by weight; NULL when out of memory. */
static struct config_node **list_children(
    struct planner *p, const struct config_node *section, bool by_weight)
{
	size_t n = section->n_children;
	size_t n_weights = by_weight ? count_definitions(p->dialect) + 1 : 1;
	struct config_node **list =
	    arena_alloc(p->arena, (n + 1) * sizeof *list);
	size_t *weights = arena_alloc(p->arena, (n + 1) * sizeof *weights);
	size_t at = 0;
	size_t i = 0;

	if (list == NULL || weights == NULL) {
		p->failed = true;
		return NULL;
	}
	for (const struct config_node *c = section->first; c; c = c->next)
		weights[i++] = by_weight ? weight_of(p->dialect, c->line) : 0;
	for (size_t w = 0; w < n_weights; w++) {
		i = 0;
		for (struct config_node *c = section->first; c; c = c->next)
			if (weights[i++] == w)
				list[at++] = c;
	}
	return list;
}

/* --- Additions --------------------------------------------------------- */

static void add_children(struct planner *p, struct config_node *state,
    const struct config_node *wanted, bool by_weight);

static void add_section(struct planner *p, struct config_node *state,
    const struct config_node *wanted)
{
	const struct config_section_rule *rule =
	    config_rule_section(p->dialect, wanted->line);
	struct config_node *there =
	    config_node_find(p->dialect, state, wanted->line);
	bool is_new = there == NULL;
	/* An empty section matters where the device shows it as such. */
	bool matters =
	    (is_new && (!rule || rule->removal == CONFIG_REMOVE_WHOLE)) ||
	    (!is_new && strcmp(there->line, wanted->line) != 0);

	there =
	    config_node_put_grouped(p->arena, p->dialect, state, wanted->line);
	if (there == NULL) {
		p->failed = true;
		return;
	}
	there->section = true;
	enter(p, wanted->line);
	if (p->failed)
		return;
	if (matters)
		send_path(p);
	add_children(p, there, wanted, false);
	if (!leave(p) && is_new)
		config_node_remove(there);
}

static void add_children(struct planner *p, struct config_node *state,
    const struct config_node *wanted, bool by_weight)
{
	struct config_node **list = list_children(p, wanted, by_weight);

	for (size_t i = 0; i < wanted->n_children && !p->failed; i++) {
		if (list[i]->section)
			add_section(p, state, list[i]);
		else if (!config_line_holds(p->dialect, state, list[i]->line))
			do_step(p, CONFIG_STEP_LINE, state, list[i]->line);
	}
}

enum err_code config_plan_merge(struct arena *arena,
    const struct config_tree *running, const struct config_tree *extra,
    struct config_plan *ret, struct err *e)
{
	struct planner p;

	if (!start(&p, arena, running))
		p.failed = true;
	else
		add_children(&p, p.state.root, extra->root, false);
	return finish(&p, ret, e);
}

/* --- Removals ---------------------------------------------------------- */

static void remove_children(struct planner *p, struct config_node *state,
    const struct config_node *wanted, bool by_weight);

static const char *negate(struct planner *p, const char *line, size_t len)
{
	const char *rest = config_line_negated(p->dialect, line);
	const char *text = rest != NULL
			       ? arena_strdup(p->arena, rest)
			       : arena_printf(p->arena, "%s %.*s",
				     p->dialect->negation, (int)len, line);

	if (text == NULL)
		p->failed = true;
	return text;
}

static bool stays(
    const struct planner *p, const struct config_node *wanted, const char *line)
{
	const char *rest = config_line_negated(p->dialect, line);

	if (config_pattern_find(p->dialect->kept, line) != NULL)
		return true;
	if (wanted == NULL)
		return false;
	/* The same line, or another value that will take its place. */
	if (config_node_find(p->dialect, wanted, line) != NULL)
		return true;
	if (rest != NULL)
		return config_node_find_exact(p->dialect, wanted, rest) != NULL;
	return config_node_find_unsequenced(p->dialect, wanted, line) != NULL;
}

static void remove_line(
    struct planner *p, struct config_node *state, const char *line, size_t len)
{
	const char *removal = negate(p, line, len);

	if (removal != NULL)
		do_step(p, CONFIG_STEP_REMOVE, state, removal);
}

static const struct config_owner_rule *find_owner_rule(
    const struct config_dialect *dialect, const char *line)
{
	const struct config_owner_rule *r = dialect->owners;

	for (; r->pattern != NULL; r++)
		if (config_pattern_match(r->pattern, line))
			return r;
	return NULL;
}

static bool in_owner_scope(
    const struct config_dialect *dialect, const char *line)
{
	const struct config_owner_rule *r = dialect->owners;

	for (; r->pattern != NULL; r++)
		if (config_pattern_match(r->scope, line))
			return true;
	return false;
}

/* In a section's order of removals: what may refer to an owner, the owners,
 * then what is left of what went with them. */
enum removal_phase { BEFORE_OWNERS, OWNERS, AFTER_OWNERS };

static enum removal_phase phase_of(
    const struct config_dialect *dialect, const struct config_node *node)
{
	if (node->section)
		return AFTER_OWNERS;
	if (find_owner_rule(dialect, node->line) != NULL)
		return OWNERS;
	return in_owner_scope(dialect, node->line) ? AFTER_OWNERS
						   : BEFORE_OWNERS;
}

static const struct config_cut_rule *find_cut_rule(
    const struct config_dialect *dialect, const char *line)
{
	const struct config_cut_rule *r = dialect->cuts;

	for (; r->pattern != NULL; r++)
		if (config_pattern_match(r->pattern, line))
			return r;
	return NULL;
}

/* An owner goes with its first words, others as their rule says. */
static void remove_leaf(
    struct planner *p, struct config_node *state, const char *line)
{
	const struct config_owner_rule *owner =
	    find_owner_rule(p->dialect, line);
	const struct config_cut_rule *cut = find_cut_rule(p->dialect, line);
	size_t words = owner != NULL ? owner->words
		       : cut != NULL ? cut->words
				     : SIZE_MAX;

	if (cut != NULL && cut->instead != NULL)
		do_step(p, CONFIG_STEP_REMOVE, state, cut->instead);
	else
		remove_line(p, state, line, config_words_length(line, words));
}

static void remove_section(struct planner *p, struct config_node *state,
    struct config_node *node, const struct config_node *wanted)
{
	const struct config_section_rule *rule =
	    config_rule_section(p->dialect, node->line);
	const char *line = node->line;

	if (wanted == NULL && (!rule || rule->removal == CONFIG_REMOVE_WHOLE)) {
		remove_line(p, state, line, strlen(line));
		return;
	}
	enter(p, line);
	if (p->failed)
		return;
	remove_children(p, node, wanted, false);
	leave(p);
	if (wanted != NULL || p->failed)
		return;
	if (rule->removal == CONFIG_REMOVE_LINES_THEN_TRY) {
		const char *removal = negate(p, line, strlen(line));

		if (removal != NULL)
			do_step(p, CONFIG_STEP_TRY, state, removal);
	} else if (node->n_children == 0) {
		config_node_remove(node);
	}
}

static void remove_child(struct planner *p, struct config_node *state,
    struct config_node *child, const struct config_node *wanted)
{
	const struct config_node *other =
	    wanted == NULL ? NULL
			   : config_node_find(p->dialect, wanted, child->line);

	if (child->section)
		remove_section(p, state, child, other);
	else if (stays(p, wanted, child->line))
		return;
	else if (config_rule_default(p->dialect, state, child->line))
		/* By now it is a default: in force, wanted so, not shown. */
		config_node_remove(child);
	else
		remove_leaf(p, state, child->line);
}

/* At the top sections and lines go in one order, by weight; owners are met in
 * sections only. */
static void remove_children(struct planner *p, struct config_node *state,
    const struct config_node *wanted, bool by_weight)
{
	size_t n = state->n_children;
	struct config_node **list = list_children(p, state, by_weight);

	for (enum removal_phase phase = BEFORE_OWNERS; phase <= AFTER_OWNERS;
	     phase++) {
		for (size_t i = n; i-- > 0 && !p->failed;) {
			bool now = by_weight
				       ? phase == AFTER_OWNERS
				       : phase_of(p->dialect, list[i]) == phase;

			/* Without a parent it went with its owner. */
			if (now && list[i]->parent == state)
				remove_child(p, state, list[i], wanted);
		}
	}
}

enum err_code config_plan_replace(struct arena *arena,
    const struct config_tree *running, const struct config_tree *wanted,
    struct config_plan *ret, struct err *e)
{
	struct planner p;

	if (!start(&p, arena, running))
		p.failed = true;
	else
		remove_children(&p, p.state.root, wanted->root, true);
	if (!p.failed)
		add_children(&p, p.state.root, wanted->root, true);
	return finish(&p, ret, e);
}
