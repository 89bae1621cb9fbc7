/* netutils' functions on interface names. */
#include "jinja/filters.h"

#include "jinja/callable.h"

#include <stdlib.h>

#define EXPANDED_MAX 10000
#define NUMBER_MAX 999999999 /* of a port */

struct alias {
	const char *text, *name;
};

/* Source: netutils' table of known interface names. */
static const struct alias long_names[] = { { "ATM", "ATM" }, { "AT", "ATM" },
	{ "B", "Bdi" }, { "Bd", "Bdi" }, { "Bdi", "Bdi" },
	{ "Bridge-Aggregation", "Port-channel" }, { "EOBC", "EOBC" },
	{ "EO", "EOBC" }, { "Ethernet", "Ethernet" }, { "Eth", "Ethernet" },
	{ "eth", "Ethernet" }, { "Et", "Ethernet" }, { "et", "Ethernet" },
	{ "FastEthernet", "FastEthernet" }, { "FastEth", "FastEthernet" },
	{ "FastE", "FastEthernet" }, { "Fast", "FastEthernet" },
	{ "Fas", "FastEthernet" }, { "FE", "FastEthernet" },
	{ "Fa", "FastEthernet" }, { "fa", "FastEthernet" }, { "Fddi", "Fddi" },
	{ "FD", "Fddi" }, { "FortyGigabitEthernet", "FortyGigabitEthernet" },
	{ "FortyGigEthernet", "FortyGigabitEthernet" },
	{ "FortyGigEth", "FortyGigabitEthernet" },
	{ "FortyGigE", "FortyGigabitEthernet" },
	{ "FortyGig", "FortyGigabitEthernet" },
	{ "FGE", "FortyGigabitEthernet" }, { "FO", "FortyGigabitEthernet" },
	{ "Fo", "FortyGigabitEthernet" },
	{ "FiftyGigabitEthernet", "FiftyGigabitEthernet" },
	{ "FiftyGigE", "FiftyGigabitEthernet" },
	{ "Fi", "FiftyGigabitEthernet" },
	{ "GigabitEthernet", "GigabitEthernet" },
	{ "GigEthernet", "GigabitEthernet" }, { "GigEth", "GigabitEthernet" },
	{ "GigE", "GigabitEthernet" }, { "Gig", "GigabitEthernet" },
	{ "GE", "GigabitEthernet" }, { "Ge", "GigabitEthernet" },
	{ "ge", "GigabitEthernet" }, { "Gi", "GigabitEthernet" },
	{ "gi", "GigabitEthernet" },
	{ "HundredGigabitEthernet", "HundredGigabitEthernet" },
	{ "HundredGigEthernet", "HundredGigabitEthernet" },
	{ "HundredGigEth", "HundredGigabitEthernet" },
	{ "HundredGigE", "HundredGigabitEthernet" },
	{ "HundredGig", "HundredGigabitEthernet" },
	{ "Hu", "HundredGigabitEthernet" },
	{ "TwentyFiveGigabitEthernet", "TwentyFiveGigE" },
	{ "TwentyFiveGigE", "TwentyFiveGigE" },
	{ "TwentyFiveGig", "TwentyFiveGigE" }, { "TF", "TwentyFiveGigE" },
	{ "Tf", "TwentyFiveGigE" }, { "Twe", "TwentyFiveGigE" },
	{ "TwoHundredGigabitEthernet", "TwoHundredGigabitEthernet" },
	{ "TwoHundredGigE", "TwoHundredGigabitEthernet" },
	{ "TH", "TwoHundredGigabitEthernet" },
	{ "Th", "TwoHundredGigabitEthernet" },
	{ "FourHundredGigabitEthernet", "FourHundredGigabitEthernet" },
	{ "FourHundredGigE", "FourHundredGigabitEthernet" },
	{ "F", "FourHundredGigabitEthernet" }, { "Loopback", "Loopback" },
	{ "loopback", "Loopback" }, { "Lo", "Loopback" }, { "lo", "Loopback" },
	{ "Management", "Management" }, { "Mgmt", "Management" },
	{ "mgmt", "Management" }, { "Ma", "Management" }, { "MFR", "MFR" },
	{ "Multilink", "Multilink" }, { "Mu", "Multilink" }, { "n", "nve" },
	{ "nv", "nve" }, { "nve", "nve" }, { "PortChannel", "Port-channel" },
	{ "Port-channel", "Port-channel" }, { "Port-Channel", "Port-channel" },
	{ "port-channel", "Port-channel" }, { "po", "Port-channel" },
	{ "Po", "Port-channel" }, { "POS", "POS" }, { "PO", "POS" },
	{ "Serial", "Serial" }, { "Se", "Serial" }, { "S", "Serial" },
	{ "Sync", "Sync" }, { "Sy", "Sync" },
	{ "Ten-GigabitEthernet", "TenGigabitEthernet" },
	{ "TenGigabitEthernet", "TenGigabitEthernet" },
	{ "TenGigEthernet", "TenGigabitEthernet" },
	{ "TenGigEth", "TenGigabitEthernet" },
	{ "TenGig", "TenGigabitEthernet" }, { "TeGig", "TenGigabitEthernet" },
	{ "Ten", "TenGigabitEthernet" }, { "T", "TenGigabitEthernet" },
	{ "Te", "TenGigabitEthernet" }, { "te", "TenGigabitEthernet" },
	{ "XGE", "TenGigabitEthernet" }, { "Tunnel", "Tunnel" },
	{ "Tun", "Tunnel" }, { "Tu", "Tunnel" }, { "Tw", "TwoGigabitEthernet" },
	{ "Two", "TwoGigabitEthernet" }, { "Virtual-Access", "Virtual-Access" },
	{ "Vi", "Virtual-Access" }, { "Virtual-Template", "Virtual-Template" },
	{ "Vt", "Virtual-Template" }, { "VLAN", "VLAN" }, { "V", "VLAN" },
	{ "Vl", "VLAN" }, { "Vlan-interface", "VLAN" }, { "vlan", "VLAN" },
	{ "Wlan-GigabitEthernet", "Wlan-GigabitEthernet" } };

