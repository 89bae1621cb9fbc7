/* The master's part of a reachability sweep: whom to ask, and how. */
#include "worker/reach_internal.h"

#include "app/choice.h"
#include "app/runs.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SSH_PORT 22
#define NETCONF_PORT 830

static unsigned probes_named(const struct record *platform, int field)
{
	unsigned bits = 0;
	enum probe_kind kind;

	for (size_t i = 0; i < record_count(platform, field); i++) {
		if (probe_parse(record_item(platform, field, i), &kind))
			bits |= PROBE_BIT(kind);
	}
	return bits;
}

/* What the managed port speaks. */
static enum probe_kind speaks(
    const struct record *platform, const struct record *device)
{
	static const enum probe_kind spoken[] = {
		[MANAGED_SSH] = PROBE_SSH,
		[MANAGED_NETCONF] = PROBE_NETCONF,
		[MANAGED_API] = PROBE_API,
	};

	return spoken[managed_way_of(device, platform)];
}

static unsigned probes_of(
    const struct record *platform, const struct record *device)
{
	unsigned bits = probes_named(platform, PLATFORM_PROBES);

	if (bits)
		return bits;
	return PROBE_BIT(PROBE_ICMP) | PROBE_BIT(speaks(platform, device));
}

/* managed: the port of the device's address or its platform; 0: none named. */
static json_t *ports_of(
    const struct record *platform, const struct record *device, int managed)
{
	long ports[PROBE_KINDS] = {
		[PROBE_SSH] =
		    record_number(platform, PLATFORM_SSH_PORT, SSH_PORT),
		[PROBE_SNMP] = record_number(platform, PLATFORM_SNMP_PORT, 161),
		[PROBE_NETCONF] = record_number(
		    platform, PLATFORM_NETCONF_PORT, NETCONF_PORT),
		[PROBE_API] = record_number(platform, PLATFORM_API_PORT, 443),
	};
	json_t *list = json_array();

	if (managed)
		ports[speaks(platform, device)] = managed;
	for (int k = 0; k < PROBE_KINDS; k++)
		json_array_append_new(list, json_integer(ports[k]));
	return list;
}

/* The place of the secret in the request's list, where it is put once. */
static int place_of(json_t *secrets, const struct record *secret)
{
	const json_t *item;
	size_t i;

	if (!secret)
		return -1;
	json_array_foreach(secrets, i, item)
	{
		if (strcmp(json_text(item, "name", ""), record_key(secret)) ==
		    0)
			return (int)i;
	}
	json_array_append_new(secrets,
	    json_pack("{s:s, s:s, s:s, s:s}", "name", record_key(secret),
		"provider", record_text(secret, SECRET_PROVIDER), "reference",
		record_text(secret, SECRET_REFERENCE), "username",
		record_text(secret, SECRET_USERNAME)));
	return (int)json_array_size(secrets) - 1;
}

/* A row for one that is not asked, with the reason: it is done with. */
static void pass_over(
    struct worker *w, struct live_run *run, const char *device, const char *why)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:b}", "name", device, "state",
	    run_state_words[RUN_SUCCEEDED], "result", why, "left_alone", 1);

	run->reach->n_left_alone++;
	if (row)
		live_add_row(w, run, row);
	json_decref(row);
}

/* NULL: it can be asked; else why not, in `text`. */
static const char *obstacle(const struct snapshot *s,
    const struct live_run *run, const struct record *device, char address[16],
    int *ret_port, char text[256])
{
	const char *why = runs_refusal(s, run->job, device, false, text);
	int prefix;

	if (why)
		return why;
	if (!snapshot_find(
		s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM)))
		return "not asked: it has no platform";
	if (!schema_parse_ipv4(record_text(device, DEVICE_PRIMARY_IP4), address,
		&prefix, ret_port))
		return "not asked: it has no primary IPv4 address";
	return NULL;
}

/* One that belongs to the platform is itself reached directly. */
static bool has_jump(const struct record *platform, const struct record *device)
{
	const char *name = record_text(device, DEVICE_JUMP);

	if (!*name)
		name = record_text(platform, PLATFORM_JUMP);
	return *name && strcmp(name, record_key(device)) != 0;
}

static bool add_target(struct worker *w, const struct snapshot *s,
    struct live_run *run, const struct record *device, json_t *request)
{
	struct asked *a = &run->reach->asked[run->reach->n];
	const struct record *platform = snapshot_find(
	    s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM));
	char address[16], text[256];
	const char *why;
	unsigned asked;
	json_t *ports;
	int port = 0;

	why = obstacle(s, run, device, address, &port, text);
	if (why) {
		pass_over(w, run, record_key(device), why);
		return true;
	}
	if (!port)
		port = (int)record_number(platform, PLATFORM_PORT, 0);
	asked = probes_of(platform, device);
	a->counting = probes_named(platform, PLATFORM_PROBES_COUNTING) & asked;
	if (!a->counting)
		a->counting = asked;
	a->wants_hello = (asked & PROBE_BIT(PROBE_NETCONF)) &&
			 strcmp(record_text(platform, PLATFORM_NETCONF_PROBE),
			     reach_netconf_words[REACH_NETCONF_HELLO]) == 0;
	a->by_jump = a->wants_hello && has_jump(platform, device);
	ports = ports_of(platform, device, port);
	a->netconf_port =
	    (uint16_t)json_integer_value(json_array_get(ports, PROBE_NETCONF));
	text_copy(a->device, sizeof(a->device), record_key(device));
	text_copy(a->address, sizeof(a->address), address);
	run->reach->n++;
	return json_array_append_new(json_object_get(request, "targets"),
		   json_pack("{s:s, s:i, s:i, s:o, s:i, s:o}", "address",
		       address, "asked",
		       (int)(a->by_jump ? asked & ~PROBE_BIT(PROBE_NETCONF)
					: asked),
		       "counting", (int)a->counting, "ports", ports, "snmp",
		       place_of(json_object_get(request, "secrets"),
			   snapshot_snmp_credentials(s, device)),
		       "pins", request_pins(s, record_key(device)))) == 0;
}

enum err_code reach_make_request(struct worker *w, const struct snapshot *s,
    struct live_run *run, json_t **ret, struct err *e)
{
	const json_t *p = json_object_get(run->doc, "parameters");
	const struct record **list;
	json_t *request;
	size_t n;
	bool ok = true;
	enum err_code rc = choice_find(&w->app, s, p, &list, &n, e);

	if (rc != ERR_OK)
		return rc;
	reach_free(run->reach);
	run->reach = calloc(1, sizeof(*run->reach));
	if (run->reach) {
		run->reach->began_ms = clock_mono_ms();
		run->reach->began_wall_ms = clock_wall_ms();
		run->reach->asked = calloc(n + 1, sizeof(struct asked));
	}
	request = json_pack("{s:s, s:s, s:s, s:I, s:I, s:[], s:[]}", "type",
	    "run", "mode", "run", "job", run->job->name, "timeout_ms",
	    (json_int_t)json_number(p, "timeout", 2) * 1000, "attempts",
	    (json_int_t)json_number(p, "attempts", 3), "targets", "secrets");
	ok = request && run->reach && run->reach->asked;
	for (size_t i = 0; i < n && ok; i++)
		ok = add_target(w, s, run, list[i], request);
	free(list);
	if (!ok) {
		json_decref(request);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*ret = request;
	return ERR_OK;
}
