#include "app/job_parameters.h"

#include "app/device_view.h"
#include "base/json.h"

#include <string.h>

/* --- what they name ------------------------------------------------------ */

static void check_reference(const struct snapshot *s, const struct field *f,
    const char *key, struct schema_errors *errors)
{
	if (!snapshot_find(s, f->ref, key))
		schema_errors_add(errors, f, "%s \"%.80s\" does not exist",
		    kind_get(f->ref)->name, key);
}

static void check_references(const struct snapshot *s, const struct job *job,
    const json_t *parameters, struct schema_errors *errors)
{
	const struct schema *schema = &job->parameters;
	const json_t *item;
	size_t k;

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];
		const json_t *v = json_object_get(parameters, f->name);

		if (f->type == FIELD_REF && json_string_length(v) > 0)
			check_reference(s, f, json_string_value(v), errors);
		if (f->type != FIELD_REFS)
			continue;
		json_array_foreach(v, k, item)
		{
			check_reference(s, f, json_string_value(item), errors);
		}
	}
}

void job_parameters_check(const struct snapshot *s, const struct job *job,
    const json_t *parameters, struct schema_errors *errors)
{
	if (schema_check(&job->parameters, parameters, errors))
		check_references(s, job, parameters, errors);
}

/* --- what waits to be used ----------------------------------------------- */

static bool some_device_has_tag(const struct snapshot *s, const char *tag)
{
	const struct record *const *all;
	size_t n;

	all = snapshot_all(s, KIND_DEVICE, &n);
	for (size_t i = 0; i < n; i++) {
		if (record_contains(all[i], DEVICE_TAGS, tag))
			return true;
	}
	return false;
}

static bool takes_choice(const struct job *job)
{
	return schema_find(&job->parameters, "devices") >= 0;
}

/* A tag is a word like any other: only when nobody is waiting for the answer
 * is one that no device has a mistake that nobody would see. */
static void check_tag(const struct snapshot *s, const struct job *job,
    const json_t *parameters, struct schema_errors *errors)
{
	const char *tag = json_text(parameters, "tag", "");

	if (*tag && !some_device_has_tag(s, tag))
		schema_errors_add(errors, &job->parameters.fields[CHOICE_TAG],
		    "no device has the tag \"%.80s\"", tag);
}

static void check_view(const struct snapshot *s, const struct job *job,
    const json_t *parameters, struct schema_errors *errors)
{
	const char *name = json_text(parameters, "view", "");
	struct err e = ERR_INIT;

	if (*name && snapshot_find(s, KIND_VIEW, name) &&
	    device_view_check(s, name, &e) != ERR_OK)
		schema_errors_add(errors, &job->parameters.fields[CHOICE_VIEW],
		    "%.140s", e.message);
}

static bool chooses(const struct job *job, const json_t *parameters)
{
	for (size_t i = 0; i < CHOICES; i++) {
		const json_t *v =
		    json_object_get(parameters, job->parameters.fields[i].name);

		if (json_is_true(v) || json_string_length(v) > 0 ||
		    json_array_size(v) > 0)
			return true;
	}
	return false;
}

/* A schedule that says no devices would start nothing, each time anew. */
static void check_chosen(const struct job *job, const json_t *parameters,
    struct schema_errors *errors)
{
	if (!chooses(job, parameters))
		schema_errors_add(errors, NULL,
		    "no device is chosen: name devices, or set an area, role, "
		    "platform, tag or saved view, or all");
}

static void check_all(const struct snapshot *s, const struct job_holder *h,
    const struct job *job, const json_t *parameters,
    struct schema_errors *errors)
{
	check_references(s, job, parameters, errors);
	if (!takes_choice(job))
		return;
	check_tag(s, job, parameters, errors);
	check_view(s, job, parameters, errors);
	if (!job_holder_reserves(h, job->parameters.fields[CHOICE_DEVICE].name))
		check_chosen(job, parameters, errors);
}

static bool is_as_before(const struct job_holder *h, const struct record *old,
    const struct record *now)
{
	return old &&
	       strcmp(record_text(old, h->job), record_text(now, h->job)) ==
		   0 &&
	       strcmp(record_text(old, h->parameters),
		   record_text(now, h->parameters)) == 0;
}

/* What the holder says in each run is not missing. */
static bool check_schema(const struct job_holder *h, const struct job *job,
    const json_t *parameters, struct schema_errors *errors)
{
	json_t *full = json_copy((json_t *)(uintptr_t)parameters);
	bool ok;

	if (full && job_holder_reserves(h, "device"))
		json_object_set_new(full, "device", json_string("x"));
	ok = schema_check(&job->parameters, full, errors);
	json_decref(full);
	return ok;
}

void job_parameters_check_held(const struct snapshot *s,
    const struct record *old, const struct record *now,
    struct schema_errors *errors)
{
	const struct job_holder *h = job_holder_of(record_kind(now)->id);
	const struct field *fields = record_kind(now)->schema.fields;
	const struct job *job =
	    job_holder_find_job(h, record_text(now, h->job));
	json_t *parameters = job_holder_parameters(h, now);
	struct schema_errors wrong = { 0 };

	if (!job)
		schema_errors_add(errors, &fields[h->job],
		    "there is no job \"%.60s\"", record_text(now, h->job));
	else if (check_schema(h, job, parameters, &wrong) &&
		 !is_as_before(h, old, now))
		check_all(s, h, job, parameters, &wrong);
	for (size_t i = 0; i < wrong.n; i++)
		schema_errors_add_member(errors, &fields[h->parameters],
		    wrong.item[i].field, wrong.item[i].message);
	json_decref(parameters);
}
