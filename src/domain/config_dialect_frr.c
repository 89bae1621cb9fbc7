#include "domain/config_dialect.h"

#include <string.h>

/*
 * What vtysh 8.4.4 prints and takes.  Each entry stands for a behaviour that
 * tests/system/frr_driver.sh or tests/unit/domain/config_plan.c shows.
 */

static const char *const frr_exits[] = { "exit", "exit-address-family",
	"exit-vrf", "exit-vnc", "exit-vni", "exit-vrf-policy",
	"exit-link-params", "exit-ldp-if", "quit", NULL };

static const char *const frr_volatiles[] = { "Building configuration...",
	"Building Configuration...",
	"Current configuration:", "frr version ...", "frr defaults ...",
	"configure", "configure terminal", NULL };

/* vtysh shows zebra's host name, which cannot be set, before its own. */
static const char *const frr_kept[] = { "hostname ...",
	"service integrated-vtysh-config", "no service integrated-vtysh-config",
	"username ...", "agentx", NULL };

static const char *const frr_single[] = {
	/* top */
	"hostname ...", "domainname ...", "password ...", "enable password ...",
	"log file ...", "log syslog ...", "log stdout ...", "log facility ...",
	"log timestamp precision ...", "ip router-id ...", "ipv6 router-id ...",
	"router-id ...", "ip prefix-list * seq * ...",
	"ipv6 prefix-list * seq * ...", "ip prefix-list * description ...",
	"ipv6 prefix-list * description ...", "access-list * seq * ...",
	"ipv6 access-list * seq * ...", "access-list * remark ...",
	"bgp as-path access-list * seq * ...",
	"bgp community-list ? * seq * ...",
	"bgp large-community-list ? * seq * ...",
	"bgp extcommunity-list ? * seq * ...",
	/* vrf, interface */
	"vni ...", "description ...", "bandwidth ...", "ip ospf cost ...",
	"ip ospf hello-interval ...", "ip ospf dead-interval ...",
	"ip ospf priority ...", "ip ospf network ...",
	"ip ospf retransmit-interval ...", "ip ospf transmit-delay ...",
	"ip ospf message-digest-key * ...", "ip ospf authentication-key ...",
	"ip ospf area ...", "ipv6 nd ra-interval ...",
	"ipv6 nd ra-lifetime ...", "ipv6 ospf6 area ...", "ipv6 ospf6 cost ...",
	"ipv6 ospf6 hello-interval ...", "ipv6 ospf6 dead-interval ...",
	"ipv6 ospf6 priority ...", "ipv6 ospf6 network ...",
	/* router bgp */
	"bgp router-id ...", "bgp cluster-id ...",
	"bgp confederation identifier ...",
	"bgp graceful-restart restart-time ...",
	"bgp graceful-restart stalepath-time ...",
	"bgp default local-preference ...", "timers bgp ...",
	"neighbor * remote-as ...", "neighbor * description ...",
	"neighbor * password ...", "neighbor * update-source ...",
	"neighbor * timers connect ...", "neighbor * timers delayopen ...",
	"neighbor * timers ...", "neighbor * advertisement-interval ...",
	"neighbor * local-as ...", "neighbor * ebgp-multihop ...",
	"neighbor * ttl-security ...", "neighbor * maximum-prefix ...",
	"neighbor * allowas-in ...", "neighbor * weight ...",
	"neighbor * route-map ? in", "neighbor * route-map ? out",
	"neighbor * prefix-list ? in", "neighbor * prefix-list ? out",
	"neighbor * filter-list ? in", "neighbor * filter-list ? out",
	"neighbor * distribute-list ? in", "neighbor * distribute-list ? out",
	"neighbor * unsuppress-map ...", "maximum-paths ibgp ...",
	"maximum-paths ...", "distance bgp ...",
	/* router ospf, ospf6 */
	"ospf router-id ...", "ospf6 router-id ...",
	"auto-cost reference-bandwidth ...", "timers throttle spf ...",
	"log-adjacency-changes ...", "default-metric ...", "area * stub ...",
	"area * nssa ...", "area * default-cost ...",
	"area * authentication ...", "default-information originate ...",
	"redistribute * ...",
	/* route-map */
	"call ...", "set local-preference ...", "set metric ...",
	"set community ...", "set large-community ...",
	"set as-path prepend ...", "set ip next-hop ...", "set weight ...",
	"set origin ...", "set tag ...", "match metric ...", "match tag ...",
	"match interface ...", "match as-path ...", "match community ...",
	"match ip address prefix-list ...",
	"match ipv6 address prefix-list ...",
	/* line vty, bfd */
	"exec-timeout ...", "detect-multiplier ...", "receive-interval ...",
	"transmit-interval ...", NULL
};

static const char *const frr_scrambled[] = { "password 8 ...",
	"enable password 8 ...", NULL };

static const char *const frr_sequenced[] = { "ip prefix-list * ...",
	"ipv6 prefix-list * ...", "access-list * ...", "ipv6 access-list * ...",
	"bgp as-path access-list * ...", "bgp community-list ? * ...",
	"bgp large-community-list ? * ...", "bgp extcommunity-list ? * ...",
	NULL };

/* `do` leads out of configuration: to a shell, a ping, a write. */
static const char *const frr_forbidden[] = { "do ...", "write ...", "list ...",
	"find ...", "output ...", "terminal ...", NULL };

static const char *const frr_secret[] = { "password ...", "enable password ...",
	"username * ...", "neighbor * password ...",
	"ip ospf authentication-key ...",
	"ip ospf message-digest-key * md5 ...", "ipv6 ospf6 authentication ...",
	"area * virtual-link * ...", "key-string ...",
	"ip rip authentication string ...", "isis password ...",
	"area-password ...", "domain-password ...",
	"ip nhrp authentication ...", NULL };

