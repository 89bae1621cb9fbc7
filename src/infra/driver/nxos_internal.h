/*
 * What the files of the nxos driver share.
 */
#ifndef INFRA_DRIVER_NXOS_INTERNAL_H
#define INFRA_DRIVER_NXOS_INTERNAL_H

#include "domain/config_dialect.h"
#include "infra/driver/cisco.h"
#include "infra/driver/nxos.h"
#include "infra/driver/nxos_timer.h"
#include "infra/driver/section_plan.h"

/* One name each: what a run that died leaves behind, the next overwrites. */
#define NXOS_CANDIDATE "bootflash:switchyard-candidate.cfg"
#define NXOS_SNAPSHOT "bootflash:switchyard-snapshot.cfg"
#define NXOS_CHECKPOINT "bootflash:switchyard-checkpoint.cfg"

/* A switch works at a whole configuration for minutes. */
#define NXOS_REPLACE_MS 600000

#define NXOS_CONFIRM_MIN_S 30u
#define NXOS_CONFIRM_MAX_S 3600u

struct nxos_stage {
	const char *snapshot;
	const char *wanted; /* the whole configuration it leads to */
	struct section_plan plan;
	bool empty;	 /* the switch, or we, find nothing to change */
	struct buf file; /* as it lies on the switch, unless empty */
};

struct driver_session {
	struct cisco_session cisco;
	struct arena *stage_arena;
	struct nxos_stage *stage; /* NULL: none */
};

enum err_code nxos_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e) must_check;
/* Reads running and compares it with a text. */
enum err_code nxos_is_running(struct driver_session *s, const char *text,
    struct deadline deadline, bool *ret, struct err *e) must_check;

/* nxos_pending.c: `show config-replace status`. */
enum err_code nxos_read_timer(struct driver_session *s,
    struct deadline deadline, struct nxos_timer *ret, struct err *e) must_check;
bool nxos_is_ours(
    const struct driver_session *s, const struct nxos_timer *timer);
enum err_code nxos_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e) must_check;
enum err_code nxos_confirm(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;

/* nxos_stage.c */
enum err_code nxos_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e) must_check;
enum err_code nxos_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e) must_check;
enum err_code nxos_discard(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;
void nxos_drop_stage(struct driver_session *s);

/* nxos_commit.c */
enum err_code nxos_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e) must_check;

/* nxos_restore.c */
enum err_code nxos_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e) must_check;
enum err_code nxos_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e) must_check;
/* checkpoint: NXOS_CHECKPOINT was made of this snapshot by this session.
 * ERR_UNKNOWN_OUTCOME if the snapshot could not be shown to be back. */
enum err_code nxos_put_back(struct driver_session *s, const char *snapshot,
    bool checkpoint, struct deadline deadline, bool *ret_did,
    struct err *e) must_check;

/* nxos_facts.c */
enum err_code nxos_get_facts(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_facts *ret, struct err *e) must_check;

#endif
