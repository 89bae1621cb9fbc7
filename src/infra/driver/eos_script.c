/*
 * A candidate as the lines of a configuration session.
 *
 * The danger is to leave the session without noticing: what follows would be
 * carried out, or change what is in force.  So the words that would end it are
 * never sent; and which section a line is in, its indentation says.
 */
#include "infra/driver/eos_internal.h"

#include "base/text.h"
#include "domain/config_dialect.h"

#include <stdio.h>
#include <string.h>

/* They end the session, or act instead of configuring; so does what the CLI
 * takes for an abbreviation of one. */
static const char *const forbidden[] = { "abort", "bash", "clear", "commit",
	"configure", "copy", "delete", "disable", "enable", "logout", "reload",
	"rollback", "write", NULL };

struct reading {
	struct cli_script *script;
	size_t indent[CLI_SCRIPT_DEPTH]; /* of the sections that are open */
	unsigned depth;
	size_t number; /* of the line */
};

static bool is_forbidden(const char *word, size_t len)
{
	for (const char *const *f = forbidden; *f != NULL; f++)
		if (len >= 3 && len <= strlen(*f) &&
		    strncmp(word, *f, len) == 0)
			return true;
	return len == 3 && memcmp(word, "end", 3) == 0;
}

/* The text after a banner's line, up to EOF; its end, or NULL. */
static const char *end_of_text(const char *at)
{
	while (*at != '\0') {
		size_t len = strcspn(at, "\n");

		if (len == 3 && memcmp(at, "EOF", 3) == 0)
			return at + len + (at[len] == '\n');
		at += len + (at[len] == '\n');
	}
	return NULL;
}

/* Does a line that is further in follow?  Then this one opens a section. */
static bool opens_section(const char *next, size_t indent)
{
	while (*next != '\0') {
		size_t len = strcspn(next, "\n");
		size_t lead = strspn(next, " ");

		if (lead < len && next[lead] != '!')
			return lead > indent;
		next += len + (next[len] == '\n');
	}
	return false;
}

static enum err_code no_memory(struct err *e)
{
	return err_set(e, ERR_LIMIT,
	    "the candidate needs too much memory; nothing was changed");
}

static void leave_sections(struct reading *r, size_t indent)
{
	while (r->depth > 0 && indent <= r->indent[r->depth - 1])
		r->depth--;
}

/* text: the line's own, up to len. */
static enum err_code add(struct reading *r, const char *text, size_t len,
    const char *input, struct err *e)
{
	struct cli_script_line line = {
		.text = arena_memdup(r->script->arena, text, len),
		.input = input,
		.number = r->number,
		.depth = r->depth,
	};

	if (line.text == NULL || !cli_script_add(r->script, &line))
		return no_memory(e);
	if (!is_forbidden(line.text, strcspn(line.text, " ")))
		return ERR_OK;
	return cli_script_refuse(
	    r->script, &line, "it would act, not configure", 27, e);
}

static enum err_code add_line(struct reading *r, const char *text, size_t len,
    const char *next, struct err *e)
{
	size_t indent = strspn(text, " ");
	enum err_code code;

	if (len - indent > SSH_SHELL_MAX_LINE)
		return err_set(e, ERR_INVALID,
		    "line %zu is longer than %d bytes; nothing was changed",
		    r->number, SSH_SHELL_MAX_LINE);
	if (!text_has_no_control(text, len, false))
		return err_set(e, ERR_INVALID,
		    "line %zu holds a control character; nothing was changed",
		    r->number);
	leave_sections(r, indent);
	if (len - indent == 4 && memcmp(text + indent, "exit", 4) == 0)
		return ERR_OK;
	code = add(r, text + indent, len - indent, NULL, e);
	if (code != ERR_OK || !opens_section(next, indent))
		return code;
	if (r->depth == CLI_SCRIPT_DEPTH)
		return err_set(e, ERR_INVALID,
		    "line %zu: more than %d sections inside each other",
		    r->number, CLI_SCRIPT_DEPTH);
	r->indent[r->depth++] = indent;
	return ERR_OK;
}

/* "banner motd", the text, "EOF"; `end` is behind that. */
static enum err_code add_banner(struct reading *r, const char *text, size_t len,
    const char *end, struct err *e)
{
	const char *from = text + len + 1;
	const char *input = arena_memdup(r->script->arena, from,
	    (size_t)(end - from) - strlen("EOF") - (end[-1] == '\n'));

	if (input == NULL)
		return no_memory(e);
	if (!text_has_no_control(input, strlen(input), true))
		return err_set(e, ERR_INVALID,
		    "the banner in line %zu holds a control character; nothing "
		    "was changed",
		    r->number);
	leave_sections(r, 0);
	return add(r, text, len, input, e);
}

/* What stands behind "end" would be left out without a word. */
static enum err_code check_tail(const char *text, size_t number, struct err *e)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t lead = strspn(text, " ");

		number++;
		if (lead < len && text[lead] != '!')
			return err_set(e, ERR_INVALID,
			    "line %zu follows \"end\", which must be the last; "
			    "nothing was changed",
			    number);
		text += len + (text[len] == '\n');
	}
	return ERR_OK;
}

enum err_code eos_script_make(
    const char *text, struct cli_script *script, struct err *e)
{
	struct reading r = { .script = script };
	enum err_code code = ERR_OK;

	while (code == ERR_OK && *text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t lead = strspn(text, " ");
		const char *next = text + len + (text[len] == '\n');
		const char *end = NULL;

		r.number++;
		if (lead == 0 && len == 3 && memcmp(text, "end", 3) == 0)
			return check_tail(next, r.number, e);
		if (text_starts_with(text, "banner "))
			end = end_of_text(next);
		if (end != NULL)
			code = add_banner(&r, text, len, end, e);
		else if (lead < len && text[lead] != '!')
			code = add_line(&r, text, len, next, e);
		for (; end != NULL && next < end; next++)
			r.number += *next == '\n';
		text = next;
	}
	return code;
}
