/* Real FRRouting behind real OpenSSH (conformance/lab_frr.sh). */
#include "conformance/backend.h"

#include <stddef.h>

/* FRR has no timer; a router does not truncate, and its login does not lead
 * through its own interfaces. */
static const char *const frr_skip[] = {
	"a truncated configuration is no backup",
	"what is not confirmed reverts",
	"cut off management comes back",
	"a replacement, cut everywhere", /* the same lines as a merge's */
	NULL,
};

static const char *const frr_meanwhile[] = { "configure terminal",
	"ip route 10.99.0.0/16 Null0", "end", NULL };

const struct backend backend_frr = {
	.name = "frr",
	.user = "lab",
	.real = true,
	.merge = "interface eth1\n"
		 " description to spine2? yes\n"
		 " ip address 10.9.9.1/31\n"
		 "exit\n"
		 "router bgp 65001\n"
		 " neighbor 10.9.9.0 remote-as 65100\n"
		 "exit\n"
		 "ip route 10.77.0.0/16 Null0\n",
	.shows = "description to spine2",
	.edits = { { " description uplink\n", " description \"to spine9\"\n" },
	    { "ip route 192.0.2.0/24 Null0\n", "" } },
	.gone = "ip route 192.0.2.0/24",
	.bad = "interface eth2\n description x\n bogus line\nexit\n"
	       "ip route 10.78.0.0/16 Null0\n",
	.bad_word = "bogus",
	.no_section = "ip forwarding\n ip route 10.81.0.0/16 Null0\n",
	.command = "interface eth2\n description y\ndo write memory\n",
	.meanwhile = frr_meanwhile,
	.meanwhile_word = "10.99.0.0",
	.skip = frr_skip,
};
