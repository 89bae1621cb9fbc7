/*
 * POST /hooks/{name}/test: what a hook would do to a device, as a dry run.
 */
#include "web/pages/pages.h"

#include "app/hook_rule.h"
#include "base/json.h"
#include "web/pages/record_edit.h"

static enum err_code test_post(
    struct request *r, struct response *out, struct err *e)
{
	const char *once = request_form(r, "once", "");
	const char *device = request_form(r, "device", "");
	struct actor actor = r->actor;
	const struct record *hook;
	json_t *doc = NULL;
	enum err_code rc = record_page_find(r, &hook, e);

	if (rc != ERR_OK)
		return rc;
	actor.via = TRIGGER_FORM;
	rc = hook_rule_try(r->app, &actor, r->snapshot, hook, device,
	    *once ? once : NULL, &doc, e);
	if (rc == ERR_OK) {
		rc = view_redirect(
		    r, out, e, "/runs/%s", json_text(doc, "id", ""));
		json_decref(doc);
	} else if (rc == ERR_CONFLICT || rc == ERR_INVALID) {
		response_flash(
		    r, out, "bad", arena_strdup(r->arena, e->message));
		rc = view_redirect(r, out, e, "/hooks/%s", record_key(hook));
	}
	return rc;
}

static const struct route routes[] = {
	PAGE_POST("/hooks/{name}/test", MAY_RUN, test_post),
};

const struct route_table pages_hook_test_routes = { routes, COUNT(routes) };