static const char *const frr_definitions[] = { "vrf *", "key chain *",
	"access-list ...", "ipv6 access-list ...", "ip prefix-list ...",
	"ipv6 prefix-list ...", "bgp as-path access-list ...",
	"bgp community-list ...", "bgp large-community-list ...",
	"bgp extcommunity-list ...", "route-map ...", NULL };

/* `no interface` and `no vrf` are refused for what the kernel has; an empty
 * interface is not shown, an empty vrf is.  `no address-family` does not
 * exist. */
static const struct config_section_rule frr_sections[] = {
	{ "interface *", CONFIG_REMOVE_LINES, "exit" },
	{ "interface * vrf ?", CONFIG_REMOVE_LINES, "exit" },
	{ "vrf *", CONFIG_REMOVE_LINES_THEN_TRY, "exit-vrf" },
	{ "line vty", CONFIG_REMOVE_LINES, "exit" },
	{ "address-family *", CONFIG_REMOVE_LINES, "exit-address-family" },
	{ "address-family * *", CONFIG_REMOVE_LINES, "exit-address-family" },
	{ "route-map * ? *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router bgp *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router bgp * vrf *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router bgp * view *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router * *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router * vrf *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "router * * vrf *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "key chain *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "bfd", CONFIG_REMOVE_WHOLE, "exit" },
	{ "profile *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "peer ...", CONFIG_REMOVE_WHOLE, "exit" },
	{ "pbr-map * seq *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "nexthop-group *", CONFIG_REMOVE_WHOLE, "exit" },
	{ "mpls ldp", CONFIG_REMOVE_WHOLE, "exit" },
	{ "rpki", CONFIG_REMOVE_WHOLE, "exit" },
	{ NULL, CONFIG_REMOVE_WHOLE, NULL },
};

static const struct config_owner_rule frr_owners[] = {
	{ "neighbor * remote-as ...", 2, "neighbor * ..." },
	{ "neighbor * peer-group ...", 2, "neighbor * ..." },
	{ "neighbor * interface ...", 2, "neighbor * ..." },
	{ NULL, 0, NULL },
};

static const struct config_cut_rule frr_cuts[] = {
	{ "description ...", 1, NULL },
	{ "exec-timeout ...", 1, "exec-timeout 10 0" },
	{ "password ...", 1, NULL },
	{ "enable password ...", 2, NULL },
	{ "set as-path prepend ...", 3, NULL },
	{ "log-adjacency-changes ...", 1, NULL },
	{ "area * stub ...", 3, NULL },
	{ "area * nssa ...", 3, NULL },
	{ "detect-multiplier ...", 1, NULL },
	{ "receive-interval ...", 1, NULL },
	{ "transmit-interval ...", 1, NULL },
	{ NULL, 0, NULL },
};

static const struct config_default_rule frr_defaults[] = {
	{ "ip forwarding", NULL, NULL },
	{ "ipv6 forwarding", NULL, NULL },
	{ "ip nht resolve-via-default", NULL, NULL },
	{ "ipv6 nht resolve-via-default", NULL, NULL },
	{ "link-detect", "interface ...", NULL },
	{ "multicast", "interface ...", NULL },
	{ "ipv6 nd suppress-ra", "interface ...", NULL },
	{ "bgp ebgp-requires-policy", "router bgp ...", NULL },
	{ "bgp default ipv4-unicast", "router bgp ...", NULL },
	{ "bgp default show-hostname", "router bgp ...", NULL },
	{ "bgp network import-check", "router bgp ...", NULL },
	{ "bgp suppress-duplicates", "router bgp ...", NULL },
	{ "bgp fast-external-failover", "router bgp ...", NULL },
	{ "bgp client-to-client reflection", "router bgp ...", NULL },
	{ "bgp deterministic-med", "router bgp ...", NULL },
	{ "neighbor * activate", "address-family ipv4 unicast",
	    "no bgp default ipv4-unicast" },
	{ "neighbor * send-community", "address-family ...", NULL },
	{ "neighbor * send-community all", "address-family ...", NULL },
	{ "neighbor * send-community extended", "address-family ...", NULL },
	{ "neighbor * send-community large", "address-family ...", NULL },
	{ "neighbor * capability extended-nexthop", "router bgp ...", NULL },
	{ "login", "line vty", NULL },
	{ "exec-timeout 10 0", "line vty", NULL },
	{ NULL, NULL, NULL },
};

const struct config_dialect config_dialect_frr = {
	.name = "frr",
	.comment = "!#",
	.negation = "no",
	.ascii_only = true,
	.exits = frr_exits,
	.end = "end",
	.volatiles = frr_volatiles,
	.kept = frr_kept,
	.single = frr_single,
	.scrambled = frr_scrambled,
	.sequenced = frr_sequenced,
	.forbidden = frr_forbidden,
	.secret = frr_secret,
	.definitions = frr_definitions,
	.sections = frr_sections,
	.owners = frr_owners,
	.cuts = frr_cuts,
	.defaults = frr_defaults,
};

static const struct config_dialect *const all[] = {
	&config_dialect_frr,
	&config_dialect_eos,
	&config_dialect_ios,
	&config_dialect_nxos,
	NULL,
};

const struct config_dialect *const *config_dialects(void)
{
	return all;
}

const struct config_dialect *config_dialect_find(const char *name)
{
	for (size_t i = 0; all[i]; i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}
