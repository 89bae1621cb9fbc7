#include "base/line_regex_internal.h"

#include <string.h>

/* --- the program --------------------------------------------------------- */

static uint16_t emit(struct line_regex *re, enum rx_op op)
{
	if (re->n < RX_MAX_PROGRAM)
		re->program[re->n].op = op;
	return (uint16_t)(re->n++);
}

static bool too_large(const struct line_regex *re)
{
	return re->n >= RX_MAX_PROGRAM;
}

static void emit_node(struct line_regex *re, const struct rx_node *node);

static void emit_alternatives(struct line_regex *re, const struct rx_node *node)
{
	uint16_t split = emit(re, OP_SPLIT), jump;

	emit_node(re, node->left);
	jump = emit(re, OP_SPLIT);
	if (too_large(re))
		return;
	re->program[split].x = (uint16_t)(split + 1);
	re->program[split].y = (uint16_t)re->n;
	emit_node(re, node->right);
	if (too_large(re))
		return;
	re->program[jump].x = re->program[jump].y = (uint16_t)re->n;
}

/* What may be left out: a split around it. */
static void emit_optional(struct line_regex *re, const struct rx_node *node)
{
	uint16_t split = emit(re, OP_SPLIT);

	emit_node(re, node);
	if (too_large(re))
		return;
	re->program[split].x = (uint16_t)(split + 1);
	re->program[split].y = (uint16_t)re->n;
}

static void emit_loop(struct line_regex *re, const struct rx_node *node)
{
	uint16_t split = emit(re, OP_SPLIT), back;

	emit_node(re, node);
	back = emit(re, OP_SPLIT);
	if (too_large(re))
		return;
	re->program[split].x = (uint16_t)(split + 1);
	re->program[split].y = (uint16_t)re->n;
	re->program[back].x = re->program[back].y = split;
}

/* Copies of nothing are nothing: they would not come to the largest program,
 * however many repetitions in each other ask for them. */
static void emit_repeated(struct line_regex *re, const struct rx_node *node)
{
	size_t before = re->n;

	for (int i = 0; i < node->min && !too_large(re); i++) {
		emit_node(re, node->left);
		if (re->n == before)
			break;
	}
	if (node->max < 0)
		emit_loop(re, node->left);
	for (int i = node->min; i < node->max && !too_large(re); i++)
		emit_optional(re, node->left);
}

static void emit_node(struct line_regex *re, const struct rx_node *node)
{
	uint16_t at;

	if (too_large(re))
		return;
	switch (node->type) {
	case RX_EMPTY:
		return;
	case RX_SET:
		at = emit(re, OP_SET);
		re->program[at].set = &node->set;
		re->program[at].x = (uint16_t)(at + 1);
		return;
	case RX_ASSERT:
		at = emit(re, OP_PLACE);
		re->program[at].place = node->place;
		re->program[at].x = (uint16_t)(at + 1);
		return;
	case RX_CAT:
		emit_node(re, node->left);
		emit_node(re, node->right);
		return;
	case RX_ALT:
		emit_alternatives(re, node);
		return;
	case RX_REP:
		emit_repeated(re, node);
		return;
	}
}

enum err_code rx_make_program(
    struct line_regex *re, const struct rx_node *tree, struct err *e)
{
	re->program =
	    arena_zalloc(re->arena, RX_MAX_PROGRAM * sizeof(*re->program));
	if (!re->program)
		return err_set(e, ERR_SYSTEM, "out of memory");
	emit_node(re, tree);
	(void)emit(re, OP_MATCH);
	if (too_large(re))
		return err_set(e, ERR_LIMIT,
		    "the expression repeats too much: its parts come to more "
		    "than %d steps",
		    RX_MAX_PROGRAM);
	return ERR_OK;
}
