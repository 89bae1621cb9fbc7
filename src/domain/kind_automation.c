/* What starts runs by itself or by a click, and who is told of them. */
#include "domain/kind_internal.h"

static const struct field hook_fields[] = {
	[HOOK_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[HOOK_ENABLED] = { .name = "enabled", .label = "Enabled",
	    .type = FIELD_BOOL, .fallback = "false" },
	[HOOK_ON_CREATE] = { .name = "auto_provision_on_create",
	    .label = "Provision new devices", .type = FIELD_BOOL,
	    .fallback = "false" },
	[HOOK_ON_UPDATE] = { .name = "auto_provision_on_update",
	    .label = "Provision changed devices", .type = FIELD_BOOL,
	    .fallback = "true" },
	[HOOK_DRY_RUN] = { .name = "dry_run", .label = "Dry run",
	    .type = FIELD_BOOL, .fallback = "true",
	    .help = "Only show what would change. Planned and staged devices "
		    "always get the dry run." },
	[HOOK_FIELDS] = { .name = "fields", .label = "Relevant fields",
	    .type = FIELD_LABELS,
	    .fallback = "[\"name\",\"primary_ip4\",\"platform\",\"role\","
			"\"area\",\"status\"]" },
	[HOOK_AREAS] = { .name = "areas", .label = "Only in areas",
	    .type = FIELD_REFS, .ref = KIND_AREA,
	    .help = "With the areas inside them; empty: everywhere." },
	[HOOK_ROLES] = { .name = "roles", .label = "Only with roles",
	    .type = FIELD_REFS, .ref = KIND_ROLE },
	[HOOK_PLATFORMS] = { .name = "platforms",
	    .label = "Only on platforms", .type = FIELD_REFS,
	    .ref = KIND_PLATFORM },
	[HOOK_TAGS] = { .name = "tags", .label = "Only with one of the tags",
	    .type = FIELD_LABELS },
	[HOOK_VIEW] = { .name = "view", .label = "Only in the saved view",
	    .type = FIELD_REF, .ref = KIND_VIEW,
	    .help = "Devices that it shows after the change." },
	[HOOK_ACTORS] = { .name = "actors", .label = "Only changes by",
	    .type = FIELD_LABELS, .max = 128,
	    .help = "Names of people, or token:<name>; empty: by anyone." },
	[HOOK_EXCEPT_ACTORS] = { .name = "except_actors",
	    .label = "Not changes by", .type = FIELD_LABELS, .max = 128 },
	[HOOK_DEBOUNCE] = { .name = "debounce", .label = "Debounce (s)",
	    .type = FIELD_INT, .min = 0, .max = 3600, .fallback = "0",
	    .help = "Changes wait so long for others, and are one with them; "
		    "eight times as long at most. 0: a quarter of a second." },
	[HOOK_JOB] = { .name = "job", .label = "Job", .type = FIELD_NAME,
	    .fallback = "\"provision\"" },
	[HOOK_PARAMETERS] = { .name = "parameters",
	    .label = "Parameters", .type = FIELD_OBJECT,
	    .help = "Of the job besides the device, as JSON." },
	[HOOK_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

const struct kind kind_hook = {
	KIND_HOOK, "hook", "hooks", "Change hook", "hooks", KEY_NAME,
	SCHEMA(hook_fields), true
};

static const struct field button_fields[] = {
	[BUTTON_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[BUTTON_LABEL] = { .name = "label", .label = "Label",
	    .required = true, .type = FIELD_TEXT, .max_len = 60 },
	[BUTTON_JOB] = { .name = "job", .label = "Job", .required = true,
	    .type = FIELD_NAME },
	[BUTTON_ENABLED] = { .name = "enabled", .label = "Enabled",
	    .type = FIELD_BOOL, .fallback = "true" },
	[BUTTON_ONE_CLICK] = { .name = "one_click", .label = "One click",
	    .type = FIELD_BOOL, .fallback = "false",
	    .help = "Run at once with the parameters below instead of opening "
		    "the form." },
	[BUTTON_PARAMETERS] = { .name = "parameters",
	    .label = "Parameters", .type = FIELD_OBJECT,
	    .help = "Pre-filled values of the job's form, as JSON." },
	[BUTTON_STATUSES] = { .name = "statuses",
	    .label = "Shown for statuses", .type = FIELD_LABELS,
	    .help = "Empty: for all." },
};

const struct kind kind_button = {
	KIND_BUTTON, "button", "buttons", "Button", "buttons", KEY_NAME,
	SCHEMA(button_fields), true
};

static const struct field schedule_fields[] = {
	[SCHEDULE_NAME] = { .name = "name", .label = "Name",
	    .required = true, .type = FIELD_NAME, .max_len = 60 },
	[SCHEDULE_ENABLED] = { .name = "enabled", .label = "Enabled",
	    .type = FIELD_BOOL, .fallback = "true",
	    .help = "Off: paused. What comes meanwhile is not made up for." },
	[SCHEDULE_JOB] = { .name = "job", .label = "Job", .required = true,
	    .type = FIELD_NAME },
	[SCHEDULE_CRON] = { .name = "cron", .label = "Cron expression",
	    .type = FIELD_TEXT, .max_len = 200,
	    .help = "Minute, hour, day, month, weekday: 30 2 * * mon-fri, or "
		    "@hourly, @daily, @weekly, @monthly." },
	[SCHEDULE_AT] = { .name = "at", .label = "Once at",
	    .type = FIELD_TEXT, .max_len = 40,
	    .help = "2026-12-01T03:00, in the time zone below; with a Z behind "
		    "it in UTC." },
	[SCHEDULE_AFTER] = { .name = "after", .label = "After the schedule",
	    .type = FIELD_REF, .ref = KIND_SCHEDULE,
	    .help = "When a run that it started has ended. One of these three "
		    "says when." },
	[SCHEDULE_TIME_ZONE] = { .name = "time_zone", .label = "Time zone",
	    .type = FIELD_TEXT, .max_len = 60, .fallback = "\"UTC\"",
	    .help = "Europe/Berlin, America/New_York, UTC." },
	[SCHEDULE_JITTER] = { .name = "jitter", .label = "Jitter (s)",
	    .type = FIELD_INT, .min = 0, .max = 86400, .fallback = "0",
	    .help = "Starts later by a part of this, so that not everything "
		    "starts at once." },
	[SCHEDULE_MISSED] = { .name = "missed", .label = "Missed runs",
	    .type = FIELD_CHOICE,
	    .choices = (const char *const[]){ "skip", "run_once", NULL },
	    .fallback = "\"skip\"",
	    .help = "What was due while the worker was down is passed over, or "
		    "made up for by one run." },
	[SCHEDULE_OVERLAP] = { .name = "overlap", .label = "May overlap",
	    .type = FIELD_BOOL, .fallback = "false",
	    .help = "Off: not started while its last run has not ended." },
	[SCHEDULE_PARAMETERS] = { .name = "parameters",
	    .label = "Parameters", .type = FIELD_OBJECT,
	    .help = "Of the job, as JSON; absent ones are as in its form." },
	[SCHEDULE_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

const struct kind kind_schedule = {
	KIND_SCHEDULE, "schedule", "schedules", "Schedule", "schedules",
	KEY_NAME, SCHEMA(schedule_fields), true
};

static const struct field channel_fields[] = {
	[CHANNEL_NAME] = { .name = "name", .label = "Name",
	    .required = true, .type = FIELD_NAME, .max_len = 60 },
	[CHANNEL_ENABLED] = { .name = "enabled", .label = "Enabled",
	    .type = FIELD_BOOL, .fallback = "true" },
	[CHANNEL_TYPE] = { .name = "type", .label = "Type",
	    .required = true, .type = FIELD_CHOICE,
	    .choices = (const char *const[]){ "webhook", "slack", "teams",
		"email", NULL },
	    .help = "webhook: the event as JSON; slack: also Mattermost and "
		    "Rocket.Chat; email: by SMTP." },
	[CHANNEL_URL] = { .name = "url", .label = "Address",
	    .type = FIELD_TEXT, .max_len = 1000,
	    .help = "https://192.0.2.7/hook, smtp://192.0.2.7:25, "
		    "smtps://mail.example.net." },
	[CHANNEL_URL_SECRET] = { .name = "url_secret",
	    .label = "Address as a secret", .type = FIELD_REF,
	    .ref = KIND_SECRET,
	    .help = "Where the address itself must not be known: a reference "
		    "whose value it is." },
	[CHANNEL_SIGN_SECRET] = { .name = "sign_secret",
	    .label = "Signed with", .type = FIELD_REF, .ref = KIND_SECRET,
	    .help = "A key for HMAC-SHA256, in X-Switchyard-Signature." },
	[CHANNEL_TO] = { .name = "to", .label = "To", .type = FIELD_LABELS,
	    .max = 254, .help = "Addresses of an email, with commas." },
	[CHANNEL_FROM] = { .name = "from", .label = "From",
	    .type = FIELD_TEXT, .max_len = 254 },
	[CHANNEL_CREDENTIALS] = { .name = "credentials",
	    .label = "Sign-in", .type = FIELD_REF, .ref = KIND_SECRET,
	    .help = "User and password at the mail server." },
	[CHANNEL_EVENTS] = { .name = "events", .label = "Events",
	    .type = FIELD_LABELS,
	    .help = "Of run_failed, device_down, device_up, drift_found, "
		    "backup_quarantined; empty: all." },
	[CHANNEL_TEMPLATE] = { .name = "template", .label = "Template",
	    .type = FIELD_LINES,
	    .help = "Of the text; of a webhook the whole body. It sees event, "
		    "title, text, devices, count, run, time. Empty: as usual." },
	[CHANNEL_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

const struct kind kind_channel = {
	KIND_CHANNEL, "channel", "channels", "Notification channel",
	"channels", KEY_NAME, SCHEMA(channel_fields), true
};

static const struct field job_fields[] = {
	[JOB_SETTING_NAME] = { .name = "name", .label = "Job", .required = true,
	    .type = FIELD_NAME },
	[JOB_SETTING_ENABLED] = { .name = "enabled", .label = "Enabled",
	    .type = FIELD_BOOL, .fallback = "true",
	    .help = "Off: nobody can start it; what is queued is not begun." },
	[JOB_SETTING_CONCURRENCY] = { .name = "concurrency",
	    .label = "Runs at once", .type = FIELD_INT, .min = 1,
	    .max = 1024, .help = "Empty: as many as there are sessions. A job "
				 "over the store runs one at a time." },
	[JOB_SETTING_TIME_LIMIT] = { .name = "time_limit",
	    .label = "Time limit (s)", .type = FIELD_INT, .min = 1,
	    .max = 86400, .help = "Empty: the job's own." },
	[JOB_SETTING_RETRIES] = { .name = "retries", .label = "Retries",
	    .type = FIELD_INT, .min = 0, .max = 10, .fallback = "0",
	    .help = "How often a run that failed is started again. What may "
		    "have changed a device is never repeated." },
	[JOB_SETTING_RETRY_DELAY] = { .name = "retry_delay",
	    .label = "Wait before a retry (s)", .type = FIELD_INT, .min = 1,
	    .max = 86400, .fallback = "60",
	    .help = "Twice as long before each further one." },
	[JOB_SETTING_NOTIFY] = { .name = "notify", .label = "Notify of failures",
	    .type = FIELD_BOOL, .fallback = "true",
	    .help = "Off: its failed runs are left out of notifications." },
	[JOB_SETTING_REASON] = { .name = "reason", .label = "Reason",
	    .type = FIELD_TEXT,
	    .help = "Said to those who find it disabled." },
};

const struct kind kind_job = {
	KIND_JOB, "job", "jobs", "Job settings", "jobs", KEY_NAME,
	SCHEMA(job_fields), false
};
