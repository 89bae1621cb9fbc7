/*
 * Configuration sessions: a copy of running that is edited aside, compared,
 * committed (for good or with a timer) or aborted.
 */
#include "sim/eos.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const eos_state_words[] = {
	[EOS_PENDING] = "pending",
	[EOS_COMPLETED] = "completed",
	[EOS_ABORTED] = "aborted",
	[EOS_PENDING_COMMIT_TIMER] = "pendingCommitTimer",
};

struct eos_session *eos_session_find(struct eos *eos, const char *name)
{
	for (struct eos_session *s = eos->sessions; s; s = s->next)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

static unsigned eos_session_count(
    const struct eos *eos, enum eos_session_state state)
{
	unsigned n = 0;

	for (const struct eos_session *s = eos->sessions; s; s = s->next)
		n += s->state == state;
	return n;
}

static void eos_session_free(struct eos_session *s)
{
	conf_free(s->candidate);
	free(s->name);
	free(s);
}

void eos_forget_sessions(struct eos *eos)
{
	while (eos->sessions) {
		struct eos_session *s = eos->sessions;

		eos->sessions = s->next;
		eos_session_free(s);
	}
	conf_free(eos->before_timer);
	eos->before_timer = NULL;
	mem_replace(&eos->timer_session, NULL);
}

static void eos_session_drop(struct eos *eos, const struct eos_session *gone)
{
	for (struct eos_session **p = &eos->sessions; *p; p = &(*p)->next) {
		struct eos_session *s = *p;

		if (s != gone)
			continue;
		*p = s->next;
		eos_session_free(s);
		return;
	}
}

/* Only the last of the finished sessions is remembered. */
static void eos_session_prune(struct eos *eos)
{
	while (eos_session_count(eos, EOS_COMPLETED) > EOS_COMPLETED_MAX) {
		struct eos_session *oldest = NULL;

		for (struct eos_session *s = eos->sessions; s; s = s->next)
			if (s->state == EOS_COMPLETED &&
			    (!oldest || s->ended_ms <= oldest->ended_ms))
				oldest = s;
		eos_session_drop(eos, oldest);
	}
}

static void eos_session_end(
    struct device *d, struct eos_session *s, enum eos_session_state state)
{
	s->state = state;
	s->ended_ms = device_now_ms(d);
	conf_free(s->candidate);
	s->candidate = NULL;
	if (state == EOS_ABORTED)
		eos_session_drop(eos_of(d), s);
	else
		eos_session_prune(eos_of(d));
}

void eos_replace_running(struct device *d, struct conf_node *config)
{
	struct eos *eos = eos_of(d);

	conf_free(eos->running);
	eos->running = config;
	d->stats.commits++;
}

/* What a line in configuration mode changes. */
struct conf_node *eos_edited(struct cli *cli)
{
	struct eos *eos = eos_of(cli->device);
	struct eos_session *s;

	if (cli->view != CLI_SESSION)
		return eos->running;
	s = eos_session_find(eos, eos_cli_of(cli)->session);
	return s ? s->candidate : NULL;
}

static struct eos_session *eos_session_new(struct cli *cli, const char *name)
{
	struct eos *eos = eos_of(cli->device);
	struct eos_session *s = mem_zalloc(sizeof(*s));

	s->name = mem_strdup(name);
	s->candidate = conf_clone(eos->running);
	snprintf(s->user, sizeof(s->user), "%s", cli->user);
	s->next = eos->sessions;
	eos->sessions = s;
	return s;
}

void eos_configure_session(struct cli *cli, const struct grammar_match *m)
{
	struct eos *eos = eos_of(cli->device);
	struct eos_cli *state = eos_cli_of(cli);
	char name[sizeof(state->session)];
	struct eos_session *s;

	grammar_word(m, 2, name, sizeof(name));
	if (name[0] == '\0')
		snprintf(name, sizeof(name), "sess-%u", ++eos->next_session);
	s = eos_session_find(eos, name);
	if (s && s->state != EOS_PENDING) {
		cli_fail(cli, "%% Cannot enter session %s (session %s)\n", name,
		    eos_state_words[s->state]);
		return;
	}
	if (!s && eos_session_count(eos, EOS_PENDING) >= EOS_PENDING_MAX) {
		cli_fail(cli,
		    "%% Maximum number of pending sessions has been reached. "
		    "Please commit or abort previous sessions before creating "
		    "a new one.\n");
		return;
	}
	if (!s)
		s = eos_session_new(cli, name);
	snprintf(s->tty, sizeof(s->tty), "%s", cli->tty);
	cli_set_view(cli, CLI_SESSION);
	snprintf(state->session, sizeof(state->session), "%s", name);
}

/* --- commit and abort -------------------------------------------------- */

/* 0: for good. */
static int64_t eos_timer_of(const struct grammar_match *m)
{
	char word[16];
	unsigned h;
	unsigned min;
	unsigned s;

	if (!grammar_has_keyword(m, "timer"))
		return 0;
	grammar_word(m, m->n_words - 1, word, sizeof(word));
	if (sscanf(word, "%u:%u:%u", &h, &min, &s) != 3)
		return 0;
	return ((int64_t)h * 3600 + min * 60 + s) * 1000;
}

static void eos_start_timer(
    struct device *d, struct eos_session *s, int64_t timer_ms)
{
	struct eos *eos = eos_of(d);

