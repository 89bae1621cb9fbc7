/*
 * Is a device's backup what is intended for it?  Lines are compared as the
 * platform's dialect reads them; as text where the platform has none.
 */
#ifndef APP_CONFIG_SYNC_H
#define APP_CONFIG_SYNC_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>

struct config_sync {
	size_t missing; /* lines that are intended and not in the backup */
	size_t further; /* in the backup and not intended */
};

/* driver: names the dialect.  ERR_LIMIT, ERR_SYSTEM. */
enum err_code config_sync_compare(struct arena *arena, const char *driver,
    const char *intended, const char *backup, struct config_sync *ret,
    struct err *e) must_check;

#endif
