#include "app/device_run_internal.h"

#include "app/config_sync.h"
#include "app/plan_hash.h"
#include "base/text.h"
#include "domain/config_dialect.h"
#include "domain/text_diff.h"

#include <stdio.h>
#include <string.h>

/* A device that was cut off gets this long to be reachable again before the
 * master takes over the settling. */
#define RECONNECT_ATTEMPTS 3
#define DIFF_CONTEXT 3
#define MAX_DIFF ((size_t)16 * 1024 * 1024)

static struct driver_candidate candidate_of(const struct device_run_input *in)
{
	return (struct driver_candidate){
		.load = in->replace ? DRIVER_REPLACE : DRIVER_MERGE,
		.text = in->intended,
	};
}

/* Nobody else's commit may be waiting on the device. */
static enum err_code check_pending(struct device_run *run, struct err *e)
{
	struct driver_pending pending = { 0 };
	enum err_code rc;

	rc = run->in->driver->get_pending(
	    run->session, device_run_exchange(run), run->arena, &pending, e);
	if (rc == ERR_OK && pending.any)
		return err_set(e, ERR_CONFLICT,
		    "a commit of %s waits for confirmation on the device; "
		    "nothing was changed. Let it end, then run again.",
		    pending.who && *pending.who ? pending.who : "someone else");
	return rc;
}

/* Connect, read and save running, load the candidate, compare. */
static enum err_code prepare(
    struct device_run *run, struct driver_plan *plan, struct err *e)
{
	const struct device_run_input *in = run->in;
	struct driver_candidate candidate = candidate_of(in);
	struct driver_config config;
	enum err_code rc;

	if ((rc = device_run_open(run, e)) != ERR_OK)
		return rc;
	device_run_log(run, LOG_INFO, "connected to %s port %u%s%s",
	    in->target.address, (unsigned)in->target.port,
	    in->target.jump ? " through the jump host " : "",
	    in->target.jump ? in->target.jump->name : "");
	if ((rc = device_run_read(run, &config, e)) != ERR_OK)
		return rc;
	run->before = config.text;
	run->before_len = config.len;
	device_run_log(run, LOG_INFO,
	    "read the running configuration, %zu bytes; saved as backup",
	    config.len);
	if ((rc = run->io->backup(run->io->ctx, PHASE_BEFORE, config.text,
		 config.len, e)) != ERR_OK ||
	    (rc = check_pending(run, e)) != ERR_OK ||
	    (rc = in->driver->stage(run->session, &candidate,
		 device_run_exchange(run), e)) != ERR_OK)
		return rc;
	rc = in->driver->diff(
	    run->session, device_run_exchange(run), run->arena, plan, e);
	if (rc != ERR_OK)
		return rc;
	run->out->added = plan->added;
	run->out->removed = plan->removed;
	if (!plan->empty)
		plan_hash_of(in, plan->diff, run->out->diff_hash);
	run->io->diff(run->io->ctx, plan->diff, plan->added, plan->removed);
	device_run_log(run, LOG_INFO,
	    "%s the intended configuration: %zu %s to add, %zu to remove",
	    in->replace ? "replacing with" : "merging", plan->added,
	    text_lines(plan->added), plan->removed);
	return ERR_OK;
}

/* The difference that really came about, which is what is kept. */
static void report_real_diff(
    struct device_run *run, const struct driver_config *after)
{
	struct text_diff_input a = { run->before, run->before_len };
	struct text_diff_input b = { after->text, after->len };
	struct buf text = BUF_INIT(MAX_DIFF);
	struct text_diff d;

	if (text_diff_compute(run->arena, &a, &b, &d, NULL) == ERR_OK &&
	    text_diff_format(
		&d, "before", "after", DIFF_CONTEXT, &text, NULL) == ERR_OK) {
		run->out->added = d.added;
		run->out->removed = d.removed;
		run->io->diff(
		    run->io->ctx, buf_text(&text), d.added, d.removed);
	}
	buf_release(&text);
}

