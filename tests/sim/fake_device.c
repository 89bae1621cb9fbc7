#include "sim/fake_device.h"

#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void fake_note(const struct driver_session *s, const char *fmt, ...)
{
	char path[600], line[900];
	int n = snprintf(line, sizeof(line), "%lld %d ",
	    (long long)clock_mono_us(), (int)getpid());
	va_list ap;
	int fd;

	va_start(ap, fmt);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	line[n++] = '\n';
	snprintf(path, sizeof(path), "%s/log", s->dir);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		_exit(20);
	close(fd);
}

const char *fake_load(
    const struct driver_session *s, const char *file, struct arena *arena)
{
	struct buf text = BUF_INIT(FAKE_MAX_TEXT);
	char path[600];
	const char *copy;

	snprintf(path, sizeof(path), "%s/%s", s->dir, file);
	(void)!file_read(path, &text, NULL);
	copy = arena_memdup(arena, buf_text(&text), text.len);
	buf_release(&text);
	return copy ? copy : "";
}

void fake_store(
    const struct driver_session *s, const char *file, const char *text)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", s->dir, file);
	if (file_replace(path, text, strlen(text), 0600, NULL) != ERR_OK)
		_exit(21);
}

void fake_control(
    const struct driver_session *s, const char *word, char value[64])
{
	struct arena *arena = arena_new(FAKE_MAX_TEXT);
	const char *p = fake_load(s, "control", arena);
	size_t n = strlen(word);

	value[0] = '\0';
	while (*p) {
		size_t len = strcspn(p, "\n");

		if (len > n && len - n < 64 && memcmp(p, word, n) == 0 &&
		    p[n] == ' ') {
			memcpy(value, p + n + 1, len - n - 1);
			value[len - n - 1] = '\0';
		}
		p += len + (p[len] == '\n');
	}
	arena_free(arena);
}

bool fake_controlled(const struct driver_session *s, const char *word)
{
	char value[64];

	fake_control(s, word, value);
	return value[0] != '\0';
}

size_t fake_control_number(const struct driver_session *s, const char *word)
{
	char value[64];

	fake_control(s, word, value);
	return strtoul(value, NULL, 10);
}

void fake_pause_ms(int64_t ms)
{
	struct timespec ts = { ms / 1000, (ms % 1000) * 1000000 };

	nanosleep(&ts, NULL);
}

enum err_code fake_exchange(struct driver_session *s, bool cancellable,
    struct deadline deadline, struct err *e)
{
	struct deadline until =
	    deadline_in_ms((int64_t)fake_control_number(s, "latency"));

	while (!deadline_passed(until)) {
		int64_t left = deadline_left_ms(until);

		if (cancellable && s->hooks->cancelled(s->hooks->ctx))
			return err_set(
			    e, ERR_CANCELLED, "cancelled; nothing was changed");
		if (deadline_passed(deadline))
			return err_set(
			    e, ERR_TIMEOUT, "the device does not answer");
		fake_pause_ms(left < 5 ? left : 5);
	}
	return ERR_OK;
}

static bool has_line(const char *text, const char *line, size_t len)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n == len && memcmp(text, line, len) == 0)
			return true;
		text += n + (text[n] == '\n');
	}
	return false;
}

const char *fake_apply(
    struct arena *arena, const char *text, const char *command)
{
	bool removes = text_starts_with(command, "no ");
	const char *line = removes ? command + 3 : command;
	size_t len = strlen(line);
	struct buf out = BUF_INIT(FAKE_MAX_TEXT);
	const char *copy;

	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");

		if (!removes || n != len || memcmp(p, line, n) != 0)
			buf_printf(&out, "%.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
	if (!removes && !has_line(text, line, len))
		buf_printf(&out, "%s\n", line);
	copy = arena_memdup(arena, buf_text(&out), out.len);
	buf_release(&out);
	return copy;
}

size_t fake_lead(struct arena *arena, const char *from, const char *to,
    bool replace, const char **commands)
{
	size_t n = 0;

	for (const char *p = from; replace && *p && n < FAKE_MAX_LINES;) {
		size_t len = strcspn(p, "\n");

		if (len && !has_line(to, p, len))
			commands[n++] =
			    arena_printf(arena, "no %.*s", (int)len, p);
		p += len + (p[len] == '\n');
	}
	for (const char *p = to; *p && n < FAKE_MAX_LINES;) {
		size_t len = strcspn(p, "\n");

		if (len && !has_line(from, p, len))
			commands[n++] =
			    arena_printf(arena, "%.*s", (int)len, p);
		p += len + (p[len] == '\n');
	}
	return n;
}
