#include "domain/config_node.h"

#include "domain/config_pattern.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Below this many children a walk is as fast as a table. */
#define INDEX_FROM 12
#define INDEX_SLOTS 64 /* at first */

struct index_entry {
	struct config_node *node;
	struct index_entry *next;
};

struct config_index {
	size_t n_slots; /* a power of two */
	size_t n;
	struct index_entry **slots;
};

static size_t hash_key(const char *key)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211u;
	return (size_t)(h ^ (h >> 29));
}

static bool index_add(
    struct arena *arena, struct config_index *index, struct config_node *node)
{
	struct index_entry *entry = arena_alloc(arena, sizeof *entry);
	size_t slot = hash_key(node->key) & (index->n_slots - 1);

	if (entry == NULL)
		return false;
	entry->node = node;
	entry->next = index->slots[slot];
	index->slots[slot] = entry;
	index->n++;
	return true;
}

static bool index_build(
    struct arena *arena, struct config_node *section, size_t n_slots)
{
	struct config_index *index = arena_zalloc(arena, sizeof *index);

	if (index == NULL)
		return false;
	index->n_slots = n_slots;
	index->slots = arena_zalloc(arena, n_slots * sizeof(void *));
	if (index->slots == NULL)
		return false;
	for (struct config_node *c = section->first; c != NULL; c = c->next)
		if (!index_add(arena, index, c))
			return false;
	section->index = index;
	return true;
}

/* The node is linked into the section already. */
static bool index_note(
    struct arena *arena, struct config_node *section, struct config_node *node)
{
	struct config_index *index = section->index;

	if (index == NULL) {
		if (section->n_children < INDEX_FROM)
			return true;
		return index_build(arena, section, INDEX_SLOTS);
	}
	if (index->n >= index->n_slots)
		return index_build(arena, section, index->n_slots * 4);
	return index_add(arena, index, node);
}

static void index_forget(struct config_index *index, struct config_node *node)
{
	struct index_entry **at =
	    &index->slots[hash_key(node->key) & (index->n_slots - 1)];

	for (; *at != NULL; at = &(*at)->next) {
		if ((*at)->node == node) {
			*at = (*at)->next;
			index->n--;
			return;
		}
	}
}

static struct config_node *find_key(
    const struct config_node *section, const char *key)
{
	const struct config_index *index = section->index;
	struct index_entry *entry;

	if (index == NULL) {
		for (struct config_node *c = section->first; c; c = c->next)
			if (strcmp(c->key, key) == 0)
				return c;
		return NULL;
	}
	entry = index->slots[hash_key(key) & (index->n_slots - 1)];
	for (; entry != NULL; entry = entry->next)
		if (strcmp(entry->node->key, key) == 0)
			return entry->node;
	return NULL;
}

const struct config_section_rule *config_rule_section(
    const struct config_dialect *dialect, const char *line)
{
	const struct config_section_rule *r = dialect->sections;

	for (; r->pattern != NULL; r++)
		if (config_pattern_match(r->pattern, line))
			return r;
	return NULL;
}

const char *config_rule_leave(
    const struct config_dialect *dialect, const char *line)
{
	const struct config_section_rule *rule =
	    config_rule_section(dialect, line);

	return rule != NULL ? rule->leave : dialect->exits[0];
}

/* Sections and single-valued lines are told apart by their pattern's key,
 * all others by the whole line. */
static const char *key_of(const struct config_dialect *dialect,
    const char *line, char *space, size_t size)
{
	const struct config_section_rule *rule =
	    config_rule_section(dialect, line);
	const char *pattern = rule != NULL
				  ? rule->pattern
				  : config_pattern_find(dialect->single, line);

	if (pattern == NULL || !config_pattern_key(pattern, line, space, size))
		return line;
	return space;
}

struct config_node *config_node_new_root(struct arena *arena)
{
	struct config_node *root = arena_zalloc(arena, sizeof *root);

	if (root != NULL) {
		root->line = "";
		root->key = "";
		root->section = true;
	}
	return root;
}