/* --- when it went wrong after the first line ----------------------------- */

/* The session was lost with lines sent: read over a new one what is there, and
 * put it back.  The master takes over if the device cannot be reached. */
static void settle_now(struct device_run *run, const char *snapshot,
    const char *predicted, const char *why)
{
	struct device_run_input in = *run->in;
	struct device_run_outcome outcome;
	char cause[600];

	snprintf(cause, sizeof(cause), "%s", why);
	device_run_close(run);
	in.snapshot = snapshot;
	in.predicted = predicted;
	device_run_log(run, LOG_WARNING,
	    "%s; reading the device over a new session", cause);
	for (int i = 0; i < RECONNECT_ATTEMPTS; i++) {
		device_run_settle(&in, run->io, run->arena, &outcome);
		if (outcome.state != RUN_UNKNOWN ||
		    deadline_passed(run->in->deadline))
			break;
	}
	outcome.touched = true;
	*run->out = outcome;
	if (outcome.state == RUN_ROLLED_BACK || outcome.state == RUN_FAILED) {
		char text[sizeof(outcome.text)];

		snprintf(text, sizeof(text), "%s. %.300s", cause,
		    outcome.text + strlen(run->in->target.name) + 2);
		device_run_end(run, outcome.state, "%s", text);
	}
}

static void commit_failed(struct device_run *run,
    const struct driver_plan *plan, const struct driver_report *report,
    const struct err *e)
{
	switch (report->outcome) {
	case DRIVER_UNTOUCHED:
		device_run_fail(run, e);
		return;
	case DRIVER_ROLLED_BACK:
		device_run_end(run, RUN_ROLLED_BACK, "%s", e->message);
		return;
	case DRIVER_APPLIED:
	case DRIVER_UNKNOWN:
		settle_now(run, plan->snapshot, plan->predicted, e->message);
		return;
	}
}

/* --- after the commit ---------------------------------------------------- */

static enum err_code read_again(
    struct device_run *run, struct driver_config *after, struct err *e)
{
	enum err_code rc;

	device_run_close(run);
	rc = device_run_open(run, e);
	if (rc == ERR_OK)
		rc = device_run_read(run, after, e);
	return rc;
}

static void put_back(
    struct device_run *run, const struct driver_plan *plan, const char *why)
{
	struct driver_report report = { 0 };
	struct err e = ERR_INIT;

	if (run->in->driver->restore(run->session, plan->snapshot,
		device_run_exchange(run), run->arena, &report, &e) == ERR_OK)
		device_run_end(run, RUN_ROLLED_BACK,
		    "%s. The old configuration was put back and read.", why);
	else
		settle_now(run, plan->snapshot, plan->predicted, e.message);
}

/* ERR_OK: the device is as intended.  Otherwise the outcome is set. */
static enum err_code verify(struct device_run *run,
    const struct driver_plan *plan, struct driver_config *after)
{
	struct driver_candidate candidate = candidate_of(run->in);
	struct driver_verdict verdict = { 0 };
	struct err e = ERR_INIT;
	char why[900];
	enum err_code rc;

	/* What the device itself says will be there is the better measure: it
	 * hides defaults and writes lines its own way. */
	if ((run->in->driver->capabilities & DRIVER_CAN_CANDIDATE) &&
	    plan->predicted)
		candidate = (struct driver_candidate){ DRIVER_REPLACE,
			plan->predicted };
	rc = read_again(run, after, &e);
	if (rc == ERR_OK)
		rc = run->in->driver->verify(
		    &candidate, after->text, run->arena, &verdict, &e);
	if (rc != ERR_OK) {
		settle_now(run, plan->snapshot, plan->predicted, e.message);
		return rc;
	}
	if (verdict.matches) {
		device_run_log(run, LOG_INFO,
		    "read again over a new connection: as intended");
		return ERR_OK;
	}
	snprintf(why, sizeof(why),
	    "the device took every line but does not show what was intended: "
	    "%.700s",
	    verdict.text);
	put_back(run, plan, why);
	return ERR_REMOTE;
}

