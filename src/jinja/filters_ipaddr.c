/* Ansible's ipaddr(), ipv4(), ipv6(), ipwrap(). */
#include "jinja/ip_query.h"

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
		return ip_query_no(ret);
	if (q->size != 0 && (i < 0 ? at > q->size : at >= q->size))
		return ip_query_no(ret);
	if (i < 0)
		at = q->last + 1 - at;
	else
		at += q->first;
	return ip_query_with_prefix(q, at, ret);
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
		return ip_query_value_if(q, ip_contains(&net, &q->ip), ret);
	return run_fail(q->run, ERR_INVALID, "ipaddr: unknown query");
}

static bool ask(struct run *r, struct jv value, struct jv query, int version,
    struct jv *ret)
{
	struct query q = { .run = r, .value = value };
	query_fn fn = ip_query_find(query);

	if (value.kind == JV_UNDEFINED)
		return run_undefined(r, value);
	if (!read_value(value, version, &q.ip) ||
	    (version && q.ip.version != version))
		return ip_query_no(ret);
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
