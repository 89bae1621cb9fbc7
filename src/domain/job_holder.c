#include "domain/job_holder.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const none[] = { NULL };

/* The device is that of the change, and a hook merges and never replaces. */
static const char *const of_hooks[] = { "device", "devices", "area", "role",
	"platform", "tag", "view", "all", "dry_run", "replace_config", NULL };

/* The device is the one whose page the button is on. */
static const char *const of_buttons[] = { "device", NULL };

static const struct job_holder holders[] = {
	{ KIND_SCHEDULE, SCHEDULE_JOB, SCHEDULE_PARAMETERS, JOB_COUNT, none },
	{ KIND_HOOK, HOOK_JOB, HOOK_PARAMETERS, JOB_PROVISION, of_hooks },
	{ KIND_BUTTON, BUTTON_JOB, BUTTON_PARAMETERS, JOB_COUNT, of_buttons },
};

const struct job_holder *job_holder_of(enum kind_id kind)
{
	for (size_t i = 0; i < COUNT(holders); i++) {
		if (holders[i].kind == kind)
			return &holders[i];
	}
	return NULL;
}

const struct job *job_holder_find_job(
    const struct job_holder *h, const char *name)
{
	if (!*name && h->fallback != JOB_COUNT)
		return job_get(h->fallback);
	return job_find(name);
}

bool job_holder_reserves(const struct job_holder *h, const char *parameter)
{
	for (const char *const *w = h->reserved; *w; w++) {
		if (strcmp(*w, parameter) == 0)
			return true;
	}
	return false;
}

json_t *job_holder_parameters(
    const struct job_holder *h, const struct record *r)
{
	const char *text = record_text(r, h->parameters);

	return *text ? json_loads(text, 0, NULL) : json_object();
}
