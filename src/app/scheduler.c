#include "app/scheduler.h"

#include "app/lost_names.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What may pass is tried again after this. */
#define RETRY_MS 5000
/* How soon the end of a run is met that another schedule waits for. */
#define FOLLOW_MS 1000
/* Somebody starts one by hand; the worker has other things to do. */
#define LOCK_WAIT_MS 200

struct entry {
	const struct record *record; /* a reference */
	struct schedule schedule;
	int64_t next_ms; /* not looked at before */
};

struct scheduler {
	const struct app *app;
	struct commit_id commit; /* that the entries were made from */
	bool loaded;
	struct entry *entries;
	size_t n;
	int64_t looked_ms;
	struct lost_watch *lost;
};

enum err_code scheduler_new(
    const struct app *app, struct scheduler **ret, struct err *e)
{
	struct scheduler *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (lost_watch_new(&s->lost, e) != ERR_OK) {
		free(s);
		return ERR_SYSTEM;
	}
	s->app = app;
	*ret = s;
	return ERR_OK;
}

static void drop_entries(struct scheduler *s)
{
	for (size_t i = 0; i < s->n; i++) {
		schedule_release(&s->entries[i].schedule);
		record_unref(s->entries[i].record);
	}
	free(s->entries);
	s->entries = NULL;
	s->n = 0;
}

void scheduler_free(struct scheduler *s)
{
	if (!s)
		return;
	drop_entries(s);
	lost_watch_free(s->lost);
	free(s);
}

/* --- what there is ------------------------------------------------------- */

static void note(struct scheduler *s, const char *name,
    struct schedule_state *state, int64_t now_ms, const char *text)
{
	struct err e = ERR_INIT;

	if (*text) {
		log_info("schedule %s: %s", name, text);
		text_copy(state->note, sizeof(state->note), text);
		state->note_ms = now_ms;
	}
	if (schedule_state_write(s->app->dir, name, state, &e) != ERR_OK)
		log_err(&e, name);
}

/* A schedule that is new here, or says another time than before, begins
 * now. */
static void begin(struct scheduler *s, struct entry *one, int64_t now_ms)
{
	const struct record *r = one->record;
	struct schedule_state state, before;
	char timing[65];

	schedule_timing(r, timing);
	schedule_state_read(s->app->dir, record_key(r), &state);
	if (strcmp(state.timing, timing) == 0)
		return;
	text_copy(state.timing, sizeof(state.timing), timing);
	state.seen_ms = now_ms;
	state.note[0] = '\0';
	if (one->schedule.follows) {
		schedule_state_read(
		    s->app->dir, record_text(r, SCHEDULE_AFTER), &before);
		text_copy(state.after, sizeof(state.after), before.run);
	}
	note(s, record_key(r), &state, now_ms, "");
}

static void load_entries(
    struct scheduler *s, const struct snapshot *snapshot, int64_t now_ms)
{
	size_t n;
	const struct record *const *all =
	    snapshot_all(snapshot, KIND_SCHEDULE, &n);

	drop_entries(s);
	schedule_states_tidy(s->app->dir, snapshot);
	s->entries = calloc(n + 1, sizeof(s->entries[0]));
	for (size_t i = 0; s->entries && i < n; i++) {
		struct entry *one = &s->entries[s->n];
		struct err e = ERR_INIT;

		if (schedule_load(all[i], &one->schedule, &e) != ERR_OK) {
			log_err(&e, record_path(all[i]));
			continue;
		}
		/* the text it borrows moved with the struct */
		one->schedule.time.name = one->schedule.name;
		one->record = record_ref(all[i]);
		s->n++;
		begin(s, one, now_ms);
	}
	lost_watch_look(s->lost, snapshot);
	s->commit = *snapshot_commit(snapshot);
	s->loaded = s->entries != NULL;
}

/* --- starting ------------------------------------------------------------ */

static bool may_pass(enum err_code rc)
{
	return rc == ERR_NO_SPACE || rc == ERR_SYSTEM || rc == ERR_TIMEOUT ||
	       rc == ERR_STALE;
}

/* False: to be tried again. */
static bool start(struct scheduler *s, const struct record *r,
    const struct schedule_occurrence *o, int64_t now_ms)
{
	char actor_name[RUN_ACTOR_MAX];
	/* only admins write schedules */
	struct actor actor = { actor_name, ROLE_ADMIN, TRIGGER_SCHEDULE };
	struct schedule_state state;
	struct err e = ERR_INIT;
	char text[300];
	json_t *doc;
	enum err_code rc;

	snprintf(
	    actor_name, sizeof(actor_name), "schedule:%.60s", record_key(r));
	rc = schedule_start(s->app, &actor, r, o, &doc, &e);
	if (rc == ERR_OK) {
		log_info("schedule %s: run %s", record_key(r),
		    json_text(doc, "id", ""));
		json_decref(doc);
		return true;
	}
	if (may_pass(rc)) {
		log_err(&e, actor_name);
		return false;
	}
	schedule_state_read(s->app->dir, record_key(r), &state);
	if (o->seen_ms)
		state.seen_ms = o->seen_ms;
	if (o->after)
		text_copy(state.after, sizeof(state.after), o->after);
	snprintf(text, sizeof(text), "nothing was started: %.250s", e.message);
	note(s, record_key(r), &state, now_ms, text);
	return true;
}

