#include "web/pages/attention_view.h"

#include "app/run_rows.h"
#include "app/runs.h"
#include "base/json.h"
#include "domain/job.h"
#include "web/web.h"

#include <string.h>

/* A portal with more devices needs no guide. */
#define GUIDED_DEVICES 5

static bool has_ended(const json_t *run)
{
	enum run_state state;

	return !run_state_parse(json_text(run, "state", ""), &state) ||
	       run_state_is_final(state);
}

static const char *time_of(const json_t *run)
{
	return json_text(run, "finished_at", json_text(run, "created_at", ""));
}

/* --- drift --------------------------------------------------------------- */

/* Of a run that is told with its rows or with their numbers. */
static json_int_t count_rows(const json_t *run, enum run_rows which)
{
	const json_t *counts = json_object_get(run, "counts");
	const json_t *devices = json_object_get(run, "devices"), *row;
	json_int_t n = 0;
	size_t i;

	json_array_foreach(devices, i, row)
	{
		n += run_row_is(row, which);
	}
	return json_number(counts, run_rows_words[which], n);
}

struct jv attention_drift(struct request *r, size_t *ret_changed)
{
	struct run_filter filter = { .job = job_get(JOB_COMPARE)->name,
		.limit = 1 };
	struct arena *a = r->arena;
	json_t *runs = NULL;
	const json_t *run;
	struct jv v = jv_none();

	*ret_changed = 0;
	if (run_index_list(r->web->runs, &filter, &runs, NULL) != ERR_OK)
		return v;
	run = json_array_get(runs, 0);
	if (run && has_ended(run)) {
		v = jv_dict(a, 4);
		jv_dict_set(
		    a, v, "id", jv_copy_text(a, json_text(run, "id", "")));
		jv_dict_set(a, v, "time", jv_copy_text(a, time_of(run)));
		*ret_changed = (size_t)count_rows(run, RUN_ROWS_CHANGED);
		jv_dict_set(a, v, "changed", jv_int((int64_t)*ret_changed));
		jv_dict_set(a, v, "all", jv_int(count_rows(run, RUN_ROWS_ALL)));
	}
	json_decref(runs);
	return v;
}

/* --- quarantine ---------------------------------------------------------- */

struct jv attention_quarantined(
    struct request *r, const json_t *runs, size_t max)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, 4), seen = jv_dict(a, 64), ignored;
	json_t *run;
	size_t i;

	json_array_foreach(runs, i, run)
	{
		const json_t *row =
		    json_array_get(json_object_get(run, "devices"), 0);
		const char *device = json_text(row, "name", "");
		struct jv v;

		if (!*device || jv_dict_get(seen, device, &ignored))
			continue;
		jv_dict_set(a, seen, device, jv_bool(true));
		if (!json_flag(row, "quarantined", false) ||
		    jv_list_len(list) == max)
			continue;
		v = jv_dict(a, 3);
		jv_dict_set(a, v, "device", jv_text(device));
		jv_dict_set(a, v, "run", jv_text(json_text(run, "id", "")));
		jv_dict_set(a, v, "time", jv_text(time_of(run)));
		jv_list_append(a, list, v);
	}
	return list;
}

size_t attention_in_hand(const json_t *runs)
{
	json_t *run;
	size_t i, n = 0;

	json_array_foreach(runs, i, run)
	{
		n += !has_ended(run);
	}
	return n;
}

/* --- the first steps ----------------------------------------------------- */

static void add_step(struct arena *a, struct jv list, const char *label,
    const char *why, const char *url, bool done)
{
	struct jv v = jv_dict(a, 5);

	jv_dict_set(a, v, "label", jv_text(label));
	jv_dict_set(a, v, "why", jv_text(why));
	jv_dict_set(a, v, "url", jv_text(url));
	jv_dict_set(a, v, "done", jv_bool(done));
	jv_list_append(a, list, v);
}

/* The first that is not done is what comes next. */
static void mark_next(struct arena *a, struct jv list)
{
	struct jv step, done;

	for (size_t i = 0; i < jv_list_len(list); i++) {
		step = jv_list_at(list, i);
		if (jv_dict_get(step, "done", &done) && !done.u.truth) {
			jv_dict_set(a, step, "next", jv_bool(true));
			return;
		}
	}
}

/* A kind that must have a record: its form while it has none. */
static bool add_kind(struct request *r, struct jv list, enum kind_id kind,
    const char *label, const char *why)
{
	const char *plural = kind_get(kind)->plural;
	size_t n;

	snapshot_all(r->snapshot, kind, &n);
	add_step(r->arena, list, label, why,
	    arena_printf(r->arena, "/%s%s", plural, n ? "" : "/new"), n > 0);
	return n > 0;
}

static bool was_provisioned(const json_t *runs)
{
	json_t *run;
	size_t i;

	json_array_foreach(runs, i, run)
	{
		if (strcmp(json_text(run, "job", ""),
			job_get(JOB_PROVISION)->name) == 0)
			return true;
	}
	return false;
}

struct jv attention_steps(
    struct request *r, const json_t *runs, size_t n_backups, size_t n_intended)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, 7);
	const struct record *const *devices;
	const char *first;
	bool done, dry;
	size_t n;

	devices = snapshot_all(r->snapshot, KIND_DEVICE, &n);
	if (n > GUIDED_DEVICES)
		return jv_none();
	first = n ? record_key(devices[0]) : "";
	dry = was_provisioned(runs);
	done = add_kind(r, list, KIND_AREA, "Make an area",
	    "Every device is in one: a site, a lab, a part of the network.");
	done &= add_kind(r, list, KIND_PLATFORM, "Make a platform",
	    "It says which driver speaks to the device.");
	done &= add_kind(r, list, KIND_SECRET, "Name its credentials",
	    "A reference only: user and password stay in a file beside the "
	    "store, which the worker reads.");
	done &= add_kind(r, list, KIND_DEVICE, "Add the first device",
	    "Its name, its address and what it is.");
	add_step(a, list, "Take its first backup",
	    "It only reads. The first connection ends at the device's host "
	    "key: "
	    "compare and approve it, then run it again.",
	    n ? arena_printf(a, "/jobs/backup/run?device=%s", first) : "",
	    n_backups > 0);
	add_step(a, list, "Say what is intended",
	    "Begin with the backup and change a line; nothing is sent.",
	    n ? arena_printf(a, "/devices/%s/intended?from=backup", first) : "",
	    n_intended > 0);
	add_step(a, list, "Look at a dry run",
	    "It shows what would change on the device, and changes nothing.",
	    n ? arena_printf(a, "/jobs/provision/run?device=%s", first) : "",
	    dry);
	mark_next(a, list);
	return done && n_backups > 0 && n_intended > 0 && dry ? jv_none()
							      : list;
}
