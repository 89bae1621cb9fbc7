/*
 * Devices that need attention, as a choice of the table of devices:
 * /devices?needs=down.  What the dashboard counts is so a table that can be
 * acted upon as a whole.
 */
#ifndef WEB_PAGES_DEVICE_NEEDS_H
#define WEB_PAGES_DEVICE_NEEDS_H

#include "web/pages/record_table.h"

enum device_need {
	NEED_DOWN,	  /* it does not answer */
	NEED_DRIFTED,	  /* differed when devices were compared last */
	NEED_FAILED,	  /* its last run failed, or was rolled back */
	NEED_UNSETTLED,	  /* its last run is unknown: a commit may wait for
			     confirmation */
	NEED_QUARANTINED, /* what was read last was put aside */
	NEED_APPROVAL,	  /* a host key or certificate waits */
	NEEDS,
};

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
