/*
 * The history of a record of any kind, or of a template or context file, as
 * devices have theirs:
 *
 *   …/history           the commits that changed it
 *   …/history?at=       one version; raw=1, download=1
 *   …/history?a=&b=     two versions compared
 *
 * /templates/history and /context/history take the file's name in `name`.
 */
#include "web/pages/record_history.h"

#include "app/file_history.h"
#include "base/escape.h"
#include "base/text.h"
#include "web/pages/diff_view.h"
#include "web/pages/history_rows.h"
#include "web/pages/pages.h"
#include "web/pages/past.h"
#include "web/pages/record_edit.h"
#include "web/pages/text_view.h"

#include <string.h>

#define PAGE_SIZE 50
#define TEXT_PLAIN "text/plain; charset=utf-8"

/* Whose history it is. */
struct subject {
	const char *path; /* in the store */
	const char *title;
	const char *url;  /* of its own page */
	const char *list; /* of the pages like it */
	const char *label;
	const char *query; /* before the page's own parameters: "?" */
};

static void add_subject(
    struct request *r, const struct subject *s, struct jv ctx)
{
	struct arena *a = r->arena;

	jv_dict_set(a, ctx, "title", jv_text(s->title));
	jv_dict_set(a, ctx, "url", jv_text(s->url));
	jv_dict_set(a, ctx, "list", jv_text(s->list));
	jv_dict_set(a, ctx, "label", jv_text(s->label));
	jv_dict_set(a, ctx, "query", jv_text(s->query));
	jv_dict_set(a, ctx, "path_of_file", jv_text(s->path));
}

static const char *id_text(struct arena *a, const struct commit_id *id)
{
	char text[STORE_OID_TEXT_SIZE];

	commit_id_format(id, text);
	return arena_strdup(a, text);
}

/* --- one version --------------------------------------------------------- */

static enum err_code version_page(struct request *r, struct response *out,
    const struct subject *s, const struct commit_id *at, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 14);
	struct file_version version;
	const char *text;
	size_t len;
	enum err_code rc =
	    file_version_find(r->app, s->path, at, a, &version, e);

	if (rc == ERR_OK)
		rc =
		    file_version_text(r->app, &version.blob, a, &text, &len, e);
	if (rc != ERR_OK)
		return rc;
	if (*request_query(r, "raw", ""))
		return response_text(out, 200, TEXT_PLAIN, text, len, e);
	add_subject(r, s, ctx);
	jv_dict_set(a, ctx, "commit", view_history_commit(a, &version.commit));
	jv_dict_set(a, ctx, "is_newest", jv_bool(version.is_newest));
	jv_dict_set(a, ctx, "text", text_view_lines(a, text));
	return response_page(r, out, 200, "record_version.html", ctx, e);
}

/* --- two versions -------------------------------------------------------- */

struct side {
	struct file_version version;
	const char *text; /* "" where there was none */
};

static enum err_code read_side(struct request *r, const struct subject *s,
    const char *name, struct side *ret, struct err *e)
{
	struct commit_id id;
	size_t len;
	bool given;
	enum err_code rc = view_query_commit(r, name, &id, &given, e);

	ret->text = "";
	if (rc == ERR_OK)
		rc = file_version_find(r->app, s->path, given ? &id : NULL,
		    r->arena, &ret->version, e);
	if (rc == ERR_OK)
		rc = file_version_text(
		    r->app, &ret->version.blob, r->arena, &ret->text, &len, e);
	return rc;
}

static enum err_code compare_page(struct request *r, struct response *out,
    const struct subject *s, struct err *e)
{
	struct arena *a = r->arena;
	struct diff_look look = diff_look_read(r);
	struct jv ctx = jv_dict(a, 14), diff;
	struct side old, new;
	enum err_code rc;

	if ((rc = read_side(r, s, "a", &old, e)) != ERR_OK ||
	    (rc = read_side(r, s, "b", &new, e)) != ERR_OK ||
	    (rc = diff_view_from_texts(
		 a, &look, old.text, new.text, &diff, e)) != ERR_OK)
		return rc;
	add_subject(r, s, ctx);
	jv_dict_set(a, ctx, "old", view_history_commit(a, &old.version.commit));
	jv_dict_set(a, ctx, "new", view_history_commit(a, &new.version.commit));
	jv_dict_set(a, ctx, "diff", diff);
	return response_page(r, out, 200, "record_compare.html", ctx, e);
}

