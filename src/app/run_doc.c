#include "app/run_doc.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static bool set_text(json_t *doc, const char *key, const char *text)
{
	return json_object_set_new(doc, key, json_string(text)) == 0;
}

void run_id_new(char id[RUN_ID_SIZE])
{
	uint32_t random;

	random_bytes(&random, sizeof(random));
	run_id_format(clock_wall_ms(), random, id);
}

json_t *run_doc_new(const char *id, const struct job *job,
    enum run_trigger trigger, const char *actor, const json_t *parameters,
    const char *device)
{
	json_t *doc = json_object();
	char now[CLOCK_TEXT_SIZE];
	bool ok;

	clock_format_utc(clock_wall_ms(), now);
	ok =
	    doc && set_text(doc, "id", id) && set_text(doc, "job", job->name) &&
	    set_text(doc, "state", run_state_words[RUN_QUEUED]) &&
	    set_text(doc, "trigger", run_trigger_words[trigger]) &&
	    set_text(doc, "actor", actor) && set_text(doc, "created_at", now) &&
	    json_object_set_new(
		doc, "parameters", json_deep_copy(parameters)) == 0 &&
	    json_object_set_new(doc, "devices", json_array()) == 0 &&
	    (!device || run_doc_device(doc, device));
	if (!ok) {
		json_decref(doc);
		return NULL;
	}
	return doc;
}

enum run_state run_doc_state(const json_t *doc)
{
	enum run_state state = RUN_FAILED;

	(void)run_state_parse(json_text(doc, "state", ""), &state);
	return state;
}

void run_doc_set_state(json_t *doc, enum run_state to, int64_t now_ms)
{
	char now[CLOCK_TEXT_SIZE];
	size_t i;
	json_t *device;

	assert(run_state_may_follow(run_doc_state(doc), to));
	clock_format_utc(now_ms, now);
	set_text(doc, "state", run_state_words[to]);
	if (to == RUN_RUNNING)
		set_text(doc, "started_at", now);
	if (run_state_is_final(to))
		set_text(doc, "finished_at", now);
	json_array_foreach(json_object_get(doc, "devices"), i, device)
	{
		enum run_state was = run_doc_state(device);

		if (!run_state_is_final(was))
			set_text(device, "state", run_state_words[to]);
	}
}

void run_doc_give_up(json_t *doc, int64_t now_ms)
{
	char now[CLOCK_TEXT_SIZE];

	clock_format_utc(now_ms, now);
	set_text(doc, "finished_at", now);
}

bool run_doc_has_ended(const json_t *doc)
{
	return run_state_is_final(run_doc_state(doc)) ||
	       json_object_get(doc, "finished_at") != NULL;
}

void run_doc_set_result(json_t *doc, const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!json_set_text(doc, "result", text, strlen(text)))
		set_text(doc, "result", "(out of memory)");
}

json_t *run_doc_device(json_t *doc, const char *name)
{
	json_t *devices = json_object_get(doc, "devices");
	json_t *device;
	size_t i;

	if (!*name)
		return NULL;
	json_array_foreach(devices, i, device)
	{
		if (strcmp(json_text(device, "name", ""), name) == 0)
			return device;
	}
	device = json_pack("{s:s, s:s}", "name", name, "state",
	    json_text(doc, "state", "queued"));
	if (!device || json_array_append_new(devices, device) != 0)
		return NULL;
	return device;
}

void run_doc_end_devices(json_t *doc, enum run_state state, const char *result)
{
	json_t *device;
	size_t i;

	json_array_foreach(json_object_get(doc, "devices"), i, device)
	{
		if (run_state_is_final(run_doc_state(device)))
			continue;
		set_text(device, "state", run_state_words[state]);
		if (state != RUN_SUCCEEDED)
			(void)!json_set_text(
			    device, "result", result, strlen(result));
	}
}

bool run_doc_takes_actor(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= RUN_ACTOR_MAX && utf8_is_valid(name, len) &&
	       text_has_no_control(name, len, false) && !strpbrk(name, "<>") &&
	       name[0] != ' ' && name[len - 1] != ' ';
}

enum err_code run_doc_parse(
    const char *text, size_t len, json_t **ret, struct err *e)
{
	enum run_state state;
	enum run_trigger trigger;
	json_t *doc;
	enum err_code rc;

	rc = json_read(text, len, RUN_DOC_MAX, &doc, e);
	if (rc != ERR_OK)
		return rc;
	if (!run_id_is_valid(json_text(doc, "id", "")) ||
	    !run_state_parse(json_text(doc, "state", ""), &state) ||
	    !run_trigger_parse(json_text(doc, "trigger", ""), &trigger) ||
	    !run_doc_takes_actor(json_text(doc, "actor", "unknown")) ||
	    !json_is_object(json_object_get(doc, "parameters")) ||
	    !json_is_array(json_object_get(doc, "devices"))) {
		json_decref(doc);
		return err_set(e, ERR_CORRUPT, "this is not a run document");
	}
	*ret = doc;
	return ERR_OK;
}
