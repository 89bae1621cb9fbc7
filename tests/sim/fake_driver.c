#include "sim/fake_driver.h"

#include "base/file.h"
#include "base/text.h"
#include "domain/text_diff.h"
#include "infra/driver/registry.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define MAX_TEXT ((size_t)1 << 20)
#define MAX_LINES 4096
#define ARENA_MAX ((size_t)64 << 20)

struct driver_session {
	char dir[512];
	const struct driver_target *target;
	const struct driver_hooks *hooks;
	struct arena *arena; /* of the stage */
	bool staged;
	bool replace;
	const char *running; /* when it was staged */
	const char *predicted;
	const char *commands[MAX_LINES]; /* "line" adds, "no line" removes */
	size_t n_commands;
	int writer_fd; /* the only writer holds this lock */
};

/* --- the directory ------------------------------------------------------- */

static void note(const struct driver_session *s, const char *fmt, ...)
    printf_like(2, 3);
static void note(const struct driver_session *s, const char *fmt, ...)
{
	char path[600], line[900];
	int n = snprintf(line, sizeof(line), "%lld %d ",
	    (long long)clock_mono_us(), (int)getpid());
	va_list ap;
	int fd;

	va_start(ap, fmt);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	line[n++] = '\n';
	snprintf(path, sizeof(path), "%s/log", s->dir);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		_exit(20);
	close(fd);
}

static const char *load(
    const struct driver_session *s, const char *file, struct arena *arena)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	char path[600];
	const char *copy;

	snprintf(path, sizeof(path), "%s/%s", s->dir, file);
	(void)!file_read(path, &text, NULL);
	copy = arena_memdup(arena, buf_text(&text), text.len);
	buf_release(&text);
	return copy ? copy : "";
}

static void store_text(
    const struct driver_session *s, const char *file, const char *text)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", s->dir, file);
	if (file_replace(path, text, strlen(text), 0600, NULL) != ERR_OK)
		_exit(21);
}

/* The value of a control word, "" if it is not there. */
static void control(
    const struct driver_session *s, const char *word, char value[64])
{
	struct arena *arena = arena_new(MAX_TEXT);
	const char *p = load(s, "control", arena);
	size_t n = strlen(word);

	value[0] = '\0';
	while (*p) {
		size_t len = strcspn(p, "\n");

		if (len > n && len - n < 64 && memcmp(p, word, n) == 0 &&
		    p[n] == ' ') {
			memcpy(value, p + n + 1, len - n - 1);
			value[len - n - 1] = '\0';
		}
		p += len + (p[len] == '\n');
	}
	arena_free(arena);
}

static bool controlled(const struct driver_session *s, const char *word)
{
	char value[64];

	control(s, word, value);
	return value[0] != '\0';
}

static size_t control_number(const struct driver_session *s, const char *word)
{
	char value[64];

	control(s, word, value);
	return strtoul(value, NULL, 10);
}

static void pause_ms(int64_t ms)
{
	struct timespec ts = { ms / 1000, (ms % 1000) * 1000000 };

	nanosleep(&ts, NULL);
}

/* What the device takes for one exchange.  Before an effect it can be
 * cancelled. */
static enum err_code exchange(struct driver_session *s, bool cancellable,
    struct deadline deadline, struct err *e)
{
	struct deadline until =
	    deadline_in_ms((int64_t)control_number(s, "latency"));

	while (!deadline_passed(until)) {
		int64_t left = deadline_left_ms(until);

		if (cancellable && s->hooks->cancelled(s->hooks->ctx))
			return err_set(
			    e, ERR_CANCELLED, "cancelled; nothing was changed");
		if (deadline_passed(deadline))
			return err_set(
			    e, ERR_TIMEOUT, "the device does not answer");
		pause_ms(left < 5 ? left : 5);
	}
	return ERR_OK;
}

/* --- opening ------------------------------------------------------------- */

static enum err_code refuse_key(
    const char *kind, struct driver_refusal *refusal, struct err *e)
{
	bool changed = strcmp(kind, "changed") == 0;
	struct driver_refusal local, *r = refusal ? refusal : &local;

	r->kind =
	    changed ? DRIVER_REFUSAL_KEY_CHANGED : DRIVER_REFUSAL_KEY_UNKNOWN;
	snprintf(r->key_type, sizeof(r->key_type), "ssh-ed25519");
	snprintf(r->key_blob, sizeof(r->key_blob), "RkFLRQ==");
	snprintf(r->fingerprint, sizeof(r->fingerprint), "SHA256:fake");
	return err_set(e, ERR_DENIED,
	    changed ? "the host key has changed; nothing was sent"
		    : "the host key is not known; nothing was sent");
}

