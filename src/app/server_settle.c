/*
 * Requests whose end nobody saw: the process died, or Ironic gave no clear
 * answer.  Their servers are read until they tell; nothing is asked again.
 *
 *   found                                     the run ends
 *   the server has left the state before      succeeded
 *   it is as before, and was long enough      failed; what was claimed is
 *                                             given back
 *   it does not tell (a reboot)               unknown for good
 *   Ironic cannot be read                     unknown still
 */
#include "app/server_internal.h"

#include "app/run_doc.h"
#include "base/json.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PERIOD_MS 2000
#define ARENA_MAX ((size_t)16 * 1024 * 1024)
#define PATH_SIZE 4200

/* --- one run ------------------------------------------------------------- */

/* A request may be on its way for as long as somebody waits for its answer. */
static int64_t old_enough_ms(const struct server_work *w)
{
	return 2 * (int64_t)w->c->timeout_ms;
}

/* The first of the run's claims that some node or allocation has. */
static enum err_code find_claim(
    struct server_work *w, bool *ret_found, struct err *e)
{
	struct baremetal_allocation a;
	bool given = json_text(json_object_get(w->run->doc, "parameters"),
			 "server_id", NULL) != NULL;
	enum err_code rc = ERR_OK;

	*ret_found = false;
	for (int n = 0; n < (given ? 1 : SERVER_MAX_CLAIMS); n++) {
		server_claim_uuid(w->run->id, n, w->claim);
		w->claimed = true;
		w->allocated = !given;
		rc = baremetal_node_of_instance(w->c->baremetal, w->deadline,
		    w->claim, w->arena, &w->node, e);
		if (rc == ERR_OK) {
			*ret_found = true;
			return ERR_OK;
		}
		if (rc != ERR_NOT_FOUND)
			return rc;
		if (given)
			continue;
		rc = baremetal_allocation_get(
		    w->c->baremetal, w->deadline, w->claim, w->arena, &a, e);
		if (rc == ERR_OK)
			return ERR_OK;
		if (rc != ERR_NOT_FOUND)
			return rc;
	}
	w->claimed = false;
	return ERR_OK;
}

/* One that failed never reached Ironic: the same key may ask again. */
static void end_run(
    struct server_work *w, enum run_state state, const char *result)
{
	static const struct err lost = { .code = ERR_REMOTE,
		.message = "Failed to communicate with Ironic" };

	server_run_log(w->run, "info", "settled by reading: %s", result);
	server_run_end(
	    w->run, state, NULL, state == RUN_FAILED ? &lost : NULL, result);
}

static enum err_code settle_provision(
    struct server_work *w, int64_t age, struct err *e)
{
	char result[700];
	bool found;
	enum err_code rc = find_claim(w, &found, e);

	if (rc != ERR_OK)
		return rc;
	if (found && strcmp(w->node.provision_state, "available") != 0) {
		rc = server_run_note(w->run, &w->node, e);
		if (rc != ERR_OK)
			return rc;
		snprintf(result, sizeof(result),
		    "Provisioning of %.255s has "
		    "begun: its state is %.60s",
		    w->node.name, w->node.provision_state);
		end_run(w, RUN_SUCCEEDED, result);
		return ERR_OK;
	}
	if (age < old_enough_ms(w))
		return err_set(e, ERR_TIMEOUT, "it may still be on its way");
	rc = server_release(w, e);
	if (rc == ERR_OK)
		end_run(w, RUN_FAILED,
		    "Nothing was deployed; nothing is "
		    "claimed any more");
	return rc;
}

static void give_up(struct server_work *w, const char *result)
{
	struct err e = ERR_INIT;

	run_doc_set_result(w->run->doc, "%s", result);
	run_doc_give_up(w->run->doc, clock_wall_ms());
	if (server_run_commit(w->run, &e) == ERR_OK)
		server_run_forget(w->run);
	else
		log_err(&e, "a server's run cannot be recorded now");
}

static enum err_code settle_action(
    struct server_work *w, int64_t age, struct err *e)
{
	const json_t *before = json_object_get(w->run->doc, "before");
	const json_t *server = json_object_get(w->run->doc, "server");
	char result[700];
	enum server_seen seen;
	enum err_code rc;

