#include "domain/config_dialect.h"

/*
 * Cisco IOS and IOS-XE.  Merges are planned with these rules and sent line by
 * line; a replacement is worked out by the device itself, and only judged here.
 *
 * Sources: Cisco IOS command references; "Configuration Fundamentals
 * Configuration Guide"; tests/unit/domain/config_cisco.c shows each rule.
 */

static const char *const ios_exits[] = { "exit", "exit-address-family",
	"exit-vrf", "exit-af-interface", "exit-af-topology", "exit-peer-policy",
	"exit-peer-session", "exit-service-family", "exit-sf-interface",
	"exit-sf-topology", "quit", NULL };

/* `version` cannot be set: it tells what wrote the text. */
static const char *const ios_volatiles[] = { "Building configuration...",
	"Current configuration : ...", "Using * out of * bytes ...",
	"Using * out of * bytes", "version ...", "boot-start-marker",
	"boot-end-marker", "ntp clock-period ...", NULL };

static const char *const ios_kept[] = { "license udi ...", "diagnostic ...",
	"memory free ...", "crypto pki certificate chain ...", NULL };

static const char *const ios_single[] = {
	/* top */
	"hostname ...", "enable secret ...", "enable password ...",
	"username * ...", "banner * ...", "ip domain name ...",
	"ip domain-name ...", "ip default-gateway ...", "ip ssh version ...",
	"logging buffered ...", "logging console ...", "logging monitor ...",
	"logging trap ...", "logging facility ...",
	"logging source-interface ...", "ntp source ...", "ntp server * ...",
	"snmp-server location ...", "snmp-server contact ...",
	"snmp-server community * ...", "snmp-server trap-source ...",
	"spanning-tree mode ...", "spanning-tree vlan * priority ...",
	"vtp mode ...", "vtp domain ...", "file prompt ...",
	"clock timezone ...", "service timestamps * ...",
	"ip prefix-list * seq * ...", "ipv6 prefix-list * seq * ...",
	"ip prefix-list * description ...", "ip tftp source-interface ...",
	"ip http port ...", "ip http secure-port ...",
	/* archive, vrf, vlan */
	"path ...", "maximum ...", "time-period ...", "rd ...", "name ...",
	"description ...",
	/* interface */
	"mtu ...", "bandwidth ...", "delay ...", "speed ...", "duplex ...",
	"load-interval ...", "encapsulation ...", "vrf forwarding ...",
	"ip vrf forwarding ...", "ip address * * secondary", "ip address ? ?",
	"ip address ?", "ip mtu ...", "ip tcp adjust-mss ...",
	"ip access-group ? in", "ip access-group ? out", "ip ospf cost ...",
	"ip ospf priority ...", "ip ospf hello-interval ...",
	"ip ospf dead-interval ...", "ip ospf network ...",
	"ip ospf authentication-key ...", "ip ospf message-digest-key * ...",
	"ip ospf * area ...", "ip policy route-map ...", "channel-group ...",
	"switchport mode ...", "switchport access vlan ...",
	"switchport voice vlan ...", "switchport trunk native vlan ...",
	"switchport trunk allowed vlan ...",
	"switchport trunk encapsulation ...", "tunnel source ...",
	"tunnel destination ...", "tunnel mode ...", "standby * ip ...",
	"standby * priority ...", "standby * timers ...",
	"service-policy input ...", "service-policy output ...",
	/* routing */
	"router-id ...", "bgp router-id ...", "bgp cluster-id ...",
	"auto-cost reference-bandwidth ...", "maximum-paths ...",
	"network * * area ...", "neighbor * remote-as ...",
	"neighbor * description ...", "neighbor * password ...",
	"neighbor * update-source ...", "neighbor * timers ...",
	"neighbor * ebgp-multihop ...", "neighbor * local-as ...",
	"neighbor * route-map ? in", "neighbor * route-map ? out",
	"neighbor * prefix-list ? in", "neighbor * prefix-list ? out",
	"neighbor * maximum-prefix ...", "neighbor * weight ...",
	"distance ...", "default-metric ...", "set local-preference ...",
	"set metric ...", "set tag ...", "set ip next-hop ...",
	"set weight ...", "set origin ...",
	/* line */
	"exec-timeout ...", "privilege level ...", "transport input ...",
	"transport output ...", "access-class ? in", "access-class ? out",
	"stopbits ...", "history size ...", "password ...", NULL
};

/* A clear password is stored as a hash, or scrambled by `service
 * password-encryption`. */
static const char *const ios_scrambled[] = { "enable secret 4 ...",
	"enable secret 5 ...", "enable secret 8 ...", "enable secret 9 ...",
	"enable password 7 ...", "username * secret 4 ...",
	"username * secret 5 ...", "username * secret 8 ...",
	"username * secret 9 ...", "username * privilege ? secret 4 ...",
	"username * privilege ? secret 5 ...",
	"username * privilege ? secret 8 ...",
	"username * privilege ? secret 9 ...", "username * password 7 ...",
	"username * privilege ? password 7 ...", "neighbor * password 7 ...",
	"password 7 ...", "ip ospf authentication-key 7 ...",
	"ip ospf message-digest-key * md5 7 ...", NULL };

static const char *const ios_sequenced[] = { "ip prefix-list * ...",
	"ipv6 prefix-list * ...", NULL };

/* They act, leave configuration, or ask questions of their own. */
static const char *const ios_forbidden[] = { "do ...", "do-exec ...",
	"configure ...", "reload ...", "write ...", "copy ...", "delete ...",
	"erase ...", "disable ...", "logout ...", "crypto key generate ...",
	"crypto key zeroize ...", "crypto pki import ...",
	"crypto pki enroll ...", "crypto pki authenticate ...",
	"crypto pki certificate ...", "config-register ...", "default ...",
	"terminal ...", NULL };

