/*
 * POST /channels/{name}/test: a notification that says that notifications
 * arrive.
 */
#include "web/pages/pages.h"

#include "app/notify.h"
#include "web/pages/record_edit.h"

static enum err_code test_post(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *channel;
	struct notification note = {
		.event = NOTIFY_TEST, .title = "Switchyard: a test", .text = ""
	};
	enum err_code rc = record_page_find(r, &channel, e);

	if (rc != ERR_OK)
		return rc;
	note.id = arena_printf(r->arena, "test-%s", r->id);
	note.text = arena_printf(r->arena,
	    "%s asked whether notifications arrive here.", r->actor.name);
	note.only = record_key(channel);
	if (arena_failed(r->arena))
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = notify_publish(r->app, r->snapshot, &note, e);
	if (rc != ERR_OK)
		return rc;
	response_flash(r, out, "good",
	    "A test was put into the outbox; the worker sends it.");
	return view_redirect(r, out, e, "/channels/%s", record_key(channel));
}

static const struct route routes[] = {
	PAGE_POST("/channels/{name}/test", MAY_ADMIN, test_post),
};

const struct route_table pages_channel_test_routes = { routes, COUNT(routes) };
