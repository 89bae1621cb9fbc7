/*
 * The configuration language of IOS-XE, in the order of `show running-config`.
 */
#include "sim/ios.h"

#include "sim/mem.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct grammar_ifname ios_ifnames[] = {
	{ "GigabitEthernet", "", 1, 4, true },
	{ "Loopback", "", 0, 2147483647, false },
	{ "Tunnel", "", 0, 2147483647, false },
	{ "Port-channel", "", 1, 64, false },
	{ "Vlan", "", 1, 4094, false },
	{ "Null", "", 0, 0, false },
	{ NULL, NULL, 0, 0, false },
};

/* clang-format off: a table, one line a rule */
static const struct conf_rule ios_rules[] = {
	{ "config", "version WORD", NULL, 1, CONF_GROUPED, NULL },
	{ "config", "service timestamps (debug|log) LINE", NULL, 3,
	    CONF_GROUPED, NULL },
	{ "config", "service password-encryption", NULL, 0,
	    CONF_BOTH | CONF_GROUPED, NULL },
	{ "config", "service pad", NULL, 0, CONF_DEFAULT_ON | CONF_GROUPED,
	    NULL },
	{ "config", "hostname WORD", NULL, 1, 0, NULL },
	{ "config", "vrf definition WORD", "vrf", 0, 0, NULL },
	{ "config", "logging buffered <4096-2147483647>", NULL, 2, 0, NULL },
	{ "config",
	    "logging trap (emergencies|alerts|critical|errors|warnings|"
	    "notifications|informational|debugging)",
	    NULL, 2, 0, NULL },
	{ "config", "enable secret [(0|5|8|9)] WORD", NULL, 2, 0, NULL },
	{ "config", "aaa new-model", NULL, 0, CONF_BOTH, NULL },
	{ "config", "ip name-server A.B.C.D", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "ip domain lookup", NULL, 0, CONF_DEFAULT_ON | CONF_GROUPED,
	    NULL },
	{ "config", "ip domain name WORD", NULL, 3, CONF_GROUPED, NULL },
	{ "config",
	    "username WORD [privilege <0-15>] (secret|password) [(0|5|7|8|9)] "
	    "WORD",
	    NULL, 2, CONF_GROUPED, NULL },
	{ "config", "username WORD", NULL, 0, CONF_NO_ONLY, NULL },
	{ "config", "archive", "archive", 0, 0, NULL },
	{ "config", "spanning-tree mode (pvst|rapid-pvst|mst)", NULL, 2,
	    CONF_GROUPED, NULL },
	{ "config", "vlan VLANS", "vlan", 0, 0, NULL },
	{ "config", "interface IFNAME", "interface", 0, CONF_PHYSICAL, NULL },
	{ "config", "router ospf <1-65535>", "ospf", 0, 0, NULL },
	{ "config", "router bgp <1-4294967295>", "bgp", 0, 0, NULL },
	{ "config", "ip forward-protocol nd", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "ip http server", NULL, 0, CONF_BOTH | CONF_GROUPED, NULL },
	{ "config", "ip http secure-server", NULL, 0, CONF_BOTH | CONF_GROUPED,
	    NULL },
	{ "config",
	    "ip route A.B.C.D A.B.C.D (A.B.C.D|IFNAME) [<1-255>] [name WORD]",
	    NULL, 0, CONF_GROUPED, NULL },
	{ "config", "ip ssh version (1|2)", NULL, 3, CONF_GROUPED, NULL },
	{ "config", "ip scp server enable", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "ip access-list standard WORD", "std-nacl", 0, 0, NULL },
	{ "config", "ip access-list extended WORD", "ext-nacl", 0, 0, NULL },
	{ "config",
	    "ip prefix-list WORD seq <1-4294967294> (permit|deny) A.B.C.D/N "
	    "[ge <1-32>] [le <1-32>]",
	    NULL, 5, CONF_GROUPED, NULL },
	{ "config", "logging host A.B.C.D", NULL, 0, CONF_GROUPED, NULL },
	{ "config", "access-list <1-2699> LINE", NULL, 0,
	    CONF_ORDERED | CONF_GROUPED, NULL },
	{ "config", "access-list <1-2699>", NULL, 0, CONF_NO_ONLY, NULL },
	{ "config", "route-map WORD (permit|deny) <0-65535>", "route-map", 0, 0,
	    NULL },
	{ "config", "snmp-server community WORD [(ro|rw)]", NULL, 3,
	    CONF_GROUPED, NULL },
	{ "config", "snmp-server location LINE", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "snmp-server contact LINE", NULL, 2, CONF_GROUPED, NULL },
	{ "config", "control-plane", "control-plane", 0, 0, NULL },
	{ "config", "banner (motd|login|exec) LINE", NULL, 2, CONF_BLOCK,
	    NULL },
	{ "config", "file prompt (quiet|alert|noisy)", NULL, 2, 0, NULL },
	{ "config", "line (con|aux) <0-0>", "line", 0, 0, NULL },
	{ "config", "line vty <0-97> [<1-98>]", "line", 0, 0, NULL },
	{ "config", "ntp server A.B.C.D [prefer]", NULL, 3, CONF_GROUPED,
	    NULL },

	{ "vrf", "rd WORD", NULL, 1, 0, NULL },
	{ "vrf", "description LINE", NULL, 1, 0, NULL },
	{ "vrf", "address-family ipv4", "vrf-af", 0, 0, NULL },
	{ "vrf-af", "route-target (import|export) WORD", NULL, 0, 0, NULL },
	{ "archive", "path WORD", NULL, 1, 0, NULL },
	{ "archive", "maximum <1-14>", NULL, 1, 0, NULL },
	{ "archive", "write-memory", NULL, 0, 0, NULL },
	{ "archive", "time-period <1-525600>", NULL, 1, 0, NULL },
	{ "vlan", "name WORD", NULL, 1, 0, NULL },

	{ "interface", "description LINE", NULL, 1, 0, NULL },
	{ "interface", "mtu <64-18000>", NULL, 1, 0, NULL },
	{ "interface", "encapsulation dot1q <1-4094> [native]", NULL, 2, 0,
	    NULL },
	{ "interface", "vrf forwarding WORD", NULL, 2, 0, NULL },
	{ "interface", "ip address (dhcp|A.B.C.D A.B.C.D)", NULL, 2, CONF_BOTH,
	    NULL },
	{ "interface", "ip address A.B.C.D A.B.C.D secondary", NULL, 0, 0,
	    NULL },
	{ "interface", "ip access-group WORD (in|out)", NULL, 0, 0, NULL },
	{ "interface", "ip mtu <68-18000>", NULL, 2, 0, NULL },
	{ "interface", "ip ospf cost <1-65535>", NULL, 3, 0, NULL },
	{ "interface", "ip ospf <1-65535> area WORD", NULL, 2, 0, NULL },
	{ "interface", "shutdown", NULL, 0, 0, NULL },
	{ "interface", "speed (10|100|1000|auto)", NULL, 1, 0, NULL },
	{ "interface", "duplex (full|half|auto)", NULL, 1, 0, NULL },
	{ "interface", "negotiation auto", NULL, 0, CONF_BOTH, NULL },
	{ "interface", "channel-group <1-64> [mode (active|passive|on)]", NULL,
	    1, 0, NULL },
	{ "interface", "cdp enable", NULL, 0, CONF_DEFAULT_ON, NULL },

	{ "ospf", "router-id A.B.C.D", NULL, 1, 0, NULL },
	{ "ospf", "passive-interface (default|IFNAME)", NULL, 0, 0, NULL },
	{ "ospf", "network A.B.C.D A.B.C.D area WORD", NULL, 3, 0, NULL },
	{ "bgp", "bgp router-id A.B.C.D", NULL, 2, 0, NULL },
	{ "bgp", "bgp log-neighbor-changes", NULL, 0, 0, NULL },
	{ "bgp", "neighbor A.B.C.D remote-as <1-4294967295>", NULL, 3, 0,
	    NULL },
	{ "bgp", "neighbor A.B.C.D description LINE", NULL, 3, 0, NULL },
	{ "bgp", "neighbor A.B.C.D update-source IFNAME", NULL, 3, 0, NULL },
	{ "bgp", "neighbor A.B.C.D", NULL, 0, CONF_NO_ONLY, NULL },
	{ "bgp", "network A.B.C.D [mask A.B.C.D]", NULL, 0, 0, NULL },
	{ "bgp", "redistribute (connected|static)", NULL, 0, 0, NULL },
	{ "bgp", "address-family (ipv4|vpnv4) [unicast]", "bgp-af", 0, 0,
	    NULL },
	{ "bgp-af", "neighbor A.B.C.D activate", NULL, 0, 0, NULL },
	{ "bgp-af", "network A.B.C.D [mask A.B.C.D]", NULL, 0, 0, NULL },
	{ "std-nacl", "[<1-2147483647>] (permit|deny|remark) LINE", NULL, 0,
	    CONF_ORDERED, NULL },
	{ "ext-nacl", "[<1-2147483647>] (permit|deny|remark) LINE", NULL, 0,
	    CONF_ORDERED, NULL },
	{ "route-map", "match LINE", NULL, 0, 0, NULL },
	{ "route-map", "set LINE", NULL, 0, 0, NULL },
	{ "line", "exec-timeout <0-35791> [<0-2147483>]", NULL, 1, 0, NULL },
	{ "line", "logging synchronous", NULL, 0, 0, NULL },
	{ "line", "login [local]", NULL, 1, 0, NULL },
	{ "line", "privilege level <0-15>", NULL, 2, 0, NULL },
	{ "line", "stopbits 1", NULL, 0, 0, NULL },
	{ "line", "transport input (ssh|all|none|telnet)", NULL, 2, 0, NULL },
};
/* clang-format on */

