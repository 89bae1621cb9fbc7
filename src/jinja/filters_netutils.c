/* netutils' functions on addresses and networks, as filters. */
#include "jinja/filters_ip.h"

#include <stdio.h>

enum ip_form { FORM_ADDRESS, FORM_INTERFACE, FORM_NETWORK };

struct form {
	struct run *run;
	struct ip ip;
	enum ip_form form;
};

typedef bool (*attribute_fn)(const struct form *f, struct jv *ret);

static bool plain(
    struct run *r, int version, ip_number v, int prefix, struct jv *ret)
{
	char text[IP_TEXT_MAX], all[IP_TEXT_MAX + 16];

	ip_format_plain(version, v, text);
	if (prefix < 0)
		snprintf(all, sizeof(all), "%s", text);
	else
		snprintf(all, sizeof(all), "%s/%d", text, prefix);
	return new_text(r, all, strlen(all), false, ret);
}

static bool get_text(const struct form *f, struct jv *ret)
{
	return plain(f->run, f->ip.version, f->ip.value,
	    f->form == FORM_ADDRESS ? -1 : f->ip.prefix, ret);
}

static bool get_version(const struct form *f, struct jv *ret)
{
	*ret = jv_int(f->ip.version);
	return true;
}

static bool get_int(const struct form *f, struct jv *ret)
{
	return ip_number_value(f->run, f->ip.value, ret);
}

static bool get_ip(const struct form *f, struct jv *ret)
{
	return plain(f->run, f->ip.version, f->ip.value, -1, ret);
}

static bool get_network(const struct form *f, struct jv *ret)
{
	return plain(
	    f->run, f->ip.version, ip_first(&f->ip), f->ip.prefix, ret);
}

static bool get_network_address(const struct form *f, struct jv *ret)
{
	return plain(f->run, f->ip.version, ip_first(&f->ip), -1, ret);
}

static bool get_broadcast(const struct form *f, struct jv *ret)
{
	return plain(f->run, f->ip.version, ip_last(&f->ip), -1, ret);
}

static bool get_netmask(const struct form *f, struct jv *ret)
{
	return plain(f->run, f->ip.version, ip_netmask(&f->ip), -1, ret);
}

static bool get_hostmask(const struct form *f, struct jv *ret)
{
	return plain(f->run, f->ip.version, ip_hostmask(&f->ip), -1, ret);
}

static bool get_prefixlen(const struct form *f, struct jv *ret)
{
	*ret = jv_int(f->ip.prefix);
	return true;
}

static bool get_max_prefixlen(const struct form *f, struct jv *ret)
{
	*ret = jv_int(ip_bits(&f->ip));
	return true;
}

static bool get_num_addresses(const struct form *f, struct jv *ret)
{
	return ip_number_value(f->run, ip_size(&f->ip), ret);
}

static bool get_with_netmask(const struct form *f, struct jv *ret)
{
	char a[IP_TEXT_MAX], b[IP_TEXT_MAX], all[2 * IP_TEXT_MAX];

	ip_format_plain(f->ip.version, f->ip.value, a);
	ip_format_plain(f->ip.version, ip_netmask(&f->ip), b);
	snprintf(all, sizeof(all), "%s/%s", a, b);
	return new_text(f->run, all, strlen(all), false, ret);
}

static bool get_is_private(const struct form *f, struct jv *ret)
{
	static const struct ip_block more[] = { { "", "0.0.0.0/8" },
		{ "", "127.0.0.0/8" }, { "", "169.254.0.0/16" },
		{ "", "192.0.0.0/29" }, { "", "192.0.2.0/24" },
		{ "", "198.51.100.0/24" }, { "", "203.0.113.0/24" },
		{ "", "240.0.0.0/4" }, { "", "10.0.0.0/8" },
		{ "", "172.16.0.0/12" }, { "", "192.168.0.0/16" },
		{ "", "198.18.0.0/15" }, { "", "::1/128" }, { "", "::/128" },
		{ "", "fc00::/7" }, { "", "fe80::/10" },
		{ "", "2001:db8::/32" }, { NULL, NULL } };

	*ret = jv_bool(ip_in_blocks(&f->ip, more));
	return true;
}

static bool get_is_loopback(const struct form *f, struct jv *ret)
{
	*ret = jv_bool(ip_is_loopback(&f->ip));
	return true;
}

static bool get_is_link_local(const struct form *f, struct jv *ret)
{
	*ret = jv_bool(ip_is_link_local(&f->ip));
	return true;
}

static bool get_is_multicast(const struct form *f, struct jv *ret)
{
	*ret = jv_bool(ip_is_multicast(&f->ip));
	return true;
}

#define ON_ADDRESS (1u << FORM_ADDRESS)
#define ON_INTERFACE (1u << FORM_INTERFACE)
#define ON_NETWORK (1u << FORM_NETWORK)
#define ON_ALL (ON_ADDRESS | ON_INTERFACE | ON_NETWORK)

