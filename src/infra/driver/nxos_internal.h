/*
 * What the files of the nxos driver share; slots of struct cisco_platform and
 * of struct driver.
 */
#ifndef INFRA_DRIVER_NXOS_INTERNAL_H
#define INFRA_DRIVER_NXOS_INTERNAL_H

#include "infra/driver/cisco_driver.h"
#include "infra/driver/nxos.h"

/* One name each: what a run that died leaves behind, the next overwrites. */
#define NXOS_CANDIDATE "bootflash:switchyard-candidate.cfg"
#define NXOS_SNAPSHOT "bootflash:switchyard-snapshot.cfg"
#define NXOS_CHECKPOINT "bootflash:switchyard-checkpoint.cfg"

#define NXOS_CONFIRM_MIN_S 30u
#define NXOS_CONFIRM_MAX_S 3600u

/* nxos_timer.c */
enum err_code nxos_read_timer(struct cisco_session *s, struct deadline deadline,
    struct cisco_timer *ret, struct err *e) must_check;
enum err_code nxos_revert(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *did, struct err *e) must_check;

/* nxos_stage.c */
enum err_code nxos_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e) must_check;
enum err_code nxos_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e) must_check;

/* nxos_commit.c */
enum err_code nxos_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e) must_check;

/* nxos_facts.c */
void nxos_read_version(const struct cisco_session *s, const char *text,
    struct arena *arena, struct driver_facts *to);

#endif
