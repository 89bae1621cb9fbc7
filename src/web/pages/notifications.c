/* /notifications: the outbox as a table, and as a file. */
#include "web/pages/pages.h"

#include "web/pages/outbox_table.h"
#include "web/pages/record_export.h"
#include "web/pages/view.h"

static struct jv counts_view(struct request *r)
{
	struct jv v = jv_dict(r->arena, OUTBOX_PLACES);

	for (int i = 0; i < OUTBOX_PLACES; i++)
		jv_dict_set(r->arena, v, outbox_place_words[i],
		    jv_int((int64_t)outbox_count(
			r->app->dir, (enum outbox_place)i)));
	return v;
}

static enum err_code outbox_list_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 8);
	struct record_table_rows rows;
	struct record_table t;
	bool more;
	enum err_code rc = outbox_table_rows(r, &rows, &more, e);

	if (rc == ERR_OK)
		rc = record_table_select_of(
		    r, &outbox_table_spec, &rows, RECORD_TABLE_PAGE, &t, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "nav", jv_text("channels"));
	jv_dict_set(
	    r->arena, ctx, "place", jv_text(request_query(r, "place", "")));
	jv_dict_set(r->arena, ctx, "counts", counts_view(r));
	jv_dict_set(r->arena, ctx, "table",
	    record_table_view(r, &outbox_table_spec, &t));
	jv_dict_set(r->arena, ctx, "more", jv_bool(more));
	jv_dict_set(r->arena, ctx, "actions", outbox_bulk_actions(r));
	return response_page(r, out, 200, "notifications.html", ctx, e);
}

static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	struct record_table_rows rows;
	struct record_table t;
	bool more;
	enum err_code rc = outbox_table_rows(r, &rows, &more, e);

	if (rc == ERR_OK)
		rc = record_table_select_of(
		    r, &outbox_table_spec, &rows, RECORD_TABLE_ALL, &t, e);
	return rc == ERR_OK
		   ? record_export_table(r, out, &outbox_table_spec, &t, e)
		   : rc;
}

static const struct route routes[] = {
	PAGE_GET("/notifications", MAY_ADMIN, outbox_list_page),
	PAGE_GET("/notifications.csv", MAY_ADMIN, export_page),
	PAGE_GET("/notifications.json", MAY_ADMIN, export_page),
};

const struct route_table pages_notifications_routes = { routes, COUNT(routes) };
