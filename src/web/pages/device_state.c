#include "web/pages/device_state.h"

#include "app/config_sync.h"
#include "app/device_history.h"
#include "app/hostkeys.h"
#include "app/inventory.h"
#include "app/render.h"
#include "app/runs.h"
#include "app/teardown.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/text_diff.h"
#include "web/pages/diff_view.h"
#include "web/pages/page_cache.h"
#include "web/pages/text_view.h"
#include "web/web.h"

#include <string.h>

#define RENAMES_LOOKED_AT 100 /* commits of the record */
#define COMMITS_LOOKED_AT 8   /* of a backup, for one by a run */

enum err_code device_read_config(struct request *r, enum path_config which,
    const char *device, const char **ret, struct err *e)
{
	struct buf text = BUF_INIT(INTENDED_MAX * 2);
	const char *copy = "";
	struct blob_id id;
	enum err_code rc = ERR_OK;

	if (snapshot_config(r->snapshot, which, device, &id))
		rc = store_read_blob(r->app->store, &id, &text, e);
	if (rc == ERR_OK && text.len > 0)
		copy = arena_memdup(r->arena, text.data, text.len);
	buf_release(&text);
	if (rc != ERR_OK)
		return rc;
	if (!copy)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = copy;
	return ERR_OK;
}

/* --- intended against backup --------------------------------------------- */

/* Lines, as the platform's dialect reads them; those of the text where the
 * platform has none. */
struct sync {
	bool known;
	uint32_t missing, further;
};

struct sync_key {
	char what[4];
	char dialect[20];
	struct blob_id intended, backup;
};

static void compute_sync(
    struct request *r, const char *device, const char *driver, struct sync *ret)
{
	const char *intended, *backup;
	struct config_sync found;

	if (device_read_config(r, PATH_INTENDED, device, &intended, NULL) ==
		ERR_OK &&
	    device_read_config(r, PATH_BACKUP, device, &backup, NULL) ==
		ERR_OK &&
	    config_sync_compare(
		r->arena, driver, intended, backup, &found, NULL) == ERR_OK)
		*ret = (struct sync){ true, (uint32_t)found.missing,
			(uint32_t)found.further };
}

static const char *driver_of(struct request *r, const struct record *device)
{
	const struct record *platform = snapshot_find(
	    r->snapshot, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM));

	return platform ? record_text(platform, PLATFORM_DRIVER) : "";
}

struct jv device_sync_view(struct request *r, const struct record *device)
{
	const char *name = record_key(device);
	struct page_cache *cache = r->web->page_cache;
	struct jv v = jv_dict(r->arena, 6);
	struct sync_key key = { .what = "diff" };
	struct sync sync = { .known = false };
	bool intended, backup;

	intended =
	    snapshot_config(r->snapshot, PATH_INTENDED, name, &key.intended);
	backup = snapshot_config(r->snapshot, PATH_BACKUP, name, &key.backup);
	text_copy(key.dialect, sizeof(key.dialect), driver_of(r, device));
	if (intended && backup &&
	    !page_cache_get(cache, &key, sizeof(key), &sync, sizeof(sync))) {
		compute_sync(r, name, key.dialect, &sync);
		if (sync.known)
			page_cache_put(
			    cache, &key, sizeof(key), &sync, sizeof(sync));
	}
	jv_dict_set(r->arena, v, "intended", jv_bool(intended));
	jv_dict_set(r->arena, v, "backup", jv_bool(backup));
	jv_dict_set(r->arena, v, "known", jv_bool(sync.known));
	jv_dict_set(r->arena, v, "missing", jv_int(sync.missing));
	jv_dict_set(r->arena, v, "further", jv_int(sync.further));
	return v;
}

/* --- the last backup ----------------------------------------------------- */

static struct jv backup_view(
    struct request *r, const char *time, const char *run)
{
	struct jv v = jv_dict(r->arena, 2);

