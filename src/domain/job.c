#include "domain/job.h"

#include "base/json.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define DRY_RUN_FIELD \
	{ .name = "dry_run", .label = "Dry run", .type = FIELD_BOOL, \
	    .fallback = "true", \
	    .help = "Show what would change and leave the device as it is." }
#define REPLACE_FIELD \
	{ .name = "replace_config", \
	    .label = "Replace the whole configuration", .type = FIELD_BOOL, \
	    .fallback = "false", \
	    .help = "Off: merge the intended lines into what is there. On: " \
		    "also remove what is not intended." }
#define COMMIT_FIELD \
	{ .name = "commit_changes", .label = "Commit changes", \
	    .type = FIELD_BOOL, .fallback = "true", \
	    .help = "Off: load and compare on the device, then discard." }

static const struct field provision_fields[] = {
	[PROVISION_DEVICE] = { .name = "device", .label = "Device",
	    .required = true, .type = FIELD_REF, .ref = KIND_DEVICE },
	[PROVISION_DRY_RUN] = DRY_RUN_FIELD,
	[PROVISION_REPLACE] = REPLACE_FIELD,
	[PROVISION_COMMIT] = COMMIT_FIELD,
	[PROVISION_DIFF_HASH] = { .name = "diff_hash",
	    .label = "Only this difference", .type = FIELD_TEXT, .max_len = 64,
	    .help = "The diff_hash of a dry run: nothing is changed unless the "
		    "difference is still that one." },
};

/* As many as run again of those that failed. */
#define MAX_NAMED 20000

/* In the order of enum choice_parameter. */
#define CHOICE_FIELDS \
	[CHOICE_DEVICE] = { .name = "device", .label = "Device", \
	    .type = FIELD_REF, .ref = KIND_DEVICE }, \
	[CHOICE_DEVICES] = { .name = "devices", .label = "Devices", \
	    .type = FIELD_REFS, .ref = KIND_DEVICE, .max_len = MAX_NAMED, \
	    .help = "Names, separated by commas." }, \
	[CHOICE_AREA] = { .name = "area", .label = "Area", \
	    .type = FIELD_REF, .ref = KIND_AREA, \
	    .help = "With the areas inside it." }, \
	[CHOICE_ROLE] = { .name = "role", .label = "Role", \
	    .type = FIELD_REF, .ref = KIND_ROLE }, \
	[CHOICE_PLATFORM] = { .name = "platform", .label = "Platform", \
	    .type = FIELD_REF, .ref = KIND_PLATFORM }, \
	[CHOICE_TAG] = { .name = "tag", .label = "Tag", .type = FIELD_TEXT, \
	    .max_len = FIELD_MAX_LABEL }, \
	[CHOICE_VIEW] = { .name = "view", .label = "Saved view", \
	    .type = FIELD_REF, .ref = KIND_VIEW, \
	    .help = "The devices that it shows when the run starts." }, \
	[CHOICE_ALL] = { .name = "all", .label = "All devices", \
	    .type = FIELD_BOOL, .fallback = "false", \
	    .help = "Area, role, platform, tag and saved view together " \
		    "choose the devices that meet all of them; devices that " \
		    "are named come besides." }

#define RETRY_FIELDS \
	{ .name = "retries", .label = "Retries", .type = FIELD_INT, \
	    .min = 0, .max = 10, .fallback = "2", \
	    .help = "How often a device is tried again whose session failed " \
		    "before anything was changed. Refused sign-ins and host " \
		    "keys are not." }, \
	{ .name = "retry_after", .label = "Retry after (s)", \
	    .type = FIELD_INT, .min = 0, .max = 3600, .fallback = "30", \
	    .help = "Before the first retry; twice as long before each " \
		    "further one." }

#define WAVE_FIELDS \
	{ .name = "wave_percent", .label = "Second wave (%)", \
	    .type = FIELD_INT, .min = 1, .max = 100, .fallback = "10", \
	    .help = "After one device, this share of them; then the rest." }, \
	{ .name = "max_failed", .label = "Stop above (% failed)", \
	    .type = FIELD_INT, .min = 0, .max = 100, .fallback = "10", \
	    .help = "No further device is begun once more than this share " \
		    "of a wave failed. 100: go on whatever happens." }

static const struct field backup_fields[] = {
	CHOICE_FIELDS,
	RETRY_FIELDS,
	{ .name = "accept_smaller", .label = "Accept a smaller one",
	    .type = FIELD_BOOL, .fallback = "false",
	    .help = "Keep a configuration that is much smaller than the last "
		    "good backup." },
};

