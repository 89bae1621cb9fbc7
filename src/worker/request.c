#include "worker/reach.h"

#include "app/device_facts.h"
#include "app/job_settings.h"
#include "app/runs.h"
#include "app/teardown.h"
#include "base/file.h"
#include "base/json.h"
#include "domain/backup_map.h"

#include <string.h>

#define MAX_CONFIG ((size_t)16 * 1024 * 1024)
#define MAX_MAP ((size_t)256 * 1024)
#define MAX_PLAN ((size_t)64 * 1024 * 1024)

json_t *request_pins(const struct snapshot *s, const char *device)
{
	const struct record *r = snapshot_find(s, KIND_HOSTKEY, device);
	json_t *list = json_array();

	for (size_t i = 0; r && i < record_count(r, HOSTKEY_KEYS); i++)
		json_array_append_new(
		    list, json_string(record_item(r, HOSTKEY_KEYS, i)));
	return list;
}

static json_t *credentials_of(const struct record *secret)
{
	return json_pack("{s:s, s:s, s:s}", "provider",
	    record_text(secret, SECRET_PROVIDER), "reference",
	    record_text(secret, SECRET_REFERENCE), "username",
	    record_text(secret, SECRET_USERNAME));
}

static enum err_code add_intended(struct worker *w, const struct snapshot *s,
    struct live_run *run, json_t *request, struct err *e)
{
	struct buf text = BUF_INIT(MAX_CONFIG);
	char commit[STORE_OID_TEXT_SIZE];
	struct blob_id blob;
	enum err_code rc;

	if (!snapshot_config(s, PATH_INTENDED, run->device, &blob))
		return err_set(e, ERR_NOT_FOUND,
		    "%s has no intended configuration; nothing was changed",
		    run->device);
	rc = store_read_blob(w->app.store, &blob, &text, e);
	if (rc == ERR_OK &&
	    !json_set_text(request, "intended", buf_text(&text), text.len))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	buf_release(&text);
	commit_id_format(snapshot_commit(s), commit);
	json_object_set_new(run_doc_device(run->doc, run->device),
	    "intended_commit", json_string(commit));
	return rc;
}

static bool add_parameters(json_t *request, const json_t *p)
{
	json_t *hash = json_object_get(p, "diff_hash");

	if (hash && json_object_set(request, "diff_hash", hash) != 0)
		return false;
	return json_object_set_new(request, "dry_run",
		   json_boolean(json_flag(p, "dry_run", true))) == 0 &&
	       json_object_set_new(request, "replace",
		   json_boolean(json_flag(p, "replace_config", false))) == 0 &&
	       json_object_set_new(request, "commit",
		   json_boolean(json_flag(p, "commit_changes", true))) == 0;
}

static bool add_times(json_t *request, const struct record *platform)
{
	return json_object_set_new(request, "connect_s",
		   json_integer(record_number(
		       platform, PLATFORM_CONNECT_TIMEOUT, 10))) == 0 &&
	       json_object_set_new(request, "command_s",
		   json_integer(record_number(
		       platform, PLATFORM_COMMAND_TIMEOUT, 30))) == 0;
}

/* What is empty is left out: the driver's first transport, no authority. */
static bool add_transport(
    json_t *request, const struct record *platform, const struct record *device)
{
	const char *transport = record_text(device, DEVICE_TRANSPORT);
	const char *ca_file = record_text(platform, PLATFORM_CA_FILE);

	if (!*transport)
		transport = record_text(platform, PLATFORM_TRANSPORT);
	return json_object_set_new(request, "ssh_port",
		   json_integer(
		       record_number(platform, PLATFORM_SSH_PORT, 22))) == 0 &&
	       (!*transport || json_object_set_new(request, "transport",
				   json_string(transport)) == 0) &&
	       (!*ca_file || json_object_set_new(request, "ca_file",
				 json_string(ca_file)) == 0);
}