/* Bits of a mask that has its ones in front; -1 for any other. */
static int ios_mask_bits(const char *text)
{
	struct in_addr a;
	uint32_t mask;
	int bits = 0;

	if (inet_pton(AF_INET, text, &a) != 1)
		return -1;
	mask = ntohl(a.s_addr);
	while (bits < 32 && (mask & (UINT32_C(0x80000000) >> bits)))
		bits++;
	return bits == 32 || (mask << bits) == 0 ? bits : -1;
}

static bool ios_is_address(const struct conf_attempt *a)
{
	return !a->negated && strcmp(a->rule->mode, "interface") == 0 &&
	       conf_has_words(a->match->text, "ip address") &&
	       a->match->n_words >= 4;
}

/* "Bad mask" for a network's own address and for holes in the mask. */
static bool ios_check_mask(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	char address[32];
	char mask[32];
	struct in_addr ip;
	int bits;

	grammar_word(a->match, 2, address, sizeof(address));
	grammar_word(a->match, 3, mask, sizeof(mask));
	bits = ios_mask_bits(mask);
	if (bits < 0) {
		snprintf(refusal, CONF_REFUSAL_SIZE,
		    "Bad mask 0x%s for address %s", mask, address);
		return false;
	}
	inet_pton(AF_INET, address, &ip);
	if (bits > 30 || (ntohl(ip.s_addr) << bits) != 0)
		return true;
	snprintf(refusal, CONF_REFUSAL_SIZE, "Bad mask /%d for address %s",
	    bits, address);
	return false;
}

