#include "app/lost_names.h"

#include "app/hook_rule.h"
#include "app/inventory_internal.h"
#include "app/job_parameters.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More are not told of one by one. */
#define MAX_WATCHED 64

static const struct {
	enum kind_id kind;
	int enabled;
} holders[] = {
	{ KIND_SCHEDULE, SCHEDULE_ENABLED },
	{ KIND_HOOK, HOOK_ENABLED },
	{ KIND_BUTTON, BUTTON_ENABLED },
};

/* A message about a member begins with its name, as one about a field does
 * not. */
static const char *sentence_of(const struct schema_error *item)
{
	return item->member ? item->message + strlen(item->member->name) + 2
			    : item->message;
}

bool lost_names_of(const struct snapshot *s, const struct record *r,
    char text[LOST_NAMES_TEXT])
{
	struct schema_errors errors = { 0 };
	json_t *object;

	text[0] = '\0';
	if (!job_holder_of(record_kind(r)->id))
		return false;
	object = record_to_json(r);
	inventory_check_named(s, record_kind(r), object, &errors);
	json_decref(object);
	if (record_kind(r)->id == KIND_HOOK)
		hook_rule_check(s, NULL, r, &errors);
	else
		job_parameters_check_held(s, NULL, r, &errors);
	if (errors.n == 0)
		return false;
	snprintf(text, LOST_NAMES_TEXT, "%s", sentence_of(&errors.item[0]));
	return true;
}

size_t lost_names_find(
    const struct snapshot *s, struct lost_name *ret, size_t max)
{
	size_t found = 0;

	for (size_t k = 0; k < sizeof(holders) / sizeof(holders[0]); k++) {
		size_t n;
		const struct record *const *all =
		    snapshot_all(s, holders[k].kind, &n);

		for (size_t i = 0; i < n && found < max; i++) {
			if (!record_flag(all[i], holders[k].enabled) ||
			    !lost_names_of(s, all[i], ret[found].text))
				continue;
			ret[found++].record = all[i];
		}
	}
	return found;
}

/* --- for the log --------------------------------------------------------- */

struct lost_watch {
	/* "schedule nightly: view "core" does not exist" */
	char told[MAX_WATCHED][LOST_NAMES_TEXT + 100];
	size_t n;
};

enum err_code lost_watch_new(struct lost_watch **ret, struct err *e)
{
	struct lost_watch *w = calloc(1, sizeof(*w));

	if (!w)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = w;
	return ERR_OK;
}

void lost_watch_free(struct lost_watch *w)
{
	free(w);
}

static bool was_told(const struct lost_watch *w, const char *line)
{
	for (size_t i = 0; i < w->n; i++) {
		if (strcmp(w->told[i], line) == 0)
			return true;
	}
	return false;
}

void lost_watch_look(struct lost_watch *w, const struct snapshot *s)
{
	struct lost_name *lost = calloc(MAX_WATCHED, sizeof(*lost));
	struct lost_watch *now = calloc(1, sizeof(*now));

	if (lost && now)
		now->n = lost_names_find(s, lost, MAX_WATCHED);
	for (size_t i = 0; now && i < now->n; i++) {
		const struct record *r = lost[i].record;

		snprintf(now->told[i], sizeof(now->told[i]), "%s %.64s: %s",
		    record_kind(r)->name, record_key(r), lost[i].text);
		if (!was_told(w, now->told[i]))
			log_warning("%s", now->told[i]);
	}
	if (now)
		*w = *now;
	free(now);
	free(lost);
}
