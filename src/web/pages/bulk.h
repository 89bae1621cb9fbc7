/*
 * What can be done with many rows of a table at once.
 */
#ifndef WEB_PAGES_BULK_H
#define WEB_PAGES_BULK_H

#include "web/pages/view.h"

/* {edit: may they be changed, jobs: [{name, title}] that take devices}; none
 * if the actor may do neither. */
struct jv bulk_view(struct request *r, enum kind_id kind);

#endif
