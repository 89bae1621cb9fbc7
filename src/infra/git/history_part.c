#include "infra/git/history_part.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64
#define COLUMN_MAX (UINT32_MAX / 4)

const size_t part_item_size[PART_COLUMNS] = {
	[PART_COMMITS] = sizeof(struct part_commit),
	[PART_CHANGES] = sizeof(struct part_change),
	[PART_PATHS] = sizeof(struct part_path),
	[PART_PATH_SLOTS] = sizeof(uint32_t),
	[PART_COMMIT_SLOTS] = sizeof(uint32_t),
	[PART_TEXTS] = 1,
};

/* --- finding ---------------------------------------------------------- */

/* FNV-1a, 32 bits. */
static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

/* An id is a hash already. */
static uint32_t hash_id(const uint8_t id[STORE_OID_SIZE])
{
	uint32_t hash;

	memcpy(&hash, id, sizeof(hash));
	return hash;
}

static const uint32_t *slots_of(const struct part *p, enum part_column column)
{
	return p->data[column];
}

bool part_find_path(const struct part *p, const char *path, uint32_t *ret)
{
	const uint32_t *slots = slots_of(p, PART_PATH_SLOTS);
	uint32_t mask = p->n[PART_PATH_SLOTS] - 1;

	if (p->n[PART_PATH_SLOTS] == 0)
		return false;
	for (uint32_t i = hash_text(path) & mask; slots[i];
	     i = (i + 1) & mask) {
		uint32_t found = slots[i] - 1;

		if (strcmp(part_text(p, part_path(p, found)->text), path) ==
		    0) {
			*ret = found;
			return true;
		}
	}
	return false;
}

bool part_find_commit(
    const struct part *p, const struct commit_id *id, uint32_t *ret)
{
	const uint32_t *slots = slots_of(p, PART_COMMIT_SLOTS);
	uint32_t mask = p->n[PART_COMMIT_SLOTS] - 1;

	if (p->n[PART_COMMIT_SLOTS] == 0)
		return false;
	for (uint32_t i = hash_id(id->raw) & mask; slots[i];
	     i = (i + 1) & mask) {
		uint32_t found = slots[i] - 1;

		if (memcmp(part_commit(p, found)->id, id->raw,
			STORE_OID_SIZE) == 0) {
			*ret = found;
			return true;
		}
	}
	return false;
}

/* --- growing ---------------------------------------------------------- */

void part_builder_release(struct part_builder *b)
{
	for (int i = 0; i < PART_COLUMNS; i++)
		free(b->part.data[i]);
	free(b->text_slots);
	*b = (struct part_builder){ .n_interned = 0 };
}

static enum err_code no_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "out of memory");
}

/* Room for n more items of a column: where to write them; NULL: an error. */
static void *reserve(
    struct part_builder *b, enum part_column column, uint32_t n, struct err *e)
{
	uint32_t used = b->part.n[column], cap = b->cap[column];
	size_t size = part_item_size[column];
	void *grown;

	if (n > COLUMN_MAX - used) {
		err_set(e, ERR_SYSTEM, "the history index is full");
		return NULL;
	}
	if (used + n > cap) {
		cap = cap < FIRST_SLOTS ? FIRST_SLOTS : cap;
		while (cap < used + n)
			cap *= 2;
		grown = reallocarray(b->part.data[column], cap, size);
		if (!grown) {
			no_memory(e);
			return NULL;
		}
		b->part.data[column] = grown;
		b->cap[column] = cap;
	}
	return (char *)b->part.data[column] + (size_t)used * size;
}

/* The hash under which item i of the table belongs. */
typedef uint32_t (*hash_fn)(const struct part *p, uint32_t i);

static uint32_t hash_path_at(const struct part *p, uint32_t i)
{
	return hash_text(part_text(p, part_path(p, i)->text));
}

static uint32_t hash_commit_at(const struct part *p, uint32_t i)
{
	return hash_id(part_commit(p, i)->id);
}

static void slots_put(
    uint32_t *slots, uint32_t n_slots, uint32_t hash, uint32_t value)
{
	uint32_t mask = n_slots - 1, i = hash & mask;

	while (slots[i])
		i = (i + 1) & mask;
	slots[i] = value;
}

/* Enters the last of the items; the table is at most half full. */
static enum err_code index_last(struct part_builder *b, enum part_column items,
    enum part_column table, hash_fn hash, struct err *e)
{
	struct part *p = &b->part;
	uint32_t n = p->n[items], n_slots = p->n[table], *slots;

	if (n * 2 <= n_slots) {
		slots_put(p->data[table], n_slots, hash(p, n - 1), n);
		return ERR_OK;
	}
	n_slots = n_slots ? n_slots * 2 : FIRST_SLOTS;
	slots = calloc(n_slots, sizeof(*slots));
	if (!slots)
		return no_memory(e);
	for (uint32_t i = 0; i < n; i++)
		slots_put(slots, n_slots, hash(p, i), i + 1);
	free(p->data[table]);
	p->data[table] = slots;
	p->n[table] = n_slots;
	return ERR_OK;
}

/* --- texts ------------------------------------------------------------ */

static enum err_code grow_text_slots(struct part_builder *b, struct err *e)
{
	uint32_t n = b->n_text_slots ? b->n_text_slots * 2 : FIRST_SLOTS;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return no_memory(e);
	for (uint32_t i = 0; i < b->n_text_slots; i++) {
		uint32_t at = b->text_slots[i];

		if (at)
			slots_put(
			    slots, n, hash_text(part_text(&b->part, at)), at);
	}
	free(b->text_slots);
	b->text_slots = slots;
	b->n_text_slots = n;
	return ERR_OK;
}

