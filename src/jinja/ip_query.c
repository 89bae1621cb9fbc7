#include "jinja/ip_query.h"

#include <stdio.h>

bool ip_query_no(struct jv *ret)
{
	*ret = jv_bool(false);
	return true;
}

static bool text(const struct query *q, ip_number value, struct jv *ret)
{
	return ip_text(q->run, q->ip.version, value, ret);
}

bool ip_query_with_prefix(
    const struct query *q, ip_number value, struct jv *ret)
{
	return ip_text_prefix(q->run, q->ip.version, value, q->ip.prefix, ret);
}

static bool is_host(const struct query *q)
{
	return q->size != 1 && q->ip.value != q->first;
}

static bool query_none(const struct query *q, struct jv *ret)
{
	return q->is_address ? text(q, q->ip.value, ret)
			     : ip_query_with_prefix(q, q->ip.value, ret);
}

static bool query_address(const struct query *q, struct jv *ret)
{
	if (q->size == 1 || q->size == 2 || is_host(q))
		return text(q, q->ip.value, ret);
	return ip_query_no(ret);
}

static bool query_host(const struct query *q, struct jv *ret)
{
	return q->size == 1 || is_host(q)
		   ? ip_query_with_prefix(q, q->ip.value, ret)
		   : ip_query_no(ret);
}

static bool query_net(const struct query *q, struct jv *ret)
{
	return q->size != 1 && q->ip.value == q->first
		   ? ip_query_with_prefix(q, q->first, ret)
		   : ip_query_no(ret);
}

static bool query_netmask(const struct query *q, struct jv *ret)
{
	return text(q, ip_netmask(&q->ip), ret);
}

static bool query_hostmask(const struct query *q, struct jv *ret)
{
	return text(q, ip_hostmask(&q->ip), ret);
}

static bool query_network(const struct query *q, struct jv *ret)
{
	return text(q, q->first, ret);
}

static bool query_subnet(const struct query *q, struct jv *ret)
{
	return ip_query_with_prefix(q, q->first, ret);
}

static bool query_prefix(const struct query *q, struct jv *ret)
{
	*ret = jv_int(q->ip.prefix);
	return true;
}

static bool query_broadcast(const struct query *q, struct jv *ret)
{
	return q->size > 2 || q->size == 0 ? text(q, q->last, ret)
					   : ip_query_no(ret);
}

static bool query_size(const struct query *q, struct jv *ret)
{
	return ip_number_value(q->run, q->size, ret);
}

static bool query_cidr(const struct query *q, struct jv *ret)
{
	return ip_query_with_prefix(q, q->ip.value, ret);
}

static bool query_host_prefix(const struct query *q, struct jv *ret)
{
	return is_host(q) ? ip_query_with_prefix(q, q->ip.value, ret)
			  : ip_query_no(ret);
}

static bool query_ip_prefix(const struct query *q, struct jv *ret)
{
	return q->size == 2 || is_host(q)
		   ? ip_query_with_prefix(q, q->ip.value, ret)
		   : ip_query_no(ret);
}

static bool two_texts(
    const struct query *q, ip_number a, ip_number b, struct jv *ret)
{
	char left[IP_TEXT_MAX], right[IP_TEXT_MAX], all[2 * IP_TEXT_MAX];

	ip_format(q->ip.version, a, left);
	ip_format(q->ip.version, b, right);
	snprintf(all, sizeof(all), "%s %s", left, right);
	return new_text(q->run, all, strlen(all), false, ret);
}

static bool query_ip_netmask(const struct query *q, struct jv *ret)
{
	return q->size == 2 || is_host(q)
		   ? two_texts(q, q->ip.value, ip_netmask(&q->ip), ret)
		   : ip_query_no(ret);
}

static bool query_ip_wildcard(const struct query *q, struct jv *ret)
{
	return q->size == 2 || is_host(q)
		   ? two_texts(q, q->ip.value, ip_hostmask(&q->ip), ret)
		   : ip_query_no(ret);
}

static bool query_network_netmask(const struct query *q, struct jv *ret)
{
	return q->size != 1 ? two_texts(q, q->first, ip_netmask(&q->ip), ret)
			    : ip_query_no(ret);
}

static bool query_network_wildcard(const struct query *q, struct jv *ret)
{
	return q->size != 1 ? two_texts(q, q->first, ip_hostmask(&q->ip), ret)
			    : ip_query_no(ret);
}

