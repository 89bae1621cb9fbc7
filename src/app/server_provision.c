/*
 * Provisioning: choose a server, make it ours, set it up, ask for it.
 *
 * A server is made ours by an instance UUID that is derived from the run's id:
 * either Ironic's allocation API writes it to a node of its choice, or one
 * PATCH does to a given node.  Ironic refuses both if the node has another
 * one, so that no two requests get one node; and after a crash the run's id is
 * enough to find what was claimed.
 */
#include "app/server_internal.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ALLOCATION_MS 10000
#define POLL_MS 40
#define MAX_CANDIDATES 1000

static enum err_code unavailable(const char *id, struct err *e)
{
	return err_set(e, ERR_CONFLICT,
	    "Server %.255s is not available for provisioning", id);
}

static enum err_code none_matches(struct err *e)
{
	return err_set(
	    e, ERR_NOT_FOUND, "No available servers matching criteria");
}

/* --- a given server ------------------------------------------------------ */

static void add_reason(
    struct schema_errors *errors, const char *what, const char *reason)
{
	schema_errors_add(errors, NULL, "%s: %.150s", what, reason);
}

static bool is_available(
    const struct baremetal_node *n, struct schema_errors *errors)
{
	if (strcmp(n->provision_state, "available") != 0)
		add_reason(errors, "provision state", n->provision_state);
	if (n->maintenance)
		add_reason(errors, "in maintenance", n->maintenance_reason);
	if (*n->instance_uuid)
		add_reason(errors, "claimed by the instance", n->instance_uuid);
	if (n->retired)
		add_reason(errors, "retired", "it takes no new instances");
	return errors->n == 0;
}

static enum err_code take_given(struct server_work *w, const char *id,
    struct schema_errors *errors, struct err *e)
{
	enum err_code rc = baremetal_node_get(
	    w->c->baremetal, w->deadline, id, w->arena, &w->node, e);

	if (rc == ERR_NOT_FOUND)
		return err_set(e, rc, "Server %.255s not found", id);
	if (rc != ERR_OK)
		return rc;
	return is_available(&w->node, errors) ? ERR_OK : unavailable(id, e);
}

/* --- allocation ---------------------------------------------------------- */

static void pause_ms(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	nanosleep(&t, NULL);
}

/* Ironic decides within some 10 ms, or seconds if others want the same. */
static enum err_code await_allocation(
    struct server_work *w, struct baremetal_allocation *ret, struct err *e)
{
	struct deadline until =
	    deadline_sooner(w->deadline, deadline_in_ms(ALLOCATION_MS));
	enum err_code rc;

	for (long wait = POLL_MS / 2;; wait = wait < 320 ? wait * 2 : wait) {
		pause_ms(wait);
		rc = baremetal_allocation_get(
		    w->c->baremetal, w->deadline, w->claim, w->arena, ret, e);
		if (rc != ERR_OK || ret->state != BAREMETAL_ALLOCATING)
			return rc;
		if (deadline_passed(until))
			return err_set(e, ERR_TIMEOUT,
			    "Ironic does not decide on the allocation");
	}
}

/* ERR_NOT_FOUND: there is no such server just now. */
static enum err_code allocate(struct server_work *w,
    const struct server_wish *wish, const char *resource_class, struct err *e)
{
	struct baremetal_allocation a = { 0 };
	struct err asked = ERR_INIT;
	enum err_code rc, created;

	w->claimed = w->allocated = true;
	created = baremetal_allocation_create(w->c->baremetal, w->deadline,
	    w->claim, resource_class, wish->traits, &asked);
	/* ERR_CONFLICT: it is there already, by an answer that was lost */
	if (created != ERR_OK && created != ERR_CONFLICT &&
	    created != ERR_UNKNOWN_OUTCOME) {
		w->claimed = false;
		*e = asked;
		return created;
	}
	rc = await_allocation(w, &a, e);
	if (rc == ERR_NOT_FOUND) { /* not created, or not yet */
		*e = asked;
		return ERR_UNKNOWN_OUTCOME;
	}
	if (rc != ERR_OK)
		return rc;
	if (a.state == BAREMETAL_ALLOCATED)
		return baremetal_node_get(w->c->baremetal, w->deadline,
		    a.node_uuid, w->arena, &w->node, e);
	server_run_log(w->run, "info", "no server of class %s: %s",
	    resource_class, a.last_error);
	rc = server_release(w, e);
	return rc == ERR_OK ? none_matches(e) : rc;
}

