/*
 * How a request begins and ends, whatever it asks for.
 */
#include "app/server_internal.h"

#include "app/run_doc.h"
#include "app/runs.h"
#include "base/json.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

/* Giving back what was claimed gets time of its own. */
#define RELEASE_MS 10000
#define ARENA_MAX ((size_t)64 * 1024 * 1024)

enum err_code server_work_begin(struct servers *sv, struct server_run *run,
    struct server_work *w, struct err *e)
{
	*w = (struct server_work){ .sv = sv,
		.run = run,
		.deadline = deadline_in_ms(SERVER_REQUEST_MS) };
	w->arena = arena_new(ARENA_MAX);
	if (!w->arena)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return server_connect(sv, &w->c, e);
}

static json_t *server_answer(const struct server_work *w, const char *message)
{
	const struct baremetal_node *node = &w->node;

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "operation_id",
	    node->uuid, "server_id", node->uuid, "server_name", node->name,
	    "status", server_status_words[SERVER_ACCEPTED], "message", message,
	    "started_at", json_text(w->run->doc, "started_at", ""), "run_id",
	    w->run->id);
}

/* An error in the words of servers.h.  What Ironic refuses by its own rules
 * goes to the caller with Ironic's reason. */
static enum err_code explain(const struct server_work *w, const char *id,
    enum err_code rc, struct err *e)
{
	if (!w->c) /* in its own words already */
		return rc;
	if (rc == ERR_STALE)
		return err_set(e, ERR_CONFLICT,
		    "Server %.255s is locked by "
		    "Ironic; nothing was done. Try again in a moment",
		    id);
	if (rc == ERR_NOT_FOUND || rc == ERR_CONFLICT || rc == ERR_INVALID)
		return rc;
	return server_explain(id, rc, e);
}

enum err_code server_work_end(struct server_work *w, const char *id,
    enum err_code rc, const char *result, json_t **ret, struct err *e)
{
	enum run_state state = RUN_SUCCEEDED;
	struct err late = ERR_INIT;
	json_t *answer = NULL;
	char sentence[1200];

	if (rc == ERR_OK) {
		answer = server_answer(w, result);
		snprintf(sentence, sizeof(sentence), "%s", result);
	} else {
		state = rc == ERR_UNKNOWN_OUTCOME ? RUN_UNKNOWN : RUN_FAILED;
		snprintf(sentence, sizeof(sentence), "%s", e->message);
		server_run_log(w->run, "error", "%s", e->message);
	}
	w->deadline = deadline_in_ms(RELEASE_MS);
	if (state == RUN_FAILED && server_release(w, &late) != ERR_OK) {
		state = RUN_UNKNOWN;
		server_run_log(w->run, "error",
		    "the server could not be given back: %s", late.message);
	}
	if (rc == ERR_DENIED && w->c)
		server_forget_connection(w->sv, w->c);
	if (rc != ERR_OK)
		rc = explain(w, id, rc, e);
	server_run_end(
	    w->run, state, answer, rc == ERR_OK ? NULL : e, sentence);
	server_list_forget(w->sv);
	server_disconnect(w->c);
	arena_free(w->arena);
	if (rc == ERR_OK && !answer)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		*ret = answer;
	return rc;
}

/* --- repetitions --------------------------------------------------------- */

static enum err_code code_of(const char *word)
{
	for (int code = ERR_INVALID; code <= ERR_CANCELLED; code++) {
		if (strcmp(err_code_word((enum err_code)code), word) == 0)
			return (enum err_code)code;
	}
	return ERR_SYSTEM;
}

/* What settling found, for whoever asks again. */
static json_t *settled_answer(const json_t *doc)
{
	const json_t *server = json_object_get(doc, "server");

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "operation_id",
	    json_text(server, "uuid", ""), "server_id",
	    json_text(server, "uuid", ""), "server_name",
	    json_text(server, "name", ""), "status",
	    server_status_words[SERVER_ACCEPTED], "message",
	    json_text(doc, "result", ""), "started_at",
	    json_text(doc, "started_at", ""), "run_id",
	    json_text(doc, "id", ""));
}