static const struct alias short_names[] = { { "ATM", "At" }, { "EOBC", "EO" },
	{ "Ethernet", "Et" }, { "FastEthernet", "Fa" }, { "Fddi", "FD" },
	{ "FortyGigabitEthernet", "Fo" }, { "GigabitEthernet", "Gi" },
	{ "HundredGigabitEthernet", "Hu" }, { "Loopback", "Lo" },
	{ "Management", "Ma" }, { "MFR", "MFR" }, { "Multilink", "Mu" },
	{ "Port-channel", "Po" }, { "POS", "PO" }, { "Serial", "Se" },
	{ "Sync", "Sy" }, { "TenGigabitEthernet", "Te" }, { "Tunnel", "Tu" },
	{ "TwoGigabitEthernet", "Two" }, { "TwentyFiveGigE", "Twe" },
	{ "Virtual-Access", "Vi" }, { "Virtual-Template", "Vt" },
	{ "VLAN", "Vl" }, { "Wlan-GigabitEthernet", "Wl-Gi" } };

static const char *find_alias(
    const struct alias *table, size_t n, struct jv name)
{
	for (size_t i = 0; i < n; i++)
		if (jv_text_is(name, table[i].text))
			return table[i].name;
	return NULL;
}

#define FIND(table, name) \
	find_alias((table), sizeof(table) / sizeof(*(table)), (name))

/* "Gi1/0/1" → "Gi", "1/0/1": at the last run of digits, dots, slashes and
 * blanks. */
static void split_name(struct jv name, struct jv *head, struct jv *tail)
{
	size_t n = name.len, at;

	while (n > 0 && name.u.text[n - 1] &&
	       strchr("/\\0123456789. ", name.u.text[n - 1]))
		n--;
	for (at = n; at < name.len && name.u.text[at] == ' ';)
		at++;
	*head = jv_string(name.u.text, n, false);
	*tail = jv_string(name.u.text + at, name.len - at, false);
}

static bool mapped(struct run *r, const struct call *c, size_t i,
    struct jv name, struct jv *ret)
{
	struct jv map;
	const struct dict_entry *e;

