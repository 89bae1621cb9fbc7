/*
 * /bulk/notifications: sends many notifications again, or drops them: how many
 * is shown first.
 */
#include "web/pages/outbox_table.h"

#include "web/pages/pages.h"
#include "web/pages/table_choice.h"
#include "web/pages/view.h"

#include <string.h>

static enum err_code retry_one(struct request *r, const char *id, struct err *e)
{
	return outbox_retry(r->app->dir, id, e);
}

static enum err_code drop_one(struct request *r, const char *id, struct err *e)
{
	return outbox_drop(r->app->dir, id, r->actor.name, e);
}

static const struct action {
	const char *name, *verb, *done, *warning;
	enum err_code (*ask)(struct request *r, const char *id, struct err *e);
} actions[] = {
	{ "retry", "Send now", "are sent now",
	    "What was given up gets all its attempts anew.", retry_one },
	{ "drop", "Drop", "were dropped",
	    "What waits is given up; what was given up is forgotten.",
	    drop_one },
};

struct jv outbox_bulk_actions(struct request *r)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, COUNT(actions));

	for (size_t i = 0; i < COUNT(actions); i++) {
		struct jv v = jv_dict(a, 2);

		jv_dict_set(a, v, "name", jv_text(actions[i].name));
		jv_dict_set(a, v, "verb", jv_text(actions[i].verb));
		jv_list_append(a, list, v);
	}
	return list;
}

struct choice {
	const struct action *action;
	struct record_table_rows all;
	struct table_choice rows; /* struct outbox_row */
};

static const void *find_row(void *ctx, const char *key)
{
	const struct record_table_rows *all = ctx;

	for (size_t i = 0; i < all->n; i++) {
		const struct outbox_row *row = all->list[i];

		if (strcmp(row->text[OUTBOX_ID], key) == 0)
			return row;
	}
	return NULL;
}

static enum err_code choose(
    struct request *r, const char *word, struct choice *c, struct err *e)
{
	struct table_choosing from = { .spec = &outbox_table_spec,
		.one = "notification",
		.find = find_row,
		.ctx = &c->all };
	enum err_code rc;
	bool more;

	*c = (struct choice){ .action = NULL };
	for (size_t i = 0; i < COUNT(actions); i++) {
		if (strcmp(actions[i].name, word) == 0)
			c->action = &actions[i];
	}
	if (!c->action)
		return err_set(e, ERR_NOT_FOUND,
		    "\"%.60s\" is nothing that can be done with notifications",
		    word);
	rc = outbox_table_rows(r, &c->all, &more, e);
	from.rows = c->all;
	return rc == ERR_OK ? table_choice_read(r, &from, &c->rows, e) : rc;
}

/* What was delivered cannot be taken back. */
static size_t count_possible(const struct choice *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->rows.n; i++) {
		const struct outbox_row *row = c->rows.rows[i];

		n += row->place != OUTBOX_DELIVERED;
	}
	return n;
}

static struct jv titles_view(struct arena *a, const struct choice *c)
{
	struct jv list = jv_list(a, c->rows.n);

	for (size_t i = 0; i < c->rows.n && jv_list_len(list) < 24; i++) {
		const struct outbox_row *row = c->rows.rows[i];

		if (row->place != OUTBOX_DELIVERED)
			jv_list_append(
			    a, list, jv_text(row->text[OUTBOX_TITLE]));
	}
	return list;
}

static enum err_code chosen(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 12);
	struct arena *a = r->arena;
	struct choice c;
	enum err_code rc = choose(r, request_form(r, "action", ""), &c, e);
	size_t n;

	if (rc != ERR_OK)
		return rc;
	n = count_possible(&c);
	table_choice_add(r, &c.rows, ctx);
	jv_dict_set(a, ctx, "nav", jv_text("channels"));
	jv_dict_set(a, ctx, "action", jv_text(c.action->name));
	jv_dict_set(a, ctx, "verb", jv_text(c.action->verb));
	jv_dict_set(a, ctx, "warning", jv_text(c.action->warning));
	jv_dict_set(a, ctx, "n", jv_int((int64_t)n));
	jv_dict_set(a, ctx, "others", jv_int((int64_t)(c.rows.n - n)));
	jv_dict_set(a, ctx, "titles", titles_view(a, &c));
	return response_page(r, out, 200, "outbox_bulk.html", ctx, e);
}

/* One that left meanwhile is passed over: it was sent, or dropped. */
static enum err_code ask_post(
    struct request *r, struct response *out, struct err *e)
{
	struct choice c;
	enum err_code rc = choose(r, r->capture[0], &c, e);
	size_t done = 0;

	if (rc == ERR_OK)
		rc = table_choice_check(r, &c.rows, e);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < c.rows.n; i++) {
		const struct outbox_row *row = c.rows.rows[i];
		struct err why = ERR_INIT;

		done += row->place != OUTBOX_DELIVERED &&
			c.action->ask(r, row->text[OUTBOX_ID], &why) == ERR_OK;
	}
	response_flash(r, out, done == c.rows.n ? "good" : "attention",
	    arena_printf(r->arena, "%zu of %zu notification%s %s.", done,
		c.rows.n, c.rows.n == 1 ? "" : "s", c.action->done));
	return response_redirect(
	    r, out, query_link(r, "/notifications", "page", NULL));
}

static const struct route routes[] = {
	PAGE_POST("/bulk/notifications", MAY_ADMIN, chosen),
	PAGE_POST("/bulk/notifications/{action}", MAY_ADMIN, ask_post),
};

const struct route_table pages_outbox_bulk_routes = { routes, COUNT(routes) };
