#include "domain/backup_output.h"

#include "base/text.h"
#include "domain/backup_rules.h"
#include "domain/config_pattern.h"

#include <stdio.h>
#include <string.h>

static const char heading[] = "### ";

/* --- rules ------------------------------------------------------------- */

static const char *const marks[] = {
	[BACKUP_DROP] = "",
	[BACKUP_MASK] = "*",
	[BACKUP_HIDE] = "<hidden>",
};

static size_t blanks(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && (p[n] == ' ' || p[n] == '\t' || p[n] == '\r'))
		n++;
	return n;
}

static size_t letters(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && p[n] != ' ' && p[n] != '\t' && p[n] != '\r')
		n++;
	return n;
}

/* The line, which matches, with the mark for each value; what stands between
 * the words stays. */
static void add_marked(struct buf *out, const struct backup_rule *rule,
    const char *line, size_t len)
{
	const char *mark = marks[rule->verb], *pattern = rule->pattern;
	const char *p = line, *end = line + len;

	while (*pattern) {
		size_t word = strcspn(pattern, " ");
		size_t gap = blanks(p, end), mine = letters(p + gap, end);
		bool rest = word == 3 && memcmp(pattern, "...", 3) == 0;

		buf_add(out, p, gap);
		p += gap;
		if (rest && p < end)
			buf_puts(out, mark);
		if (rest)
			return;
		if (word == 1 && *pattern == '?')
			buf_puts(out, mark);
		else
			buf_add(out, p, mine);
		p += mine;
		pattern += word + (pattern[word] == ' ');
	}
	buf_add(out, p, (size_t)(end - p));
}

static const struct backup_rule *find_rule(
    const struct backup_command *command, const char *line)
{
	for (size_t i = 0; *line && i < command->n_rules; i++) {
		if (config_pattern_match(command->rules[i].pattern, line))
			return &command->rules[i];
	}
	return NULL;
}

enum err_code backup_output_clean(const struct backup_command *command,
    const char *text, struct buf *out, struct err *e)
{
	char line[BACKUP_LINE_MAX];

	while (*text) {
		size_t len = strcspn(text, "\n");
		const struct backup_rule *rule;

		backup_line_tidy(text, len, line);
		rule = find_rule(command, line);
		if (!rule)
			buf_add(out, text, len);
		else if (rule->verb != BACKUP_DROP)
			add_marked(out, rule, text, len);
		if (!rule || rule->verb != BACKUP_DROP)
			buf_putc(out, '\n');
		text += len + (text[len] == '\n');
	}
	return buf_check(out, "the answer", e);
}

const char *backup_output_refusal(
    const struct backup_command *command, const char *text, char why[300])
{
	size_t len = strlen(text);
	char last[BACKUP_LINE_MAX];

	backup_line_last(text, last);
	if (!*last) {
		snprintf(why, 300, "it is empty");
		return why;
	}
	if (*command->end && !config_pattern_match(command->end, last)) {
		snprintf(why, 300,
		    "it ends with \"%.80s\" and not with \"%.80s\"", last,
		    command->end);
		return why;
	}
	if (len < (size_t)command->min_bytes) {
		snprintf(why, 300, "it has %zu bytes, less than %ld", len,
		    command->min_bytes);
		return why;
	}
	return NULL;
}

/* --- sections ---------------------------------------------------------- */

void backup_output_add(
    struct buf *file, const struct backup_command *command, const char *text)
{
	buf_printf(file, "%s%s%s: %s\n", file->len > 0 ? "\n" : "", heading,
	    command->name, command->command);
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (text_starts_with(text, heading))
			buf_putc(file, ' ');
		buf_add(file, text, len);
		buf_putc(file, '\n');
		text += len + (text[len] == '\n');
	}
}

/* The next heading from p on, which begins a line; the end if there is none. */
static const char *next_heading(const char *p)
{
	while (*p && !text_starts_with(p, heading)) {
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return p;
}

bool backup_output_copy(struct buf *file, const char *from, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = next_heading(from); *p;) {
		const char *title = p + sizeof(heading) - 1;
		const char *end = next_heading(title);

		if (strncmp(title, name, len) == 0 && title[len] == ':') {
			/* the empty line before the next heading is not its */
			if (*end && end - p > 1 && end[-2] == '\n')
				end--;
			if (file->len > 0)
				buf_putc(file, '\n');
			buf_add(file, p, (size_t)(end - p));
			return true;
		}
		p = end;
	}
	return false;
}
