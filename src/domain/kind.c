#include "domain/kind.h"

#include "domain/kind_internal.h"

#include <string.h>

static const struct kind *const kinds[KIND_COUNT] = {
	[KIND_AREA] = &kind_area,
	[KIND_ROLE] = &kind_role,
	[KIND_PLATFORM] = &kind_platform,
	[KIND_VLAN] = &kind_vlan,
	[KIND_DEVICE] = &kind_device,
	[KIND_SECRET] = &kind_secret,
	[KIND_HOSTKEY] = &kind_hostkey,
	[KIND_HOOK] = &kind_hook,
	[KIND_BUTTON] = &kind_button,
	[KIND_USER] = &kind_user,
	[KIND_TOKEN] = &kind_token,
	[KIND_SETTINGS] = &kind_settings,
	[KIND_IRONIC] = &kind_ironic,
	[KIND_IMAGE] = &kind_image,
	[KIND_SCHEDULE] = &kind_schedule,
	[KIND_CHANNEL] = &kind_channel,
	[KIND_JOB] = &kind_job,
	[KIND_VIEW] = &kind_view,
};

const struct kind *kind_get(enum kind_id id)
{
	return kinds[id];
}

const struct kind *kind_find_plural(const char *plural)
{
	for (size_t i = 1; i < KIND_COUNT; i++) {
		if (strcmp(kinds[i]->plural, plural) == 0)
			return kinds[i];
	}
	return NULL;
}
