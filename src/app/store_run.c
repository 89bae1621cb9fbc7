#include "app/store_run.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

static const store_run_fn functions[JOB_COUNT] = {
	[JOB_GENERATE] = store_run_generate,
	[JOB_COMPARE] = store_run_compare,
};

store_run_fn store_run_of(enum job_id job)
{
	return functions[job];
}

void store_run_end(
    struct store_run_outcome *out, enum run_state state, const char *fmt, ...)
{
	va_list ap;

	out->state = state;
	out->rows = state;
	va_start(ap, fmt);
	vsnprintf(out->text, sizeof(out->text), fmt, ap);
	va_end(ap);
}

/* --- settling ------------------------------------------------------------- */

struct search {
	const struct store_run_input *in;
	bool found;
};

static enum err_code look(
    void *ctx, const struct store_commit *commit, bool *stop, struct err *e)
{
	struct search *s = ctx;
	const char *value;
	size_t len;

	(void)e;
	*stop = commit_id_equal(&commit->id, &s->in->base);
	value = store_message_trailer(commit->message, "Run-Id", &len);
	if (!*stop && value && strlen(s->in->run_id) == len &&
	    memcmp(value, s->in->run_id, len) == 0)
		s->found = *stop = true;
	return ERR_OK;
}

void store_run_settle(const struct store_run_input *in,
    const struct store_run_io *io, struct store_run_outcome *out)
{
	struct search s = { .in = in };
	struct err e = ERR_INIT;
	enum err_code rc =
	    store_log(in->app->store, STORE_MAIN, NULL, look, &s, &e);

	(void)io;
	if (rc != ERR_OK)
		store_run_end(out, RUN_UNKNOWN,
		    "whether the commit was made cannot be told now: %s",
		    e.message);
	else if (s.found)
		store_run_end(out, RUN_SUCCEEDED,
		    "the worker ended after the commit was made, before it was "
		    "on record");
	else
		store_run_end(out, RUN_FAILED,
		    "the worker ended before the commit was made; nothing was "
		    "written, run it again");
}
