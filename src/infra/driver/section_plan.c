#include "infra/driver/section_plan.h"

#include "domain/text_diff.h"

#include <string.h>

#define DIFF_CONTEXT 3
#define VERDICT_LINES 50 /* named to people; the rest is counted */
#define SCRATCH_MAX ((size_t)192 * 1024 * 1024)
#define TEXT_MAX ((size_t)32 * 1024 * 1024)

static enum err_code no_memory(struct err *e)
{
	return err_set(e, ERR_LIMIT, "the configuration needs too much memory");
}

enum err_code section_plan_between(struct arena *arena,
    const struct config_dialect *dialect, const char *running,
    const char *wanted, struct config_plan *ret, struct err *e)
{
	struct config_tree from, to;
	enum err_code code =
	    config_tree_parse(arena, dialect, running, &from, e);

	if (code == ERR_OK)
		code = config_tree_parse(arena, dialect, wanted, &to, e);
	if (code == ERR_OK)
		code = config_plan_replace(arena, &from, &to, ret, e);
	return code;
}

enum err_code section_plan_make_forth(struct arena *arena,
    const struct config_dialect *dialect, const char *running,
    const struct driver_candidate *candidate, struct section_plan *ret,
    struct err *e)
{
	struct section_plan p = {
		.snapshot = running,
		.exact = candidate->load == DRIVER_REPLACE,
	};
	struct config_tree wanted;
	enum err_code code;

	code = config_tree_parse(arena, dialect, running, &p.running, e);
	if (code != ERR_OK) {
		err_context(e, "the device's own configuration");
		return code;
	}
	code = config_tree_parse(arena, dialect, candidate->text, &wanted, e);
	if (code == ERR_OK)
		code = candidate->load == DRIVER_MERGE
			   ? config_plan_merge(
				 arena, &p.running, &wanted, &p.forth, e)
			   : config_plan_replace(
				 arena, &p.running, &wanted, &p.forth, e);
	if (code != ERR_OK) {
		err_context(e, "the intended configuration");
		return code;
	}
	*ret = p;
	return ERR_OK;
}

enum err_code section_plan_make(struct arena *arena,
    const struct config_dialect *dialect, const char *running,
    const struct driver_candidate *candidate, struct section_plan *ret,
    struct err *e)
{
	struct section_plan p;
	enum err_code code =
	    section_plan_make_forth(arena, dialect, running, candidate, &p, e);

	if (code != ERR_OK)
		return code;
	code = config_plan_replace(
	    arena, &p.forth.predicted, &p.running, &p.back, e);
	if (code != ERR_OK) {
		err_context(e, "this change could not be put back");
		return code;
	}
	*ret = p;
	return ERR_OK;
}

static const char *const *list_commands(
    const struct config_plan *plan, struct arena *arena)
{
	const char **list =
	    arena_alloc(arena, (plan->n_steps + 1) * sizeof *list);

	for (size_t i = 0; list != NULL && i < plan->n_steps; i++)
		list[i] = arena_printf(arena, "%*s%s",
		    (int)plan->steps[i].depth, "", plan->steps[i].line);
	return list;
}

static const char *format_tree(
    const struct config_tree *tree, struct arena *arena)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	const char *copy = NULL;

	if (config_tree_format(tree, &text, NULL) == ERR_OK)
		copy = arena_strdup(arena, buf_text(&text));
	buf_release(&text);
	return copy;
}

static enum err_code describe_diff(struct arena *arena, const char *running,
    struct driver_plan *to, struct err *e)
{
	struct text_diff_input a = { running, strlen(running) };
	struct text_diff_input b = { to->predicted, strlen(to->predicted) };
	struct buf text = BUF_INIT(TEXT_MAX);
	struct text_diff d;
	enum err_code code = text_diff_compute(arena, &a, &b, &d, e);

	if (code == ERR_OK)
		code = text_diff_format(
		    &d, "running", "candidate", DIFF_CONTEXT, &text, e);
	if (code == ERR_OK) {
		to->added = d.added;
		to->removed = d.removed;
		to->diff = arena_strdup(arena, buf_text(&text));
	}
	buf_release(&text);
	return code;
}

