/*
 * All servers that Ironic has, for tables: asked for as a whole, so that they
 * can be searched, ordered and counted, and kept for a moment, so that whoever
 * sorts and pages through them does not wait for Ironic each time (it takes
 * 0.2 s for a thousand).
 *
 * A list is at most SERVER_LIST_FRESH_MS old; anything that is asked of a
 * server through this process ends it at once.  What is to be acted upon is
 * read anew by the use cases of servers.h, whatever a list says.
 *
 * Threads: any.  A list is immutable and reference counted.
 */
#ifndef APP_SERVER_LIST_H
#define APP_SERVER_LIST_H

#include "app/servers.h"

#define SERVER_LIST_FRESH_MS 5000

struct server_list;

/* A new reference.  Errors as those of servers_list(). */
enum err_code server_list_get(struct servers *sv,
    const struct server_list **ret, struct err *e) must_check;
void server_list_unref(const struct server_list *list); /* NULL is fine */

/* By name; `more`: there are more than BAREMETAL_MAX_NODES. */
const struct baremetal_nodes *server_list_nodes(const struct server_list *list);

#endif
