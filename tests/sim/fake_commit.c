/*
 * The slots of the fake driver that change something: staging, committing line
 * by line with what the control file has go wrong, and putting back.
 */
#include "sim/fake_device.h"

#include "domain/text_diff.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum err_code fake_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	enum err_code rc = fake_exchange(s, true, deadline, e);

	if (rc != ERR_OK)
		return rc;
	if (strstr(candidate->text, "INVALID"))
		return err_set(
		    e, ERR_INVALID, "the line INVALID cannot be sent");
	arena_reset(s->arena);
	s->replace = candidate->load == DRIVER_REPLACE;
	s->running = fake_load(s, "running", s->arena);
	s->n_commands = fake_lead(
	    s->arena, s->running, candidate->text, s->replace, s->commands);
	s->predicted = s->running;
	for (size_t i = 0; i < s->n_commands; i++)
		s->predicted =
		    fake_apply(s->arena, s->predicted, s->commands[i]);
	s->staged = true;
	return ERR_OK;
}

enum err_code fake_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e)
{
	struct text_diff_input a = { s->running, strlen(s->running) };
	struct text_diff_input b = { s->predicted, strlen(s->predicted) };
	const char **reverse =
	    arena_alloc(arena, FAKE_MAX_LINES * sizeof(char *));
	struct buf text = BUF_INIT(FAKE_MAX_TEXT);
	struct text_diff d;
	enum err_code rc;

	(void)deadline;
	rc = text_diff_compute(arena, &a, &b, &d, e);
	if (rc == ERR_OK)
		rc = text_diff_format(&d, "running", "candidate", 3, &text, e);
	if (rc == ERR_OK)
		*ret = (struct driver_plan){
			.empty = s->n_commands == 0,
			.diff = arena_memdup(arena, buf_text(&text), text.len),
			.added = d.added,
			.removed = d.removed,
			.commands = s->commands,
			.n_commands = s->n_commands,
			.reverse = reverse,
			.n_reverse = fake_lead(
			    arena, s->predicted, s->running, true, reverse),
			.snapshot = arena_strdup(arena, s->running),
			.predicted = arena_strdup(arena, s->predicted),
		};
	buf_release(&text);
	return rc;
}

/* Only one session may write. */
static void become_writer(struct driver_session *s)
{
	char path[600];

	if (s->writer_fd >= 0)
		return;
	snprintf(path, sizeof(path), "%s/writer.lock", s->dir);
	s->writer_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->writer_fd < 0 || flock(s->writer_fd, LOCK_EX | LOCK_NB) < 0) {
		fake_note(s, "OVERLAP");
		_exit(23);
	}
}

static void send_line(
    struct driver_session *s, const char *verb, const char *command)
{
	struct arena *arena = arena_new(FAKE_ARENA_MAX);

	fake_note(s, "%s %s", verb, command);
	fake_store(s, "running",
	    fake_apply(arena, fake_load(s, "running", arena), command));
	arena_free(arena);
}

/* Brings running back to the snapshot, line by line. */
static enum err_code put_back(struct driver_session *s, const char *snapshot,
    struct driver_report *report, struct err *e)
{
	struct arena *arena = arena_new(FAKE_ARENA_MAX);
	const char **commands =
	    arena_alloc(arena, FAKE_MAX_LINES * sizeof(char *));
	const char *running = fake_load(s, "running", arena);
	size_t n = fake_lead(arena, running, snapshot, true, commands);

	become_writer(s);
	report->outcome = n ? DRIVER_ROLLED_BACK : DRIVER_UNTOUCHED;
	for (size_t i = 0; i < n && !fake_controlled(s, "norestore"); i++) {
		fake_pause_ms((int64_t)fake_control_number(s, "latency"));
		send_line(s, "undo", commands[i]);
	}
	arena_free(arena);
	if (n && fake_controlled(s, "norestore")) {
		report->outcome = DRIVER_UNKNOWN;
		return err_set(e, ERR_UNKNOWN_OUTCOME,
		    "the old configuration could not be put back");
	}
	return ERR_OK;
}

