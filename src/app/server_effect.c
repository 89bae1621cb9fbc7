/*
 * Writes to Ironic, and what follows them.
 *
 * A write that failed or got no answer is never simply sent again: the node is
 * read, and shows whether it was carried out.  It is repeated only where the
 * answer proves that it was not (the node was locked) or it never left this
 * machine.
 */
#include "app/server_internal.h"

#include "base/json.h"

#include <string.h>
#include <time.h>

#define PAUSE_MS 250
/* How long a write without an answer may take to show on the node. */
#define GRACE_MS 3000
#define TRIES 20

static void pause_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static enum err_code read_node(
    struct server_work *w, struct baremetal_node *ret, struct err *e)
{
	return baremetal_node_get(
	    w->c->baremetal, w->deadline, w->node.uuid, w->arena, ret, e);
}

/* Reads until the write shows, for grace_ms at most. */
static enum err_code look(struct server_work *w, const struct server_step *step,
    void *ctx, int64_t grace_ms, enum server_seen *ret)
{
	struct deadline until =
	    deadline_sooner(w->deadline, deadline_in_ms(grace_ms));
	struct baremetal_node now;
	enum err_code rc;

	for (;;) {
		rc = read_node(w, &now, NULL);
		if (rc == ERR_OK)
			*ret = step->seen(w, &now, ctx);
		if ((rc == ERR_OK && *ret == SEEN_DONE) ||
		    deadline_passed(until))
			return rc;
		pause_ms(PAUSE_MS);
	}
}

/* ERR_STALE, or a failure before anything was sent. */
static bool may_be_repeated(enum err_code rc)
{
	return rc == ERR_STALE || rc == ERR_REMOTE || rc == ERR_TIMEOUT;
}

enum err_code server_step_run(struct server_work *w,
    const struct server_step *step, void *ctx, struct err *e)
{
	for (int n = 0;; n++) {
		enum server_seen seen = SEEN_UNCLEAR;
		enum err_code rc = step->ask(w, ctx, e), read;

		if (rc == ERR_OK ||
		    (rc != ERR_UNKNOWN_OUTCOME && !may_be_repeated(rc)))
			return rc;
		server_run_log(w->run, "warning", "%s: %s; the server is read",
		    step->what, e->message);
		read = look(w, step, ctx,
		    rc == ERR_UNKNOWN_OUTCOME ? GRACE_MS : 0, &seen);
		if (read == ERR_OK && seen == SEEN_DONE) {
			server_run_log(w->run, "info",
			    "%s was carried out, as the server shows",
			    step->what);
			return ERR_OK;
		}
		if (rc == ERR_UNKNOWN_OUTCOME)
			return rc;
		if (read != ERR_OK || n == TRIES ||
		    deadline_left_ms(w->deadline) < 2 * PAUSE_MS)
			return rc;
		pause_ms(PAUSE_MS);
	}
}

/* --- what a node shows --------------------------------------------------- */

static bool same(const json_t *before, const char *key, const char *now)
{
	return strcmp(json_text(before, key, ""), now) == 0;
}

static enum server_seen yes_or_no(bool yes)
{
	return yes ? SEEN_DONE : SEEN_NOT_DONE;
}

enum server_seen server_has_happened(enum server_action action,
    const json_t *before, const struct baremetal_node *now)
{
	const struct server_action_info *info = server_action_get(action);

	switch (info->request) {
	case SERVER_ASKS_PROVISION:
		return yes_or_no(
		    !same(before, "provision_state", now->provision_state) ||
		    !same(before, "since", now->state_since));
	case SERVER_ASKS_MAINTENANCE:
		return yes_or_no(
		    now->maintenance == (action == SERVER_MAINTENANCE_ON));
	case SERVER_ASKS_POWER:
		break;
	}
	if (*now->target_power_state)
		return SEEN_DONE;
	if (action == SERVER_REBOOT) /* on before, on after */
		return SEEN_UNCLEAR;
	return yes_or_no(strcmp(now->power_state, info->target) == 0);
}

/* --- asking for an action ------------------------------------------------ */

static enum err_code ask_action(struct server_work *w, void *ctx, struct err *e)
{
	const struct server_asking *a = ctx;
	struct baremetal *b = w->c->baremetal;

	switch (server_action_get(a->action)->request) {
	case SERVER_ASKS_PROVISION:
		return baremetal_node_provision(b, w->deadline, w->node.uuid,
		    a->target, a->config_drive, e);
	case SERVER_ASKS_POWER:
		return baremetal_node_power(
		    b, w->deadline, w->node.uuid, a->target, e);
	case SERVER_ASKS_MAINTENANCE:
		break;
	}
	return baremetal_node_maintain(b, w->deadline, w->node.uuid,
	    a->action == SERVER_MAINTENANCE_ON, a->reason ? a->reason : "", e);
}

static enum server_seen see_action(
    const struct server_work *w, const struct baremetal_node *now, void *ctx)
{
	const struct server_asking *a = ctx;

	return server_has_happened(
	    a->action, json_object_get(w->run->doc, "before"), now);
}

enum err_code server_ask_action(
    struct server_work *w, const struct server_asking *asking, struct err *e)
{
	const struct server_step step = {
		server_action_get(asking->action)->title,
		ask_action,
		see_action,
	};
	struct server_asking copy = *asking;

	return server_step_run(w, &step, &copy, e);
}

/* --- giving back --------------------------------------------------------- */

static enum err_code ask_unclaim(
    struct server_work *w, void *ctx, struct err *e)
{
	(void)ctx;
	return baremetal_node_unclaim(
	    w->c->baremetal, w->deadline, w->node.uuid, w->allocated, e);
}

static enum server_seen see_unclaimed(
    const struct server_work *w, const struct baremetal_node *now, void *ctx)
{
	(void)ctx;
	return yes_or_no(
	    !*now->image &&
	    (w->allocated || strcmp(now->instance_uuid, w->claim) != 0));
}

static enum err_code delete_allocation(struct server_work *w, struct err *e)
{
	enum err_code rc = ERR_STALE;

	for (int n = 0; rc == ERR_STALE && n < TRIES; n++) {
		if (n)
			pause_ms(PAUSE_MS);
		rc = baremetal_allocation_delete(
		    w->c->baremetal, w->deadline, w->claim, e);
	}
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

enum err_code server_release(struct server_work *w, struct err *e)
{
	static const struct server_step step = { "giving the server back",
		ask_unclaim, see_unclaimed };
	struct baremetal_node now;
	enum err_code rc;

	if (!w->claimed)
		return ERR_OK;
	/* what was given back already may be another's by now */
	rc = baremetal_node_of_instance(
	    w->c->baremetal, w->deadline, w->claim, w->arena, &now, e);
	if (rc == ERR_OK) {
		w->node = now;
		rc = server_step_run(w, &step, NULL, e);
	} else if (rc == ERR_NOT_FOUND) {
		rc = ERR_OK;
	}
	if (rc == ERR_OK && w->allocated)
		rc = delete_allocation(w, e);
	if (rc == ERR_OK) {
		w->claimed = false;
		server_run_log(w->run, "info", "nothing is claimed any more");
	}
	return rc;
}
