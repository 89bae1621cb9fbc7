/*
 * What may stand after a `|`: line filters, `json`, `no-more`.
 */
#include "sim/cli.h"

#include "sim/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct pipe_lines {
	struct buf *out;
	const char *pattern;
	pcre2_code *code;
	bool found; /* a line matched before this one */
	bool in_section;
	size_t count;
};

static bool pipe_matches(
    const struct pipe_lines *l, const char *line, size_t len)
{
	pcre2_match_data *data;
	int rc;

	if (!l->code)
		return memmem(line, len, l->pattern, strlen(l->pattern));
	data = pcre2_match_data_create_from_pattern(l->code, NULL);
	rc = data
		 ? pcre2_match(l->code, (PCRE2_SPTR)line, len, 0, 0, data, NULL)
		 : PCRE2_ERROR_NOMATCH;
	pcre2_match_data_free(data);
	return rc >= 0;
}

static bool pipe_include(struct pipe_lines *l, const char *line, size_t len)
{
	return pipe_matches(l, line, len);
}

static bool pipe_exclude(struct pipe_lines *l, const char *line, size_t len)
{
	return !pipe_matches(l, line, len);
}

static bool pipe_begin(struct pipe_lines *l, const char *line, size_t len)
{
	l->found = l->found || pipe_matches(l, line, len);
	return l->found;
}

/* A line that matches, and what is indented under it. */
static bool pipe_section(struct pipe_lines *l, const char *line, size_t len)
{
	bool indented = len > 0 && *line == ' ';

	if (!indented || !l->in_section)
		l->in_section = pipe_matches(l, line, len);
	return l->in_section;
}

static bool pipe_count(struct pipe_lines *l, const char *line, size_t len)
{
	l->count += pipe_matches(l, line, len);
	return false;
}

struct pipe_filter {
	const char *name;
	bool argument;
	bool (*keep)(struct pipe_lines *l, const char *line, size_t len);
};

static const struct pipe_filter pipe_filters[] = {
	{ "include", true, pipe_include },
	{ "exclude", true, pipe_exclude },
	{ "begin", true, pipe_begin },
	{ "section", true, pipe_section },
	{ "grep", true, pipe_include },
	{ "match", true, pipe_include },
	{ "except", true, pipe_exclude },
	{ "find", true, pipe_begin },
	{ "count", false, pipe_count },
	{ "json", false, NULL },
	{ "no-more", false, NULL },
	{ "nz", false, NULL },
};

static const struct pipe_filter *pipe_find(const char *word, size_t len)
{
	const size_t n = sizeof(pipe_filters) / sizeof(*pipe_filters);

	for (size_t i = 0; i < n && len > 0; i++)
		if (strncmp(pipe_filters[i].name, word, len) == 0)
			return &pipe_filters[i];
	return NULL;
}

static void pipe_run(
    const struct pipe_filter *filter, const char *argument, struct buf *text)
{
	struct buf out = BUF_INIT(text->max);
	struct pipe_lines l = { .out = &out, .pattern = argument };
	const char *p = buf_text(text);
	int error;
	PCRE2_SIZE offset;

	l.code = pcre2_compile((PCRE2_SPTR)argument, PCRE2_ZERO_TERMINATED, 0,
	    &error, &offset, NULL);
	while (*p) {
		size_t len = strcspn(p, "\n");

		if (filter->keep(&l, p, len)) {
			buf_add(&out, p, len);
			buf_putc(&out, '\n');
		}
		p += len + (p[len] == '\n');
	}
	if (filter->keep == pipe_count)
		buf_printf(&out, "%zu\n", l.count);
	pcre2_code_free(l.code);
	buf_release(text);
	*text = out;
}

static bool pipe_one(char *filter, struct buf *text, bool *ret_model)
{
	char *word = filter + strspn(filter, " ");
	size_t len = strcspn(word, " ");
	char *argument = word + len + strspn(word + len, " ");
	size_t end = strlen(argument);
	const struct pipe_filter *f = pipe_find(word, len);

	while (end > 0 && argument[end - 1] == ' ')
		argument[--end] = '\0';
	if (end > 1 && *argument == '"' && argument[end - 1] == '"') {
		argument[end - 1] = '\0';
		argument++;
	}
	if (!f || (f->argument && !*argument))
		return false;
	if (strcmp(f->name, "json") == 0)
		*ret_model = true;
	if (f->keep && text)
		pipe_run(f, argument, text);
	return true;
}

bool cli_pipe_apply(const char *filters, struct buf *text, bool *ret_model)
{
	char *copy = mem_strdup(filters);
	bool known = true;
	unsigned n = 0;

	/* A bar inside a pattern ("a|b") has no spaces around it. */
	for (char *p = copy; p && known; n++) {
		char *bar = strstr(p, " | ");

		if (bar)
			*bar = '\0';
		known = n < CLI_FILTERS_MAX && pipe_one(p, text, ret_model);
		p = bar ? bar + 3 : NULL;
	}
	free(copy);
	return known;
}