static uint32_t ios_network(const char *address, int bits)
{
	struct in_addr a = { .s_addr = 0 };

	inet_pton(AF_INET, address, &a);
	return bits == 0 ? 0 : ntohl(a.s_addr) & (UINT32_MAX << (32 - bits));
}

static bool ios_overlaps(
    const struct conf_node *line, const char *address, int bits)
{
	char other[32];
	char mask[32];
	int other_bits;

	if (sscanf(line->text, "ip address %31[0-9.] %31[0-9.]", other, mask) !=
	    2)
		return false;
	other_bits = ios_mask_bits(mask);
	if (other_bits < 0)
		return false;
	if (other_bits < bits)
		bits = other_bits;
	return ios_network(address, bits) == ios_network(other, bits);
}

static bool ios_check_overlap(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	char address[32];
	char mask[32];
	struct in_addr net;
	int bits;

	grammar_word(a->match, 2, address, sizeof(address));
	bits = ios_mask_bits(grammar_word(a->match, 3, mask, sizeof(mask)));
	for (const struct conf_node *i = a->root->first; i; i = i->next) {
		if (i == a->section || !text_starts_with(i->text, "interface "))
			continue;
		for (const struct conf_node *c = i->first; c; c = c->next) {
			if (!ios_overlaps(c, address, bits))
				continue;
			net.s_addr = htonl(ios_network(address, bits));
			snprintf(refusal, CONF_REFUSAL_SIZE,
			    "%% %s overlaps with %s", inet_ntoa(net),
			    i->text + strlen("interface "));
			return false;
		}
	}
	return true;
}

/* Type 7 is hexadecimal; what is not is said back. */
static bool ios_check_password(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	static const char type[] = " password 7 ";
	const char *at = strstr(a->match->text, type);
	const char *hidden = at ? at + strlen(type) : "";

	if (a->negated || !text_starts_with(a->match->text, "username ") ||
	    hidden[strspn(hidden, "0123456789ABCDEFabcdef")] == '\0')
		return true;
	snprintf(refusal, CONF_REFUSAL_SIZE, "Invalid encrypted password: %s",
	    hidden);
	return false;
}

