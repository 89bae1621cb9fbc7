#include "app/schedules.h"

#include "app/job_parameters.h"
#include "app/port/queue.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/civil.h"
#include "domain/cron_words.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo"
#define PATH_SIZE 4096
#define MAX_STATE ((size_t)16 * 1024)
#define LOCK_WAIT_MS 5000
#define MAX_CHAIN 16

/* --- the record ---------------------------------------------------------- */

/* *ret NULL: UTC. */
static enum err_code load_zone(
    const char *name, struct zone **ret, struct err *e)
{
	struct buf data = BUF_INIT(ZONE_MAX_FILE);
	char path[PATH_SIZE];
	enum err_code rc;

	*ret = NULL;
	if (!*name || strcmp(name, "UTC") == 0)
		return ERR_OK;
	snprintf(path, sizeof(path), ZONES "/%s", name);
	rc = zone_is_name(name) ? file_read(path, &data, e) : ERR_INVALID;
	if (rc == ERR_OK)
		rc = zone_parse(buf_text(&data), data.len, ret, e);
	buf_release(&data);
	return rc == ERR_OK ? rc
			    : err_set(e, ERR_INVALID,
				  "there is no time zone \"%.60s\"", name);
}

enum err_code schedule_load(
    const struct record *r, struct schedule *ret, struct err *e)
{
	const char *cron = record_text(r, SCHEDULE_CRON);
	const char *at = record_text(r, SCHEDULE_AT);
	struct schedule s = { .follows = record_has(r, SCHEDULE_AFTER) };
	enum err_code rc;

	text_copy(s.name, sizeof(s.name), record_key(r));
	s.run_once = strcmp(record_text(r, SCHEDULE_MISSED), "run_once") == 0;
	if (s.follows && (*cron || *at))
		return err_set(e, ERR_INVALID,
		    "what follows another schedule has no time of its own");
	rc = load_zone(record_text(r, SCHEDULE_TIME_ZONE), &s.zone, e);
	if (rc == ERR_OK && !s.follows)
		rc = schedule_time_parse(cron, at, s.zone, &s.time, e);
	if (rc != ERR_OK) {
		zone_free(s.zone);
		return rc;
	}
	s.time.jitter_s = record_number(r, SCHEDULE_JITTER, 0);
	*ret = s;
	ret->time.name = ret->name;
	return ERR_OK;
}

void schedule_release(struct schedule *s)
{
	zone_free(s->zone);
	s->zone = NULL;
}

size_t schedule_times(
    const struct schedule *s, int64_t now_ms, int64_t *times, size_t max)
{
	int64_t occurrence = now_ms - s->time.jitter_s * 1000;
	size_t n = 0;

	while (!s->follows && n < max) {
		int64_t due;

		occurrence = schedule_next(&s->time, occurrence);
		due = schedule_due(&s->time, occurrence);
		if (due == SCHEDULE_NEVER)
			break;
		if (due > now_ms)
			times[n++] = due;
	}
	return n;
}

void schedule_format(
    const struct schedule *s, int64_t ms, char text[SCHEDULE_TEXT_SIZE])
{
	int64_t utc = civil_floor_div(ms, 1000);
	int64_t offset = zone_offset(s->zone, utc);
	int64_t of_day = utc + offset;
	struct civil_date d =
	    civil_from_days(civil_floor_div(utc + offset, 86400));

	of_day -= civil_floor_div(of_day, 86400) * 86400;
	snprintf(text, SCHEDULE_TEXT_SIZE,
	    "%04lld-%02d-%02d %02d:%02d:%02d %c%02d:%02d", (long long)d.year,
	    d.month, d.day, (int)(of_day / 3600), (int)(of_day / 60 % 60),
	    (int)(of_day % 60), offset < 0 ? '-' : '+',
	    (int)(llabs(offset) / 3600), (int)(llabs(offset) / 60 % 60));
}

void schedule_words(const struct schedule *s, const struct record *r,
    char text[SCHEDULE_WORDS_SIZE])
{
	char words[CRON_WORDS_SIZE];
	const char *zone = record_text(r, SCHEDULE_TIME_ZONE);

	text[0] = '\0';
	if (s->follows || s->time.once || !cron_to_words(&s->time.cron, words))
		return;
	snprintf(text, SCHEDULE_WORDS_SIZE, "%s%s%.60s", words,
	    cron_names_hours(&s->time.cron) ? ", " : "",
	    cron_names_hours(&s->time.cron) ? zone : "");
}

static void check_chain(const struct snapshot *s, const struct record *now,
    struct schema_errors *errors)
{
	const struct record *r = now;

	for (int i = 0; r && i < MAX_CHAIN; i++) {
		if (!record_has(r, SCHEDULE_AFTER))
			return;
		r = snapshot_find(
		    s, KIND_SCHEDULE, record_text(r, SCHEDULE_AFTER));
		if (r && strcmp(record_key(r), record_key(now)) == 0)
			break;
	}
	if (r)
		schema_errors_add(errors,
		    &record_kind(now)->schema.fields[SCHEDULE_AFTER],
		    "this schedule would follow itself");
}

