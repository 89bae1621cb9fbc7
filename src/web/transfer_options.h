/*
 * What an import is told by a form or a query: the same words for both.
 */
#ifndef WEB_TRANSFER_OPTIONS_H
#define WEB_TRANSFER_OPTIONS_H

#include "app/transfer.h"
#include "web/request.h"

/* get: request_form or request_query.  kind: its plural.  ERR_INVALID. */
enum err_code transfer_options_read(struct request *r,
    const char *(*get)(
	struct request *r, const char *name, const char *fallback),
    const char *kind, struct transfer_options *ret, struct err *e) must_check;

#endif
