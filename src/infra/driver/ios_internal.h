/*
 * What the files of the ios driver share; slots of struct cisco_platform and of
 * struct driver.
 */
#ifndef INFRA_DRIVER_IOS_INTERNAL_H
#define INFRA_DRIVER_IOS_INTERNAL_H

#include "infra/driver/cisco_driver.h"
#include "infra/driver/ios.h"

/* One name each: what a run that died leaves behind, the next overwrites. */
#define IOS_CANDIDATE "flash:switchyard-candidate.cfg"
#define IOS_SNAPSHOT "flash:switchyard-snapshot.cfg"

/* Bounds of the device's timers. */
#define IOS_MINUTES_MIN 1u
#define IOS_MINUTES_MAX 120u

/* ios_timer.c */
enum err_code ios_read_timer(struct cisco_session *s, struct deadline deadline,
    struct cisco_timer *ret, struct err *e) must_check;
enum err_code ios_revert(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *did, struct err *e) must_check;

/* ios_stage.c */
enum err_code ios_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e) must_check;
enum err_code ios_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e) must_check;
/* The device's contextual differences as a unified text.  Pure; false if the
 * answer is none. */
bool ios_parse_differences(
    const char *answer, struct buf *out, size_t *added, size_t *removed);

/* ios_commit.c */
enum err_code ios_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e) must_check;

/* ios_facts.c */
void ios_read_version(const struct cisco_session *s, const char *text,
    struct arena *arena, struct driver_facts *to);

#endif
