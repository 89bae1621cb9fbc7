/* Junos, and real servers that speak NETCONF alone. */
#include "conformance/backend.h"

#include <stddef.h>

static const char *const junos_pending[] = { "configure",
	"set system host-name other", NULL };
static const char *const junos_lock[] = { "configure exclusive", NULL };
static const char *const junos_waiting[] = { "configure",
	"set interfaces ge-0/0/0 description other", "commit confirmed 5",
	NULL };

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
	.bad_secret = "system {\n    login {\n        user joe {\n"
		      "            authentication {\n"
		      "                encrypted-password \"s3cr3t\" too many;"
		      "\n            }\n        }\n    }\n}\n",
	.command = "set system host-name a\nrequest system reboot\n",
	.cut_off = "delete interfaces fxp0 unit 0 family inet address\n",
	.pending = junos_pending,
	.lock = junos_lock,
	.waiting = junos_waiting,
};

#define SYSTEM "urn:ietf:params:xml:ns:yang:ietf-system"
#define INTERFACES "urn:ietf:params:xml:ns:yang:ietf-interfaces"
#define TYPES "urn:ietf:params:xml:ns:yang:iana-if-type"
#define EDIT                                                                \
	"<edit-config><target><candidate/></target><config><system "        \
	"xmlns=\"" SYSTEM "\"><hostname>other</hostname></system></config>" \
	"</edit-config>"

static const char *const netconf_pending[] = { EDIT, NULL };
static const char *const netconf_lock[] = {
	"<lock><target><running/></target></lock>", NULL
};
static const char *const netconf_waiting[] = { EDIT,
	"<commit><confirmed/><confirm-timeout>300</confirm-timeout></commit>",
	NULL };

const struct backend backend_netconf = {
	.name = "netconf",
	.merge = "<config>\n"
		 "<interfaces xmlns=\"" INTERFACES "\"><interface>\n"
		 "  <name>eth3</name><description>to spine2</description>\n"
		 "  <type xmlns:x=\"" TYPES "\">x:ethernetCsmacd</type>\n"
		 "</interface></interfaces>\n"
		 "<system xmlns=\"" SYSTEM "\">"
		 "<location>a &lt;b&gt; &amp; c</location></system>\n"
		 "</config>\n",
	.shows = "<description>to spine2</description>",
	.edits = { { "<hostname>netconf", "<hostname>spine" },
	    { "  <contact>noc</contact>\n", "" },
	    { "to spine1", "to spine9" } },
	.gone = "contact",
	.bad = "<system xmlns=\"" SYSTEM "\">\n"
	       "<location>x</location><bogus>1</bogus>\n</system>\n",
	.bad_word = "bogus",
	.command = "reload now\n",
	/* tests/netconf/relay.c knows this name */
	.cut_off = "<interfaces xmlns=\"" INTERFACES "\"><interface>\n"
		   "  <name>cut-off-management</name>\n"
		   "  <type xmlns:x=\"" TYPES "\">x:ethernetCsmacd</type>\n"
		   "</interface></interfaces>\n",
	.pending = netconf_pending,
	.lock = netconf_lock,
	.waiting = netconf_waiting,
	.netconf = true,
	.user = "netconf-test",
};