	jv_dict_set(r->arena, v, "time", jv_copy_text(r->arena, time));
	jv_dict_set(r->arena, v, "run", jv_copy_text(r->arena, run));
	return v;
}

/* Runs know a device by the name that it had then: of one that was renamed
 * the file tells by which run it came to be as it is. */
static struct jv backup_by_file(struct request *r, const struct record *device)
{
	static const enum device_file backup = DEVICE_FILE_BACKUP;
	struct history_page page;
	char time[CLOCK_TEXT_SIZE];

	if (device_history_read(r->app,
		&(struct device_history_query){ .device = device,
		    .only = &backup,
		    .limit = COMMITS_LOOKED_AT },
		r->arena, &page, NULL) != ERR_OK)
		return jv_none();
	for (size_t i = 0; i < page.n; i++) {
		const struct history_commit *c = &page.entries[i].commit;

		if (!*c->run || !page.entries[i].versions[0].has_new)
			continue;
		clock_format_utc(c->time_ms, time);
		return backup_view(r, time, c->run);
	}
	return jv_none();
}

struct jv device_backup_view(struct request *r, const struct record *device)
{
	struct run_backup found;
	struct blob_id blob;

	if (run_index_last_backup(r->web->runs, record_key(device), &found) &&
	    *found.time)
		return backup_view(r, found.time, found.id);
	if (!snapshot_config(
		r->snapshot, PATH_BACKUP, record_key(device), &blob))
		return jv_none();
	return backup_by_file(r, device);
}

/* --- earlier names ------------------------------------------------------- */

/* "devices/lab/r1.json": "r1" */
static const char *name_in_path(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');

	return arena_memdup(a, name, dot ? (size_t)(dot - name) : strlen(name));
}

struct jv device_earlier_names(struct request *r, const struct record *device)
{
	static const enum device_file inventory = DEVICE_FILE_INVENTORY;
	struct jv names = jv_list(r->arena, 2), seen = jv_dict(r->arena, 2);
	struct history_page page;

	if (device_history_read(r->app,
		&(struct device_history_query){ .device = device,
		    .only = &inventory,
		    .limit = RENAMES_LOOKED_AT },
		r->arena, &page, NULL) != ERR_OK)
		return names;
	for (size_t i = 0; i < page.n; i++) {
		const struct history_version *v = &page.entries[i].versions[0];
		const char *old;
		struct jv known;

		if (!v->has_old || !v->has_new)
			continue;
		old = name_in_path(r->arena, v->old_path);
		if (!old || strcmp(old, record_key(device)) == 0 ||
		    jv_dict_get(seen, old, &known))
			continue;
		jv_dict_set(r->arena, seen, old, jv_bool(true));
		jv_list_append(r->arena, names, jv_text(old));
	}
	return names;
}

/* --- buttons ------------------------------------------------------------- */

/* "r1: its status is …" where it is clear which device that is. */
static const char *sentence_of(
    struct arena *a, const struct record *device, const char *why)
{
	size_t n = strlen(record_key(device));
	char *copy;

	if (strncmp(why, record_key(device), n) != 0 ||
	    strncmp(why + n, ": ", 2) != 0)
		return arena_strdup(a, why);
	copy = arena_strdup(a, why + n + 2);
	if (copy && *copy >= 'a' && *copy <= 'z')
		*copy = (char)(*copy - 'a' + 'A');
	return copy;
}

struct device_refusal device_job_refusal(struct request *r,
    const struct job *job, const struct record *device, bool may_change)
{
	char text[256];
	const char *why =
	    runs_refusal(r->snapshot, job, device, may_change, text);
	const char *platform = "";

	if (!why && job->id == JOB_TEARDOWN) {
		why = teardown_refusal(r->snapshot, device, text);
		platform = why ? record_text(device, DEVICE_PLATFORM) : "";
	}
	return (struct device_refusal){
		why ? sentence_of(r->arena, device, why) : "", platform
	};
}

