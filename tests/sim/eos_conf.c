/*
 * The configuration language of EOS: what may be typed, in the order in which
 * `show running-config` prints it.
 */
#include "sim/eos.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct grammar_ifname eos_ifnames[] = {
	{ "Ethernet", "", 1, 8, true },
	{ "Management", "", 1, 1, true },
	{ "Loopback", "", 0, 1000, false },
	{ "Port-Channel", "", 1, 2000, false },
	{ "Vlan", "", 1, 4094, false },
	{ "Vxlan", "", 1, 1, false },
	{ "Null", "", 0, 0, false },
	{ NULL, NULL, 0, 0, false },
};

#define NEIGHBOR "neighbor (A.B.C.D|WORD) "

static const struct conf_rule eos_rules[] = {
	{ "config", "alias WORD LINE", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "aaa root [(nopassword|secret LINE)]", NULL, 2, CONF_BOTH,
	    NULL },
	{ "config", "aaa authentication login default LINE", NULL, 4, 0, NULL },
	{ "config", "aaa authorization exec default LINE", NULL, 4, 0, NULL },
	{ "config",
	    "username WORD [privilege <0-15>] [role WORD] "
	    "(nopassword|secret [(0|5|sha512)] WORD)",
	    NULL, 2, 0, NULL },
	{ "config", "username WORD", NULL, 0, CONF_NO_ONLY, NULL },
	{ "config", "agent WORD shutdown", NULL, 0, 0, NULL },
	{ "config", "transceiver qsfp default-mode 4x10G", NULL, 0, 0, NULL },
	{ "config", "service routing protocols model (ribd|multi-agent)", NULL,
	    4, 0, NULL },
	{ "config", "logging host WORD [<1-65535>]", NULL, 3, CONF_GROUPED,
	    NULL },
	{ "config", "logging buffered <10-2147483647>", NULL, 2, CONF_GROUPED,
	    NULL },
	{ "config",
	    "logging trap (emergencies|alerts|critical|errors|warnings|"
	    "notifications|informational|debugging)",
	    NULL, 2, CONF_GROUPED, NULL },
	{ "config", "hostname WORD", NULL, 1, 0, NULL },
	{ "config", "ip name-server [vrf WORD] A.B.C.D", NULL, 0, CONF_GROUPED,
	    NULL },
	{ "config", "dns domain WORD", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "ntp server [vrf WORD] WORD [prefer] [iburst]", NULL, 0,
	    CONF_GROUPED | CONF_ORDERED, NULL },
	{ "config", "snmp-server community WORD [(ro|rw)]", NULL, 3,
	    CONF_GROUPED, NULL },
	{ "config", "snmp-server contact LINE", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "snmp-server location LINE", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "spanning-tree mode (mstp|rstp|rapid-pvst|none)", NULL, 2,
	    CONF_GROUPED, NULL },
	{ "config", "spanning-tree mst <0-4094> priority <0-61440>", NULL, 4,
	    CONF_GROUPED, NULL },
	{ "config", "vlan VLANS", "vlan", 0, 0, NULL },
	{ "config", "vrf instance WORD", "vrf", 0, 0, NULL },
	{ "config", "interface IFNAME", "interface", 0, CONF_PHYSICAL, NULL },
	{ "config", "ip access-list [standard] WORD", "acl", 0, 0, NULL },
	{ "config", "ip routing [vrf WORD]", NULL, 0, CONF_BOTH, NULL },
	{ "config",
	    "ip prefix-list WORD seq <0-65535> (permit|deny) A.B.C.D/N "
	    "[ge <1-32>] [le <1-32>]",
	    NULL, 5, CONF_GROUPED, NULL },
	{ "config",
	    "ip route [vrf WORD] A.B.C.D/N (A.B.C.D|IFNAME) [<1-255>] "
	    "[tag <0-4294967295>] [name WORD]",
	    NULL, 0, CONF_GROUPED, NULL },
	{ "config", "route-map WORD (permit|deny) <1-65535>", "route-map", 0, 0,
	    NULL },
	{ "config", "route-map WORD", NULL, 0, CONF_NO_ONLY, NULL },
	{ "config", "router bgp <1-4294967295>", "bgp", 0, 0, NULL },
	{ "config", "router ospf <1-65535>", "ospf", 0, 0, NULL },
	{ "config", "banner (login|motd)", NULL, 2, CONF_BLOCK, NULL },
	{ "config", "management api http-commands", "mgmt-api-http-cmds", 0, 0,
	    NULL },
	{ "config", "management ssh", "mgmt-ssh", 0, 0, NULL },

	{ "vlan", "name WORD", NULL, 1, 0, NULL },
	{ "vlan", "state (active|suspend)", NULL, 1, 0, NULL },
	{ "vlan", "trunk group WORD", NULL, 0, 0, NULL },
	{ "vrf", "description LINE", NULL, 1, 0, NULL },
	{ "vrf", "rd WORD", NULL, 1, 0, NULL },

	{ "interface", "description LINE", NULL, 1, 0, NULL },
	{ "interface", "shutdown", NULL, 0, 0, NULL },
	{ "interface", "load-interval <0-600>", NULL, 1, 0, NULL },
	{ "interface", "mtu <68-65535>", NULL, 1, 0, NULL },
	{ "interface", "speed (auto|forced) [WORD]", NULL, 1, 0, NULL },
	{ "interface", "switchport access vlan <1-4094>", NULL, 3, 0, NULL },
	{ "interface", "switchport trunk native vlan <1-4094>", NULL, 4, 0,
	    NULL },
	{ "interface", "switchport trunk allowed vlan VLANS", NULL, 4, 0,
	    NULL },
	{ "interface", "switchport mode (access|trunk)", NULL, 2, 0, NULL },
	{ "interface", "switchport", NULL, 0, CONF_DEFAULT_ON, NULL },
	{ "interface", "channel-group <1-2000> mode (active|passive|on)", NULL,
	    1, 0, NULL },
	{ "interface", "encapsulation dot1q vlan <1-4094>", NULL, 3, 0, NULL },
	{ "interface", "vrf WORD", NULL, 1, 0, NULL },
	{ "interface", "ip address (A.B.C.D/M|dhcp)", NULL, 2, 0, NULL },
	{ "interface", "ip address A.B.C.D/M secondary", NULL, 0, 0, NULL },
	{ "interface", "ipv6 address X:X::X:X/M", NULL, 0, 0, NULL },
	{ "interface", "ip ospf cost <1-65535>", NULL, 3, 0, NULL },
	{ "interface", "ip ospf area WORD", NULL, 3, 0, NULL },
	{ "interface", "lldp transmit", NULL, 0, CONF_DEFAULT_ON, NULL },
	{ "interface", "lldp receive", NULL, 0, CONF_DEFAULT_ON, NULL },
	{ "interface", "spanning-tree portfast", NULL, 0, 0, NULL },

	{ "acl", "<1-4294967295> (permit|deny|remark) LINE", NULL, 0, 0, NULL },
	{ "acl", "<1-4294967295>", NULL, 0, CONF_NO_ONLY, NULL },
	{ "route-map", "description LINE", NULL, 1, 0, NULL },
	{ "route-map", "match LINE", NULL, 0, 0, NULL },
	{ "route-map", "set LINE", NULL, 0, 0, NULL },

	{ "bgp", "router-id A.B.C.D", NULL, 1, 0, NULL },
	{ "bgp", "maximum-paths <1-600> [ecmp <1-600>]", NULL, 1, 0, NULL },
	{ "bgp", "neighbor WORD peer group [WORD]", NULL, 4, 0, NULL },
	{ "bgp", NEIGHBOR "remote-as <1-4294967295>", NULL, 3, 0, NULL },
	{ "bgp", NEIGHBOR "update-source IFNAME", NULL, 3, 0, NULL },
	{ "bgp", NEIGHBOR "description LINE", NULL, 3, 0, NULL },
	{ "bgp", NEIGHBOR "maximum-routes <0-4294967294>", NULL, 3, 0, NULL },
	{ "bgp", NEIGHBOR "shutdown", NULL, 0, 0, NULL },
	{ "bgp", "neighbor (A.B.C.D|WORD)", NULL, 0, CONF_NO_ONLY, NULL },
	{ "bgp", "redistribute (connected|static|ospf)", NULL, 0, 0, NULL },
	{ "bgp", "network A.B.C.D/N", NULL, 0, 0, NULL },
	{ "bgp", "address-family (ipv4|ipv6|evpn)", "bgp-af", 0, 0, NULL },
	{ "bgp-af", NEIGHBOR "activate", NULL, 0, 0, NULL },
	{ "bgp-af", "network A.B.C.D/N", NULL, 0, 0, NULL },

	{ "ospf", "router-id A.B.C.D", NULL, 1, 0, NULL },
	{ "ospf", "passive-interface (default|IFNAME)", NULL, 0, 0, NULL },
	{ "ospf", "network A.B.C.D/N area WORD", NULL, 2, 0, NULL },
	{ "ospf", "max-lsa <0-100000>", NULL, 1, 0, NULL },

	{ "mgmt-api-http-cmds", "protocol (http|https)", NULL, 0, 0, NULL },
	{ "mgmt-api-http-cmds", "shutdown", NULL, 0, CONF_DEFAULT_ON, NULL },
	{ "mgmt-ssh", "idle-timeout <0-86400>", NULL, 1, 0, NULL },
};

