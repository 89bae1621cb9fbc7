#include "domain/job.h"

#include "base/json.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct field provision_fields[] = {
	[PROVISION_DEVICE] = { .name = "device", .label = "Device",
	    .required = true, .type = FIELD_REF, .ref = KIND_DEVICE },
	[PROVISION_DRY_RUN] = { .name = "dry_run", .label = "Dry run",
	    .type = FIELD_BOOL, .fallback = "true",
	    .help = "Show what would change and leave the device as it is." },
	[PROVISION_REPLACE] = { .name = "replace_config",
	    .label = "Replace the whole configuration", .type = FIELD_BOOL,
	    .fallback = "false",
	    .help = "Off: merge the intended lines into what is there. On: "
		    "also remove what is not intended." },
	[PROVISION_COMMIT] = { .name = "commit_changes",
	    .label = "Commit changes", .type = FIELD_BOOL, .fallback = "true",
	    .help = "Off: load and compare on the device, then discard." },
	[PROVISION_DIFF_HASH] = { .name = "diff_hash",
	    .label = "Only this difference", .type = FIELD_TEXT, .max_len = 64,
	    .help = "The diff_hash of a dry run: nothing is changed unless the "
		    "difference is still that one." },
};

static const struct field backup_fields[] = {
	{ .name = "device", .label = "Device", .required = true,
	    .type = FIELD_REF, .ref = KIND_DEVICE },
};

/* The order is that of enum choice_parameter in app/store_run.h. */
static const struct field generate_fields[] = {
	{ .name = "device", .label = "Device", .type = FIELD_REF,
	    .ref = KIND_DEVICE },
	{ .name = "devices", .label = "Devices", .type = FIELD_REFS,
	    .ref = KIND_DEVICE, .help = "Names, separated by commas." },
	{ .name = "area", .label = "Area", .type = FIELD_REF,
	    .ref = KIND_AREA, .help = "With the areas inside it." },
	{ .name = "role", .label = "Role", .type = FIELD_REF,
	    .ref = KIND_ROLE },
	{ .name = "platform", .label = "Platform", .type = FIELD_REF,
	    .ref = KIND_PLATFORM },
	{ .name = "tag", .label = "Tag", .type = FIELD_TEXT,
	    .max_len = FIELD_MAX_LABEL },
	{ .name = "all", .label = "All devices", .type = FIELD_BOOL,
	    .fallback = "false",
	    .help = "Area, role, platform and tag together choose the devices "
		    "that meet all of them; devices that are named come "
		    "besides." },
	{ .name = "dry_run", .label = "Dry run", .type = FIELD_BOOL,
	    .fallback = "true",
	    .help = "Show what would change and write nothing." },
};

static const struct job jobs[JOB_COUNT] = {
	[JOB_PROVISION] = { JOB_PROVISION, "provision", "Provision device",
	    "Bring a device to its intended configuration.",
	    { provision_fields, COUNT(provision_fields) }, MAY_RUN,
	    POLICY_READ, POLICY_PUSH, true, 600, JOB_DEVICE },
	[JOB_BACKUP] = { JOB_BACKUP, "backup", "Back up configuration",
	    "Read a device's running configuration into the store.",
	    { backup_fields, COUNT(backup_fields) }, MAY_RUN, POLICY_READ,
	    POLICY_READ, false, 120, JOB_DEVICE },
	[JOB_GENERATE] = { JOB_GENERATE, "generate-intended",
	    "Generate intended configurations",
	    "Render the templates of devices into their intended "
	    "configurations, in one commit.",
	    { generate_fields, COUNT(generate_fields) }, MAY_EDIT, POLICY_READ,
	    POLICY_READ, false, 3600, JOB_STORE },
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

bool job_may_change_device(const struct job *job, const json_t *parameters)
{
	return job->can_write && !json_flag(parameters, "dry_run", true) &&
	    json_flag(parameters, "commit_changes", true);
}
