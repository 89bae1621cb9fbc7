#include "domain/kind.h"

#include "domain/policy.h"
#include "domain/reach.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const transports[] = { "ssh", "eapi", NULL };

static const struct field device_fields[] = {
	[DEVICE_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME,
	    .help = "Unique in the whole inventory." },
	[DEVICE_STATUS] = { .name = "status", .label = "Status",
	    .required = true, .type = FIELD_CHOICE,
	    .choices = device_status_words, .fallback = "\"planned\"",
	    .help = "Decides what automation may do; only active devices are "
		    "pushed to." },
	[DEVICE_PLATFORM] = { .name = "platform", .label = "Platform",
	    .type = FIELD_REF, .ref = KIND_PLATFORM,
	    .help = "Decides the driver and the templates." },
	[DEVICE_PRIMARY_IP4] = { .name = "primary_ip4",
	    .label = "Primary IPv4", .type = FIELD_IPV4,
	    .help = "Where it is managed; a port may follow: 192.0.2.10:2222." },
	[DEVICE_ROLE] = { .name = "role", .label = "Role", .type = FIELD_REF,
	    .ref = KIND_ROLE },
	[DEVICE_AREA] = { .name = "area", .label = "Area", .required = true,
	    .type = FIELD_REF, .ref = KIND_AREA },
	[DEVICE_VLANS] = { .name = "vlans", .label = "VLANs",
	    .type = FIELD_NUMBERS, .min = 1, .max = 4094,
	    .help = "VLAN ids of its area or the areas around it." },
	[DEVICE_SERIAL] = { .name = "serial", .label = "Serial number",
	    .type = FIELD_TEXT, .max_len = 100 },
	[DEVICE_TAGS] = { .name = "tags", .label = "Tags",
	    .type = FIELD_LABELS, .help = "Separated by commas." },
	[DEVICE_CREDENTIALS] = { .name = "credentials",
	    .label = "Credentials", .type = FIELD_REF, .ref = KIND_SECRET,
	    .help = "A reference; empty takes those of the area, the platform "
		    "or the settings." },
	[DEVICE_TRANSPORT] = { .name = "transport", .label = "Transport",
	    .type = FIELD_CHOICE, .choices = transports,
	    .help = "What the driver speaks over; empty takes the "
		    "platform's." },
	[DEVICE_JUMP] = { .name = "jump", .label = "Jump host",
	    .type = FIELD_REF, .ref = KIND_DEVICE,
	    .help = "The device to reach it through, as ssh -J does; empty "
		    "takes the platform's." },
	[DEVICE_INTENDED_FROM] = { .name = "intended_from",
	    .label = "Intended configuration", .type = FIELD_CHOICE,
	    .choices = (const char *const[]){ "template", "hand", NULL },
	    .help = "template: generated; hand: kept by people and left "
		    "alone by generate-intended." },
	[DEVICE_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
	[DEVICE_FACTS] = { .name = "facts", .label = "Facts",
	    .type = FIELD_OBJECT,
	    .help = "What the device told about itself; kept by the job "
		    "discover." },
	[DEVICE_VARS] = { .name = "vars", .label = "Custom variables",
	    .type = FIELD_OBJECT, .help = "JSON; templates see them as "
					  "device.vars." },
};

static const struct field area_fields[] = {
	[AREA_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[AREA_PARENT] = { .name = "parent", .label = "Parent area",
	    .type = FIELD_REF, .ref = KIND_AREA,
	    .help = "Empty for an area at the top." },
	[AREA_CREDENTIALS] = { .name = "credentials",
	    .label = "Credentials", .type = FIELD_REF, .ref = KIND_SECRET,
	    .help = "For devices that name none." },
	[AREA_SNMP] = { .name = "snmp_credentials",
	    .label = "SNMP credentials", .type = FIELD_REF,
	    .ref = KIND_SECRET,
	    .help = "For devices whose platform names none." },
	[AREA_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

static const struct field role_fields[] = {
	[ROLE_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[ROLE_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

static const struct field vlan_fields[] = {
	[VLAN_VID] = { .name = "vid", .label = "VLAN id", .required = true,
	    .type = FIELD_INT, .min = 1, .max = 4094,
	    .help = "1 to 4094, unique in its area." },
	[VLAN_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_TEXT, .max_len = 64 },
	[VLAN_AREA] = { .name = "area", .label = "Area", .required = true,
	    .type = FIELD_REF, .ref = KIND_AREA },
	[VLAN_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

static const char *const drivers[] = { "frr", "eos", "ios", "junos", "netconf",
	"nxos", NULL };

static const struct field platform_fields[] = {
	[PLATFORM_NAME] = { .name = "name", .label = "Name",
	    .required = true, .type = FIELD_NAME },
	[PLATFORM_DRIVER] = { .name = "driver", .label = "Driver",
	    .required = true, .type = FIELD_CHOICE, .choices = drivers,
	    .help = "What speaks to its devices." },
	[PLATFORM_PORT] = { .name = "port", .label = "Port",
	    .type = FIELD_INT, .min = 1, .max = 65535,
	    .help = "For devices whose address names none; empty takes the "
		    "driver's." },
	[PLATFORM_TRANSPORT] = { .name = "transport", .label = "Transport",
	    .type = FIELD_CHOICE, .choices = transports,
	    .help = "Empty takes the driver's first. eapi (over HTTPS): eos "
		    "only." },
	[PLATFORM_JUMP] = { .name = "jump", .label = "Jump host",
	    .type = FIELD_REF, .ref = KIND_DEVICE,
	    .help = "The device to reach its devices through, over SSH only. "
		    "It needs an address, credentials and an approved key." },
	[PLATFORM_CA_FILE] = { .name = "ca_file",
	    .label = "Certificate authority", .type = FIELD_TEXT,
	    .help = "A PEM file on the worker's machine, for transports over "
		    "HTTPS; empty: each device's certificate is approved." },
	[PLATFORM_CREDENTIALS] = { .name = "credentials",
	    .label = "Credentials", .type = FIELD_REF, .ref = KIND_SECRET,
	    .help = "For devices whose record and area name none." },
	[PLATFORM_CONNECT_TIMEOUT] = { .name = "connect_timeout",
	    .label = "Connect timeout (s)", .type = FIELD_INT, .min = 1,
	    .max = 300, .fallback = "10" },
	[PLATFORM_COMMAND_TIMEOUT] = { .name = "command_timeout",
	    .label = "Command timeout (s)", .type = FIELD_INT, .min = 1,
	    .max = 3600, .fallback = "30" },
	[PLATFORM_PROBES] = { .name = "probes",
	    .label = "Reachability probes", .type = FIELD_LABELS,
	    .choices = probe_words,
	    .help = "icmp, ssh, snmp, netconf, api, with commas between. "
		    "Empty: icmp and what the driver speaks over." },
	[PLATFORM_PROBES_COUNTING] = { .name = "probes_counting",
	    .label = "Probes that count", .type = FIELD_LABELS,
	    .choices = probe_words,
	    .help = "For the verdict; the others are shown. Empty: all." },
	[PLATFORM_SNMP] = { .name = "snmp_credentials",
	    .label = "SNMP credentials", .type = FIELD_REF,
	    .ref = KIND_SECRET,
	    .help = "Empty takes those of the area." },
	[PLATFORM_SNMP_PORT] = { .name = "snmp_port", .label = "SNMP port",
	    .type = FIELD_INT, .min = 1, .max = 65535, .fallback = "161" },
	[PLATFORM_NETCONF_PORT] = { .name = "netconf_port",
	    .label = "NETCONF port", .type = FIELD_INT, .min = 1,
	    .max = 65535, .fallback = "830",
	    .help = "Of the probe; drivers use the port above." },
	[PLATFORM_API_PORT] = { .name = "api_port", .label = "API port",
	    .type = FIELD_INT, .min = 1, .max = 65535, .fallback = "443",
	    .help = "Of the probe; drivers use the port above." },
	[PLATFORM_TEARDOWN_LINES] = { .name = "teardown_lines",
	    .label = "Teardown lines", .type = FIELD_LINES,
	    .help = "What is sent to a device that is taken out of service, "
		    "where templates/<platform>/teardown.j2 is not there." },
	[PLATFORM_BACKUP_IGNORE] = { .name = "backup_ignore",
	    .label = "Lines not backed up", .type = FIELD_LINES,
	    .help = "Patterns, one a line, of lines that change by "
		    "themselves: ? is any word, ... any number of words." },
	[PLATFORM_BACKUP_END] = { .name = "backup_end",
	    .label = "Last line of a backup", .type = FIELD_TEXT,
	    .help = "A pattern. A configuration that ends otherwise is cut "
		    "off: it is kept aside, and the last good backup stays." },
	[PLATFORM_BACKUP_MIN_PERCENT] = { .name = "backup_min_percent",
	    .label = "Least size of a backup (%)", .type = FIELD_INT,
	    .min = 0, .max = 100, .fallback = "30",
	    .help = "Of the last good one. A smaller one is kept aside unless "
		    "the run says accept_smaller. 0: any size." },
	[PLATFORM_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

static const struct field secret_fields[] = {
	[SECRET_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[SECRET_PROVIDER] = { .name = "provider", .label = "Provider",
	    .required = true, .type = FIELD_CHOICE,
	    .choices = (const char *const[]){ "file", "environment", NULL },
	    .help = "Where the worker finds the value; the store holds only "
		    "this reference." },
	[SECRET_REFERENCE] = { .name = "reference", .label = "Reference",
	    .required = true, .type = FIELD_NAME, .max_len = 100,
	    .help = "file: a name in the worker's secrets directory; "
		    "environment: a variable." },
	[SECRET_USERNAME] = { .name = "username", .label = "User name",
	    .type = FIELD_TEXT, .max_len = 100,
	    .help = "Empty if the value itself names the user." },
	[SECRET_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

static const struct field hostkey_fields[] = {
	[HOSTKEY_NAME] = { .name = "name", .label = "Device",
	    .required = true, .type = FIELD_NAME },
	[HOSTKEY_KEYS] = { .name = "keys", .label = "Keys",
	    .required = true, .type = FIELD_LABELS, .max_len = 16,
	    .max = 4096,
	    .help = "As in an OpenSSH .pub file, without the comment." },
	[HOSTKEY_APPROVED_BY] = { .name = "approved_by",
	    .label = "Approved by", .type = FIELD_TEXT },
};

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

static const struct field user_fields[] = {
	[USER_NAME] = { .name = "name", .label = "User name",
	    .required = true, .type = FIELD_NAME },
	[USER_ROLE] = { .name = "role", .label = "Role", .required = true,
	    .type = FIELD_CHOICE, .choices = access_role_words },
	[USER_PASSWORD] = { .name = "password", .label = "Password hash",
	    .hidden = true, .type = FIELD_TEXT, .max_len = 400 },
	[USER_DISABLED] = { .name = "disabled", .label = "Disabled",
	    .type = FIELD_BOOL, .fallback = "false" },
	[USER_SESSIONS_AFTER] = { .name = "sessions_after",
	    .label = "Sessions valid from", .hidden = true,
	    .type = FIELD_TEXT },
	[USER_FULL_NAME] = { .name = "full_name", .label = "Full name",
	    .type = FIELD_TEXT },
};

static const struct field token_fields[] = {
	[TOKEN_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[TOKEN_ROLE] = { .name = "role", .label = "Role", .required = true,
	    .type = FIELD_CHOICE, .choices = access_role_words },
	[TOKEN_HASH] = { .name = "hash", .label = "Hash", .required = true,
	    .hidden = true, .type = FIELD_TEXT },
	[TOKEN_CREATED_BY] = { .name = "created_by", .label = "Created by",
	    .type = FIELD_TEXT },
	[TOKEN_EXPIRES_AT] = { .name = "expires_at", .label = "Expires at",
	    .type = FIELD_TEXT, .max_len = 32,
	    .help = "As 2026-12-31T00:00:00Z; empty: never." },
};

static const struct field settings_fields[] = {
	[SETTINGS_SITE_NAME] = { .name = "site_name", .label = "Site name",
	    .type = FIELD_TEXT, .max_len = 60,
	    .fallback = "\"Switchyard\"" },
	[SETTINGS_CREDENTIALS] = { .name = "default_credentials",
	    .label = "Default credentials", .type = FIELD_REF,
	    .ref = KIND_SECRET },
	[SETTINGS_SESSION_HOURS] = { .name = "session_hours",
	    .label = "Session length (h)", .type = FIELD_INT, .min = 1,
	    .max = 720, .fallback = "12" },
	[SETTINGS_SLOTS] = { .name = "slots",
	    .label = "Device sessions at once", .type = FIELD_INT, .min = 1,
	    .max = 1024, .fallback = "16" },
	[SETTINGS_KEEP_RUNS_DAYS] = { .name = "keep_runs_days",
	    .label = "Keep runs (days)", .type = FIELD_INT, .min = 0,
	    .max = 36500, .fallback = "0",
	    .help = "Older ones leave the lists and stay in the history of "
		    "branch runs. 0: they stay in the lists; the least is "
		    "31." },
};

static const struct field ironic_fields[] = {
	[IRONIC_URL] = { .name = "url", .label = "Address",
	    .type = FIELD_TEXT,
	    .help = "Of Ironic's API, http://192.0.2.5:6385; empty: from "
		    "Keystone's catalogue." },
	[IRONIC_AUTH] = { .name = "auth", .label = "Sign-in",
	    .type = FIELD_CHOICE,
	    .choices = (const char *const[]){ "none", "http_basic",
		"keystone_password", "keystone_application_credential",
		NULL },
	    .fallback = "\"none\"",
	},
	[IRONIC_CREDENTIALS] = { .name = "credentials",
	    .label = "Credentials", .type = FIELD_REF, .ref = KIND_SECRET,
	    .help = "A reference; the web program finds the value in its own "
		    "directory, web/secrets." },
	[IRONIC_AUTH_URL] = { .name = "auth_url",
	    .label = "Keystone's address", .type = FIELD_TEXT,
	    .help = "With the version: https://192.0.2.5:5000/v3." },
	[IRONIC_PROJECT] = { .name = "project", .label = "Project",
	    .type = FIELD_TEXT },
	[IRONIC_USER_DOMAIN] = { .name = "user_domain",
	    .label = "User's domain", .type = FIELD_TEXT,
	    .fallback = "\"Default\"" },
	[IRONIC_PROJECT_DOMAIN] = { .name = "project_domain",
	    .label = "Project's domain", .type = FIELD_TEXT,
	    .fallback = "\"Default\"" },
	[IRONIC_REGION] = { .name = "region", .label = "Region",
	    .type = FIELD_TEXT, .help = "Empty: the catalogue's first." },
	[IRONIC_INTERFACE] = { .name = "interface",
	    .label = "Catalogue's interface", .type = FIELD_CHOICE,
	    .choices = (const char *const[]){ "public", "internal", "admin",
		NULL },
	    .fallback = "\"public\"" },
	[IRONIC_GLANCE_URL] = { .name = "glance_url",
	    .label = "Glance's address", .type = FIELD_TEXT,
	    .help = "Empty: from the catalogue, or no Glance: images are "
		    "those of this store." },
	[IRONIC_CA_FILE] = { .name = "ca_file",
	    .label = "Certificate authority", .type = FIELD_TEXT,
	    .help = "A PEM file on the portal's machine; empty: the "
		    "system's." },
	[IRONIC_TIMEOUT] = { .name = "timeout", .label = "Timeout (s)",
	    .type = FIELD_INT, .min = 1, .max = 60, .fallback = "10",
	    .help = "Of one request to Ironic." },
};

static const struct field image_fields[] = {
	[IMAGE_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[IMAGE_URL] = { .name = "url", .label = "Address", .required = true,
	    .type = FIELD_TEXT, .max_len = 2000,
	    .help = "From where Ironic fetches it: http, https or file." },
	[IMAGE_CHECKSUM] = { .name = "checksum", .label = "Checksum",
	    .required = true, .type = FIELD_TEXT, .max_len = 2000,
	    .help = "MD5, SHA-256 or SHA-512 in hexadecimal digits, or the "
		    "address of a file of checksums." },
	[IMAGE_KERNEL] = { .name = "kernel", .label = "Kernel",
	    .type = FIELD_TEXT, .max_len = 2000,
	    .help = "Of a partition image; empty for a whole disk." },
	[IMAGE_RAMDISK] = { .name = "ramdisk", .label = "Ramdisk",
	    .type = FIELD_TEXT, .max_len = 2000 },
	[IMAGE_ROOT_GB] = { .name = "root_gb",
	    .label = "Root partition (GB)", .type = FIELD_INT, .min = 1,
	    .max = 1000000, .help = "Of a partition image." },
	[IMAGE_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
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

/* The tables that a view can be of; their pages have these names. */
static const char *const view_tables[] = { "devices", "runs", "servers",
	"areas", "vlans", "roles", "platforms", "images", NULL };

static const struct field view_fields[] = {
	[VIEW_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[VIEW_LABEL] = { .name = "label", .label = "Label", .required = true,
	    .type = FIELD_TEXT, .max_len = 60,
	    .help = "What it is called above the table." },
	[VIEW_TABLE] = { .name = "table", .label = "Table", .required = true,
	    .type = FIELD_CHOICE, .choices = view_tables },
	[VIEW_QUERY] = { .name = "query", .label = "Query",
	    .type = FIELD_TEXT, .max_len = 2000,
	    .help = "The part of the page's address behind the question "
		    "mark: filters, order, columns." },
};

#define SCHEMA(f) { (f), COUNT(f) }

static const struct kind kinds[KIND_COUNT] = {
	[KIND_AREA] = { KIND_AREA, "area", "areas", "Area", "areas", KEY_NAME,
	    SCHEMA(area_fields), true },
	[KIND_ROLE] = { KIND_ROLE, "role", "roles", "Role", "roles", KEY_NAME,
	    SCHEMA(role_fields), true },
	[KIND_PLATFORM] = { KIND_PLATFORM, "platform", "platforms",
	    "Platform", "platforms", KEY_NAME, SCHEMA(platform_fields), true },
	[KIND_VLAN] = { KIND_VLAN, "vlan", "vlans", "VLAN", "vlans",
	    KEY_AREA_VID, SCHEMA(vlan_fields), true },
	[KIND_DEVICE] = { KIND_DEVICE, "device", "devices", "Device",
	    "devices", KEY_NAME_BY_AREA, SCHEMA(device_fields), true },
	[KIND_SECRET] = { KIND_SECRET, "secret", "secrets",
	    "Credentials reference", "secrets", KEY_NAME,
	    SCHEMA(secret_fields), true },
	[KIND_HOSTKEY] = { KIND_HOSTKEY, "hostkey", "hostkeys", "Host key",
	    "hostkeys", KEY_NAME, SCHEMA(hostkey_fields), false },
	[KIND_HOOK] = { KIND_HOOK, "hook", "hooks", "Change hook", "hooks",
	    KEY_NAME, SCHEMA(hook_fields), true },
	[KIND_BUTTON] = { KIND_BUTTON, "button", "buttons", "Button",
	    "buttons", KEY_NAME, SCHEMA(button_fields), true },
	[KIND_USER] = { KIND_USER, "user", "users", "User", "access/users",
	    KEY_NAME, SCHEMA(user_fields), false },
	[KIND_TOKEN] = { KIND_TOKEN, "token", "tokens", "API token",
	    "access/tokens", KEY_NAME, SCHEMA(token_fields), false },
	[KIND_SETTINGS] = { KIND_SETTINGS, "settings", "settings",
	    "Settings", "", KEY_SINGLETON, SCHEMA(settings_fields), false },
	[KIND_IRONIC] = { KIND_IRONIC, "ironic", "ironic",
	    "Ironic", "", KEY_SINGLETON, SCHEMA(ironic_fields),
	    false },
	[KIND_IMAGE] = { KIND_IMAGE, "image", "images", "Image", "images",
	    KEY_NAME, SCHEMA(image_fields), true },
	[KIND_SCHEDULE] = { KIND_SCHEDULE, "schedule", "schedules",
	    "Schedule", "schedules", KEY_NAME, SCHEMA(schedule_fields), true },
	[KIND_CHANNEL] = { KIND_CHANNEL, "channel", "channels",
	    "Notification channel", "channels", KEY_NAME,
	    SCHEMA(channel_fields), true },
	[KIND_JOB] = { KIND_JOB, "job", "jobs", "Job settings", "jobs",
	    KEY_NAME, SCHEMA(job_fields), false },
	[KIND_VIEW] = { KIND_VIEW, "view", "views", "Saved view", "views",
	    KEY_NAME, SCHEMA(view_fields), true },
};

const struct kind *kind_get(enum kind_id id)
{
	return &kinds[id];
}

const struct kind *kind_find(const char *name)
{
	for (size_t i = 1; i < KIND_COUNT; i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

const struct kind *kind_find_plural(const char *plural)
{
	for (size_t i = 1; i < KIND_COUNT; i++) {
		if (strcmp(kinds[i].plural, plural) == 0)
			return &kinds[i];
	}
	return NULL;
}