static void link_after(struct config_node *section, struct config_node *after,
    struct config_node *node)
{
	node->parent = section;
	node->depth = section->parent != NULL ? section->depth + 1 : 0;
	section->section = true;
	node->prev = after;
	node->next = after != NULL ? after->next : section->first;
	if (node->next != NULL)
		node->next->prev = node;
	else
		section->last = node;
	if (after != NULL)
		after->next = node;
	else
		section->first = node;
	section->n_children++;
}

static struct config_node *place_at_end(
    const struct config_node *section, const char *line)
{
	(void)line;
	return section->last;
}

static struct config_node *place_by_likes(
    const struct config_node *section, const char *line)
{
	size_t word = config_words_length(line, 1);

	for (struct config_node *c = section->last; c != NULL; c = c->prev)
		if (config_words_begin(c->line, line, word))
			return c;
	return section->last;
}

static struct config_node *new_node(struct arena *arena,
    const struct config_dialect *dialect, const char *line, const char *key)
{
	struct config_node *node = arena_zalloc(arena, sizeof *node);

	if (node == NULL)
		return NULL;
	node->line = arena_strdup(arena, line);
	node->key = key == line ? node->line : arena_strdup(arena, key);
	if (node->line == NULL || node->key == NULL)
		return NULL;
	node->section = config_rule_section(dialect, line) != NULL;
	return node;
}

typedef struct config_node *place_fn(
    const struct config_node *section, const char *line);

static struct config_node *put(struct arena *arena,
    const struct config_dialect *dialect, struct config_node *section,
    const char *line, place_fn *place)
{
	char space[CONFIG_MAX_LINE + 1];
	const char *key = key_of(dialect, line, space, sizeof space);
	struct config_node *node = find_key(section, key);

	if (node == NULL) {
		node = new_node(arena, dialect, line, key);
		if (node == NULL)
			return NULL;
		link_after(section, place(section, line), node);
		return index_note(arena, section, node) ? node : NULL;
	}
	if (strcmp(node->line, line) != 0) {
		const char *copy = arena_strdup(arena, line);

		if (copy == NULL)
			return NULL;
		node->line = copy;
	}
	return node;
}

struct config_node *config_node_put(struct arena *arena,
    const struct config_dialect *dialect, struct config_node *section,
    const char *line)
{
	return put(arena, dialect, section, line, place_at_end);
}

struct config_node *config_node_put_grouped(struct arena *arena,
    const struct config_dialect *dialect, struct config_node *section,
    const char *line)
{
	return put(arena, dialect, section, line, place_by_likes);
}

bool config_node_copy_children(struct arena *arena,
    const struct config_dialect *dialect, const struct config_node *from,
    struct config_node *to)
{
	for (const struct config_node *c = from->first; c; c = c->next) {
		struct config_node *node =
		    config_node_put(arena, dialect, to, c->line);

		if (node == NULL)
			return false;
		node->section = c->section;
		node->source_line = c->source_line;
		if (!config_node_copy_children(arena, dialect, c, node))
			return false;
	}
	return true;
}

void config_node_remove(struct config_node *node)
{
	struct config_node *section = node->parent;

	if (section->index != NULL)
		index_forget(section->index, node);
	if (node->prev != NULL)
		node->prev->next = node->next;
	else
		section->first = node->next;
	if (node->next != NULL)
		node->next->prev = node->prev;
	else
		section->last = node->prev;
	section->n_children--;
	node->parent = NULL;
}

struct config_node *config_node_find(const struct config_dialect *dialect,
    const struct config_node *section, const char *line)
{
	char space[CONFIG_MAX_LINE + 1];

	return find_key(section, key_of(dialect, line, space, sizeof space));
}

struct config_node *config_node_find_exact(const struct config_dialect *dialect,
    const struct config_node *section, const char *line)
{
	struct config_node *node = config_node_find(dialect, section, line);

	return node != NULL && strcmp(node->line, line) == 0 ? node : NULL;
}

