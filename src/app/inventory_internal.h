/*
 * What the inventory's files share.
 */
#ifndef APP_INVENTORY_INTERNAL_H
#define APP_INVENTORY_INTERNAL_H

#include "app/inventory.h"

/* Stages the change of `old` (NULL: none) into `new_record` with all that has
 * to follow: moved files, records that refer to it; and what must still be
 * there when it is committed. */
enum err_code inventory_stage(struct store_txn *t, const struct app *app,
    const struct snapshot *s, const struct record *old,
    const struct record *new_record, struct err *e) must_check;

/* Stages a file that was there before and is not now. */
enum err_code inventory_stage_file(struct store_txn *t, const struct app *app,
    const struct inventory_file *file, struct err *e) must_check;

/* Stages the removal of a device's configurations and host key. */
enum err_code inventory_stage_device_files(struct store_txn *t,
    const struct snapshot *s, const struct record *device,
    struct err *e) must_check;

/* Every reference of `now` must exist in the snapshot; wrong ones are added to
 * `errors`.  old: what it was in the snapshot, NULL for a new record. */
void inventory_check_references(const struct snapshot *s,
    const struct record *old, const struct record *now,
    struct schema_errors *errors);

/* References of an object that is no record yet, since something else is wrong
 * with it: those of its fields of which `errors` says nothing. */
void inventory_check_named(const struct snapshot *s, const struct kind *kind,
    const json_t *object, struct schema_errors *errors);

/* What depends on who asks: what jobs keep must be as it was, or left out,
 * unless the actor is an admin; and what a view shows that admins' records use
 * (view_users.h). */
void inventory_check_actor(const struct snapshot *s, const struct actor *actor,
    const struct record *old, const struct record *now,
    struct schema_errors *errors);

#endif