	if (!before) {
		end_run(w, RUN_FAILED, "Nothing was asked of Ironic");
		return ERR_OK;
	}
	rc = baremetal_node_get(w->c->baremetal, w->deadline,
	    json_text(server, "uuid", ""), w->arena, &w->node, e);
	if (rc == ERR_NOT_FOUND) {
		give_up(w, "The server is gone from Ironic");
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return rc;
	seen = server_has_happened(w->run->action, before, &w->node);
	if (seen != SEEN_DONE && age < old_enough_ms(w))
		return err_set(e, ERR_TIMEOUT, "it may still be on its way");
	snprintf(result, sizeof(result),
	    "%.255s is %.60s, and its power is "
	    "%.30s",
	    w->node.name, w->node.provision_state, w->node.power_state);
	if (seen == SEEN_UNCLEAR)
		give_up(w, result);
	else
		end_run(
		    w, seen == SEEN_DONE ? RUN_SUCCEEDED : RUN_FAILED, result);
	return ERR_OK;
}

/* Once, so that the record tells of it while it lasts. */
static enum err_code mark_unknown(struct server_run *run, struct err *e)
{
	if (run_doc_state(run->doc) != RUN_RUNNING)
		return ERR_OK;
	run_doc_set_state(run->doc, RUN_UNKNOWN, clock_wall_ms());
	run_doc_set_result(run->doc, "The portal was stopped while it asked "
				     "Ironic; the server is read");
	server_run_log(run, "warning", "the portal was stopped in between");
	return server_run_commit(run, e);
}

static enum err_code settle(
    struct servers *sv, struct server_run *run, int64_t age, struct err *e)
{
	struct server_work w = { .sv = sv,
		.run = run,
		.deadline = deadline_in_ms(SERVER_REQUEST_MS) };
	enum err_code rc;

	if (run_doc_has_ended(run->doc)) { /* only the commit was missing */
		rc = server_run_commit(run, e);
		if (rc == ERR_OK)
			server_run_forget(run);
		return rc;
	}
	rc = mark_unknown(run, e);
	if (rc == ERR_OK)
		rc = server_connect(sv, &w.c, e);
	if (rc != ERR_OK)
		return rc;
	w.arena = arena_new(ARENA_MAX);
	if (!w.arena)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else if (run->action == SERVER_PROVISION)
		rc = settle_provision(&w, age, e);
	else
		rc = settle_action(&w, age, e);
	if (rc == ERR_DENIED)
		server_forget_connection(sv, w.c);
	arena_free(w.arena);
	server_disconnect(w.c);
	return rc;
}

void server_settle_one(struct servers *sv, const char *id)
{
	struct err e = ERR_INIT;
	struct server_run run;
	int64_t age;

	if (server_run_take(sv->app, id, &run, &age, &e) != ERR_OK)
		return;
	if (settle(sv, &run, age, &e) != ERR_OK)
		log_debug("request %s is not settled yet: %s", id, e.message);
	server_run_drop(&run); /* if it has not ended */
}

/* --- the thread ---------------------------------------------------------- */

static void settle_all(struct servers *sv)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	DIR *dir;

	server_run_dir(sv->app, path, sizeof(path));
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (run_id_is_valid(entry->d_name))
			server_settle_one(sv, entry->d_name);
	}
	closedir(dir);
}

static bool wait_for_stop(struct servers *sv, long ms)
{
	struct timespec until;
	bool stopping;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&sv->lock);
	while (!sv->stopping && rc != ETIMEDOUT)
		rc = pthread_cond_clockwait(
		    &sv->wake, &sv->lock, CLOCK_MONOTONIC, &until);
	stopping = sv->stopping;
	pthread_mutex_unlock(&sv->lock);
	return stopping;
}

static void *settle_thread(void *ctx)
{
	struct servers *sv = ctx;

	do
		settle_all(sv);
	while (!wait_for_stop(sv, PERIOD_MS));
	return NULL;
}

enum err_code server_settle_start(struct servers *sv, struct err *e)
{
	int rc = pthread_create(&sv->thread, NULL, settle_thread, sv);

	if (rc != 0) {
		errno = rc;
		return err_set_errno(e, "cannot start a thread");
	}
	sv->has_thread = true;
	return ERR_OK;
}

void server_settle_stop(struct servers *sv)
{
	if (!sv->has_thread)
		return;
	pthread_mutex_lock(&sv->lock);
	sv->stopping = true;
	pthread_cond_broadcast(&sv->wake);
	pthread_mutex_unlock(&sv->lock);
	pthread_join(sv->thread, NULL);
	sv->has_thread = false;
}
