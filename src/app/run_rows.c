#include "app/run_rows.h"

#include "base/json.h"
#include "domain/run.h"

#include <string.h>

const char *const run_rows_words[] = { "all", "changed", "failed", "open",
	"cancelled", NULL };

bool run_rows_parse(const char *word, enum run_rows *ret)
{
	for (int i = 0; i < RUN_ROWS_KINDS; i++) {
		if (strcmp(run_rows_words[i], word) == 0) {
			*ret = (enum run_rows)i;
			return true;
		}
	}
	return false;
}

bool run_row_state_is(enum run_state state, bool changed, enum run_rows which)
{
	bool ended = run_state_is_final(state);

	switch (which) {
	case RUN_ROWS_CHANGED:
		return changed;
	case RUN_ROWS_FAILED:
		return ended && state != RUN_SUCCEEDED &&
		       state != RUN_CANCELLED;
	case RUN_ROWS_OPEN:
		return !ended;
	case RUN_ROWS_CANCELLED:
		return state == RUN_CANCELLED;
	case RUN_ROWS_ALL:
	case RUN_ROWS_KINDS:
		break;
	}
	return true;
}

bool run_row_is(const json_t *row, enum run_rows which)
{
	enum run_state state = RUN_QUEUED;
	bool changed = json_object_get(row, "added") != NULL ||
		       json_is_true(json_object_get(row, "changed"));

	(void)run_state_parse(json_text(row, "state", ""), &state);
	return run_row_state_is(state, changed, which);
}

bool run_row_is_unfinished(const json_t *row)
{
	return run_row_is(row, RUN_ROWS_FAILED) ||
	       run_row_is(row, RUN_ROWS_CANCELLED);
}

static json_t *count_rows(const json_t *rows)
{
	json_int_t n[RUN_ROWS_KINDS] = { 0 };
	json_t *counts = json_object();
	const json_t *row;
	size_t at;

	json_array_foreach(rows, at, row)
	{
		for (int i = 0; i < RUN_ROWS_KINDS; i++)
			n[i] += run_row_is(row, (enum run_rows)i);
	}
	for (int i = 0; counts && i < RUN_ROWS_KINDS; i++) {
		if (json_object_set_new(
			counts, run_rows_words[i], json_integer(n[i])) != 0) {
			json_decref(counts);
			return NULL;
		}
	}
	return counts;
}

json_t *run_rows_shorten(json_t *run, size_t keep)
{
	json_t *rows = json_object_get(run, "devices"), *few, *to;
	json_t *counts = json_object_get(run, "counts");
	bool ok = true;

	if (json_array_size(rows) <= (counts ? keep : RUN_ROWS_TOLD))
		return json_incref(run);
	to = json_copy(run); /* its members are shared */
	few = json_array();
	for (size_t i = 0; i < keep && i < json_array_size(rows); i++)
		ok = ok && json_array_append(few, json_array_get(rows, i)) == 0;
	if (json_object_set_new(to, "devices", few) == 0 && ok &&
	    (counts ||
		json_object_set_new(to, "counts", count_rows(rows)) == 0))
		return to;
	json_decref(to);
	return NULL;
}
