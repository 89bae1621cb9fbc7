#include "conformance/bench.h"

#include "base/text.h"
#include "domain/text_diff.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOURS_3 10800

static bool holds(const char *text, const char *part)
{
	return text != NULL && strstr(text, part) != NULL;
}

/* --- Reading ----------------------------------------------------------- */

static void backup_is_whole(struct bench *b)
{
	bench_check(b, bench_backup(b) == RUN_SUCCEEDED, "a backup is made");
	bench_check(b, b->backup[PHASE_BEFORE] != NULL, "there is a text");
	if (b->backup[PHASE_BEFORE] != NULL)
		bench_check(b,
		    bench_same(b, b->backup[PHASE_BEFORE], bench_running(b)),
		    "it is what the device runs");
}

static void truncated_is_no_backup(struct bench *b)
{
	bench_mode(b, "truncate");
	bench_check(b, bench_backup(b) == RUN_FAILED, "the backup fails");
	bench_check(b, b->backup[PHASE_BEFORE] == NULL, "nothing is kept");
	bench_check(b, b->quarantined != NULL, "it is set aside");
	bench_check(b, bench_provision(b, b->backend->merge, 0) == RUN_FAILED,
	    "nor is anything provisioned on such a reading");
	bench_check(b, b->effects == 0, "nothing was begun");
}

/* --- Changes ----------------------------------------------------------- */

static void dry_run_changes_nothing(struct bench *b)
{
	const char *old = bench_running(b);

	bench_check(b,
	    bench_provision(b, b->backend->merge, BENCH_DRY) == RUN_SUCCEEDED,
	    "a dry run succeeds");
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
	bench_check(b, holds(b->diff, b->backend->shows), "the diff tells it");
	bench_check(b, b->effects == 0, "no effect was asked for");
	bench_check(b, bench_count(b, "commits") == 0, "nor made");
}

static void merge_is_kept(struct bench *b)
{
	bench_check(b,
	    bench_provision(b, b->backend->merge, 0) == RUN_SUCCEEDED,
	    "a merge succeeds");
	bench_check(b, b->effects == 1, "the effect was asked for once");
	bench_check(b, holds(bench_running(b), b->backend->shows), "it shows");
	bench_check(b,
	    holds(bench_running(b), b->backend->gone) ||
		strstr(b->backend->merge, b->backend->gone),
	    "what was there stays");
	bench_check(b, holds(b->backup[PHASE_AFTER], b->backend->shows),
	    "the backup afterwards has it");
	bench_ask(b, "advance %d", HOURS_3);
	bench_check(b, holds(bench_running(b), b->backend->shows),
	    "it stays when the timer would have fired");
	bench_ask(b, "reload %s", b->device);
	bench_check(b, holds(bench_running(b), b->backend->shows),
	    "and survives a restart");
	bench_check(b, bench_count(b, "reverts") == 0, "nothing was reverted");
}

static void merge_is_kept_without_persist(struct bench *b)
{
	if (!b->backend->netconf)
		return;
	bench_mode(b, "only-10");
	bench_check(b,
	    bench_provision(b, b->backend->merge, 0) == RUN_SUCCEEDED,
	    "it succeeds");
	bench_check(b, bench_count(b, "commits") == 2,
	    "with a commit and one that confirms it");
	bench_ask(b, "advance %d", HOURS_3);
	bench_check(b, holds(bench_running(b), b->backend->shows), "it stays");
}

static void repeated_does_nothing(struct bench *b)
{
	unsigned commits;

	bench_check(b,
	    bench_provision(b, b->backend->merge, 0) == RUN_SUCCEEDED,
	    "a merge succeeds");
	commits = bench_count(b, "commits");
	bench_check(b,
	    bench_provision(b, b->backend->merge, 0) == RUN_SUCCEEDED,
	    "once more, too");
	bench_check(b, b->effects == 0, "without an effect");
	bench_check(b, bench_count(b, "commits") == commits, "or a commit");
	bench_check(b,
	    bench_provision(b, bench_running(b), BENCH_REPLACE) ==
		RUN_SUCCEEDED,
	    "nor does a replacement by what is there");
	bench_check(b, b->effects == 0, "have an effect");
}

