#include "domain/config_tree.h"

#include "domain/config_node.h"
#include "domain/config_pattern.h"

#include <stdio.h>
#include <string.h>

/* Words of the pattern before its first value. */
static size_t words_before_value(const char *pattern)
{
	size_t n = 0;

	while (*pattern != '\0') {
		size_t len = config_words_length(pattern, 1);

		if ((len == 1 && *pattern == '?') ||
		    (len == 3 && memcmp(pattern, "...", 3) == 0))
			break;
		n++;
		pattern += len + (pattern[len] == ' ');
	}
	return n;
}

size_t config_line_secret_at(
    const struct config_dialect *dialect, const char *line)
{
	const char *rest = config_line_negated(dialect, line);
	const char *bare = rest != NULL ? rest : line;
	const char *pattern = config_pattern_find(dialect->secret, bare);
	size_t at;

	if (pattern == NULL)
		return strlen(line);
	at = config_words_length(bare, words_before_value(pattern));
	if (bare[at] == ' ')
		at++;
	return (size_t)(bare - line) + at;
}

void config_line_redact(
    const struct config_dialect *dialect, const char *line, struct buf *out)
{
	size_t at = config_line_secret_at(dialect, line);

	buf_add(out, line, at);
	if (line[at] != '\0')
		buf_puts(out, "<hidden>");
}

/* From the first word at which a line with a secret begins. */
static void redact_quote(
    const struct config_dialect *dialect, const char *line, struct buf *out)
{
	for (const char *p = line; *p != '\0'; p++) {
		bool begins = p == line || strchr(" \t`'\"", p[-1]) != NULL;
		size_t at = begins ? config_line_secret_at(dialect, p) : 0;

		if (!begins || p[at] == '\0')
			continue;
		buf_add(out, line, (size_t)(p - line) + at);
		buf_puts(out, "<hidden>");
		return;
	}
	buf_puts(out, line);
}

void config_answer_redact(const struct config_dialect *dialect,
    const char *text, size_t len, struct buf *out)
{
	const char *end = text + len;
	struct buf line = BUF_INIT(len + 1);

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop != NULL ? stop : end) - text);

		buf_clear(&line);
		buf_add(&line, text, n);
		redact_quote(dialect, buf_text(&line), out);
		if (stop != NULL)
			buf_putc(out, '\n');
		text += n + (stop != NULL);
	}
	buf_release(&line);
}

/* Shorter ones would be found in half of all words. */
#define QUOTED_MIN 3

/* The longest word of the secret that stands at `at`; 0: none. */
static size_t quoted_length(const char *secret, const char *at, size_t left)
{
	size_t longest = 0;

	while (*secret != '\0') {
		size_t len = strcspn(secret, " \t");

		if (len >= QUOTED_MIN && len <= left && len > longest &&
		    memcmp(secret, at, len) == 0)
			longest = len;
		secret += len;
		secret += strspn(secret, " \t");
	}
	return longest;
}

void config_refusal_redact(const struct config_dialect *dialect,
    const char *line, const char *text, size_t len, struct buf *out)
{
	const char *secret = line + config_line_secret_at(dialect, line);
	struct buf told = BUF_INIT(len * sizeof("<hidden>") + 1);

	for (size_t at = 0; at < len;) {
		size_t n = quoted_length(secret, text + at, len - at);

		if (n > 0)
			buf_puts(&told, "<hidden>");
		else
			buf_putc(&told, text[at]);
		at += n > 0 ? n : 1;
	}
	config_answer_redact(dialect, buf_text(&told), told.len, out);
	buf_release(&told);
}

static void redact_in_place(
    const struct config_dialect *dialect, char *text, size_t size)
{
	struct buf out = BUF_INIT(size * 2);

	config_answer_redact(dialect, text, strlen(text), &out);
	(void)snprintf(text, size, "%s", buf_text(&out));
	buf_release(&out);
}

void config_err_redact(const struct config_dialect *dialect, struct err *e)
{
	if (e == NULL)
		return;
	redact_in_place(dialect, e->message, sizeof e->message);
	redact_in_place(dialect, e->detail, sizeof e->detail);
}