static bool query_bool(const struct query *q, struct jv *ret)
{
	(void)q;
	*ret = jv_bool(true);
	return true;
}

static bool query_int(const struct query *q, struct jv *ret)
{
	char number[IP_TEXT_MAX], all[IP_TEXT_MAX + 8];

	if (q->is_address)
		return ip_number_value(q->run, q->ip.value, ret);
	ip_format_number(q->ip.value, number);
	snprintf(all, sizeof(all), "%s/%d", number, q->ip.prefix);
	return new_text(q->run, all, strlen(all), false, ret);
}

#define MAPPED ((ip_number)0xffff << 32)

static bool query_to_ipv4(const struct query *q, struct jv *ret)
{
	ip_number v = q->ip.value;
	int prefix = q->ip.prefix - 96;

	if (q->ip.version == 4)
		return ip_query_with_prefix(q, v, ret);
	if (prefix < 0 || (v > UINT32_MAX && v >> 32 != 0xffff))
		return ip_query_no(ret);
	return ip_text_prefix(q->run, 4, v & UINT32_MAX, prefix, ret);
}

static bool query_to_ipv6(const struct query *q, struct jv *ret)
{
	if (q->ip.version == 6)
		return ip_query_with_prefix(q, q->ip.value, ret);
	return ip_text_prefix(
	    q->run, 6, MAPPED | q->ip.value, q->ip.prefix + 96, ret);
}

static ip_number first_usable(const struct query *q)
{
	return q->size == 2 || q->size == 1 ? q->first : q->first + 1;
}

static ip_number last_usable(const struct query *q)
{
	return q->size == 2 || q->size == 1 ? q->last : q->last - 1;
}

static bool query_first_usable(const struct query *q, struct jv *ret)
{
	return q->is_address ? ip_query_no(ret) : text(q, first_usable(q), ret);
}

static bool query_last_usable(const struct query *q, struct jv *ret)
{
	return q->is_address ? ip_query_no(ret) : text(q, last_usable(q), ret);
}

static bool query_next_usable(const struct query *q, struct jv *ret)
{
	ip_number next = q->ip.value + 1;

	return q->is_address || next < first_usable(q) || next > last_usable(q)
		   ? ip_query_no(ret)
		   : text(q, next, ret);
}

static bool query_previous_usable(const struct query *q, struct jv *ret)
{
	ip_number before = q->ip.value - 1;

	return q->is_address || q->ip.value == 0 || before < first_usable(q) ||
		       before > last_usable(q)
		   ? ip_query_no(ret)
		   : text(q, before, ret);
}

static bool query_range_usable(const struct query *q, struct jv *ret)
{
	char left[IP_TEXT_MAX], right[IP_TEXT_MAX], all[2 * IP_TEXT_MAX];

	if (q->is_address)
		return ip_query_no(ret);
	ip_format(q->ip.version, first_usable(q), left);
	ip_format(q->ip.version, last_usable(q), right);
	snprintf(all, sizeof(all), "%s-%s", left, right);
	return new_text(q->run, all, strlen(all), false, ret);
}

static bool query_size_usable(const struct query *q, struct jv *ret)
{
	if (q->is_address || q->size == 1)
		return q->is_address ? ip_query_no(ret)
				     : (*ret = jv_int(0), true);
	return ip_number_value(q->run, q->size == 2 ? 2 : q->size - 2, ret);
}

static bool query_peer(const struct query *q, struct jv *ret)
{
	if (q->size == 2)
		return text(q, q->ip.value ^ 1, ret);
	if (q->size == 4 && is_host(q) && q->ip.value != q->last)
		return text(q, q->ip.value ^ 3, ret);
	return run_fail(
	    q->run, ERR_INVALID, "ipaddr: not a point-to-point network");
}

bool ip_query_value_if(const struct query *q, bool holds, struct jv *ret)
{
	if (!holds)
		return ip_query_no(ret);
	*ret = q->value;
	return true;
}

static bool query_private(const struct query *q, struct jv *ret)
{
	return ip_query_value_if(q, ip_is_private(&q->ip), ret);
}

static bool query_public(const struct query *q, struct jv *ret)
{
	return ip_query_value_if(q,
	    !ip_is_private(&q->ip) && !ip_is_loopback(&q->ip) &&
		!ip_is_multicast(&q->ip) && !ip_is_reserved(&q->ip),
	    ret);
}

