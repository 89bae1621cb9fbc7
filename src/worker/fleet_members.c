/* The members of a run over many devices. */
#include "worker/fleet.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct live_run *make(struct live_run *run, size_t row)
{
	struct live_run *member = calloc(1, sizeof(*member));

	if (!member)
		return NULL;
	member->log_fd = -1;
	member->parent = run;
	member->row = row;
	/* the run's own record tells of unknown devices */
	member->unknown_recorded = true;
	memcpy(member->id, run->id, sizeof(member->id));
	text_copy(member->device, sizeof(member->device),
	    fleet_row_name(run->fleet, row));
	return member;
}

static void take_in_hand(struct worker *w, struct live_run *member)
{
	struct fleet *f = member->parent->fleet;

	live_find_target(w, member->device, &member->target);
	live_append(w, member);
	f->rows[member->row].place = FLEET_IN_HAND;
	f->n_in_hand++;
	fleet_row_tell(f, member->row, run_doc_state(member->doc), NULL);
}

static json_t *make_doc(
    const struct live_run *run, const struct live_run *member)
{
	const struct job *job = run->fleet->job;
	json_t *p = job_member_parameters(
	    run->job, json_object_get(run->doc, "parameters"), member->device);
	enum run_trigger trigger = TRIGGER_BULK;
	json_t *doc = NULL;

	(void)run_trigger_parse(json_text(run->doc, "trigger", ""), &trigger);
	if (p)
		doc = run_doc_new(run->id, job, trigger,
		    json_text(run->doc, "actor", ""), p, member->device);
	json_decref(p);
	return doc;
}

/* Only of a member that is not in the master's list. */
static void discard(struct live_run *member)
{
	json_decref(member->doc);
	free(member);
}

enum err_code fleet_member_new(struct worker *w, struct live_run *run,
    size_t row, struct live_run **ret, struct err *e)
{
	struct live_run *member = make(run, row);
	char path[LIVE_PATH_SIZE];
	enum err_code rc;

	if (!member || !(member->doc = make_doc(run, member))) {
		free(member);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	live_path(w, member, NULL, path);
	rc = live_read_identity(member, e);
	if (rc == ERR_OK)
		rc = dir_create(path, 0750, e);
	if (rc != ERR_OK) {
		discard(member);
		return rc;
	}
	run_doc_set_state(member->doc, RUN_CLAIMED, clock_wall_ms());
	take_in_hand(w, member);
	*ret = member;
	return ERR_OK;
}

void fleet_member_forget(struct worker *w, struct live_run *member)
{
	char path[LIVE_PATH_SIZE];
	struct err e = ERR_INIT;

	live_path(w, member, NULL, path);
	if (dir_remove(path, &e) != ERR_OK)
		log_err(&e, member->id);
	live_let_go(w, member);
}

void fleet_put_back(struct worker *w, struct live_run *member, int64_t delay_ms,
    const char *why)
{
	struct fleet *f = member->parent->fleet;
	size_t row = member->row;

	fleet_row_tell(f, row, RUN_QUEUED, why);
	fleet_member_forget(w, member);
	f->rows[row].place = FLEET_WAITS;
	f->rows[row].not_before_ms = clock_mono_ms() + delay_ms;
	f->n_in_hand--;
	if (row < f->first)
		f->first = row;
}

void fleet_note_state(struct live_run *member)
{
	fleet_row_tell(member->parent->fleet, member->row,
	    run_doc_state(member->doc), NULL);
}

bool fleet_retry(struct worker *w, struct live_run *member, const char *why)
{
	const json_t *p;
	struct fleet_row *row;
	json_int_t retries, delay_s;
	char text[1400];

	if (!member->parent || member->parent->fleet->cancelled)
		return false;
	p = json_object_get(member->parent->doc, "parameters");
	row = &member->parent->fleet->rows[member->row];
	retries = json_number(p, "retries", 0);
	if (row->attempts >= retries)
		return false;
	delay_s = json_number(p, "retry_after", 30) << row->attempts;
	row->attempts++;
	/* the row and the log name the device */
	why = text_after_name(why, member->device);
	snprintf(text, sizeof(text),
	    "tried again in %lld s (%d of %lld): %.1100s", (long long)delay_s,
	    row->attempts, (long long)retries, why);
	live_log_text(w, member, "warning", member->device, text);
	fleet_put_back(w, member, delay_s * 1000, text);
	return true;
}

/* --- after a restart --------------------------------------------------- */

static enum err_code read_member(
    struct worker *w, struct live_run *member, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	char path[LIVE_PATH_SIZE];
	enum err_code rc;

	live_path(w, member, "run.json", path);
	rc = file_read_regular(path, &text, e);
	if (rc == ERR_OK)
		rc = run_doc_parse(buf_text(&text), text.len, &member->doc, e);
	buf_release(&text);
	if (rc == ERR_OK)
		rc = live_read_identity(member, e);
	if (rc == ERR_OK)
		live_read_texts(w, member);
	return rc;
}

/* One that has sent nothing starts anew; its directory goes. */
static void adopt(struct worker *w, struct live_run *run, size_t row)
{
	struct live_run *member = make(run, row);
	char path[LIVE_PATH_SIZE];
	struct err e = ERR_INIT;
	bool ended;

	if (!member)
		return;
	live_path(w, member, NULL, path);
	if (run->fleet->rows[row].place == FLEET_ENDED ||
	    read_member(w, member, &e) != ERR_OK) {
		discard(member);
		(void)!dir_remove(path, &e);
		return;
	}
	take_in_hand(w, member);
	ended = run_state_is_final(run_doc_state(member->doc));
	if (ended)
		member->phase = LIVE_ENDED;
	else if (live_has_plan(w, member))
		recover_settle(w, member);
	else
		fleet_put_back(w, member, 0, "");
}

enum err_code fleet_members_adopt(
    struct worker *w, struct live_run *run, struct err *e)
{
	char path[LIVE_PATH_SIZE];
	struct dirent *entry;
	size_t row;
	DIR *dir;

	live_path(w, run, "at", path);
	dir = opendir(path);
	if (!dir)
		return dir_create(path, 0750, e);
	while ((entry = readdir(dir)) != NULL) {
		if (fleet_rows_find(run->fleet, entry->d_name, &row))
			adopt(w, run, row);
	}
	closedir(dir);
	return ERR_OK;
}
