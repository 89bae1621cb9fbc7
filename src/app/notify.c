#include "app/notify.h"

#include "app/outbox.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

const char *const notify_event_words[NOTIFY_EVENTS + 1] = {
	[NOTIFY_RUN_FAILED] = "run_failed",
	[NOTIFY_DEVICE_DOWN] = "device_down",
	[NOTIFY_DEVICE_UP] = "device_up",
	[NOTIFY_DRIFT_FOUND] = "drift_found",
	[NOTIFY_BACKUP_QUARANTINED] = "backup_quarantined",
	[NOTIFY_TEST] = "test",
	[NOTIFY_EVENTS] = NULL,
};

/* --- publishing ---------------------------------------------------------- */

static bool wants(const struct record *channel, enum notify_event event)
{
	return record_flag(channel, CHANNEL_ENABLED) && event != NOTIFY_TEST &&
	       (record_count(channel, CHANNEL_EVENTS) == 0 ||
		   record_contains(
		       channel, CHANNEL_EVENTS, notify_event_words[event]));
}

bool notify_is_wanted(const struct snapshot *s, enum notify_event event)
{
	size_t n;
	const struct record *const *all = snapshot_all(s, KIND_CHANNEL, &n);

	for (size_t i = 0; i < n; i++) {
		if (wants(all[i], event))
			return true;
	}
	return false;
}

/* Where people look it up; nothing if the settings do not say where we are. */
static void add_url(
    const struct snapshot *s, const struct notification *n, json_t *event)
{
	const struct record *settings = snapshot_settings(s);
	const char *portal =
	    settings ? record_text(settings, SETTINGS_PORTAL_URL) : "";
	size_t len = strlen(portal);

	if (!len)
		return;
	if (portal[len - 1] == '/')
		len--;
	json_object_set_new(event, "url",
	    n->run ? json_sprintf("%.*s/runs/%s", (int)len, portal,
			 json_text(n->run, "id", ""))
		   : json_sprintf("%.*s/", (int)len, portal));
}

/* A run that found a state of devices goes on: its own is no news. */
static json_t *run_json(const struct notification *n)
{
	json_t *run = json_pack("{s:s, s:s, s:s, s:s}", "id",
	    json_text(n->run, "id", ""), "job", json_text(n->run, "job", ""),
	    "trigger", json_text(n->run, "trigger", ""), "actor",
	    json_text(n->run, "actor", ""));

	if (!n->states)
		json_object_set_new(
		    run, "state", json_string(json_text(n->run, "state", "")));
	return run;
}

static json_t *event_json(
    const struct snapshot *s, const struct notification *n)
{
	char now[CLOCK_TEXT_SIZE];
	const char *text = *n->text ? n->text : n->title;
	json_t *o = json_object(), *devices = json_array();

	clock_format_utc(clock_wall_ms(), now);
	for (size_t i = 0; i < n->n_devices && i < NOTIFY_MAX_DEVICES; i++)
		json_array_append_new(devices, json_string(n->devices[i]));
	json_object_set_new(
	    o, "event", json_string(notify_event_words[n->event]));
	json_object_set_new(o, "time", json_string(now));
	json_object_set_new(o, "count", json_integer((json_int_t)n->n_devices));
	json_object_set_new(o, "devices", devices);
	if (!json_set_text(o, "id", n->id, strlen(n->id)) ||
	    !json_set_text(o, "title", n->title, strlen(n->title)) ||
	    !json_set_text(o, "text", text, strlen(text))) {
		json_decref(o);
		return NULL;
	}
	if (n->run)
		json_object_set_new(o, "run", run_json(n));
	if (n->states)
		json_object_set_new(o, "states", json_deep_copy(n->states));
	add_url(s, n, o);
	return o;
}

/* Where the sender finds a value; nothing if the channel names none. */
static void add_secret(const struct snapshot *s, const struct record *channel,
    int field, const char *name, json_t *item)
{
	const struct record *r =
	    snapshot_find(s, KIND_SECRET, record_text(channel, field));

	if (r)
		json_object_set_new(item, name,
		    json_pack("{s:s, s:s, s:s}", "provider",
			record_text(r, SECRET_PROVIDER), "reference",
			record_text(r, SECRET_REFERENCE), "username",
			record_text(r, SECRET_USERNAME)));
}

