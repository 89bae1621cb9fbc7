/* Junos, and real servers that speak NETCONF alone. */
#include "conformance/backend.h"

#include <stddef.h>

static const char *const junos_pending[] = { "configure",
	"set system host-name other", NULL };
static const char *const junos_lock[] = { "configure exclusive", NULL };

const struct backend backend_junos = {
	.name = "junos",
	.merge = "interfaces {\n"
		 "    ge-0/0/3 {\n"
		 "        description \"to spine2\";\n"
		 "        unit 0 {\n"
		 "            family inet {\n"
		 "                address 10.9.9.1/31;\n"
		 "            }\n"
		 "        }\n"
		 "    }\n"
		 "}\n"
		 "protocols {\n"
		 "    bgp {\n"
		 "        group spines {\n"
		 "            type external;\n"
		 "            peer-as 65100;\n"
		 "            neighbor 10.9.9.0;\n"
		 "        }\n"
		 "    }\n"
		 "}\n",
	.shows = "description \"to spine2\"",
	.edits = { { "host-name junos", "host-name spine" },
	    { "    syslog {\n"
	      "        file messages {\n"
	      "            any notice;\n"
	      "        }\n"
	      "    }\n",
		"" },
	    { "uplink to spine1", "uplink to spine9" } },
	.gone = "syslog",
	.bad = "interfaces {\n    ge-0/0/2 {\n        description x;\n"
	       "        bogus line;\n    }\n}\n",
	.bad_word = "bogus",
	.command = "set system host-name a\nrequest system reboot\n",
	.cut_off = "delete interfaces fxp0 unit 0 family inet address\n",
	.pending = junos_pending,
	.lock = junos_lock,
};