static void confirm_and_save(struct device_run *run,
    const struct driver_plan *plan, const struct driver_config *after)
{
	const struct driver *driver = run->in->driver;
	struct err e = ERR_INIT;

	if (driver->confirm && driver->confirm(run->session,
				   device_run_exchange(run), &e) != ERR_OK) {
		settle_now(run, plan->snapshot, plan->predicted, e.message);
		return;
	}
	report_real_diff(run, after);
	if (run->io->backup(run->io->ctx, PHASE_AFTER, after->text, after->len,
		&e) != ERR_OK)
		device_run_log(run, LOG_WARNING,
		    "the configuration after the change could not be saved: "
		    "%s",
		    e.message);
	if ((driver->capabilities & DRIVER_CAN_SAVE) &&
	    driver->save(run->session, run->in->deadline, &e) != ERR_OK) {
		device_run_end(run, RUN_SUCCEEDED,
		    "%zu %s added, %zu removed, confirmed after re-reading "
		    "%s; but it could not be saved for the next start of the "
		    "device: %s",
		    run->out->added, text_lines(run->out->added),
		    run->out->removed, device_run_took(run), e.message);
		return;
	}
	device_run_end(run, RUN_SUCCEEDED,
	    "%zu %s added, %zu removed, confirmed after re-reading %s",
	    run->out->added, text_lines(run->out->added), run->out->removed,
	    device_run_took(run));
}

static void commit(struct device_run *run, const struct driver_plan *plan)
{
	const struct driver *driver = run->in->driver;
	struct driver_report report = { 0 };
	struct driver_config after;
	struct err e = ERR_INIT;
	struct driver_commit how = {
		.confirm_s = driver->confirm_min_s ? 120 : 0,
		.deadline = run->in->deadline,
		.restore_ms = 2 * (int64_t)run->in->command_ms,
		.comment = "switchyard",
	};

	if (driver->commit(run->session, &how, run->arena, &report, &e) !=
	    ERR_OK) {
		commit_failed(run, plan, &report, &e);
		return;
	}
	device_run_log(run, LOG_INFO, "%zu %s sent, none refused", report.sent,
	    text_lines(report.sent));
	if (verify(run, plan, &after) == ERR_OK)
		confirm_and_save(run, plan, &after);
}

static void discard(struct device_run *run)
{
	struct err e = ERR_INIT;

	if (run->in->driver->discard(
		run->session, device_run_exchange(run), &e) != ERR_OK)
		device_run_log(run, LOG_WARNING,
		    "the candidate could not be discarded: %s", e.message);
}

/* Somebody has agreed to one difference: any other is not theirs. */
static bool is_agreed(const struct device_run *run)
{
	const char *agreed = run->in->diff_hash;

	return !agreed || strcmp(agreed, run->out->diff_hash) == 0;
}

/* The device sees no difference.  Some do so too of lines that they will
 * refuse, and some never show what is their default: only the device knows, so
 * that lines are missing is told and not judged. */
static void end_unchanged(struct device_run *run)
{
	const char *driver = run->in->driver->name;
	struct config_sync sync = { 0, 0 };

	if (config_dialect_find(driver) &&
	    config_sync_compare(run->arena, driver, run->in->intended,
		run->before, &sync, NULL) == ERR_OK &&
	    sync.missing > 0)
		device_run_end(run, RUN_SUCCEEDED,
		    "the device sees nothing to change, and nothing was "
		    "changed; but %zu intended %s not in its configuration: it "
		    "does not show %s, or would refuse %s",
		    sync.missing, sync.missing == 1 ? "line is" : "lines are",
		    sync.missing == 1 ? "it" : "them",
		    sync.missing == 1 ? "it" : "them");
	else
		device_run_end(run, RUN_SUCCEEDED,
		    "already as intended; nothing was changed");
}

