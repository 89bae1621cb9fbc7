#include "domain/config_tree.h"

#include "base/text.h"
#include "domain/config_block.h"
#include "domain/config_node.h"
#include "domain/config_pattern.h"

#include <string.h>

/* One level of the text while it is read. */
struct level {
	size_t indent; /* of the lines at this level */
	struct config_node *section;
	/* The last section header here that has neither lines nor an exit. */
	struct config_node *open;
	struct config_node *latest;
};

struct reader {
	struct arena *arena;
	const struct config_dialect *dialect;
	struct level levels[CONFIG_MAX_DEPTH + 1];
	size_t n_levels;
	size_t number; /* of the line, from 1 */
	bool ended;
	struct err *e;
};

/* Copies the line with single spaces; false if it does not fit. */
static bool squeeze(const char *from, size_t len, char to[CONFIG_MAX_LINE + 1])
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		bool blank = from[i] == ' ' || from[i] == '\t';

		if (blank && (used == 0 || to[used - 1] == ' '))
			continue;
		if (used == CONFIG_MAX_LINE)
			return false;
		to[used++] = blank ? ' ' : from[i];
	}
	while (used > 0 && to[used - 1] == ' ')
		used--;
	to[used] = '\0';
	return true;
}

static bool is_exit(const struct config_dialect *dialect, const char *line)
{
	for (const char *const *w = dialect->exits; *w != NULL; w++)
		if (strcmp(*w, line) == 0)
			return true;
	return false;
}

/* An exit after lines that stand beside their section's header, not below it,
 * shows a text that does not indent: its lines would be taken for the level
 * above. */
static enum err_code read_exit(struct reader *r)
{
	struct level *at = &r->levels[r->n_levels - 1];

	if (at->open != NULL && at->open != at->latest)
		return err_set(r->e, ERR_INVALID,
		    "line %zu leaves \"%.100s\", but the lines of that section "
		    "are not indented below it",
		    r->number, at->open->line);
	at->open = NULL;
	return ERR_OK;
}

static enum err_code enter_level(struct reader *r, size_t indent)
{
	struct level *at = &r->levels[r->n_levels - 1];
	struct level *below;

	/* written, they would be gone */
	if (config_block_is(r->dialect, at->latest->line))
		return err_set(r->e, ERR_INVALID,
		    "line %zu is indented below a text that has ended: is the "
		    "character that ends it in the text?",
		    r->number);
	if (r->n_levels == CONFIG_MAX_DEPTH)
		return err_set(r->e, ERR_INVALID,
		    "line %zu is more than %d sections deep", r->number,
		    CONFIG_MAX_DEPTH);
	below = &r->levels[r->n_levels++];
	*below = (struct level){ .indent = indent, .section = at->latest };
	at->latest->section = true;
	at->open = NULL;
	return ERR_OK;
}

/* Back to the level that this indentation belongs to. */
static void leave_levels(struct reader *r, size_t indent)
{
	while (r->n_levels > 1 && indent < r->levels[r->n_levels - 1].indent)
		r->n_levels--;
}

static enum err_code find_level(struct reader *r, size_t indent)
{
	struct level *at;

	leave_levels(r, indent);
	at = &r->levels[r->n_levels - 1];
	if (at->latest == NULL)
		at->indent = indent;
	if (indent > at->indent)
		return enter_level(r, indent);
	return ERR_OK;
}

static enum err_code read_command(struct reader *r, const char *line)
{
	struct level *at = &r->levels[r->n_levels - 1];
	struct config_node *node =
	    config_node_put(r->arena, r->dialect, at->section, line);

	if (node == NULL)
		return err_set(
		    r->e, ERR_LIMIT, "the configuration needs too much memory");
	if (node->source_line == 0)
		node->source_line = r->number;
	at->latest = node;
	if (node->section)
		at->open = node->first == NULL ? node : NULL;
	return ERR_OK;
}

static enum err_code check_line(struct reader *r, const char *text, size_t len,
    char line[CONFIG_MAX_LINE + 1])
{
	if (!squeeze(text, len, line))
		return err_set(r->e, ERR_INVALID,
		    "line %zu is longer than %d characters", r->number,
		    CONFIG_MAX_LINE);
	if (!text_has_no_control(text, len, true) || memchr(text, '\n', len))
		return err_set(r->e, ERR_INVALID,
		    "line %zu holds a control character", r->number);
	if (!utf8_is_valid(text, len))
		return err_set(
		    r->e, ERR_INVALID, "line %zu is not UTF-8", r->number);
	return ERR_OK;
}

static enum err_code read_line(struct reader *r, const char *text, size_t len)
{
	char line[CONFIG_MAX_LINE + 1];
	size_t indent = strspn(text, " \t");
	enum err_code code;

