#include "worker/worker_internal.h"

#include "app/runs.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "worker/hook_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Edits that follow each other quickly become one event; but an endless stream
 * of them is not put off for ever. */
#define QUIET_MS 250
#define LONGEST_MS 2000

struct hook {
	struct worker *w;
	struct commit_id cursor; /* main was evaluated up to here */
	struct commit_id target; /* and is being evaluated up to there */
	bool has_target;
	int64_t first_ms;	 /* of the changes not yet evaluated */
	int64_t due_ms;		 /* -1: nothing is due */
};

/* --- the cursor ------------------------------------------------------------------ */

static void cursor_path(const struct hook *h, char path[4096])
{
	snprintf(path, 4096, "%s/hook-cursor", h->w->app.dir);
}

/* The file holds the cursor and, while events are evaluated, the commit up to
 * which: after a crash the same range gives the same events and, by their
 * idempotency keys, the same runs. */
static enum err_code cursor_write(struct hook *h, const struct commit_id *at,
    const struct commit_id *target, struct err *e)
{
	char path[4096], text[2 * STORE_OID_TEXT_SIZE + 2];
	enum err_code rc;

	cursor_path(h, path);
	commit_id_format(at, text);
	strcat(text, "\n");
	if (target)
		commit_id_format(target, text + STORE_OID_TEXT_SIZE);
	rc = file_write_durable(path, text, strlen(text), 0640, e);
	if (rc != ERR_OK)
		return rc;
	h->cursor = *at;
	h->has_target = target != NULL;
	if (target)
		h->target = *target;
	return ERR_OK;
}

static bool cursor_parse(struct hook *h, char *text)
{
	char *second = strchr(text, '\n');

	if (second)
		*second++ = '\0';
	if (!commit_id_parse(text, &h->cursor))
		return false;
	h->has_target = second && commit_id_parse(second, &h->target);
	return true;
}

static enum err_code cursor_read(struct hook *h, struct err *e)
{
	struct buf text = BUF_INIT(128);
	struct commit_id tip;
	char path[4096];
	enum err_code rc;

	cursor_path(h, path);
	rc = file_read_regular(path, &text, e);
	if (rc == ERR_CORRUPT || rc == ERR_LIMIT ||
	    (rc == ERR_OK && (!text.data || !cursor_parse(h, text.data)))) {
		log_warning("%s is damaged: changes made until now trigger "
			    "nothing", path);
		rc = ERR_NOT_FOUND;
	}
	buf_release(&text);
	if (rc != ERR_NOT_FOUND)
		return rc;
	/* a new instance: what was there before is not a change */
	rc = store_tip(h->w->app.store, STORE_MAIN, &tip, e);
	return rc == ERR_OK ? cursor_write(h, &tip, NULL, e) : rc;
}

/* --- does a hook want this event ---------------------------------------------------- */

static bool list_allows(const struct record *hook, int field,
    const char *value)
{
	return record_count(hook, field) == 0 ||
	    record_contains(hook, field, value);
}

static bool area_allows(const struct snapshot *s, const struct record *hook,
    const char *area)
{
	if (record_count(hook, HOOK_AREAS) == 0)
		return true;
	for (size_t i = 0; i < record_count(hook, HOOK_AREAS); i++) {
		if (snapshot_area_within(s, area,
		    record_item(hook, HOOK_AREAS, i)))
			return true;
	}
	return false;
}

/* The relevant fields among those that changed, as "a, b"; false if none. */
static bool relevant_fields(const struct record *hook,
    const struct hook_event *event, char text[200])
{
	const struct schema *schema = &kind_get(KIND_DEVICE)->schema;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < schema->n_fields; i++) {
		const char *name = schema->fields[i].name;
		int n;

		if (!hook_event_changed(event, (int)i) ||
		    !record_contains(hook, HOOK_FIELDS, name))
			continue;
		n = snprintf(text + used, 200 - used, "%s%s",
		    used ? ", " : "", name);
		if (n < 0 || (size_t)n >= 200 - used)
			break;
		used += (size_t)n;
	}
	return used > 0;
}

