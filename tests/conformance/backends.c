#include "conformance/backend.h"

#include <stddef.h>
#include <string.h>

static const struct backend *const all[] = {
	&backend_eapi,
	&backend_eos,
	&backend_frr,
	&backend_ios,
	&backend_junos,
	&backend_nxapi,
	&backend_nxos,
	&backend_netconf,
};

const struct backend *backend_find(const char *name)
{
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

bool backend_skips(const struct backend *b, const char *name)
{
	const char *const *s = b->skip;

	while (s != NULL && *s != NULL && strcmp(*s, name) != 0)
		s++;
	return s != NULL && *s != NULL;
}
