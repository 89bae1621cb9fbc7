/* Ansible's ipaddr(), ipv4(), ipv6(), ipwrap(). */
#include "jinja/filters_ip.h"

#include "jinja/text.h"

#include <stdio.h>

bool ip_text(struct run *r, int version, ip_number value, struct jv *ret)
{
	char text[IP_TEXT_MAX];

	ip_format(version, value, text);
	return new_text(r, text, strlen(text), false, ret);
}

bool ip_text_prefix(
    struct run *r, int version, ip_number value, int prefix, struct jv *ret)
{
	char text[IP_TEXT_MAX], all[IP_TEXT_MAX + 8];

	ip_format(version, value, text);
	snprintf(all, sizeof(all), "%s/%d", text, prefix);
	return new_text(r, all, strlen(all), false, ret);
}

bool ip_number_value(struct run *r, ip_number n, struct jv *ret)
{
	char text[IP_TEXT_MAX];

	if (n <= INT64_MAX) {
		*ret = jv_int((int64_t)n);
		return true;
	}
	ip_format_number(n, text);
	return new_text(r, text, strlen(text), false, ret);
}

bool arg_ip(struct run *r, const struct call *c, size_t i, struct ip *ret)
{
	struct jv v = c->args[i];

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind == JV_STRING && ip_parse(v.u.text, v.len, ret))
		return true;
	if (v.kind == JV_INT && v.u.integer >= 0) {
		*ret = ip_from_number((ip_number)v.u.integer, 0);
		return true;
	}
	if (v.kind == JV_STRING)
		return run_fail(r, ERR_INVALID,
		    "%s: '%.*s' is not an IP address or network", c->def->name,
		    (int)(v.len < 60 ? v.len : 60), v.u.text);
	return run_fail(r, ERR_INVALID, "%s: a %s is not an IP address",
	    c->def->name, kind_name(v.kind));
}

/* The value under a query. */
struct query {
	struct run *run;
	struct ip ip;
	bool is_address; /* written without prefix */
	ip_number size, first, last;
	struct jv value; /* as it was given */
};

/* Sets *ret; what does not fit the query is false. */
typedef bool (*query_fn)(const struct query *q, struct jv *ret);

static bool no(struct jv *ret)
{
	*ret = jv_bool(false);
	return true;
}

static bool text(const struct query *q, ip_number value, struct jv *ret)
{
	return ip_text(q->run, q->ip.version, value, ret);
}

static bool with_prefix(const struct query *q, ip_number value, struct jv *ret)
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
			     : with_prefix(q, q->ip.value, ret);
}

static bool query_address(const struct query *q, struct jv *ret)
{
	if (q->size == 1 || q->size == 2 || is_host(q))
		return text(q, q->ip.value, ret);
	return no(ret);
}

static bool query_host(const struct query *q, struct jv *ret)
{
	return q->size == 1 || is_host(q) ? with_prefix(q, q->ip.value, ret)
					  : no(ret);
}

static bool query_net(const struct query *q, struct jv *ret)
{
	return q->size != 1 && q->ip.value == q->first
		   ? with_prefix(q, q->first, ret)
		   : no(ret);
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
	return with_prefix(q, q->first, ret);
}

static bool query_prefix(const struct query *q, struct jv *ret)
{
	*ret = jv_int(q->ip.prefix);
	return true;
}

static bool query_broadcast(const struct query *q, struct jv *ret)
{
	return q->size > 2 || q->size == 0 ? text(q, q->last, ret) : no(ret);
}

static bool query_size(const struct query *q, struct jv *ret)
{
	return ip_number_value(q->run, q->size, ret);
}

static bool query_cidr(const struct query *q, struct jv *ret)
{
	return with_prefix(q, q->ip.value, ret);
}

static bool query_host_prefix(const struct query *q, struct jv *ret)
{
	return is_host(q) ? with_prefix(q, q->ip.value, ret) : no(ret);
}

static bool query_ip_prefix(const struct query *q, struct jv *ret)
{
	return q->size == 2 || is_host(q) ? with_prefix(q, q->ip.value, ret)
					  : no(ret);
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
		   : no(ret);
}

static bool query_ip_wildcard(const struct query *q, struct jv *ret)
{
	return q->size == 2 || is_host(q)
		   ? two_texts(q, q->ip.value, ip_hostmask(&q->ip), ret)
		   : no(ret);
}

static bool query_network_netmask(const struct query *q, struct jv *ret)
{
	return q->size != 1 ? two_texts(q, q->first, ip_netmask(&q->ip), ret)
			    : no(ret);
}