static bool is_cut_off(const struct driver_session *s)
{
	char when[64], path[600];

	control(s, "unreachable", when);
	snprintf(path, sizeof(path), "%s/touched", s->dir);
	return strcmp(when, "always") == 0 ||
	       (strcmp(when, "later") == 0 && access(path, F_OK) == 0);
}

static enum err_code check_door(struct driver_session *s,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	char value[64];
	enum err_code rc = exchange(s, true, deadline, e);

	if (rc != ERR_OK)
		return rc;
	if (is_cut_off(s)) {
		if (refusal)
			refusal->kind = DRIVER_REFUSAL_UNREACHABLE;
		return err_set(e, ERR_TIMEOUT, "the device cannot be reached");
	}
	control(s, "key", value);
	if (value[0])
		return refuse_key(value, refusal, e);
	control(s, "password", value);
	if (value[0] &&
	    (!s->target->password ||
		strcmp(secret_reveal(s->target->password), value) != 0)) {
		if (refusal)
			refusal->kind = DRIVER_REFUSAL_CREDENTIALS;
		return err_set(e, ERR_DENIED,
		    "the device refused the password of %s",
		    s->target->username);
	}
	return ERR_OK;
}

static void fake_close(struct driver_session *s)
{
	if (!s)
		return;
	if (s->writer_fd >= 0)
		close(s->writer_fd);
	note(s, "close");
	arena_free(s->arena);
	free(s);
}

static enum err_code fake_open(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct driver_session **ret, struct driver_refusal *refusal, struct err *e)
{
	struct driver_session *s = calloc(1, sizeof(*s));
	const char *base = getenv("SWITCHYARD_FAKE");
	enum err_code rc;

	if (!s || !base)
		_exit(22);
	s->target = target;
	s->hooks = hooks;
	s->writer_fd = -1;
	s->arena = arena_new(ARENA_MAX);
	snprintf(s->dir, sizeof(s->dir), "%s/%u", base, (unsigned)target->port);
	note(s, "open");
	rc = check_door(s, deadline, refusal, e);
	if (rc != ERR_OK) {
		fake_close(s);
		return rc;
	}
	*ret = s;
	return ERR_OK;
}

/* --- reading ------------------------------------------------------------- */

static enum err_code fake_get_facts(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_facts *ret,
    struct err *e)
{
	(void)arena;
	*ret = (struct driver_facts){ s->target->name, "Fake", "F1", "1", "",
		-1, NULL, 0 };
	return exchange(s, true, deadline, e);
}

static enum err_code fake_get_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	enum err_code rc = exchange(s, true, deadline, e);

	if (rc != ERR_OK)
		return rc;
	ret->text =
	    load(s, source == DRIVER_STARTUP ? "startup" : "running", arena);
	ret->len = strlen(ret->text);
	note(s, "read");
	if (controlled(s, "corrupt"))
		return err_set(
		    e, ERR_CORRUPT, "the configuration came without its end");
	return ERR_OK;
}

static enum err_code fake_read_output(struct driver_session *s,
    const char *command, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	char *file = arena_printf(arena, "ask-%s", command);
	enum err_code rc = exchange(s, true, deadline, e);

	if (rc != ERR_OK)
		return rc;
	note(s, "ask %s", command);
	if (controlled(s, "deaf"))
		return err_set(e, ERR_TIMEOUT, "the device does not answer");
	for (char *p = file; *p; p++)
		*p = *p == ' ' || *p == '/' ? '-' : *p;
	ret->text = load(s, file, arena);
	ret->len = strlen(ret->text);
	if (ret->len == 0)
		return err_set(
		    e, ERR_NOT_FOUND, "%% Unknown command: %s", command);
	if (controlled(s, "cut-answer"))
		return err_set(e, ERR_CORRUPT, "the answer broke off");
	return ERR_OK;
}

static enum err_code fake_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e)
{
	char who[64];