static void replace_is_kept(struct bench *b)
{
	const char *wanted = bench_replacement(b);

	bench_check(b,
	    bench_provision(b, wanted, BENCH_REPLACE) == RUN_SUCCEEDED,
	    "a replacement succeeds");
	bench_check(b, bench_same(b, wanted, bench_running(b)), "it is there");
	bench_check(b, !holds(bench_running(b), b->backend->gone),
	    "and the rest is gone");
	bench_ask(b, "advance %d", HOURS_3);
	bench_check(b, bench_same(b, wanted, bench_running(b)), "it stays");
	bench_check(
	    b, !holds(bench_startup(b), b->backend->gone), "it is saved");
}

/* The signed lines, without what only closes or separates. */
static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t signed_lines(
    struct bench *b, const char *diff, char **list, size_t max)
{
	char *text = arena_strdup(b->arena, diff);
	char *save = NULL;
	size_t n = 0;

	for (char *l = strtok_r(text, "\n", &save); l && n < max;
	     l = strtok_r(NULL, "\n", &save)) {
		size_t lead = 1 + strspn(l + 1, " ");

		if ((*l != '+' && *l != '-') || text_starts_with(l, "+++") ||
		    text_starts_with(l, "---") || l[lead] == '\0' ||
		    l[lead] == '!' || text_starts_with(l + lead, "exit"))
			continue;
		l[lead - 1] = *l;
		list[n++] = l + lead - 1;
	}
	qsort(list, n, sizeof *list, compare_lines);
	return n;
}

static void diff_is_what_changes(
    struct bench *b, const char *text, unsigned flags)
{
	char *said[200], *done[200];
	size_t n, m;

	bench_check(b,
	    bench_provision(b, text, flags | BENCH_DRY) == RUN_SUCCEEDED,
	    "a dry run succeeds");
	if (b->diff == NULL)
		return;
	n = signed_lines(b, b->diff, said, 200);
	bench_check(
	    b, bench_provision(b, text, flags) == RUN_SUCCEEDED, "and the run");
	m = b->diff != NULL ? signed_lines(b, b->diff, done, 200) : 0;
	bench_check(
	    b, n == m && n > 0, "%zu lines were said, %zu changed", n, m);
	for (size_t i = 0; i < n && i < m; i++)
		bench_check(b, strcmp(said[i], done[i]) == 0,
		    "said \"%s\", done \"%s\"", said[i], done[i]);
}

static void merge_does_what_it_said(struct bench *b)
{
	diff_is_what_changes(b, b->backend->merge, 0);
}

static void replace_does_what_it_said(struct bench *b)
{
	diff_is_what_changes(b, bench_replacement(b), BENCH_REPLACE);
}

/* --- What is refused --------------------------------------------------- */

static void bad_line_changes_nothing(struct bench *b)
{
	const char *old = bench_running(b);
	enum run_state state = bench_provision(b, b->backend->bad, 0);

	bench_check(b, state == RUN_FAILED || state == RUN_ROLLED_BACK,
	    "a line that the device refuses fails the run");
	bench_check(b, holds(b->out.text, b->backend->bad_word), "it is named");
	/* not only what was read afterwards */
	bench_check(b,
	    holds(b->out.text, "refused") ||
		holds(b->out.text, "could not replace"),
	    "the device's refusal ends the run");
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
	bench_ask(b, "advance %d", HOURS_3);
	bench_check(b, bench_same(b, old, bench_running(b)), "nor later");
	bench_check(b,
	    bench_provision(b, b->backend->merge, 0) == RUN_SUCCEEDED,
	    "the next run goes on");
}

/* What belongs into a section is not sent where there is none. */
static void lines_stay_in_their_section(struct bench *b)
{
	const char *old = bench_running(b);
	enum run_state state;

	if (b->backend->no_section == NULL)
		return;
	state = bench_provision(b, b->backend->no_section, 0);
	bench_check(b, state == RUN_FAILED || state == RUN_ROLLED_BACK,
	    "it is refused");
	bench_check(b, holds(b->out.text, "did not open this section"),
	    "and why: %s", b->out.text);
	bench_check(b, !holds(buf_text(&b->log), "> ip route 10.81"),
	    "the line below was not sent");
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
}

#define MANY 60

