/*
 * A line for the log of the run that a session belongs to.
 */
#ifndef INFRA_DRIVER_DRIVER_LOG_H
#define INFRA_DRIVER_DRIVER_LOG_H

#include "app/port/driver.h"

/* hooks: may be NULL, and so may its log.  What is longer than 600 bytes is
 * cut. */
void driver_log(const struct driver_hooks *hooks, enum log_level level,
    const char *fmt, ...) printf_like(3, 4);

#endif
