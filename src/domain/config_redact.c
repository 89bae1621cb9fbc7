#include "domain/config_tree.h"

#include "domain/config_node.h"
#include "domain/config_pattern.h"

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
