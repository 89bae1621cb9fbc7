#include "infra/driver/junos_text.h"

#include "base/text.h"
#include "infra/driver/text_plan.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64
#define PATH_MAX_LEN 4096
#define VERDICT_MAX ((size_t)64 * 1024)

/* What configures, of the commands of configuration mode. */
static const char *const verbs[] = { "set", "delete", "activate", "deactivate",
	"annotate", "copy", "insert", "protect", "rename", "unprotect" };

#define N_VERBS (sizeof verbs / sizeof verbs[0])

/* --- Tokens ------------------------------------------------------------ */

struct token {
	const char *text; /* without quotes */
	size_t len;
	char mark; /* one of `{};[]`, 'w' for a word, '\0' at the end */
};

static const char *skip_comment(const char *p)
{
	const char *end;

	if (*p == '#')
		return p + strcspn(p, "\n");
	if (p[0] != '/' || p[1] != '*')
		return p;
	end = strstr(p + 2, "*/");
	return end != NULL ? end + 2 : p + strlen(p);
}

static const char *skip_blanks(const char *p)
{
	const char *before;

	do {
		before = p;
		p += strspn(p, " \t\r\n");
		p = skip_comment(p);
	} while (p != before);
	return p;
}

static struct token next_token(const char **at)
{
	const char *p = skip_blanks(*at);
	struct token t = { .text = p, .len = 1, .mark = *p };

	if (*p == '"') {
		t.text = ++p;
		while (*p != '\0' && *p != '"')
			p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
		t.len = (size_t)(p - t.text);
		/* one that does not end makes the text incomplete */
		t.mark = *p == '"' ? 'w' : '\0';
		*at = p + (*p == '"');
		return t;
	}
	if (*p != '\0' && strchr("{};[]", *p) == NULL) {
		t.len = strcspn(p, " \t\r\n{};[]\"");
		t.mark = 'w';
	}
	*at = p + (t.mark != '\0' ? t.len : 0);
	return t;
}

/* --- Statements -------------------------------------------------------- */

struct path {
	char text[PATH_MAX_LEN];
	size_t len;
	size_t ends[MAX_DEPTH]; /* length at each open section */
	size_t depth;
	size_t before_list; /* length at a `[`; 0: not in one */
	bool failed;
};

static void path_add(struct path *p, const struct token *t)
{
	if (p->len + t->len + 2 > sizeof p->text) {
		p->failed = true;
		return;
	}
	if (p->len > 0)
		p->text[p->len++] = ' ';
	memcpy(p->text + p->len, t->text, t->len);
	p->len += t->len;
	p->text[p->len] = '\0';
}

static void path_cut(struct path *p, size_t len)
{
	p->len = len;
	p->text[len] = '\0';
}

typedef void (*statement_fn)(void *ctx, const char *path);

/* A word outside of a list is a part of the path, in a list a value. */
static void take_word(struct path *p, const struct token *t, bool *in_list,
    statement_fn each, void *ctx)
{
	path_add(p, t);
	if (!*in_list)
		return;
	each(ctx, p->text);
	path_cut(p, p->before_list);
}

static bool open_section(struct path *p, size_t *start)
{
	if (p->depth == MAX_DEPTH || p->len == *start)
		return false;
	p->ends[p->depth++] = *start;
	*start = p->len;
	return true;
}

static bool close_section(struct path *p, size_t *start)
{
	/* A statement that was begun has to end before. */
	if (p->depth == 0 || p->len != *start)
		return false;
	*start = p->ends[--p->depth];
	path_cut(p, *start);
	return true;
}

/* Calls each() for every statement of sections in braces; false if they do
 * not match. */
static bool walk_text(const char *text, statement_fn each, void *ctx)
{
	struct path p = { .len = 0 };
	size_t start = 0; /* of the statement in the path */
	bool in_list = false, listed = false, ok = true;
	struct token t;

	while (ok && !p.failed && (t = next_token(&text)).mark != '\0') {
		switch (t.mark) {
		case '{':
			ok = !in_list && open_section(&p, &start);
			break;
		case '}':
			ok = !in_list && close_section(&p, &start);
			break;
		case '[':
			ok = !in_list;
			in_list = true;
			p.before_list = p.len;
			break;
		case ']':
			ok = in_list;
			in_list = false;
			listed = true;
			break;
		case ';':
			ok = !in_list && p.len > start;
			if (ok && !listed)
				each(ctx, p.text);
			listed = false;
			path_cut(&p, start);
			break;
		default:
			take_word(&p, &t, &in_list, each, ctx);
		}
	}
	return ok && !p.failed && *skip_blanks(text) == '\0' && p.depth == 0 &&
	       p.len == 0;
}

static void ignore(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
}

bool junos_text_is_whole(const char *text)
{
	return *skip_blanks(text) != '\0' && walk_text(text, ignore, NULL);
}

/* --- Forms ------------------------------------------------------------- */

static const char *find_verb(const char *line, size_t len)
{
	for (size_t i = 0; i < N_VERBS; i++) {
		size_t n = strlen(verbs[i]);

		if (len > n && strncmp(line, verbs[i], n) == 0 &&
		    (line[n] == ' ' || line[n] == '\t'))
			return verbs[i];
	}
	return NULL;
}

/* The next line that is neither blank nor a comment; NULL at the end. */
static const char *next_line(const char **at, size_t *ret_len, size_t *number)
{
	while (**at != '\0') {
		const char *line = *at;
		size_t len = strcspn(line, "\n");
		size_t lead = strspn(line, " \t\r");

		*at += len + (line[len] == '\n');
		++*number;
		if (lead >= len || line[lead] == '#')
			continue;
		*ret_len = len - lead;
		return line + lead;
	}
	return NULL;
}

