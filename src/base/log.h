/*
 * The program's log: one line an event, to a descriptor (stderr by default).
 *
 *   2026-11-21T08:30:00.123Z info web[4711] signed in user=admin
 *
 * Control bytes are escaped, so that a line is a line.  Safe from any thread:
 * a line is one write(2).  Never pass a secret.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* program: a literal.  Lines below `least` are dropped. */
void log_setup(const char *program, int fd, enum log_level least);

void log_line(enum log_level level, const char *fmt, ...) printf_like(2, 3);

#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)

/* "what: message (detail)" at LOG_ERROR. */
void log_err(const struct err *e, const char *what);

#endif
