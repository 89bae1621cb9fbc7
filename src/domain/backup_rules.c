#include "domain/backup_rules.h"

#include "domain/config_pattern.h"

#include <stdio.h>
#include <string.h>

/* Longer lines are kept, whatever the patterns say. */
#define MAX_LINE 1024

/* Words with single spaces between, as patterns want them; "" for a line that
 * is too long. */
static void tidy(const char *line, size_t len, char out[MAX_LINE])
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 2 < MAX_LINE; i++) {
		bool blank =
		    line[i] == ' ' || line[i] == '\t' || line[i] == '\r';

		if (!blank)
			out[n++] = line[i];
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	if (n > 0 && out[n - 1] == ' ')
		n--;
	out[len < MAX_LINE - 2 ? n : 0] = '\0';
}

static bool is_ignored(const char *patterns, const char *line)
{
	char pattern[MAX_LINE];

	while (*patterns) {
		size_t len = strcspn(patterns, "\n");

		tidy(patterns, len, pattern);
		if (pattern[0] && config_pattern_match(pattern, line))
			return true;
		patterns += len + (patterns[len] == '\n');
	}
	return false;
}

enum err_code backup_rules_clean(const struct backup_rules *rules,
    const char *text, struct buf *out, struct err *e)
{
	char line[MAX_LINE];

	while (*text) {
		size_t len = strcspn(text, "\n");
		size_t whole = len + (text[len] == '\n');

		tidy(text, len, line);
		if (!line[0] || !is_ignored(rules->ignore, line))
			buf_add(out, text, whole);
		text += whole;
	}
	return buf_check(out, "a configuration", e);
}

static void find_last_line(const char *text, char last[MAX_LINE])
{
	char line[MAX_LINE];

	last[0] = '\0';
	while (*text) {
		size_t len = strcspn(text, "\n");

		tidy(text, len, line);
		if (line[0])
			memcpy(last, line, sizeof(line));
		text += len + (text[len] == '\n');
	}
}

const char *backup_rules_refusal(const struct backup_rules *rules,
    const char *text, size_t last_len, char why[300])
{
	size_t len = strlen(text);
	char last[MAX_LINE];

	if (*rules->end) {
		find_last_line(text, last);
		if (!config_pattern_match(rules->end, last)) {
			snprintf(why, 300,
			    "it ends with \"%.80s\" and not with \"%.80s\"",
			    last, rules->end);
			return why;
		}
	}
	if (rules->min_percent > 0 &&
	    len * 100 < last_len * (size_t)rules->min_percent) {
		snprintf(why, 300,
		    "it has %zu bytes, less than %d%% of the %zu of the last "
		    "good one; should that be right, back it up with "
		    "accept_smaller",
		    len, rules->min_percent, last_len);
		return why;
	}
	return NULL;
}