static enum err_code check_commands(const char *text, struct err *e)
{
	const char *line;
	size_t len = 0, number = 0;

	while ((line = next_line(&text, &len, &number)) != NULL)
		if (find_verb(line, len) == NULL)
			return err_set(e, ERR_INVALID,
			    "line %zu, \"%.*s …\", does not configure: among "
			    "commands only set, delete and their like are "
			    "sent. Nothing was changed.",
			    number, (int)strcspn(line, " \t\r\n;"), line);
	return ERR_OK;
}

enum err_code junos_text_sniff(
    const char *text, enum junos_form *ret, struct err *e)
{
	const char *at = text, *first;
	size_t len = 0, number = 0;
	enum junos_form form = JUNOS_TEXT;
	enum err_code code = ERR_OK;

	first = next_line(&at, &len, &number);
	if (first != NULL && *first == '<')
		form = JUNOS_XML;
	else if (first != NULL && find_verb(first, len) != NULL)
		form = JUNOS_COMMANDS;
	if (form == JUNOS_COMMANDS)
		code = check_commands(text, e);
	else if (form == JUNOS_TEXT && !junos_text_is_whole(text))
		code = err_set(e, ERR_INVALID,
		    "this is no configuration of Junos: neither sections whose "
		    "braces match, nor set commands, nor XML. Nothing was "
		    "changed.");
	if (code == ERR_OK)
		*ret = form;
	return code;
}

/* --- Verifying --------------------------------------------------------- */

struct statements {
	struct arena *arena;
	const char **list;
	size_t n;
	size_t room;
};

static void keep(void *ctx, const char *path)
{
	struct statements *s = ctx;

	if (s->n == s->room) {
		size_t room = s->room > 0 ? 2 * s->room : 256;
		const char **list = arena_alloc(s->arena, room * sizeof *list);

		if (list == NULL)
			return;
		if (s->n > 0)
			memcpy(list, s->list, s->n * sizeof *list);
		s->list = list;
		s->room = room;
	}
	s->list[s->n++] = arena_strdup(s->arena, path);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool holds(const struct statements *s, const char *path)
{
	return bsearch(&path, s->list, s->n, sizeof *s->list, compare) != NULL;
}

/* Is there a statement at the path, or below it? */
static bool holds_below(const struct statements *s, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < s->n; i++)
		if (strncmp(s->list[i], path, len) == 0 &&
		    (s->list[i][len] == '\0' || s->list[i][len] == ' '))
			return true;
	return false;
}

struct verdict {
	const struct statements *running;
	struct buf text;
	size_t missing;
	size_t unexpected;
};

static void check_set(void *ctx, const char *path)
{
	struct verdict *v = ctx;

	if (holds(v->running, path) || holds_below(v->running, path))
		return;
	v->missing++;
	text_plan_put_line(&v->text, "missing", path, strlen(path));
}

static void check_deleted(void *ctx, const char *path)
{
	struct verdict *v = ctx;

	if (!holds_below(v->running, path))
		return;
	v->unexpected++;
	text_plan_put_line(&v->text, "still there", path, strlen(path));
}

/* "set a b c" is the statement "a b c". */
static void check_command(
    struct verdict *v, const char *line, size_t len, struct arena *arena)
{
	const char *verb = find_verb(line, len);
	char *statement = arena_printf(
	    arena, "%.*s;", (int)(len - strlen(verb)), line + strlen(verb));

	if (statement == NULL)
		return;
	if (strcmp(verb, "set") == 0)
		walk_text(statement, check_set, v);
	else if (strcmp(verb, "delete") == 0)
		walk_text(statement, check_deleted, v);
}

static void check_all(struct verdict *v, enum junos_form form,
    const char *intended, struct arena *arena)
{
	const char *line;
	size_t len = 0, number = 0;

	if (form == JUNOS_TEXT)
		walk_text(intended, check_set, v);
	while (form == JUNOS_COMMANDS &&
	       (line = next_line(&intended, &len, &number)) != NULL)
		check_command(v, line, len, arena);
}

enum err_code junos_text_verify(const char *intended, const char *running,
    struct arena *arena, struct driver_verdict *ret, struct err *e)
{
	struct statements have = { .arena = arena };
	struct verdict v = { .running = &have, .text = BUF_INIT(VERDICT_MAX) };
	enum junos_form form = JUNOS_TEXT;
	enum err_code code = junos_text_sniff(intended, &form, e);
	const char *copy;

	if (code == ERR_OK && form == JUNOS_XML)
		code = err_set(e, ERR_INVALID,
		    "only the device can compare XML with what it has");
	if (code != ERR_OK)
		return code;
	walk_text(running, keep, &have);
	if (have.n > 0)
		qsort(have.list, have.n, sizeof *have.list, compare);
	check_all(&v, form, intended, arena);
	copy = arena_strdup(arena, buf_text(&v.text));
	buf_release(&v.text);
	if (copy == NULL || arena_failed(arena))
		return err_set(
		    e, ERR_LIMIT, "the comparison needs too much memory");
	*ret = (struct driver_verdict){
		.matches = v.missing + v.unexpected == 0,
		.text = copy,
		.n_missing = v.missing,
		.n_unexpected = v.unexpected,
	};
	return ERR_OK;
}
