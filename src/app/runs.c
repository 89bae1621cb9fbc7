#include "app/runs.h"

#include "app/choice.h"
#include "app/inventory.h"
#include "app/job_parameters.h"
#include "app/job_settings.h"
#include "app/port/queue.h"
#include "app/teardown.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KEY 200

/* --- may it run ---------------------------------------------------------- */

static const char *readiness(const struct snapshot *s, const struct job *job,
    const struct record *device, char text[256])
{
	const struct record *platform = snapshot_find(
	    s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM));
	const char *name = record_key(device);
	struct blob_id blob;

	if (!platform) {
		snprintf(text, 256, "%s has no platform: set one on its page.",
		    name);
		return text;
	}
	if (!record_has(device, DEVICE_PRIMARY_IP4)) {
		snprintf(text, 256,
		    "%s has no primary IPv4 address: set one on its page.",
		    name);
		return text;
	}
	if (!snapshot_credentials(s, device)) {
		snprintf(text, 256,
		    "No credentials hold for %s: name some on its page, its "
		    "area, its platform or in the settings.",
		    name);
		return text;
	}
	if (job->id == JOB_PROVISION &&
	    !snapshot_config(s, PATH_INTENDED, name, &blob)) {
		snprintf(text, 256,
		    "%s has no intended configuration: write or generate one "
		    "first.",
		    name);
		return text;
	}
	return NULL;
}

const char *runs_status_refusal(const struct job *job,
    const struct record *device, bool may_change, char text[256])
{
	enum device_status status = STATUS_INVENTORY;
	const char *why;

	(void)device_status_parse(record_text(device, DEVICE_STATUS), &status);
	why = policy_refusal(status, job->reads);
	if (!why && may_change)
		why = policy_refusal(status, job->writes);
	if (!why)
		return NULL;
	snprintf(text, 256, "%s: %s", record_key(device), why);
	return text;
}

const char *runs_refusal(const struct snapshot *s, const struct job *job,
    const struct record *device, bool may_change, char text[256])
{
	if (job_settings_refusal(s, job, text) ||
	    runs_status_refusal(job, device, may_change, text))
		return text;
	/* the store's jobs and sweeps need no session */
	if (!job_opens_sessions(job))
		return NULL;
	return readiness(s, job, device, text);
}

/* --- creating ------------------------------------------------------------ */

static enum err_code check_parameters(const struct snapshot *s,
    const struct job *job, const json_t *parameters,
    struct schema_errors *errors, json_t **ret, struct err *e)
{
	json_t *full;

	errors->n = 0;
	job_parameters_check(s, job, parameters, errors);
	if (errors->n)
		return schema_errors_check(errors, e);
	full = schema_complete(&job->parameters, parameters);
	if (!full)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = full;
	return ERR_OK;
}

/* An assistant may push only what a dry run has shown: the run compares the
 * difference with this again. */
static enum err_code check_agreed(const struct actor *actor,
    const struct job *job, const json_t *parameters, struct err *e)
{
	if (actor->via != TRIGGER_MCP || !job->can_write ||
	    job->writes == POLICY_DISCOVER ||
	    !job_may_change_device(job, parameters) ||
	    *json_text(parameters, "diff_hash", ""))
		return ERR_OK;
	return err_set(e, ERR_CONFLICT,
	    "a push that an assistant asks for needs the diff_hash of a dry "
	    "run of the same device. Nothing was started.");
}

/* A device that is asked for by itself is refused what is forbidden to it. */
static enum err_code check_policy(const struct snapshot *s,
    const struct job *job, const json_t *parameters, struct err *e)
{
	const char *name = job_single_device(job, parameters);
	const struct record *device =
	    name ? snapshot_find(s, KIND_DEVICE, name) : NULL;
	bool may_change = job_may_change_device(job, parameters);
	bool one = job_scope_of(job, parameters) == JOB_DEVICE;
	char text[256];
	const char *why;

	/* a job over many asks for each device, when it comes to it */
	if (device && one) {
		why = runs_refusal(s, job, device, may_change, text);
	} else {
		why = job_settings_refusal(s, job, text);
		if (!why && device)
			why =
			    runs_status_refusal(job, device, may_change, text);
	}
	if (why)
		return err_set(e, ERR_CONFLICT, "%s Nothing was started.", why);
	return ERR_OK;
}