static const struct {
	const char *name;
	attribute_fn fn;
	unsigned on;
} attributes[] = {
	{ "__str__", get_text, ON_ALL },
	{ "compressed", get_text, ON_ALL },
	{ "version", get_version, ON_ALL },
	{ "__int__", get_int, ON_ADDRESS | ON_INTERFACE },
	{ "ip", get_ip, ON_INTERFACE },
	{ "network", get_network, ON_INTERFACE },
	{ "network.network_address", get_network_address, ON_INTERFACE },
	{ "network.broadcast_address", get_broadcast, ON_INTERFACE },
	{ "network.prefixlen", get_prefixlen, ON_INTERFACE },
	{ "network.num_addresses", get_num_addresses, ON_INTERFACE },
	{ "netmask", get_netmask, ON_INTERFACE | ON_NETWORK },
	{ "hostmask", get_hostmask, ON_INTERFACE | ON_NETWORK },
	{ "network_address", get_network_address, ON_NETWORK },
	{ "broadcast_address", get_broadcast, ON_NETWORK },
	{ "prefixlen", get_prefixlen, ON_NETWORK },
	{ "num_addresses", get_num_addresses, ON_NETWORK },
	{ "max_prefixlen", get_max_prefixlen, ON_ALL },
	{ "with_prefixlen", get_text, ON_INTERFACE | ON_NETWORK },
	{ "with_netmask", get_with_netmask, ON_INTERFACE | ON_NETWORK },
	{ "is_private", get_is_private, ON_ALL },
	{ "is_loopback", get_is_loopback, ON_ALL },
	{ "is_link_local", get_is_link_local, ON_ALL },
	{ "is_multicast", get_is_multicast, ON_ALL },
};

static bool ipaddress(
    struct run *r, const struct call *c, enum ip_form form, struct jv *ret)
{
	struct form f = { .run = r, .form = form };
	struct jv name;

	if (!arg_ip(r, c, 0, &f.ip) || !arg_text(r, c, 1, "", &name))
		return false;
	if (form == FORM_ADDRESS && f.ip.has_prefix)
		return run_fail(
		    r, ERR_INVALID, "%s: not an address", c->def->name);
	if (form == FORM_NETWORK && f.ip.value != ip_first(&f.ip))
		return run_fail(
		    r, ERR_INVALID, "%s: host bits are set", c->def->name);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
		if (jv_text_is(name, attributes[i].name) &&
		    (attributes[i].on & 1u << form))
			return attributes[i].fn(&f, ret);
	return run_fail(r, ERR_INVALID, "%s: there is no attribute '%.*s'",
	    c->def->name, (int)(name.len < 60 ? name.len : 60), name.u.text);
}

static bool filter_address(struct run *r, const struct call *c, struct jv *ret)
{
	return ipaddress(r, c, FORM_ADDRESS, ret);
}

static bool filter_interface(
    struct run *r, const struct call *c, struct jv *ret)
{
	return ipaddress(r, c, FORM_INTERFACE, ret);
}

static bool filter_network(struct run *r, const struct call *c, struct jv *ret)
{
	return ipaddress(r, c, FORM_NETWORK, ret);
}

static bool arg_mask(struct run *r, const struct call *c, struct ip *ret)
{
	struct ip mask;
	ip_number rest;

	if (!arg_ip(r, c, 0, &mask))
		return false;
	rest = ~mask.value &
	       (mask.version == 4 ? (ip_number)UINT32_MAX : ~(ip_number)0);
	if (mask.has_prefix || (rest & (rest + 1)))
		return run_fail(
		    r, ERR_INVALID, "%s: not a netmask", c->def->name);
	*ret = mask;
	ret->prefix = ip_bits(&mask);
	for (; rest; rest >>= 1)
		ret->prefix--;
	return true;
}

static bool filter_netmask_to_cidr(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct ip mask;

	if (!arg_mask(r, c, &mask))
		return false;
	*ret = jv_int(mask.prefix);
	return true;
}

static bool filter_netmask_to_wildcard(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct ip mask;

	return arg_mask(r, c, &mask) &&
	       ip_text(r, mask.version, ip_hostmask(&mask), ret);
}

static bool filter_wildcard_to_netmask(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct ip ip;

	if (!arg_ip(r, c, 0, &ip))
		return false;
	if (ip.value & (ip.value + 1))
		return run_fail(
		    r, ERR_INVALID, "%s: not a wildcard mask", c->def->name);
	return ip_text(r, ip.version,
	    ip.version == 4 ? ip.value ^ UINT32_MAX : ~ip.value, ret);
}

static bool from_prefix(
    struct run *r, const struct call *c, bool wild, int version, struct jv *ret)
{
	struct ip ip = { .version = version };
	int64_t prefix;

	if (!arg_int(r, c, 0, 0, &prefix))
		return false;
	if (prefix < 0 || prefix > ip_bits(&ip))
		return run_fail(r, ERR_INVALID,
		    "%s: an integer between 0 and %d is needed", c->def->name,
		    ip_bits(&ip));
	ip.prefix = (int)prefix;
	return ip_text(
	    r, version, wild ? ip_hostmask(&ip) : ip_netmask(&ip), ret);
}