/* --- any server ---------------------------------------------------------- */

static bool listed_before(const struct baremetal_nodes *list, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (strcmp(list->items[k].resource_class,
			list->items[i].resource_class) == 0)
			return true;
	}
	return false;
}

/* Allocations are by class: one for each class that has servers to give. */
static enum err_code take_any(
    struct server_work *w, const struct server_wish *wish, struct err *e)
{
	const struct baremetal_filter filter = {
		.provision_state = "available",
		.maintenance = BAREMETAL_NO,
		.associated = BAREMETAL_NO,
		.limit = MAX_CANDIDATES,
	};
	struct baremetal_nodes list;
	int attempt = 0;
	enum err_code rc = baremetal_node_list(
	    w->c->baremetal, w->deadline, &filter, w->arena, &list, e);

	for (size_t i = 0; rc == ERR_OK && i < list.n; i++) {
		const char *class = list.items[i].resource_class;

		if (!*class || listed_before(&list, i) ||
		    attempt == SERVER_MAX_CLAIMS)
			continue;
		server_claim_uuid(w->run->id, attempt++, w->claim);
		rc = allocate(w, wish, class, e);
		if (rc != ERR_NOT_FOUND)
			return rc;
		rc = ERR_OK;
	}
	return rc == ERR_OK ? none_matches(e) : rc;
}

/* --- making it ours, and ready ------------------------------------------- */

static enum err_code ask_claim(struct server_work *w, void *ctx, struct err *e)
{
	return baremetal_node_claim(w->c->baremetal, w->deadline, w->node.uuid,
	    w->allocated ? NULL : w->claim, ctx, e);
}

static enum server_seen see_claimed(
    const struct server_work *w, const struct baremetal_node *now, void *ctx)
{
	bool ours = strcmp(now->instance_uuid, w->claim) == 0;

	return ours && strcmp(now->image, json_text(ctx, "image_source", "")) ==
			   0
		   ? SEEN_DONE
		   : SEEN_NOT_DONE;
}

static enum err_code claim(
    struct server_work *w, json_t *instance_info, struct err *e)
{
	static const struct server_step step = { "claiming the server",
		ask_claim, see_claimed };
	enum err_code rc;

	w->claimed = true;
	rc = server_step_run(w, &step, instance_info, e);
	/* refused: another was faster, and nothing is ours */
	if (rc != ERR_OK && rc != ERR_UNKNOWN_OUTCOME && !w->allocated)
		w->claimed = false;
	return rc;
}

/* The interfaces that a deployment uses; bios, raid, rescue … may fail. */
static const char *const needed[] = { "power", "management", "boot", "deploy",
	"network", "storage", NULL };

static bool is_needed(const char *interface)
{
	for (size_t i = 0; needed[i]; i++) {
		if (strcmp(needed[i], interface) == 0)
			return true;
	}
	return false;
}

static enum err_code validate(struct server_work *w, const char *id,
    struct schema_errors *errors, struct err *e)
{
	struct baremetal_checks checks;
	enum err_code rc = baremetal_node_validate(
	    w->c->baremetal, w->deadline, w->node.uuid, w->arena, &checks, e);

	for (size_t i = 0; rc == ERR_OK && i < checks.n; i++) {
		const struct baremetal_check *c = &checks.items[i];

		if (c->verdict == BAREMETAL_FAILS && is_needed(c->interface))
			add_reason(errors, c->interface, c->reason);
	}
	if (rc == ERR_OK && errors->n)
		rc = unavailable(id, e);
	return rc;
}