static bool query_network_wildcard(const struct query *q, struct jv *ret)
{
	return q->size != 1 ? two_texts(q, q->first, ip_hostmask(&q->ip), ret)
			    : no(ret);
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
		return with_prefix(q, v, ret);
	if (prefix < 0 || (v > UINT32_MAX && v >> 32 != 0xffff))
		return no(ret);
	return ip_text_prefix(q->run, 4, v & UINT32_MAX, prefix, ret);
}

static bool query_to_ipv6(const struct query *q, struct jv *ret)
{
	if (q->ip.version == 6)
		return with_prefix(q, q->ip.value, ret);
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
	return q->is_address ? no(ret) : text(q, first_usable(q), ret);
}

static bool query_last_usable(const struct query *q, struct jv *ret)
{
	return q->is_address ? no(ret) : text(q, last_usable(q), ret);
}

static bool query_next_usable(const struct query *q, struct jv *ret)
{
	ip_number next = q->ip.value + 1;

	return q->is_address || next < first_usable(q) || next > last_usable(q)
		   ? no(ret)
		   : text(q, next, ret);
}

static bool query_previous_usable(const struct query *q, struct jv *ret)
{
	ip_number before = q->ip.value - 1;

	return q->is_address || q->ip.value == 0 || before < first_usable(q) ||
		       before > last_usable(q)
		   ? no(ret)
		   : text(q, before, ret);
}

static bool query_range_usable(const struct query *q, struct jv *ret)
{
	char left[IP_TEXT_MAX], right[IP_TEXT_MAX], all[2 * IP_TEXT_MAX];

	if (q->is_address)
		return no(ret);
	ip_format(q->ip.version, first_usable(q), left);
	ip_format(q->ip.version, last_usable(q), right);
	snprintf(all, sizeof(all), "%s-%s", left, right);
	return new_text(q->run, all, strlen(all), false, ret);
}

