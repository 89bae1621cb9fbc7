/*
 * What the files of the junos driver share.
 */
#ifndef INFRA_DRIVER_JUNOS_INTERNAL_H
#define INFRA_DRIVER_JUNOS_INTERNAL_H

#include "infra/driver/junos.h"
#include "infra/driver/netconf_base.h"

struct driver_session {
	struct netconf_base base;
};

/* junos.c: database is "committed" or "candidate".  On ERR_CORRUPT `out`
 * holds what came. */
enum err_code junos_read_config(struct driver_session *s, const char *database,
    struct deadline deadline, struct buf *out, struct err *e) must_check;
/* What a command of operational mode shows. */
enum err_code junos_command(struct driver_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e) must_check;

/* junos_facts.c */
enum err_code junos_get_facts(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_facts *ret,
    struct err *e) must_check;

/* junos_stage.c */
enum err_code junos_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e) must_check;
enum err_code junos_drop_stage(struct driver_session *s,
    struct deadline deadline, struct err *e) must_check;
enum err_code junos_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e) must_check;
/* ERR_CONFLICT if somebody else holds or has changed the candidate. */
enum err_code junos_lock(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;

/* junos_commit.c */
enum err_code junos_apply(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e) must_check;
enum err_code junos_confirm(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;
enum err_code junos_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e) must_check;
enum err_code junos_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e) must_check;
enum err_code junos_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e) must_check;

#endif
