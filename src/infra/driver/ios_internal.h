/*
 * What the files of the ios driver share.
 */
#ifndef INFRA_DRIVER_IOS_INTERNAL_H
#define INFRA_DRIVER_IOS_INTERNAL_H

#include "domain/config_dialect.h"
#include "infra/driver/cisco.h"
#include "infra/driver/ios.h"
#include "infra/driver/section_plan.h"

/* One name each: what a run that died leaves behind, the next overwrites. */
#define IOS_CANDIDATE "flash:switchyard-candidate.cfg"
#define IOS_SNAPSHOT "flash:switchyard-snapshot.cfg"

/* Bounds of the device's timers. */
#define IOS_MINUTES_MIN 1u
#define IOS_MINUTES_MAX 120u

struct ios_stage {
	enum driver_load load;
	const char *snapshot;
	struct section_plan plan; /* merge */
	struct buf file;	  /* replace: as it lies on the device */
	const char *wanted;	  /* replace: the candidate */
	const char *diff;	  /* replace: what the device says */
	size_t added;
	size_t removed;
};

struct driver_session {
	struct cisco_session cisco;
	struct arena *stage_arena;
	struct ios_stage *stage; /* NULL: none */
};

enum err_code ios_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e) must_check;
/* Reads running and compares it with a text. */
enum err_code ios_is_running(struct driver_session *s, const char *text,
    struct deadline deadline, bool *ret, struct err *e) must_check;

/* ios_pending.c: `show archive config rollback timer`. */
struct ios_timer {
	bool pending;
	unsigned minutes; /* as it was set */
	char user[64];
};
enum err_code ios_read_timer(struct driver_session *s, struct deadline deadline,
    struct ios_timer *ret, struct err *e) must_check;
bool ios_is_ours(const struct driver_session *s, const struct ios_timer *timer);
/* Pure. */
enum err_code ios_parse_timer(
    const char *answer, struct ios_timer *ret, struct err *e) must_check;
enum err_code ios_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e) must_check;
enum err_code ios_confirm(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;

/* ios_stage.c */
enum err_code ios_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e) must_check;
enum err_code ios_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e) must_check;
enum err_code ios_discard(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;
void ios_drop_stage(struct driver_session *s);
/* The device's contextual differences as a unified text.  Pure; false if the
 * answer is none. */
bool ios_parse_differences(
    const char *answer, struct buf *out, size_t *added, size_t *removed);

/* ios_commit.c */
enum err_code ios_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e) must_check;
/* ios_restore.c */
enum err_code ios_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e) must_check;
enum err_code ios_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e) must_check;
/* Takes back a change whose timer is ours, or puts the snapshot in as a file,
 * and reads it.  ERR_UNKNOWN_OUTCOME if it could not be shown to be back. */
enum err_code ios_put_back(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *ret_did, struct err *e) must_check;

/* ios_facts.c */
enum err_code ios_get_facts(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_facts *ret, struct err *e) must_check;

#endif