/* A jump host that belongs to the platform is itself reached directly. */
static enum err_code add_jump(json_t *request, const struct snapshot *s,
    const struct record *platform, const struct record *device, struct err *e)
{
	const char *name = record_text(device, DEVICE_JUMP);
	const struct record *host, *secret = NULL;
	char address[16];
	int prefix, port;
	json_t *jump;

	if (!*name)
		name = record_text(platform, PLATFORM_JUMP);
	if (!*name || strcmp(name, record_key(device)) == 0)
		return ERR_OK;
	host = snapshot_find(s, KIND_DEVICE, name);
	if (host)
		secret = snapshot_credentials(s, host);
	if (!secret || !schema_parse_ipv4(record_text(host, DEVICE_PRIMARY_IP4),
			   address, &prefix, &port))
		return err_set(e, ERR_CONFLICT,
		    "%s, the jump host of %s, lacks an address or credentials. "
		    "Nothing was changed.",
		    name, record_key(device));
	jump = json_pack("{s:s, s:s, s:i, s:o, s:o}", "device", name, "address",
	    address, "port", port, "pins", request_pins(s, name), "credentials",
	    credentials_of(secret));
	return jump && json_object_set_new(request, "jump", jump) == 0
		   ? ERR_OK
		   : err_set(e, ERR_SYSTEM, "out of memory");
}

/* The value of the device's credentials is not in it, nor in what is kept of
 * it: the session reads it. */
enum err_code request_make_greet(const struct snapshot *s, const char *device,
    int port, json_t **ret, struct err *e)
{
	const struct record *r = snapshot_find(s, KIND_DEVICE, device);
	const struct record *platform =
	    r ? snapshot_find(s, KIND_PLATFORM, record_text(r, DEVICE_PLATFORM))
	      : NULL;
	const struct record *secret = r ? snapshot_credentials(s, r) : NULL;
	char address[16];
	int prefix, ignored;
	json_t *rq;
	enum err_code rc;

	if (!platform || !secret ||
	    !schema_parse_ipv4(
		record_text(r, DEVICE_PRIMARY_IP4), address, &prefix, &ignored))
		return err_set(e, ERR_CONFLICT, "it lacks credentials");
	rq = json_pack("{s:s, s:s, s:s, s:i, s:o, s:s, s:o}", "type", "greet",
	    "device", device, "address", address, "port", port, "pins",
	    request_pins(s, device), "secret", record_key(secret),
	    "credentials", credentials_of(secret));
	rc = rq && add_times(rq, platform)
		 ? add_jump(rq, s, platform, r, e)
		 : err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		*ret = rq;
	else
		json_decref(rq);
	return rc;
}

static enum err_code make_base(const struct snapshot *s, struct live_run *run,
    bool settle, json_t **ret, struct err *e)
{
	const json_t *p = json_object_get(run->doc, "parameters");
	const struct record *device =
	    snapshot_find(s, KIND_DEVICE, run->device);
	const struct record *platform, *secret;
	char address[16], why[256];
	int prefix, port;
	json_t *rq;

	if (!device)
		return err_set(e, ERR_NOT_FOUND,
		    "device %s is no longer in the inventory; nothing was "
		    "changed",
		    run->device);
	if (!settle && runs_refusal(s, run->job, device,
			   job_may_change_device(run->job, p), why))
		return err_set(e, ERR_CONFLICT, "%s Nothing was changed.", why);
	platform = snapshot_find(
	    s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM));
	secret = snapshot_credentials(s, device);
	if (!platform || !secret ||
	    !schema_parse_ipv4(record_text(device, DEVICE_PRIMARY_IP4), address,
		&prefix, &port))
		return err_set(e, ERR_CONFLICT,
		    "%s lacks a platform, an address or credentials",
		    run->device);
	if (!port)
		port = (int)record_number(platform, PLATFORM_PORT, 0);
	rq = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:o, s:o}",
	    "type", "run", "mode", settle ? "settle" : "run", "job",
	    run->job->name, "device", run->device, "driver",
	    record_text(platform, PLATFORM_DRIVER), "address", address, "port",
	    port, "limit_s", (int)run->time_limit_s, "pins",
	    request_pins(s, run->device), "credentials",
	    credentials_of(secret));
	if (!rq || !add_parameters(rq, p) || !add_times(rq, platform) ||
	    !add_transport(rq, platform, device)) {
		json_decref(rq);
		rq = NULL;
	}
	if (!rq)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = rq; /* the caller's to free, whatever comes */
	return add_jump(rq, s, platform, device, e);
}

/* A run over the store: the process reads the rest there. */
static enum err_code make_store_request(
    const struct live_run *run, bool settle, json_t **ret, struct err *e)
{
	json_t *rq = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:O}", "type",
	    "run", "mode", settle ? "settle" : "run", "job", run->job->name,
	    "run", run->id, "actor", json_text(run->doc, "actor", ""),
	    "trigger", json_text(run->doc, "trigger", ""), "parameters",
	    json_object_get(run->doc, "parameters"));

	if (!rq)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = rq;
	return ERR_OK;
}