static bool ios_check_bgp(
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

static bool ios_check(
    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE])
{
	if (ios_is_address(a) &&
	    (!ios_check_mask(a, refusal) || !ios_check_overlap(a, refusal)))
		return false;
	return ios_check_password(a, refusal) && ios_check_bgp(a, refusal);
}

const struct conf_lang ios_lang = {
	.rules = ios_rules,
	.n_rules = sizeof(ios_rules) / sizeof(*ios_rules),
	.ifnames = ios_ifnames,
	.style = { .indent = 1,
	    .separator = "!",
	    .section_exit = "exit-address-family" },
	.root_mode = "config",
	.shows_etx = true,
	.no_removal = "% Removal of physical interfaces is not permitted",
	.check = ios_check,
};

void ios_complete_config(struct conf_node *config)
{
	for (unsigned i = 1; i <= 4; i++) {
		char *text = mem_printf("interface GigabitEthernet%u\n"
					" no ip address\n shutdown\n"
					" negotiation auto\n",
		    i);
		char *line = mem_strndup(text, strcspn(text, "\n"));

		if (!conf_find(config, line))
			conf_load(&ios_lang, config, text, NULL, NULL);
		free(line);
		free(text);
	}
}

struct conf_node *ios_first_config(const struct device *d)
{
	char *text = mem_printf(
	    "version 17.3\n"
	    "service timestamps debug datetime msec\n"
	    "service timestamps log datetime msec\n"
	    "no service password-encryption\n"
	    "hostname %s\n"
	    "enable secret 9 $9$sim$9bGkFzQvC2oIYh0dDmY0nJt1q0Xw4T7m\n"
	    "no aaa new-model\n"
	    "ip domain name example.net\n"
	    "username admin privilege 15 secret 9 $9$sim$Tq1n0bW4vT2Z\n"
	    "archive\n path flash:archive\n"
	    "interface Loopback0\n ip address 10.255.%u.%u 255.255.255.255\n"
	    "interface GigabitEthernet1\n description management\n"
	    " ip address 192.0.2.%u 255.255.255.0\n negotiation auto\n"
	    "interface GigabitEthernet2\n description uplink\n"
	    " ip address 10.1.1.1 255.255.255.252\n negotiation auto\n"
	    "router ospf 1\n router-id 10.255.0.1\n"
	    " network 10.0.0.0 0.255.255.255 area 0\n"
	    "ip forward-protocol nd\nno ip http server\n"
	    "no ip http secure-server\n"
	    "ip route 0.0.0.0 0.0.0.0 192.0.2.1\n"
	    "ip scp server enable\n"
	    "ip access-list extended MGMT\n"
	    " 10 permit tcp any any eq 22\n 20 deny ip any any log\n"
	    "control-plane\n"
	    "file prompt quiet\n"
	    "line con 0\n stopbits 1\n"
	    "line vty 0 4\n login local\n transport input ssh\n",
	    d->name, d->index / 250 % 250, 1 + d->index % 250,
	    10 + d->index % 240);
	struct conf_node *config = conf_new();

	if (!conf_load(&ios_lang, config, text, NULL, NULL))
		abort(); /* our own text does not fit our own rules */
	ios_complete_config(config);
	free(text);
	return config;
}

static const struct {
	const char *mode;
	const char *shown;
} ios_mode_prompts[] = {
	{ "config", "config" },
	{ "vrf", "config-vrf" },
	{ "vrf-af", "config-vrf-af" },
	{ "archive", "config-archive" },
	{ "vlan", "config-vlan" },
	{ "interface", "config-if" },
	{ "ospf", "config-router" },
	{ "bgp", "config-router" },
	{ "bgp-af", "config-router-af" },
	{ "std-nacl", "config-std-nacl" },
	{ "ext-nacl", "config-ext-nacl" },
	{ "route-map", "config-route-map" },
	{ "control-plane", "config-cp" },
	{ "line", "config-line" },
};

const char *ios_mode_prompt(const struct conf_cursor *cursor)
{
	const size_t n = sizeof(ios_mode_prompts) / sizeof(*ios_mode_prompts);
	const char *mode = conf_cursor_mode(&ios_lang, cursor);

	if (cursor->depth > 0 && strcmp(mode, "interface") == 0 &&
	    strchr(cursor->section[cursor->depth - 1], '.'))
		return "config-subif";
	for (size_t i = 0; i < n; i++)
		if (strcmp(ios_mode_prompts[i].mode, mode) == 0)
			return ios_mode_prompts[i].shown;
	return "config";
}