/* What Ironic refuses here it refuses for the server's state, or what was
 * handed in for it: the reason is Ironic's. */
static enum err_code refused(const char *id, enum err_code rc,
    struct schema_errors *errors, struct err *e)
{
	char why[300];

	if (rc != ERR_INVALID && rc != ERR_CONFLICT && rc != ERR_STALE)
		return rc;
	snprintf(why, sizeof(why), "%.290s", e->message);
	if (errors->n == 0)
		add_reason(errors, "Ironic", why);
	return unavailable(id, e);
}

/* --- all of it ----------------------------------------------------------- */

static enum err_code choose(struct server_work *w,
    const struct server_wish *wish, struct schema_errors *errors, struct err *e)
{
	enum err_code rc;

	server_claim_uuid(w->run->id, 0, w->claim);
	if (wish->server_id)
		return take_given(w, wish->server_id, errors, e);
	if (!wish->resource_class)
		return take_any(w, wish, e);
	rc = allocate(w, wish, wish->resource_class, e);
	if (rc == ERR_INVALID) /* a class or trait that cannot be */
		return none_matches(e);
	return rc;
}

static enum err_code deploy(struct server_work *w,
    const struct server_wish *wish, json_t *instance_info,
    struct schema_errors *errors, struct err *e)
{
	const struct server_asking asking = { .action = SERVER_PROVISION,
		.target = "active",
		.config_drive = wish->config_drive };
	const char *id = wish->server_id ? wish->server_id
			 : *w->node.name ? w->node.name
					 : w->node.uuid;
	enum err_code rc = server_run_note(w->run, &w->node, e);

	if (rc == ERR_OK) {
		server_run_log(w->run, "info", "claiming %s (%s) for %s",
		    w->node.name, w->node.uuid, wish->image_id);
		rc = refused(id, claim(w, instance_info, e), errors, e);
	}
	if (rc == ERR_OK)
		rc = validate(w, id, errors, e);
	if (rc == ERR_OK) {
		server_run_log(w->run, "info", "asking for deployment");
		rc = refused(id, server_ask_action(w, &asking, e), errors, e);
	}
	return rc;
}

/* What Ironic is to remember of the request: where it began, and the image by
 * the name it was asked for. */
static bool mark(const struct server_work *w, const struct server_wish *wish,
    json_t *instance_info)
{
	return json_object_set_new(instance_info, "switchyard_requested_at",
		   json_string(json_text(w->run->doc, "started_at", ""))) ==
		   0 &&
	       json_object_set_new(instance_info, "switchyard_image",
		   json_string(wish->image_id)) == 0;
}

static enum err_code provision(struct server_work *w,
    const struct server_wish *wish, struct schema_errors *errors, struct err *e)
{
	json_t *instance_info = NULL;
	enum err_code rc = server_image_resolve(
	    w->sv, w->c, w->deadline, wish->image_id, &instance_info, e);

	if (rc == ERR_OK && !mark(w, wish, instance_info))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = choose(w, wish, errors, e);
	if (rc == ERR_OK)
		rc = deploy(w, wish, instance_info, errors, e);
	json_decref(instance_info);
	return rc;
}

enum err_code server_provision(struct servers *sv, const struct actor *actor,
    const struct server_wish *wish, struct schema_errors *errors, json_t **ret,
    struct err *e)
{
	struct server_run run;
	struct server_work w;
	char result[700] = "";
	enum err_code rc;

	rc = server_begin(sv, actor, wish, &run, ret, e);
	if (rc != ERR_OK || *ret)
		return rc;
	errors->n = 0;
	rc = server_work_begin(sv, &run, &w, e);
	if (rc == ERR_OK)
		rc = provision(&w, wish, errors, e);
	if (rc == ERR_OK)
		snprintf(result, sizeof(result),
		    "Provisioning of %.255s with %.255s has begun",
		    *w.node.name ? w.node.name : w.node.uuid, wish->image_id);
	return server_work_end(
	    &w, wish->server_id ? wish->server_id : "", rc, result, ret, e);
}
