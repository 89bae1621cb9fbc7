#include "infra/driver/driver_log.h"

#include <stdio.h>

void driver_log(const struct driver_hooks *hooks, enum log_level level,
    const char *fmt, ...)
{
	char text[600];
	va_list ap;

	if (hooks == NULL || hooks->log == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	hooks->log(hooks->ctx, level, text);
}
