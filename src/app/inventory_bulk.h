/*
 * One change of many records at once: all of them or none.
 *
 * What stays where it is becomes one commit; a device that moves to another
 * area gets one of its own beside it, with Renamed-From, so that its history
 * is followed.  All commits reach the branch together.  Trailers as in
 * inventory.h, without the key; the message lists the keys.
 */
#ifndef APP_INVENTORY_BULK_H
#define APP_INVENTORY_BULK_H

#include "app/inventory.h"

#define INVENTORY_BULK_MAX 10000

/* Objects of field → value, borrowed; NULL: nothing of that. */
struct inventory_bulk {
	const struct kind *kind;
	const char *const *keys;
	size_t n_keys;
	const json_t *set;    /* null removes the field */
	const json_t *add;    /* field → array of items of a list */
	const json_t *remove; /* the same */
};

/* May this field be changed in many records at once?  Not what makes the key
 * of a record, nor objects. */
bool inventory_bulk_takes(const struct kind *kind, const struct field *field);

/* *ret_changed: how many records are different now.  ERR_INVALID: nothing was
 * saved; the message names the first record that refuses the change.
 * ERR_NOT_FOUND: one of them is gone.  ERR_LIMIT past INVENTORY_BULK_MAX. */
enum err_code inventory_change_many(const struct app *app,
    const struct actor *actor, const struct inventory_bulk *bulk,
    struct schema_errors *errors, size_t *ret_changed,
    struct err *e) must_check;

#endif
