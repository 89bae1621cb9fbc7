#include "domain/managed.h"

#include <string.h>

static const int usual_ports[] = {
	[MANAGED_SSH] = 22,
	[MANAGED_NETCONF] = 830,
	[MANAGED_API] = 443,
};

/* Drivers that speak NETCONF alone. */
static const char *const netconf_drivers[] = { "junos", "netconf", NULL };

static bool speaks_netconf(const struct record *platform)
{
	const char *driver = record_text(platform, PLATFORM_DRIVER);
	const char *const *d = netconf_drivers;

	while (*d && strcmp(*d, driver) != 0)
		d++;
	return *d != NULL;
}

enum managed_way managed_way_of(
    const struct record *device, const struct record *platform)
{
	const char *transport = record_text(device, DEVICE_TRANSPORT);

	if (platform && speaks_netconf(platform))
		return MANAGED_NETCONF;
	if (platform && !*transport)
		transport = record_text(platform, PLATFORM_TRANSPORT);
	return !*transport || strcmp(transport, "ssh") == 0 ? MANAGED_SSH
							    : MANAGED_API;
}

void managed_find(const struct record *device, const struct record *platform,
    struct managed *ret)
{
	int prefix;

	*ret = (struct managed){ .address = "" };
	if (!schema_parse_ipv4(record_text(device, DEVICE_PRIMARY_IP4),
		ret->address, &prefix, &ret->port)) {
		*ret = (struct managed){ .address = "" };
		return;
	}
	ret->way = managed_way_of(device, platform);
	if (!ret->port && platform)
		ret->port = (int)record_number(platform, PLATFORM_PORT, 0);
	if (!ret->port)
		ret->port = usual_ports[ret->way];
}

static bool shares_address(const struct managed *a, const struct managed *b)
{
	return a->address[0] != '\0' && strcmp(a->address, b->address) == 0;
}

bool managed_is_same(const struct managed *a, const struct managed *b)
{
	return shares_address(a, b) && a->way == b->way && a->port == b->port;
}

static bool is_usual(const struct managed *m)
{
	return m->port == usual_ports[m->way];
}

bool managed_may_be_one(const struct managed *a, const struct managed *b)
{
	if (!shares_address(a, b))
		return false;
	if (a->port == b->port)
		return true;
	return a->way != b->way && (is_usual(a) || is_usual(b));
}
