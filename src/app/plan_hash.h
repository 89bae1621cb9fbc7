/*
 * The name of a difference: what a dry run has shown and a push may then
 * insist on.
 *
 * It covers the device, the way of loading, the whole intended configuration
 * and the difference that the device has to it; so that it is another one as
 * soon as either side has changed.
 */
#ifndef APP_PLAN_HASH_H
#define APP_PLAN_HASH_H

#include "app/device_run.h"

void plan_hash_of(const struct device_run_input *in, const char *diff,
    char hash[PLAN_HASH_SIZE]);

#endif