	if (!arg_given(c, i) || c->args[i].kind != JV_DICT)
		return false;
	map = overlay_view(r, c->args[i]);
	e = dict_find(map.u.dict, name, hash_text(name.u.text, name.len));
	if (e && e->value.kind == JV_STRING)
		*ret = e->value;
	return e && e->value.kind == JV_STRING;
}

static bool joined(struct run *r, struct jv a, struct jv b, struct jv *ret)
{
	size_t mark = text_begin(r);

	return emit_text(r, a) && emit_text(r, b) &&
	       text_take(r, mark, false, ret);
}

static bool no_match(struct run *r, const struct call *c, size_t verify,
    struct jv name, struct jv *ret)
{
	bool strict;

	if (!arg_bool(r, c, verify, false, &strict))
		return false;
	if (strict)
		return run_fail(r, ERR_INVALID,
		    "%s: '%.*s' is no known interface name", c->def->name,
		    (int)(name.len < 60 ? name.len : 60), name.u.text);
	*ret = name;
	return true;
}

static bool filter_canonical(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv name, head, tail, full;

	if (!arg_text(r, c, 0, "", &name))
		return false;
	split_name(name, &head, &tail);
	full = jv_text(FIND(long_names, head));
	if (!mapped(r, c, 1, head, &full) && full.kind != JV_STRING)
		return no_match(r, c, 2, name, ret);
	return joined(r, full, tail, ret);
}

static bool filter_abbreviated(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv name, head, tail, full, abbreviated;

	if (!arg_text(r, c, 0, "", &name))
		return false;
	split_name(name, &head, &tail);
	full = jv_text(FIND(long_names, head));
	if (!mapped(r, c, 1, head, &full) && full.kind != JV_STRING)
		full = head;
	abbreviated = jv_text(FIND(short_names, full));
	if (!mapped(r, c, 2, full, &abbreviated) &&
	    abbreviated.kind != JV_STRING)
		return no_match(r, c, 3, name, ret);
	return joined(r, abbreviated, tail, ret);
}

static bool filter_split(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv name, head, tail;

	if (!arg_text(r, c, 0, "", &name))
		return false;
	split_name(name, &head, &tail);
	*ret = tuple_pair(r->arena, head, tail);
	return true;
}

/* The place of the next "[1-4,7]" at or after an offset. */
static bool find_range(
    struct jv s, size_t from, size_t *ret_open, size_t *ret_close)
{
	for (size_t i = from; i < s.len; i++) {
		size_t n;

		if (s.u.text[i] != '[')
			continue;
		n = strspn(s.u.text + i + 1, "0123456789,-");
		if (n && i + 1 + n < s.len && s.u.text[i + 1 + n] == ']') {
			*ret_open = i;
			*ret_close = i + 1 + n;
			return true;
		}
	}
	return false;
}

struct expansion {
	struct run *run;
	struct jv pattern;
	struct jv_list *out;
};

static bool expand(struct expansion *x, size_t from, struct jv prefix);

static bool expand_number(struct expansion *x, long n, size_t open, size_t from,
    size_t close, struct jv prefix)
{
	size_t mark = text_begin(x->run);
	struct jv next;

	if (!run_step(x->run) || !emit_text(x->run, prefix) ||
	    !emit(x->run, x->pattern.u.text + from, open - from) ||
	    !emit_int(x->run, n) || !text_take(x->run, mark, false, &next))
		return false;
	return expand(x, close + 1, next);
}

static bool expand(struct expansion *x, size_t from, struct jv prefix)
{
	size_t open, close, mark = text_begin(x->run);
	struct jv rest =
	    jv_string(x->pattern.u.text + from, x->pattern.len - from, false);
	char *at, *end;

	if (!find_range(x->pattern, from, &open, &close)) {
		if (x->out->n >= EXPANDED_MAX)
			return run_fail(x->run, ERR_LIMIT,
			    "the range has too many interfaces");
		return emit_text(x->run, prefix) && emit_text(x->run, rest) &&
		       text_take(x->run, mark, false, &rest) &&
		       list_add(x->run, x->out, rest);
	}
	at = arena_memdup(
	    x->run->arena, x->pattern.u.text + open + 1, close - open - 1);
	if (!at)
		return run_no_memory(x->run);
	for (; *at; at = *end ? end + 1 : end) {
		long first = strtol(at, &end, 10), last = first;

		if (*end == '-' && end != at) {
			at = end + 1;
			last = strtol(at, &end, 10);
		}
		/* strtol() gives LONG_MAX for more, which nothing is above */
		if (end == at || last > NUMBER_MAX)
			return run_fail(x->run, ERR_INVALID,
			    "interface_range_expansion: wrong range");
		for (long n = first; n <= last; n++)
			if (!expand_number(x, n, open, from, close, prefix))
				return false;
		if (*end && *end != ',')
			return run_fail(x->run, ERR_INVALID,
			    "interface_range_expansion: wrong range");
	}
	return true;
}