static bool says_the_same_time(
    const struct record *old, const struct record *now)
{
	return strcmp(record_text(old, SCHEDULE_AT),
		   record_text(now, SCHEDULE_AT)) == 0 &&
	       strcmp(record_text(old, SCHEDULE_TIME_ZONE),
		   record_text(now, SCHEDULE_TIME_ZONE)) == 0 &&
	       (record_flag(old, SCHEDULE_ENABLED) ||
		   !record_flag(now, SCHEDULE_ENABLED));
}

/* One that has been may be described anew, and lies in the store; but none is
 * set, or resumed, that would never start anything. */
static void check_to_come(const struct snapshot *s, const struct record *old,
    const struct record *now, const struct schedule *schedule,
    struct schema_errors *errors)
{
	bool lies = snapshot_find(s, KIND_SCHEDULE, record_key(now)) == now;

	if (!schedule->time.once || schedule->follows || lies ||
	    (old && says_the_same_time(old, now)) ||
	    schedule->time.once_ms > clock_wall_ms())
		return;
	schema_errors_add(errors, &record_kind(now)->schema.fields[SCHEDULE_AT],
	    "%.60s has passed in %.60s: choose a time to come",
	    record_text(now, SCHEDULE_AT),
	    record_text(now, SCHEDULE_TIME_ZONE));
}

void schedule_check(const struct snapshot *s, const struct record *old,
    const struct record *now, struct schema_errors *errors)
{
	const struct field *fields = record_kind(now)->schema.fields;
	int field = record_has(now, SCHEDULE_AT) ? SCHEDULE_AT : SCHEDULE_CRON;
	struct schedule schedule;
	struct zone *zone = NULL;
	struct err e = ERR_INIT;

	if (load_zone(record_text(now, SCHEDULE_TIME_ZONE), &zone, &e) !=
	    ERR_OK)
		field = SCHEDULE_TIME_ZONE;
	zone_free(zone);
	if (schedule_load(now, &schedule, &e) == ERR_OK) {
		check_to_come(s, old, now, &schedule, errors);
		schedule_release(&schedule);
	} else {
		schema_errors_add(errors, &fields[field], "%.190s", e.message);
	}
	job_parameters_check_held(s, old, now, errors);
	check_chain(s, now, errors);
}

void schedule_timing(const struct record *r, char timing[65])
{
	static const int fields[] = { SCHEDULE_ENABLED, SCHEDULE_CRON,
		SCHEDULE_AT, SCHEDULE_AFTER, SCHEDULE_TIME_ZONE,
		SCHEDULE_JITTER };
	struct buf text = BUF_INIT(8192);
	uint8_t digest[SHA256_SIZE];

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		buf_printf(&text, "%s\n", record_text(r, fields[i]));
	sha256_of(buf_text(&text), text.len, digest);
	hex_encode(timing, digest, sizeof(digest));
	buf_release(&text);
}

/* --- where it stands ----------------------------------------------------- */

static void state_path(const char *dir, const char *name, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/schedules/%s.json", dir, name);
}

void schedule_state_read(
    const char *dir, const char *name, struct schedule_state *ret)
{
	struct buf text = BUF_INIT(MAX_STATE);
	char path[PATH_SIZE];
	json_t *o = NULL;

	memset(ret, 0, sizeof(*ret));
	state_path(dir, name, path);
	if (file_read_regular(path, &text, NULL) == ERR_OK &&
	    json_read(buf_text(&text), text.len, text.max, &o, NULL) ==
		ERR_OK) {
		text_copy(ret->timing, sizeof(ret->timing),
		    json_text(o, "timing", ""));
		ret->seen_ms = json_number(o, "seen_ms", 0);
		ret->due_ms = json_number(o, "due_ms", 0);
		text_copy(ret->run, sizeof(ret->run), json_text(o, "run", ""));
		text_copy(
		    ret->after, sizeof(ret->after), json_text(o, "after", ""));
		ret->note_ms = json_number(o, "note_ms", 0);
		text_copy(
		    ret->note, sizeof(ret->note), json_text(o, "note", ""));
		json_decref(o);
	}
	buf_release(&text);
}

