/*
 * For platforms without a candidate configuration whose configuration is
 * indented sections: staging, comparing and verifying by text.
 *
 * Pure but for the arena.  Everything lives in the arena of the call.
 */
#ifndef INFRA_DRIVER_SECTION_PLAN_H
#define INFRA_DRIVER_SECTION_PLAN_H

#include "app/port/driver.h"
#include "domain/config_tree.h"

struct section_plan {
	struct config_tree running;
	struct config_plan forth;
	struct config_plan back; /* from what is predicted to running */
	const char *snapshot;
	bool exact; /* a replace: nothing else is to be there */
};

/* ERR_INVALID names the candidate's line, or the one that could not be put
 * back.  `running` is kept by reference. */
enum err_code section_plan_make(struct arena *arena,
    const struct config_dialect *dialect, const char *running,
    const struct driver_candidate *candidate, struct section_plan *ret,
    struct err *e) must_check;

/* The same without a way back, where the device reverts by itself. */
enum err_code section_plan_make_forth(struct arena *arena,
    const struct config_dialect *dialect, const char *running,
    const struct driver_candidate *candidate, struct section_plan *ret,
    struct err *e) must_check;

enum err_code section_plan_describe(const struct section_plan *plan,
    struct arena *arena, struct driver_plan *ret, struct err *e) must_check;

/* The steps from one text to the other. */
enum err_code section_plan_between(struct arena *arena,
    const struct config_dialect *dialect, const char *running,
    const char *wanted, struct config_plan *ret, struct err *e) must_check;

enum err_code section_text_equal(const struct config_dialect *dialect,
    const char *a, const char *b, bool *ret, struct err *e) must_check;

enum err_code section_text_verify(const struct config_dialect *dialect,
    const struct driver_candidate *intended, const char *running,
    struct arena *arena, struct driver_verdict *ret, struct err *e) must_check;

#endif