	if (indent > len)
		indent = len;
	if (indent < len && strchr(r->dialect->comment, text[indent])) {
		r->levels[r->n_levels - 1].open = NULL;
		return ERR_OK;
	}
	code = check_line(r, text, len, line);
	if (code != ERR_OK)
		return code;
	if (line[0] == '\0' ||
	    config_pattern_find(r->dialect->volatiles, line) != NULL)
		return ERR_OK;
	if (r->ended)
		return err_set(r->e, ERR_INVALID,
		    "line %zu follows \"%s\", which must be the last",
		    r->number, r->dialect->end);
	if (strcmp(line, r->dialect->end) == 0) {
		r->ended = true;
		return ERR_OK;
	}
	if (is_exit(r->dialect, line)) {
		leave_levels(r, indent);
		return read_exit(r);
	}
	code = find_level(r, indent);
	return code == ERR_OK ? read_command(r, line) : code;
}

/* A banner stands at the top.  ret_used: its bytes, 0 if none begins here. */
static enum err_code read_block(
    struct reader *r, const char *text, size_t *ret_used)
{
	struct buf line = BUF_INIT(CONFIG_MAX_TEXT);
	size_t used = config_block_read(r->dialect, text, &line);
	enum err_code code = ERR_OK;

	if (used > 0 && line.len == 0) {
		code = err_set(r->e, ERR_INVALID,
		    "line %zu begins a text that has no end, is longer than "
		    "%d bytes or holds a control character",
		    r->number, CONFIG_MAX_TEXT);
	} else if (used > 0) {
		leave_levels(r, 0);
		r->levels[r->n_levels - 1].open = NULL;
		code = read_command(r, line.data);
	}
	for (size_t i = 0; code == ERR_OK && i + 1 < used; i++)
		r->number += text[i] == '\n';
	buf_release(&line);
	if (code == ERR_OK)
		*ret_used = used;
	return code;
}

static enum err_code read_next(
    struct reader *r, const char *text, size_t *ret_used)
{
	size_t len = strcspn(text, "\n");
	size_t bare = len;
	size_t used = 0;
	enum err_code code;

	if (++r->number > CONFIG_MAX_LINES)
		return err_set(r->e, ERR_LIMIT,
		    "the configuration has more than %d lines",
		    CONFIG_MAX_LINES);
	if (r->dialect->blocks != NULL && !r->ended) {
		code = read_block(r, text, &used);
		if (code != ERR_OK || used > 0) {
			*ret_used = used;
			return code;
		}
	}
	if (bare > 0 && text[bare - 1] == '\r')
		bare--;
	*ret_used = len + (text[len] == '\n');
	return read_line(r, text, bare);
}

enum err_code config_tree_parse(struct arena *arena,
    const struct config_dialect *dialect, const char *text,
    struct config_tree *ret, struct err *e)
{
	struct reader r = { .arena = arena, .dialect = dialect, .e = e };
	struct config_node *root = config_node_new_root(arena);

	if (root == NULL)
		return err_set(
		    e, ERR_LIMIT, "the configuration needs too much memory");
	if (strlen(text) > CONFIG_MAX_BYTES)
		return err_set(e, ERR_LIMIT,
		    "the configuration is larger than %d MiB",
		    CONFIG_MAX_BYTES >> 20);
	r.levels[0].section = root;
	r.n_levels = 1;
	while (*text != '\0') {
		size_t used = 0;
		enum err_code code = read_next(&r, text, &used);

		if (code != ERR_OK)
			return code;
		text += used;
	}
	*ret = (struct config_tree){ .dialect = dialect, .root = root };
	return ERR_OK;
}

static void add_indented(const struct config_dialect *dialect, struct buf *out,
    unsigned depth, const char *line)
{
	unsigned indent = dialect->indent > 0 ? dialect->indent : 1;

	for (unsigned i = 0; i < depth * indent; i++)
		buf_putc(out, ' ');
	buf_puts(out, line);
	buf_putc(out, '\n');
}

static void format_children(const struct config_tree *tree,
    const struct config_node *section, struct buf *out)
{
	for (const struct config_node *c = section->first; c; c = c->next) {
		if (config_block_is(tree->dialect, c->line)) {
			config_block_write(
			    tree->dialect, c->line, CONFIG_BLOCK_SHOWN, out);
			continue;
		}
		add_indented(tree->dialect, out, c->depth, c->line);
		if (!c->section)
			continue;
		format_children(tree, c, out);
		if (!tree->dialect->bare)
			add_indented(tree->dialect, out, c->depth,
			    config_rule_leave(tree->dialect, c->line));
	}
}

enum err_code config_tree_format(
    const struct config_tree *tree, struct buf *out, struct err *e)
{
	format_children(tree, tree->root, out);
	return buf_check(out, "the configuration", e);
}
