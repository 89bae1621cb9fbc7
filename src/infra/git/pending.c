#include "infra/git/pending.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 256
/* What the 32-bit counts of the pack format and of the table can hold, with
 * room to spare. */
#define OBJECTS_MAX (1U << 26)

void pending_release(struct pending *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->objects[i].owned);
	free(p->objects);
	free(p->slots);
	*p = (struct pending){ .n = 0 };
}

enum err_code object_name(git_object_t type, const void *data, size_t len,
    uint8_t ret_oid[STORE_OID_SIZE], struct err *e)
{
	git_oid id;

	if (git_odb_hash(&id, data, len, type) < 0)
		return err_set(e, ERR_INVALID,
		    "The content cannot be stored: its SHA-1 cannot be "
		    "formed, or it was made to collide with another.");
	memcpy(ret_oid, id.id, STORE_OID_SIZE);
	return ERR_OK;
}

/* Where oid is or would be: hash values need no further hashing. */
static size_t slot_of(const struct pending *p, const uint8_t *oid)
{
	uint32_t hash;
	size_t i;

	memcpy(&hash, oid, sizeof(hash));
	for (i = hash & (p->n_slots - 1); p->slots[i];
	     i = (i + 1) & (p->n_slots - 1))
		if (memcmp(p->objects[p->slots[i] - 1].oid, oid,
			STORE_OID_SIZE) == 0)
			break;
	return i;
}

static bool grow_slots(struct pending *p)
{
	size_t n = p->n_slots ? p->n_slots * 2 : FIRST_SLOTS;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return false;
	free(p->slots);
	p->slots = slots;
	p->n_slots = n;
	for (size_t i = 0; i < p->n; i++)
		p->slots[slot_of(p, p->objects[i].oid)] = (uint32_t)i + 1;
	return true;
}

static bool make_room(struct pending *p)
{
	struct pending_object *grown;
	size_t cap = p->cap ? p->cap * 2 : 32;

	if (p->n >= OBJECTS_MAX)
		return false;
	if (2 * (p->n + 1) > p->n_slots && !grow_slots(p))
		return false;
	if (p->n < p->cap)
		return true;
	grown = realloc(p->objects, cap * sizeof(*grown));
	if (!grown)
		return false;
	p->objects = grown;
	p->cap = cap;
	return true;
}

/* Adds an object that slot_of() did not find; false when out of memory. */
static bool insert(struct pending *p, const struct pending_object *o)
{
	if (!make_room(p))
		return false;
	p->objects[p->n] = *o;
	p->slots[slot_of(p, o->oid)] = (uint32_t)++p->n;
	return true;
}

const struct pending_object *pending_find(
    const struct pending *p, const uint8_t *oid)
{
	uint32_t index;

	if (!p->slots)
		return NULL;
	index = p->slots[slot_of(p, oid)];
	return index ? &p->objects[index - 1] : NULL;
}

enum err_code pending_take(struct pending *p, git_object_t type, char *data,
    size_t len, uint8_t ret_oid[STORE_OID_SIZE], struct err *e)
{
	struct pending_object o = { .type = type,
		.content = { .data = data, .len = len },
		.owned = data };
	enum err_code rc = object_name(type, data, len, o.oid, e);
	bool present = rc == ERR_OK && pending_find(p, o.oid);

	if (rc == ERR_OK && !present && !insert(p, &o))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		memcpy(ret_oid, o.oid, STORE_OID_SIZE);
	if (rc != ERR_OK || present)
		free(data);
	return rc;
}

enum err_code pending_borrow(struct pending *p, const struct blob_id *blob,
    const struct content *content, struct err *e)
{
	struct pending_object o = { .type = GIT_OBJECT_BLOB,
		.content = *content };

	if (pending_find(p, blob->raw))
		return ERR_OK;
	memcpy(o.oid, blob->raw, STORE_OID_SIZE);
	return insert(p, &o) ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}
