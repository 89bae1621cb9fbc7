#include "base/log.h"

#include "base/clock.h"
#include "base/escape.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct {
	const char *program;
	int fd;
	enum log_level least;
} log_state = { "switchyard", STDERR_FILENO, LOG_INFO };

static const char *const level_words[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARNING] = "warning",
	[LOG_ERROR] = "error",
};

void log_setup(const char *program, int fd, enum log_level least)
{
	log_state.program = program;
	log_state.fd = fd;
	log_state.least = least;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	struct buf line = BUF_INIT(16384);
	char message[4096], now[CLOCK_TEXT_SIZE];
	va_list ap;

	if (level < log_state.least)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	clock_format_utc(clock_wall_ms(), now);
	buf_printf(&line, "%s %s %s[%d] ", now, level_words[level],
	    log_state.program, (int)getpid());
	escape_log(&line, message, strlen(message));
	buf_putc(&line, '\n');
	if (buf_ok(&line)) {
		/* a log that cannot be written has nowhere to complain */
		ssize_t n = write(log_state.fd, line.data, line.len);

		(void)n;
	}
	buf_release(&line);
}

void log_err(const struct err *e, const char *what)
{
	if (e->detail[0])
		log_error("%s: %s (%s)", what, e->message, e->detail);
	else
		log_error("%s: %s", what, e->message);
}
