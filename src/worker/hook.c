/*
 * The change hooks, each with a cursor of its own on branch main, so that each
 * waits as long as it likes for a device to come to rest.
 *
 *   DIR/hook-cursor          where the list of hooks was last looked at: a hook
 *                            that is new since then begins there
 *   DIR/hook-cursors/<name>  how far an enabled hook has evaluated main and,
 *                            while it does, up to where
 */
#include "worker/worker_internal.h"

#include "app/hook_rule.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "worker/hook_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Edits that follow each other quickly become one event; but an endless stream
 * of them is not put off for ever. */
#define QUIET_MS 250
#define LONGEST_QUIETS 8

struct follower {
	char name[PATH_MAX_KEY];
	struct commit_id cursor;  /* main was evaluated up to here */
	struct commit_id target;  /* and is being evaluated up to there */
	struct commit_id noticed; /* the branch, when it was put off */
	bool has_target;
	bool wanted;	  /* still among the enabled hooks */
	int64_t quiet_ms; /* that a change waits for others */
	int64_t first_ms; /* of the changes not yet evaluated */
	int64_t due_ms;	  /* -1: nothing is due */
};

struct hook {
	struct worker *w;
	struct commit_id listed; /* the hooks are as they were here */
	struct follower *followers;
	size_t n, cap;
};

/* --- cursors ------------------------------------------------------------- */

static void list_path(const struct hook *h, char path[4096])
{
	snprintf(path, 4096, "%s/hook-cursor", h->w->app.dir);
}

static void cursor_path(const struct hook *h, const char *name, char path[4096])
{
	snprintf(path, 4096, "%s/hook-cursors/%s", h->w->app.dir, name);
}

/* While events are evaluated the file holds the commit up to which, too: after
 * a crash the same range gives the same events and, by their idempotency keys,
 * the same runs. */
static enum err_code cursor_write(const char *path, const struct commit_id *at,
    const struct commit_id *target, struct err *e)
{
	char text[2 * STORE_OID_TEXT_SIZE + 2];

	commit_id_format(at, text);
	strcat(text, "\n");
	if (target)
		commit_id_format(target, text + STORE_OID_TEXT_SIZE);
	return file_write_durable(path, text, strlen(text), 0640, e);
}

static bool cursor_parse(char *text, struct follower *f)
{
	char *second = strchr(text, '\n');

	if (second)
		*second++ = '\0';
	if (!commit_id_parse(text, &f->cursor))
		return false;
	f->has_target = second && commit_id_parse(second, &f->target);
	return true;
}

/* ERR_NOT_FOUND also for one that is damaged. */
static enum err_code cursor_read(
    const char *path, struct follower *ret, struct err *e)
{
	struct buf text = BUF_INIT(128);
	enum err_code rc = file_read_regular(path, &text, e);

	if (rc == ERR_CORRUPT || rc == ERR_LIMIT ||
	    (rc == ERR_OK && (!text.data || !cursor_parse(text.data, ret)))) {
		log_warning("%s is damaged: changes made until now trigger "
			    "nothing",
		    path);
		rc = ERR_NOT_FOUND;
	}
	buf_release(&text);
	return rc;
}

static enum err_code move_cursor(struct hook *h, struct follower *f,
    const struct commit_id *at, const struct commit_id *target, struct err *e)
{
	char path[4096];
	enum err_code rc;

	cursor_path(h, f->name, path);
	rc = cursor_write(path, at, target, e);
	if (rc != ERR_OK)
		return rc;
	f->cursor = *at;
	f->has_target = target != NULL;
	if (target)
		f->target = *target;
	return ERR_OK;
}

/* --- the list of hooks --------------------------------------------------- */

static struct follower *find_follower(struct hook *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++) {
		if (strcmp(h->followers[i].name, name) == 0)
			return &h->followers[i];
	}
	return NULL;
}

static enum err_code add_follower(
    struct hook *h, const char *name, struct err *e)
{
	struct follower f = { .due_ms = -1 };
	char path[4096];
	enum err_code rc;

	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 8;
		void *grown = realloc(h->followers, cap * sizeof(f));

		if (!grown)
			return err_set(e, ERR_SYSTEM, "out of memory");
		h->followers = grown;
		h->cap = cap;
	}
	text_copy(f.name, sizeof(f.name), name);
	cursor_path(h, name, path);
	rc = cursor_read(path, &f, e);
	if (rc == ERR_NOT_FOUND)
		rc = move_cursor(h, &f, &h->listed, NULL, e);
	if (rc == ERR_OK)
		h->followers[h->n++] = f;
	return rc;
}

