#include "web/pages/record_tables.h"

#include "app/device_view.h"

#include <stddef.h>

#define FIELDS(...) ((const int[]){ __VA_ARGS__, -1 })
#define NO_FIELDS ((const int[]){ -1 })
#define EXTRAS(...) \
	((const struct record_table_extra[]){ __VA_ARGS__, { NULL, NULL } })
#define DEVICES EXTRAS({ "n_devices", "Devices" })

static const struct record_table_spec specs[] = {
	{ .kind = KIND_DEVICE,
	    .columns = FIELDS(DEVICE_NAME, DEVICE_STATUS, DEVICE_PLATFORM,
		DEVICE_ROLE, DEVICE_AREA, DEVICE_PRIMARY_IP4),
	    .search = device_view_search,
	    .filters = FIELDS(
		DEVICE_STATUS, DEVICE_PLATFORM, DEVICE_ROLE, DEVICE_AREA),
	    .extras = EXTRAS({ "last_run", "Last run" }) },
	{ .kind = KIND_AREA,
	    .columns = FIELDS(
		AREA_NAME, AREA_PARENT, AREA_CREDENTIALS, AREA_DESCRIPTION),
	    .search = FIELDS(AREA_NAME, AREA_DESCRIPTION),
	    .filters = FIELDS(AREA_PARENT),
	    .extras = DEVICES },
	{ .kind = KIND_VLAN,
	    .columns = FIELDS(VLAN_VID, VLAN_NAME, VLAN_AREA, VLAN_DESCRIPTION),
	    .search = FIELDS(VLAN_VID, VLAN_NAME, VLAN_DESCRIPTION),
	    .filters = FIELDS(VLAN_AREA) },
	{ .kind = KIND_ROLE,
	    .columns = FIELDS(ROLE_NAME, ROLE_DESCRIPTION),
	    .search = FIELDS(ROLE_NAME, ROLE_DESCRIPTION),
	    .filters = NO_FIELDS,
	    .extras = DEVICES },
	{ .kind = KIND_PLATFORM,
	    .columns = FIELDS(PLATFORM_NAME, PLATFORM_DRIVER, PLATFORM_PORT,
		PLATFORM_CREDENTIALS, PLATFORM_DESCRIPTION),
	    .search = FIELDS(PLATFORM_NAME, PLATFORM_DESCRIPTION),
	    .filters = FIELDS(PLATFORM_DRIVER),
	    .extras = DEVICES },
	{ .kind = KIND_SECRET,
	    .columns = FIELDS(SECRET_NAME, SECRET_PROVIDER, SECRET_REFERENCE,
		SECRET_USERNAME, SECRET_DESCRIPTION),
	    .search = FIELDS(SECRET_NAME, SECRET_REFERENCE, SECRET_DESCRIPTION),
	    .filters = FIELDS(SECRET_PROVIDER),
	    .extras = DEVICES },
	{ .kind = KIND_BUTTON,
	    .columns = FIELDS(BUTTON_NAME, BUTTON_LABEL, BUTTON_JOB,
		BUTTON_ENABLED, BUTTON_ONE_CLICK),
	    .search = FIELDS(BUTTON_NAME, BUTTON_LABEL),
	    .filters = FIELDS(BUTTON_JOB, BUTTON_ENABLED) },
	{ .kind = KIND_IMAGE,
	    .columns = FIELDS(
		IMAGE_NAME, IMAGE_URL, IMAGE_CHECKSUM, IMAGE_DESCRIPTION),
	    .search = FIELDS(IMAGE_NAME, IMAGE_URL, IMAGE_DESCRIPTION),
	    .filters = NO_FIELDS },
	{ .kind = KIND_SCHEDULE,
	    .columns = FIELDS(SCHEDULE_NAME, SCHEDULE_JOB, SCHEDULE_ENABLED),
	    .search = FIELDS(SCHEDULE_NAME, SCHEDULE_DESCRIPTION),
	    .filters = FIELDS(SCHEDULE_JOB, SCHEDULE_ENABLED),
	    .extras = EXTRAS({ "when", "When" }, { "next", "Next" },
		{ "last_run", "Last run" }) },
	{ .kind = KIND_HOOK,
	    .columns = FIELDS(HOOK_NAME, HOOK_ENABLED, HOOK_JOB, HOOK_ON_CREATE,
		HOOK_ON_UPDATE, HOOK_DRY_RUN, HOOK_DESCRIPTION),
	    .search = FIELDS(HOOK_NAME, HOOK_DESCRIPTION),
	    .filters = FIELDS(HOOK_JOB, HOOK_ENABLED) },
	{ .kind = KIND_CHANNEL,
	    .columns = FIELDS(CHANNEL_NAME, CHANNEL_ENABLED, CHANNEL_TYPE,
		CHANNEL_URL, CHANNEL_DESCRIPTION),
	    .search = FIELDS(CHANNEL_NAME, CHANNEL_URL, CHANNEL_DESCRIPTION),
	    .filters = FIELDS(CHANNEL_TYPE, CHANNEL_ENABLED) },
	{ .kind = KIND_VIEW,
	    .columns = FIELDS(VIEW_NAME, VIEW_LABEL, VIEW_TABLE, VIEW_QUERY),
	    .search = FIELDS(VIEW_NAME, VIEW_LABEL),
	    .filters = FIELDS(VIEW_TABLE) },
	{ .kind = KIND_USER,
	    .columns =
		FIELDS(USER_NAME, USER_FULL_NAME, USER_ROLE, USER_DISABLED),
	    .search = FIELDS(USER_NAME, USER_FULL_NAME),
	    .filters = FIELDS(USER_ROLE, USER_DISABLED),
	    .path = "/settings/users" },
	{ .kind = KIND_TOKEN,
	    .columns = FIELDS(
		TOKEN_NAME, TOKEN_ROLE, TOKEN_CREATED_BY, TOKEN_EXPIRES_AT),
	    .search = FIELDS(TOKEN_NAME, TOKEN_CREATED_BY),
	    .filters = FIELDS(TOKEN_ROLE),
	    .path = "/settings/tokens",
	    .rows_have_no_page = true },
};

const struct record_table_spec *record_table_spec_of(enum kind_id kind)
{
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		if (specs[i].kind == kind)
			return &specs[i];
	}
	return NULL;
}
