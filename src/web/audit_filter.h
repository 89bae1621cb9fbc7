/*
 * The filters of the audit trail as a request's query has them: person, device,
 * job, trigger, result, since, until, only, before.  Shared by the page and
 * REST.
 */
#ifndef WEB_AUDIT_FILTER_H
#define WEB_AUDIT_FILTER_H

#include "app/audit.h"
#include "web/request.h"

/* The parameters, NULL-terminated; those before `before` are filters. */
extern const char *const audit_filter_names[];

/* Everything but the limit; texts are borrowed from the request.  since and
 * until are a day (that of until is in it), in the zone of the server, or a
 * time, 2026-11-21T08:30:00Z.  ERR_INVALID names what is wrong. */
enum err_code audit_filter_read(
    struct request *r, struct audit_query *ret, struct err *e) must_check;

#endif