/* An earlier run of the same actor with the same key, if there is one. */
static enum err_code bind_key(const struct app *app, const struct actor *actor,
    const char *key, char id[RUN_ID_SIZE], bool *ret_bound, struct err *e)
{
	char full[MAX_KEY + 300];

	if (strlen(key) > MAX_KEY || !*key)
		return err_set(e, ERR_INVALID,
		    "an idempotency key has 1 to %d characters", MAX_KEY);
	snprintf(full, sizeof(full), "%.250s\n%s", actor->name, key);
	return queue_bind_key(app->dir, full, id, ret_bound, e);
}

static enum err_code enqueue(
    const struct app *app, const char *id, const json_t *doc, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	enum err_code rc = json_write(doc, &text, e);

	if (rc == ERR_OK)
		rc = queue_put(app->dir, id, buf_text(&text), text.len, e);
	buf_release(&text);
	return rc;
}

struct creation {
	const struct app *app;
	const struct actor *actor;
	const struct run_wish *wish;
	struct schema_errors *errors; /* the wish's, or of nobody */
};

static enum err_code check_actor(const struct actor *actor, struct err *e)
{
	if (run_doc_takes_actor(actor->name))
		return ERR_OK;
	return err_set(e, ERR_INVALID,
	    "the user's name must be one line of at most %d bytes without "
	    "\"<\" and \">\"; nothing was started",
	    RUN_ACTOR_MAX);
}

/* That a job over many devices has something to do is told at once, not by
 * its run. */
static enum err_code check_choice(const struct app *app,
    const struct snapshot *s, const json_t *parameters, struct err *e)
{
	const struct record **list;
	size_t n;
	struct err why = ERR_INIT;
	enum err_code rc = choice_find(app, s, parameters, &list, &n, &why);

	if (rc == ERR_OK)
		free(list);
	else
		err_set(e, rc, "%s. Nothing was started.", why.message);
	return rc;
}

static enum err_code check_all(
    const struct creation *c, json_t **ret_parameters, struct err *e)
{
	const struct snapshot *s;
	enum err_code rc = snapshots_current(c->app->snapshots, &s, e);
	json_t *full = NULL;

	if (rc != ERR_OK)
		return rc;
	rc = check_parameters(
	    s, c->wish->job, c->wish->parameters, c->errors, &full, e);
	if (rc == ERR_OK)
		rc = check_agreed(c->actor, c->wish->job, full, e);
	if (rc == ERR_OK)
		rc = check_policy(s, c->wish->job, full, e);
	if (rc == ERR_OK && job_scope_of(c->wish->job, full) != JOB_DEVICE)
		rc = check_choice(c->app, s, full, e);
	snapshot_unref(s);
	if (rc != ERR_OK)
		json_decref(full);
	else
		*ret_parameters = full;
	return rc;
}

/* What is sent is settled now, and on record. */
static enum err_code add_teardown(
    const struct creation *c, json_t *doc, const char *name, struct err *e)
{
	struct buf text = BUF_INIT(INTENDED_MAX);
	const struct record *device;
	const struct snapshot *s;
	enum err_code rc = snapshots_current(c->app->snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	device = snapshot_find(s, KIND_DEVICE, name);
	rc = device ? teardown_make(c->app, s, device, &text, e)
		    : err_set(e, ERR_CONFLICT, "%s is gone", name);
	if (rc == ERR_OK &&
	    !json_set_text(doc, "teardown", buf_text(&text), text.len))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	snapshot_unref(s);
	buf_release(&text);
	return rc;
}

static enum err_code make_doc(const struct creation *c, const char *id,
    const json_t *full, json_t **ret, struct err *e)
{
	const char *device = json_text(full, "device", NULL);
	bool one = job_scope_of(c->wish->job, full) == JOB_DEVICE;
	json_t *doc = run_doc_new(id, c->wish->job, c->actor->via,
	    c->actor->name, full, one ? device : NULL);
	enum err_code rc = ERR_OK;

	if (!doc ||
	    (c->wish->origin && json_object_update_missing(
				    doc, (json_t *)(uintptr_t)c->wish->origin)))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK && c->wish->job->id == JOB_TEARDOWN && one)
		rc = add_teardown(c, doc, device, e);
	if (rc == ERR_OK)
		*ret = doc;
	else
		json_decref(doc);
	return rc;
}

static enum err_code create_with_id(
    const struct creation *c, const char *id, json_t **ret_doc, struct err *e)
{
	json_t *full, *doc = NULL;
	enum err_code rc = check_all(c, &full, e);

	if (rc != ERR_OK)
		return rc;
	rc = make_doc(c, id, full, &doc, e);
	json_decref(full);
	if (rc != ERR_OK)
		return rc;
	rc = enqueue(c->app, id, doc, e);
	if (rc != ERR_OK)
		json_decref(doc);
	else
		*ret_doc = doc;
	return rc;
}