static bool query_loopback(const struct query *q, struct jv *ret)
{
	return ip_query_value_if(q, ip_is_loopback(&q->ip), ret);
}

static bool query_link_local(const struct query *q, struct jv *ret)
{
	return ip_query_value_if(q, ip_is_link_local(&q->ip), ret);
}

static bool query_multicast(const struct query *q, struct jv *ret)
{
	return ip_query_value_if(q, ip_is_multicast(&q->ip), ret);
}

static bool query_unicast(const struct query *q, struct jv *ret)
{
	return ip_query_value_if(q, !ip_is_multicast(&q->ip), ret);
}

static bool query_type(const struct query *q, struct jv *ret)
{
	*ret = jv_text(q->size == 1 || is_host(q) ? "address" : "network");
	return true;
}

static bool query_version(const struct query *q, struct jv *ret)
{
	*ret = jv_int(q->ip.version);
	return true;
}

static bool query_revdns(const struct query *q, struct jv *ret)
{
	char all[96], *at = all;
	ip_number v = q->ip.value;

	if (q->ip.version == 4) {
		snprintf(all, sizeof(all), "%u.%u.%u.%u.in-addr.arpa.",
		    (unsigned)(v & 255), (unsigned)(v >> 8 & 255),
		    (unsigned)(v >> 16 & 255), (unsigned)(v >> 24 & 255));
	} else {
		for (int i = 0; i < 32; i++, v >>= 4)
			at += sprintf(at, "%x.", (unsigned)(v & 15));
		strcpy(at, "ip6.arpa.");
	}
	return new_text(q->run, all, strlen(all), false, ret);
}

static bool query_wrap(const struct query *q, struct jv *ret)
{
	char address[IP_TEXT_MAX], all[IP_TEXT_MAX + 16];

	if (q->ip.version == 4) {
		*ret = q->value;
		return true;
	}
	ip_format(6, q->ip.value, address);
	if (q->is_address)
		snprintf(all, sizeof(all), "[%s]", address);
	else
		snprintf(all, sizeof(all), "[%s]/%d", address, q->ip.prefix);
	return new_text(q->run, all, strlen(all), false, ret);
}

static const struct {
	const char *name;
	query_fn fn;
} queries[] = {
	{ "", query_none },
	{ "address", query_address },
	{ "ip", query_address },
	{ "host", query_host },
	{ "net", query_net },
	{ "netmask", query_netmask },
	{ "hostmask", query_hostmask },
	{ "wildcard", query_hostmask },
	{ "network", query_network },
	{ "network_id", query_network },
	{ "network/prefix", query_subnet },
	{ "subnet", query_subnet },
	{ "prefix", query_prefix },
	{ "broadcast", query_broadcast },
	{ "size", query_size },
	{ "cidr", query_cidr },
	{ "host/prefix", query_host_prefix },
	{ "address/prefix", query_host_prefix },
	{ "hostnet", query_host_prefix },
	{ "gateway", query_host_prefix },
	{ "gw", query_host_prefix },
	{ "router", query_host_prefix },
	{ "ip/prefix", query_ip_prefix },
	{ "ip_netmask", query_ip_netmask },
	{ "ip_wildcard", query_ip_wildcard },
	{ "network_netmask", query_network_netmask },
	{ "network_wildcard", query_network_wildcard },
	{ "bool", query_bool },
	{ "int", query_int },
	{ "ipv4", query_to_ipv4 },
	{ "ipv6", query_to_ipv6 },
	{ "first_usable", query_first_usable },
	{ "last_usable", query_last_usable },
	{ "next_usable", query_next_usable },
	{ "previous_usable", query_previous_usable },
	{ "range_usable", query_range_usable },
	{ "size_usable", query_size_usable },
	{ "peer", query_peer },
	{ "private", query_private },
	{ "public", query_public },
	{ "loopback", query_loopback },
	{ "lo", query_loopback },
	{ "link-local", query_link_local },
	{ "multicast", query_multicast },
	{ "unicast", query_unicast },
	{ "type", query_type },
	{ "version", query_version },
	{ "v", query_version },
	{ "revdns", query_revdns },
	{ "wrap", query_wrap },
};

query_fn ip_query_find(struct jv name)
{
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++)
		if (jv_text_is(name, queries[i].name))
			return queries[i].fn;
	return NULL;
}
