#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	e->code = code;
	e->detail[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(e->message, sizeof(e->message), fmt, ap);
	va_end(ap);
	return code;
}

static enum err_code code_from_errno(int error)
{
	switch (error) {
	case ENOENT:
		return ERR_NOT_FOUND;
	case ENOSPC:
	case EDQUOT:
		return ERR_NO_SPACE;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	default:
		return ERR_SYSTEM;
	}
}

enum err_code err_set_errno(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	enum err_code code = code_from_errno(saved);
	va_list ap;
	size_t used;

	if (!e)
		return code;
	e->code = code;
	e->detail[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(e->message, sizeof(e->message), fmt, ap);
	va_end(ap);
	used = strlen(e->message);
	snprintf(e->message + used, sizeof(e->message) - used, ": %s",
	    strerror(saved));
	errno = saved;
	return code;
}

enum err_code err_context(struct err *e, const char *fmt, ...)
{
	char prefix[512];
	char old[sizeof(e->message)];
	va_list ap;

	if (!e)
		return ERR_SYSTEM;
	va_start(ap, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, ap);
	va_end(ap);
	memcpy(old, e->message, sizeof(old));
	old[sizeof(old) - 1] = '\0';
	snprintf(e->message, sizeof(e->message), "%s: %.*s", prefix,
	    (int)(sizeof(e->message) - sizeof(prefix) - 4), old);
	return e->code;
}

void err_detail(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	vsnprintf(e->detail, sizeof(e->detail), fmt, ap);
	va_end(ap);
}

static const char *const code_words[] = {
	[ERR_OK] = "ok",
	[ERR_INVALID] = "invalid",
	[ERR_NOT_FOUND] = "not-found",
	[ERR_CONFLICT] = "conflict",
	[ERR_STALE] = "stale",
	[ERR_DENIED] = "denied",
	[ERR_LIMIT] = "limit",
	[ERR_NO_SPACE] = "no-space",
	[ERR_TIMEOUT] = "timeout",
	[ERR_REMOTE] = "remote",
	[ERR_CORRUPT] = "corrupt",
	[ERR_SYSTEM] = "system",
	[ERR_UNKNOWN_OUTCOME] = "unknown-outcome",
	[ERR_CANCELLED] = "cancelled",
};

const char *err_code_word(enum err_code code)
{
	return code_words[code];
}