/* Each line is taken in time, and all of them are not. */
static void long_change_is_put_back(struct bench *b)
{
	struct buf lines = BUF_INIT(MANY * 100);
	const char *old = bench_running(b);
	enum run_state state;

	if (b->backend->many == NULL)
		return;
	for (unsigned i = 0; i < MANY; i++) {
		const char *number = strstr(b->backend->many, "%u");

		buf_printf(&lines, "%.*s%u%s", (int)(number - b->backend->many),
		    b->backend->many, i, number + 2);
	}
	bench_mode(b, "latency=150");
	b->run_ms = 5000;
	state = bench_provision(b, buf_text(&lines), 0);
	b->run_ms = 60000;
	bench_mode(b, "off");
	bench_check(b, state == RUN_ROLLED_BACK, "it is put back");
	bench_check(b, holds(b->out.text, "ran out"), "for want of time");
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
	buf_release(&lines);
}

/* What the device runs, with more lines, which are its last. */
static const char *running_with(struct bench *b, const char *lines)
{
	const char *old = bench_running(b);
	const char *end = strstr(old, "\nend");

	return arena_printf(b->arena, "%.*s\n%send\n",
	    (int)(end != NULL ? (size_t)(end - old) : strlen(old)), old, lines);
}

static void bad_replacement_changes_nothing(struct bench *b)
{
	const char *old = bench_running(b);
	const char *wanted = running_with(b, b->backend->bad);
	enum run_state state = bench_provision(b, wanted, BENCH_REPLACE);

	bench_check(b, state == RUN_FAILED || state == RUN_ROLLED_BACK,
	    "a replacement that the device refuses fails");
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
	bench_ask(b, "advance %d", HOURS_3);
	bench_check(b, bench_same(b, old, bench_running(b)), "nor later");
}

static void check_secret_is_not_told(
    struct bench *b, const char *wanted, unsigned flags)
{
	enum run_state state = bench_provision(b, wanted, flags);

	/* of a replacement some look at what they would change only */
	bench_check(b,
	    state == RUN_FAILED || state == RUN_ROLLED_BACK ||
		(flags & BENCH_REPLACE) != 0,
	    "it is refused");
	bench_check(b, !holds(b->out.text, "s3cr3t"),
	    "the result does not tell the password");
	bench_check(b, !holds(buf_text(&b->log), "s3cr3t"),
	    "the log does not tell the password");
}

static void refused_secrets_are_not_told(struct bench *b)
{
	const char *bad = b->backend->bad_secret;

	if (bad == NULL)
		return;
	check_secret_is_not_told(b, bad, 0);
	check_secret_is_not_told(b, running_with(b, bad), BENCH_REPLACE);
	check_secret_is_not_told(b,
	    arena_printf(b->arena, "%s%s", bench_running(b), bad),
	    BENCH_REPLACE);
}

static void command_is_refused(struct bench *b)
{
	const char *old = bench_running(b);

	bench_check(b, bench_provision(b, b->backend->command, 0) == RUN_FAILED,
	    "what would act is refused");
	bench_check(b, b->effects == 0, "before anything is sent");
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
	bench_check(b, bench_count(b, "reloads") == 0, "and no restart");
}

static void somebodys_change_is_left_alone(struct bench *b)
{
	struct somebody who;
	const char *old;

	if (b->backend->pending == NULL ||
	    !bench_type(b, b->backend->pending, &who))
		return;
	old = bench_running(b);
	bench_check(b, bench_provision(b, b->backend->merge, 0) == RUN_FAILED,
	    "a change that somebody has not finished stops the run");
	bench_check(b, b->effects == 0, "before any effect");
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
	bench_leave(b, &who);
}

/* A plan is right only for what it was made from. */
static void change_meanwhile_stops_the_run(struct bench *b)
{
	struct somebody who;
	enum run_state state;

	if (b->backend->meanwhile == NULL)
		return;
	b->meanwhile = b->backend->meanwhile;
	b->somebody = &who;
	state = bench_provision(b, b->backend->merge, 0);
	bench_leave(b, &who);
	bench_check(b, state == RUN_FAILED,
	    "what was changed after the comparison stops the run");
	bench_check(b, b->effects == 0, "before any effect");
	bench_check(b, holds(bench_running(b), b->backend->meanwhile_word),
	    "his change stays");
	bench_check(b, !holds(bench_running(b), b->backend->shows),
	    "ours is not there");
}

