/* What becomes of a run that someone asked to cancel, by where it stands. */
#include "worker/worker_internal.h"

#include "base/clock.h"
#include "worker/wire.h"

#include <stdio.h>
#include <stdlib.h>

void cancel_end(struct worker *w, struct live_run *run)
{
	char by[128] = "someone", text[200];

	(void)queue_cancel_requested(w->app.dir, run->id, by);
	snprintf(text, sizeof(text),
	    "cancelled by %s before it started; nothing was changed", by);
	live_log(w, run, LOG_INFO, "%s", text);
	live_end(w, run, RUN_CANCELLED, text);
}

/* Cancelled while queued: taken in hand only to be recorded. */
static void record_cancelled(struct worker *w, const char *id)
{
	struct err e = ERR_INIT;
	struct live_run *run;
	enum err_code rc;

	rc = queue_move(w->app.dir, id, QUEUE_CANCELLED, QUEUE_CLAIMED, &e);
	if (rc == ERR_OK)
		rc = live_adopt(w, id, &run, &e);
	if (rc == ERR_OK) {
		cancel_end(w, run);
		return;
	}
	log_err(&e, id);
	if (live_is_damage(rc)) {
		live_set_aside(w, id, QUEUE_CLAIMED, &e);
	} else {
		w->recover_again = true;
		w->look_again_ms = clock_mono_ms() + RETRY_MS;
	}
}

void cancel_send(struct live_run *run)
{
	json_t *message = json_pack("{s:s}", "type", "cancel");
	struct err e = ERR_INIT;

	if (message && run->slot &&
	    wire_send(run->slot->fd, message, &e) != ERR_OK)
		log_err(&e, run->id);
	json_decref(message);
}

static void cancel_live(struct worker *w, struct live_run *run)
{
	char by[128];

	/* members are their run's to cancel */
	if (run->parent || run->cancel_sent ||
	    !queue_cancel_requested(w->app.dir, run->id, by))
		return;
	run->cancel_sent = true;
	switch (run->phase) {
	case LIVE_SESSION:
		live_log(w, run, LOG_INFO, "%s asked to cancel", by);
		cancel_send(run);
		break;
	case LIVE_JOURNAL:
	case LIVE_EFFECT:
	case LIVE_SETTLING:
		live_log(w, run, LOG_WARNING,
		    "%s asked to cancel, but the %s is being changed: what "
		    "was begun is brought to an end",
		    by, live_target_noun(run));
		break;
	case LIVE_SETTLE:
		/* someone else takes care of the device */
		live_log(w, run, LOG_WARNING,
		    "%s ended the settling; the outcome stays unknown", by);
		run->phase = LIVE_ENDED;
		run_doc_give_up(run->doc, clock_wall_ms());
		live_write_doc(w, run);
		break;
	case LIVE_FLEET:
		fleet_cancel(w, run, by);
		break;
	case LIVE_GREETING: /* met in greet_tend() */
	case LIVE_WAITING:
	case LIVE_ENDED:
		break;
	}
}

void cancel_look(struct worker *w)
{
	char(*ids)[RUN_ID_SIZE];
	size_t n;

	for (struct live_run *r = w->runs; r; r = r->next)
		cancel_live(w, r);
	if (queue_list(w->app.dir, QUEUE_CANCELLED, &ids, &n, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < n; i++)
		record_cancelled(w, ids[i]);
	free(ids);
}
