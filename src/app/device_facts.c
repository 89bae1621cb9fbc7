#include "app/device_facts.h"

#include "base/escape.h"

#include <string.h>

#define TEXT_MAX 200
#define SERIAL_MAX 100
/* Of the JSON text; a record's object may have FIELD_MAX_OBJECT bytes. */
#define INTERFACES_MAX ((size_t)48 * 1024)
/* Uptime is told in minutes, and clocks differ. */
#define BOOT_TOLERANCE_MS ((int64_t)10 * 60 * 1000)
#define MINUTE_MS 60000

/* One line of valid text, at most max bytes. */
static json_t *safe_text(const char *text, size_t max)
{
	struct buf b = BUF_INIT(4096);
	size_t n, len = strlen(text);
	json_t *value;

	escape_device_text(&b, text, len < TEXT_MAX ? len : TEXT_MAX);
	n = b.len < max ? b.len : max;
	while (n > 0 && n < b.len && (b.data[n] & 0xc0) == 0x80)
		n--;
	for (size_t i = 0; i < n; i++)
		if (b.data[i] == '\n' || b.data[i] == '\t')
			b.data[i] = ' ';
	value = json_stringn(buf_text(&b), n);
	buf_release(&b);
	return value;
}

static bool set_text(json_t *to, const char *key, const char *text, size_t max)
{
	return !text || !*text ||
	       json_object_set_new(to, key, safe_text(text, max)) == 0;
}

static bool set_booted_at(json_t *to, const struct driver_facts *f,
    const json_t *known, int64_t now_ms)
{
	const char *then =
	    json_text(json_object_get(known, "facts"), "booted_at", "");
	int64_t at = now_ms - f->uptime_s * 1000, before;
	char text[CLOCK_TEXT_SIZE];

	if (f->uptime_s < 0)
		return true;
	if (clock_parse_utc(then, &before) && before - at < BOOT_TOLERANCE_MS &&
	    at - before < BOOT_TOLERANCE_MS)
		return json_object_set_new(
			   to, "booted_at", json_string(then)) == 0;
	clock_format_utc(at - at % MINUTE_MS, text);
	memcpy(text + strlen("2026-11-21T08:30:00"), "Z", 2);
	return json_object_set_new(to, "booted_at", json_string(text)) == 0;
}

static json_t *interface_of(const struct driver_interface *i)
{
	json_t *item =
	    json_pack("{s:b, s:b}", "enabled", i->enabled, "up", i->up);

	if (item && set_text(item, "name", i->name, TEXT_MAX) &&
	    set_text(item, "description", i->description, TEXT_MAX))
		return item;
	json_decref(item);
	return NULL;
}

static bool set_interfaces(json_t *to, const struct driver_facts *f)
{
	json_t *list = json_array();
	size_t bytes = 0, n = 0;
	bool ok = list != NULL;

	for (; ok && n < f->n_interfaces && bytes < INTERFACES_MAX; n++) {
		const struct driver_interface *i = &f->interfaces[n];

		bytes += strlen(i->name) + 60 +
			 (i->description ? strlen(i->description) : 0);
		ok = json_array_append_new(list, interface_of(i)) == 0;
	}
	if (n == 0) {
		json_decref(list);
		return ok;
	}
	ok = json_object_set_new(to, "interfaces", list) == 0 && ok;
	if (ok && n < f->n_interfaces)
		ok = json_object_set_new(to, "interfaces_left_out",
			 json_integer((json_int_t)(f->n_interfaces - n))) == 0;
	return ok;
}

json_t *device_facts_make(
    const struct driver_facts *f, const json_t *known, int64_t now_ms)
{
	json_t *facts = json_object();
	json_t *all = json_pack("{s:o}", "facts", facts);

	if (all && set_text(all, "serial", f->serial, SERIAL_MAX) &&
	    set_text(facts, "hostname", f->hostname, TEXT_MAX) &&
	    set_text(facts, "vendor", f->vendor, TEXT_MAX) &&
	    set_text(facts, "model", f->model, TEXT_MAX) &&
	    set_text(facts, "os_version", f->os_version, TEXT_MAX) &&
	    set_booted_at(facts, f, known, now_ms) && set_interfaces(facts, f))
		return all;
	json_decref(all);
	return NULL;
}

json_t *device_facts_known(const json_t *record)
{
	static const char *const members[] = { "serial", "facts" };
	json_t *known = json_object();

	for (size_t i = 0; known && i < 2; i++) {
		json_t *value = json_object_get(record, members[i]);

		if (value && json_object_set(known, members[i], value) != 0) {
			json_decref(known);
			known = NULL;
		}
	}
	return known;
}

bool device_facts_are_sound(const json_t *facts)
{
	const json_t *serial = json_object_get(facts, "serial");

	return json_object_size(facts) == (serial ? 2u : 1u) &&
	       (!serial || json_is_string(serial)) &&
	       json_is_object(json_object_get(facts, "facts"));
}
