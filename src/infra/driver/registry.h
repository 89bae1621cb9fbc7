/*
 * The drivers there are, by name.  A platform record names its driver. Constant
 * tables: never freed, any thread.
 */
#ifndef INFRA_DRIVER_REGISTRY_H
#define INFRA_DRIVER_REGISTRY_H

#include "app/port/driver.h"

/* NULL if there is none of that name. */
const struct driver *driver_find(const char *name);

/* All of them, for lists; NULL past the last. */
const struct driver *driver_at(size_t i);

#endif
