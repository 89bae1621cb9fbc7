#include "domain/backup_rules.h"

#include "domain/config_pattern.h"

#include <stdio.h>
#include <string.h>

void backup_line_tidy(const char *line, size_t len, char out[BACKUP_LINE_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 2 < BACKUP_LINE_MAX; i++) {
		bool blank =
		    line[i] == ' ' || line[i] == '\t' || line[i] == '\r';

		if (!blank)
			out[n++] = line[i];
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	if (n > 0 && out[n - 1] == ' ')
		n--;
	out[len < BACKUP_LINE_MAX - 2 ? n : 0] = '\0';
}

static bool is_ignored(const char *patterns, const char *line)
{
	char pattern[BACKUP_LINE_MAX];

	while (*patterns) {
		size_t len = strcspn(patterns, "\n");

		backup_line_tidy(patterns, len, pattern);
		if (pattern[0] && config_pattern_match(pattern, line))
			return true;
		patterns += len + (patterns[len] == '\n');
	}
	return false;
}

enum err_code backup_rules_clean(const struct backup_rules *rules,
    const char *text, struct buf *out, struct err *e)
{
	char line[BACKUP_LINE_MAX];

	while (*text) {
		size_t len = strcspn(text, "\n");
		size_t whole = len + (text[len] == '\n');

		backup_line_tidy(text, len, line);
		if (!line[0] || !is_ignored(rules->ignore, line))
			buf_add(out, text, whole);
		text += whole;
	}
	return buf_check(out, "a configuration", e);
}

void backup_line_last(const char *text, char last[BACKUP_LINE_MAX])
{
	char line[BACKUP_LINE_MAX];

	last[0] = '\0';
	while (*text) {
		size_t len = strcspn(text, "\n");

		backup_line_tidy(text, len, line);
		if (line[0])
			memcpy(last, line, sizeof(line));
		text += len + (text[len] == '\n');
	}
}

const char *backup_rules_refusal(const struct backup_rules *rules,
    const char *text, size_t last_len, char why[300])
{
	size_t len = strlen(text);
	char last[BACKUP_LINE_MAX];

	if (*rules->end) {
		backup_line_last(text, last);
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