/* --- the list ------------------------------------------------------------ */

static enum err_code list_page(struct request *r, struct response *out,
    const struct subject *s, struct err *e)
{
	static const char *const words[] = { "" };
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 14);
	struct history_page page;
	struct commit_id from;
	bool given;
	enum err_code rc = view_query_commit(r, "from", &from, &given, e);

	if (rc == ERR_OK)
		rc = file_history_read(r->app, s->path, given ? &from : NULL,
		    PAGE_SIZE, a, &page, e);
	if (rc == ERR_OK && page.n == 0)
		rc = err_set(e, ERR_NOT_FOUND, "There never was a file %.200s.",
		    s->path);
	if (rc != ERR_OK)
		return rc;
	add_subject(r, s, ctx);
	jv_dict_set(a, ctx, "commits", history_rows_view(r, &page, words));
	jv_dict_set(a, ctx, "more",
	    jv_text(page.has_more ? id_text(a, &page.next) : ""));
	jv_dict_set(a, ctx, "from", jv_text(request_query(r, "from", "")));
	return response_page(r, out, 200, "record_history.html", ctx, e);
}

static enum err_code show(struct request *r, struct response *out,
    const struct subject *s, struct err *e)
{
	struct commit_id at;
	bool given;
	enum err_code rc = view_query_commit(r, "at", &at, &given, e);

	if (rc != ERR_OK)
		return rc;
	if (given)
		return version_page(r, out, s, &at, e);
	if (*request_query(r, "a", "") || *request_query(r, "b", ""))
		return compare_page(r, out, s, e);
	return list_page(r, out, s, e);
}

/* --- whose --------------------------------------------------------------- */

enum err_code record_history_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *record;
	struct subject s = { .query = "?" };
	enum err_code rc = past_find(r, &record, e);

	if (rc != ERR_OK)
		return rc;
	s.path = record_path(record);
	s.title = view_record_title(r->arena, record);
	s.url =
	    view_record_url(r->arena, record_kind(record), record_key(record));
	s.list = arena_printf(r->arena, "/%s", record_kind(record)->plural);
	s.label = record_kind(record)->title;
	return show(r, out, &s, e);
}

static enum err_code file_page(
    struct request *r, struct response *out, struct err *e)
{
	bool context = text_starts_with(r->path, "/context");
	const char *dir = context ? "context" : "templates";
	const char *name = request_query(r, "name", "");
	struct buf url = BUF_INIT(4096);
	struct subject s = { .title = name,
		.list = context ? "/context" : "/templates",
		.label = context ? "Context" : "Template" };

	/* only what a store can hold is looked for: the path is a key of the
	 * index, and nothing is opened by it */
	if (!*name)
		return err_set(e, ERR_NOT_FOUND, "Name a file of %s.", s.list);
	s.path = arena_printf(r->arena, "%s/%s", dir, name);
	s.url = arena_printf(r->arena, "%s/%s", s.list, name);
	buf_puts(&url, "?name=");
	escape_url(&url, name, strlen(name));
	buf_putc(&url, '&');
	s.query = buf_ok(&url) ? arena_strdup(r->arena, buf_text(&url)) : "?";
	buf_release(&url);
	return show(r, out, &s, e);
}

static const struct route routes[] = {
	PAGE_GET("/templates/history", MAY_VIEW, file_page),
	PAGE_GET("/context/history", MAY_VIEW, file_page),
};

const struct route_table pages_record_history_routes = { routes,
	COUNT(routes) };