static enum err_code refused(struct driver_session *s, size_t at, bool stuck,
    struct driver_report *report, struct err *e)
{
	report->failed_line = s->commands[at];
	if (stuck || put_back(s, s->running, report, e) != ERR_OK) {
		report->outcome = DRIVER_UNKNOWN;
		return err_set(e, ERR_UNKNOWN_OUTCOME,
		    "the device refused \"%s\" and could not be put back",
		    s->commands[at]);
	}
	report->outcome = DRIVER_ROLLED_BACK;
	return err_set(e, ERR_REMOTE,
	    "the device refused \"%s\"; the old configuration is back",
	    s->commands[at]);
}

/* Sends one line; what goes wrong with it is in the control file. */
static enum err_code commit_line(struct driver_session *s, size_t at,
    const struct driver_commit *how, struct driver_report *report,
    struct err *e)
{
	size_t number = at + 1;

	fake_pause_ms((int64_t)fake_control_number(s, "latency"));
	while (fake_control_number(s, "hang") == number &&
	       !deadline_passed(how->deadline))
		fake_pause_ms(20);
	if (deadline_passed(how->deadline) ||
	    fake_control_number(s, "refuse") == number)
		return refused(s, at, false, report, e);
	if (fake_control_number(s, "stuck") == number)
		return refused(s, at, true, report, e);
	report->sent++;
	if (number < s->n_commands || !fake_controlled(s, "lie"))
		send_line(s, "line", s->commands[at]);
	if (fake_control_number(s, "die") == number)
		_exit(24);
	if (fake_control_number(s, "drop") == number) {
		report->outcome = DRIVER_UNKNOWN;
		return err_set(e, ERR_UNKNOWN_OUTCOME,
		    "the session was lost after line %zu", number);
	}
	return ERR_OK;
}

enum err_code fake_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	struct driver_plan plan;
	enum err_code rc;

	*report = (struct driver_report){ .outcome = DRIVER_UNTOUCHED };
	if (s->n_commands == 0)
		return ERR_OK;
	rc = fake_diff(s, how->deadline, arena, &plan, e);
	if (rc == ERR_OK)
		rc = s->hooks->before_effect(s->hooks->ctx, &plan, e);
	if (rc == ERR_OK && fake_controlled(s, "lost"))
		rc = err_set(e, ERR_TIMEOUT, "the session was lost");
	if (rc != ERR_OK)
		return rc;
	become_writer(s);
	fake_store(s, "touched", "");
	for (size_t i = 0; i < s->n_commands && rc == ERR_OK; i++)
		rc = commit_line(s, i, how, report, e);
	if (rc == ERR_OK)
		report->outcome = DRIVER_APPLIED;
	return rc;
}

enum err_code fake_discard(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	s->staged = false;
	return fake_exchange(s, false, deadline, e);
}

enum err_code fake_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e)
{
	struct arena *arena = arena_new(FAKE_ARENA_MAX);
	const char *running = fake_load(s, "running", arena);
	enum err_code rc = fake_exchange(s, false, deadline, e);

	if (rc == ERR_OK)
		*ret = strcmp(running, snapshot) == 0 ? DRIVER_FOUND_OLD
		       : predicted && strcmp(running, predicted) == 0
			   ? DRIVER_FOUND_NEW
			   : DRIVER_FOUND_PARTIAL;
	fake_note(s, "read");
	arena_free(arena);
	return rc;
}

enum err_code fake_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e)
{
	(void)deadline;
	(void)arena;
	*report = (struct driver_report){ .outcome = DRIVER_UNTOUCHED };
	return put_back(s, snapshot, report, e);
}

enum err_code fake_verify(const struct driver_candidate *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret,
    struct err *e)
{
	const char **missing =
	    arena_alloc(arena, FAKE_MAX_LINES * sizeof(char *));
	size_t n = fake_lead(arena, running, intended->text,
	    intended->load == DRIVER_REPLACE, missing);

	(void)e;
	*ret = (struct driver_verdict){ .matches = n == 0,
		.text = n ? arena_printf(arena, "missing: %s", missing[0]) : "",
		.n_missing = n };
	return ERR_OK;
}

enum err_code fake_save(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct arena *arena = arena_new(FAKE_ARENA_MAX);
	enum err_code rc = fake_exchange(s, false, deadline, e);

	if (rc == ERR_OK && fake_controlled(s, "nosave"))
		rc = err_set(e, ERR_REMOTE, "the device has no room to save");
	if (rc == ERR_OK) {
		fake_store(s, "startup", fake_load(s, "running", arena));
		fake_note(s, "save");
	}
	arena_free(arena);
	return rc;
}