static enum err_code append_text(
    struct part_builder *b, const char *text, uint32_t *ret, struct err *e)
{
	size_t len = strlen(text) + 1;
	void *to;

	if (len > COLUMN_MAX)
		return err_set(e, ERR_SYSTEM, "a text is too long");
	to = reserve(b, PART_TEXTS, (uint32_t)len, e);
	if (!to)
		return ERR_SYSTEM;
	memcpy(to, text, len);
	*ret = b->part.n[PART_TEXTS];
	b->part.n[PART_TEXTS] += (uint32_t)len;
	return ERR_OK;
}

/* One copy of each text. */
static enum err_code intern(
    struct part_builder *b, const char *text, uint32_t *ret, struct err *e)
{
	uint32_t hash = hash_text(text), mask, i;
	enum err_code rc = ERR_OK;

	if (b->part.n[PART_TEXTS] == 0)
		rc = append_text(b, "", ret, e);
	if (rc == ERR_OK && b->n_interned * 2 >= b->n_text_slots)
		rc = grow_text_slots(b, e);
	if (rc != ERR_OK)
		return rc;
	*ret = 0;
	if (!*text)
		return ERR_OK;
	mask = b->n_text_slots - 1;
	for (i = hash & mask; b->text_slots[i]; i = (i + 1) & mask) {
		*ret = b->text_slots[i];
		if (strcmp(part_text(&b->part, *ret), text) == 0)
			return ERR_OK;
	}
	rc = append_text(b, text, ret, e);
	if (rc == ERR_OK) {
		b->text_slots[i] = *ret;
		b->n_interned++;
	}
	return rc;
}

/* --- adding ----------------------------------------------------------- */

enum err_code part_add_commit(
    struct part_builder *b, const struct part_source *commit, struct err *e)
{
	struct part_commit new = { .time_ms = commit->time_ms,
		.first_change = b->part.n[PART_CHANGES] };
	enum err_code rc = ERR_OK;
	void *to;

	memcpy(new.id, commit->id.raw, sizeof(new.id));
	for (int i = 0; rc == ERR_OK && i < PART_TEXTS_OF_COMMIT; i++)
		rc = intern(b, commit->text[i], &new.text[i], e);
	to = rc == ERR_OK ? reserve(b, PART_COMMITS, 1, e) : NULL;
	if (!to)
		return ERR_SYSTEM;
	memcpy(to, &new, sizeof(new));
	b->part.n[PART_COMMITS]++;
	return index_last(
	    b, PART_COMMITS, PART_COMMIT_SLOTS, hash_commit_at, e);
}

static enum err_code add_path(
    struct part_builder *b, const char *path, uint32_t *ret, struct err *e)
{
	struct part_path new = { .newest = 0 };
	enum err_code rc;
	void *to;

	if (part_find_path(&b->part, path, ret))
		return ERR_OK;
	rc = intern(b, path, &new.text, e);
	to = rc == ERR_OK ? reserve(b, PART_PATHS, 1, e) : NULL;
	if (!to)
		return ERR_SYSTEM;
	memcpy(to, &new, sizeof(new));
	*ret = b->part.n[PART_PATHS]++;
	return index_last(b, PART_PATHS, PART_PATH_SLOTS, hash_path_at, e);
}

enum err_code part_add_change(struct part_builder *b, const char *path,
    const uint8_t blob[STORE_OID_SIZE], const char *from, struct err *e)
{
	struct part *p = &b->part;
	struct part_change new = { .commit = p->n[PART_COMMITS] - 1 };
	struct part_path *paths;
	uint32_t from_path;
	enum err_code rc;
	void *to;

	rc = add_path(b, path, &new.path, e);
	if (rc == ERR_OK && from && *from) {
		rc = add_path(b, from, &from_path, e);
		new.from = from_path + 1;
	}
	to = rc == ERR_OK ? reserve(b, PART_CHANGES, 1, e) : NULL;
	if (!to)
		return ERR_SYSTEM;
	paths = p->data[PART_PATHS];
	new.older = paths[new.path].newest;
	memcpy(new.blob, blob, STORE_OID_SIZE);
	memcpy(to, &new, sizeof(new));
	paths[new.path].newest = ++p->n[PART_CHANGES];
	((struct part_commit *)p->data[PART_COMMITS])[new.commit].n_changes++;
	return ERR_OK;
}

static enum err_code add_changes(struct part_builder *b,
    const struct part *other, const struct part_commit *commit, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (uint32_t i = 0; rc == ERR_OK && i < commit->n_changes; i++) {
		const struct part_change *c =
		    part_change(other, commit->first_change + i);
		const char *from =
		    c->from
			? part_text(other, part_path(other, c->from - 1)->text)
			: NULL;

		rc = part_add_change(b,
		    part_text(other, part_path(other, c->path)->text), c->blob,
		    from, e);
	}
	return rc;
}

enum err_code part_add_part(
    struct part_builder *b, const struct part *other, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (uint32_t i = 0; rc == ERR_OK && i < other->n[PART_COMMITS]; i++) {
		const struct part_commit *commit = part_commit(other, i);
		struct part_source source = { .time_ms = commit->time_ms };

		memcpy(source.id.raw, commit->id, STORE_OID_SIZE);
		for (int t = 0; t < PART_TEXTS_OF_COMMIT; t++)
			source.text[t] = part_text(other, commit->text[t]);
		rc = part_add_commit(b, &source, e);
		if (rc == ERR_OK)
			rc = add_changes(b, other, commit, e);
	}
	return rc;
}
