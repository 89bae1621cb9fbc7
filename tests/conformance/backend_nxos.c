#include "conformance/backend.h"

#include <stddef.h>

static const char *const nxos_pending[] = {
	"checkpoint file bootflash:maintenance",
	"configure replace bootflash:maintenance commit-timeout 300", NULL
};

static const char *const nxos_meanwhile[] = { "configure terminal",
	"ip route 10.99.0.0/16 Null0", "end", NULL };

#define NXOS_LANGUAGE(name)                                             \
	.merge = "feature ospf\n"                                       \
		 "interface Ethernet1/3\n"                              \
		 "  description to spine2? yes\n"                       \
		 "  no switchport\n"                                    \
		 "  ip address 10.9.9.1/31\n"                           \
		 "  no shutdown\n"                                      \
		 "interface Vlan10\n"                                   \
		 "  ip address 10.10.0.1/24\n"                          \
		 "router bgp 65001\n"                                   \
		 "  router-id 192.0.2.1\n"                              \
		 "  neighbor 10.9.9.0\n"                                \
		 "    remote-as 65100\n"                                \
		 "ip route 10.77.0.0/16 Null0\n",                       \
	.shows = "description to spine2",                               \
	.edits = { { "hostname " name, "hostname spine" },              \
		{ "ntp server 192.0.2.123 use-vrf management\n", "" },  \
		{ "description uplink to spine1",                       \
		    "description uplink to spine9" } },                 \
	.gone = "ntp server",                                           \
	.bad = "interface Ethernet1/2\n  description x\n  bogus line\n" \
	       "ip route 10.78.0.0/16 Null0\n",                         \
	.bad_word = "bogus",                                            \
	.bad_secret = "interface Ethernet1/2\n  description x\n"        \
		      "username joe password 5 s3cr3t too many\n",      \
	.command = "interface Ethernet1/2\n  description y\nreload\n",  \
	.meanwhile = nxos_meanwhile, .meanwhile_word = "10.99.0.0",     \
	.pending = nxos_pending

const struct backend backend_nxos = {
	.name = "nxos",
	.cut_off = "interface mgmt0\n  no ip address\n",
	NXOS_LANGUAGE("nxos"),
};

/* As over eAPI: one certificate for all, and half an answer is no JSON. */
static const char *const nxapi_skip[] = { "host keys are checked",
	"a truncated configuration is no backup", NULL };

static const char *const nxapi_failures[] = { "api-gateway", "api-failed",
	"api-busy", NULL };

const struct backend backend_nxapi = {
	.name = "nxapi",
	.driver = "nxos",
	.transport = "nxapi",
	.skip = nxapi_skip,
	.failures = nxapi_failures,
	.cut_off = "no feature nxapi\n",
	.cuts_itself = true,
	NXOS_LANGUAGE("nxapi"),
};
