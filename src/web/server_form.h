/*
 * What REST and the pages ask of a server, from JSON to a wish.
 */
#ifndef WEB_SERVER_FORM_H
#define WEB_SERVER_FORM_H

#include "app/servers.h"

/* A word for an action, where one form or body chooses among several; ends
 * with a NULL word. */
struct server_choice {
	const char *word;
	enum server_action action;
};

/* Checks `object` by the action's parameters and makes the wish of it, which
 * borrows from both.  id: the server, or NULL where the object names one.
 * ERR_INVALID with errors by field. */
enum err_code server_form_read(enum server_action action, json_t *object,
    const char *id, struct server_wish *ret, struct schema_errors *errors,
    struct err *e) must_check;

#endif