/* A number taken by another entry of the list. */
static bool eos_check_sequence(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	char number[16];
	const struct conf_node *same;

	if (a->negated || strcmp(a->rule->mode, "acl") != 0)
		return true;
	grammar_word(a->match, 0, number, sizeof(number));
	same = conf_find_words(a->section, number);
	if (!same || strcmp(same->text, a->match->text) == 0)
		return true;
	snprintf(refusal, CONF_REFUSAL_SIZE, "%% Duplicate sequence number");
	return false;
}

static bool eos_check_bgp(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	const struct conf_node *bgp = conf_find_words(a->root, "router bgp");

	if (a->negated || !a->rule->enters ||
	    strcmp(a->rule->enters, "bgp") != 0 || !bgp ||
	    strcmp(bgp->text, a->match->text) == 0)
		return true;
	snprintf(refusal, CONF_REFUSAL_SIZE,
	    "%% BGP is already running with AS number %s",
	    bgp->text + strlen("router bgp "));
	return false;
}

static bool eos_check(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	return eos_check_sequence(a, refusal) && eos_check_bgp(a, refusal);
}

const struct conf_lang eos_lang = {
	.rules = eos_rules,
	.n_rules = sizeof(eos_rules) / sizeof(*eos_rules),
	.ifnames = eos_ifnames,
	.style = { .indent = 3, .separator = "!" },
	.root_mode = "config",
	.no_removal = "% Cannot delete a physical interface",
	.check = eos_check,
};

