/*
 * What a device tells about itself, into its record.
 */
#include "app/device_facts.h"
#include "app/device_run_internal.h"
#include "base/buf.h"
#include "domain/text_diff.h"

#include <string.h>

#define TEXT_MAX ((size_t)512 * 1024)

/* The difference between two of the records' members, by canonical text. */
static enum err_code compare(struct device_run *run, const json_t *known,
    const json_t *found, struct err *e)
{
	struct buf a = BUF_INIT(TEXT_MAX), b = BUF_INIT(TEXT_MAX);
	struct buf text = BUF_INIT(TEXT_MAX * 2);
	struct text_diff d;
	enum err_code rc = json_write(known, &a, e);

	if (rc == ERR_OK)
		rc = json_write(found, &b, e);
	if (rc == ERR_OK) {
		struct text_diff_input from = { buf_text(&a), a.len };
		struct text_diff_input to = { buf_text(&b), b.len };

		rc = text_diff_compute(run->arena, &from, &to, &d, e);
	}
	if (rc == ERR_OK && d.added + d.removed > 0) {
		rc = text_diff_format(&d, "record", "device", 3, &text, e);
		run->out->added = d.added;
		run->out->removed = d.removed;
	}
	if (rc == ERR_OK && text.len > 0)
		run->io->diff(
		    run->io->ctx, buf_text(&text), d.added, d.removed);
	buf_release(&a);
	buf_release(&b);
	buf_release(&text);
	return rc;
}

/* A serial number that the device does not tell stays as people wrote it. */
static enum err_code found_facts(struct device_run *run,
    const struct driver_facts *facts, json_t **ret, struct err *e)
{
	const json_t *known = run->in->known;
	json_t *found = device_facts_make(facts, known, clock_wall_ms());
	json_t *serial = json_object_get(known, "serial");

	if (found && serial && !json_object_get(found, "serial"))
		json_object_set(found, "serial", serial);
	if (!found)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = found;
	return ERR_OK;
}

static enum err_code tell(
    struct device_run *run, const struct driver_facts *facts, struct err *e)
{
	json_t *none = run->in->known ? NULL : json_object();
	json_t *found = NULL;
	enum err_code rc = found_facts(run, facts, &found, e);

	if (rc == ERR_OK)
		rc = compare(
		    run, run->in->known ? run->in->known : none, found, e);
	if (rc == ERR_OK && run->out->added + run->out->removed > 0 &&
	    !run->in->dry_run)
		rc = run->io->facts(run->io->ctx, found, e);
	json_decref(found);
	json_decref(none);
	return rc;
}

static void conclude(struct device_run *run, const struct driver_facts *facts)
{
	size_t changes = run->out->added + run->out->removed;
	const char *what = changes == 0	      ? "as the record says"
			   : run->in->dry_run ? "the record would change"
					      : "the record is updated";

	if (facts->hostname && *facts->hostname &&
	    strcmp(facts->hostname, run->in->target.name) != 0)
		device_run_log(run, LOG_WARNING,
		    "the device calls itself \"%.100s\"", facts->hostname);
	device_run_end(run, RUN_SUCCEEDED,
	    "%.60s %.100s, version %.100s, %zu interfaces: %s, %s",
	    facts->vendor ? facts->vendor : "",
	    facts->model ? facts->model : "",
	    facts->os_version && *facts->os_version ? facts->os_version
						    : "unknown",
	    facts->n_interfaces, what, device_run_took(run));
}

void device_run_discover(const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out)
{
	struct driver_facts facts = { 0 };
	struct device_run run;
	struct err e = ERR_INIT;

	device_run_begin(&run, in, io, arena, out);
	if (device_run_open(&run, &e) != ERR_OK ||
	    in->driver->get_facts(run.session, device_run_exchange(&run), arena,
		&facts, &e) != ERR_OK ||
	    tell(&run, &facts, &e) != ERR_OK)
		device_run_fail(&run, &e);
	else
		conclude(&run, &facts);
	device_run_close(&run);
}