struct config_node *config_node_find_negated(
    const struct config_dialect *dialect, const struct config_node *section,
    const char *line)
{
	char negated[CONFIG_MAX_LINE + 16];
	int n =
	    snprintf(negated, sizeof negated, "%s %s", dialect->negation, line);

	if (n < 0 || (size_t)n >= sizeof negated)
		return NULL;
	return find_key(section, negated);
}

bool config_rule_default(const struct config_dialect *dialect,
    const struct config_node *section, const char *line)
{
	const struct config_default_rule *r = dialect->defaults;

	for (; r->pattern != NULL; r++) {
		if (!config_pattern_match(r->pattern, line))
			continue;
		if (r->section != NULL &&
		    !config_pattern_match(r->section, section->line))
			continue;
		if (r->unless != NULL && section->parent != NULL &&
		    find_key(section->parent, r->unless) != NULL)
			continue;
		return true;
	}
	return false;
}

bool config_rule_both(const struct config_dialect *dialect, const char *line)
{
	return dialect->both != NULL &&
	       config_pattern_find(dialect->both, line) != NULL;
}

const char *config_line_negated(
    const struct config_dialect *dialect, const char *line)
{
	size_t len = strlen(dialect->negation);

	if (strncmp(line, dialect->negation, len) != 0 || line[len] != ' ')
		return NULL;
	return line + len + 1;
}

/* True if a child begins with these words: `no description` is meant for
 * whatever the description is. */
static bool any_begins(const struct config_node *section, const char *words)
{
	size_t len = strlen(words);

	for (const struct config_node *c = section->first; c; c = c->next)
		if (config_words_begin(c->line, words, len))
			return true;
	return false;
}

/* Bytes of `ip prefix-list X` if the device numbers such lines, else 0. */
static size_t sequenced_head(
    const struct config_dialect *dialect, const char *line)
{
	const char *pattern = config_pattern_find(dialect->sequenced, line);

	if (pattern == NULL)
		return 0;
	/* Without the pattern's `...`. */
	return config_words_length(line, config_words_count(pattern) - 1);
}

struct config_node *config_node_find_unsequenced(
    const struct config_dialect *dialect, const struct config_node *section,
    const char *line)
{
	char plain[CONFIG_MAX_LINE + 1];
	size_t head = sequenced_head(dialect, line);
	size_t skip;

	if (head == 0 || strncmp(line + head, " seq ", 5) != 0)
		return NULL;
	skip = head + 1 + config_words_length(line + head + 1, 2);
	memcpy(plain, line, head);
	strcpy(plain + head, line + skip);
	return find_key(section, plain);
}

/* Finds `ip prefix-list X seq 15 permit …` for `ip prefix-list X permit …`. */
static bool holds_sequenced(const struct config_dialect *dialect,
    const struct config_node *section, const char *line)
{
	size_t head = sequenced_head(dialect, line);

	if (head == 0 || strncmp(line + head, " seq ", 5) == 0)
		return false;
	for (const struct config_node *c = section->first; c; c = c->next) {
		size_t skip;

		if (strncmp(c->line, line, head) != 0 ||
		    strncmp(c->line + head, " seq ", 5) != 0)
			continue;
		skip = head + config_words_length(c->line + head + 1, 2) + 1;
		if (strcmp(c->line + skip, line + head) == 0)
			return true;
	}
	return false;
}

bool config_line_holds(const struct config_dialect *dialect,
    const struct config_node *section, const char *line)
{
	const char *rest = config_line_negated(dialect, line);

	if (config_node_find_exact(dialect, section, line) != NULL)
		return true;
	if (rest != NULL)
		return !any_begins(section, rest) &&
		       !config_rule_default(dialect, section, rest);
	/* In force unless negated, or another value is set. */
	if (config_rule_default(dialect, section, line))
		return config_node_find_negated(dialect, section, line) ==
			   NULL &&
		       config_node_find(dialect, section, line) == NULL;
	return holds_sequenced(dialect, section, line);
}