static void somebodys_lock_is_respected(struct bench *b)
{
	struct somebody who;
	const char *old;

	if (b->backend->lock == NULL || !bench_type(b, b->backend->lock, &who))
		return;
	old = bench_running(b);
	bench_check(b, bench_provision(b, b->backend->merge, 0) == RUN_FAILED,
	    "a lock stops the run");
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
	bench_leave(b, &who);
	bench_check(b,
	    bench_provision(b, b->backend->merge, 0) == RUN_SUCCEEDED,
	    "and is gone with its owner");
}

static void somebodys_commit_is_left_alone(struct bench *b)
{
	struct somebody who;
	const char *old;

	if (b->backend->waiting == NULL ||
	    !bench_type(b, b->backend->waiting, &who))
		return;
	old = bench_running(b);
	bench_check(b, bench_provision(b, b->backend->merge, 0) == RUN_FAILED,
	    "a commit of somebody that waits stops the run");
	bench_check(b, b->effects == 0, "before any effect");
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
	bench_leave(b, &who);
}

/* --- Timers ------------------------------------------------------------ */

static void unconfirmed_reverts(struct bench *b)
{
	const struct driver *d = b->driver;
	struct driver_candidate c = { DRIVER_MERGE, b->backend->merge };
	struct driver_commit how = { .confirm_s = 120,
		.deadline = deadline_in_ms(b->run_ms) };
	struct deadline t = deadline_in_ms(b->run_ms);
	struct driver_session *s = NULL;
	struct driver_plan plan = { 0 };
	struct driver_report report = { 0 };
	struct driver_pending pending = { 0 };
	enum driver_found found = DRIVER_FOUND_PARTIAL;
	const char *old = bench_running(b);
	struct err e = ERR_INIT;
	enum err_code code = d->open(&b->target, NULL, t, &s, NULL, &e);

	if (code == ERR_OK)
		code = d->stage(s, &c, t, &e);
	if (code == ERR_OK)
		code = d->diff(s, t, b->arena, &plan, &e);
	if (code == ERR_OK)
		code = d->commit(s, &how, b->arena, &report, &e);
	bench_check(b, code == ERR_OK && report.outcome == DRIVER_APPLIED,
	    "a commit with a timer: %s", e.message);
	if (code == ERR_OK)
		code = d->get_pending(s, t, b->arena, &pending, &e);
	bench_check(b, pending.any && pending.ours, "it waits, and is ours");
	if (code == ERR_OK)
		code = d->classify(
		    s, plan.snapshot, plan.predicted, t, &found, &e);
	bench_check(b, found == DRIVER_FOUND_PENDING, "it is told as pending");
	d->close(s);
	bench_check(b, holds(bench_running(b), b->backend->shows), "in force");
	bench_ask(b, "advance 121");
	bench_check(b, bench_same(b, old, bench_running(b)), "and goes back");
	s = NULL;
	code = d->open(&b->target, NULL, t, &s, NULL, &e);
	if (code == ERR_OK)
		code = d->confirm(s, t, &e);
	bench_check(b, code == ERR_CONFLICT, "too late to confirm");
	if (s != NULL && d->classify(s, plan.snapshot, plan.predicted, t,
			     &found, &e) == ERR_OK)
		bench_check(b, found == DRIVER_FOUND_OLD, "it is the old one");
	d->close(s);
}

static void check_restored(
    struct bench *b, const char *snapshot, enum driver_outcome wanted)
{
	struct deadline t = deadline_in_ms(b->run_ms);
	struct driver_report report = { .outcome = DRIVER_UNKNOWN };
	struct driver_session *s = NULL;
	struct err e = ERR_INIT;
	enum err_code code = b->driver->open(&b->target, NULL, t, &s, NULL, &e);

	if (code == ERR_OK)
		code =
		    b->driver->restore(s, snapshot, t, b->arena, &report, &e);
	b->driver->close(s);
	bench_check(b, code == ERR_OK && report.outcome == wanted,
	    "outcome %d, wanted %d: %s", (int)report.outcome, (int)wanted,
	    e.message);
}

static void snapshot_is_put_back(struct bench *b)
{
	const char *old = bench_running(b);

	bench_check(b,
	    bench_provision(b, b->backend->merge, 0) == RUN_SUCCEEDED,
	    "a merge succeeds");
	if (b->snapshot == NULL)
		return;
	check_restored(b, b->snapshot, DRIVER_ROLLED_BACK);
	bench_check(b, bench_same(b, old, bench_running(b)), "it is back");
	check_restored(b, b->snapshot, DRIVER_UNTOUCHED);
}

