/*
 * /help: the documents of docs/, and a reference of every record's fields and
 * every job's parameters, from the tables that the forms are made from.
 */
#include "web/pages/pages.h"

#include "base/file.h"
#include "domain/job.h"
#include "web/markdown.h"
#include "web/pages/view.h"
#include "web/web.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096
#define MAX_DOCUMENT ((size_t)1024 * 1024)
#define MAX_DOCUMENTS 200
#define MAX_TITLE 120

/* --- the documents ------------------------------------------------------- */

struct document {
	char name[64];
	char title[MAX_TITLE];
};

/* "# How it works" in the first line. */
static bool read_title(const char *path, char title[MAX_TITLE])
{
	char line[MAX_TITLE + 2];
	FILE *f = fopen(path, "re");
	bool found = f && fgets(line, sizeof(line), f) && line[0] == '#' &&
		     line[1] == ' ';

	if (f)
		fclose(f);
	if (!found)
		return false;
	line[strcspn(line, "\n")] = '\0';
	snprintf(title, MAX_TITLE, "%s", line + 2);
	return true;
}

/* name: of a file, "store.md". */
static bool take_document(
    const char *dir, const char *name, struct document *ret)
{
	size_t len = strlen(name);
	char path[PATH_SIZE];

	if (len < 4 || len - 3 >= sizeof(ret->name) ||
	    strcmp(name + len - 3, ".md") != 0 || name[0] == '.')
		return false;
	memcpy(ret->name, name, len - 3);
	ret->name[len - 3] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return read_title(path, ret->title);
}

static int by_title(const void *a, const void *b)
{
	const struct document *x = a, *y = b;

	return strcasecmp(x->title, y->title);
}

/* The documents of a directory as [{url, title}], by title. */
static struct jv documents_view(
    struct arena *a, const char *dir, const char *base)
{
	struct document *all = arena_alloc(a, MAX_DOCUMENTS * sizeof(*all));
	struct jv list = jv_list(a, 32);
	DIR *d = all ? opendir(dir) : NULL;
	const struct dirent *entry;
	size_t n = 0;

	while (d && n < MAX_DOCUMENTS && (entry = readdir(d)))
		n += take_document(dir, entry->d_name, &all[n]);
	if (d)
		closedir(d);
	if (n > 0)
		qsort(all, n, sizeof(*all), by_title);
	for (size_t i = 0; i < n; i++) {
		struct jv v = jv_dict(a, 2);

		jv_dict_set(a, v, "url",
		    jv_text(arena_printf(a, "%s%s", base, all[i].name)));
		jv_dict_set(a, v, "title", jv_text(all[i].title));
		jv_list_append(a, list, v);
	}
	return list;
}

/* What every help page shows beside itself. */
static void add_contents(struct request *r, struct jv ctx)
{
	const char *docs = r->web->options.docs;
	struct arena *a = r->arena;

	jv_dict_set(a, ctx, "documents",
	    docs ? documents_view(a, docs, "/help/") : jv_list(a, 0));
	jv_dict_set(a, ctx, "recipes",
	    docs ? documents_view(
		       a, arena_printf(a, "%s/recipes", docs), "/help/recipes/")
		 : jv_list(a, 0));
}

static enum err_code help_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 8);

	add_contents(r, ctx);
	return response_page(r, out, 200, "help.html", ctx, e);
}

static struct jv sections_view(struct arena *a, const struct markdown *m)
{
	struct jv list = jv_list(a, m->n_sections);

	for (size_t i = 0; i < m->n_sections; i++) {
		struct jv v = jv_dict(a, 2);

		jv_dict_set(a, v, "id", jv_copy_text(a, m->sections[i].id));
		jv_dict_set(
		    a, v, "title", jv_copy_text(a, m->sections[i].title));
		jv_list_append(a, list, v);
	}
	return list;
}

static enum err_code show_markdown(struct request *r, struct response *out,
    const struct buf *text, const char *base, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 12);
	struct markdown m;
	const char *html;
	enum err_code rc;

	rc = markdown_render(buf_text(text), text->len, base, &m, e);
	if (rc != ERR_OK)
		return rc;
	html = arena_memdup(r->arena, buf_text(&m.html), m.html.len);
	add_contents(r, ctx);
	jv_dict_set(r->arena, ctx, "doc_title",
	    jv_copy_text(r->arena, *m.title ? m.title : r->capture[0]));
	jv_dict_set(r->arena, ctx, "sections", sections_view(r->arena, &m));
	jv_dict_set(r->arena, ctx, "html", jv_safe(html ? html : ""));
	markdown_release(&m);
	return response_page(r, out, 200, "help_document.html", ctx, e);
}

/* name is a segment of the path: it must be a file's name and no way out. */
static enum err_code show_document(struct request *r, struct response *out,
    const char *subdir, const char *name, struct err *e)
{
	struct buf text = BUF_INIT(MAX_DOCUMENT);
	const char *docs = r->web->options.docs;
	char path[PATH_SIZE];
	enum err_code rc;

	snprintf(
	    path, sizeof(path), "%s/%s%s.md", docs ? docs : "", subdir, name);
	rc = docs && schema_is_name(name, 60)
		 ? file_read_regular(path, &text, e)
		 : ERR_NOT_FOUND;
	if (rc == ERR_NOT_FOUND)
		rc = err_set(
		    e, ERR_NOT_FOUND, "There is no help on \"%.60s\".", name);
	if (rc == ERR_OK)
		rc = show_markdown(r, out, &text, "/help/", e);
	buf_release(&text);
	return rc;
}