static const struct field generate_fields[] = {
	CHOICE_FIELDS,
	{ .name = "dry_run", .label = "Dry run", .type = FIELD_BOOL,
	    .fallback = "true",
	    .help = "Show what would change and write nothing." },
};

static const struct field reachability_fields[] = {
	CHOICE_FIELDS,
	{ .name = "timeout", .label = "Timeout (s)", .type = FIELD_INT,
	    .min = 1, .max = 30, .fallback = "2",
	    .help = "Of each probe, with its repetitions." },
	{ .name = "attempts", .label = "Attempts", .type = FIELD_INT, .min = 1,
	    .max = 10, .fallback = "3",
	    .help = "Of ICMP and SNMP within the timeout." },
	{ .name = "damping", .label = "Damping", .type = FIELD_INT, .min = 1,
	    .max = 10, .fallback = "2",
	    .help = "A device is called down, or up again, when as many "
		    "sweeps in a row found it so." },
};

static const struct field bulk_provision_fields[] = {
	CHOICE_FIELDS,
	DRY_RUN_FIELD,
	REPLACE_FIELD,
	COMMIT_FIELD,
	WAVE_FIELDS,
	RETRY_FIELDS,
};

static const struct field teardown_fields[] = {
	CHOICE_FIELDS,
	DRY_RUN_FIELD,
	{ .name = "archive", .label = "Archive the record",
	    .type = FIELD_BOOL, .fallback = "true",
	    .help = "Move the record and its configurations to archive/ once "
		    "the device has taken it." },
	WAVE_FIELDS,
	RETRY_FIELDS,
};

static const struct field compare_fields[] = {
	CHOICE_FIELDS,
	{ .name = "exact",
	    .label = "Exactly",
	    .type = FIELD_BOOL,
	    .fallback = "false",
	    .help = "Lines that nobody intended count, too. Off: who has all "
		    "that is intended is in sync, as after a merge." },
};

static const struct field discover_fields[] = {
	CHOICE_FIELDS,
	{ .name = "dry_run", .label = "Dry run", .type = FIELD_BOOL,
	    .fallback = "true",
	    .help = "Show what would change and leave the record as it is." },
	RETRY_FIELDS,
};

static const struct job jobs[JOB_COUNT] = {
	[JOB_PROVISION] = { JOB_PROVISION, "provision", "Provision device",
	    "Bring a device to its intended configuration.",
	    { provision_fields, COUNT(provision_fields) }, MAY_RUN,
	    POLICY_READ, POLICY_PUSH, true, 600, JOB_DEVICE, JOB_PROVISION },
	[JOB_BACKUP] = { JOB_BACKUP, "backup", "Back up configuration",
	    "Read the running configurations of devices into the store.",
	    { backup_fields, COUNT(backup_fields) }, MAY_RUN, POLICY_READ,
	    POLICY_READ, false, 120, JOB_FLEET, JOB_BACKUP },
	[JOB_GENERATE] = { JOB_GENERATE, "generate-intended",
	    "Generate intended configurations",
	    "Render the templates of devices into their intended "
	    "configurations, in one commit.",
	    { generate_fields, COUNT(generate_fields) }, MAY_EDIT, POLICY_READ,
	    POLICY_READ, false, 3600, JOB_STORE, JOB_GENERATE },
	[JOB_REACHABILITY] = { JOB_REACHABILITY, "reachability",
	    "Check reachability",
	    "Ask devices by ICMP, SSH, SNMP, NETCONF and TLS whether they "
	    "answer, without signing in.",
	    { reachability_fields, COUNT(reachability_fields) }, MAY_RUN,
	    POLICY_READ, POLICY_READ, false, 600, JOB_SWEEP,
	    JOB_REACHABILITY },
	[JOB_BULK_PROVISION] = { JOB_BULK_PROVISION, "bulk-provision",
	    "Provision devices",
	    "Bring many devices to their intended configurations, in waves: "
	    "one, then some, then the rest.",
	    { bulk_provision_fields, COUNT(bulk_provision_fields) }, MAY_RUN,
	    POLICY_READ, POLICY_PUSH, true, 600, JOB_FLEET, JOB_PROVISION },
	[JOB_COMPARE] = { JOB_COMPARE, "compare", "Compare with backups",
	    "Say which devices' backups differ from what is intended, line by "
	    "line; no device is asked.",
	    { compare_fields, COUNT(compare_fields) }, MAY_RUN, POLICY_READ,
	    POLICY_READ, false, 3600, JOB_STORE, JOB_COMPARE },
	[JOB_DISCOVER] = { JOB_DISCOVER, "discover", "Discover",
	    "Ask devices for model, version, serial number and interfaces, "
	    "into their records.",
	    { discover_fields, COUNT(discover_fields) }, MAY_RUN, POLICY_READ,
	    POLICY_DISCOVER, true, 120, JOB_FLEET, JOB_DISCOVER },
	[JOB_TEARDOWN] = { JOB_TEARDOWN, "teardown", "Tear down devices",
	    "Take devices out of service, in waves: a last backup, the "
	    "teardown configuration, verification, and the record to the "
	    "archive.",
	    { teardown_fields, COUNT(teardown_fields) }, MAY_APPROVE,
	    POLICY_TEARDOWN, POLICY_TEARDOWN, true, 600, JOB_FLEET,
	    JOB_TEARDOWN },
};