static bool query_size_usable(const struct query *q, struct jv *ret)
{
	if (q->is_address || q->size == 1)
		return q->is_address ? no(ret) : (*ret = jv_int(0), true);
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

static bool value_if(const struct query *q, bool holds, struct jv *ret)
{
	if (!holds)
		return no(ret);
	*ret = q->value;
	return true;
}

static bool query_private(const struct query *q, struct jv *ret)
{
	return value_if(q, ip_is_private(&q->ip), ret);
}

static bool query_public(const struct query *q, struct jv *ret)
{
	return value_if(q,
	    !ip_is_private(&q->ip) && !ip_is_loopback(&q->ip) &&
		!ip_is_multicast(&q->ip) && !ip_is_reserved(&q->ip),
	    ret);
}

static bool query_loopback(const struct query *q, struct jv *ret)
{
	return value_if(q, ip_is_loopback(&q->ip), ret);
}

static bool query_link_local(const struct query *q, struct jv *ret)
{
	return value_if(q, ip_is_link_local(&q->ip), ret);
}

static bool query_multicast(const struct query *q, struct jv *ret)
{
	return value_if(q, ip_is_multicast(&q->ip), ret);
}

static bool query_unicast(const struct query *q, struct jv *ret)
{
	return value_if(q, !ip_is_multicast(&q->ip), ret);
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

static query_fn find_query(struct jv name)
{
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++)
		if (jv_text_is(name, queries[i].name))
			return queries[i].fn;
	return NULL;
}

static bool digits_only(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return n > 0 && n < 40;
}

static ip_number read_number(const char *p, size_t n)
{
	ip_number v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(p[i] - '0');
	return v;
}

/* Text, an integer, or "integer/prefix". */
static bool read_value(struct jv v, int version, struct ip *ret)
{
	const char *slash;
	char text_form[IP_TEXT_MAX + 8], address[IP_TEXT_MAX];
	struct ip ip;
	size_t n;

	if (v.kind == JV_INT && v.u.integer > 0) {
		*ret = ip_from_number((ip_number)v.u.integer,
		    v.u.integer <= UINT32_MAX ? version : 0);
		return true;
	}
	if (v.kind != JV_STRING)
		return false;
	slash = memchr(v.u.text, '/', v.len);
	n = slash ? (size_t)(slash - v.u.text) : v.len;
	if (!digits_only(v.u.text, n))
		return ip_parse(v.u.text, v.len, ret);
	ip = ip_from_number(read_number(v.u.text, n), slash ? 0 : version);
	ip_format(ip.version, ip.value, address);
	snprintf(text_form, sizeof(text_form), "%s%.*s", address,
	    slash ? (int)(v.len - n < 5 ? v.len - n : 5) : 0,
	    slash ? slash : "");
	return ip_parse(text_form, strlen(text_form), ret);
}

static bool query_index(const struct query *q, int64_t i, struct jv *ret)
{
	ip_number at = i < 0 ? (ip_number)(-(i + 1)) + 1 : (ip_number)i;

	if (q->size == 1)
		return no(ret);
	if (q->size != 0 && (i < 0 ? at > q->size : at >= q->size))
		return no(ret);
	if (i < 0)
		at = q->last + 1 - at;
	else
		at += q->first;
	return with_prefix(q, at, ret);
}

/* A query that is no name: an index, or a network to lie in. */
static bool query_other(const struct query *q, struct jv query, struct jv *ret)
{
	bool overflow;
	struct ip net;
	int64_t i;

	if (query.kind == JV_INT)
		return query_index(q, query.u.integer, ret);
	if (query.kind == JV_STRING && text_to_int(query, 10, &i, &overflow) &&
	    !overflow)
		return query_index(q, i, ret);
	if (query.kind == JV_STRING && ip_parse(query.u.text, query.len, &net))
		return value_if(q, ip_contains(&net, &q->ip), ret);
	return run_fail(q->run, ERR_INVALID, "ipaddr: unknown query");
}

static bool ask(struct run *r, struct jv value, struct jv query, int version,
    struct jv *ret)
{
	struct query q = { .run = r, .value = value };
	query_fn fn = find_query(query);

	if (value.kind == JV_UNDEFINED)
		return run_undefined(r, value);
	if (!read_value(value, version, &q.ip) ||
	    (version && q.ip.version != version))
		return no(ret);
	q.is_address = !q.ip.has_prefix;
	q.size = ip_size(&q.ip);
	q.first = ip_first(&q.ip);
	q.last = ip_last(&q.ip);
	return fn ? fn(&q, ret) : query_other(&q, query, ret);
}

static bool ask_all(
    struct run *r, const struct call *c, int version, struct jv *ret)
{
	struct jv query = arg_given(c, 1) ? c->args[1] : jv_text("");
	struct jv_list *items, *out;
	struct jv one;

	if (c->args[0].kind != JV_LIST && c->args[0].kind != JV_TUPLE)
		return ask(r, c->args[0], query, version, ret);
	out = list_make(r, 0);
	if (!out || !value_to_list(r, c->args[0], &items))
		return false;
	for (uint32_t i = 0; i < items->n; i++) {
		if (!run_step(r) ||
		    !ask(r, items->items[i], query, version, &one))
			return false;
		if (!(one.kind == JV_BOOL && !one.u.integer) &&
		    !list_add(r, out, one))
			return false;
	}
	*ret = list_value(out);
	return true;
}

static bool filter_ipaddr(struct run *r, const struct call *c, struct jv *ret)
{
	int64_t version;

	if (!arg_int(r, c, 2, 0, &version))
		return false;
	return ask_all(
	    r, c, version == 4 || version == 6 ? (int)version : 0, ret);
}

static bool filter_ipv4(struct run *r, const struct call *c, struct jv *ret)
{
	return ask_all(r, c, 4, ret);
}

static bool filter_ipv6(struct run *r, const struct call *c, struct jv *ret)
{
	return ask_all(r, c, 6, ret);
}

static bool wrap_one(struct run *r, struct jv v, struct jv *ret)
{
	struct jv wrapped;

	if (!ask(r, v, jv_text("wrap"), 0, &wrapped))
		return false;
	*ret = wrapped.kind == JV_STRING ? wrapped : v;
	return true;
}

static bool filter_ipwrap(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *items;

	if (c->args[0].kind != JV_LIST && c->args[0].kind != JV_TUPLE)
		return wrap_one(r, c->args[0], ret);
	if (!value_to_list(r, c->args[0], &items))
		return false;
	for (uint32_t i = 0; i < items->n; i++)
		if (!run_step(r) ||
		    !wrap_one(r, items->items[i], &items->items[i]))
			return false;
	*ret = list_value(items);
	return true;
}

static const struct native table[] = {
	{ "ipaddr", filter_ipaddr, "value query version", 1, 3, 0, NULL, NULL },
	{ "ipv4", filter_ipv4, "value query", 1, 2, 0, NULL, NULL },
	{ "ipv6", filter_ipv6, "value query", 1, 2, 0, NULL, NULL },
	{ "ipwrap", filter_ipwrap, "value query", 1, 2, 0, NULL, NULL },
};
const struct native_table ipaddr_filters = NATIVE_TABLE(table);
