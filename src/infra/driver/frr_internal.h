/*
 * What the files of the frr driver share.
 */
#ifndef INFRA_DRIVER_FRR_INTERNAL_H
#define INFRA_DRIVER_FRR_INTERNAL_H

#include "infra/driver/cli_load.h"
#include "infra/driver/frr.h"
#include "infra/driver/section_plan.h"
#include "infra/ssh/shell.h"

/* A full BGP router's configuration is some hundred KiB. */
#define FRR_CONFIG_MAX ((size_t)4 * 1024 * 1024)
#define FRR_ARENA_MAX ((size_t)256 * 1024 * 1024)

struct driver_session {
	const struct driver_target *target;
	const struct driver_hooks *hooks;
	struct ssh_link *link;
	struct ssh_shell *shell;
	char version[64];
	/* The stage and all it needs; NULL if there is none. */
	struct arena *stage_arena;
	struct section_plan *stage;
};

/* Appends the answer to a command of the enable mode. */
enum err_code frr_run(struct driver_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e) must_check;

/* The whole running configuration; `out` has FRR_CONFIG_MAX. */
enum err_code frr_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e) must_check;

void frr_drop_stage(struct driver_session *s);

/* frr_commit.c */
enum err_code frr_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e) must_check;
enum err_code frr_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e) must_check;

/* frr_facts.c */
enum err_code frr_get_facts(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_facts *ret, struct err *e) must_check;
/* "8.4.4" from the answer to `show version`; false if it is no FRR. */
bool frr_parse_version(const char *answer, char *to, size_t size);

#endif
