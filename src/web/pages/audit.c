/*
 * /audit: one timeline over what is (branch main) and what was done (branch
 * runs), newest first, filtered, and as a file; and /commits/{id}: one change
 * of main.
 */
#include "web/pages/pages.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/text.h"
#include "domain/job.h"
#include "web/audit_filter.h"
#include "web/pages/commit_view.h"
#include "web/pages/record_export.h"

#include <string.h>

#define PAGE_SIZE 50
#define EXPORT_ROWS 100000
#define EXPORT_STEP 1000
#define EXPORT_BYTES ((size_t)30 * 1024 * 1024)
/* No step begins beyond: each fits into what is left. */
#define EXPORT_ENOUGH ((size_t)24 * 1024 * 1024)
#define CURSOR_SIZE (2 * STORE_OID_TEXT_SIZE)

/* --- the page ------------------------------------------------------------ */

static struct jv events_view(struct arena *a, const struct audit_page *page)
{
	struct jv list = jv_list(a, page->n);

	for (size_t i = 0; i < page->n; i++) {
		const struct audit_event *event = &page->events[i];
		struct jv view = view_history_commit(a, &event->commit);

		jv_dict_set(a, view, "branch",
		    jv_text(audit_branch_words[event->branch]));
		jv_list_append(a, list, view);
	}
	return list;
}

static struct jv chosen_view(struct request *r, bool *ret_any)
{
	struct jv v = jv_dict(r->arena, 10);

	*ret_any = false;
	for (const char *const *n = audit_filter_names; *n; n++) {
		const char *value = request_query(r, *n, "");

		*ret_any = *ret_any || (*value && strcmp(*n, "before") != 0);
		jv_dict_set(r->arena, v, *n, jv_text(value));
	}
	return v;
}

static enum err_code audit_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12), jobs = jv_list(a, JOB_COUNT);
	struct audit_query query;
	struct audit_page page;
	bool filtered;
	enum err_code rc = audit_filter_read(r, &query, e);

	query.limit = PAGE_SIZE;
	if (rc == ERR_OK)
		rc = audit_read(r->app, &query, a, &page, e);
	if (rc != ERR_OK)
		return rc;
	for (int i = 0; i < JOB_COUNT; i++)
		jv_list_append(a, jobs, jv_text(job_get((enum job_id)i)->name));
	jv_dict_set(a, ctx, "events", events_view(a, &page));
	jv_dict_set(a, ctx, "older",
	    jv_text(
		page.next ? query_link(r, "/audit", "before", page.next) : ""));
	jv_dict_set(a, ctx, "newest",
	    jv_text(
		query.before ? query_link(r, "/audit", "before", NULL) : ""));
	jv_dict_set(a, ctx, "csv",
	    jv_text(query_link(r, "/audit.csv", "before", NULL)));
	jv_dict_set(a, ctx, "json",
	    jv_text(query_link(r, "/audit.json", "before", NULL)));
	jv_dict_set(a, ctx, "chosen", chosen_view(r, &filtered));
	jv_dict_set(a, ctx, "filtered", jv_bool(filtered));
	jv_dict_set(a, ctx, "jobs", jobs);
	jv_dict_set(a, ctx, "triggers", view_words(a, run_trigger_words));
	return response_page(r, out, 200, "audit.html", ctx, e);
}

/* --- as a file ----------------------------------------------------------- */

/* The columns, in order; the last is the end of a row. */
struct row {
	const char *name;
	const char *value;
};
#define COLUMNS 10

static void fill_row(const struct audit_event *event,
    char time[CLOCK_TEXT_SIZE], char id[STORE_OID_TEXT_SIZE],
    struct row row[COLUMNS])
{
	const struct history_commit *c = &event->commit;
	const struct row filled[COLUMNS] = { { "time", time },
		{ "person", c->author }, { "what", c->subject },
		{ "device", c->device }, { "job", c->job },
		{ "trigger", c->trigger }, { "result", c->result },
		{ "run", c->run },
		{ "branch", audit_branch_words[event->branch] },
		{ "commit", id } };