/* One that was disabled or deleted forgets what it has not evaluated. */
static void drop_followers(struct hook *h)
{
	char path[4096];

	for (size_t i = 0; i < h->n;) {
		if (h->followers[i].wanted) {
			i++;
			continue;
		}
		cursor_path(h, h->followers[i].name, path);
		unlink(path);
		h->followers[i] = h->followers[--h->n];
	}
}

static enum err_code take_list(
    struct hook *h, const struct snapshot *s, struct err *e)
{
	const struct record *const *all;
	enum err_code rc = ERR_OK;
	size_t n;

	for (size_t i = 0; i < h->n; i++)
		h->followers[i].wanted = false;
	all = snapshot_all(s, KIND_HOOK, &n);
	for (size_t i = 0; i < n && rc == ERR_OK; i++) {
		struct follower *f;
		long debounce_s = record_number(all[i], HOOK_DEBOUNCE, 0);

		if (!record_flag(all[i], HOOK_ENABLED))
			continue;
		if (!find_follower(h, record_key(all[i])))
			rc = add_follower(h, record_key(all[i]), e);
		f = find_follower(h, record_key(all[i]));
		if (!f)
			continue;
		f->wanted = true;
		f->quiet_ms = debounce_s ? debounce_s * 1000 : QUIET_MS;
	}
	if (rc == ERR_OK)
		drop_followers(h);
	return rc;
}

/* The hooks that there are, before the changes that they follow. */
static enum err_code refresh_list(struct hook *h, struct err *e)
{
	const struct snapshot *s;
	char path[4096];
	enum err_code rc = snapshots_current(h->w->app.snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	if (!commit_id_equal(snapshot_commit(s), &h->listed)) {
		rc = take_list(h, s, e);
		list_path(h, path);
		if (rc == ERR_OK)
			rc = cursor_write(path, snapshot_commit(s), NULL, e);
		if (rc == ERR_OK)
			h->listed = *snapshot_commit(s);
	}
	snapshot_unref(s);
	return rc;
}

/* A new instance: what was there before is not a change. */
static enum err_code begin_list(struct hook *h, struct err *e)
{
	struct follower at = { .due_ms = -1 };
	const struct snapshot *s;
	char path[4096];
	enum err_code rc;

