/*
 * The table of servers: Ironic's nodes as rows of the common tables.
 */
#ifndef WEB_PAGES_SERVER_TABLE_H
#define WEB_PAGES_SERVER_TABLE_H

#include "app/server_list.h"
#include "web/pages/record_table.h"

extern const struct record_table_spec server_table_spec;

/* The nodes of the list that the query chooses; rows are struct
 * baremetal_node and live as long as the list. */
enum err_code server_table_select(struct request *r,
    const struct server_list *list, enum record_table_extent extent,
    struct record_table *ret, struct err *e) must_check;

#endif
