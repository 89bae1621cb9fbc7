/*
 * Sends the steps of a plan to a device's shell, one line at a time, and knows
 * from each answer and each prompt whether the line was taken.
 *
 * Any answer to a configuration line is a refusal unless it is on the
 * platform's list of harmless ones: platforms print errors without any mark.
 * Where a platform talks much and the device's own timer guards the change,
 * only the lines on a list of refusals count.
 * A section must move the prompt into another mode, and leaving it must bring
 * the old mode back; otherwise the lines that follow would be misapplied.
 */
#ifndef INFRA_DRIVER_CLI_LOAD_H
#define INFRA_DRIVER_CLI_LOAD_H

#include "app/port/driver.h"
#include "domain/config_tree.h"
#include "infra/ssh/shell.h"

struct cli_rules {
	const char *const *harmless; /* fnmatch(3) over a line; NULL ends */
	/* Only these (fnmatch) refuse, unless harmless; NULL: all do. */
	const char *const *refusals;
	const struct ssh_shell_answer *answers; /* NULL: no line asks */
	const char *const *locked; /* found in an answer: someone's lock */
	const char *name_command;  /* "hostname ": changes the prompt */
	const char *enter;	   /* "configure terminal" */
	const char *end;	   /* "end" */
	int line_ms;		   /* one line may take so long, */
	int grace_ms;		   /* and so long past the deadline */
};

struct cli_load {
	struct ssh_shell *shell;
	const struct config_dialect *dialect;
	const struct cli_rules *rules;
	const struct driver_hooks *hooks;
	struct arena *arena; /* for the report's text */
	/* Looked at between two lines; a line that was begun gets a little
	 * time of its own. */
	struct deadline deadline;
	/* Goes on after a refusal, as far as the section makes sense. */
	bool tolerant;
	struct driver_report *report;
	/* The session is of no more use, and the last line's fate unknown. */
	bool lost;
};

/* Enters configuration mode.  ERR_CONFLICT if someone else holds it. */
enum err_code cli_load_enter(struct cli_load *load, struct err *e) must_check;

/* All steps, from the top of configuration mode back to it.  ERR_REMOTE on a
 * refusal (report->failed_line and device_said are set), ERR_TIMEOUT if the
 * deadline passed between two lines.  load->lost: see there. */
enum err_code cli_load_steps(struct cli_load *load,
    const struct config_plan *plan, struct err *e) must_check;

/* Back to the shell's top from wherever it is. */
enum err_code cli_load_leave(struct cli_load *load, struct err *e) must_check;

#endif
