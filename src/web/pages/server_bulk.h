/*
 * What can be asked of many servers at once.
 */
#ifndef WEB_PAGES_SERVER_BULK_H
#define WEB_PAGES_SERVER_BULK_H

#include "web/pages/view.h"

/* [{name, verb}] that the actor may ask; an empty list: none. */
struct jv server_bulk_actions(struct request *r);

#endif
