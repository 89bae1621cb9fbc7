#include "app/run_entry.h"

#include "app/run_rows.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static const char *append(char **p, const char *text)
{
	size_t n = strlen(text) + 1;
	const char *at = memcpy(*p, text, n);

	*p += n;
	return at;
}

static struct run_entry *make(const json_t *doc, const char *json, size_t len)
{
	static const char *const keys[] = { "id", "job", "state", "trigger",
		"actor" };
	const json_t *devices = json_object_get(doc, "devices");
	size_t size = sizeof(struct run_entry) + len + 2, i;
	const char **slots[5];
	struct run_entry *entry;
	json_t *device;
	char *p;

	for (i = 0; i < 5; i++)
		size += strlen(json_text(doc, keys[i], "")) + 1;
	json_array_foreach(devices, i, device)
	{
		size += strlen(json_text(device, "name", "")) + 1;
	}
	entry = malloc(size);
	if (!entry)
		return NULL;
	slots[0] = &entry->id;
	slots[1] = &entry->job;
	slots[2] = &entry->state;
	slots[3] = &entry->trigger;
	slots[4] = &entry->actor;
	p = (char *)(entry + 1);
	for (i = 0; i < 5; i++)
		*slots[i] = append(&p, json_text(doc, keys[i], ""));
	entry->devices = p;
	json_array_foreach(devices, i, device)
	{
		append(&p, json_text(device, "name", ""));
	}
	*p++ = '\0';
	entry->json = memcpy(p, json, len);
	p[len] = '\0';
	entry->json_len = len;
	return entry;
}

struct run_entry *run_entry_new(json_t *doc, const char *text, size_t len)
{
	struct buf brief_text = BUF_INIT(RUN_DOC_MAX);
	json_t *brief = run_rows_shorten(doc, 0);
	struct run_entry *entry = NULL;

	if (brief == doc)
		entry = make(doc, text, len);
	else if (brief && json_write_line(brief, &brief_text, NULL) == ERR_OK)
		entry = make(doc, buf_text(&brief_text), brief_text.len);
	json_decref(brief);
	buf_release(&brief_text);
	return entry;
}

bool run_entry_is_over_store(const struct run_entry *entry)
{
	const struct job *job = job_find(entry->job);

	return job && !job_opens_sessions(job);
}

static bool text_matches(const char *wanted, const char *text)
{
	return !wanted || !*wanted || strcmp(wanted, text) == 0;
}

static bool has_device(const struct run_entry *entry, const char *device)
{
	if (!device || !*device)
		return true;
	for (const char *p = entry->devices; *p; p += strlen(p) + 1) {
		if (strcmp(p, device) == 0)
			return true;
	}
	return false;
}

bool run_entry_matches(
    const struct run_entry *entry, const struct run_filter *f)
{
	return text_matches(f->job, entry->job) &&
	       text_matches(f->state, entry->state) &&
	       text_matches(f->trigger, entry->trigger) &&
	       text_matches(f->actor, entry->actor) &&
	       has_device(entry, f->device);
}

bool run_entry_doc_matches(const json_t *doc, const struct run_filter *f)
{
	const json_t *devices = json_object_get(doc, "devices");
	bool device = !f->device || !*f->device;
	json_t *one;
	size_t i;

	json_array_foreach(devices, i, one)
	{
		device = device ||
			 strcmp(json_text(one, "name", ""), f->device) == 0;
	}
	return device && text_matches(f->job, json_text(doc, "job", "")) &&
	       text_matches(f->state, json_text(doc, "state", "")) &&
	       text_matches(f->trigger, json_text(doc, "trigger", "")) &&
	       text_matches(f->actor, json_text(doc, "actor", ""));
}
