#include "base/line_regex_internal.h"

#include <string.h>

#define MIN_RUN 3

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

/* --- texts that every match holds ---------------------------------------- */

struct run {
	char text[LINE_REGEX_MAX_PATTERN + 1];
	size_t len;
};

static void end_run(struct line_regex *re, struct run *run)
{
	if (run->len >= MIN_RUN && re->n_runs < LINE_REGEX_MAX_RUNS) {
		const char *copy = arena_memdup(re->arena, run->text, run->len);

		if (copy)
			re->runs[re->n_runs++] = copy;
	}
	run->len = 0;
}

/* The one byte that the set holds, a letter in either case being one; -1. */
static int only_byte(const struct rx_set *s)
{
	int found = -1;

	for (unsigned c = 0; c < 256; c++) {
		unsigned small = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;

		if (!rx_set_has(s, (unsigned char)c))
			continue;
		if (found >= 0 && found != (int)small)
			return -1;
		found = (int)small;
	}
	return found;
}

static void find_runs(
    struct line_regex *re, const struct rx_node *node, struct run *run)
{
	int c;

	switch (node->type) {
	case RX_EMPTY:
	case RX_ASSERT:
		return;
	case RX_SET:
		c = only_byte(&node->set);
		if (c >= 0 && run->len < sizeof(run->text) - 1)
			run->text[run->len++] = (char)c;
		else
			end_run(re, run);
		return;
	case RX_CAT:
		find_runs(re, node->left, run);
		find_runs(re, node->right, run);
		return;
	case RX_ALT:
		end_run(re, run);
		return;
	case RX_REP:
		end_run(re, run);
		if (node->min > 0) {
			find_runs(re, node->left, run);
			end_run(re, run);
		}
		return;
	}
}

/* For Horspool's search (1980): letters of either case are one, for the runs
 * are told so. */
static void prepare_longest(struct line_regex *re)
{
	for (size_t i = 0; i < re->n_runs; i++) {
		if (strlen(re->runs[i]) > re->longest_len) {
			re->longest = re->runs[i];
			re->longest_len = strlen(re->longest);
		}
	}
	for (size_t c = 0; c < 256; c++)
		re->skip[c] = (uint16_t)re->longest_len;
	for (size_t i = 0; i + 1 < re->longest_len; i++) {
		unsigned char c = (unsigned char)re->longest[i];
		uint16_t left = (uint16_t)(re->longest_len - 1 - i);

		re->skip[c] = left;
		if (c >= 'a' && c <= 'z')
			re->skip[c - 'a' + 'A'] = left;
	}
}

size_t line_regex_runs(
    const struct line_regex *re, const char *const **ret_runs)
{
	*ret_runs = re->runs;
	return re->n_runs;
}

enum err_code rx_make_program(
    struct line_regex *re, const struct rx_node *tree, struct err *e)
{
	struct run run = { .len = 0 };

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
	find_runs(re, tree, &run);
	end_run(re, &run);
	prepare_longest(re);
	return ERR_OK;
}
