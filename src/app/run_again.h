/*
 * Running again those devices of a run over many that did not end well.
 */
#ifndef APP_RUN_AGAIN_H
#define APP_RUN_AGAIN_H

#include "app/runs.h"

/* A run of the same job with the same parameters, over the devices of `id` that
 * failed, were rolled back or were not begun; what is no longer in the
 * inventory is left out.  Roles, status rules and key as in runs_create().
 * ERR_CONFLICT: the run has not ended, is not over many devices, or none of
 * them is left to be run again. */
enum err_code run_again_create(const struct app *app, const struct actor *actor,
    const char *id, const char *idempotency_key, json_t **ret_doc,
    struct err *e) must_check;

/* How many devices that would be; 0 of a run that cannot be run again so. */
size_t run_again_count(const json_t *run);

#endif
