#include "app/device_run.h"

#include "app/device_run_internal.h"

#include <stdio.h>
#include <string.h>

static const device_run_fn functions[JOB_COUNT] = {
	[JOB_PROVISION] = device_run_provision,
	[JOB_BACKUP] = device_run_backup,
	[JOB_DISCOVER] = device_run_discover,
	/* what is intended for it is to have nothing left */
	[JOB_TEARDOWN] = device_run_provision,
};

device_run_fn device_run_of(enum job_id job)
{
	return functions[job];
}

static void hook_log(void *ctx, enum log_level level, const char *text)
{
	struct device_run *run = ctx;

	run->io->log(run->io->ctx, level, text);
}

static enum err_code hook_effect(
    void *ctx, const struct driver_plan *plan, struct err *e)
{
	struct device_run *run = ctx;
	enum err_code rc = run->io->effect(run->io->ctx, plan, e);

	if (rc == ERR_OK)
		run->out->touched = true;
	return rc;
}

static bool hook_cancelled(void *ctx)
{
	struct device_run *run = ctx;

	/* what was begun on a device is brought to an end */
	return !run->out->touched && run->io->cancelled(run->io->ctx);
}

static void hook_hostkey(void *ctx, const struct driver_refusal *refusal)
{
	struct device_run *run = ctx;

	run->io->hostkey(run->io->ctx, refusal);
}

void device_run_begin(struct device_run *run, const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out)
{
	*run = (struct device_run){
		.in = in,
		.io = io,
		.arena = arena,
		.out = out,
		.started_ms = clock_mono_ms(),
		.hooks = { .log = hook_log,
		    .before_effect = hook_effect,
		    .cancelled = hook_cancelled,
		    .hostkey = hook_hostkey },
	};
	run->hooks.ctx = run;
	memset(out, 0, sizeof(*out));
	out->state = RUN_FAILED;
}

void device_run_log(
    struct device_run *run, enum log_level level, const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	run->io->log(run->io->ctx, level, text);
}

void device_run_end(
    struct device_run *run, enum run_state state, const char *fmt, ...)
{
	size_t size = sizeof(run->out->text);
	va_list ap;
	int n;

	/* a line of the log names its device by itself */
	n = snprintf(run->out->text, size, "%s: ", run->in->target.name);
	va_start(ap, fmt);
	vsnprintf(run->out->text + n, size - (size_t)n, fmt, ap);
	va_end(ap);
	run->out->state = state;
	device_run_log(run, state == RUN_SUCCEEDED ? LOG_INFO : LOG_ERROR, "%s",
	    run->out->text + n);
}

/* Refused keys, sign-ins and lines stay refused; signing in again and again
 * would lock the account. */
static bool may_pass(enum err_code code)
{
	return code == ERR_TIMEOUT || code == ERR_REMOTE ||
	       code == ERR_CORRUPT || code == ERR_SYSTEM;
}

void device_run_fail(struct device_run *run, const struct err *e)
{
	run->out->passing = may_pass(e->code) && !run->out->touched;
	device_run_end(run,
	    e->code == ERR_CANCELLED ? RUN_CANCELLED : RUN_FAILED, "%s",
	    e->message);
}

struct deadline device_run_exchange(const struct device_run *run)
{
	return deadline_sooner(
	    deadline_in_ms(run->in->command_ms), run->in->deadline);
}

const char *device_run_took(const struct device_run *run)
{
	int64_t ms = clock_mono_ms() - run->started_ms;
	const char *text =
	    arena_printf(run->arena, "in %.1f s", (double)ms / 1000.0);

	return text ? text : "";
}

enum err_code device_run_open(struct device_run *run, struct err *e)
{
	const struct device_run_input *in = run->in;
	struct driver_refusal refusal = { .kind = DRIVER_REFUSAL_NONE };
	struct deadline deadline =
	    deadline_sooner(deadline_in_ms(in->connect_ms), in->deadline);
	enum err_code rc;