/* A key that is used again for something else is a mistake, or a form that was
 * gone back to and changed: the answer must not say that it was started. */
static enum err_code check_same(
    const struct creation *c, const json_t *doc, struct err *e)
{
	json_t *full =
	    schema_complete(&c->wish->job->parameters, c->wish->parameters);
	bool same = full &&
		    json_equal(full, json_object_get(doc, "parameters")) &&
		    strcmp(c->wish->job->name, json_text(doc, "job", "")) == 0;

	if (!full)
		return err_set(e, ERR_SYSTEM, "out of memory");
	json_decref(full);
	if (same)
		return ERR_OK;
	return err_set(e, ERR_CONFLICT,
	    "this request was made before with other parameters, and started "
	    "run %s. Nothing was started now; send it again as a new one",
	    json_text(doc, "id", ""));
}

/* What the key already stands for; ERR_NOT_FOUND if its run was never
 * queued. */
static enum err_code read_bound(
    const struct creation *c, const char *id, json_t **ret_doc, struct err *e)
{
	json_t *doc;
	enum err_code rc = runs_read(c->app, id, &doc, e);

	if (rc != ERR_OK)
		return rc;
	rc = check_same(c, doc, e);
	if (rc == ERR_OK)
		*ret_doc = doc;
	else
		json_decref(doc);
	return rc;
}

/* Of runs that are asked for in one millisecond, one pair in four million would
 * have the same id. */
static void choose_id(const struct app *app, char id[RUN_ID_SIZE])
{
	do
		run_id_new(id);
	while (queue_holds(app->dir, id));
}

/* Binding and queueing are one step for others: whoever finds the key bound
 * and no run knows that the one who bound it died, and queues it under the
 * same id. */
static enum err_code create_keyed(
    const struct creation *c, json_t **ret_doc, struct err *e)
{
	char id[RUN_ID_SIZE];
	bool bound = false;
	int lock;
	enum err_code rc = queue_lock(c->app->dir, &lock, e);

	if (rc != ERR_OK)
		return rc;
	choose_id(c->app, id);
	rc = bind_key(c->app, c->actor, c->wish->key, id, &bound, e);
	if (rc == ERR_OK && bound)
		rc = read_bound(c, id, ret_doc, e);
	if ((rc == ERR_OK && !bound) || rc == ERR_NOT_FOUND)
		rc = create_with_id(c, id, ret_doc, e);
	queue_unlock(lock);
	return rc;
}

enum err_code runs_create(const struct app *app, const struct actor *actor,
    const struct run_wish *wish, json_t **ret_doc, struct err *e)
{
	struct schema_errors nobody = { 0 };
	struct creation c = { app, actor, wish,
		wish->errors ? wish->errors : &nobody };
	char id[RUN_ID_SIZE];
	enum err_code rc = actor_require(actor, wish->job->permission, e);

	if (rc == ERR_OK)
		rc = check_actor(actor, e);
	if (rc != ERR_OK)
		return rc;
	if (wish->key)
		return create_keyed(&c, ret_doc, e);
	choose_id(app, id);
	return create_with_id(&c, id, ret_doc, e);
}

/* --- cancelling ---------------------------------------------------------- */

/* ERR_CONFLICT if there is nothing left to cancel. */
static enum err_code check_cancel(
    const struct app *app, const char *id, struct err *e)
{
	json_t *doc;
	enum err_code rc = runs_read(app, id, &doc, e);

	if (rc != ERR_OK)
		return rc;
	if (run_doc_has_ended(doc))
		rc = err_set(e, ERR_CONFLICT, "run %s has ended already: %s",
		    id, json_text(doc, "state", ""));
	json_decref(doc);
	return rc;
}

enum err_code runs_cancel(const struct app *app, const struct actor *actor,
    const char *id, struct err *e)
{
	struct err moved = ERR_INIT;
	enum err_code rc = actor_require(actor, MAY_RUN, e);

	if (rc == ERR_OK)
		rc = check_cancel(app, id, e);
	/* the mark first: whoever claims it now sees it */
	if (rc == ERR_OK)
		rc = queue_request_cancel(app->dir, id, actor->name, e);
	if (rc == ERR_OK &&
	    queue_move(app->dir, id, QUEUE_QUEUED, QUEUE_CANCELLED, &moved) !=
		ERR_OK &&
	    moved.code != ERR_NOT_FOUND) {
		rc = moved.code;
		if (e)
			*e = moved;
	}
	return rc;
}