static enum err_code document_page(
    struct request *r, struct response *out, struct err *e)
{
	return show_document(r, out, "", r->capture[0], e);
}

static enum err_code recipe_page(
    struct request *r, struct response *out, struct err *e)
{
	return show_document(r, out, "recipes/", r->capture[0], e);
}

/* --- the reference ------------------------------------------------------- */

static const char *const type_words[] = {
	[FIELD_NAME] = "a name: letters, digits, \".\", \"_\", \"-\"",
	[FIELD_TEXT] = "a line of text",
	[FIELD_LINES] = "text",
	[FIELD_INT] = "a number",
	[FIELD_BOOL] = "yes or no",
	[FIELD_CHOICE] = "one of",
	[FIELD_REF] = "the name of a record",
	[FIELD_REFS] = "names of records",
	[FIELD_LABELS] = "words, with commas between",
	[FIELD_NUMBERS] = "numbers, with commas between",
	[FIELD_IPV4] = "an IPv4 address, with /length and :port if need be",
	[FIELD_OBJECT] = "a JSON object",
};

static struct jv choices_view(struct arena *a, const struct field *f)
{
	struct jv list = jv_list(a, 8);

	for (const char *const *c = f->choices; c && *c; c++)
		jv_list_append(a, list, jv_text(*c));
	return list;
}

static struct jv field_view(struct arena *a, const struct field *f)
{
	struct jv v = jv_dict(a, 12);
	bool bounded =
	    f->max > 0 && (f->type == FIELD_INT || f->type == FIELD_NUMBERS);

	jv_dict_set(a, v, "name", jv_text(f->name));
	jv_dict_set(a, v, "label", jv_text(f->label));
	jv_dict_set(a, v, "help", jv_text(f->help ? f->help : ""));
	jv_dict_set(a, v, "required", jv_bool(f->required));
	jv_dict_set(a, v, "type", jv_text(type_words[f->type]));
	jv_dict_set(a, v, "choices", choices_view(a, f));
	jv_dict_set(a, v, "fallback", jv_text(f->fallback ? f->fallback : ""));
	jv_dict_set(a, v, "bounded", jv_bool(bounded));
	jv_dict_set(a, v, "min", jv_int(f->min));
	jv_dict_set(a, v, "max", jv_int(f->max));
	if (f->ref != KIND_NONE)
		jv_dict_set(a, v, "ref", jv_text(kind_get(f->ref)->plural));
	return v;
}

static struct jv fields_view(struct arena *a, const struct schema *schema)
{
	struct jv list = jv_list(a, schema->n_fields);

	for (size_t i = 0; i < schema->n_fields; i++) {
		if (!schema->fields[i].hidden)
			jv_list_append(
			    a, list, field_view(a, &schema->fields[i]));
	}
	return list;
}

static struct jv jobs_view(struct arena *a)
{
	struct jv list = jv_list(a, JOB_COUNT);

	for (int i = 0; i < JOB_COUNT; i++) {
		const struct job *job = job_get((enum job_id)i);
		struct jv v = jv_dict(a, 5);

		jv_dict_set(a, v, "name", jv_text(job->name));
		jv_dict_set(a, v, "title", jv_text(job->title));
		jv_dict_set(a, v, "summary", jv_text(job->summary));
		jv_dict_set(a, v, "role",
		    jv_text(
			access_role_word(permission_role(job->permission))));
		jv_dict_set(a, v, "fields", fields_view(a, &job->parameters));
		jv_list_append(a, list, v);
	}
	return list;
}

static struct jv kinds_view(struct arena *a)
{
	struct jv list = jv_list(a, KIND_COUNT);

	for (int i = KIND_NONE + 1; i < KIND_COUNT; i++) {
		const struct kind *kind = kind_get((enum kind_id)i);
		struct jv v = jv_dict(a, 4);

		jv_dict_set(a, v, "name", jv_text(kind->name));
		jv_dict_set(a, v, "title", jv_text(kind->title));
		jv_dict_set(a, v, "dir", jv_text(kind->dir));
		jv_dict_set(a, v, "fields", fields_view(a, &kind->schema));
		jv_list_append(a, list, v);
	}
	return list;
}

static enum err_code reference_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 12);

	add_contents(r, ctx);
	jv_dict_set(r->arena, ctx, "jobs", jobs_view(r->arena));
	jv_dict_set(r->arena, ctx, "kinds", kinds_view(r->arena));
	return response_page(r, out, 200, "help_reference.html", ctx, e);
}

static const struct route routes[] = {
	PAGE_GET("/help", MAY_VIEW, help_page),
	PAGE_GET("/help/reference", MAY_VIEW, reference_page),
	PAGE_GET("/help/{name}", MAY_VIEW, document_page),
	PAGE_GET("/help/recipes/{name}", MAY_VIEW, recipe_page),
};

const struct route_table pages_help_routes = { routes, COUNT(routes) };