enum err_code schedule_state_write(const char *dir, const char *name,
    const struct schedule_state *state, struct err *e)
{
	struct buf text = BUF_INIT(MAX_STATE);
	char path[PATH_SIZE];
	json_t *o = json_pack("{s:s, s:I, s:I, s:s, s:s, s:I}", "timing",
	    state->timing, "seen_ms", (json_int_t)state->seen_ms, "due_ms",
	    (json_int_t)state->due_ms, "run", state->run, "after", state->after,
	    "note_ms", (json_int_t)state->note_ms);
	enum err_code rc;

	if (!o || !json_set_text(o, "note", state->note, strlen(state->note))) {
		json_decref(o);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	snprintf(path, sizeof(path), "%s/schedules", dir);
	rc = dir_create(path, 0750, e);
	if (rc == ERR_OK)
		rc = json_write(o, &text, e);
	state_path(dir, name, path);
	if (rc == ERR_OK)
		rc = file_write_durable(
		    path, buf_text(&text), text.len, 0640, e);
	buf_release(&text);
	json_decref(o);
	return rc;
}

void schedule_states_tidy(const char *dir, const struct snapshot *s)
{
	static const char suffix[] = ".json";
	char path[PATH_SIZE], name[PATH_MAX_KEY];
	struct dirent *entry;
	DIR *d;

	snprintf(path, sizeof(path), "%s/schedules", dir);
	d = opendir(path);
	while (d && (entry = readdir(d))) {
		if (!text_ends_with(entry->d_name, suffix) ||
		    !text_copy(name, sizeof(name), entry->d_name))
			continue;
		name[strlen(name) - strlen(suffix)] = '\0';
		if (snapshot_find(s, KIND_SCHEDULE, name))
			continue;
		state_path(dir, name, path);
		unlink(path);
	}
	if (d)
		closedir(d);
}

bool schedule_run_is_open(const char *dir, const char *id)
{
	char place[PATH_SIZE], path[PATH_SIZE + 64];

	/* against the direction in which it moves, so that it is not missed */
	for (int i = 0; *id && i < 2 * QUEUE_PLACES; i++) {
		queue_path(dir, (enum queue_place)(i % QUEUE_PLACES), place,
		    sizeof(place));
		snprintf(path, sizeof(path), "%s/%s.json", place, id);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* --- starting ------------------------------------------------------------ */

static json_t *origin_of(
    const struct record *r, const struct schedule_occurrence *o)
{
	char due[CLOCK_TEXT_SIZE] = "";

	if (o->due_ms)
		clock_format_utc(o->due_ms, due);
	return json_pack(
	    "{s:{s:s, s:s}}", "schedule", "name", record_key(r), "due", due);
}

static enum err_code create_run(const struct app *app,
    const struct actor *actor, const struct record *r,
    const struct schedule_occurrence *o, json_t **ret_doc, struct err *e)
{
	const struct job *job = job_find(record_text(r, SCHEDULE_JOB));
	json_t *parameters, *origin;
	enum err_code rc;

	if (!job)
		return err_set(e, ERR_NOT_FOUND, "there is no job \"%.60s\"",
		    record_text(r, SCHEDULE_JOB));
	parameters = job_holder_parameters(job_holder_of(KIND_SCHEDULE), r);
	origin = origin_of(r, o);
	if (!parameters || !origin)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else
		rc = runs_create(app, actor,
		    &(struct run_wish){ .job = job,
			.parameters = parameters,
			.key = o->key,
			.origin = origin },
		    ret_doc, e);
	json_decref(parameters);
	json_decref(origin);
	return rc;
}

enum err_code schedule_start(const struct app *app, const struct actor *actor,
    const struct record *r, const struct schedule_occurrence *o,
    json_t **ret_doc, struct err *e)
{
	struct schedule_state state;
	json_t *doc;
	enum err_code rc;

	schedule_state_read(app->dir, record_key(r), &state);
	if (!record_flag(r, SCHEDULE_OVERLAP) &&
	    schedule_run_is_open(app->dir, state.run))
		return err_set(e, ERR_CONFLICT,
		    "run %s of schedule %s has not ended", state.run,
		    record_key(r));
	rc = create_run(app, actor, r, o, &doc, e);
	if (rc != ERR_OK)
		return rc;
	text_copy(state.run, sizeof(state.run), json_text(doc, "id", ""));
	if (o->due_ms)
		state.due_ms = o->due_ms;
	if (o->seen_ms)
		state.seen_ms = o->seen_ms;
	if (o->after)
		text_copy(state.after, sizeof(state.after), o->after);
	state.note[0] = '\0';
	rc = schedule_state_write(app->dir, record_key(r), &state, e);
	if (rc != ERR_OK)
		json_decref(doc);
	else
		*ret_doc = doc;
	return rc;
}

enum err_code schedule_lock(
    const char *dir, int wait_ms, int *ret_fd, struct err *e)
{
	char path[PATH_SIZE];
	enum err_code rc;

	snprintf(path, sizeof(path), "%s/schedules", dir);
	rc = dir_create(path, 0750, e);
	snprintf(path, sizeof(path), "%s/schedules/lock", dir);
	return rc == ERR_OK ? file_lock(path, wait_ms, ret_fd, e) : rc;
}

void schedule_unlock(int fd)
{
	file_unlock(fd);
}

enum err_code schedule_run_now(const struct app *app, const struct actor *actor,
    const struct record *r, const char *key, json_t **ret_doc, struct err *e)
{
	struct schedule_occurrence o = { .key = key };
	int lock;
	enum err_code rc = schedule_lock(app->dir, LOCK_WAIT_MS, &lock, e);

	if (rc != ERR_OK)
		return rc;
	rc = schedule_start(app, actor, r, &o, ret_doc, e);
	schedule_unlock(lock);
	return rc;
}