static void cut_off_management_comes_back(struct bench *b)
{
	const char *old = bench_running(b);
	enum run_state state;

	b->run_ms = 15000;
	state = bench_provision(b, b->backend->cut_off, 0);
	bench_check(b, state == RUN_UNKNOWN,
	    "a device that cannot be reached any more is unknown");
	b->run_ms = 60000;
	state = bench_settle(b);
	bench_check(b, state == RUN_ROLLED_BACK, "and found as it was");
	bench_check(b, bench_same(b, old, bench_running(b)), "it is");
}

/* Nobody would take it back. */
static void cutting_off_needs_a_timer(struct bench *b)
{
	const struct driver *d = b->driver;
	struct driver_candidate c = { DRIVER_MERGE, b->backend->cut_off };
	struct deadline t = deadline_in_ms(b->run_ms);
	struct driver_commit how = { .confirm_s = 0, .deadline = t };
	struct driver_report report = { .outcome = DRIVER_UNKNOWN };
	struct driver_session *s = NULL;
	struct err e = ERR_INIT;
	const char *old;
	enum err_code code;

	if (!b->backend->cuts_itself)
		return;
	old = bench_running(b);
	code = d->open(&b->target, NULL, t, &s, NULL, &e);
	if (code == ERR_OK)
		code = d->stage(s, &c, t, &e);
	if (code == ERR_OK)
		code = d->commit(s, &how, b->arena, &report, &e);
	d->close(s);
	bench_check(b,
	    code == ERR_INVALID && report.outcome == DRIVER_UNTOUCHED,
	    "refused: %s", e.message);
	bench_check(b, bench_same(b, old, bench_running(b)), "no change");
}

/* --- Who is there ------------------------------------------------------ */

static enum driver_refusal_kind refusal_of(struct bench *b)
{
	struct driver_session *s = NULL;
	struct driver_refusal refusal = { 0 };
	struct err e = ERR_INIT;

	if (b->driver->open(&b->target, NULL, deadline_in_ms(b->run_ms), &s,
		&refusal, &e) == ERR_OK)
		b->driver->close(s);
	return refusal.kind;
}

static void wrong_password_is_told(struct bench *b)
{
	struct secret *wrong = secret_new("wrong", 5);

	b->target.password = wrong;
	bench_check(b, refusal_of(b) == DRIVER_REFUSAL_CREDENTIALS,
	    "a wrong password is told");
	b->target.password = b->password;
	if (b->enable != NULL) {
		b->target.enable = wrong;
		bench_check(b, refusal_of(b) == DRIVER_REFUSAL_CREDENTIALS,
		    "a wrong enable password, too");
		b->target.enable = NULL;
		bench_check(b, refusal_of(b) == DRIVER_REFUSAL_CREDENTIALS,
		    "and a missing one");
	}
	secret_free(wrong);
}

static void keys_are_checked(struct bench *b)
{
	b->target.n_pins = 0;
	bench_check(b, refusal_of(b) == DRIVER_REFUSAL_KEY_UNKNOWN,
	    "a key that nobody approved is told");
	b->target.n_pins = 1;
	bench_mode(b, "change-key");
	bench_check(b, refusal_of(b) == DRIVER_REFUSAL_KEY_CHANGED,
	    "another key is refused");
}

/* A session that stays open takes one of the device's few lines. */
static void sessions_are_closed(struct bench *b)
{
	struct deadline soon = deadline_in_ms(b->run_ms);

	bench_provision(b, bench_replacement(b), BENCH_REPLACE);
	bench_provision(b, b->backend->bad, 0);
	while (bench_count(b, "open") > 0 && !deadline_passed(soon))
		poll(NULL, 0, 5);
	bench_check(b, bench_count(b, "open") == 0, "%u stay open",
	    bench_count(b, "open"));
}

