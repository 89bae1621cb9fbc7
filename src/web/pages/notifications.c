/* /notifications: the outbox, and what an admin can do about it. */
#include "web/pages/pages.h"

#include "app/outbox.h"
#include "web/pages/view.h"

#define SHOWN 100

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
	const char *word = request_query(r, "place", "waiting");
	struct jv ctx = jv_dict(r->arena, 6);
	char next[OUTBOX_ID_SIZE];
	enum outbox_place place;
	json_t *items;
	enum err_code rc;

	if (!outbox_place_parse(word, &place))
		return err_set(e, ERR_NOT_FOUND,
		    "There is no place \"%.40s\": it is waiting, delivered or "
		    "given-up.",
		    word);
	items = json_array();
	rc = outbox_page(r->app->dir, place, request_query(r, "before", NULL),
	    SHOWN, items, next, e);
	if (rc == ERR_OK) {
		jv_dict_set(r->arena, ctx, "nav", jv_text("channels"));
		jv_dict_set(r->arena, ctx, "place", jv_text(word));
		jv_dict_set(r->arena, ctx, "counts", counts_view(r));
		jv_dict_set(
		    r->arena, ctx, "items", jv_from_json(r->arena, items));
		jv_dict_set(
		    r->arena, ctx, "next", jv_copy_text(r->arena, next));
		rc = response_page(r, out, 200, "notifications.html", ctx, e);
	}
	json_decref(items);
	return rc;
}

/* Back to where the item was, with a word about it. */
static enum err_code answer(struct request *r, struct response *out,
    enum err_code rc, const char *done, struct err *e)
{
	enum outbox_place place = OUTBOX_WAITING;

	if (rc != ERR_OK && rc != ERR_CONFLICT && rc != ERR_NOT_FOUND)
		return rc;
	response_flash(r, out, rc == ERR_OK ? "good" : "attention",
	    rc == ERR_OK ? done : arena_strdup(r->arena, e->message));
	(void)outbox_place_parse(request_form(r, "place", ""), &place);
	return view_redirect(
	    r, out, e, "/notifications?place=%s", outbox_place_words[place]);
}

static enum err_code retry_post(
    struct request *r, struct response *out, struct err *e)
{
	return answer(r, out, outbox_retry(r->app->dir, r->capture[0], e),
	    "It is sent now.", e);
}

static enum err_code drop_post(
    struct request *r, struct response *out, struct err *e)
{
	return answer(r, out,
	    outbox_drop(r->app->dir, r->capture[0], r->actor.name, e),
	    "It was dropped.", e);
}

#define ONE "/notifications/{notification}"

static const struct route routes[] = {
	PAGE_GET("/notifications", MAY_ADMIN, outbox_list_page),
	PAGE_POST(ONE "/retry", MAY_ADMIN, retry_post),
	PAGE_POST(ONE "/drop", MAY_ADMIN, drop_post),
};

const struct route_table pages_notifications_routes = { routes, COUNT(routes) };
