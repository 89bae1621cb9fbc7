#include "domain/backup_map.h"

#include "base/text.h"
#include "domain/backup_rules.h"
#include "domain/read_command.h"

#include <string.h>

struct parser {
	enum read_language language;
	struct arena *arena;
	struct backup_command *commands; /* BACKUP_MAP_MAX */
	struct backup_rule *rules;	 /* of the command in hand */
	size_t n;
	size_t line; /* from 1 */
	struct err *e;
};

static enum err_code refuse(struct parser *p, const char *why)
{
	return err_set(p->e, ERR_INVALID, "line %zu: %s", p->line, why);
}

/* --- options ----------------------------------------------------------- */

static enum err_code add_rule(
    struct parser *p, enum backup_verb verb, const char *pattern)
{
	struct backup_command *c = &p->commands[p->n - 1];

	if (!*pattern)
		return refuse(p, "a rule needs a pattern");
	if (c->n_rules == BACKUP_RULES_MAX)
		return refuse(p, "a command has at most 32 rules");
	p->rules[c->n_rules++] = (struct backup_rule){ verb, pattern };
	return ERR_OK;
}

static enum err_code set_drop(struct parser *p, const char *value)
{
	return add_rule(p, BACKUP_DROP, value);
}

static enum err_code set_mask(struct parser *p, const char *value)
{
	return add_rule(p, BACKUP_MASK, value);
}

static enum err_code set_hide(struct parser *p, const char *value)
{
	return add_rule(p, BACKUP_HIDE, value);
}

static enum err_code set_end(struct parser *p, const char *value)
{
	p->commands[p->n - 1].end = value;
	return *value ? ERR_OK : refuse(p, "\"end\" needs a pattern");
}

static enum err_code set_min(struct parser *p, const char *value)
{
	long *to = &p->commands[p->n - 1].min_bytes;

	return text_to_long(value, 1, 1 << 20, to)
		   ? ERR_OK
		   : refuse(p, "\"min\" is a number of bytes");
}

static enum err_code set_timeout(struct parser *p, const char *value)
{
	long *to = &p->commands[p->n - 1].timeout_s;

	return text_to_long(value, 1, BACKUP_TIMEOUT_MAX, to)
		   ? ERR_OK
		   : refuse(p, "\"timeout\" is a number of seconds, at most "
			       "3600");
}

static enum err_code set_optional(struct parser *p, const char *value)
{
	p->commands[p->n - 1].optional = true;
	return *value ? refuse(p, "\"optional\" stands alone") : ERR_OK;
}

static const struct {
	const char *word;
	enum err_code (*set)(struct parser *p, const char *value);
} options[] = {
	{ "drop", set_drop },
	{ "mask", set_mask },
	{ "hide", set_hide },
	{ "end", set_end },
	{ "min", set_min },
	{ "timeout", set_timeout },
	{ "optional", set_optional },
};

static enum err_code take_option(struct parser *p, const char *text)
{
	size_t len = strcspn(text, " ");
	const char *value = text + len + (text[len] == ' ');

	if (p->n == 0)
		return refuse(p, "an indented line belongs to a command above "
				 "it; there is none");
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strlen(options[i].word) == len &&
		    memcmp(options[i].word, text, len) == 0)
			return options[i].set(p, value);
	}
	return refuse(p, "drop, mask, hide, end, min, timeout or optional is "
			 "expected here");
}

/* --- commands ---------------------------------------------------------- */

static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

static enum err_code take_command(struct parser *p, const char *text)
{
	size_t len = strspn(text, name_bytes);
	struct backup_map map = { p->commands, p->n };
	struct backup_command c = { .end = "" };
	const char *why;

	if (len == 0 || len > BACKUP_NAME_MAX || text[0] == '-' ||
	    text[len] != ':')
		return refuse(p, "\"name: command\" is expected, the name in "
				 "small letters, digits and hyphens");
	c.name = arena_memdup(p->arena, text, len);
	c.command = text + len + 1 + (text[len + 1] == ' ');
	p->rules = arena_alloc(p->arena, BACKUP_RULES_MAX * sizeof(*p->rules));
	c.rules = p->rules;
	if (!c.name || !p->rules)
		return err_set(p->e, ERR_SYSTEM, "out of memory");
	if (backup_map_find(&map, c.name))
		return refuse(p, "this name was given above");
	if (p->n == BACKUP_MAP_MAX)
		return refuse(p, "at most 16 commands are run");
	why = read_command_refusal(p->language, c.command);
	if (why)
		return refuse(p, why);
	p->commands[p->n++] = c;
	return ERR_OK;
}

static enum err_code take_line(struct parser *p, const char *text, size_t len)
{
	char line[BACKUP_LINE_MAX];
	bool indented = len > 0 && (*text == ' ' || *text == '\t');
	const char *copy;

	backup_line_tidy(text, len, line);
	if (len > 0 && !*line && text[strspn(text, " \t\r\n")] &&
	    len >= BACKUP_LINE_MAX - 2)
		return refuse(p, "it is too long");
	if (!*line || *line == '#')
		return ERR_OK;
	copy = arena_strdup(p->arena, line);
	if (!copy)
		return err_set(p->e, ERR_SYSTEM, "out of memory");
	return indented ? take_option(p, copy) : take_command(p, copy);
}

enum err_code backup_map_parse(const char *text, const char *driver,
    struct arena *arena, struct backup_map *ret, struct err *e)
{
	struct parser p = { .language = read_language_of(driver),
		.arena = arena,
		.commands =
		    arena_zalloc(arena, BACKUP_MAP_MAX * sizeof(*p.commands)),
		.line = 1,
		.e = e };
	enum err_code rc =
	    p.commands ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");

	for (; rc == ERR_OK && *text; p.line++) {
		size_t len = strcspn(text, "\n");

		rc = take_line(&p, text, len);
		text += len + (text[len] == '\n');
	}
	if (rc == ERR_OK)
		*ret = (struct backup_map){ p.commands, p.n };
	return rc;
}

const struct backup_command *backup_map_find(
    const struct backup_map *map, const char *name)
{
	for (size_t i = 0; i < map->n; i++) {
		if (strcmp(map->commands[i].name, name) == 0)
			return &map->commands[i];
	}
	return NULL;
}
