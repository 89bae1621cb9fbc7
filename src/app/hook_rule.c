#include "app/hook_rule.h"

#include "app/device_view.h"
#include "app/job_parameters.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* --- does it want this change -------------------------------------------- */

bool hook_change_has(
    const struct record *old, const struct record *now, int field)
{
	if (!old || !now)
		return true;
	if (record_count(old, field) != record_count(now, field))
		return true;
	for (size_t i = 0; i < record_count(now, field); i++) {
		if (strcmp(record_item(old, field, i),
			record_item(now, field, i)) != 0)
			return true;
	}
	return strcmp(record_text(old, field), record_text(now, field)) != 0;
}

static bool list_allows(const struct record *hook, int field, const char *value)
{
	return record_count(hook, field) == 0 ||
	       record_contains(hook, field, value);
}

static bool area_allows(
    const struct snapshot *s, const struct record *hook, const char *area)
{
	for (size_t i = 0; i < record_count(hook, HOOK_AREAS); i++) {
		if (snapshot_area_within(
			s, area, record_item(hook, HOOK_AREAS, i)))
			return true;
	}
	return record_count(hook, HOOK_AREAS) == 0;
}

static bool tags_allow(const struct record *hook, const struct record *now)
{
	for (size_t i = 0; i < record_count(hook, HOOK_TAGS); i++) {
		if (record_contains(
			now, DEVICE_TAGS, record_item(hook, HOOK_TAGS, i)))
			return true;
	}
	return record_count(hook, HOOK_TAGS) == 0;
}

/* Of several who changed it together one who counts is enough. */
static bool actors_allow(const struct record *hook, const char *by)
{
	while (*by) {
		size_t n = strcspn(by, ",");
		char name[130];

		snprintf(
		    name, sizeof(name), "%.*s", (int)(n < 128 ? n : 128), by);
		if (list_allows(hook, HOOK_ACTORS, name) &&
		    !record_contains(hook, HOOK_EXCEPT_ACTORS, name))
			return true;
		by += n;
		by += strspn(by, ", ");
	}
	return false;
}

/* A view that is gone, or is of something else, holds nothing. */
static bool view_allows(const struct app *app, const struct snapshot *s,
    const struct record *hook, const struct record *now)
{
	const char *name = record_text(hook, HOOK_VIEW);
	struct device_view view;
	bool shown;

	if (!*name)
		return true;
	if (device_view_open(app, s, name, &view, NULL) != ERR_OK)
		return false;
	shown = device_view_shows(&view, now);
	device_view_release(&view);
	return shown;
}

static bool device_allows(const struct app *app, const struct snapshot *s,
    const struct record *hook, const struct record *now)
{
	return list_allows(hook, HOOK_ROLES, record_text(now, DEVICE_ROLE)) &&
	       list_allows(
		   hook, HOOK_PLATFORMS, record_text(now, DEVICE_PLATFORM)) &&
	       tags_allow(hook, now) &&
	       area_allows(s, hook, record_text(now, DEVICE_AREA)) &&
	       view_allows(app, s, hook, now);
}

/* False if no relevant field changed. */
static bool relevant_fields(const struct record *hook,
    const struct hook_change *change, char text[HOOK_FIELDS_SIZE])
{
	const struct schema *schema = &kind_get(KIND_DEVICE)->schema;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < schema->n_fields; i++) {
		const char *name = schema->fields[i].name;
		int n;

		if (!hook_change_has(change->old, change->now, (int)i) ||
		    !record_contains(hook, HOOK_FIELDS, name))
			continue;
		n = snprintf(text + used, HOOK_FIELDS_SIZE - used, "%s%s",
		    used ? ", " : "", name);
		if (n < 0 || (size_t)n >= HOOK_FIELDS_SIZE - used)
			break;
		used += (size_t)n;
	}
	return used > 0;
}

