#include "domain/config_dialect.h"

/*
 * Cisco NX-OS.  The switch itself works out every change (`configure
 * replace`); with these rules the candidate of a merge is made from the running
 * configuration, and what is stored afterwards is judged.
 *
 * Sources: "Cisco Nexus 9000 Series NX-OS Fundamentals Configuration Guide",
 * command references; tests/unit/domain/config_cisco.c shows each rule.
 */

static const char *const nxos_exits[] = { "exit", NULL };

static const char *const nxos_none[] = { NULL };

/* Made by the switch itself out of a user's password, and its host's. */
static const char *const nxos_kept[] = { "snmp-server user ...",
	"rmon event ...", "copp profile ...", "boot nxos ...", "version ...",
	NULL };

static const char *const nxos_single[] = { "version ...", "hostname ...",
	"banner * ...", "username * password ...", "username * role ...",
	"username * passphrase ...", "ip domain-name ...", "copp profile ...",
	"snmp-server location ...", "snmp-server contact ...",
	"snmp-server community * ...", "ntp server * ...", "ntp source ...",
	"ntp source-interface ...", "logging server * ...",
	"logging source-interface ...", "logging level * ...",
	"clock timezone ...", "boot nxos ...", "spanning-tree mode ...",
	"spanning-tree vlan * priority ...", "vpc domain ...",
	"nxapi http port ...", "nxapi https port ...",
	"ip prefix-list * seq * ...", "ip prefix-list * description ...",
	"cli alias name * ...", "description ...", "name ...", "state ...",
	"vn-segment ...", "rd ...", "mtu ...", "speed ...", "duplex ...",
	"bandwidth ...", "delay ...", "switchport mode ...",
	"switchport access vlan ...", "switchport trunk native vlan ...",
	"switchport trunk allowed vlan ...", "encapsulation dot1q ...",
	"vrf member ...", "ip address * secondary ...", "ip address ...",
	"ip access-group ? in", "ip access-group ? out", "ip ospf cost ...",
	"ip router ospf * area ...", "channel-group ...", "vpc *",
	"load-interval counter * ...", "router-id ...", "remote-as ...",
	"update-source ...", "password ...", "timers ...", "ebgp-multihop ...",
	"local-as ...", "maximum-paths ...", "maximum-prefix ...",
	"route-map ? in", "route-map ? out", "prefix-list ? in",
	"prefix-list ? out", "peer-keepalive ...", "role priority ...",
	"set local-preference ...", "set metric ...", "set tag ...",
	"set ip next-hop ...", "exec-timeout ...", "session-limit ...",
	"terminal width ...", NULL };

static const char *const nxos_scrambled[] = { "username * password 5 ...",
	"password 3 ...", "password 7 ...", "key-string 7 ...", NULL };

static const char *const nxos_forbidden[] = { "configure ...", "reload ...",
	"copy ...", "write ...", "delete ...", "rollback ...", "checkpoint ...",
	"run ...", "guestshell ...", "install ...", "poap ...", "show ...",
	"crypto key ...", "terminal ...", NULL };

static const char *const nxos_secret[] = { "username * password ...",
	"username * ...", "snmp-server user ...", "snmp-server community ...",
	"password ...", "key-string ...", "radius-server key ...",
	"tacacs-server key ...", "radius-server host * ...",
	"tacacs-server host * ...", "ip ospf authentication-key ...",
	"ip ospf message-digest-key * md5 ...", "authentication ...", NULL };

static const char *const nxos_both[] = { "shutdown", "password strength-check",
	NULL };

static const char *const nxos_blocks[] = { "banner *", NULL };

/* A port that has no lines is shown all the same. */
static const struct config_section_rule nxos_sections[] = {
	{ "interface *", CONFIG_REMOVE_LINES, "exit" },
	{ "vlan *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "vrf context *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "line *", CONFIG_REMOVE_LINES, "exit" },
	{ "router ospf *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router bgp *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "address-family * *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "neighbor *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "neighbor * remote-as *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "ip access-list *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "route-map * ? *", CONFIG_REMOVE_WHOLE, "exit" },
	{ NULL, CONFIG_REMOVE_WHOLE, NULL },
};

static const struct config_owner_rule nxos_owners[] = { { NULL, 0, NULL } };

static const struct config_cut_rule nxos_cuts[] = {
	{ "username * ...", 2, NULL },
	{ "banner * ...", 2, NULL },
	{ NULL, 0, NULL },
};

/* `shutdown` is a default or none, by the kind of port: no rule. */
static const struct config_default_rule nxos_defaults[] = {
	{ "ip domain-lookup", NULL, NULL },
	{ "switchport", "interface *", NULL },
	{ "ip redirects", "interface *", NULL },
	{ "ipv6 redirects", "interface *", NULL },
	{ "cdp enable", "interface *", NULL },
	{ "lldp transmit", "interface *", NULL },
	{ "lldp receive", "interface *", NULL },
	{ "negotiate auto", "interface *", NULL },
	{ NULL, NULL, NULL },
};

const struct config_dialect config_dialect_nxos = {
	.name = "nxos",
	.comment = "!",
	.negation = "no",
	.ascii_only = true,
	.indent = 2,
	.bare = true,
	.exits = nxos_exits,
	.end = "end",
	.volatiles = nxos_none,
	.kept = nxos_kept,
	.single = nxos_single,
	.scrambled = nxos_scrambled,
	.sequenced = nxos_none,
	.forbidden = nxos_forbidden,
	.secret = nxos_secret,
	.both = nxos_both,
	.blocks = nxos_blocks,
	.definitions = nxos_none,
	.sections = nxos_sections,
	.owners = nxos_owners,
	.cuts = nxos_cuts,
	.defaults = nxos_defaults,
};