/* Whoever reads that a session was lost wants to know one thing first. */
static void fail_untouched(struct device_run *run, const struct err *e)
{
	size_t len = strlen(e->message);
	struct err told = ERR_INIT;

	if (strstr(e->message, "othing was changed")) {
		device_run_fail(run, e);
		return;
	}
	err_set(&told, e->code, "%.*s. Nothing was changed.",
	    (int)(len && e->message[len - 1] == '.' ? len - 1 : len),
	    e->message);
	device_run_fail(run, &told);
}

void device_run_provision(const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out)
{
	struct driver_plan plan = { 0 };
	struct device_run run;
	struct err e = ERR_INIT;

	device_run_begin(&run, in, io, arena, out);
	if (prepare(&run, &plan, &e) != ERR_OK) {
		fail_untouched(&run, &e);
	} else if (plan.empty) {
		end_unchanged(&run);
	} else if (!is_agreed(&run)) {
		discard(&run);
		device_run_end(&run, RUN_FAILED,
		    "the difference is no longer the one that was agreed to "
		    "(diff_hash): the device or its intended configuration "
		    "has changed; nothing was changed. Make a new dry run.");
	} else if (in->dry_run || !in->commit) {
		discard(&run);
		device_run_end(&run, RUN_SUCCEEDED,
		    "%s: %zu %s would be added, %zu removed; nothing was "
		    "changed",
		    in->dry_run ? "dry run" : "compared", plan.added,
		    text_lines(plan.added), plan.removed);
	} else {
		commit(&run, &plan);
	}
	device_run_close(&run);
}

/* --- settling ------------------------------------------------------------ */

static void settle_partial(struct device_run *run)
{
	struct driver_report report = { 0 };
	struct err e = ERR_INIT;

	device_run_log(run, LOG_WARNING,
	    "the device is between old and new; putting the old "
	    "configuration back");
	if (run->in->driver->restore(run->session, run->in->snapshot,
		device_run_exchange(run), run->arena, &report, &e) == ERR_OK)
		device_run_end(run, RUN_ROLLED_BACK,
		    "the old configuration was put back and read");
	else
		device_run_end(run, RUN_UNKNOWN, "%s", e.message);
}

static void settle_new(struct device_run *run)
{
	struct driver_config config;
	struct err e = ERR_INIT;

	if (device_run_read(run, &config, &e) != ERR_OK) {
		device_run_end(run, RUN_UNKNOWN, "%s", e.message);
		return;
	}
	(void)run->io->backup(
	    run->io->ctx, PHASE_AFTER, config.text, config.len, &e);
	if ((run->in->driver->capabilities & DRIVER_CAN_SAVE) &&
	    run->in->driver->save(run->session, device_run_exchange(run), &e) !=
		ERR_OK)
		device_run_log(run, LOG_WARNING, "not saved: %s", e.message);
	device_run_end(
	    run, RUN_SUCCEEDED, "the device was read: the change is complete");
}

void device_run_settle(const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out)
{
	enum driver_found found = DRIVER_FOUND_PARTIAL;
	struct device_run run;
	struct err e = ERR_INIT;

	device_run_begin(&run, in, io, arena, out);
	out->touched = true;
	if (device_run_open(&run, &e) != ERR_OK ||
	    in->driver->classify(run.session, in->snapshot, in->predicted,
		device_run_exchange(&run), &found, &e) != ERR_OK) {
		device_run_end(&run, RUN_UNKNOWN,
		    "it is not known whether the change was applied, and the "
		    "device cannot be read: %s",
		    e.message);
		device_run_close(&run);
		return;
	}
	switch (found) {
	case DRIVER_FOUND_OLD:
		device_run_end(&run, RUN_ROLLED_BACK,
		    "the device was read: it has its old configuration");
		break;
	case DRIVER_FOUND_NEW:
		settle_new(&run);
		break;
	case DRIVER_FOUND_PARTIAL:
		settle_partial(&run);
		break;
	case DRIVER_FOUND_PENDING:
		device_run_end(&run, RUN_UNKNOWN,
		    "a confirm timer is still running on the device");
		break;
	}
	device_run_close(&run);
}
