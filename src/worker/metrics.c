/* What the master tells of itself: written by it, read by the portal. */
#include "worker/worker_internal.h"

#include "base/clock.h"
#include "base/file.h"

#include <stdio.h>

#define TELL_MS 5000 /* a scrape sees nothing older by much */
#define MAX_TEXT ((size_t)1024 * 1024)

void metrics_count_end(
    struct worker *w, const struct live_run *run, enum run_state state)
{
	if (run->parent)
		w->sessions_ended++;
	else
		w->ended[run->job->id][state]++;
}

static void write_ends(const struct worker *w, struct buf *out)
{
	buf_puts(out, "# HELP switchyard_runs_total Runs that ended since the "
		      "worker began.\n"
		      "# TYPE switchyard_runs_total counter\n");
	for (int job = 0; job < JOB_COUNT; job++) {
		for (int state = 0; state < RUN_STATES; state++) {
			if (!run_state_is_final((enum run_state)state))
				continue;
			buf_printf(out,
			    "switchyard_runs_total{job=\"%s\",state=\"%s\"} "
			    "%llu\n",
			    job_get((enum job_id)job)->name,
			    run_state_words[state], w->ended[job][state]);
		}
	}
	buf_printf(out,
	    "# HELP switchyard_fleet_devices_total Devices done in runs over "
	    "many.\n"
	    "# TYPE switchyard_fleet_devices_total counter\n"
	    "switchyard_fleet_devices_total %llu\n",
	    w->sessions_ended);
}

static void write_slots(const struct worker *w, struct buf *out)
{
	size_t busy = 0, unknown = 0;

	for (size_t i = 0; i < w->n_slots; i++)
		busy += w->slots[i]->run != NULL;
	for (const struct live_run *r = w->runs; r; r = r->next)
		unknown += r->phase == LIVE_SETTLE || r->phase == LIVE_SETTLING;
	buf_printf(out,
	    "# HELP switchyard_slots Session processes.\n"
	    "# TYPE switchyard_slots gauge\n"
	    "switchyard_slots{state=\"busy\"} %zu\n"
	    "switchyard_slots{state=\"idle\"} %zu\n"
	    "# HELP switchyard_unknown_runs Runs whose outcome is to be read.\n"
	    "# TYPE switchyard_unknown_runs gauge\n"
	    "switchyard_unknown_runs %zu\n",
	    busy, w->n_slots - busy, unknown);
}

void metrics_tend(struct worker *w)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	struct err e = ERR_INIT;
	char path[4096];

	if (clock_mono_ms() < w->metrics_at_ms)
		return;
	w->metrics_at_ms = clock_mono_ms() + TELL_MS;
	write_ends(w, &text);
	write_slots(w, &text);
	histogram_write(store_commit_times(w->app.store),
	    "switchyard_commit_seconds", "program=\"worker\"", &text);
	snprintf(path, sizeof(path), "%s/run/worker.metrics", w->app.dir);
	if (!buf_ok(&text) ||
	    file_replace(path, buf_text(&text), text.len, 0640, &e) != ERR_OK)
		log_err(&e, "the metrics cannot be told");
	buf_release(&text);
}