static json_t *button_parameters(
    const struct record *button, const struct job *job)
{
	const char *text = record_text(button, BUTTON_PARAMETERS);
	json_t *given = *text ? json_loads(text, 0, NULL) : json_object();
	json_t *full = given ? schema_complete(&job->parameters, given) : NULL;

	json_decref(given);
	return full;
}

static bool button_shows(
    const struct record *button, const struct record *device)
{
	return record_flag(button, BUTTON_ENABLED) &&
	       (record_count(button, BUTTON_STATUSES) == 0 ||
		   record_contains(button, BUTTON_STATUSES,
		       record_text(device, DEVICE_STATUS)));
}

struct button_key {
	char what[4];
	uint8_t version[20];
};

/* A version of a button answers this always alike. */
static bool button_may_change(
    struct request *r, const struct record *button, const struct job *job)
{
	struct page_cache *cache = r->web->page_cache;
	struct button_key key = { .what = "push" };
	json_t *parameters;
	bool may_change;

	memcpy(key.version, record_version(button), sizeof(key.version));
	if (page_cache_get(
		cache, &key, sizeof(key), &may_change, sizeof(may_change)))
		return may_change;
	parameters = button_parameters(button, job);
	may_change = parameters && job_may_change_device(job, parameters);
	json_decref(parameters);
	page_cache_put(
	    cache, &key, sizeof(key), &may_change, sizeof(may_change));
	return may_change;
}

static struct jv button_view(struct request *r, const struct record *button,
    const struct job *job, const struct record *device)
{
	struct arena *a = r->arena;
	struct jv v = jv_dict(a, 9);
	bool may_change = button_may_change(r, button, job);
	struct device_refusal refusal =
	    device_job_refusal(r, job, device, may_change);
	const char *url = arena_printf(a, "/jobs/%s/run?device=%s&button=%s",
	    job->name, record_key(device), record_key(button));

	jv_dict_set(a, v, "name", jv_text(record_key(button)));
	jv_dict_set(a, v, "label", jv_text(record_text(button, BUTTON_LABEL)));
	jv_dict_set(
	    a, v, "one_click", jv_bool(record_flag(button, BUTTON_ONE_CLICK)));
	jv_dict_set(a, v, "job", jv_text(job->name));
	jv_dict_set(a, v, "primary", jv_bool(job->id == JOB_PROVISION));
	jv_dict_set(a, v, "url", jv_text(url));
	jv_dict_set(a, v, "may_change", jv_bool(may_change));
	jv_dict_set(a, v, "refusal", jv_text(refusal.why));
	jv_dict_set(a, v, "mend", jv_text(refusal.mend));
	return v;
}

/* The enabled buttons for this device: [{name, label, one_click, job, primary,
 * url, refusal, mend, may_change}]; refusal "" if it may be pressed.  None for
 * who may not run jobs. */
static struct jv buttons_view(struct request *r, const struct record *device)
{
	size_t n;
	const struct record *const *all =
	    snapshot_all(r->snapshot, KIND_BUTTON, &n);
	struct jv list = jv_list(r->arena, n);

	if (!access_allows(r->actor.role, MAY_RUN))
		return list;
	for (size_t i = 0; i < n; i++) {
		const struct job *job =
		    job_find(record_text(all[i], BUTTON_JOB));

		if (job && button_shows(all[i], device))
			jv_list_append(r->arena, list,
			    button_view(r, all[i], job, device));
	}
	return list;
}

struct jv device_jobs_view(struct request *r, const struct record *device)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, JOB_COUNT);

	for (int i = 0; i < JOB_COUNT; i++) {
		const struct job *job = job_get((enum job_id)i);
		struct device_refusal read =
		    device_job_refusal(r, job, device, false);
		struct jv v = jv_dict(a, 6);

		jv_dict_set(a, v, "name", jv_text(job->name));
		jv_dict_set(a, v, "title", jv_text(job->title));
		jv_dict_set(a, v, "can_write", jv_bool(job->can_write));
		jv_dict_set(a, v, "read_refusal", jv_text(read.why));
		jv_dict_set(a, v, "mend", jv_text(read.mend));
		jv_dict_set(a, v, "write_refusal",
		    jv_text(job->can_write
				? device_job_refusal(r, job, device, true).why
				: ""));
		jv_list_append(a, list, v);
	}
	return list;
}