static int64_t look_at_time(
    struct scheduler *s, struct entry *one, int64_t now_ms)
{
	const char *name = record_key(one->record);
	struct schedule_occurrence o = { 0 };
	struct schedule_decision d;
	struct schedule_state state;
	char key[CLOCK_TEXT_SIZE], text[120];

	schedule_state_read(s->app->dir, name, &state);
	d = schedule_decide(
	    &one->schedule.time, state.seen_ms, now_ms, one->schedule.run_once);
	if (d.missed) {
		clock_format_utc(d.seen_ms, key);
		snprintf(text, sizeof(text),
		    "what was due up to %.16sZ was missed%s", key,
		    d.start ? "; the last of it is started now" : "");
		state.seen_ms = d.start ? state.seen_ms : d.seen_ms;
		note(s, name, &state, now_ms, text);
	} else if (d.seen_ms < state.seen_ms) {
		state.seen_ms = d.seen_ms;
		note(s, name, &state, now_ms, "the clock was put back");
	}
	if (d.start && d.start == state.due_ms) {
		/* it was started before the clock was put back */
		state.seen_ms = d.seen_ms;
		note(s, name, &state, now_ms, "");
	} else if (d.start) {
		clock_format_utc(d.start, key);
		o.key = key;
		o.due_ms = d.start;
		o.seen_ms = d.seen_ms;
		if (!start(s, one->record, &o, now_ms))
			return now_ms + RETRY_MS;
	}
	return d.next_due;
}

/* After a run that another schedule started. */
static int64_t look_at_other(
    struct scheduler *s, struct entry *one, int64_t now_ms)
{
	const struct record *r = one->record;
	struct schedule_state state, before;
	struct schedule_occurrence o = { 0 };
	char key[RUN_ID_SIZE + 8];

	schedule_state_read(s->app->dir, record_key(r), &state);
	schedule_state_read(
	    s->app->dir, record_text(r, SCHEDULE_AFTER), &before);
	if (!*before.run || strcmp(before.run, state.after) == 0)
		return SCHEDULE_NEVER;
	if (schedule_run_is_open(s->app->dir, before.run))
		return now_ms + FOLLOW_MS;
	snprintf(key, sizeof(key), "after:%s", before.run);
	o.key = key;
	o.due_ms = now_ms;
	o.after = before.run;
	return start(s, r, &o, now_ms) ? SCHEDULE_NEVER : now_ms + RETRY_MS;
}

static int64_t look_at(struct scheduler *s, struct entry *one, int64_t now_ms)
{
	if (!record_flag(one->record, SCHEDULE_ENABLED))
		return SCHEDULE_NEVER;
	return one->schedule.follows ? look_at_other(s, one, now_ms)
				     : look_at_time(s, one, now_ms);
}

static int64_t look_at_all(
    struct scheduler *s, const struct snapshot *snapshot, int64_t now_ms)
{
	int64_t next = now_ms + SCHEDULER_LOOK_MS;
	bool set_back = now_ms < s->looked_ms;

	if (!s->loaded ||
	    !commit_id_equal(&s->commit, snapshot_commit(snapshot)))
		load_entries(s, snapshot, now_ms);
	s->looked_ms = now_ms;
	for (size_t i = 0; i < s->n; i++) {
		struct entry *one = &s->entries[i];

		if (one->next_ms <= now_ms || set_back || one->schedule.follows)
			one->next_ms = look_at(s, one, now_ms);
		if (one->next_ms < next)
			next = one->next_ms;
	}
	return next > now_ms ? next : now_ms + 1;
}

int64_t scheduler_look(struct scheduler *s, int64_t now_ms)
{
	const struct snapshot *snapshot;
	int64_t next = now_ms + RETRY_MS;
	struct err e = ERR_INIT;
	int lock;

	if (schedule_lock(s->app->dir, LOCK_WAIT_MS, &lock, &e) != ERR_OK) {
		log_err(&e, "the scheduler");
		return next;
	}
	/* under the lock: whoever has started one by hand did it before, and
	 * its record is in this snapshot */
	if (snapshots_current(s->app->snapshots, &snapshot, &e) == ERR_OK) {
		next = look_at_all(s, snapshot, now_ms);
		snapshot_unref(snapshot);
	} else {
		log_err(&e, "the scheduler");
	}
	schedule_unlock(lock);
	return next;
}
