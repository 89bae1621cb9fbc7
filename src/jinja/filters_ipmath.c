/* Ansible's ipsubnet, ipmath, nthhost, network_in_network and relatives. */
#include "jinja/filters_ip.h"

#include "jinja/text.h"

#include <stdio.h>

static bool small_int(struct jv v, int64_t *ret)
{
	bool overflow;

	if (v.kind == JV_INT) {
		*ret = v.u.integer;
		return true;
	}
	return v.kind == JV_STRING && text_to_int(v, 10, ret, &overflow) &&
	       !overflow;
}

static bool subnet_text(
    struct run *r, const struct ip *ip, int prefix, struct jv *ret)
{
	struct ip net = *ip;

	net.prefix = prefix;
	return ip_text_prefix(r, ip->version, ip_first(&net), prefix, ret);
}

/* An address in ever smaller subnets, from /prefix down to two addresses. */
static bool supernet_at(struct run *r, const struct ip *ip, int64_t prefix,
    int64_t i, struct jv *ret)
{
	int64_t n = ip->prefix - prefix;

	if (i < 0)
		i += n;
	*ret = jv_bool(false);
	if (i < 0 || i >= n)
		return true;
	return subnet_text(r, ip, (int)(prefix + i), ret);
}

static bool subnet_at(struct run *r, const struct ip *ip, int64_t prefix,
    int64_t i, struct jv *ret)
{
	int shift = (int)prefix - ip->prefix;
	ip_number n = (ip_number)1 << (shift < 127 ? shift : 127);
	ip_number back = i < 0 ? (ip_number)(-(i + 1)) + 1 : 0;
	ip_number at = i < 0 ? n - back : (ip_number)i;
	ip_number each = (ip_number)1 << (ip_bits(ip) - (int)prefix);

	*ret = jv_bool(false);
	if (i < 0 ? back > n : at >= n)
		return true;
	return ip_text_prefix(
	    r, ip->version, ip_first(ip) + at * each, (int)prefix, ret);
}

/* The rank of the value among networks of its size in another; from 1. */
static bool subnet_rank(
    struct run *r, const struct ip *ip, struct jv query, struct jv *ret)
{
	struct ip net;

	*ret = jv_bool(false);
	if (query.kind != JV_STRING || !ip_parse(query.u.text, query.len, &net))
		return run_fail(r, ERR_INVALID, "ipsubnet: unknown query");
	if (!ip_contains(&net, ip))
		return true;
	return ip_number_value(
	    r, (ip_first(ip) - ip_first(&net)) / ip_size(ip) + 1, ret);
}

static bool filter_ipsubnet(struct run *r, const struct call *c, struct jv *ret)
{
	int64_t prefix, i = 0;
	struct ip ip;

	if (c->args[0].kind == JV_STRING &&
	    !ip_parse(c->args[0].u.text, c->args[0].len, &ip)) {
		*ret = jv_bool(false);
		return true;
	}
	if (!arg_ip(r, c, 0, &ip))
		return false;
	if (!arg_given(c, 1) || jv_text_is(c->args[1], ""))
		return subnet_text(r, &ip, ip.prefix, ret);
	if (!small_int(c->args[1], &prefix))
		return subnet_rank(r, &ip, c->args[1], ret);
	if (prefix < 0 || prefix > ip_bits(&ip))
		return run_fail(r, ERR_INVALID, "ipsubnet: wrong prefix");
	if (arg_given(c, 2) && !small_int(c->args[2], &i))
		return run_fail(r, ERR_INVALID, "ipsubnet: wrong index");
	if (!ip.has_prefix)
		return arg_given(c, 2) ? supernet_at(r, &ip, prefix, i, ret)
				       : subnet_text(r, &ip, (int)prefix, ret);
	if (prefix < ip.prefix)
		return subnet_text(r, &ip, (int)prefix, ret);
	if (arg_given(c, 2))
		return subnet_at(r, &ip, prefix, i, ret);
	return ip_number_value(r, (ip_number)1 << (prefix - ip.prefix), ret);
}

static bool add(const struct ip *ip, int64_t n, ip_number *ret)
{
	ip_number max = ip->version == 4 ? UINT32_MAX : ~(ip_number)0;
	ip_number by = n < 0 ? (ip_number)(-(n + 1)) + 1 : (ip_number)n;

	if (n < 0 ? by > ip->value : by > max - ip->value)
		return false;
	*ret = n < 0 ? ip->value - by : ip->value + by;
	return true;
}

