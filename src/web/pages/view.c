#include "web/pages/view.h"

#include "app/run_rows.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/job.h"
#include "domain/server.h"

#include <stdio.h>
#include <string.h>

/* --- records ------------------------------------------------------------- */

const char *view_record_url(
    struct arena *a, const struct kind *kind, const char *key)
{
	return arena_printf(a, "/%s/%s", kind->plural, key);
}

const char *view_record_title(struct arena *a, const struct record *r)
{
	const char *name;

	if (record_kind(r)->id != KIND_VLAN)
		return record_key(r);
	name = record_text(r, VLAN_NAME);
	return arena_printf(a, "VLAN %s%s%s%s in %s", record_text(r, VLAN_VID),
	    *name ? " (" : "", name, *name ? ")" : "",
	    record_text(r, VLAN_AREA));
}

const char *view_record_named(struct arena *a, const struct record *r)
{
	const struct kind *kind = record_kind(r);
	const char *title = view_record_title(a, r);

	return kind->id == KIND_VLAN
		   ? title
		   : arena_printf(a, "%s %s", kind->title, title);
}

static struct jv list_field(struct arena *a, const struct record *r, int field)
{
	size_t n = record_count(r, field);
	struct jv list = jv_list(a, n);

	for (size_t i = 0; i < n; i++)
		jv_list_append(a, list, jv_text(record_item(r, field, i)));
	return list;
}

static struct jv field_value(struct arena *a, const struct record *r, int field)
{
	const struct field *f = &record_kind(r)->schema.fields[field];

	switch (f->type) {
	case FIELD_BOOL:
		return jv_bool(record_flag(r, field));
	case FIELD_INT:
		return record_has(r, field) ? jv_int(record_number(r, field, 0))
					    : jv_text("");
	case FIELD_REFS:
	case FIELD_LABELS:
	case FIELD_NUMBERS:
		return list_field(a, r, field);
	case FIELD_NAME:
	case FIELD_TEXT:
	case FIELD_LINES:
	case FIELD_CHOICE:
	case FIELD_REF:
	case FIELD_IPV4:
	case FIELD_OBJECT:
		break;
	}
	return jv_text(record_text(r, field));
}

static struct jv version_text(struct arena *a, const struct record *r)
{
	struct blob_id id;
	char text[STORE_OID_TEXT_SIZE];

	memcpy(id.raw, record_version(r), sizeof(id.raw));
	blob_id_format(&id, text);
	return jv_copy_text(a, text);
}

static bool is_name(const char *name, size_t len, const char *want)
{
	return len > 0 && *want == *name && strncmp(want, name, len) == 0 &&
	       !want[len];
}

static bool record_get(const void *self, const char *name, size_t len,
    struct arena *a, struct jv *ret)
{
	const struct record *r = self;
	const struct schema *schema = &record_kind(r)->schema;

	for (size_t i = 0; i < schema->n_fields; i++) {
		if (!is_name(name, len, schema->fields[i].name))
			continue;
		if (schema->fields[i].hidden)
			return false;
		*ret = field_value(a, r, (int)i);
		return true;
	}
	if (is_name(name, len, "key"))
		*ret = jv_text(record_key(r));
	else if (is_name(name, len, "title"))
		*ret = jv_text(view_record_title(a, r));
	else if (is_name(name, len, "named"))
		*ret = jv_text(view_record_named(a, r));
	else if (is_name(name, len, "path"))
		*ret = jv_text(record_path(r));
	else if (is_name(name, len, "version"))
		*ret = version_text(a, r);
	else if (is_name(name, len, "url"))
		*ret =
		    jv_text(view_record_url(a, record_kind(r), record_key(r)));
	else
		return false;
	return true;
}

static const struct jv_class record_class = {
	.name = "record",
	.get = record_get,
};

struct jv view_record(struct arena *a, const struct record *r)
{
	return r ? jv_object(a, &record_class, r) : jv_none();
}

/* --- runs ---------------------------------------------------------------- */

/* Also of a run that is told without its rows. */
static json_int_t count_devices(const json_t *run)
{
	const json_t *counts = json_object_get(run, "counts");
	size_t n = json_array_size(json_object_get(run, "devices"));

	return json_number(counts, run_rows_words[RUN_ROWS_ALL], (json_int_t)n);
}

static const char *first_device(const json_t *run)
{
	const json_t *devices = json_object_get(run, "devices");
	const json_t *device = json_array_get(devices, 0);
	const json_t *parameters = json_object_get(run, "parameters");

	if (count_devices(run) > 1)
		return "";
	return json_text(device, "name", json_text(parameters, "device", ""));
}

static bool is_dry(const struct job *job, const json_t *parameters)
{
	if (!job_opens_sessions(job))
		return json_flag(parameters, "dry_run", false);
	return job->can_write && !job_may_change_device(job, parameters);
}

/* Of a job, or of what was asked of a server. */
static const char *title_of(const struct job *job, const char *name)
{
	enum server_action action;

	if (!job && text_starts_with(name, "server-") &&
	    server_action_find(name + strlen("server-"), &action))
		return server_action_get(action)->title;
	return job ? job->title : name;
}

struct jv view_run(struct arena *a, const json_t *run)
{
	const json_t *parameters = json_object_get(run, "parameters");
	const char *job_name = json_text(run, "job", "");
	const struct job *job = job_find(job_name);
	enum run_state state = RUN_QUEUED;
	struct jv view;
	bool final;

