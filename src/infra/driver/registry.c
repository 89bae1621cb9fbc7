#include "infra/driver/registry.h"

#include "infra/driver/eos.h"
#include "infra/driver/frr.h"
#include "infra/driver/ios.h"
#include "infra/driver/junos.h"
#include "infra/driver/netconf.h"
#include "infra/driver/nxos.h"

#include <string.h>

static const struct driver *const drivers[] = {
	&driver_frr,
	&driver_eos,
	&driver_ios,
	&driver_junos,
	&driver_netconf,
	&driver_nxos,
};

#define N_DRIVERS (sizeof drivers / sizeof drivers[0])

const struct driver *driver_find(const char *name)
{
	for (size_t i = 0; i < N_DRIVERS; i++)
		if (strcmp(drivers[i]->name, name) == 0)
			return drivers[i];
	return NULL;
}

const struct driver *driver_at(size_t i)
{
	return i < N_DRIVERS ? drivers[i] : NULL;
}