/* What a config drive holds may be secret: only its members and size are
 * recorded. */
static json_t *drive_parameter(const json_t *drive)
{
	json_t *members = json_array();
	struct buf text = BUF_INIT(SERVER_MAX_CONFIG_DRIVE);
	const char *name;
	json_t *value, *o;

	json_object_foreach((json_t *)(uintptr_t)drive, name, value)
	    json_array_append_new(members, json_string(name));
	if (json_write_line(drive, &text, NULL) != ERR_OK)
		buf_clear(&text);
	o = json_pack(
	    "{s:o, s:I}", "members", members, "bytes", (json_int_t)text.len);
	buf_release(&text);
	return o;
}

/* A wish as the run's parameters: without what may be secret. */
static json_t *parameters_of(const struct server_wish *wish)
{
	const struct {
		const char *key, *text;
	} texts[] = {
		{ "server_id", wish->server_id },
		{ "resource_class", wish->resource_class },
		{ "image_id", wish->image_id },
		{ "reason", wish->reason },
	};
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].text)
			json_object_set_new(
			    o, texts[i].key, json_string(texts[i].text));
	}
	if (wish->traits && json_array_size(wish->traits))
		json_object_set(o, "traits", (json_t *)(uintptr_t)wish->traits);
	if (wish->config_drive)
		json_object_set_new(
		    o, "config_drive", drive_parameter(wish->config_drive));
	return o;
}

/* The answer to a request of which this is the run. */
static enum err_code replay(const json_t *prior, json_t **ret, struct err *e)
{
	const json_t *problem = json_object_get(prior, "problem");
	json_t *answer = json_object_get(prior, "answer");
	enum run_state state = run_doc_state(prior);

	if (state == RUN_SUCCEEDED) {
		*ret = answer ? json_incref(answer) : settled_answer(prior);
		return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
	}
	if (state == RUN_RUNNING)
		return err_set(e, ERR_CONFLICT,
		    "the request with this Idempotency-Key is still being "
		    "carried out");
	if (state == RUN_UNKNOWN) {
		err_set(e, ERR_REMOTE, "Failed to communicate with Ironic");
		err_detail(
		    e, "run %s is not settled yet", json_text(prior, "id", ""));
		return ERR_REMOTE;
	}
	return err_set(e, code_of(json_text(problem, "code", "")), "%s",
	    json_text(problem, "message", json_text(prior, "result", "")));
}

enum err_code server_begin(struct servers *sv, const struct actor *actor,
    const struct server_wish *wish, struct server_run *run,
    json_t **ret_replayed, struct err *e)
{
	json_t *parameters = parameters_of(wish), *prior = NULL;
	enum err_code rc;

	*ret_replayed = NULL;
	if (!parameters)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*run = (struct server_run){
		.app = sv->app, .action = wish->action, .lock = -1
	};
	rc = server_run_begin(run, actor, wish, parameters, &prior, e);
	if (rc == ERR_OK && prior && !run_doc_has_ended(prior)) {
		server_settle_one(sv, run->id);
		json_decref(prior);
		prior = NULL;
		rc = runs_read(sv->app, run->id, &prior, e);
	}
	if (rc == ERR_OK && prior &&
	    (!json_equal(json_object_get(prior, "parameters"), parameters) ||
		strcmp(json_text(prior, "job", "") + strlen("server-"),
		    server_action_get(wish->action)->name) != 0))
		rc = err_set(e, ERR_CONFLICT,
		    "this Idempotency-Key was used "
		    "for another request; nothing was done");
	else if (rc == ERR_OK && prior)
		rc = replay(prior, ret_replayed, e);
	json_decref(prior);
	json_decref(parameters);
	return rc;
}

enum err_code servers_ask(struct servers *sv, const struct actor *actor,
    const struct server_wish *wish, struct schema_errors *errors, json_t **ret,
    struct err *e)
{
	if (wish->action == SERVER_PROVISION)
		return server_provision(sv, actor, wish, errors, ret, e);
	return server_act(sv, actor, wish, ret, e);
}
