#include "domain/config_node.h"

#include "base/text.h"
#include "domain/config_pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a device does with one line, as far as it can be told from outside:
 * the model behind predictions.
 */

static void remove_beginning(
    struct config_node *section, const char *words, size_t len, bool deep)
{
	struct config_node *next;

	for (struct config_node *c = section->first; c != NULL; c = next) {
		next = c->next;
		if (config_words_begin(c->line, words, len))
			config_node_remove(c);
		else if (deep)
			remove_beginning(c, words, len, true);
	}
}

/* Do these words name something that an owner line brought into being? */
static bool names_owned(const struct config_dialect *dialect,
    const struct config_node *section, const char *words)
{
	size_t count = config_words_count(words);
	size_t len = strlen(words);

	for (const struct config_owner_rule *r = dialect->owners; r->pattern;
	     r++) {
		if (r->words != count)
			continue;
		for (const struct config_node *c = section->first; c != NULL;
		     c = c->next)
			if (config_words_begin(c->line, words, len) &&
			    config_pattern_match(r->pattern, c->line))
				return true;
	}
	return false;
}

/* `no neighbor 10.0.0.2 remote-as 5` forgets the neighbour, as does
 * `no neighbor 10.0.0.2`. */
static bool remove_owned(const struct config_dialect *dialect,
    struct config_node *section, const char *rest)
{
	const struct config_owner_rule *r = dialect->owners;

	for (; r->pattern != NULL; r++)
		if (config_pattern_match(r->pattern, rest) &&
		    config_node_find_exact(dialect, section, rest) != NULL)
			break;
	if (r->pattern != NULL) {
		remove_beginning(
		    section, rest, config_words_length(rest, r->words), true);
		return true;
	}
	if (!names_owned(dialect, section, rest))
		return false;
	remove_beginning(section, rest, strlen(rest), true);
	return true;
}

static bool apply_negation(struct arena *arena,
    const struct config_dialect *dialect, struct config_node *section,
    const char *line, const char *rest)
{
	struct config_node *node;

	if (remove_owned(dialect, section, rest))
		return true;
	node = config_node_find_exact(dialect, section, rest);
	if (node != NULL)
		config_node_remove(node);
	else
		remove_beginning(section, rest, strlen(rest), false);
	if (!config_rule_default(dialect, section, rest) &&
	    !config_rule_both(dialect, rest))
		return true;
	return config_node_put_grouped(arena, dialect, section, line) != NULL;
}

/* The number that the device gives to a line without one: the highest of its
 * list, rounded down to fives, plus five. */
static long next_sequence(
    const struct config_node *section, const char *line, size_t head)
{
	long highest = 0;

	for (const struct config_node *c = section->first; c; c = c->next) {
		if (strncmp(c->line, line, head) == 0 &&
		    strncmp(c->line + head, " seq ", 5) == 0) {
			long n = strtol(c->line + head + 5, NULL, 10);

			if (n > highest)
				highest = n;
		}
	}
	return highest / 5 * 5 + 5;
}

/* Writes the line with its sequence number; false if it has no place for one.
 */
static bool number_line(const struct config_dialect *dialect,
    const struct config_node *section, const char *line,
    char numbered[CONFIG_MAX_LINE + 32])
{
	const char *pattern = config_pattern_find(dialect->sequenced, line);
	size_t head;
	const char *rest;

	if (pattern == NULL)
		return false;
	head = config_words_length(line, config_words_count(pattern) - 1);
	rest = line + head;
	if (!text_starts_with(rest, " permit ") &&
	    !text_starts_with(rest, " deny "))
		return false;
	snprintf(numbered, CONFIG_MAX_LINE + 32, "%.*s seq %ld%s", (int)head,
	    line, next_sequence(section, line, head), rest);
	return true;
}

/* `no ip address` is shown until there is one. */
static void remove_shorter_negations(const struct config_dialect *dialect,
    struct config_node *section, const char *line)
{
	size_t len = strlen(line);
	struct config_node *next;

	for (struct config_node *c = section->first; c != NULL; c = next) {
		const char *rest = config_line_negated(dialect, c->line);
		size_t n = rest != NULL ? strlen(rest) : len;

		next = c->next;
		if (n < len && config_words_begin(line, rest, n))
			config_node_remove(c);
	}
}

bool config_line_apply(struct arena *arena,
    const struct config_dialect *dialect, struct config_node *section,
    const char *line)
{
	const char *rest = config_line_negated(dialect, line);
	struct config_node *negated;
	char numbered[CONFIG_MAX_LINE + 32];

	if (rest != NULL)
		return apply_negation(arena, dialect, section, line, rest);
	negated = config_node_find_negated(dialect, section, line);
	if (negated != NULL)
		config_node_remove(negated);
	/* In force is not shown; and the positive of a `no` line that was
	 * there is the platform's default, whatever the rules say. */
	if (!config_rule_both(dialect, line) &&
	    (negated != NULL || config_rule_default(dialect, section, line))) {
		struct config_node *other =
		    config_node_find(dialect, section, line);

		if (other != NULL)
			config_node_remove(other);
		return true;
	}
	remove_shorter_negations(dialect, section, line);
	if (number_line(dialect, section, line, numbered) &&
	    strlen(numbered) <= CONFIG_MAX_LINE)
		line = numbered;
	return config_node_put_grouped(arena, dialect, section, line) != NULL;
}