	eos->before_timer = conf_clone(eos->running);
	eos->timer_ms = device_now_ms(d) + timer_ms;
	mem_replace(&eos->timer_session, mem_strdup(s->name));
	eos_replace_running(d, s->candidate);
	s->candidate = NULL;
	s->state = EOS_PENDING_COMMIT_TIMER;
}

static void eos_stop_timer(struct eos *eos)
{
	conf_free(eos->before_timer);
	eos->before_timer = NULL;
	mem_replace(&eos->timer_session, NULL);
}

/* The configuration from before the commit comes back. */
static void eos_revert(struct device *d)
{
	struct eos *eos = eos_of(d);
	struct eos_session *s = eos_session_find(eos, eos->timer_session);

	conf_free(eos->running);
	eos->running = eos->before_timer;
	eos->before_timer = NULL;
	d->stats.reverts++;
	if (s)
		eos_session_end(d, s, EOS_ABORTED);
	eos_stop_timer(eos);
}

void eos_timer_fire(struct device *d, int64_t now_ms)
{
	struct eos *eos = eos_of(d);

	if (eos->before_timer && now_ms >= eos->timer_ms)
		eos_revert(d);
}

static void eos_commit(struct cli *cli, const char *name, int64_t timer_ms)
{
	struct device *d = cli->device;
	struct eos *eos = eos_of(d);
	struct eos_session *s = eos_session_find(eos, name);

	if (!s || s->state == EOS_COMPLETED) {
		cli_fail(cli, "%% Cannot commit session %s: %s\n", name,
		    s ? "session is completed" : "session does not exist");
	} else if (s->state == EOS_PENDING_COMMIT_TIMER) {
		/* A second `commit timer` moves the time. */
		if (timer_ms > 0) {
			eos->timer_ms = device_now_ms(d) + timer_ms;
		} else {
			eos_session_end(d, s, EOS_COMPLETED);
			eos_stop_timer(eos);
		}
	} else if (eos->before_timer) {
		cli_fail(cli,
		    "%% Cannot commit session %s: session %s is pending commit "
		    "timer\n",
		    name, eos->timer_session);
	} else if (timer_ms > 0) {
		eos_start_timer(d, s, timer_ms);
	} else {
		eos_replace_running(d, s->candidate);
		s->candidate = NULL;
		eos_session_end(d, s, EOS_COMPLETED);
	}
}

static void eos_abort(struct cli *cli, const char *name)
{
	struct eos *eos = eos_of(cli->device);
	struct eos_session *s = eos_session_find(eos, name);

	if (!s)
		cli_fail(cli, "%% Session %s does not exist\n", name);
	else if (s->state == EOS_PENDING_COMMIT_TIMER)
		eos_revert(cli->device);
	else if (s->state == EOS_PENDING)
		eos_session_end(cli->device, s, EOS_ABORTED);
	else
		cli_fail(cli, "%% Cannot abort session %s: session is %s\n",
		    name, eos_state_words[s->state]);
}

void eos_session_commit_named(struct cli *cli, const struct grammar_match *m)
{
	char name[80];

	eos_commit(
	    cli, grammar_word(m, 2, name, sizeof(name)), eos_timer_of(m));
}

void eos_session_abort_named(struct cli *cli, const struct grammar_match *m)
{
	char name[80];

	eos_abort(cli, grammar_word(m, 2, name, sizeof(name)));
}

static void eos_leave_session(struct cli *cli)
{
	eos_cli_of(cli)->session[0] = '\0';
	cli_set_view(cli, CLI_PRIV);
}

void eos_session_commit(struct cli *cli, const struct grammar_match *m)
{
	eos_commit(cli, eos_cli_of(cli)->session, eos_timer_of(m));
	if (!cli->failed)
		eos_leave_session(cli);
}

void eos_session_abort(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	eos_abort(cli, eos_cli_of(cli)->session);
	cli->failed = false;
	eos_leave_session(cli);
}

void eos_session_clean(struct cli *cli, const struct grammar_match *m)
{
	struct eos_session *s =
	    eos_session_find(eos_of(cli->device), eos_cli_of(cli)->session);

	(void)m;
	if (!s || !s->candidate)
		return;
	conf_free(s->candidate);
	s->candidate = eos_clean_config();
	conf_cursor_reset(&cli->cursor);
}

/* --- what is shown ----------------------------------------------------- */

void eos_show_sessions(struct cli *cli, const struct grammar_match *m)
{
	const struct eos *eos = eos_of(cli->device);

	(void)m;
	cli_printf(cli,
	    "Maximum number of completed sessions: %d\n"
	    "Maximum number of pending sessions: %d\n"
	    "Merge on commit is disabled\n"
	    "Autosave to startup-config on commit is disabled\n\n"
	    "  %-20s %-18s %-10s %-8s %s\n"
	    "  -------------------- ------------------ ---------- -------- "
	    "-----------\n",
	    EOS_COMPLETED_MAX, EOS_PENDING_MAX, "Name", "State", "User",
	    "Terminal", "Description");
	for (const struct eos_session *s = eos->sessions; s; s = s->next)
		cli_printf(cli, "%c %-20s %-18s %-10s %-8s\n",
		    strcmp(s->name, eos_cli_of(cli)->session) == 0 ? '*' : ' ',
		    s->name, eos_state_words[s->state], s->user, s->tty);
}

/* From 4.32 the timer stands at the top instead of in its session. */
static bool eos_timer_at_top(const struct device *d)
{
	unsigned major = 0;
	unsigned minor = 0;

	sscanf(d->os_version, "%u.%u", &major, &minor);
	return major > 4 || (major == 4 && minor >= 32);
}

static json_t *eos_model_session(
    const struct device *d, const struct eos *eos, const struct eos_session *s)
{
	bool timed = s->state == EOS_PENDING_COMMIT_TIMER;
	bool at_top = eos_timer_at_top(d);
	json_t *o = json_pack("{s:s, s:s, s:s, s:{}}", "state",
	    timed && at_top ? "pending" : eos_state_words[s->state],
	    "commitUser", s->state == EOS_COMPLETED ? s->user : "",
	    "description", "", "instances");

	if (s->state == EOS_PENDING && s->tty[0])
		json_object_set_new(json_object_get(o, "instances"), "1",
		    json_pack("{s:s, s:s, s:b}", "user", s->user, "terminal",
			s->tty, "currentTerminal", 0));
	if (timed && !at_top)
		json_object_set_new(
		    o, "commitBy", json_real((double)eos->timer_ms / 1000));
	if (s->state == EOS_COMPLETED)
		json_object_set_new(
		    o, "completedTime", json_real((double)s->ended_ms / 1000));
	return o;
}

json_t *eos_model_sessions(struct cli *cli, const struct grammar_match *m)
{
	const struct eos *eos = eos_of(cli->device);
	json_t *sessions = json_object();
	json_t *all;

	(void)m;
	for (const struct eos_session *s = eos->sessions; s; s = s->next)
		json_object_set_new(
		    sessions, s->name, eos_model_session(cli->device, eos, s));
	all = json_pack("{s:i, s:i, s:b, s:b, s:o}", "maxSavedSessions",
	    EOS_COMPLETED_MAX, "maxOpenSessions", EOS_PENDING_MAX,
	    "mergeOnCommit", 0, "saveToStartupConfigOnCommit", 0, "sessions",
	    sessions);
	if (eos->timer_session && eos_timer_at_top(cli->device)) {
		json_object_set_new(all, "commitTimerSessionName",
		    json_string(eos->timer_session));
		json_object_set_new(all, "commitTimerExpireTime",
		    json_real((double)eos->timer_ms / 1000));
	}
	return all;
}

/* `… named X …`, or the session one is in. */
static struct eos_session *eos_session_meant(
    struct cli *cli, const struct grammar_match *m)
{
	char name[80];
	struct eos_session *s;

	if (grammar_has_keyword(m, "named"))
		grammar_word(m, 3, name, sizeof(name));
	else
		snprintf(name, sizeof(name), "%s", eos_cli_of(cli)->session);
	s = eos_session_find(eos_of(cli->device), name);
	if (!s)
		cli_fail(cli, "%% Session %s does not exist\n", name);
	return s;
}

void eos_show_session_config(struct cli *cli, const struct grammar_match *m)
{
	const struct eos_session *s = eos_session_meant(cli, m);

	if (s && s->candidate)
		eos_format_config(cli->device, "show session-config",
		    s->candidate, &cli->text);
}

void eos_show_session_diffs(struct cli *cli, const struct grammar_match *m)
{
	const struct eos_session *s = eos_session_meant(cli, m);
	char *to;

	if (!s || !s->candidate)
		return;
	to = mem_printf("session:/%s-session-config", s->name);
	conf_diff_unified(eos_of(cli->device)->running, s->candidate,
	    &eos_lang.style, (const char *[]){ "system:/running-config", to },
	    &cli->text);
	free(to);
}
