/*
 * /search: names, addresses, serial numbers, VLANs and the lines of all current
 * configurations, by text or by expression.
 */
#include "web/pages/diff_words.h"
#include "web/pages/pages.h"
#include "web/pages/query_link.h"
#include "web/pages/view.h"
#include "web/search_ask.h"

#include "base/clock.h"

#include <string.h>

#define MAX_TEXTS 30
#define MAX_MARKED 512 /* bytes of a line whose matches are marked */
#define MAX_MARKS 20

/* The text as HTML, what matches within <mark>. */
static const char *marked(
    struct arena *a, struct line_regex *re, const char *text, size_t len)
{
	const char *html = "";
	size_t at = 0, start, end;

	for (int i = 0; i < MAX_MARKS && len <= MAX_MARKED &&
			line_regex_find(re, text, len, at, &start, &end);
	     i++) {
		if (end == start)
			break;
		html = arena_printf(a, "%s%s<mark>%s</mark>", html,
		    diff_line_html(a, text + at, start - at),
		    diff_line_html(a, text + start, end - start));
		at = end;
	}
	return arena_printf(
	    a, "%s%s", html, diff_line_html(a, text + at, len - at));
}

static struct jv records_view(struct request *r, const struct search_answer *an)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, an->n_records);

	for (size_t i = 0; i < an->n_records; i++) {
		const struct search_record *hit = &an->records[i];
		const struct kind *kind = record_kind(hit->record);
		struct jv v = jv_dict(a, 6);

		jv_dict_set(
		    a, v, "named", jv_text(view_record_named(a, hit->record)));
		jv_dict_set(a, v, "url",
		    jv_text(view_record_url(a, kind, record_key(hit->record))));
		jv_dict_set(a, v, "label", jv_text(hit->field->label));
		jv_dict_set(a, v, "html",
		    jv_safe(
			marked(a, an->pattern, hit->text, strlen(hit->text))));
		jv_list_append(a, list, v);
	}
	return list;
}

static struct jv line_view(
    struct arena *a, struct line_regex *re, const struct search_line *line)
{
	struct jv v = jv_dict(a, 4);

	jv_dict_set(a, v, "number", jv_int((int64_t)line->number));
	jv_dict_set(a, v, "matches", jv_bool(line->matches));
	jv_dict_set(a, v, "gap", jv_bool(line->gap));
	jv_dict_set(a, v, "html",
	    jv_safe(line->matches ? marked(a, re, line->text, line->len)
				  : diff_line_html(a, line->text, line->len)));
	return v;
}

static struct jv texts_view(struct request *r, const struct search_answer *an)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, an->found.n);

	for (size_t i = 0; i < an->found.n; i++) {
		const struct search_text *text = &an->found.texts[i];
		struct jv v = jv_dict(a, 6), lines = jv_list(a, text->n_lines);
		size_t told = 0;

		for (size_t j = 0; j < text->n_lines; j++) {
			told += text->lines[j].matches;
			jv_list_append(a, lines,
			    line_view(a, an->pattern, &text->lines[j]));
		}
		jv_dict_set(a, v, "device", jv_text(text->device));
		jv_dict_set(
		    a, v, "which", jv_text(search_texts_words[text->which]));
		jv_dict_set(a, v, "n", jv_int((int64_t)text->n_matches));
		jv_dict_set(
		    a, v, "untold", jv_int((int64_t)(text->n_matches - told)));
		jv_dict_set(a, v, "lines", lines);
		jv_list_append(a, list, v);
	}
	return list;
}

static void add_answer(
    struct request *r, const struct search_answer *an, struct jv ctx)
{
	struct arena *a = r->arena;

	jv_dict_set(a, ctx, "records", records_view(r, an));
	jv_dict_set(a, ctx, "more_records", jv_bool(an->more_records));
	jv_dict_set(a, ctx, "texts", texts_view(r, an));
	jv_dict_set(a, ctx, "n_devices", jv_int((int64_t)an->found.n_devices));
	jv_dict_set(a, ctx, "late", jv_bool(an->found.late));
	if (*an->found.next)
		jv_dict_set(a, ctx, "next",
		    jv_text(query_link(r, "/search", "after", an->found.next)));
}

static enum err_code page(
    struct request *r, struct response *out, struct err *e)
{
	static const char *const names[] = { "q", "mode", "case", "in",
		"after" };
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 20);
	struct search_answer answer;
	int64_t start = clock_mono_us();
	int status = 200;
	enum err_code rc;

	for (size_t i = 0; i < COUNT(names); i++)
		jv_dict_set(
		    a, ctx, names[i], jv_text(request_query(r, names[i], "")));
	jv_dict_set(a, ctx, "asked", jv_bool(false));
	if (*request_query(r, "q", "")) {
		rc = search_ask(r, MAX_TEXTS, &answer, e);
		if (rc != ERR_OK && rc != ERR_INVALID && rc != ERR_LIMIT)
			return rc;
		if (rc == ERR_OK)
			add_answer(r, &answer, ctx);
		else
			jv_dict_set(
			    a, ctx, "problem", jv_copy_text(a, e->message));
		status = rc == ERR_OK ? 200 : 422;
		jv_dict_set(a, ctx, "asked", jv_bool(rc == ERR_OK));
	}
	jv_dict_set(a, ctx, "ms",
	    jv_text(arena_printf(
		a, "%.1f", (double)(clock_mono_us() - start) / 1000)));
	return response_page(r, out, status, "search.html", ctx, e);
}

static const struct route routes[] = {
	PAGE_GET("/search", MAY_VIEW, page),
};

const struct route_table pages_search_routes = { routes, COUNT(routes) };