static enum err_code add_against(struct request *r, enum path_config which,
    const char *device, const char *rendered, struct jv *ret, struct err *e)
{
	struct diff_look look = diff_look_read(r);
	const char *kept = "";
	enum err_code rc = device_read_config(r, which, device, &kept, e);

	*ret = jv_none();
	if (rc == ERR_OK && *kept)
		rc = diff_view_from_texts(
		    r->arena, &look, kept, rendered, ret, e);
	return rc;
}

static enum err_code add_rendered(struct request *r,
    const struct record *device, const char *text, struct jv ctx, struct err *e)
{
	const char *name = record_key(device);
	struct jv intended, backup;
	enum err_code rc;

	if (!text)
		return err_set(e, ERR_LIMIT, "the text is too large to show");
	rc = add_against(r, PATH_INTENDED, name, text, &intended, e);
	if (rc == ERR_OK)
		rc = add_against(r, PATH_BACKUP, name, text, &backup, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "rendered", text_view_lines(r->arena, text));
	jv_dict_set(r->arena, ctx, "against_intended", intended);
	jv_dict_set(r->arena, ctx, "against_backup", backup);
	return ERR_OK;
}

enum err_code device_render(struct request *r, const struct record *device,
    struct jv ctx, struct err *e)
{
	struct buf text = BUF_INIT(RENDER_MAX_TEXT);
	struct renderer *renderer = NULL;
	struct err why = ERR_INIT;
	enum err_code rc;

	rc = renderer_new(r->app->store, r->snapshot, &renderer, &why);
	if (rc == ERR_OK)
		rc = renderer_render(renderer, device, &text, &why);
	renderer_free(renderer);
	jv_dict_set(r->arena, ctx, "render_problem",
	    jv_text(rc == ERR_OK ? "" : arena_strdup(r->arena, why.message)));
	rc = rc != ERR_OK
		 ? ERR_OK
		 : add_rendered(r, device,
		       arena_memdup(r->arena, buf_text(&text), text.len), ctx,
		       e);
	buf_release(&text);
	return rc;
}

/* --- the frame ----------------------------------------------------------- */

static struct jv pending_view(struct request *r, const char *device)
{
	struct hostkey_pending p;
	struct jv v;

	if (hostkeys_pending(r->app, r->snapshot, device, r->arena, &p, NULL) !=
	    ERR_OK)
		return jv_none();
	v = jv_dict(r->arena, 5);
	jv_dict_set(r->arena, v, "device", jv_text(p.device));
	jv_dict_set(r->arena, v, "type", jv_text(p.type));
	jv_dict_set(r->arena, v, "fingerprint", jv_text(p.fingerprint));
	jv_dict_set(r->arena, v, "run", jv_text(p.run));
	jv_dict_set(r->arena, v, "replaces", jv_bool(p.replaces));
	return v;
}

enum err_code device_add_frame(struct request *r, const struct record *device,
    const char *tab, struct jv ctx, struct err *e)
{
	struct arena *a = r->arena;
	bool past = r->past == device;

	jv_dict_set(a, ctx, "device", view_record(a, device));
	jv_dict_set(a, ctx, "tab", jv_text(tab));
	jv_dict_set(a, ctx, "once", jv_text(r->id));
	/* of one that is no more only what was is told */
	jv_dict_set(a, ctx, "past", jv_bool(past));
	jv_dict_set(
	    a, ctx, "buttons", past ? jv_list(a, 0) : buttons_view(r, device));
	jv_dict_set(a, ctx, "pending",
	    past ? jv_none() : pending_view(r, record_key(device)));
	if (arena_failed(a))
		return err_set(e, ERR_SYSTEM, "out of memory");
	return ERR_OK;
}