	clock_format_utc(c->time_ms, time);
	commit_id_format(&c->id, id);
	memcpy(row, filled, sizeof(filled));
}

static void add_csv_row(
    struct buf *out, const struct row row[COLUMNS], bool names)
{
	for (int i = 0; i < COLUMNS; i++)
		csv_add(out, names ? row[i].name : row[i].value,
		    i + 1 < COLUMNS ? "," : "\r\n");
}

static void add_json_row(
    struct buf *out, const struct row row[COLUMNS], bool first)
{
	buf_puts(out, first ? "\n" : ",\n");
	for (int i = 0; i < COLUMNS; i++) {
		buf_printf(out, "%s\"%s\": \"", i ? ", " : "{", row[i].name);
		escape_json(out, row[i].value, strlen(row[i].value));
		buf_putc(out, '"');
	}
	buf_putc(out, '}');
}

static void add_rows(
    struct buf *out, const struct audit_page *page, bool csv, bool first)
{
	for (size_t i = 0; i < page->n; i++) {
		char time[CLOCK_TEXT_SIZE], id[STORE_OID_TEXT_SIZE];
		struct row row[COLUMNS];

		fill_row(&page->events[i], time, id, row);
		if (csv && first && i == 0)
			add_csv_row(out, row, true);
		if (csv)
			add_csv_row(out, row, false);
		else
			add_json_row(out, row, first && i == 0);
	}
}

/* All that the query finds, in steps, to bound the memory.  next: "" or where
 * it had to stop. */
static enum err_code add_all(struct request *r, struct audit_query *query,
    bool csv, struct buf *out, char next[CURSOR_SIZE], struct err *e)
{
	struct arena *step = arena_new(EXPORT_BYTES);
	size_t n = 0;
	bool more = step != NULL;
	enum err_code rc =
	    step ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");

	query->limit = EXPORT_STEP;
	while (rc == ERR_OK && more && n < EXPORT_ROWS &&
	       out->len < EXPORT_ENOUGH) {
		struct audit_page page;

		arena_reset(step);
		rc = audit_read(r->app, query, step, &page, e);
		if (rc != ERR_OK)
			break;
		add_rows(out, &page, csv, n == 0);
		n += page.n;
		more = page.next != NULL;
		text_copy(next, CURSOR_SIZE, more ? page.next : "");
		query->before = next;
	}
	arena_free(step);
	return rc;
}

static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	struct buf text = BUF_INIT(EXPORT_BYTES);
	bool csv = text_ends_with(r->path, ".csv");
	char next[CURSOR_SIZE] = "";
	struct audit_query query;
	enum err_code rc = audit_filter_read(r, &query, e);

	if (!csv)
		buf_puts(&text, "{\"items\": [");
	if (rc == ERR_OK)
		rc = add_all(r, &query, csv, &text, next, e);
	if (!csv && *next)
		buf_printf(&text, "\n], \"next\": \"%s\"}\n", next);
	else if (!csv)
		buf_puts(&text, "\n], \"next\": null}\n");
	if (rc == ERR_OK)
		rc = record_export_send(out, r->arena, "audit", csv, &text, e);
	buf_release(&text);
	return rc;
}

/* --- one commit ---------------------------------------------------------- */

static enum err_code commit_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 6), files;
	struct commit_view commit;
	enum err_code rc;

	if ((rc = commit_view_read(r, r->capture[0], &commit, e)) != ERR_OK ||
	    (rc = commit_view_files(r, &commit, NULL, &files, e)) != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "nav", jv_text("audit"));
	jv_dict_set(r->arena, ctx, "commit", commit.commit);
	jv_dict_set(r->arena, ctx, "files", files);
	return response_page(r, out, 200, "commit.html", ctx, e);
}

static const struct route routes[] = {
	PAGE_GET("/audit", MAY_VIEW, audit_page),
	PAGE_GET("/audit.csv", MAY_VIEW, export_page),
	PAGE_GET("/audit.json", MAY_VIEW, export_page),
	PAGE_GET("/commits/{commit}", MAY_VIEW, commit_page),
};

const struct route_table pages_audit_routes = { routes, COUNT(routes) };