enum err_code section_plan_describe(const struct section_plan *plan,
    struct arena *arena, struct driver_plan *ret, struct err *e)
{
	const char *running = format_tree(&plan->running, arena);
	struct driver_plan p = {
		.empty = plan->forth.n_steps == 0,
		.commands = list_commands(&plan->forth, arena),
		.n_commands = plan->forth.n_steps,
		.reverse = list_commands(&plan->back, arena),
		.n_reverse = plan->back.n_steps,
		.snapshot = arena_strdup(arena, plan->snapshot),
		.predicted = format_tree(&plan->forth.predicted, arena),
	};
	enum err_code code;

	if (running == NULL || p.predicted == NULL || arena_failed(arena))
		return no_memory(e);
	code = describe_diff(arena, running, &p, e);
	if (code != ERR_OK)
		return code;
	if (arena_failed(arena))
		return no_memory(e);
	*ret = p;
	return ERR_OK;
}

enum err_code section_text_equal(const struct config_dialect *dialect,
    const char *a, const char *b, bool *ret, struct err *e)
{
	struct arena *arena = arena_new(SCRATCH_MAX);
	struct config_tree ta, tb;
	enum err_code code;

	if (arena == NULL)
		return no_memory(e);
	code = config_tree_parse(arena, dialect, a, &ta, e);
	if (code == ERR_OK)
		code = config_tree_parse(arena, dialect, b, &tb, e);
	if (code == ERR_OK)
		code = config_tree_equal(arena, &ta, &tb, ret, e);
	arena_free(arena);
	return code;
}

/* "router bgp 1 / address-family ipv4 unicast / network 10.0.0.0/8" */
static void add_path(const struct config_dialect *dialect,
    const struct config_node *node, struct buf *out)
{
	if (node->parent != NULL && node->parent->parent != NULL) {
		add_path(dialect, node->parent, out);
		buf_puts(out, " / ");
	}
	config_line_redact(dialect, node->line, out);
}

static void add_gap(const struct config_dialect *dialect,
    const struct config_gap *gap, struct buf *out)
{
	if (gap->intended == NULL) {
		buf_puts(out, "not intended: ");
		add_path(dialect, gap->stored, out);
	} else {
		buf_puts(out, "missing: ");
		add_path(dialect, gap->intended, out);
		if (gap->stored != NULL) {
			buf_puts(out, " (the device has: ");
			config_line_redact(dialect, gap->stored->line, out);
			buf_putc(out, ')');
		}
	}
	buf_putc(out, '\n');
}

static enum err_code describe_gaps(const struct config_dialect *dialect,
    const struct config_gaps *gaps, struct arena *arena,
    struct driver_verdict *ret, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	size_t shown = gaps->n < VERDICT_LINES ? gaps->n : VERDICT_LINES;
	const char *copy;

	for (size_t i = 0; i < shown; i++)
		add_gap(dialect, &gaps->list[i], &text);
	if (shown < gaps->n)
		buf_printf(&text, "and %zu more\n", gaps->n - shown);
	copy = arena_strdup(arena, buf_text(&text));
	buf_release(&text);
	if (copy == NULL)
		return no_memory(e);
	*ret = (struct driver_verdict){
		.matches = gaps->n == 0,
		.text = copy,
		.n_missing = gaps->n_missing,
		.n_unexpected = gaps->n_unexpected,
	};
	return ERR_OK;
}

enum err_code section_text_verify(const struct config_dialect *dialect,
    const struct driver_candidate *intended, const char *running,
    struct arena *arena, struct driver_verdict *ret, struct err *e)
{
	struct config_tree wanted, stored;
	struct config_gaps gaps;
	enum err_code code;

	code = config_tree_parse(arena, dialect, intended->text, &wanted, e);
	if (code == ERR_OK)
		code = config_tree_parse(arena, dialect, running, &stored, e);
	if (code == ERR_OK)
		code = config_tree_compare(arena, &wanted, &stored,
		    intended->load == DRIVER_REPLACE, &gaps, e);
	if (code == ERR_OK)
		code = describe_gaps(dialect, &gaps, arena, ret, e);
	return code;
}
