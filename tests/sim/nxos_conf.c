/*
 * The configuration language of NX-OS, in the order of `show running-config`.
 */
#include "sim/nxos.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NXOS_PORTS 16

static const struct grammar_ifname nxos_ifnames[] = {
	{ "Ethernet", "1/", 1, NXOS_PORTS, true },
	{ "mgmt", "", 0, 0, true },
	{ "loopback", "", 0, 1023, false },
	{ "port-channel", "", 1, 4096, false },
	{ "Vlan", "", 1, 4094, false },
	{ "Null", "", 0, 0, false },
	{ NULL, NULL, 0, 0, false },
};

/* clang-format off: a table, one line a rule */
static const struct conf_rule nxos_rules[] = {
	{ "config", "version LINE", NULL, 1, 0, NULL },
	{ "config", "hostname WORD", NULL, 1, CONF_GROUPED, NULL },
	{ "config", "feature nxapi", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "feature scp-server", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "feature bgp", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "feature ospf", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "feature interface-vlan", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "feature lacp", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "feature lldp", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "password strength-check", NULL, 0,
	    CONF_BOTH | CONF_GROUPED, NULL },
	{ "config", "username WORD password [(0|5)] WORD [role WORD]", NULL, 3,
	    CONF_GROUPED, NULL },
	{ "config", "username WORD", NULL, 0, CONF_NO_ONLY, NULL },
	{ "config", "banner motd LINE", NULL, 2, CONF_BLOCK, NULL },
	{ "config", "ip domain-lookup", NULL, 0, CONF_DEFAULT_ON, NULL },
	{ "config", "ip domain-name WORD", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "ip name-server A.B.C.D", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "copp profile (strict|moderate|lenient|dense)", NULL, 2,
	    CONF_GROUPED, NULL },
	{ "config", "snmp-server user WORD LINE", NULL, 3, CONF_GROUPED, NULL },
	{ "config", "snmp-server community WORD [group WORD]", NULL, 3,
	    CONF_GROUPED, NULL },
	{ "config", "snmp-server contact LINE", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "snmp-server location LINE", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "ntp server A.B.C.D [prefer] [use-vrf WORD]", NULL, 3,
	    CONF_GROUPED, NULL },
	{ "config", "logging server A.B.C.D [<0-7>]", NULL, 3, CONF_GROUPED,
	    NULL },
	{ "config", "ip route A.B.C.D/N (A.B.C.D|IFNAME) [name WORD] [<1-255>]",
	    NULL, 0, CONF_GROUPED, NULL },
	{ "config", "vlan VLANS", "vlan", 0, 0, NULL },
	{ "config",
	    "ip prefix-list WORD seq <1-4294967294> (permit|deny) A.B.C.D/N "
	    "[ge <1-32>] [le <1-32>]",
	    NULL, 5, CONF_GROUPED, NULL },
	{ "config", "ip access-list WORD", "acl", 0, 0, NULL },
	{ "config", "route-map WORD (permit|deny) <0-65535>", "route-map", 0, 0,
	    NULL },
	{ "config", "vrf context WORD", "vrf", 0, 0, NULL },
	{ "config", "nxapi http port <1024-65535>", NULL, 3, CONF_GROUPED,
	    "feature nxapi" },
	{ "config", "nxapi https port <443-65535>", NULL, 3, CONF_GROUPED,
	    "feature nxapi" },
	{ "config", "interface IFNAME", "interface", 0, CONF_PHYSICAL, NULL },
	{ "config", "line console", "line", 0, CONF_GROUPED, NULL },
	{ "config", "line vty", "line", 0, CONF_GROUPED, NULL },
	{ "config", "boot nxos WORD", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "router ospf WORD", "ospf", 0, 0, "feature ospf" },
	{ "config", "router bgp <1-4294967295>", "bgp", 0, 0, "feature bgp" },
	{ "config", "cli alias name WORD LINE", NULL, 4, CONF_GROUPED, NULL },

	{ "vlan", "name WORD", NULL, 1, 0, NULL },
	{ "vlan", "state (active|suspend)", NULL, 1, 0, NULL },
	{ "vlan", "vn-segment <4096-16773119>", NULL, 1, 0, NULL },
	{ "vrf", "description LINE", NULL, 1, 0, NULL },
	{ "vrf", "ip name-server A.B.C.D", NULL, 0, 0, NULL },
	{ "vrf", "ip route A.B.C.D/N (A.B.C.D|IFNAME)", NULL, 0, 0, NULL },

	{ "interface", "description LINE", NULL, 1, 0, NULL },
	{ "interface", "switchport", NULL, 0, CONF_DEFAULT_ON, NULL },
	{ "interface", "switchport mode (access|trunk)", NULL, 2, 0, NULL },
	{ "interface", "switchport access vlan <1-4094>", NULL, 3, 0, NULL },
	{ "interface", "switchport trunk native vlan <1-4094>", NULL, 4, 0,
	    NULL },
	{ "interface", "switchport trunk allowed vlan VLANS", NULL, 4, 0,
	    NULL },
	{ "interface", "encapsulation dot1q <2-4094>", NULL, 2, 0, NULL },
	{ "interface", "mtu <576-9216>", NULL, 1, 0, NULL },
	{ "interface", "speed (auto|100|1000|10000|40000|100000)", NULL, 1, 0,
	    NULL },
	{ "interface", "duplex (auto|full|half)", NULL, 1, 0, NULL },
	{ "interface", "vrf member WORD", NULL, 2, 0, NULL },
	{ "interface", "ip redirects", NULL, 0, CONF_DEFAULT_ON, NULL },
	{ "interface", "ip address (dhcp|A.B.C.D/M)", NULL, 2, 0, NULL },
	{ "interface", "ip address A.B.C.D/M secondary", NULL, 0, 0, NULL },
	{ "interface", "ip ospf cost <1-65535>", NULL, 3, 0, "feature ospf" },
	{ "interface", "ip router ospf WORD area WORD", NULL, 3, 0,
	    "feature ospf" },
	{ "interface", "channel-group <1-4096> [mode (active|passive|on)]",
	    NULL, 1, 0, NULL },
	{ "interface", "shutdown", NULL, 0, CONF_BOTH, NULL },

	{ "acl", "<1-4294967295> (permit|deny|remark) LINE", NULL, 0, 0, NULL },
	{ "acl", "<1-4294967295>", NULL, 0, CONF_NO_ONLY, NULL },
	{ "route-map", "match LINE", NULL, 0, 0, NULL },
	{ "route-map", "set LINE", NULL, 0, 0, NULL },
	{ "line", "exec-timeout <0-525600>", NULL, 1, 0, NULL },
	{ "line", "session-limit <1-64>", NULL, 1, 0, NULL },

	{ "ospf", "router-id A.B.C.D", NULL, 1, 0, NULL },
	{ "ospf", "passive-interface default", NULL, 0, 0, NULL },
	{ "bgp", "router-id A.B.C.D", NULL, 1, 0, NULL },
	{ "bgp", "log-neighbor-changes", NULL, 0, 0, NULL },
	{ "bgp", "address-family ipv4 unicast", "bgp-af", 0, 0, NULL },
	{ "bgp", "neighbor A.B.C.D", "bgp-neighbor", 0, 0, NULL },
	{ "bgp-af", "network A.B.C.D/N", NULL, 0, 0, NULL },
	{ "bgp-af", "maximum-paths <1-64>", NULL, 1, 0, NULL },
	{ "bgp-neighbor", "remote-as <1-4294967295>", NULL, 1, 0, NULL },
	{ "bgp-neighbor", "description LINE", NULL, 1, 0, NULL },
	{ "bgp-neighbor", "update-source IFNAME", NULL, 1, 0, NULL },
	{ "bgp-neighbor", "address-family ipv4 unicast", "bgp-neighbor-af", 0,
	    0, NULL },
	{ "bgp-neighbor-af", "send-community [(both|extended)]", NULL, 0, 0,
	    NULL },
	{ "bgp-neighbor-af", "next-hop-self", NULL, 0, 0, NULL },
	{ "bgp-neighbor-af", "route-map WORD (in|out)", NULL, 0, 0, NULL },
};
/* clang-format on */