static bool filter_expansion(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct expansion x = { .run = r, .out = list_make(r, 0) };
	struct jv copy;

	if (!x.out || !arg_text(r, c, 0, "", &copy) ||
	    !new_text(r, copy.u.text, copy.len, false, &x.pattern))
		return false;
	*ret = list_value(x.out);
	return expand(&x, 0, jv_text(""));
}

/* "Gi1/0/12" → "Gi1/0/" and 12 */
static bool split_number(struct jv name, size_t *ret_len, long *ret)
{
	char digits[12] = "";
	size_t n = name.len;

	while (n > 0 && name.u.text[n - 1] >= '0' && name.u.text[n - 1] <= '9')
		n--;
	if (n == name.len || name.len - n > 9)
		return false;
	memcpy(digits, name.u.text + n, name.len - n);
	*ret_len = n;
	*ret = strtol(digits, NULL, 10);
	return true;
}

static bool emit_range(struct run *r, struct jv name, size_t head, long from,
    long to, struct jv_list *out)
{
	size_t mark = text_begin(r);
	struct jv text;

	if (!emit(r, name.u.text, head) || !emit_int(r, from))
		return false;
	if (to > from && (!emit_char(r, '-') || !emit_int(r, to)))
		return false;
	return text_take(r, mark, false, &text) && list_add(r, out, text);
}

static bool natural_order(
    struct run *r, const struct call *c, struct jv_list **ret)
{
	const struct native *sort = env_find_filter(r->env, "natural_sort");
	struct call only = { .def = sort, .args = c->args, .n = 1 };
	struct jv sorted;

	if (!call_native(r, sort, &only, &sorted))
		return false;
	*ret = sorted.u.list;
	return true;
}

static bool filter_compress(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *names, *out = list_make(r, 0);
	size_t head = 0, next_head;
	long from = 0, to = 0, n;
	struct jv group = jv_none();

	if (!out || !natural_order(r, c, &names))
		return false;
	for (uint32_t i = 0; i < names->n; i++) {
		struct jv name = names->items[i];

		if (name.kind != JV_STRING ||
		    !split_number(name, &next_head, &n))
			return run_fail(r, ERR_INVALID,
			    "%s: interface names with a number are needed",
			    c->def->name);
		if (group.kind == JV_STRING && head == next_head &&
		    memcmp(group.u.text, name.u.text, head) == 0 &&
		    (n == to || n == to + 1)) {
			to = n;
			continue;
		}
		if (group.kind == JV_STRING &&
		    !emit_range(r, group, head, from, to, out))
			return false;
		group = name;
		head = next_head;
		from = to = n;
	}
	*ret = list_value(out);
	return group.kind != JV_STRING ||
	       emit_range(r, group, head, from, to, out);
}

static const struct native table[] = {
	{ "canonical_interface_name", filter_canonical,
	    "interface addl_name_map verify", 1, 3, 0, NULL, NULL },
	{ "abbreviated_interface_name", filter_abbreviated,
	    "interface addl_name_map addl_reverse_map verify", 1, 4, 0, NULL,
	    NULL },
	{ "split_interface", filter_split, "interface", 1, 1, 0, NULL, NULL },
	{ "interface_range_expansion", filter_expansion, "interface_pattern", 1,
	    1, 0, NULL, NULL },
	{ "interface_range_compress", filter_compress, "interface_list", 1, 1,
	    0, NULL, NULL },
};
const struct native_table interface_filters = NATIVE_TABLE(table);
