#include "domain/config_pattern.h"

#include <string.h>

static size_t word_length(const char *text)
{
	return strcspn(text, " ");
}

static const char *word_next(const char *text)
{
	text += word_length(text);
	return *text == ' ' ? text + 1 : text;
}

static bool is_end(char c)
{
	return c == ' ' || c == '\0';
}

static bool is_rest(const char *pattern)
{
	return strncmp(pattern, "...", 3) == 0 && is_end(pattern[3]);
}

static bool is_any(const char *pattern)
{
	return (*pattern == '*' || *pattern == '?') && is_end(pattern[1]);
}

/* Called for every rule and every line of a configuration: one walk, no
 * lengths. */
bool config_pattern_match(const char *pattern, const char *line)
{
	while (*pattern != '\0' && *line != '\0') {
		if (is_rest(pattern))
			return true;
		if (is_any(pattern)) {
			pattern++;
			line += word_length(line);
		} else {
			while (!is_end(*pattern) && *pattern == *line) {
				pattern++;
				line++;
			}
			if (!is_end(*pattern) || !is_end(*line))
				return false;
		}
		pattern += *pattern == ' ';
		line += *line == ' ';
	}
	return *line == '\0' && (*pattern == '\0' || is_rest(pattern));
}

const char *config_pattern_find(const char *const *list, const char *line)
{
	for (; *list != NULL; list++)
		if (config_pattern_match(*list, line))
			return *list;
	return NULL;
}

bool config_pattern_is_one_word(const char *pattern)
{
	return config_words_count(pattern) == 1 || is_rest(word_next(pattern));
}

bool config_word_abbreviated(const char *word, const char *line)
{
	size_t len = word_length(line);

	return len > 0 && len <= word_length(word) &&
	       memcmp(word, line, len) == 0;
}

bool config_pattern_key(
    const char *pattern, const char *line, char *key, size_t size)
{
	size_t used = 0;
	size_t len;

	for (; *pattern != '\0' && *line != '\0' && !is_rest(pattern);
	     pattern = word_next(pattern), line = word_next(line)) {
		if (*pattern == '?' && is_end(pattern[1]))
			continue;
		len = word_length(line);
		if (used + len + 2 > size)
			return false;
		if (used > 0)
			key[used++] = ' ';
		memcpy(key + used, line, len);
		used += len;
	}
	key[used] = '\0';
	return true;
}

size_t config_words_length(const char *line, size_t n)
{
	const char *p = line;

	while (n-- > 0 && *p != '\0') {
		p += word_length(p);
		if (n > 0 && *p == ' ')
			p++;
	}
	return (size_t)(p - line);
}

size_t config_words_count(const char *line)
{
	size_t n = 0;

	for (; *line != '\0'; line = word_next(line))
		n++;
	return n;
}

bool config_words_begin(const char *line, const char *prefix, size_t prefix_len)
{
	return strncmp(line, prefix, prefix_len) == 0 &&
	       (line[prefix_len] == '\0' || line[prefix_len] == ' ');
}