static void facts_are_read(struct bench *b)
{
	struct driver_session *s = NULL;
	struct driver_facts f = { 0 };
	struct deadline t = deadline_in_ms(b->run_ms);
	struct err e = ERR_INIT;
	enum err_code code = b->driver->open(&b->target, NULL, t, &s, NULL, &e);

	if (code == ERR_OK)
		code = b->driver->get_facts(s, t, b->arena, &f, &e);
	b->driver->close(s);
	bench_check(b, code == ERR_OK, "facts: %s", e.message);
	if (code != ERR_OK)
		return;
	bench_check(b, f.n_interfaces > 0, "interfaces");
	bench_check(b, text_starts_with(b->device, f.hostname) && *f.hostname,
	    "its name is \"%s\"", f.hostname);
	if (b->backend->netconf)
		return;
	bench_check(b, strcmp(f.hostname, b->device) == 0, "its name");
	bench_check(b, f.os_version[0] != '\0', "version \"%s\"", f.os_version);
	if (b->backend->real)
		return;
	bench_check(b, text_starts_with(f.serial, "SIM"),
	    "serial number \"%s\"", f.serial);
	bench_check(b, f.model[0] != '\0', "model \"%s\"", f.model);
	bench_check(b, f.uptime_s >= 0, "uptime");
}

/* One command over an open session. */
static void ask(struct bench *b, struct driver_session *s, const char *command,
    enum err_code expected, const char *words)
{
	struct driver_config got = { .text = "" };
	struct err e = ERR_INIT;
	enum err_code code = b->driver->read_output(
	    s, command, deadline_in_ms(b->run_ms), b->arena, &got, &e);

	bench_check(b,
	    code == expected &&
		strstr(code == ERR_OK ? got.text : e.message, words) != NULL,
	    "%s: %s%s", command, got.text, e.message);
}

/* What a device does not know is refused, and the session goes on; what does
 * more than read is never sent. */
static void commands_that_read_are_answered(struct bench *b)
{
	static const char *const commands[2][4] = {
		{ "show version", "", "show nonsense-of-ours", "reload" },
		{ "get-config running", "</", "get nothing urn:nobody:knows",
		    "kill-session 1" },
	};
	const char *const *c =
	    commands[strcmp(b->driver->name, "netconf") == 0];
	const char *before = bench_running(b);
	struct driver_session *s = NULL;
	struct err e = ERR_INIT;

	if (b->driver->open(&b->target, NULL, deadline_in_ms(b->run_ms), &s,
		NULL, &e) != ERR_OK) {
		bench_check(b, false, "open: %s", e.message);
		return;
	}
	ask(b, s, c[0], ERR_OK, c[1]);
	/* a filter that nothing matches is answered with nothing */
	if (c[0][0] == 's')
		ask(b, s, c[2], ERR_NOT_FOUND, "refused");
	else
		ask(b, s, c[2], ERR_OK, "");
	ask(b, s, c[3], ERR_DENIED, "was not sent");
	ask(b, s, c[0], ERR_OK, c[1]);
	b->driver->close(s);
	bench_check(b, bench_same(b, before, bench_running(b)), "it changed");
}

const struct bench_case bench_cases[] = {
	{ "a backup is whole", backup_is_whole },
	{ "a truncated configuration is no backup", truncated_is_no_backup },
	{ "a dry run changes nothing", dry_run_changes_nothing },
	{ "a merge is kept", merge_is_kept },
	{ "so it is without persist", merge_is_kept_without_persist },
	{ "what is there already is left alone", repeated_does_nothing },
	{ "a replacement is kept", replace_is_kept },
	{ "a merge does what it said", merge_does_what_it_said },
	{ "a replacement does what it said", replace_does_what_it_said },
	{ "a bad line changes nothing", bad_line_changes_nothing },
	{ "a bad replacement changes nothing",
	    bad_replacement_changes_nothing },
	{ "lines stay in their section", lines_stay_in_their_section },
	{ "a change that takes too long is put back", long_change_is_put_back },
	{ "refused secrets are not told", refused_secrets_are_not_told },
	{ "commands are refused", command_is_refused },
	{ "somebody's change is left alone", somebodys_change_is_left_alone },
	{ "a change meanwhile stops the run", change_meanwhile_stops_the_run },
	{ "somebody's lock is respected", somebodys_lock_is_respected },
	{ "somebody's commit is left alone", somebodys_commit_is_left_alone },
	{ "what is not confirmed reverts", unconfirmed_reverts },
	{ "a snapshot is put back", snapshot_is_put_back },
	{ "cut off management comes back", cut_off_management_comes_back },
	{ "cutting off needs a timer", cutting_off_needs_a_timer },
	{ "wrong passwords are told", wrong_password_is_told },
	{ "host keys are checked", keys_are_checked },
	{ "sessions are closed", sessions_are_closed },
	{ "facts are read", facts_are_read },
	{ "commands that read are answered", commands_that_read_are_answered },
	{ NULL, NULL },
};