bool hook_rule_wants(const struct app *app, const struct snapshot *s,
    const struct record *hook, const struct hook_change *change,
    char fields[HOOK_FIELDS_SIZE])
{
	fields[0] = '\0';
	if (!record_flag(hook, HOOK_ENABLED) || !change->now)
		return false;
	if (!change->old && !record_flag(hook, HOOK_ON_CREATE))
		return false;
	if (change->old && (!record_flag(hook, HOOK_ON_UPDATE) ||
			       !relevant_fields(hook, change, fields)))
		return false;
	return device_allows(app, s, hook, change->now) &&
	       actors_allow(hook, change->by);
}

/* --- the run ------------------------------------------------------------- */

static const struct job *job_of(const struct record *hook)
{
	return job_holder_find_job(
	    job_holder_of(KIND_HOOK), record_text(hook, HOOK_JOB));
}

static bool takes(const struct job *job, const char *parameter)
{
	return schema_find(&job->parameters, parameter) >= 0;
}

static enum device_status status_of(const struct record *device)
{
	enum device_status status = STATUS_INVENTORY;

	(void)device_status_parse(record_text(device, DEVICE_STATUS), &status);
	return status;
}

/* The hook's own, then what every hook says. */
static json_t *parameters_of(const struct record *hook, const struct job *job,
    const char *device, bool dry)
{
	json_t *p = job_holder_parameters(job_holder_of(KIND_HOOK), hook);

	if (!p)
		return NULL;
	json_object_set_new(p, "device", json_string(device));
	if (takes(job, "dry_run"))
		json_object_set_new(p, "dry_run", json_boolean(dry));
	if (takes(job, "replace_config"))
		json_object_set_new(p, "replace_config", json_false());
	return p;
}

static json_t *origin_of(const struct snapshot *s, const struct record *hook,
    const struct hook_change *change, const char *fields, bool dry)
{
	const struct record *now = change->now;
	const struct record *platform =
	    snapshot_find(s, KIND_PLATFORM, record_text(now, DEVICE_PLATFORM));
	char validated[400];

	snprintf(validated, sizeof(validated),
	    "platform %s, driver %s, primary IPv4 %s, status %s%s",
	    record_text(now, DEVICE_PLATFORM),
	    platform ? record_text(platform, PLATFORM_DRIVER) : "none",
	    record_text(now, DEVICE_PRIMARY_IP4),
	    record_text(now, DEVICE_STATUS),
	    dry && !record_flag(hook, HOOK_DRY_RUN) ? " (so a dry run)" : "");
	return json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:s}}", "hook", "name",
	    record_key(hook), "action", change->old ? "updated" : "created",
	    "by", change->by, "commit", change->commit, "fields", fields,
	    "validated", validated);
}

static enum err_code begin(const struct app *app, const struct actor *actor,
    const struct run_wish *wish, json_t **ret_doc, struct err *e)
{
	if (!wish->parameters || !wish->origin)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return runs_create(app, actor, wish, ret_doc, e);
}

enum err_code hook_rule_start(const struct app *app, const struct snapshot *s,
    const struct record *hook, const struct hook_change *change,
    const char *fields, json_t **ret_doc, struct err *e)
{
	const struct job *job = job_of(hook);
	const char *device = record_key(change->now);
	enum device_status status = status_of(change->now);
	bool dry = record_flag(hook, HOOK_DRY_RUN) || status != STATUS_ACTIVE;
	char actor_name[100], key[200];
	struct actor actor = { actor_name, ROLE_OPERATOR, TRIGGER_HOOK };
	json_t *parameters, *origin;
	enum err_code rc;

	*ret_doc = NULL;
	if (!policy_hook_ready(status))
		return ERR_OK;
	if (!job)
		return err_set(e, ERR_NOT_FOUND, "there is no job \"%.60s\"",
		    record_text(hook, HOOK_JOB));
	snprintf(
	    actor_name, sizeof(actor_name), "hook:%.64s", record_key(hook));
	snprintf(key, sizeof(key), "%s:%s", change->commit, device);
	parameters = parameters_of(hook, job, device, dry);
	origin = origin_of(s, hook, change, fields, dry);
	rc = begin(app, &actor,
	    &(struct run_wish){ .job = job,
		.parameters = parameters,
		.key = key,
		.origin = origin },
	    ret_doc, e);
	json_decref(parameters);
	json_decref(origin);
	return rc;
}

