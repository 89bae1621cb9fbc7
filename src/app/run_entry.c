#include "app/run_entry.h"

#include "app/run_rows.h"
#include "base/json.h"
#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *append(char **p, const char *text)
{
	size_t n = strlen(text) + 1;
	const char *at = memcpy(*p, text, n);

	*p += n;
	return at;
}

#define MARK_STATE 0x0f
#define MARK_SESSION 0x10
#define MARK_BACKUP 0x20
#define MARK_QUARANTINED 0x40

/* Rows of a run over the store, or of a sweep, are devices that had no
 * session. */
static bool has_sessions(const json_t *doc)
{
	const struct job *job = job_find(json_text(doc, "job", ""));

	return !job || job->scope == JOB_DEVICE || job->scope == JOB_FLEET;
}

static unsigned char mark_of(const json_t *row, bool sessions)
{
	enum run_state state = RUN_QUEUED;
	unsigned mark;

	(void)run_state_parse(json_text(row, "state", ""), &state);
	mark = (unsigned)state;
	if (sessions && !json_flag(row, "left_alone", false))
		mark |= MARK_SESSION;
	if (*json_text(row, "backup_before", "") ||
	    *json_text(row, "backup_after", ""))
		mark |= MARK_BACKUP;
	if (json_flag(row, "quarantined", false))
		mark |= MARK_QUARANTINED;
	return (unsigned char)mark;
}

struct run_mark run_entry_mark(const struct run_entry *entry, size_t device)
{
	unsigned mark = entry->marks[device];

	return (struct run_mark){ (enum run_state)(mark & MARK_STATE),
		(mark & MARK_SESSION) != 0, (mark & MARK_BACKUP) != 0,
		(mark & MARK_QUARANTINED) != 0 };
}

/* The row as the document has it, or, where it has only numbers, by its mark.
 */
static json_t *own_row(const struct run_entry *entry, const json_t *doc,
    const char *device, size_t row)
{
	json_t *known = json_array_get(json_object_get(doc, "devices"), row);

	if (known)
		return json_copy(known);
	return json_pack("{s:s, s:s}", "name", device, "state",
	    run_state_words[run_entry_mark(entry, row).state]);
}

json_t *run_entry_of_device(
    const struct run_entry *entry, const char *device, size_t row)
{
	json_t *doc = run_entry_json(entry), *own;
	const char *state = run_state_words[run_entry_mark(entry, row).state];
	bool ok;

	/* of one device: as it is */
	if (!doc || !entry->devices[strlen(entry->devices) + 1])
		return doc;
	own = own_row(entry, doc, device, row);
	json_object_del(doc, "counts");
	json_object_del(doc, "result");
	ok = own &&
	     (!json_object_get(own, "result") ||
		 json_object_set(
		     doc, "result", json_object_get(own, "result")) == 0) &&
	     json_object_set_new(doc, "among_others", json_true()) == 0 &&
	     json_object_set_new(doc, "devices", json_pack("[O]", own)) == 0 &&
	     json_object_set_new(doc, "state", json_string(state)) == 0;
	json_decref(own);
	if (!ok) {
		json_decref(doc);
		return NULL;
	}
	return doc;
}

/* As many names are looked through one by one. */
#define FEW 8

static int by_name(const void *a, const void *b, void *names)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return strcmp((const char *)names + x, (const char *)names + y);
}

static void sort_names(struct run_entry *entry, uint32_t *room, size_t n)
{
	char *names = (char *)(uintptr_t)entry->devices;
	const char *p = names;

	entry->sorted = NULL;
	entry->n_sorted = 0;
	if (n <= FEW)
		return;
	for (size_t i = 0; i < n; i++, p += strlen(p) + 1)
		room[i] = (uint32_t)(p - names);
	qsort_r(room, n, sizeof(*room), by_name, names);
	entry->sorted = room;
	entry->n_sorted = (uint32_t)n;
}