static enum err_code add_plan(
    struct worker *w, struct live_run *run, json_t *request, struct err *e)
{
	struct buf text = BUF_INIT(MAX_PLAN);
	char path[LIVE_PATH_SIZE];
	enum err_code rc = ERR_OK;

	if (!run->plan) {
		live_path(w, run, "plan.json", path);
		rc = file_read_regular(path, &text, e);
		if (rc == ERR_OK)
			rc = json_read(
			    buf_text(&text), text.len, text.max, &run->plan, e);
		buf_release(&text);
	}
	if (rc == ERR_OK) {
		json_object_set(request, "snapshot",
		    json_object_get(run->plan, "snapshot"));
		json_object_set(request, "predicted",
		    json_object_get(run->plan, "predicted"));
		json_object_set(
		    request, "base", json_object_get(run->plan, "base"));
	}
	return rc;
}

static enum err_code add_known(const struct snapshot *s,
    const struct live_run *run, json_t *request, struct err *e)
{
	const struct record *r = snapshot_find(s, KIND_DEVICE, run->device);
	json_t *record = r ? record_to_json(r) : NULL;
	json_t *known = record ? device_facts_known(record) : NULL;
	bool ok = known && json_object_set_new(request, "known", known) == 0;

	json_decref(record);
	return ok ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

/* A run of one device has settled them; of many each has its own. */
static enum err_code add_teardown(struct worker *w, const struct snapshot *s,
    struct live_run *run, json_t *request, struct err *e)
{
	struct buf text = BUF_INIT(MAX_CONFIG);
	enum err_code rc = ERR_OK;

	if (!json_object_get(run->doc, "teardown")) {
		rc = teardown_make(&w->app, s,
		    snapshot_find(s, KIND_DEVICE, run->device), &text, e);
		if (rc == ERR_OK && !json_set_text(run->doc, "teardown",
					buf_text(&text), text.len))
			rc = err_set(e, ERR_SYSTEM, "out of memory");
		buf_release(&text);
	}
	if (rc == ERR_OK)
		json_object_set(
		    request, "intended", json_object_get(run->doc, "teardown"));
	return rc;
}

static enum err_code add_questions(
    const struct backup_map *map, json_t *request, struct err *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < map->n; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:i}", "name", map->commands[i].name,
			"command", map->commands[i].command, "timeout_s",
			(int)map->commands[i].timeout_s));
	if (json_array_size(list) == map->n &&
	    json_object_set_new(request, "questions", list) == 0)
		return ERR_OK;
	return err_set(e, ERR_SYSTEM, "out of memory");
}

/* What the platform asks for beside the configuration.  A record that was
 * pushed may be wrong: then nothing is asked at all. */
static enum err_code add_map(const struct snapshot *s,
    const struct live_run *run, json_t *request, struct err *e)
{
	struct arena *arena = arena_new(MAX_MAP);
	struct backup_map map;
	enum err_code rc = arena
			       ? outputs_map_of(s, run->device, arena, &map, e)
			       : err_set(e, ERR_SYSTEM, "out of memory");

	if (rc == ERR_OK)
		rc = add_questions(&map, request, e);
	arena_free(arena);
	return rc;
}

enum err_code request_make(struct worker *w, struct live_run *run, bool settle,
    json_t **ret, struct err *e)
{
	const struct snapshot *s;
	json_t *request = NULL;
	char why[256];
	enum err_code rc = snapshots_current(w->app.snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	run->time_limit_s = job_settings_of(s, run->job).time_limit_s;
	if (!settle && job_settings_refusal(s, run->job, why))
		rc = err_set(e, ERR_CONFLICT, "%s Nothing was changed.", why);
	else if (run->scope == JOB_STORE)
		rc = make_store_request(run, settle, &request, e);
	else if (run->job->scope == JOB_SWEEP)
		rc = reach_make_request(w, s, run, &request, e);
	else
		rc = make_base(s, run, settle, &request, e);
	if (rc == ERR_OK && settle)
		rc = add_plan(w, run, request, e);
	else if (rc == ERR_OK && run->job->id == JOB_DISCOVER)
		rc = add_known(s, run, request, e);
	else if (rc == ERR_OK && run->job->id == JOB_BACKUP)
		rc = add_map(s, run, request, e);
	else if (rc == ERR_OK && run->job->id == JOB_TEARDOWN)
		rc = add_teardown(w, s, run, request, e);
	else if (rc == ERR_OK && run->job->id == JOB_PROVISION)
		rc = add_intended(w, s, run, request, e);
	snapshot_unref(s);
	if (rc != ERR_OK)
		json_decref(request);
	else
		*ret = request;
	return rc;
}
