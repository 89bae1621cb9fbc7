/*
 * The kinds of record and how each is laid out in the store.
 */
#ifndef DOMAIN_KIND_H
#define DOMAIN_KIND_H

#include "domain/schema.h"

/* How a record's key and path come from its fields. */
enum key_rule {
	KEY_NAME,	/* key "r1";     <dir>/<name>.json */
	KEY_NAME_BY_AREA, /* key "r1"; <dir>/<area>/<name>.json; the name is
			     unique in the whole store */
	KEY_AREA_VID,	/* key "lab/10"; <dir>/<area>/<vid>.json */
	KEY_SINGLETON,	/* key "settings"; settings.json */
};

struct kind {
	enum kind_id id;
	const char *name;   /* "device" */
	const char *plural; /* "devices": pages, REST */
	const char *title;  /* "Device" */
	const char *dir;    /* "devices", without a slash */
	enum key_rule key_rule;
	struct schema schema;
	bool library;	    /* shown and edited as inventory (pages, REST) */
};

const struct kind *kind_get(enum kind_id id); /* never NULL for a valid id */
const struct kind *kind_find(const char *name); /* by name; or NULL */
const struct kind *kind_find_plural(const char *plural); /* or NULL */

/* --- indices of fields, for record_text() and friends --------------------- */

enum device_field {
	DEVICE_NAME,
	DEVICE_STATUS,
	DEVICE_PLATFORM,
	DEVICE_PRIMARY_IP4,
	DEVICE_ROLE,
	DEVICE_AREA,
	DEVICE_VLANS,
	DEVICE_SERIAL,
	DEVICE_TAGS,
	DEVICE_CREDENTIALS,
	DEVICE_TRANSPORT,
	DEVICE_JUMP,
	DEVICE_INTENDED_FROM,
	DEVICE_DESCRIPTION,
	DEVICE_VARS,
	DEVICE_FACTS,
};
enum area_field {
	AREA_NAME,
	AREA_PARENT,
	AREA_CREDENTIALS,
	AREA_SNMP,
	AREA_DESCRIPTION,
};
enum role_field { ROLE_NAME, ROLE_DESCRIPTION };
enum vlan_field { VLAN_VID, VLAN_NAME, VLAN_AREA, VLAN_DESCRIPTION };
enum platform_field {
	PLATFORM_NAME,
	PLATFORM_DRIVER,
	PLATFORM_PORT,
	PLATFORM_TRANSPORT,
	PLATFORM_JUMP,
	PLATFORM_CA_FILE,
	PLATFORM_CREDENTIALS,
	PLATFORM_CONNECT_TIMEOUT,
	PLATFORM_COMMAND_TIMEOUT,
	PLATFORM_PROBES,
	PLATFORM_PROBES_COUNTING,
	PLATFORM_SNMP,
	PLATFORM_SNMP_PORT,
	PLATFORM_NETCONF_PORT,
	PLATFORM_API_PORT,
	PLATFORM_TEARDOWN_LINES,
	PLATFORM_BACKUP_IGNORE,
	PLATFORM_BACKUP_END,
	PLATFORM_BACKUP_MIN_PERCENT,
	PLATFORM_DESCRIPTION,
};
enum secret_field {
	SECRET_NAME,
	SECRET_PROVIDER,
	SECRET_REFERENCE,
	SECRET_USERNAME,
	SECRET_DESCRIPTION,
};
enum hostkey_field { HOSTKEY_NAME, HOSTKEY_KEYS, HOSTKEY_APPROVED_BY };
enum hook_field {
	HOOK_NAME,
	HOOK_ENABLED,
	HOOK_ON_CREATE,
	HOOK_ON_UPDATE,
	HOOK_DRY_RUN,
	HOOK_FIELDS,
	HOOK_AREAS,
	HOOK_ROLES,
	HOOK_PLATFORMS,
	HOOK_TAGS,
	HOOK_ACTORS,
	HOOK_EXCEPT_ACTORS,
	HOOK_DEBOUNCE,
	HOOK_JOB,
	HOOK_PARAMETERS,
	HOOK_DESCRIPTION,
};
enum button_field {
	BUTTON_NAME,
	BUTTON_LABEL,
	BUTTON_JOB,
	BUTTON_ENABLED,
	BUTTON_ONE_CLICK,
	BUTTON_PARAMETERS,
	BUTTON_STATUSES,
};
enum user_field {
	USER_NAME,
	USER_ROLE,
	USER_PASSWORD,
	USER_DISABLED,
	USER_SESSIONS_AFTER,
	USER_FULL_NAME,
};
enum token_field {
	TOKEN_NAME,
	TOKEN_ROLE,
	TOKEN_HASH,
	TOKEN_CREATED_BY,
	TOKEN_EXPIRES_AT,
};
enum settings_field {
	SETTINGS_SITE_NAME,
	SETTINGS_CREDENTIALS,
	SETTINGS_SESSION_HOURS,
	SETTINGS_SLOTS,
	SETTINGS_KEEP_RUNS_DAYS,
};
enum ironic_field {
	IRONIC_URL,
	IRONIC_AUTH,
	IRONIC_CREDENTIALS,
	IRONIC_AUTH_URL,
	IRONIC_PROJECT,
	IRONIC_USER_DOMAIN,
	IRONIC_PROJECT_DOMAIN,
	IRONIC_REGION,
	IRONIC_INTERFACE,
	IRONIC_GLANCE_URL,
	IRONIC_CA_FILE,
	IRONIC_TIMEOUT,
};
enum image_field {
	IMAGE_NAME,
	IMAGE_URL,
	IMAGE_CHECKSUM,
	IMAGE_KERNEL,
	IMAGE_RAMDISK,
	IMAGE_ROOT_GB,
	IMAGE_DESCRIPTION,
};
enum schedule_field {
	SCHEDULE_NAME,
	SCHEDULE_ENABLED,
	SCHEDULE_JOB,
	SCHEDULE_CRON,
	SCHEDULE_AT,
	SCHEDULE_AFTER,
	SCHEDULE_TIME_ZONE,
	SCHEDULE_JITTER,
	SCHEDULE_MISSED,
	SCHEDULE_OVERLAP,
	SCHEDULE_PARAMETERS,
	SCHEDULE_DESCRIPTION,
};
enum channel_field {
	CHANNEL_NAME,
	CHANNEL_ENABLED,
	CHANNEL_TYPE,
	CHANNEL_URL,
	CHANNEL_URL_SECRET,
	CHANNEL_SIGN_SECRET,
	CHANNEL_TO,
	CHANNEL_FROM,
	CHANNEL_CREDENTIALS,
	CHANNEL_EVENTS,
	CHANNEL_TEMPLATE,
	CHANNEL_DESCRIPTION,
};
/* How a job is to be run; absent fields leave it as the job table says. */
enum job_setting_field {
	JOB_SETTING_NAME,
	JOB_SETTING_ENABLED,
	JOB_SETTING_CONCURRENCY,
	JOB_SETTING_TIME_LIMIT,
	JOB_SETTING_RETRIES,
	JOB_SETTING_RETRY_DELAY,
	JOB_SETTING_NOTIFY,
	JOB_SETTING_REASON,
};
enum view_field { VIEW_NAME, VIEW_LABEL, VIEW_TABLE, VIEW_QUERY };

#endif
