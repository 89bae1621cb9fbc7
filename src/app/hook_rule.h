/*
 * What a change hook (hooks/<name>.json) says about a change of a device, and
 * the run that it asks for.
 */
#ifndef APP_HOOK_RULE_H
#define APP_HOOK_RULE_H

#include "app/runs.h"

/* A change, as the hook sees it; everything borrowed. */
struct hook_change {
	const struct record *old; /* NULL: created */
	const struct record *now; /* NULL: deleted */
	const char *by;		  /* names of those who made it, "a, b" */
	const char *commit;	  /* 40 digits of the last one */
};

/* Does the hook want this change?  fields: the relevant ones that changed, "a,
 * b" (empty for a creation). */
#define HOOK_FIELDS_SIZE 200
bool hook_rule_wants(const struct app *app, const struct snapshot *s,
    const struct record *hook, const struct hook_change *change,
    char fields[HOOK_FIELDS_SIZE]);

/* Did this field change?  (All did in a creation.) */
bool hook_change_has(
    const struct record *old, const struct record *now, int field);

/* Starts the hook's job for the device as it is now, as "hook:<name>"; once for
 * each commit and device.  *ret_doc: NULL if the device's status lets no hook
 * act. */
enum err_code hook_rule_start(const struct app *app, const struct snapshot *s,
    const struct record *hook, const struct hook_change *change,
    const char *fields, json_t **ret_doc, struct err *e) must_check;

/* What it would do to a device, in the name of a person, whether the hook is
 * enabled or not: a dry run, or the run itself of a job that only reads.
 * ERR_CONFLICT if its filters leave the device out, or the status does. */
enum err_code hook_rule_try(const struct app *app, const struct actor *actor,
    const struct snapshot *s, const struct record *hook, const char *device,
    const char *key, json_t **ret_doc, struct err *e) must_check;

/* What the record's schema cannot say: its job and its parameters.  old: what
 * it was in the snapshot, or NULL. */
void hook_rule_check(const struct snapshot *s, const struct record *old,
    const struct record *now, struct schema_errors *errors);

#endif
