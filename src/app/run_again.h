/*
 * Running again what did not end well: a run of one device, or those devices
 * of a run over many.
 */
#ifndef APP_RUN_AGAIN_H
#define APP_RUN_AGAIN_H

#include "app/runs.h"

/* A run of the same job with the same parameters; of a run over many devices
 * over those that failed, were rolled back or were not begun; what is no longer
 * in the inventory is left out.  Roles, status rules and key as in
 * runs_create().  ERR_CONFLICT: see run_again_refusal(), or none of its devices
 * is left. */
enum err_code run_again_create(const struct app *app, const struct actor *actor,
    const char *id, const char *idempotency_key, json_t **ret_doc,
    struct err *e) must_check;

/* Why it cannot be: "it has not ended yet"; NULL: it can.  Also of a run that
 * is told in short. */
const char *run_again_refusal(const json_t *run);

/* Of a run over many: how many devices that would be; 0 of any other. */
size_t run_again_count(const json_t *run);

#endif