const char *const job_words[JOB_COUNT + 1] = {
	[JOB_PROVISION] = "provision",
	[JOB_BACKUP] = "backup",
	[JOB_GENERATE] = "generate-intended",
	[JOB_REACHABILITY] = "reachability",
	[JOB_BULK_PROVISION] = "bulk-provision",
	[JOB_COMPARE] = "compare",
	[JOB_DISCOVER] = "discover",
	[JOB_TEARDOWN] = "teardown",
};

const struct job *job_get(enum job_id id)
{
	return &jobs[id];
}

const struct job *job_find(const char *name)
{
	for (size_t i = 0; i < JOB_COUNT; i++) {
		if (strcmp(jobs[i].name, name) == 0)
			return &jobs[i];
	}
	return NULL;
}

bool job_opens_sessions(const struct job *job)
{
	return job->scope == JOB_DEVICE || job->scope == JOB_FLEET;
}

static bool is_given(const json_t *value)
{
	return json_is_true(value) || json_string_length(value) > 0 ||
	    json_array_size(value) > 0;
}

enum job_scope job_scope_of(const struct job *job, const json_t *parameters)
{
	const struct field *f = job->parameters.fields;

	if (job->scope != JOB_FLEET || job->member != job->id ||
	    !is_given(json_object_get(parameters, f[CHOICE_DEVICE].name)))
		return job->scope;
	for (size_t i = CHOICE_DEVICES; i < CHOICES; i++) {
		if (is_given(json_object_get(parameters, f[i].name)))
			return JOB_FLEET;
	}
	return JOB_DEVICE;
}

static bool is_only_name(const json_t *list, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (strcmp(json_string_value(item), name) != 0)
			return false;
	}
	return true;
}

const char *job_single_device(const struct job *job, const json_t *parameters)
{
	const struct field *f = job->parameters.fields;
	const json_t *device =
	    json_object_get(parameters, f[CHOICE_DEVICE].name);
	const json_t *list;

	if (job->scope == JOB_DEVICE)
		return json_string_value(device);
	for (size_t i = CHOICE_AREA; i < CHOICES; i++) {
		if (is_given(json_object_get(parameters, f[i].name)))
			return NULL;
	}
	list = json_object_get(parameters, f[CHOICE_DEVICES].name);
	if (!is_given(device))
		device = json_array_get(list, 0);
	return device && is_only_name(list, json_string_value(device))
		   ? json_string_value(device)
		   : NULL;
}

json_t *job_member_parameters(const struct job *job, const json_t *parameters,
    const char *device)
{
	const struct schema *schema = &jobs[job->member].parameters;
	json_t *given = json_object(), *full = NULL;
	bool ok = given != NULL;

	for (size_t i = 0; ok && i < schema->n_fields; i++) {
		const char *name = schema->fields[i].name;
		json_t *value = json_object_get(parameters, name);

		/* a choice is the run's, not the member's */
		if (value && (job->member != job->id || i >= CHOICES))
			ok = json_object_set(given, name, value) == 0;
	}
	if (ok && json_object_set_new(given, "device", json_string(device)) ==
	    0)
		full = schema_complete(schema, given);
	json_decref(given);
	return full;
}

bool job_writes_store(const struct job *job)
{
	return !job->can_write && schema_find(&job->parameters, "dry_run") >= 0;
}

bool job_may_change_device(const struct job *job, const json_t *parameters)
{
	return job->can_write && !json_flag(parameters, "dry_run", true) &&
	    json_flag(parameters, "commit_changes", true);
}