	if (!run)
		return jv_none();
	view = jv_from_json(a, run);
	/* One that this version does not know is over as far as it can tell. */
	final = !run_state_parse(json_text(run, "state", ""), &state) ||
		run_state_is_final(state);
	jv_dict_set(a, view, "title", jv_text(title_of(job, job_name)));
	jv_dict_set(a, view, "final", jv_bool(final));
	jv_dict_set(a, view, "live", jv_bool(!final && state != RUN_UNKNOWN));
	jv_dict_set(a, view, "device", jv_text(first_device(run)));
	jv_dict_set(a, view, "n_devices", jv_int(count_devices(run)));
	jv_dict_set(
	    a, view, "over_store", jv_bool(job && !job_opens_sessions(job)));
	jv_dict_set(
	    a, view, "dry_run", jv_bool(job && is_dry(job, parameters)));
	return view;
}

struct jv view_runs(struct arena *a, const json_t *array)
{
	struct jv list = jv_list(a, json_array_size(array));
	const json_t *run;
	size_t i;

	for (i = 0; i < json_array_size(array); i++) {
		run = json_array_get(array, i);
		jv_list_append(a, list, view_run(a, run));
	}
	return list;
}

/* --- commits ------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *trailer;
} trailers[] = {
	{ "run", "Run-Id" },
	{ "job", "Job" },
	{ "trigger", "Trigger" },
	{ "device", "Device" },
	{ "result", "Result" },
	{ "action", "Action" },
	{ "renamed_from", "Renamed-From" },
};

struct jv view_commit(struct arena *a, const struct store_commit *c)
{
	struct jv view = jv_dict(a, 5 + COUNT(trailers));
	char id[STORE_OID_TEXT_SIZE], time[CLOCK_TEXT_SIZE];

	commit_id_format(&c->id, id);
	clock_format_utc(c->time_ms, time);
	jv_dict_set(a, view, "id", jv_copy_text(a, id));
	jv_dict_set(a, view, "short", jv_text(arena_printf(a, "%.8s", id)));
	jv_dict_set(a, view, "author", jv_copy_text(a, c->author));
	jv_dict_set(a, view, "time", jv_copy_text(a, time));
	jv_dict_set(a, view, "subject", jv_copy_text(a, c->subject));
	for (size_t i = 0; i < COUNT(trailers); i++) {
		size_t len = 0;
		const char *value = store_message_trailer(
		    c->message, trailers[i].trailer, &len);

		jv_dict_set(a, view, trailers[i].name,
		    value ? jv_text(arena_memdup(a, value, len)) : jv_text(""));
	}
	return view;
}

struct jv view_history_commit(struct arena *a, const struct history_commit *c)
{
	struct jv view = jv_dict(a, 10);
	char id[STORE_OID_TEXT_SIZE], time[CLOCK_TEXT_SIZE];

	commit_id_format(&c->id, id);
	clock_format_utc(c->time_ms, time);
	jv_dict_set(a, view, "id", jv_copy_text(a, id));
	jv_dict_set(a, view, "short", jv_text(arena_printf(a, "%.8s", id)));
	jv_dict_set(a, view, "author", jv_text(c->author));
	jv_dict_set(a, view, "time", jv_copy_text(a, time));
	jv_dict_set(a, view, "subject", jv_text(c->subject));
	jv_dict_set(a, view, "run", jv_text(c->run));
	jv_dict_set(a, view, "job", jv_text(c->job));
	jv_dict_set(a, view, "trigger", jv_text(c->trigger));
	jv_dict_set(a, view, "device", jv_text(c->device));
	jv_dict_set(a, view, "result", jv_text(c->result));
	return view;
}

enum err_code view_newest_commits(
    struct request *r, size_t limit, struct jv *ret_list, struct err *e)
{
	struct history_query query = { .branch = STORE_MAIN, .limit = limit };
	struct history_page page;
	enum err_code rc =
	    store_history(r->app->store, &query, r->arena, &page, e);

	if (rc != ERR_OK)
		return rc;
	*ret_list = jv_list(r->arena, page.n);
	for (size_t i = 0; i < page.n; i++)
		jv_list_append(r->arena, *ret_list,
		    view_history_commit(r->arena, &page.entries[i].commit));
	return ERR_OK;
}

enum err_code view_query_commit(struct request *r, const char *name,
    struct commit_id *ret, bool *ret_given, struct err *e)
{
	const char *text = request_query(r, name, "");

	*ret_given = *text != '\0';
	if (*text && !commit_id_parse(text, ret))
		return err_set(e, ERR_INVALID, "%.60s is no commit.", text);
	return ERR_OK;
}

/* --- the rest ------------------------------------------------------------ */

struct jv view_words(struct arena *a, const char *const *words)
{
	struct jv list = jv_list(a, 8);

	for (; *words; words++)
		jv_list_append(a, list, jv_text(*words));
	return list;
}

enum err_code view_find_device(
    const struct request *r, const struct record **ret, struct err *e)
{
	const struct record *device =
	    snapshot_find(r->snapshot, KIND_DEVICE, r->capture[0]);

	if (!device)
		return err_set(e, ERR_NOT_FOUND,
		    "There is no device named %.80s. It may have been renamed "
		    "or deleted; the audit trail tells.",
		    r->capture[0]);
	*ret = device;
	return ERR_OK;
}

enum err_code view_redirect(struct request *r, struct response *out,
    struct err *e, const char *fmt, ...)
{
	char path[1024];
	const char *copy;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	copy = n > 0 && n < (int)sizeof(path) ? arena_strdup(r->arena, path)
					      : NULL;
	if (!copy)
		return err_set(e, ERR_SYSTEM, "the address is too long");
	return response_redirect(r, out, copy);
}