static enum err_code put_for(const struct app *app, const struct snapshot *s,
    const struct record *channel, const struct notification *n, struct err *e)
{
	json_t *item = json_object();
	char id[OUTBOX_ID_SIZE];
	enum err_code rc;

	json_object_set_new(item, "channel", record_to_json(channel));
	json_object_set_new(item, "event", event_json(s, n));
	json_object_set_new(item, "attempts", json_integer(0));
	add_secret(s, channel, CHANNEL_URL_SECRET, "url_secret", item);
	add_secret(s, channel, CHANNEL_SIGN_SECRET, "sign_secret", item);
	add_secret(s, channel, CHANNEL_CREDENTIALS, "credentials", item);
	snprintf(id, sizeof(id), "%.120s.%.100s", n->id, record_key(channel));
	if (!json_object_get(item, "event") ||
	    !json_object_get(item, "channel"))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else
		rc = outbox_put(app->dir, id, item, e);
	json_decref(item);
	return rc;
}

enum err_code notify_publish(const struct app *app, const struct snapshot *s,
    const struct notification *n, struct err *e)
{
	const struct record *const *all;
	enum err_code rc = ERR_OK;
	size_t count;

	all = snapshot_all(s, KIND_CHANNEL, &count);
	if (count)
		rc = outbox_prepare(app->dir, e);
	for (size_t i = 0; i < count && rc == ERR_OK; i++) {
		bool meant = n->only ? strcmp(record_key(all[i]), n->only) == 0
				     : wants(all[i], n->event);

		if (meant)
			rc = put_for(app, s, all[i], n, e);
	}
	return rc;
}

/* --- the record ---------------------------------------------------------- */

static void check_email(const struct record *now, struct schema_errors *errors)
{
	const struct field *fields = record_kind(now)->schema.fields;

	if (record_count(now, CHANNEL_TO) == 0)
		schema_errors_add(
		    errors, &fields[CHANNEL_TO], "an email goes to somebody");
	if (!strchr(record_text(now, CHANNEL_FROM), '@'))
		schema_errors_add(errors, &fields[CHANNEL_FROM],
		    "an email comes from an address");
	for (size_t i = 0; i < record_count(now, CHANNEL_TO); i++) {
		const char *to = record_item(now, CHANNEL_TO, i);

		if (!strchr(to, '@') || strpbrk(to, " <>\"\r\n"))
			schema_errors_add(errors, &fields[CHANNEL_TO],
			    "\"%.100s\" is no address", to);
	}
	if (strpbrk(record_text(now, CHANNEL_FROM), " <>\"\r\n"))
		schema_errors_add(errors, &fields[CHANNEL_FROM],
		    "the address alone: without a name");
}

static bool is_event(const char *word)
{
	for (int i = 0; i < NOTIFY_TEST; i++) {
		if (strcmp(word, notify_event_words[i]) == 0)
			return true;
	}
	return false;
}

void notify_check_channel(
    const struct record *now, struct schema_errors *errors)
{
	const struct field *fields = record_kind(now)->schema.fields;
	const char *url = record_text(now, CHANNEL_URL);
	bool email = strcmp(record_text(now, CHANNEL_TYPE), "email") == 0;
	struct err wrong = ERR_INIT;
	bool fits = email ? text_starts_with(url, "smtp://") ||
				text_starts_with(url, "smtps://")
			  : text_starts_with(url, "http://") ||
				text_starts_with(url, "https://");

	if (*url ? !fits : !record_has(now, CHANNEL_URL_SECRET))
		schema_errors_add(errors, &fields[CHANNEL_URL],
		    email ? "the mail server's: smtp://host:port or "
			    "smtps://host"
			  : "an address with http or https, or a secret that "
			    "holds one");
	for (size_t i = 0; i < record_count(now, CHANNEL_EVENTS); i++) {
		if (!is_event(record_item(now, CHANNEL_EVENTS, i)))
			schema_errors_add(errors, &fields[CHANNEL_EVENTS],
			    "there is no event \"%.60s\"",
			    record_item(now, CHANNEL_EVENTS, i));
	}
	if (notify_check_template(record_text(now, CHANNEL_TEMPLATE), &wrong) !=
	    ERR_OK)
		schema_errors_add(
		    errors, &fields[CHANNEL_TEMPLATE], "%.180s", wrong.message);
	if (email)
		check_email(now, errors);
}

void notify_check_settings(
    const struct record *now, struct schema_errors *errors)
{
	const struct field *fields = record_kind(now)->schema.fields;
	const char *url = record_text(now, SETTINGS_PORTAL_URL);

	if (*url && ((!text_starts_with(url, "http://") &&
			 !text_starts_with(url, "https://")) ||
			strpbrk(url, " <>\"?#|")))
		schema_errors_add(errors, &fields[SETTINGS_PORTAL_URL],
		    "an address with http or https, such as "
		    "https://portal.example");
}
