#include "app/run_last.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 256

static size_t hash_name(const char *name)
{
	uint64_t h = 1469598103934665603u; /* FNV-1a */

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 1099511628211u;
	return (size_t)h;
}

/* Where the device is, or belongs; the table has room. */
static struct run_last_slot *slot_of(
    const struct run_last *t, const char *device)
{
	size_t i = hash_name(device) & (t->size - 1);

	while (t->slots[i].device && strcmp(t->slots[i].device, device) != 0)
		i = (i + 1) & (t->size - 1);
	return &t->slots[i];
}

static bool grow(struct run_last *t)
{
	struct run_last bigger = { .size = t->size ? t->size * 2 : FIRST_SIZE,
		.n = t->n };

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < t->size; i++) {
		if (t->slots[i].device)
			*slot_of(&bigger, t->slots[i].device) = t->slots[i];
	}
	free(t->slots);
	*t = bigger;
	return true;
}

static bool is_newer(
    const struct run_entry *entry, const struct run_entry *than)
{
	return !than || strcmp(than->id, entry->id) <= 0;
}

static bool note_row(struct run_last *t, const struct run_entry *entry,
    const char *device, size_t row)
{
	struct run_mark mark = run_entry_mark(entry, row);
	struct run_last_slot *slot;

	if (!mark.had_session)
		return true;
	if ((t->n + 1) * 2 > t->size && !grow(t))
		return false;
	slot = slot_of(t, device);
	if (!slot->device) {
		slot->device = strdup(device);
		if (!slot->device)
			return false;
		t->n++;
	}
	if (is_newer(entry, slot->run)) {
		slot->run = entry;
		slot->row = row;
	}
	if (mark.backed_up && is_newer(entry, slot->backup))
		slot->backup = entry;
	return true;
}

bool run_last_note(struct run_last *t, const struct run_entry *entry)
{
	size_t row = 0;

	for (const char *p = entry->devices; *p; p += strlen(p) + 1) {
		if (!note_row(t, entry, p, row++))
			return false;
	}
	return true;
}

void run_last_forget(struct run_last *t, const struct run_entry *entry)
{
	for (const char *p = entry->devices; t->size && *p;
	     p += strlen(p) + 1) {
		struct run_last_slot *slot = slot_of(t, p);

		if (slot->run == entry)
			slot->run = NULL;
		if (slot->backup == entry)
			slot->backup = NULL;
	}
}

const struct run_last_slot *run_last_find(
    const struct run_last *t, const char *device)
{
	const struct run_last_slot *slot = t->size ? slot_of(t, device) : NULL;

	return slot && slot->device ? slot : NULL;
}

void run_last_release(struct run_last *t)
{
	for (size_t i = 0; i < t->size; i++)
		free(t->slots[i].device);
	free(t->slots);
	*t = (struct run_last){ 0 };
}
