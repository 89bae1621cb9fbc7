/*
 * What backups put aside since it is not whole: DIR/quarantine/<device>.cfg,
 * and <device>.<command>.txt of what further commands told.  The worker keeps
 * the newest of each there, outside the store; here it is read.  Any thread,
 * any process.
 */
#ifndef APP_ASIDE_H
#define APP_ASIDE_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* A configuration, and as many commands as a platform has. */
#define ASIDE_MAX 17

struct aside {
	char command[64]; /* "": the running configuration */
	int64_t read_ms;  /* wall clock */
	int64_t size;	  /* bytes */
};

/* Those of a device, the configuration first, commands by name; how many.  None
 * where nothing can be read. */
size_t aside_list(
    const char *dir, const char *device, struct aside list[ASIDE_MAX]);

/* Appends its text.  ERR_NOT_FOUND. */
enum err_code aside_read(const char *dir, const char *device,
    const char *command, struct buf *out, struct err *e) must_check;

#endif