	(void)deadline;
	(void)e;
	control(s, "pending", who);
	*ret = (struct driver_pending){ .any = who[0] != '\0',
		.reverts_ms = -1,
		.who = arena_strdup(arena, who) };
	return ERR_OK;
}

/* --- lines --------------------------------------------------------------- */

static bool has_line(const char *text, const char *line, size_t len)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n == len && memcmp(text, line, len) == 0)
			return true;
		text += n + (text[n] == '\n');
	}
	return false;
}

/* `text` after one command, in the arena. */
static const char *apply(
    struct arena *arena, const char *text, const char *command)
{
	bool removes = text_starts_with(command, "no ");
	const char *line = removes ? command + 3 : command;
	size_t len = strlen(line);
	struct buf out = BUF_INIT(MAX_TEXT);
	const char *copy;

	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");

		if (!removes || n != len || memcmp(p, line, n) != 0)
			buf_printf(&out, "%.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
	if (!removes && !has_line(text, line, len))
		buf_printf(&out, "%s\n", line);
	copy = arena_memdup(arena, buf_text(&out), out.len);
	buf_release(&out);
	return copy;
}

/* Commands that lead from one text to another: lines it has not, then (where
 * all is replaced) lines that it should not have. */
static size_t lead(struct arena *arena, const char *from, const char *to,
    bool replace, const char **commands)
{
	size_t n = 0;

	for (const char *p = from; replace && *p && n < MAX_LINES;) {
		size_t len = strcspn(p, "\n");

		if (len && !has_line(to, p, len))
			commands[n++] =
			    arena_printf(arena, "no %.*s", (int)len, p);
		p += len + (p[len] == '\n');
	}
	for (const char *p = to; *p && n < MAX_LINES;) {
		size_t len = strcspn(p, "\n");

		if (len && !has_line(from, p, len))
			commands[n++] =
			    arena_printf(arena, "%.*s", (int)len, p);
		p += len + (p[len] == '\n');
	}
	return n;
}

/* --- changing ------------------------------------------------------------ */

static enum err_code fake_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	enum err_code rc = exchange(s, true, deadline, e);

	if (rc != ERR_OK)
		return rc;
	if (strstr(candidate->text, "INVALID"))
		return err_set(
		    e, ERR_INVALID, "the line INVALID cannot be sent");
	arena_reset(s->arena);
	s->replace = candidate->load == DRIVER_REPLACE;
	s->running = load(s, "running", s->arena);
	s->n_commands = lead(
	    s->arena, s->running, candidate->text, s->replace, s->commands);
	s->predicted = s->running;
	for (size_t i = 0; i < s->n_commands; i++)
		s->predicted = apply(s->arena, s->predicted, s->commands[i]);
	s->staged = true;
	return ERR_OK;
}

static enum err_code fake_diff(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_plan *ret,
    struct err *e)
{
	struct text_diff_input a = { s->running, strlen(s->running) };
	struct text_diff_input b = { s->predicted, strlen(s->predicted) };
	const char **reverse = arena_alloc(arena, MAX_LINES * sizeof(char *));
	struct buf text = BUF_INIT(MAX_TEXT);
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
			.n_reverse = lead(
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
		note(s, "OVERLAP");
		_exit(23);
	}
}

static void send_line(
    struct driver_session *s, const char *verb, const char *command)
{
	struct arena *arena = arena_new(ARENA_MAX);

	note(s, "%s %s", verb, command);
	store_text(
	    s, "running", apply(arena, load(s, "running", arena), command));
	arena_free(arena);
}

/* Brings running back to the snapshot, line by line. */
static enum err_code put_back(struct driver_session *s, const char *snapshot,
    struct driver_report *report, struct err *e)
{
	struct arena *arena = arena_new(ARENA_MAX);
	const char **commands = arena_alloc(arena, MAX_LINES * sizeof(char *));
	const char *running = load(s, "running", arena);
	size_t n = lead(arena, running, snapshot, true, commands);

