#include "sim/device.h"
#include "sim/eos.h"
#include "sim/ios.h"
#include "sim/junos.h"
#include "sim/nxos.h"

#include <string.h>

static const struct platform *const platforms[] = {
	&eos_platform,
	&ios_platform,
	&nxos_platform,
	&junos_platform,

};

#define N_PLATFORMS (sizeof(platforms) / sizeof(*platforms))

const struct platform *platform_find(const char *name)
{
	for (size_t i = 0; i < N_PLATFORMS; i++)
		if (strcmp(platforms[i]->name, name) == 0)
			return platforms[i];
	return NULL;
}

void platform_list(struct buf *out)
{
	for (size_t i = 0; i < N_PLATFORMS; i++)
		buf_printf(out, "  %-6s %s\n", platforms[i]->name,
		    platforms[i]->label);
}