/* --- trying it ----------------------------------------------------------- */

static enum err_code check_try(const struct app *app, const struct snapshot *s,
    const struct record *hook, const struct record *device, struct err *e)
{
	const struct job *job = job_of(hook);
	enum device_status status = status_of(device);

	if (!job || (job->can_write && !takes(job, "dry_run")))
		return err_set(e, ERR_INVALID,
		    "its job has no dry run; nothing was started");
	if (!device_allows(app, s, hook, device))
		return err_set(e, ERR_CONFLICT,
		    "the filters of hook %s leave %s out; nothing was started",
		    record_key(hook), record_key(device));
	if (!policy_hook_ready(status))
		return err_set(e, ERR_CONFLICT,
		    "no hook acts on %s: its status is %s; nothing was started",
		    record_key(device), device_status_words[status]);
	return ERR_OK;
}

enum err_code hook_rule_try(const struct app *app, const struct actor *actor,
    const struct snapshot *s, const struct record *hook, const char *device,
    const char *key, json_t **ret_doc, struct err *e)
{
	const struct record *now = snapshot_find(s, KIND_DEVICE, device);
	struct hook_change change = { NULL, now, actor->name, "" };
	json_t *parameters, *origin;
	enum err_code rc;

	if (!now)
		return err_set(
		    e, ERR_INVALID, "there is no device \"%.80s\"", device);
	rc = check_try(app, s, hook, now, e);
	if (rc != ERR_OK)
		return rc;
	parameters = parameters_of(hook, job_of(hook), device, true);
	origin = origin_of(s, hook, &change, "", true);
	if (origin)
		json_object_set_new(json_object_get(origin, "hook"), "action",
		    json_string("tried"));
	rc = begin(app, actor,
	    &(struct run_wish){ .job = job_of(hook),
		.parameters = parameters,
		.key = key,
		.origin = origin },
	    ret_doc, e);
	json_decref(parameters);
	json_decref(origin);
	return rc;
}

/* --- the record ---------------------------------------------------------- */

static void check_reserved(const struct job_holder *h, const struct job *job,
    const struct record *now, struct schema_errors *errors)
{
	json_t *parameters = job_holder_parameters(h, now);

	for (size_t i = 0; i < job->parameters.n_fields; i++) {
		const struct field *f = &job->parameters.fields[i];

		if (job_holder_reserves(h, f->name) &&
		    json_object_get(parameters, f->name))
			schema_errors_add(errors,
			    &record_kind(now)->schema.fields[HOOK_PARAMETERS],
			    "%s is the hook's to say", f->name);
	}
	json_decref(parameters);
}

/* A view that shows no devices would keep the hook from all of them. */
static void check_view(const struct snapshot *s, const struct record *old,
    const struct record *now, struct schema_errors *errors)
{
	const char *name = record_text(now, HOOK_VIEW);
	struct err e = ERR_INIT;

	if (*name && snapshot_find(s, KIND_VIEW, name) &&
	    (!old || strcmp(record_text(old, HOOK_VIEW), name) != 0) &&
	    device_view_check(s, name, &e) != ERR_OK)
		schema_errors_add(errors,
		    &record_kind(now)->schema.fields[HOOK_VIEW], "%.190s",
		    e.message);
}

void hook_rule_check(const struct snapshot *s, const struct record *old,
    const struct record *now, struct schema_errors *errors)
{
	const struct job_holder *h = job_holder_of(KIND_HOOK);
	const struct job *job = job_of(now);
	size_t before = errors->n;

	if (!job || !takes(job, "device"))
		schema_errors_add(errors,
		    &record_kind(now)->schema.fields[HOOK_JOB],
		    "there is no job \"%.60s\" for a device",
		    record_text(now, HOOK_JOB));
	else
		check_reserved(h, job, now, errors);
	check_view(s, old, now, errors);
	if (errors->n == before)
		job_parameters_check_held(s, old, now, errors);
}