static bool nxos_check_vlan_interface(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	if (a->negated || !conf_has_words(a->match->text, "interface") ||
	    strncmp(a->match->text, "interface Vlan", 14) != 0 ||
	    conf_find(a->root, "feature interface-vlan"))
		return true;
	snprintf(refusal, CONF_REFUSAL_SIZE,
	    "%% Invalid command (feature interface-vlan is not enabled)");
	return false;
}

static bool nxos_check_bgp(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	const struct conf_node *bgp = conf_find_words(a->root, "router bgp");

	if (a->negated || !bgp || !a->rule->enters ||
	    strcmp(a->rule->enters, "bgp") != 0 ||
	    strcmp(bgp->text, a->match->text) == 0)
		return true;
	snprintf(refusal, CONF_REFUSAL_SIZE, "BGP is already running; AS is %s",
	    bgp->text + strlen("router bgp "));
	return false;
}

/* A routed setting on a port that switches. */
static bool nxos_check_routed(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	if (a->negated || strcmp(a->rule->mode, "interface") != 0 ||
	    !conf_has_words(a->match->text, "ip address") ||
	    strncmp(a->section->text, "interface Ethernet", 18) != 0 ||
	    strchr(a->section->text, '.') ||
	    conf_find(a->section, "no switchport"))
		return true;
	snprintf(
	    refusal, CONF_REFUSAL_SIZE, "%% Invalid command at '^' marker.");
	return false;
}

