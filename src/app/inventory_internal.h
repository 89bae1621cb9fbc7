/*
 * What the inventory's files share.
 */
#ifndef APP_INVENTORY_INTERNAL_H
#define APP_INVENTORY_INTERNAL_H

#include "app/inventory.h"

/* The permission to write records of a kind. */
enum permission inventory_permission(const struct kind *kind);

/* Stages the change of `old` (NULL: none) into `new_record` with all that has
 * to follow: moved files, records that refer to it.  *ret_renamed (may be NULL)
 * receives the value for the trailer Renamed-From, or stays NULL. */
enum err_code inventory_stage(struct store_txn *t, const struct app *app,
    const struct snapshot *s, const struct record *old,
    const struct record *new_record, struct err *e) must_check;

/* Stages the removal of a device's configurations and host key. */
enum err_code inventory_stage_device_files(struct store_txn *t,
    const struct snapshot *s, const struct record *device, struct err *e)
    must_check;

/* Every reference of the record must exist in the snapshot; wrong ones are
 * added to `errors`.  `self` may be referred to though it is not there yet. */
void inventory_check_references(const struct snapshot *s,
    const struct record *r, struct schema_errors *errors);

#endif
