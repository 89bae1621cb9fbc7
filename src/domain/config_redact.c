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
