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

static bool is_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	return word_length(text) == len && memcmp(text, word, len) == 0;
}

static bool words_agree(const char *pattern, const char *line)
{
	size_t len = word_length(pattern);

	if (is_word(pattern, "*") || is_word(pattern, "?"))
		return true;
	return len == word_length(line) && memcmp(pattern, line, len) == 0;
}

bool config_pattern_match(const char *pattern, const char *line)
{
	while (*pattern != '\0' && *line != '\0') {
		if (is_word(pattern, "..."))
			return true;
		if (!words_agree(pattern, line))
			return false;
		pattern = word_next(pattern);
		line = word_next(line);
	}
	return *line == '\0' && (*pattern == '\0' || is_word(pattern, "..."));
}

const char *config_pattern_find(const char *const *list, const char *line)
{
	for (; *list != NULL; list++)
		if (config_pattern_match(*list, line))
			return *list;
	return NULL;
}

bool config_pattern_key(
    const char *pattern, const char *line, char *key, size_t size)
{
	size_t used = 0;
	size_t len;

	for (; *pattern != '\0' && *line != '\0' && !is_word(pattern, "...");
	     pattern = word_next(pattern), line = word_next(line)) {
		if (is_word(pattern, "?"))
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