	become_writer(s);
	report->outcome = n ? DRIVER_ROLLED_BACK : DRIVER_UNTOUCHED;
	for (size_t i = 0; i < n && !controlled(s, "norestore"); i++) {
		pause_ms((int64_t)control_number(s, "latency"));
		send_line(s, "undo", commands[i]);
	}
	arena_free(arena);
	if (n && controlled(s, "norestore")) {
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

	pause_ms((int64_t)control_number(s, "latency"));
	while (control_number(s, "hang") == number &&
	       !deadline_passed(how->deadline))
		pause_ms(20);
	if (deadline_passed(how->deadline) ||
	    control_number(s, "refuse") == number)
		return refused(s, at, false, report, e);
	if (control_number(s, "stuck") == number)
		return refused(s, at, true, report, e);
	report->sent++;
	if (number < s->n_commands || !controlled(s, "lie"))
		send_line(s, "line", s->commands[at]);
	if (control_number(s, "die") == number)
		_exit(24);
	if (control_number(s, "drop") == number) {
		report->outcome = DRIVER_UNKNOWN;
		return err_set(e, ERR_UNKNOWN_OUTCOME,
		    "the session was lost after line %zu", number);
	}
	return ERR_OK;
}

static enum err_code fake_commit(struct driver_session *s,
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
	if (rc != ERR_OK)
		return rc;
	become_writer(s);
	store_text(s, "touched", "");
	for (size_t i = 0; i < s->n_commands && rc == ERR_OK; i++)
		rc = commit_line(s, i, how, report, e);
	if (rc == ERR_OK)
		report->outcome = DRIVER_APPLIED;
	return rc;
}

static enum err_code fake_discard(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	s->staged = false;
	return exchange(s, false, deadline, e);
}

static enum err_code fake_classify(struct driver_session *s,
    const char *snapshot, const char *predicted, struct deadline deadline,
    enum driver_found *ret, struct err *e)
{
	struct arena *arena = arena_new(ARENA_MAX);
	const char *running = load(s, "running", arena);
	enum err_code rc = exchange(s, false, deadline, e);

	if (rc == ERR_OK)
		*ret = strcmp(running, snapshot) == 0 ? DRIVER_FOUND_OLD
		       : predicted && strcmp(running, predicted) == 0
			   ? DRIVER_FOUND_NEW
			   : DRIVER_FOUND_PARTIAL;
	note(s, "read");
	arena_free(arena);
	return rc;
}

static enum err_code fake_restore(struct driver_session *s,
    const char *snapshot, struct deadline deadline, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	(void)deadline;
	(void)arena;
	*report = (struct driver_report){ .outcome = DRIVER_UNTOUCHED };
	return put_back(s, snapshot, report, e);
}

static enum err_code fake_verify(const struct driver_candidate *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret,
    struct err *e)
{
	const char **missing = arena_alloc(arena, MAX_LINES * sizeof(char *));
	size_t n = lead(arena, running, intended->text,
	    intended->load == DRIVER_REPLACE, missing);

	(void)e;
	*ret = (struct driver_verdict){ .matches = n == 0,
		.text = n ? arena_printf(arena, "missing: %s", missing[0]) : "",
		.n_missing = n };
	return ERR_OK;
}

static enum err_code fake_save(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct arena *arena = arena_new(ARENA_MAX);
	enum err_code rc = exchange(s, false, deadline, e);

	if (rc == ERR_OK && controlled(s, "nosave"))
		rc = err_set(e, ERR_REMOTE, "the device has no room to save");
	if (rc == ERR_OK) {
		store_text(s, "startup", load(s, "running", arena));
		note(s, "save");
	}
	arena_free(arena);
	return rc;
}

const struct driver fake_driver = {
	.name = "frr",
	.label = "A directory",
	.capabilities = DRIVER_CAN_MERGE | DRIVER_CAN_REPLACE |
			DRIVER_CAN_STARTUP | DRIVER_CAN_SAVE,
	.default_port = 22,
	.open = fake_open,
	.get_facts = fake_get_facts,
	.get_config = fake_get_config,
	.read_output = fake_read_output,
	.stage = fake_stage,
	.diff = fake_diff,
	.commit = fake_commit,
	.discard = fake_discard,
	.classify = fake_classify,
	.restore = fake_restore,
	.verify = fake_verify,
	.get_pending = fake_get_pending,
	.save = fake_save,
	.close = fake_close,
};

/* In place of the registry of infra/driver: src/main_worker.c is linked with
 * this file as it stands. */
const struct driver *driver_find(const char *name)
{
	return strcmp(name, fake_driver.name) == 0 ? &fake_driver : NULL;
}

const struct driver *driver_at(size_t i)
{
	return i == 0 ? &fake_driver : NULL;
}