	if (hook_cancelled(run))
		return err_set(
		    e, ERR_CANCELLED, "cancelled; nothing was changed");
	rc = in->driver->open(
	    &in->target, &run->hooks, deadline, &run->session, &refusal, e);
	if (rc != ERR_OK) {
		run->session = NULL;
		if (refusal.kind == DRIVER_REFUSAL_KEY_UNKNOWN ||
		    refusal.kind == DRIVER_REFUSAL_KEY_CHANGED)
			run->io->hostkey(run->io->ctx, &refusal);
	}
	return rc;
}

void device_run_close(struct device_run *run)
{
	if (run->session)
		run->in->driver->close(run->session);
	run->session = NULL;
}

enum err_code device_run_read(
    struct device_run *run, struct driver_config *ret, struct err *e)
{
	struct driver_config config = { 0 };
	enum err_code rc;

	rc = run->in->driver->get_config(run->session, DRIVER_RUNNING,
	    device_run_exchange(run), run->arena, &config, e);
	if (rc == ERR_CORRUPT && config.text && run->io->quarantine)
		run->io->quarantine(run->io->ctx, config.text, e->message);
	if (rc == ERR_OK)
		*ret = config;
	return rc;
}

/* --- backup -------------------------------------------------------------- */

/* After these the session goes on. */
static bool is_about_the_answer(enum err_code code)
{
	return code == ERR_NOT_FOUND || code == ERR_CORRUPT ||
	       code == ERR_DENIED;
}

static struct deadline time_of(
    const struct device_run *run, const struct device_question *question)
{
	int ms =
	    question->timeout_ms ? question->timeout_ms : run->in->command_ms;

	return deadline_sooner(deadline_in_ms(ms), run->in->deadline);
}

static enum err_code ask(struct device_run *run,
    const struct device_question *question, struct err *e)
{
	struct device_output got = { .question = question };
	struct driver_config answer = { 0 };
	struct err why = ERR_INIT;
	enum err_code rc;

	if (run->io->cancelled(run->io->ctx))
		return err_set(e, ERR_CANCELLED, "cancelled");
	rc = run->in->driver->read_output(run->session, question->command,
	    time_of(run, question), run->arena, &answer, &why);
	if (rc != ERR_OK && !is_about_the_answer(rc)) {
		*e = why;
		err_context(e, "\"%.60s\"", question->command);
		return rc;
	}
	if (rc != ERR_NOT_FOUND)
		got.text = answer.text;
	got.len = answer.len;
	got.why = rc == ERR_OK ? NULL : why.message;
	got.refused = rc == ERR_NOT_FOUND;
	return run->io->output(run->io->ctx, &got, e);
}

/* The configuration is kept by then; what fails here is told besides. */
static enum err_code ask_all(struct device_run *run, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < run->in->n_questions && rc == ERR_OK; i++)
		rc = ask(run, &run->in->questions[i], e);
	return rc;
}

static const char *and_questions(const struct device_run *run)
{
	size_t n = run->in->n_questions;

	if (n == 0)
		return "";
	return arena_printf(
	    run->arena, " and %zu command%s asked,", n, n == 1 ? "" : "s");
}

void device_run_backup(const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out)
{
	struct driver_config config;
	struct device_run run;
	struct err e = ERR_INIT;

	device_run_begin(&run, in, io, arena, out);
	if (device_run_open(&run, &e) != ERR_OK ||
	    device_run_read(&run, &config, &e) != ERR_OK ||
	    io->backup(io->ctx, PHASE_BEFORE, config.text, config.len, &e) !=
		ERR_OK ||
	    ask_all(&run, &e) != ERR_OK)
		device_run_fail(&run, &e);
	else
		device_run_end(&run, RUN_SUCCEEDED,
		    "running configuration read, %zu bytes,%s %s", config.len,
		    and_questions(&run), device_run_took(&run));
	device_run_close(&run);
}
