/*
 * Everything that may be asked of a server but provisioning.
 */
#include "app/server_internal.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

static enum err_code read_server(
    struct server_work *w, const char *id, struct err *e)
{
	enum err_code rc = baremetal_node_get(
	    w->c->baremetal, w->deadline, id, w->arena, &w->node, e);

	if (rc == ERR_NOT_FOUND)
		return err_set(e, rc, "Server %.255s not found", id);
	return rc == ERR_OK ? server_run_note(w->run, &w->node, e) : rc;
}

static enum err_code check_state(const struct server_work *w,
    enum server_action action, const char *id, struct err *e)
{
	const struct server_action_info *info = server_action_get(action);
	const struct baremetal_node *n = &w->node;

	if (!server_state_allows(n->provision_state, action))
		return err_set(e, ERR_CONFLICT,
		    "Server %.255s is in state %.60s: %s is not possible; "
		    "nothing was done",
		    id, n->provision_state, info->verb);
	if (n->maintenance && info->request == SERVER_ASKS_PROVISION &&
	    action != SERVER_DEPROVISION && action != SERVER_ABORT)
		return err_set(e, ERR_CONFLICT,
		    "Server %.255s is in maintenance; nothing was done", id);
	return ERR_OK;
}

/* --- another image ------------------------------------------------------- */

static enum err_code ask_image(struct server_work *w, void *ctx, struct err *e)
{
	return baremetal_node_claim(
	    w->c->baremetal, w->deadline, w->node.uuid, NULL, ctx, e);
}

static enum server_seen see_image(
    const struct server_work *w, const struct baremetal_node *now, void *ctx)
{
	(void)w;
	return strcmp(now->requested_at,
		   json_text(ctx, "switchyard_requested_at", "")) == 0
		   ? SEEN_DONE
		   : SEEN_NOT_DONE;
}

/* A rebuild without an image takes the one that is there. */
static enum err_code set_image(
    struct server_work *w, const char *image_id, struct err *e)
{
	static const struct server_step step = { "choosing the image",
		ask_image, see_image };
	json_t *info = NULL;
	enum err_code rc =
	    server_image_resolve(w->sv, w->c, w->deadline, image_id, &info, e);

	if (rc != ERR_OK)
		return rc;
	json_object_set_new(info, "switchyard_requested_at",
	    json_string(json_text(w->run->doc, "started_at", "")));
	json_object_set_new(info, "switchyard_image", json_string(image_id));
	rc = server_step_run(w, &step, info, e);
	json_decref(info);
	return rc;
}

/* --- all of it ----------------------------------------------------------- */

/* Ironic's refusal, with the reason it gives. */
static enum err_code refused(const char *id, enum err_code rc, struct err *e)
{
	char why[300];

	if (rc != ERR_INVALID && rc != ERR_CONFLICT)
		return rc;
	snprintf(why, sizeof(why), "%.290s", e->message);
	return err_set(e, ERR_CONFLICT,
	    "Ironic refuses it for server %.255s: "
	    "%s",
	    id, why);
}

static enum err_code act(
    struct server_work *w, const struct server_wish *wish, struct err *e)
{
	enum server_action action = wish->action;
	struct server_asking asking = { .action = action,
		.config_drive = wish->config_drive,
		.reason = wish->reason };
	enum err_code rc = read_server(w, wish->server_id, e);

	if (rc == ERR_OK)
		rc = check_state(w, action, wish->server_id, e);
	if (rc == ERR_OK && wish->image_id) {
		rc = set_image(w, wish->image_id, e);
		if (rc != ERR_OK)
			return rc;
	}
	if (rc != ERR_OK)
		return rc;
	asking.target = server_action_target(action, w->node.provision_state);
	server_run_log(w->run, "info", "asking for \"%s\" of %s (%s)",
	    asking.target, w->node.name, w->node.uuid);
	return refused(wish->server_id, server_ask_action(w, &asking, e), e);
}

enum err_code server_act(struct servers *sv, const struct actor *actor,
    const struct server_wish *wish, json_t **ret, struct err *e)
{
	struct server_run run;
	struct server_work w;
	char result[700] = "";
	enum err_code rc;

	rc = server_begin(sv, actor, wish, &run, ret, e);
	if (rc != ERR_OK || *ret)
		return rc;
	rc = server_work_begin(sv, &run, &w, e);
	if (rc == ERR_OK)
		rc = act(&w, wish, e);
	if (rc == ERR_OK)
		snprintf(result, sizeof(result),
		    "%.255s: Ironic has accepted "
		    "it",
		    *w.node.name ? w.node.name : w.node.uuid);
	return server_work_end(&w, wish->server_id, rc, result, ret, e);
}