	snprintf(path, sizeof(path), "%s/hook-cursors", h->w->app.dir);
	rc = dir_create(path, 0750, e);
	if (rc != ERR_OK)
		return rc;
	list_path(h, path);
	rc = cursor_read(path, &at, e);
	if (rc == ERR_NOT_FOUND) {
		rc = store_tip(h->w->app.store, STORE_MAIN, &at.cursor, e);
		if (rc == ERR_OK)
			rc = cursor_write(path, &at.cursor, NULL, e);
	}
	if (rc == ERR_OK)
		rc = snapshots_current(h->w->app.snapshots, &s, e);
	if (rc != ERR_OK)
		return rc;
	h->listed = at.cursor;
	rc = take_list(h, s, e);
	snapshot_unref(s);
	return rc;
}

/* --- evaluating ---------------------------------------------------------- */

/* What is refused now is refused for good, and must not keep the events behind
 * it waiting. */
static bool may_pass(enum err_code rc)
{
	return rc == ERR_NO_SPACE || rc == ERR_SYSTEM || rc == ERR_TIMEOUT ||
	       rc == ERR_STALE;
}

/* ERR_OK also where the event is answered by doing nothing. */
static enum err_code answer_event(struct hook *h, const struct snapshot *s,
    const struct record *hook, const struct hook_event *event, struct err *e)
{
	char fields[HOOK_FIELDS_SIZE], commit[STORE_OID_TEXT_SIZE];
	struct hook_change change = { event->old, event->now, event->by,
		commit };
	const char *device;
	json_t *doc = NULL;
	enum err_code rc;

	commit_id_format(&event->commit, commit);
	if (!hook_rule_wants(&h->w->app, s, hook, &change, fields))
		return ERR_OK;
	device = record_key(event->now);
	rc = hook_rule_start(&h->w->app, s, hook, &change, fields, &doc, e);
	if (rc == ERR_OK && doc)
		log_info("hook %s: run %s for %s", record_key(hook),
		    json_text(doc, "id", ""), device);
	else if (rc == ERR_OK)
		log_info("hook %s: %s is not ready: its status is %s",
		    record_key(hook), device,
		    record_text(event->now, DEVICE_STATUS));
	json_decref(doc);
	if (rc == ERR_OK || may_pass(rc))
		return rc;
	log_info("hook %s: %s: %s", record_key(hook), device, e->message);
	return ERR_OK;
}

static enum err_code evaluate(struct hook *h, const struct follower *f,
    const struct hook_events *events, struct err *e)
{
	const struct snapshot *s;
	const struct record *hook;
	enum err_code rc = snapshots_current(h->w->app.snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	hook = snapshot_find(s, KIND_HOOK, f->name);
	for (size_t i = 0; hook && i < events->n && rc == ERR_OK; i++)
		rc = answer_event(h, s, hook, &events->items[i], e);
	snapshot_unref(s);
	return rc;
}

/* Evaluates what happened up to `to`. */
static enum err_code advance(struct hook *h, struct follower *f,
    const struct commit_id *to, struct err *e)
{
	struct hook_events events = { 0 };
	enum err_code rc;

	rc = hook_events_collect(h->w->app.store, &f->cursor, to, &events, e);
	if (rc == ERR_STALE) {
		log_err(e, "the change hook passes over what happened");
		rc = ERR_OK;
	}
	if (rc == ERR_OK && events.n > 0 && !f->has_target)
		rc = move_cursor(h, f, &f->cursor, to, e);
	if (rc == ERR_OK)
		rc = evaluate(h, f, &events, e);
	hook_events_release(&events);
	return rc == ERR_OK ? move_cursor(h, f, to, NULL, e) : rc;
}

static void put_off(struct follower *f, int64_t now)
{
	int64_t longest;

	if (f->due_ms < 0)
		f->first_ms = now;
	longest = f->first_ms + LONGEST_QUIETS * f->quiet_ms;
	f->due_ms = now + f->quiet_ms;
	if (f->due_ms > longest)
		f->due_ms = longest;
}

static void run_follower(struct hook *h, struct follower *f)
{
	struct commit_id tip;
	struct err e = ERR_INIT;
	enum err_code rc;

	f->due_ms = -1;
	rc = store_tip(h->w->app.store, STORE_MAIN, &tip, &e);
	if (rc == ERR_OK) {
		const struct commit_id to = f->has_target ? f->target : tip;

		rc = advance(h, f, &to, &e);
	}
	if (rc != ERR_OK) {
		log_err(&e, "the change hook");
		f->first_ms = clock_mono_ms();
		f->due_ms = f->first_ms + RETRY_MS;
	} else if (!commit_id_equal(&f->cursor, &tip)) {
		put_off(f, clock_mono_ms());
	}
}

/* --- the calls ----------------------------------------------------------- */

enum err_code hook_new(struct worker *w, struct hook **ret, struct err *e)
{
	struct hook *h = calloc(1, sizeof(*h));
	enum err_code rc;

	if (!h)
		return err_set(e, ERR_SYSTEM, "out of memory");
	h->w = w;
	rc = begin_list(h, e);
	if (rc != ERR_OK) {
		hook_free(h);
		return rc;
	}
	hook_notice(h);
	*ret = h;
	return ERR_OK;
}

void hook_free(struct hook *h)
{
	if (!h)
		return;
	free(h->followers);
	free(h);
}

void hook_notice(struct hook *h)
{
	int64_t now = clock_mono_ms();
	struct err e = ERR_INIT;
	struct commit_id tip;

	if (refresh_list(h, &e) != ERR_OK) {
		log_err(&e, "the change hooks");
		return;
	}
	if (store_tip(h->w->app.store, STORE_MAIN, &tip, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < h->n; i++) {
		struct follower *f = &h->followers[i];

		/* only another change puts off those that wait */
		if (commit_id_equal(&tip, &f->cursor) ||
		    (f->due_ms >= 0 && commit_id_equal(&tip, &f->noticed)))
			continue;
		f->noticed = tip;
		put_off(f, now);
	}
}

int64_t hook_next_ms(const struct hook *h)
{
	int64_t now = clock_mono_ms(), next = -1;

	for (size_t i = 0; i < h->n; i++) {
		int64_t left = h->followers[i].due_ms - now;

		if (h->followers[i].due_ms < 0)
			continue;
		if (left < 0)
			left = 0;
		if (next < 0 || left < next)
			next = left;
	}
	return next;
}

void hook_run(struct hook *h)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < h->n; i++) {
		if (h->followers[i].due_ms >= 0 &&
		    h->followers[i].due_ms <= now)
			run_follower(h, &h->followers[i]);
	}
}
