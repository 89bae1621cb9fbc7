#include "sim/conf_edit.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_TEXT_MAX (64 * 1024)

/* IOS keeps ETX as the delimiter, whatever was typed, and shows it as ^C. */
static void block_show_etx(struct conf_block *block)
{
	const char *mark = block->delimiter;
	size_t head = strlen(block->key) + 1;
	const char *body = block->text + head + strlen(mark);
	const char *end = strstr(body, mark);

	mem_replace(&block->text,
	    mem_printf("%s ^C%.*s^C", block->key,
		(int)(end ? (size_t)(end - body) : strlen(body)), body));
}

static void block_store(const struct conf_lang *lang, struct conf_node *root,
    struct conf_block *block)
{
	struct conf_node *old = conf_find_words(root, block->key);

	if (lang->shows_etx && block->delimiter[0])
		block_show_etx(block);

	conf_free(old);
	conf_insert(root, block->text, block->rule,
	    (uint32_t)(block->rule - lang->rules));
	free(block->text);
	*block = (struct conf_block){ .rule = NULL };
}

/* ETX typed as such, or written ^C in a file, is one delimiter. */
static void block_read_delimiter(const char *arg, struct conf_block *block)
{
	size_t len = strncmp(arg, "^C", 2) == 0 ? 2 : 1;

	memcpy(block->delimiter, arg, len);
	block->delimiter[len] = '\0';
}

bool conf_block_begin(const struct conf_lang *lang, struct conf_node *root,
    const struct conf_result *taken, struct conf_block *block)
{
	const char *arg;

	if (!taken->rule || !(taken->rule->flags & CONF_BLOCK) ||
	    taken->negated || taken->refusal[0])
		return false;
	*block = (struct conf_block){ .rule = taken->rule };
	arg = strchr(taken->text, ' ');
	arg = arg ? strchr(arg + 1, ' ') : NULL;
	snprintf(block->key, sizeof(block->key), "%.*s",
	    (int)(arg ? (size_t)(arg - taken->text) : strlen(taken->text)),
	    taken->text);
	block->text = mem_strdup(taken->text);
	if (!arg)
		return true;
	block_read_delimiter(arg + 1, block);
	if (strstr(arg + 1 + strlen(block->delimiter), block->delimiter))
		block_store(lang, root, block);
	return true;
}

bool conf_block_add(const struct conf_lang *lang, struct conf_node *root,
    struct conf_block *block, const char *line)
{
	bool last = block->delimiter[0] ? strstr(line, block->delimiter) != NULL
					: strcmp(line, "EOF") == 0;

	if (!last && strlen(block->text) + strlen(line) > BLOCK_TEXT_MAX)
		return false;
	mem_replace(&block->text, mem_printf("%s\n%s", block->text, line));
	if (last)
		block_store(lang, root, block);
	return last;
}

struct load_state {
	const struct conf_lang *lang;
	struct conf_node *root;
	struct conf_cursor cursor;
	struct conf_block block;
	bool ended;
	struct conf_result result;
};

/* False if the line was not taken. */
static bool load_line(struct load_state *s, const char *line)
{
	const char *word = line + strspn(line, " \t");

	if (s->block.rule) {
		conf_block_add(s->lang, s->root, &s->block, line);
		return true;
	}
	if (strcmp(word, "end") == 0) {
		s->ended = true;
		return true;
	}
	if (strcmp(word, "exit") == 0 || strncmp(word, "exit-", 5) == 0) {
		conf_cursor_leave(&s->cursor);
		return true;
	}
	conf_edit_line(s->lang, s->root, &s->cursor, line, &s->result);
	if (s->result.result != GRAMMAR_OK || s->result.refusal[0])
		return false;
	conf_block_begin(s->lang, s->root, &s->result, &s->block);
	return true;
}

bool conf_load(const struct conf_lang *lang, struct conf_node *root,
    const char *text, conf_complaint complain, void *ctx)
{
	struct load_state *s = mem_zalloc(sizeof(*s));
	bool whole = true;
	bool go_on = true;

	s->lang = lang;
	s->root = root;
	for (size_t number = 1; *text && go_on && !s->ended; number++) {
		size_t len = strcspn(text, "\n");
		char *line = mem_strndup(text, len);

		if (len > 0 && line[len - 1] == '\r')
			line[len - 1] = '\0';
		if (!load_line(s, line)) {
			whole = false;
			go_on =
			    complain && complain(ctx, line, number, &s->result);
		}
		free(line);
		text += len + (text[len] == '\n');
	}
	conf_cursor_reset(&s->cursor);
	free(s->block.text);
	free(s);
	return whole;
}