static const char *const ios_secret[] = { "enable secret ...",
	"enable password ...", "username * ...", "neighbor * password ...",
	"snmp-server community ...", "snmp-server user ...",
	"snmp-server host * ...", "key ...", "key-string ...", "password ...",
	"radius-server key ...", "tacacs-server key ...",
	"radius-server host * ...", "tacacs-server host * ...",
	"ip ospf authentication-key ...",
	"ip ospf message-digest-key * md5 ...",
	"ntp authentication-key * md5 ...", "standby * authentication ...",
	"crypto isakmp key ...", "pre-shared-key ...", "ppp chap password ...",
	"ppp pap sent-username ...", "server-private * ...", NULL };

static const char *const ios_both[] = { "aaa new-model", "ip http server",
	"ip http secure-server", "service password-encryption",
	"service timestamps *", "ip address", "negotiation auto",
	"platform punt-keepalive disable-kernel-core", NULL };

static const char *const ios_blocks[] = { "banner *",
	"aaa authentication banner", "aaa authentication fail-message", NULL };

static const char *const ios_definitions[] = { "vrf definition *", "ip vrf *",
	"vlan *", "key chain *", "access-list ...", "ip access-list ...",
	"ipv6 access-list ...", "ip prefix-list ...", "ipv6 prefix-list ...",
	"ip as-path access-list ...", "ip community-list ...", "class-map ...",
	"policy-map ...", "route-map ...", NULL };

static const struct config_section_rule ios_sections[] = {
	{ "interface *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "vrf definition *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "ip vrf *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "vlan *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "archive", CONFIG_REMOVE_LINES, "exit" },
	{ "line con *", CONFIG_REMOVE_LINES, "exit" },
	{ "line aux *", CONFIG_REMOVE_LINES, "exit" },
	{ "line vty *", CONFIG_REMOVE_LINES, "exit" },
	{ "line vty * *", CONFIG_REMOVE_LINES, "exit" },
	{ "control-plane", CONFIG_REMOVE_LINES, "exit" },
	{ "router bgp *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router ospf *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router ospf * vrf *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router eigrp *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router rip", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router isis", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router isis *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "address-family *", CONFIG_REMOVE_WHOLE, "exit-address-family" },
	{ "address-family * *", CONFIG_REMOVE_WHOLE, "exit-address-family" },
	{ "address-family * vrf *", CONFIG_REMOVE_WHOLE,
	    "exit-address-family" },
	{ "address-family * * vrf *", CONFIG_REMOVE_WHOLE,
	    "exit-address-family" },
	{ "ip access-list * *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "ipv6 access-list *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "route-map * ? *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "class-map ...", CONFIG_REMOVE_WHOLE, "exit" },
	{ "policy-map ...", CONFIG_REMOVE_WHOLE, "exit" },
	{ "key chain *", CONFIG_REMOVE_WHOLE, "exit" },
	{ NULL, CONFIG_REMOVE_WHOLE, NULL },
};

static const struct config_owner_rule ios_owners[] = {
	{ "neighbor * remote-as ...", 2, "neighbor * ..." },
	{ "neighbor * peer-group ...", 2, "neighbor * ..." },
	{ NULL, 0, NULL },
};

static const struct config_cut_rule ios_cuts[] = {
	{ "description ...", 1, NULL },
	{ "username * ...", 2, NULL },
	{ "enable secret ...", 2, NULL },
	{ "banner * ...", 2, NULL },
	{ NULL, 0, NULL },
};

/* In force and not shown.  `no shutdown` and `no switchport` are shown as the
 * absence or presence of their line, and need no rule. */
static const struct config_default_rule ios_defaults[] = {
	{ "service pad", NULL, NULL },
	{ "ip domain lookup", NULL, NULL },
	{ "ip domain-lookup", NULL, NULL },
	{ "ip cef", NULL, NULL },
	{ "ip classless", NULL, NULL },
	{ "ip subnet-zero", NULL, NULL },
	{ "ip source-route", NULL, NULL },
	{ "ip routing", NULL, NULL },
	{ "logging console", NULL, NULL },
	{ "cdp run", NULL, NULL },
	{ "cdp enable", "interface ...", NULL },
	{ "keepalive", "interface ...", NULL },
	{ "switchport", "interface ...", NULL },
	{ "ip redirects", "interface ...", NULL },
	{ "ip unreachables", "interface ...", NULL },
	{ "ip proxy-arp", "interface ...", NULL },
	{ "mop enabled", "interface ...", NULL },
	{ "auto-summary", "router ...", NULL },
	{ "synchronization", "router ...", NULL },
	{ "bgp default ipv4-unicast", "router bgp ...", NULL },
	{ NULL, NULL, NULL },
};

const struct config_dialect config_dialect_ios = {
	.name = "ios",
	.comment = "!",
	.negation = "no",
	.ascii_only = true,
	.exits = ios_exits,
	.end = "end",
	.volatiles = ios_volatiles,
	.kept = ios_kept,
	.single = ios_single,
	.scrambled = ios_scrambled,
	.sequenced = ios_sequenced,
	.forbidden = ios_forbidden,
	.secret = ios_secret,
	.both = ios_both,
	.blocks = ios_blocks,
	.definitions = ios_definitions,
	.sections = ios_sections,
	.owners = ios_owners,
	.cuts = ios_cuts,
	.defaults = ios_defaults,
};