static bool hook_wants(const struct snapshot *s, const struct record *hook,
    const struct hook_event *event, char fields[200])
{
	const struct record *now = event->now;

	fields[0] = '\0';
	if (!record_flag(hook, HOOK_ENABLED) || !now)
		return false;
	if (!event->old && !record_flag(hook, HOOK_ON_CREATE))
		return false;
	if (event->old && (!record_flag(hook, HOOK_ON_UPDATE) ||
	    !relevant_fields(hook, event, fields)))
		return false;
	return list_allows(hook, HOOK_ROLES, record_text(now, DEVICE_ROLE)) &&
	    list_allows(hook, HOOK_PLATFORMS,
		record_text(now, DEVICE_PLATFORM)) &&
	    area_allows(s, hook, record_text(now, DEVICE_AREA));
}

/* --- calling provision ------------------------------------------------------------------ */

static json_t *origin_of(const struct snapshot *s, const struct record *hook,
    const struct hook_event *event, const char *fields, bool dry)
{
	const struct record *now = event->now;
	const struct record *platform = snapshot_find(s, KIND_PLATFORM,
	    record_text(now, DEVICE_PLATFORM));
	char commit[STORE_OID_TEXT_SIZE], validated[400];

	commit_id_format(&event->commit, commit);
	snprintf(validated, sizeof(validated),
	    "platform %s, driver %s, primary IPv4 %s, status %s%s",
	    record_text(now, DEVICE_PLATFORM),
	    platform ? record_text(platform, PLATFORM_DRIVER) : "none",
	    record_text(now, DEVICE_PRIMARY_IP4),
	    record_text(now, DEVICE_STATUS),
	    dry && !record_flag(hook, HOOK_DRY_RUN)
		? " (so a dry run)" : "");
	return json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:s}}", "hook", "name",
	    record_key(hook), "action", event->old ? "updated" : "created",
	    "by", event->by, "commit", commit, "fields", fields, "validated",
	    validated);
}

/* What is refused now is refused for good, and must not keep the events behind
 * it waiting. */
static bool may_pass(enum err_code rc)
{
	return rc == ERR_NO_SPACE || rc == ERR_SYSTEM || rc == ERR_TIMEOUT ||
	    rc == ERR_STALE;
}

/* ERR_OK also where the event is answered by doing nothing. */
static enum err_code call_provision(struct hook *h, const struct snapshot *s,
    const struct record *hook, const struct hook_event *event,
    const char *fields, struct err *e)
{
	const struct job *job = job_get(JOB_PROVISION);
	const char *device = record_key(event->now);
	char actor_name[100], key[200], commit[STORE_OID_TEXT_SIZE];
	struct actor actor = { actor_name, ROLE_OPERATOR, TRIGGER_HOOK };
	enum device_status status = STATUS_INVENTORY;
	json_t *parameters, *origin, *doc = NULL;
	enum err_code rc;
	bool dry;

	(void)device_status_parse(record_text(event->now, DEVICE_STATUS),
	    &status);
	if (!policy_hook_ready(status)) {
		log_info("hook %s: %s is not ready: its status is %s",
		    record_key(hook), device, device_status_words[status]);
		return ERR_OK;
	}
	dry = record_flag(hook, HOOK_DRY_RUN) || status != STATUS_ACTIVE;
	commit_id_format(&event->commit, commit);
	snprintf(actor_name, sizeof(actor_name), "hook:%s", record_key(hook));
	snprintf(key, sizeof(key), "%s:%s", commit, device);
	parameters = json_pack("{s:s, s:b, s:b, s:b}", "device", device,
	    "dry_run", dry, "replace_config", 0, "commit_changes", 1);
	origin = origin_of(s, hook, event, fields, dry);
	rc = runs_create_from(&h->w->app, &actor, job, parameters, key,
	    origin, &doc, e);
	if (rc == ERR_OK)
		log_info("hook %s: run %s for %s", record_key(hook),
		    json_text(doc, "id", ""), device);
	json_decref(parameters);
	json_decref(origin);
	json_decref(doc);
	if (rc == ERR_OK || may_pass(rc))
		return rc;
	log_info("hook %s: %s: %s", record_key(hook), device, e->message);
	return ERR_OK;
}

