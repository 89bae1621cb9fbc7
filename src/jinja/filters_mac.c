/* MAC addresses: Ansible's hwaddr, netutils' mac_to_format and mac_to_int. */
#include "jinja/filters.h"

#include <stdio.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Twelve digits, bare or in groups of two, four or six with one kind of
 * separator; the digits as they were written go to `to`. */
static bool read_mac(struct jv v, char to[13])
{
	char separator = '\0';
	size_t n = 0, group = 0, run = 0;

	if (v.kind != JV_STRING)
		return false;
	for (uint32_t i = 0; i < v.len; i++) {
		char c = v.u.text[i];

		if (hex_value(c) >= 0) {
			if (n == 12)
				return false;
			to[n++] = c;
			run++;
			continue;
		}
		if (!strchr(":-.", c) || !c || (separator && c != separator) ||
		    (group && run != group))
			return false;
		separator = c;
		group = run;
		run = 0;
	}
	to[12] = '\0';
	return n == 12 &&
	       (!separator ||
		   ((group == 2 || group == 4 || group == 6) && run == group));
}

static void grouped(const char *digits, size_t every, const char *separator,
    bool upper, char *to)
{
	for (size_t i = 0; i < 12; i++) {
		char c = digits[i];

		if (i && i % every == 0)
			to += sprintf(to, "%s", separator);
		if (upper && c >= 'a' && c <= 'f')
			c = (char)(c - 32);
		*to++ = c;
	}
	*to = '\0';
}

static void lower(char *digits)
{
	for (; *digits; digits++)
		if (*digits >= 'A' && *digits <= 'F')
			*digits = (char)(*digits + 32);
}

static int64_t mac_number(const char *digits)
{
	int64_t n = 0;

	for (; *digits; digits++)
		n = n * 16 + hex_value(*digits);
	return n;
}

struct mac_format {
	const char *name;
	uint8_t every;
	char separator[2];
	bool upper;
};

static const struct mac_format ansible_formats[] = {
	{ "bare", 12, "", true },
	{ "cisco", 4, ".", false },
	{ "eui48", 2, "-", true },
	{ "win", 2, "-", true },
	{ "linux", 2, ":", false },
	{ "unix", 2, ":", false },
	{ "pgsql", 6, ":", false },
	{ "postgresql", 6, ":", false },
	{ "psql", 6, ":", false },
};

static const struct mac_format netutils_formats[] = {
	{ "MAC_COLON_TWO", 2, ":", false },
	{ "MAC_COLON_FOUR", 4, ":", false },
	{ "MAC_DASH_TWO", 2, "-", false },
	{ "MAC_DASH_FOUR", 4, "-", false },
	{ "MAC_DOT_TWO", 2, ".", false },
	{ "MAC_DOT_FOUR", 4, ".", false },
	{ "MAC_NO_SPECIAL", 12, "", false },
};

static const struct mac_format *find_format(
    const struct mac_format *all, size_t n, struct jv name)
{
	for (size_t i = 0; i < n; i++)
		if (jv_text_is(name, all[i].name))
			return &all[i];
	return NULL;
}

static bool filter_hwaddr(struct run *r, const struct call *c, struct jv *ret)
{
	const struct mac_format *f;
	char digits[13], text[32];
	struct jv query;

	if (c->args[0].kind == JV_UNDEFINED)
		return run_undefined(r, c->args[0]);
	if (!arg_text(r, c, 1, "", &query))
		return false;
	*ret = jv_bool(false);
	if (!read_mac(c->args[0], digits)) {
		if (query.len == 0 || jv_text_is(query, "bool"))
			return true;
		return run_fail(
		    r, ERR_INVALID, "hwaddr: not a hardware address");
	}
	*ret = c->args[0];
	if (query.len == 0)
		return true;
	*ret = jv_bool(true);
	if (jv_text_is(query, "bool"))
		return true;
	lower(digits);
	*ret = jv_int(mac_number(digits));
	if (jv_text_is(query, "int"))
		return true;
	f = find_format(ansible_formats,
	    sizeof(ansible_formats) / sizeof(*ansible_formats), query);
	if (!f)
		return run_fail(r, ERR_INVALID, "hwaddr: unknown format");
	grouped(digits, f->every, f->separator, f->upper, text);
	return new_text(r, text, strlen(text), false, ret);
}

static bool arg_mac(struct run *r, const struct call *c, char digits[13])
{
	if (c->args[0].kind == JV_UNDEFINED)
		return run_undefined(r, c->args[0]);
	return read_mac(c->args[0], digits) ||
	       run_fail(r, ERR_INVALID, "%s: not a MAC address", c->def->name);
}

static bool filter_mac_to_format(
    struct run *r, const struct call *c, struct jv *ret)
{
	const struct mac_format *f;
	char digits[13], text[32];
	struct jv name;

	if (!arg_mac(r, c, digits) ||
	    !arg_text(r, c, 1, "MAC_NO_SPECIAL", &name))
		return false;
	f = find_format(netutils_formats,
	    sizeof(netutils_formats) / sizeof(*netutils_formats), name);
	if (!f)
		return run_fail(
		    r, ERR_INVALID, "mac_to_format: unknown format");
	grouped(digits, f->every, f->separator, false, text);
	return new_text(r, text, strlen(text), false, ret);
}

static bool filter_mac_to_int(
    struct run *r, const struct call *c, struct jv *ret)
{
	char digits[13];

	if (!arg_mac(r, c, digits))
		return false;
	*ret = jv_int(mac_number(digits));
	return true;
}

static bool filter_is_valid_mac(
    struct run *r, const struct call *c, struct jv *ret)
{
	char digits[13];

	if (c->args[0].kind == JV_UNDEFINED)
		return run_undefined(r, c->args[0]);
	*ret = jv_bool(read_mac(c->args[0], digits));
	return true;
}

static const struct native table[] = {
	{ "hwaddr", filter_hwaddr, "value query", 1, 2, 0, NULL, NULL },
	{ "macaddr", filter_hwaddr, "value query", 1, 2, 0, NULL, NULL },
	{ "mac_to_format", filter_mac_to_format, "mac frmt", 1, 2, 0, NULL,
	    NULL },
	{ "mac_to_int", filter_mac_to_int, "mac", 1, 1, 0, NULL, NULL },
	{ "is_valid_mac", filter_is_valid_mac, "mac", 1, 1, 0, NULL, NULL },
};
const struct native_table mac_filters = NATIVE_TABLE(table);
