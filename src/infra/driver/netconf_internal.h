/*
 * What the files of the netconf driver share.
 */
#ifndef INFRA_DRIVER_NETCONF_INTERNAL_H
#define INFRA_DRIVER_NETCONF_INTERNAL_H

#include "infra/driver/netconf.h"
#include "infra/driver/netconf_base.h"

struct driver_session {
	struct netconf_base base;
	struct buf load; /* the operation that loads the stage */
	bool replaces;
};

/* netconf_intended.c: a text of ours, its elements in one form. */
enum err_code netconf_intended_read(
    const char *text, struct buf *out, struct err *e) must_check;
/* Is all of a text in a configuration? */
enum err_code netconf_intended_verify(const char *intended, const char *running,
    struct arena *arena, struct driver_verdict *ret, struct err *e) must_check;

/* netconf_stage.c */
enum err_code netconf_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e) must_check;
/* The same with a text that came from the device; it may be empty. */
enum err_code netconf_stage_text(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e) must_check;
/* Loads the stage once more, as it was. */
enum err_code netconf_stage_again(struct driver_session *s,
    struct deadline deadline, struct err *e) must_check;
enum err_code netconf_drop_stage(struct driver_session *s,
    struct deadline deadline, struct err *e) must_check;
enum err_code netconf_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e) must_check;

/* netconf_commit.c */
enum err_code netconf_apply(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e) must_check;
enum err_code netconf_confirm(struct driver_session *s,
    struct deadline deadline, struct err *e) must_check;
enum err_code netconf_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e) must_check;
enum err_code netconf_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e) must_check;
enum err_code netconf_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e) must_check;

#endif
