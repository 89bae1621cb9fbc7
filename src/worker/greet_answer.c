#include "worker/greet_internal.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* NULL: the sweep is over by now, or was begun anew. */
static struct live_run *let_go(struct worker *w, const struct greet_session *g)
{
	struct live_run *run = live_find(w, g->run);
	struct greet_secret *secret;

	if (!run || !run->reach || run->phase == LIVE_ENDED ||
	    g->target >= run->reach->n ||
	    !run->reach->asked[g->target].in_hand ||
	    strcmp(run->reach->asked[g->target].device, g->device) != 0)
		return NULL;
	secret = greet_secret_of(run->reach, g->secret);
	if (secret && secret->in_hand > 0)
		secret->in_hand--;
	run->reach->asked[g->target].in_hand = false;
	run->reach->n_in_hand--;
	return run;
}

static void keep(struct worker *w, const struct greet_session *g,
    const json_t *message, const struct probe_result *found)
{
	const struct greet_outcome o = { .device = g->device,
		.digest = g->digest,
		.secret = g->secret,
		.mark = json_text(message, "mark", ""),
		.signed_in = json_flag(message, "signed_in", false),
		.past = { .probe = *found,
		    .at_ms = g->at_ms,
		    .refused = json_flag(message, "refused", false) } };
	struct err e = ERR_INIT;

	if (!greet_book_put(w->hellos, &o))
		log_error(
		    "%s: what its hello came to cannot be kept", g->device);
	if (o.past.refused && greet_book_save(w->hellos, &e) != ERR_OK)
		log_err(&e, "hellos");
}

static void on_compared(struct worker *w, struct live_run *run,
    const struct greet_session *g, const json_t *message)
{
	struct greet_secret *secret;

	if (!json_flag(message, "same", true))
		greet_book_forget_mark(w->hellos, g->secret);
	if (!run)
		return;
	secret = greet_secret_of(run->reach, g->secret);
	if (secret)
		secret->compared = true;
	if (json_flag(message, "same", true))
		return;
	for (size_t i = 0; i < run->reach->n; i++) {
		struct asked *a = &run->reach->asked[i];

		if (a->greeting && strcmp(greet_secret_name(a), g->secret) == 0)
			a->was_refused = false;
	}
}

static void on_found(struct worker *w, struct live_run *run,
    const struct greet_session *g, const json_t *message)
{
	struct probe_result found = { .asked = true,
		.ok = json_flag(message, "ok", false),
		.latency_us = (uint32_t)json_number(message, "us", 0) };
	struct greet_secret *secret;

	text_copy(found.why, sizeof(found.why), json_text(message, "why", ""));
	keep(w, g, message, &found);
	if (!run)
		return;
	secret = greet_secret_of(run->reach, g->secret);
	if (secret && json_flag(message, "signed_in", false))
		secret->trusted = true;
	greet_settle(w, run, g->target, &found, true);
}

void greet_on_answer(
    struct worker *w, struct slot_process *slot, const json_t *message)
{
	const struct greet_session *g = slot->greeting;
	struct live_run *run = let_go(w, g);

	if (g->compares)
		on_compared(w, run, g, message);
	else
		on_found(w, run, g, message);
}

/* A device that ends our process fails; credentials that could not be compared
 * are taken for the same. */
void greet_on_death(struct worker *w, struct slot_process *slot)
{
	json_t *message = json_pack("{s:b, s:b, s:s}", "ok", false, "same",
	    true, "why", "its session's process ended");

	greet_on_answer(w, slot, message);
	json_decref(message);
}
