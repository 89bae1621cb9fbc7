/*
 * Devices that need attention, as a choice of the table of devices:
 * /devices?needs=down.  What the dashboard counts is so a table that can be
 * acted upon as a whole.
 */
#ifndef WEB_PAGES_DEVICE_NEEDS_H
#define WEB_PAGES_DEVICE_NEEDS_H

#include "app/device_need.h"
#include "web/pages/record_table.h"

/* All devices, or those that have the need that the query names. */
enum err_code device_needs_rows(
    struct request *r, struct record_table_rows *ret, struct err *e) must_check;
/* Does the query name one?  NEEDS: no. */
enum device_need device_needs_asked(struct request *r);

/* Adds the need to the filters of the table's view, and how many devices there
 * are in all. */
void device_needs_add_filter(struct request *r, struct jv table);

/* [{word, label, n}] of those that some device has.  n_drifted: as the newest
 * comparison counted them, which costs less than its rows. */
struct jv device_needs_view(struct request *r, size_t n_drifted);

/* {fingerprint, replaces} by device, of those whose host key waits. */
struct jv device_needs_keys(struct request *r, const struct record_table *t);

#endif
