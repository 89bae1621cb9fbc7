/*
 * Where and how a device is managed, as its record and its platform's say: for
 * knowing whether two records may be one device.  Pure.
 */
#ifndef DOMAIN_MANAGED_H
#define DOMAIN_MANAGED_H

#include "domain/record.h"

enum managed_way {
	MANAGED_SSH,
	MANAGED_NETCONF,
	MANAGED_API, /* over HTTPS */
};

struct managed {
	char address[16]; /* "": not known, and the rest is nothing */
	enum managed_way way;
	int port;
};

/* platform: NULL if the device has none. */
enum managed_way managed_way_of(
    const struct record *device, const struct record *platform);
void managed_find(const struct record *device, const struct record *platform,
    struct managed *ret);

/* The same address, way and port; false if an address is not known. */
bool managed_is_same(const struct managed *a, const struct managed *b);
/* The same, or the same address in two ways, of which one is at its usual
 * port.  Two unusual ports are taken for two devices behind a translation of
 * addresses. */
bool managed_may_be_one(const struct managed *a, const struct managed *b);

#endif
