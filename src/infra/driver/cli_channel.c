#include "infra/driver/cli_channel.h"

#include <stdio.h>

void cli_channel_log(
    const struct cli_channel *c, enum log_level level, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!c->hooks || !c->hooks->log)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->hooks->log(c->hooks->ctx, level, text);
}