static bool filter_cidr_to_netmask(
    struct run *r, const struct call *c, struct jv *ret)
{
	return from_prefix(r, c, false, 4, ret);
}

static bool filter_cidr_to_netmaskv6(
    struct run *r, const struct call *c, struct jv *ret)
{
	return from_prefix(r, c, false, 6, ret);
}

static bool filter_cidr_to_wildmask(
    struct run *r, const struct call *c, struct jv *ret)
{
	return from_prefix(r, c, true, 4, ret);
}

static bool arg_network(struct run *r, const struct call *c, struct ip *ret)
{
	if (!arg_ip(r, c, 0, ret))
		return false;
	if (ret->value != ip_first(ret))
		return run_fail(
		    r, ERR_INVALID, "%s: host bits are set", c->def->name);
	return true;
}

static bool filter_first_usable(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct ip net;
	bool edge;

	if (!arg_network(r, c, &net))
		return false;
	edge = net.prefix < ip_bits(&net) - 1;
	return plain(
	    r, net.version, ip_first(&net) + (edge ? 1u : 0u), -1, ret);
}

static bool filter_broadcast(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct ip net;

	return arg_network(r, c, &net) &&
	       plain(r, net.version, ip_last(&net), -1, ret);
}

static bool filter_peer_ip(struct run *r, const struct call *c, struct jv *ret)
{
	struct ip ip;
	int host;

	if (!arg_ip(r, c, 0, &ip))
		return false;
	host = ip_bits(&ip) - ip.prefix;
	if (host == 1)
		return plain(r, ip.version, ip.value ^ 1, -1, ret);
	if (host == 2 && ip.value != ip_first(&ip) && ip.value != ip_last(&ip))
		return plain(r, ip.version, ip.value ^ 3, -1, ret);
	return run_fail(r, ERR_INVALID,
	    "get_peer_ip: not an address of a point-to-point network");
}

static bool filter_ip_addition(
    struct run *r, const struct call *c, struct jv *ret)
{
	bool minus = strcmp(c->def->name, "ip_subtract") == 0;
	struct ip ip;
	int64_t n;

	if (!arg_ip(r, c, 0, &ip) || !arg_int(r, c, 1, 0, &n))
		return false;
	if (n == INT64_MIN)
		return run_fail(r, ERR_INVALID, "%s: too large", c->def->name);
	if (minus != (n < 0))
		ip.value -= (uint64_t)(n < 0 ? -n : n);
	else
		ip.value += (uint64_t)(n < 0 ? -n : n);
	if (ip.version == 4 && ip.value > UINT32_MAX)
		return run_fail(r, ERR_INVALID, "%s: the result is no address",
		    c->def->name);
	return plain(r, ip.version, ip.value, -1, ret);
}

static bool filter_is_ip(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = c->args[0];
	struct ip ip;

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	*ret = jv_bool(v.kind == JV_STRING && ip_parse(v.u.text, v.len, &ip) &&
		       !ip.has_prefix);
	return true;
}

static const struct native table[] = {
	{ "ipaddress_address", filter_address, "ip attr", 2, 2, 0, NULL, NULL },
	{ "ipaddress_interface", filter_interface, "ip attr", 2, 2, 0, NULL,
	    NULL },
	{ "ipaddress_network", filter_network, "ip attr", 2, 2, 0, NULL, NULL },
	{ "netmask_to_cidr", filter_netmask_to_cidr, "netmask", 1, 1, 0, NULL,
	    NULL },
	{ "netmask_to_wildcardmask", filter_netmask_to_wildcard, "netmask", 1,
	    1, 0, NULL, NULL },
	{ "wildcardmask_to_netmask", filter_wildcard_to_netmask, "wildcardmask",
	    1, 1, 0, NULL, NULL },
	{ "cidr_to_netmask", filter_cidr_to_netmask, "cidr", 1, 1, 0, NULL,
	    NULL },
	{ "cidr_to_netmaskv6", filter_cidr_to_netmaskv6, "cidr", 1, 1, 0, NULL,
	    NULL },
	{ "cidr_to_netwildmask", filter_cidr_to_wildmask, "cidr", 1, 1, 0, NULL,
	    NULL },
	{ "get_first_usable", filter_first_usable, "ip_network", 1, 1, 0, NULL,
	    NULL },
	{ "get_broadcast_address", filter_broadcast, "ip_network", 1, 1, 0,
	    NULL, NULL },
	{ "get_peer_ip", filter_peer_ip, "ip_interface", 1, 1, 0, NULL, NULL },
	{ "ip_addition", filter_ip_addition, "ip val", 2, 2, 0, NULL, NULL },
	{ "ip_subtract", filter_ip_addition, "ip val", 2, 2, 0, NULL, NULL },
	{ "is_ip", filter_is_ip, "ip", 1, 1, 0, NULL, NULL },
};
const struct native_table netutils_filters = NATIVE_TABLE(table);
