/* Devices and what they are sorted by. */
#include "domain/kind_internal.h"

#include "domain/policy.h"
#include "domain/reach.h"

static const char *const transports[] = { "ssh", "eapi", "nxapi", NULL };

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
	    .type = FIELD_OBJECT, .automatic = true,
	    .help = "What the device told about itself; kept by the job "
		    "discover." },
	[DEVICE_VARS] = { .name = "vars", .label = "Custom variables",
	    .type = FIELD_OBJECT, .help = "JSON; templates see them as "
					  "device.vars." },
};

const struct kind kind_device = {
	KIND_DEVICE, "device", "devices", "Device", "devices",
	KEY_NAME_BY_AREA, SCHEMA(device_fields), true
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

const struct kind kind_area = {
	KIND_AREA, "area", "areas", "Area", "areas", KEY_NAME,
	SCHEMA(area_fields), true
};

static const struct field role_fields[] = {
	[ROLE_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[ROLE_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

const struct kind kind_role = {
	KIND_ROLE, "role", "roles", "Role", "roles", KEY_NAME,
	SCHEMA(role_fields), true
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

const struct kind kind_vlan = {
	KIND_VLAN, "vlan", "vlans", "VLAN", "vlans", KEY_AREA_VID,
	SCHEMA(vlan_fields), true
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
	    .help = "Empty takes the driver's first. Over HTTPS: eapi for "
		    "eos, nxapi for nxos." },
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
	[PLATFORM_SSH_PORT] = { .name = "ssh_port", .label = "SSH port",
	    .type = FIELD_INT, .min = 1, .max = 65535, .fallback = "22",
	    .help = "Of devices whose transport is eapi or nxapi: where files "
		    "go, and what is probed." },
	[PLATFORM_NETCONF_PORT] = { .name = "netconf_port",
	    .label = "NETCONF port", .type = FIELD_INT, .min = 1,
	    .max = 65535, .fallback = "830",
	    .help = "Of the probe; drivers use the port above." },
	[PLATFORM_NETCONF_PROBE] = { .name = "netconf_probe",
	    .label = "What the NETCONF probe waits for",
	    .type = FIELD_CHOICE, .choices = reach_netconf_words,
	    .fallback = "\"ssh\"",
	    .help = "ssh: the approved host key on its port, without signing "
		    "in. hello: signs in with the device's credentials." },
	[PLATFORM_NETCONF_INTERVAL] = { .name = "netconf_hello_interval",
	    .label = "Between two NETCONF sign-ins (s)", .type = FIELD_INT,
	    .min = 30, .max = 86400, .fallback = "240",
	    .help = "Of the probe, for each device; a sweep between them "
		    "shows what the last one found." },
	[PLATFORM_API_PORT] = { .name = "api_port", .label = "API port",
	    .type = FIELD_INT, .min = 1, .max = 65535, .fallback = "443",
	    .help = "Of the probe; drivers use the port above." },
	[PLATFORM_TEARDOWN_LINES] = { .name = "teardown_lines",
	    .label = "Teardown lines", .type = FIELD_LINES,
	    .help = "What is sent to a device that is taken out of service, "
		    "where templates/<platform>/teardown.j2 is not there." },
	[PLATFORM_BACKUP_COMMANDS] = { .name = "backup_commands",
	    .label = "Further commands of a backup", .type = FIELD_LINES,
	    .help = "Beside the running configuration, one a line: \"version: "
		    "show version\". Indented below: drop, mask or hide "
		    "PATTERN, end PATTERN, min BYTES, timeout SECONDS, "
		    "optional. Only commands that read." },
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

const struct kind kind_platform = {
	KIND_PLATFORM, "platform", "platforms", "Platform", "platforms",
	KEY_NAME, SCHEMA(platform_fields), true
};