/* Members of the document, and where their texts go. */
static const struct {
	const char *key;
	size_t at;
} texts[] = {
	{ "id", offsetof(struct run_entry, id) },
	{ "job", offsetof(struct run_entry, job) },
	{ "state", offsetof(struct run_entry, state) },
	{ "trigger", offsetof(struct run_entry, trigger) },
	{ "actor", offsetof(struct run_entry, actor) },
	{ "created_at", offsetof(struct run_entry, created_at) },
	{ "started_at", offsetof(struct run_entry, started_at) },
	{ "finished_at", offsetof(struct run_entry, finished_at) },
	{ "result", offsetof(struct run_entry, result) },
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static const char *server_of(const json_t *doc)
{
	return json_text(json_object_get(doc, "server"), "name", "");
}

static size_t size_of(const json_t *doc, size_t len)
{
	const json_t *devices = json_object_get(doc, "devices"), *device;
	size_t n = json_array_size(devices), i;
	size_t size = sizeof(struct run_entry) +
		      (n > FEW ? n : 0) * sizeof(uint32_t) + len + 2;

	for (i = 0; i < TEXTS; i++)
		size += strlen(json_text(doc, texts[i].key, "")) + 1;
	json_array_foreach(devices, i, device)
	{
		size += strlen(json_text(device, "name", "")) + 2;
	}
	size += strlen(json_text(doc, "result", "")) + 1;
	size += strlen(json_text(doc, "id", "")) + 1;
	return size + strlen(server_of(doc)) + 1;
}

static const char *add_search(const struct run_entry *entry, char **p)
{
	char *text = *p;

	(void)append(p, entry->result);
	(*p)[-1] = '\n';
	(void)append(p, entry->id);
	text_lower(text);
	return text;
}

/* Names, and a mark for each. */
static char *add_devices(
    struct run_entry *entry, const json_t *doc, uint32_t *room, char *p)
{
	const json_t *devices = json_object_get(doc, "devices"), *device;
	size_t n = json_array_size(devices), i;
	bool sessions = has_sessions(doc);
	unsigned char *marks;

	entry->devices = p;
	json_array_foreach(devices, i, device)
	{
		append(&p, json_text(device, "name", ""));
	}
	*p++ = '\0';
	sort_names(entry, room, n);
	entry->marks = marks = (unsigned char *)p;
	json_array_foreach(devices, i, device)
	{
		*marks++ = mark_of(device, sessions);
	}
	entry->n_names = (uint32_t)n;
	entry->n_devices = (uint32_t)json_number(json_object_get(doc, "counts"),
	    run_rows_words[RUN_ROWS_ALL], (json_int_t)n);
	snprintf(entry->n_text, sizeof(entry->n_text), "%u", entry->n_devices);
	return (char *)marks;
}

static struct run_entry *make(const json_t *doc, const char *json, size_t len)
{
	size_t n = json_array_size(json_object_get(doc, "devices"));
	struct run_entry *entry = malloc(size_of(doc, len));
	uint32_t *room = (uint32_t *)(entry + 1);
	char *p;

	if (!entry)
		return NULL;
	*entry = (struct run_entry){ .holders = 1 };
	p = (char *)(room + (n > FEW ? n : 0));
	for (size_t i = 0; i < TEXTS; i++) {
		const char *text = append(&p, json_text(doc, texts[i].key, ""));

		memcpy((char *)entry + texts[i].at, &text, sizeof(text));
	}
	entry->server = append(&p, server_of(doc));
	entry->search = add_search(entry, &p);
	p = add_devices(entry, doc, room, p);
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

/* Where the name stands in `devices`; NULL: it does not. */
static const char *find_name(const struct run_entry *entry, const char *device)
{
	size_t low = 0, high = entry->n_sorted;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const char *name = entry->devices + entry->sorted[mid];
		int c = strcmp(device, name);

		if (c == 0)
			return name;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	if (entry->sorted)
		return NULL;
	for (const char *p = entry->devices; *p; p += strlen(p) + 1) {
		if (strcmp(p, device) == 0)
			return p;
	}
	return NULL;
}

bool run_entry_has_device(const struct run_entry *entry, const char *device)
{
	return find_name(entry, device) != NULL;
}

bool run_entry_find_row(
    const struct run_entry *entry, const char *device, size_t *ret)
{
	const char *name = find_name(entry, device);
	size_t row = 0;

	if (!name)
		return false;
	for (const char *p = entry->devices; p < name; p++)
		row += *p == '\0';
	*ret = row;
	return true;
}

bool run_entry_intern(struct run_entry *entry, struct run_words *words)
{
	const char *const texts_of[RUN_WORDS] = {
		[RUN_WORD_JOB] = entry->job,
		[RUN_WORD_STATE] = entry->state,
		[RUN_WORD_TRIGGER] = entry->trigger,
		[RUN_WORD_ACTOR] = entry->actor,
		[RUN_WORD_DEVICE] =
		    *entry->server ? entry->server : entry->devices,
	};

	for (int i = 0; i < RUN_WORDS; i++) {
		if (!run_words_add(words, texts_of[i], &entry->words[i]))
			return false;
	}
	return true;
}

struct run_entry *run_entry_ref(const struct run_entry *entry)
{
	/* what is counted is not what must not change */
	struct run_entry *own = (struct run_entry *)(uintptr_t)entry;

	atomic_fetch_add_explicit(&own->holders, 1, memory_order_relaxed);
	return own;
}

void run_entry_unref(const struct run_entry *entry)
{
	struct run_entry *own = (struct run_entry *)(uintptr_t)entry;

	if (own && atomic_fetch_sub_explicit(
		       &own->holders, 1, memory_order_acq_rel) == 1)
		free(own);
}

json_t *run_entry_json(const struct run_entry *entry)
{
	return json_loadb(entry->json, entry->json_len, 0, NULL);
}
