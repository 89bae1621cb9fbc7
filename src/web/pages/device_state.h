/*
 * What a device's pages say about it beyond its record: intended against
 * backup, the last backup, the last run, why its buttons are off.
 *
 * The answers that cost something are kept in the page cache under the
 * versions they were made from.
 */
#ifndef WEB_PAGES_DEVICE_STATE_H
#define WEB_PAGES_DEVICE_STATE_H

#include "domain/job.h"
#include "web/pages/view.h"

/* {intended, backup: there is one; known; missing, further: lines that are
 * intended but not in the backup, and the other way round}. */
struct jv device_sync_view(struct request *r, const struct record *device);

/* The newest run that took a backup, as {time, run}; none if none did.  Of a
 * device that was renamed since, the one that last changed its backup. */
struct jv device_backup_view(struct request *r, const struct record *device);

/* What it was called before, newest first: runs know it by these names. */
struct jv device_earlier_names(struct request *r, const struct record *device);

/* Why a job is off for a device, as a sentence on a page that is about this
 * device; "" if it is not.  mend: the platform whose teardown template or lines
 * are missing, if that is why, else "". */
struct device_refusal {
	const char *why, *mend;
};
struct device_refusal device_job_refusal(struct request *r,
    const struct job *job, const struct record *device, bool may_change);

/* What each job may do now: [{name, title, can_write, read_refusal,
 * write_refusal, mend}]. */
struct jv device_jobs_view(struct request *r, const struct record *device);

/* Both texts of a device from the store; "" where there is none.  In the
 * arena. */
enum err_code device_read_config(struct request *r, enum path_config which,
    const char *device, const char **ret, struct err *e) must_check;

/* Renders the device's configuration: adds render_problem (the engine's error,
 * or ""), rendered (lines), against_intended and against_backup (differences,
 * or none). */
enum err_code device_render(struct request *r, const struct record *device,
    struct jv ctx, struct err *e) must_check;

/* What every page of a device shows above its tabs: adds device, tab, past (it
 * is no more), buttons, pending (host key). */
enum err_code device_add_frame(struct request *r, const struct record *device,
    const char *tab, struct jv ctx, struct err *e) must_check;

#endif
