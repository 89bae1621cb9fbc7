#include "conformance/backend.h"

#include <stddef.h>

static const char *const eos_pending[] = { "enable",
	"configure session maintenance", "hostname other", "end", NULL };

#define EOS_LANGUAGE(name)                                               \
	.merge = "interface Ethernet1\n"                                 \
		 "   description to spine2\n"                            \
		 "!\n"                                                   \
		 "interface Ethernet3\n"                                 \
		 "   no switchport\n"                                    \
		 "   ip address 10.9.9.1/31\n"                           \
		 "!\n"                                                   \
		 "router bgp 65001\n"                                    \
		 "   router-id 192.0.2.1\n"                              \
		 "   neighbor 10.0.0.0 remote-as 65100\n"                \
		 "!\n"                                                   \
		 "end\n",                                                \
	.shows = "description to spine2",                                \
	.edits = { { "hostname " name, "hostname spine" },               \
		{ "ntp server 192.0.2.123\n", "" } },                    \
	.gone = "ntp server",                                            \
	.bad = "interface Ethernet2\n   description x\n   bogus line\n", \
	.bad_word = "bogus",                                             \
	.bad_secret = "username joe secret 5 hash s3cr3t\n",             \
	.command = "hostname a\nreload now\n",                           \
	.cut_off = "interface Management1\n   no ip address\n",          \
	.pending = eos_pending

const struct backend backend_eos = {
	.name = "eos",
	EOS_LANGUAGE("eos"),
};

/* The certificate is that of the whole simulator, and does not change; half an
 * answer is no JSON, and nothing of it can be set aside. */
static const char *const eapi_skip[] = { "host keys are checked",
	"a truncated configuration is no backup", NULL };

static const char *const eapi_failures[] = { "api-gateway", NULL };

const struct backend backend_eapi = {
	.name = "eapi",
	.driver = "eos",
	.transport = "eapi",
	.skip = eapi_skip,
	.failures = eapi_failures,
	EOS_LANGUAGE("eapi"),
};