#define EOS_CLEAN                                                           \
	"no aaa root\n"                                                     \
	"transceiver qsfp default-mode 4x10G\n"                             \
	"service routing protocols model ribd\n"                            \
	"spanning-tree mode mstp\n"                                         \
	"interface Ethernet1\ninterface Ethernet2\ninterface Ethernet3\n"   \
	"interface Ethernet4\ninterface Ethernet5\ninterface Ethernet6\n"   \
	"interface Ethernet7\ninterface Ethernet8\ninterface Management1\n" \
	"no ip routing\n"

static struct conf_node *eos_load(const char *text)
{
	struct conf_node *config = conf_new();

	if (!conf_load(&eos_lang, config, text, NULL, NULL))
		abort(); /* our own text does not fit our own rules */
	return config;
}

struct conf_node *eos_clean_config(void)
{
	return eos_load(EOS_CLEAN);
}

struct conf_node *eos_first_config(const struct device *d)
{
	char *text = mem_printf(EOS_CLEAN
	    "hostname %s\n"
	    "username admin privilege 15 role network-admin secret sha512 "
	    "$6$sim$Q1n0bW4vT2ZQeYlCqXh3rA\n"
	    "ntp server 192.0.2.123\n"
	    "vlan 10\n   name users\n"
	    "interface Ethernet1\n   description uplink to spine1\n"
	    "   no switchport\n   ip address 10.%u.%u.1/31\n"
	    "interface Ethernet2\n   switchport access vlan 10\n"
	    "interface Management1\n   ip address 192.0.2.%u/24\n"
	    "ip routing\n"
	    "ip route 0.0.0.0/0 192.0.2.1\n"
	    "management api http-commands\n   no shutdown\n",
	    d->name, d->index / 250 % 250, d->index % 250, 10 + d->index % 240);
	struct conf_node *config = eos_load(text);

	free(text);
	return config;
}

struct eos_mode_name {
	const char *mode;
	const char *shown;
};

static const struct eos_mode_name eos_mode_names[] = {
	{ "vlan", "vlan-" },
	{ "interface", "if-" },
	{ "vrf", "vrf-" },
	{ "acl", "acl-" },
	{ "route-map", "route-map-" },
	{ "bgp", "router-bgp" },
	{ "bgp-af", "router-bgp-af" },
	{ "ospf", "router-ospf" },
	{ "mgmt-api-http-cmds", "mgmt-api-http-cmds" },
	{ "mgmt-ssh", "mgmt-ssh" },
};

/* "Ethernet1" is shown as Et1, "Management1" as Ma1. */
static void eos_format_ifname(const char *name, struct buf *out)
{
	buf_add(out, name, strnlen(name, 2));
	buf_puts(out, name + strcspn(name, "0123456789"));
}

void eos_format_mode(const struct conf_cursor *cursor, struct buf *out)
{
	const size_t n = sizeof(eos_mode_names) / sizeof(*eos_mode_names);
	const char *mode = conf_cursor_mode(&eos_lang, cursor);
	const char *section;
	const char *last;

	if (cursor->depth == 0)
		return;
	section = cursor->section[cursor->depth - 1];
	last = strrchr(section, ' ');
	last = last ? last + 1 : section;
	for (size_t i = 0; i < n; i++) {
		const char *shown = eos_mode_names[i].shown;

		if (strcmp(mode, eos_mode_names[i].mode) != 0)
			continue;
		buf_printf(out, "-%s", shown);
		if (strcmp(mode, "interface") == 0)
			eos_format_ifname(last, out);
		else if (shown[strlen(shown) - 1] == '-')
			buf_puts(out, last);
	}
}