static bool nxos_check(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	return nxos_check_vlan_interface(a, refusal) &&
	       nxos_check_bgp(a, refusal) && nxos_check_routed(a, refusal);
}

const struct conf_lang nxos_lang = {
	.rules = nxos_rules,
	.n_rules = sizeof(nxos_rules) / sizeof(*nxos_rules),
	.ifnames = nxos_ifnames,
	.style = { .indent = 2, .separator = "" },
	.root_mode = "config",
	.no_removal = "Invalid interface format at '^' marker.",
	.check = nxos_check,
};

void nxos_prune(struct conf_node *config)
{
	struct conf_node *next;

	for (struct conf_node *c = config->first; c; c = next) {
		struct conf_node *root = config;

		next = c->next;
		while (root->parent)
			root = root->parent;
		if (c->rule && c->rule->needs &&
		    !conf_find(root, c->rule->needs))
			conf_free(c);
		else
			nxos_prune(c);
	}
}

static void nxos_add_interface(struct conf_node *config, const char *name)
{
	char *line = mem_printf("interface %s", name);

	if (!conf_find(config, line))
		conf_load(&nxos_lang, config, line, NULL, NULL);
	free(line);
}

void nxos_complete_config(struct conf_node *config)
{
	char name[32];

	for (unsigned i = 1; i <= NXOS_PORTS; i++) {
		snprintf(name, sizeof(name), "Ethernet1/%u", i);
		nxos_add_interface(config, name);
	}
	nxos_add_interface(config, "mgmt0");
}

struct conf_node *nxos_first_config(const struct device *d)
{
	char *text = mem_printf(
	    "version %s Bios:version\n"
	    "hostname %s\n"
	    "feature nxapi\nfeature scp-server\nfeature bgp\n"
	    "feature interface-vlan\nfeature lacp\n"
	    "no password strength-check\n"
	    "username admin password 5 $5$sim$Q1n0bW4vT2ZQe  role "
	    "network-admin\n"
	    "no ip domain-lookup\n"
	    "copp profile strict\n"
	    "ntp server 192.0.2.123 use-vrf management\n"
	    "vlan 1\nvlan 10\n  name users\n"
	    "vrf context management\n  ip route 0.0.0.0/0 192.0.2.1\n"
	    "interface Ethernet1/1\n  description uplink to spine1\n"
	    "  no switchport\n  ip address 10.%u.%u.1/31\n  no shutdown\n"
	    "interface Ethernet1/2\n  switchport access vlan 10\n"
	    "interface mgmt0\n  vrf member management\n"
	    "  ip address 192.0.2.%u/24\n"
	    "line console\nline vty\n"
	    "boot nxos bootflash:/nxos.9.3.8.bin\n",
	    d->os_version, d->name, d->index / 250 % 250, d->index % 250,
	    10 + d->index % 240);
	struct conf_node *config = conf_new();

	if (!conf_load(&nxos_lang, config, text, NULL, NULL))
		abort(); /* our own text does not fit our own rules */
	nxos_complete_config(config);
	free(text);
	return config;
}

static const struct {
	const char *mode;
	const char *shown;
} nxos_mode_prompts[] = {
	{ "config", "config" },
	{ "vlan", "config-vlan" },
	{ "vrf", "config-vrf" },
	{ "interface", "config-if" },
	{ "acl", "config-acl" },
	{ "route-map", "config-route-map" },
	{ "line", "config-console" },
	{ "ospf", "config-router" },
	{ "bgp", "config-router" },
	{ "bgp-af", "config-router-af" },
	{ "bgp-neighbor", "config-router-neighbor" },
	{ "bgp-neighbor-af", "config-router-neighbor-af" },
};

const char *nxos_mode_prompt(const struct conf_cursor *cursor)
{
	const size_t n = sizeof(nxos_mode_prompts) / sizeof(*nxos_mode_prompts);
	const char *mode = conf_cursor_mode(&nxos_lang, cursor);

	if (cursor->depth > 0 && strcmp(mode, "interface") == 0 &&
	    strchr(cursor->section[cursor->depth - 1], '.'))
		return "config-subif";
	for (size_t i = 0; i < n; i++)
		if (strcmp(nxos_mode_prompts[i].mode, mode) == 0)
			return nxos_mode_prompts[i].shown;
	return "config";
}
