/* The settings, servers' images, and the views that people save. */
#include "domain/kind_internal.h"

static const struct field settings_fields[] = {
	[SETTINGS_SITE_NAME] = { .name = "site_name",
	    .label = "Site name",
	    .type = FIELD_TEXT,
	    .max_len = 60,
	    .fallback = "\"Switchyard\"" },
	[SETTINGS_CREDENTIALS] = { .name = "default_credentials",
	    .label = "Default credentials",
	    .type = FIELD_REF,
	    .ref = KIND_SECRET },
	[SETTINGS_SESSION_HOURS] = { .name = "session_hours",
	    .label = "Session length (h)",
	    .type = FIELD_INT,
	    .min = 1,
	    .max = 720,
	    .fallback = "12" },
	[SETTINGS_SLOTS] = { .name = "slots",
	    .label = "Device sessions at once",
	    .type = FIELD_INT,
	    .min = 1,
	    .max = 1024,
	    .fallback = "16" },
	[SETTINGS_KEEP_RUNS_DAYS] = { .name = "keep_runs_days",
	    .label = "Keep runs (days)",
	    .type = FIELD_INT,
	    .min = 0,
	    .max = 36500,
	    .fallback = "0",
	    .help = "Older ones leave the lists and stay in the history of "
		    "branch runs. 0: they stay in the lists; the least is "
		    "31." },
	[SETTINGS_PORTAL_URL] = { .name = "portal_url",
	    .label = "Portal's address",
	    .type = FIELD_TEXT,
	    .max_len = 200,
	    .help = "https://portal.example: notifications lead there. Empty: "
		    "they name the run alone." },
};

const struct kind kind_settings = {
	KIND_SETTINGS, "settings", "settings", "Settings", "",
	KEY_SINGLETON, SCHEMA(settings_fields), false
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

const struct kind kind_ironic = {
	KIND_IRONIC, "ironic", "ironic", "Ironic", "", KEY_SINGLETON,
	SCHEMA(ironic_fields), false
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

const struct kind kind_image = {
	KIND_IMAGE, "image", "images", "Image", "images", KEY_NAME,
	SCHEMA(image_fields), true
};

/* The tables that a view can be of; their pages have these names. */
static const char *const view_tables[] = { "devices", "runs", "servers",
	"areas", "vlans", "roles", "platforms", "images", "secrets", "buttons",
	"hooks", "channels", "schedules", "notifications", NULL };

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

const struct kind kind_view = {
	KIND_VIEW, "view", "views", "Saved view", "views", KEY_NAME,
	SCHEMA(view_fields), true
};
