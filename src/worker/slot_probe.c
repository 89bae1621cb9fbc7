/* A reachability sweep, in a slot's process: see worker/reach.h. */
#include "worker/slot.h"

#include "app/port/probe.h"
#include "app/port/secrets.h"
#include "base/clock.h"
#include "base/json.h"
#include "domain/run.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ANSWERS 200 /* told together */
#define MAX_WAIT_MS 250
#define MAX_PINS 16

struct probe_slot {
	struct slot *slot;
	json_t *answers; /* not told yet */
	int64_t told_ms;
	bool lost; /* the master is gone */
};

struct secret_slot {
	struct snmp_credentials credentials;
	struct probe_snmp snmp;
	bool usable;
};

/* --- answers ------------------------------------------------------------- */

static void tell_answers(struct probe_slot *p)
{
	json_t *answers = p->answers;

	p->told_ms = clock_mono_ms();
	if (!answers)
		return;
	p->answers = NULL;
	if (slot_tell(
		json_pack("{s:s, s:o}", "type", "reach", "answers", answers),
		NULL) != ERR_OK)
		p->lost = true;
}

static void on_target(void *ctx, size_t target,
    const struct probe_result results[PROBE_KINDS], uint32_t uptime_s)
{
	struct probe_slot *p = ctx;
	json_t *list = json_array();

	for (int k = 0; k < PROBE_KINDS; k++) {
		if (!results[k].asked)
			continue;
		json_array_append_new(
		    list, json_pack("{s:i, s:b, s:b, s:I, s:s}", "kind", k,
			      "ok", results[k].ok, "counts", results[k].counts,
			      "us", (json_int_t)results[k].latency_us, "why",
			      results[k].why));
	}
	if (!p->answers)
		p->answers = json_array();
	json_array_append_new(p->answers,
	    json_pack("{s:I, s:I, s:o}", "target", (json_int_t)target, "uptime",
		(json_int_t)uptime_s, "results", list));
	if (json_array_size(p->answers) >= MAX_ANSWERS ||
	    clock_mono_ms() >= p->told_ms + MAX_WAIT_MS)
		tell_answers(p);
}

static bool is_cancelled(void *ctx)
{
	struct probe_slot *p = ctx;

	return p->lost || slot_cancelled(p->slot);
}

/* --- the request --------------------------------------------------------- */

static void log_secret(const char *name, const char *why)
{
	(void)slot_tell(
	    json_pack("{s:s, s:s, s:o}", "type", "log", "level", "error",
		"text",
		json_sprintf(
		    "the SNMP credentials %s cannot be used: %s", name, why)),
	    NULL);
}

static void read_secret(
    struct secrets *secrets, const json_t *v, struct secret_slot *s)
{
	const struct secret_ref ref = slot_read_ref(v);
	struct err e = ERR_INIT;

	s->usable =
	    secrets_read_snmp(secrets, &ref, &s->credentials, &e) == ERR_OK;
	if (!s->usable) {
		log_secret(json_text(v, "name", ""), e.message);
		return;
	}
	s->snmp = (struct probe_snmp){ .community = s->credentials.community,
		.user = s->credentials.username,
		.auth_protocol = s->credentials.auth_protocol,
		.privacy_protocol = s->credentials.privacy_protocol,
		.auth_password = s->credentials.auth_password,
		.privacy_password = s->credentials.privacy_password };
}

/* "type base64" each; they point into `text`, which is the request's. */
static bool read_pins(const json_t *list, struct probe_target *t)
{
	struct driver_host_key *pins;
	const json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		return true;
	pins = calloc(MAX_PINS, sizeof(*pins));
	if (!pins)
		return false;
	t->pins = pins;
	json_array_foreach(list, i, item)
	{
		char *type = strdup(json_string_value(item));
		char *space = type ? strchr(type, ' ') : NULL;

		if (!space || t->n_pins == MAX_PINS) {
			free(type);
			continue;
		}
		*space = '\0';
		pins[t->n_pins].type = type;
		pins[t->n_pins++].blob = space + 1;
	}
	return true;
}

static bool read_target(const json_t *v, const struct secret_slot *secrets,
    size_t n_secrets, struct probe_target *t)
{
	const json_t *ports = json_object_get(v, "ports");
	json_int_t snmp = json_number(v, "snmp", -1);

	t->address = json_text(v, "address", "");
	t->asked = (unsigned)json_number(v, "asked", 0);
	t->counting = (unsigned)json_number(v, "counting", 0);
	for (size_t k = 0; k < PROBE_KINDS; k++)
		t->ports[k] =
		    (uint16_t)json_integer_value(json_array_get(ports, k));
	if (snmp >= 0 && (size_t)snmp < n_secrets && secrets[snmp].usable)
		t->snmp = &secrets[snmp].snmp;
	return read_pins(json_object_get(v, "pins"), t);
}

static void free_targets(struct probe_target *targets, size_t n)
{
	for (size_t i = 0; targets && i < n; i++) {
		for (size_t k = 0; k < targets[i].n_pins; k++)
			free((char *)(uintptr_t)targets[i].pins[k].type);
		free((void *)(uintptr_t)targets[i].pins);
	}
	free(targets);
}

static enum err_code sweep(struct probe_slot *p, const json_t *request,
    const struct secret_slot *secrets, size_t n_secrets, struct err *e)
{
	const struct probe_options options = {
		.timeout_ms = (int)json_number(request, "timeout_ms", 2000),
		.attempts = (int)json_number(request, "attempts", 3),
		.at_once = PROBE_MAX_AT_ONCE,
		.ctx = p,
		.tell = on_target,
		.cancelled = is_cancelled,
	};
	const json_t *list = json_object_get(request, "targets");
	size_t n = json_array_size(list), i;
	struct probe_target *targets = calloc(n + 1, sizeof(*targets));
	bool ok = targets != NULL;
	const json_t *item;
	enum err_code rc;

	json_array_foreach(list, i, item) ok =
	    ok && read_target(item, secrets, n_secrets, &targets[i]);
	rc = ok ? probe_sweep(targets, n, &options, e)
		: err_set(e, ERR_SYSTEM, "out of memory");
	free_targets(targets, n);
	return rc;
}

static enum err_code execute(
    struct probe_slot *p, const json_t *request, struct err *e)
{
	const json_t *list = json_object_get(request, "secrets");
	size_t n = json_array_size(list), i;
	struct secret_slot *secrets = calloc(n + 1, sizeof(*secrets));
	const json_t *item;
	enum err_code rc;

	if (!secrets)
		return err_set(e, ERR_SYSTEM, "out of memory");
	json_array_foreach(list, i, item)
	    read_secret(p->slot->secrets, item, &secrets[i]);
	rc = sweep(p, request, secrets, n, e);
	for (i = 0; i < n; i++) {
		if (secrets[i].usable)
			snmp_credentials_release(&secrets[i].credentials);
	}
	free(secrets);
	return rc;
}

json_t *slot_probe_run(struct slot *slot, const json_t *request)
{
	struct probe_slot p = { .slot = slot };
	struct err e = ERR_INIT;
	enum err_code rc = execute(&p, request, &e);
	enum run_state state = rc == ERR_OK	     ? RUN_SUCCEEDED
			       : rc == ERR_CANCELLED ? RUN_CANCELLED
						     : RUN_FAILED;

	tell_answers(&p);
	return json_pack("{s:s, s:s, s:o}", "type", "end", "state",
	    run_state_words[state], "text",
	    slot_text(e.message, strlen(e.message)));
}