static enum err_code evaluate(struct hook *h, const struct hook_events *events,
    struct err *e)
{
	const struct record *const *hooks;
	const struct snapshot *s;
	size_t n_hooks;
	enum err_code rc = snapshots_current(h->w->app.snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	hooks = snapshot_all(s, KIND_HOOK, &n_hooks);
	for (size_t i = 0; i < events->n && rc == ERR_OK; i++) {
		for (size_t j = 0; j < n_hooks && rc == ERR_OK; j++) {
			char fields[200];

			if (hook_wants(s, hooks[j], &events->items[i], fields))
				rc = call_provision(h, s, hooks[j],
				    &events->items[i], fields, e);
		}
	}
	snapshot_unref(s);
	return rc;
}

/* --- the calls ----------------------------------------------------------------------------- */

enum err_code hook_new(struct worker *w, struct hook **ret, struct err *e)
{
	struct hook *h = calloc(1, sizeof(*h));
	enum err_code rc;

	if (!h)
		return err_set(e, ERR_SYSTEM, "out of memory");
	h->w = w;
	h->due_ms = -1;
	rc = cursor_read(h, e);
	if (rc != ERR_OK) {
		free(h);
		return rc;
	}
	hook_notice(h);
	*ret = h;
	return ERR_OK;
}

void hook_free(struct hook *h)
{
	free(h);
}

void hook_notice(struct hook *h)
{
	int64_t now = clock_mono_ms();
	struct commit_id tip;

	if (store_tip(h->w->app.store, STORE_MAIN, &tip, NULL) != ERR_OK ||
	    commit_id_equal(&tip, &h->cursor))
		return;
	if (h->due_ms < 0)
		h->first_ms = now;
	h->due_ms = now + QUIET_MS;
	if (h->due_ms > h->first_ms + LONGEST_MS)
		h->due_ms = h->first_ms + LONGEST_MS;
}

int64_t hook_next_ms(const struct hook *h)
{
	int64_t now = clock_mono_ms();

	if (h->due_ms < 0)
		return -1;
	return h->due_ms > now ? h->due_ms - now : 0;
}

/* Evaluates what happened up to `to`. */
static enum err_code advance(struct hook *h, const struct commit_id *to,
    struct err *e)
{
	struct hook_events events = { 0 };
	enum err_code rc;

	rc = hook_events_collect(h->w->app.store, &h->cursor, to, &events, e);
	if (rc == ERR_STALE) {
		log_err(e, "the change hook passes over what happened");
		rc = ERR_OK;
	}
	if (rc == ERR_OK && events.n > 0 && !h->has_target)
		rc = cursor_write(h, &h->cursor, to, e);
	if (rc == ERR_OK)
		rc = evaluate(h, &events, e);
	hook_events_release(&events);
	return rc == ERR_OK ? cursor_write(h, to, NULL, e) : rc;
}

void hook_run(struct hook *h)
{
	struct commit_id tip, to;
	struct err e = ERR_INIT;
	enum err_code rc;

	if (h->due_ms < 0 || clock_mono_ms() < h->due_ms)
		return;
	h->due_ms = -1;
	rc = store_tip(h->w->app.store, STORE_MAIN, &tip, &e);
	if (rc == ERR_OK) {
		to = h->has_target ? h->target : tip;
		rc = advance(h, &to, &e);
	}
	if (rc != ERR_OK) {
		log_err(&e, "the change hook");
		h->first_ms = clock_mono_ms();
		h->due_ms = h->first_ms + RETRY_MS;
	} else if (!commit_id_equal(&h->cursor, &tip)) {
		hook_notice(h);
	}
}