static bool filter_ipmath(struct run *r, const struct call *c, struct jv *ret)
{
	ip_number sum;
	struct ip ip;
	int64_t n;

	if (!arg_ip(r, c, 0, &ip))
		return false;
	if (!small_int(c->args[1], &n))
		return run_fail(r, ERR_INVALID, "ipmath: an integer is needed");
	if (!add(&ip, n, &sum))
		return run_fail(
		    r, ERR_INVALID, "ipmath: the result is no address");
	return ip_text(r, ip.version, sum, ret);
}

static bool filter_nthhost(struct run *r, const struct call *c, struct jv *ret)
{
	ip_number size, back = 0, at = 0;
	struct ip ip;
	int64_t n;

	if (!arg_ip(r, c, 0, &ip))
		return false;
	if (!small_int(c->args[1], &n))
		return run_fail(
		    r, ERR_INVALID, "nthhost: an integer is needed");
	size = ip_size(&ip);
	if (n < 0) {
		back = (ip_number)(-(n + 1)) + 1;
		at = ip_last(&ip) + 1 - back;
	} else {
		at = (uint64_t)n;
		at += ip_first(&ip);
	}
	*ret = jv_bool(false);
	if (size && (n < 0 ? back > size : (ip_number)n >= size))
		return true;
	return ip_text(r, ip.version, at, ret);
}

static bool filter_network_in_network(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct ip net, ip;

	if (!arg_ip(r, c, 0, &net) || !arg_ip(r, c, 1, &ip))
		return false;
	*ret = jv_bool(ip_contains(&net, &ip));
	return true;
}

static bool filter_network_in_usable(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct ip net, ip;
	ip_number edge = 0;

	if (!arg_ip(r, c, 0, &net) || !arg_ip(r, c, 1, &ip))
		return false;
	if (ip_size(&net) > 2 || ip_size(&net) == 0)
		edge = 1;
	*ret = jv_bool(ip_contains(&net, &ip) &&
		       ip_first(&ip) >= ip_first(&net) + edge &&
		       ip_last(&ip) <= ip_last(&net) - edge);
	return true;
}

static bool filter_reduce_on_network(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *items, *out = list_make(r, 0);
	struct ip net, ip;

	if (!out || !value_to_list(r, c->args[0], &items) ||
	    !arg_ip(r, c, 1, &net))
		return false;
	for (uint32_t i = 0; i < items->n; i++) {
		struct jv v = items->items[i];

		if (v.kind == JV_STRING && ip_parse(v.u.text, v.len, &ip) &&
		    ip_contains(&net, &ip) && !list_add(r, out, v))
			return false;
	}
	*ret = list_value(out);
	return true;
}

static bool filter_ip4_hex(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv mark;
	char text[64];
	struct ip ip;
	unsigned v;

	if (!arg_ip(r, c, 0, &ip) || !arg_text(r, c, 1, "", &mark))
		return false;
	if (ip.version != 4 || mark.len > 4)
		return run_fail(
		    r, ERR_INVALID, "ip4_hex: an IPv4 address is needed");
	v = (unsigned)ip.value;
	snprintf(text, sizeof(text), "%02x%.*s%02x%.*s%02x%.*s%02x", v >> 24,
	    (int)mark.len, mark.u.text, v >> 16 & 255, (int)mark.len,
	    mark.u.text, v >> 8 & 255, (int)mark.len, mark.u.text, v & 255);
	return new_text(r, text, strlen(text), false, ret);
}

static const struct native table[] = {
	{ "ipsubnet", filter_ipsubnet, "value query index", 1, 3, 0, NULL,
	    NULL },
	{ "ipmath", filter_ipmath, "value amount", 2, 2, 0, NULL, NULL },
	{ "nthhost", filter_nthhost, "value query", 2, 2, 0, NULL, NULL },
	{ "network_in_network", filter_network_in_network, "value test", 2, 2,
	    0, NULL, NULL },
	{ "network_in_usable", filter_network_in_usable, "value test", 2, 2, 0,
	    NULL, NULL },
	{ "reduce_on_network", filter_reduce_on_network, "value network", 2, 2,
	    0, NULL, NULL },
	{ "ip4_hex", filter_ip4_hex, "arg delimiter", 1, 2, 0, NULL, NULL },
};
const struct native_table ipmath_filters = NATIVE_TABLE(table);
