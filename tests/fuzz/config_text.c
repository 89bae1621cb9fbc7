/*
 * What a device may show as its configuration, against another text: a tree
 * that is written reads as the same, and a plan holds nothing that may not be
 * sent and ends where it began.  The first byte chooses the language; a zero
 * byte stands between the texts.
 */
#include "domain/config_dialect.h"
#include "domain/config_tree.h"

#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE 4000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool parse(struct arena *a, const struct config_dialect *dialect,
    const char *text, struct config_tree *ret)
{
	struct err e = ERR_INIT;

	if (config_tree_parse(a, dialect, text, ret, &e) == ERR_OK)
		return true;
	must(e.message[0] != '\0');
	return false;
}

/* Not where texts of several lines are: with other blanks than devices show
 * what is an ordinary line may read as the beginning of one. */
static void check_format(struct arena *a, const struct config_tree *tree)
{
	struct buf text = BUF_INIT(CONFIG_MAX_BYTES);
	struct config_tree same;
	bool equal = false;

	if (config_tree_format(tree, &text, NULL) == ERR_OK &&
	    !tree->dialect->blocks) {
		must(parse(a, tree->dialect, buf_text(&text), &same));
		must(config_tree_equal(a, tree, &same, &equal, NULL) == ERR_OK);
		must(equal);
	}
	buf_release(&text);
}

static void check_plan(const struct config_plan *plan)
{
	unsigned depth = 0;

	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct config_step *step = &plan->steps[i];
		size_t len = strlen(step->line);

		must(len <= CONFIG_MAX_TEXT);
		must(text_has_no_control(step->line, len, true));
		if (step->kind == CONFIG_STEP_ENTER)
			depth++;
		if (step->kind == CONFIG_STEP_LEAVE)
			must(depth-- > 0);
	}
	must(depth == 0);
}

static void compare(struct arena *a, const struct config_tree *running,
    const struct config_tree *wanted)
{
	struct config_plan plan;
	struct config_gaps gaps;
	struct err e = ERR_INIT;

	if (config_plan_replace(a, running, wanted, &plan, &e) == ERR_OK)
		check_plan(&plan);
	else
		must(e.message[0] != '\0');
	if (config_plan_merge(a, running, wanted, &plan, NULL) == ERR_OK)
		check_plan(&plan);
	must(config_tree_compare(a, wanted, running, true, &gaps, NULL) ==
	     ERR_OK);
	must(gaps.n_missing + gaps.n_unexpected >= (gaps.n > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_dialect *const dialects[] = {
		&config_dialect_frr, &config_dialect_eos, &config_dialect_ios,
		&config_dialect_nxos
	};
	struct arena *a = arena_new((size_t)64 << 20);
	struct buf hidden = BUF_INIT((size_t)1 << 20);
	struct config_tree running, wanted;
	char text[MAX_SIZE + 2] = "";

	if (a && size > 0 && size <= MAX_SIZE) {
		const struct config_dialect *dialect = dialects[data[0] % 4];
		const char *other;

		memcpy(text, data + 1, size - 1);
		other = text + strlen(text) + 1;
		config_answer_redact(dialect, text, strlen(text), &hidden);
		if (parse(a, dialect, text, &running)) {
			check_format(a, &running);
			if (other < text + size &&
			    parse(a, dialect, other, &wanted))
				compare(a, &running, &wanted);
		}
	}
	buf_release(&hidden);
	arena_free(a);
	return 0;
}
