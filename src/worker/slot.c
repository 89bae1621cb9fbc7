#include "worker/slot.h"

#include "app/device_run.h"
#include "app/port/secrets.h"
#include "base/json.h"
#include "base/text.h"
#include "worker/slot_jump.h"
#include "worker/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define ARENA_MAX ((size_t)256 * 1024 * 1024)

json_t *slot_text(const char *text, size_t len)
{
	json_t *holder = json_object(), *v = NULL;

	if (holder && json_set_text(holder, "t", text, len))
		v = json_incref(json_object_get(holder, "t"));
	json_decref(holder);
	return v;
}

enum err_code slot_tell(json_t *message, struct err *e)
{
	enum err_code rc;

	if (!message)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = wire_send(SLOT_FD, message, e);
	json_decref(message);
	return rc;
}

/* Waits for the master's next message. */
static enum err_code hear(struct slot *slot, json_t **ret, struct err *e)
{
	enum err_code rc;
	bool open = true;

	for (;;) {
		rc = wire_take(&slot->in, ret, e);
		if (rc != ERR_OK || *ret)
			return rc;
		rc = wire_fill(SLOT_FD, &slot->in, &open, e);
		if (rc != ERR_OK)
			return rc;
		if (!open)
			return err_set(e, ERR_SYSTEM, "the master is gone");
	}
}

/* --- the way to the master ------------------------------------------------ */

static const char *const levels[] = { "debug", "info", "warning", "error" };

static void io_log(void *ctx, enum log_level level, const char *text)
{
	json_t *t = slot_text(text, strlen(text));

	(void)ctx;
	(void)slot_tell(json_pack("{s:s, s:s, s:o}", "type", "log", "level",
			    levels[level], "text", t),
	    NULL);
}

static enum err_code io_backup(void *ctx, enum device_run_phase phase,
    const char *text, size_t len, struct err *e)
{
	(void)ctx;
	return slot_tell(json_pack("{s:s, s:s, s:o}", "type", "backup", "phase",
			     phase == PHASE_BEFORE ? "before" : "after", "text",
			     slot_text(text, len)),
	    e);
}

static enum err_code io_output(
    void *ctx, const struct device_output *got, struct err *e)
{
	json_t *m = json_pack("{s:s, s:s, s:b}", "type", "output", "name",
	    got->question->name, "refused", got->refused);

	(void)ctx;
	if (m && got->text)
		json_object_set_new(m, "text", slot_text(got->text, got->len));
	if (m && got->why)
		json_object_set_new(
		    m, "why", slot_text(got->why, strlen(got->why)));
	return slot_tell(m, e);
}

static void io_quarantine(void *ctx, const char *text, const char *why)
{
	(void)ctx;
	(void)slot_tell(json_pack("{s:s, s:o, s:o}", "type", "bad", "text",
			    slot_text(text, strlen(text)), "why",
			    slot_text(why, strlen(why))),
	    NULL);
}

static void io_diff(
    void *ctx, const char *unified, size_t added, size_t removed)
{
	(void)ctx;
	(void)slot_tell(
	    json_pack("{s:s, s:o, s:I, s:I}", "type", "diff", "text",
		slot_text(unified, strlen(unified)), "added", (json_int_t)added,
		"removed", (json_int_t)removed),
	    NULL);
}

static void io_hostkey(void *ctx, const struct driver_refusal *refusal)
{
	(void)ctx;
	(void)slot_tell(
	    json_pack("{s:s, s:s, s:s, s:s}", "type", "hostkey", "key_type",
		refusal->key_type, "key", refusal->key_blob, "fingerprint",
		refusal->fingerprint),
	    NULL);
}

static enum err_code io_facts(void *ctx, const json_t *facts, struct err *e)
{
	json_t *copy = json_deep_copy(facts);

	(void)ctx;
	return slot_tell(
	    json_pack("{s:s, s:o}", "type", "facts", "facts", copy), e);
}

static json_t *effect_message(const struct driver_plan *plan)
{
	const char *predicted = plan->predicted ? plan->predicted : "";
	json_t *reverse = json_array();

	for (size_t i = 0; reverse && i < plan->n_reverse; i++)
		json_array_append_new(reverse,
		    slot_text(plan->reverse[i], strlen(plan->reverse[i])));
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "type", "effect",
	    "snapshot", slot_text(plan->snapshot, strlen(plan->snapshot)),
	    "predicted", slot_text(predicted, strlen(predicted)), "diff",
	    slot_text(plan->diff, strlen(plan->diff)), "reverse", reverse);
}

enum err_code slot_ask(struct slot *slot, json_t *message, struct err *e)
{
	enum err_code rc = slot_tell(message, e);

	while (rc == ERR_OK) {
		json_t *answer;
		const char *type;
		bool go;

		rc = hear(slot, &answer, e);
		if (rc != ERR_OK)
			break;
		type = json_text(answer, "type", "");
		go = strcmp(type, "go") == 0;
		if (strcmp(type, "cancel") == 0)
			slot->cancelled = true;
		else if (strcmp(type, "stop") == 0)
			rc = err_set(e,
			    json_flag(answer, "cancelled", false)
				? ERR_CANCELLED
				: ERR_CONFLICT,
			    "%s", json_text(answer, "message", "stopped"));
		json_decref(answer);
		if (go)
			break;
	}
	return rc;
}

static enum err_code io_effect(
    void *ctx, const struct driver_plan *plan, struct err *e)
{
	return slot_ask(ctx, effect_message(plan), e);
}

bool slot_cancelled(void *ctx)
{
	struct slot *slot = ctx;
	struct pollfd p = { .fd = SLOT_FD, .events = POLLIN };
	json_t *message = NULL;
	bool open = true;

	if (!slot->cancelled && poll(&p, 1, 0) > 0 &&
	    wire_fill(SLOT_FD, &slot->in, &open, NULL) == ERR_OK &&
	    wire_take(&slot->in, &message, NULL) == ERR_OK && message) {
		/* before the effect only a cancel can come */
		slot->cancelled =
		    strcmp(json_text(message, "type", ""), "cancel") == 0;
		json_decref(message);
	}
	return slot->cancelled;
}

/* --- one request --------------------------------------------------------- */

size_t slot_read_pins(const json_t *request, struct arena *arena,
    struct driver_host_key pins[SLOT_PINS_MAX])
{
	const json_t *list = json_object_get(request, "pins");
	size_t n = 0, i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		char *type = arena_strdup(arena, json_string_value(item));
		char *space = type ? strchr(type, ' ') : NULL;

		if (!space || n == SLOT_PINS_MAX)
			continue;
		*space = '\0';
		pins[n].type = type;
		pins[n++].blob = space + 1;
	}
	return n;
}

struct secret_ref slot_read_ref(const json_t *credentials)
{
	return (struct secret_ref){ json_text(credentials, "provider", ""),
		json_text(credentials, "reference", ""),
		json_text(credentials, "username", "") };
}

static enum err_code read_questions(const json_t *rq, struct arena *arena,
    struct device_run_input *in, struct err *e)
{
	const json_t *list = json_object_get(rq, "questions"), *item;
	size_t n = json_array_size(list), i;
	struct device_question *to = arena_zalloc(arena, (n + 1) * sizeof(*to));

	if (!to)
		return err_set(e, ERR_SYSTEM, "out of memory");
	json_array_foreach(list, i, item) to[i] =
	    (struct device_question){ json_text(item, "name", ""),
		    json_text(item, "command", ""),
		    (int)json_number(item, "timeout_s", 0) * 1000 };
	in->questions = to;
	in->n_questions = n;
	return ERR_OK;
}

static void fill_input(
    const json_t *rq, const struct driver *driver, struct device_run_input *in)
{
	in->driver = driver;
	in->target.name = json_text(rq, "device", "");
	in->target.address = json_text(rq, "address", "");
	in->target.port = (uint16_t)json_number(rq, "port", 0);
	in->target.ssh_port = (uint16_t)json_number(rq, "ssh_port", 0);
	in->target.transport = json_text(rq, "transport", NULL);
	in->target.ca_file = json_text(rq, "ca_file", NULL);
	in->connect_ms = (int)json_number(rq, "connect_s", 10) * 1000;
	in->command_ms = (int)json_number(rq, "command_s", 30) * 1000;
	in->deadline = deadline_in_ms(json_number(rq, "limit_s", 600) * 1000);
	in->intended = json_text(rq, "intended", "");
	in->known = json_object_get(rq, "known");
	in->diff_hash = json_text(rq, "diff_hash", NULL);
	in->dry_run = json_flag(rq, "dry_run", true);
	in->replace = json_flag(rq, "replace", false);
	in->commit = json_flag(rq, "commit", true);
	in->snapshot = json_text(rq, "snapshot", "");
	in->predicted = json_text(rq, "predicted", NULL);
	if (in->predicted && !*in->predicted)
		in->predicted = NULL;
}

static void execute(struct slot *slot, const json_t *rq, struct arena *arena,
    struct device_run_outcome *out)
{
	const struct device_run_io io = { slot, io_log, io_backup, io_output,
		io_quarantine, io_diff, io_effect, io_hostkey, slot_cancelled,
		io_facts };
	const struct secret_ref ref =
	    slot_read_ref(json_object_get(rq, "credentials"));
	const struct driver *driver = slot->find(json_text(rq, "driver", ""));
	const struct job *job = job_find(json_text(rq, "job", ""));
	bool settle = strcmp(json_text(rq, "mode", ""), "settle") == 0;
	struct driver_host_key pins[SLOT_PINS_MAX];
	struct device_run_input in = { 0 };
	struct credentials credentials = { .username = "" };
	struct slot_jump jump;
	struct err e = ERR_INIT;

	out->state = settle ? RUN_UNKNOWN : RUN_FAILED;
	if (!driver || !job) {
		snprintf(out->text, sizeof(out->text),
		    "there is no driver \"%s\"", json_text(rq, "driver", ""));
		return;
	}
	if (secrets_read(slot->secrets, &ref, &credentials, &e) != ERR_OK ||
	    slot_jump_read(slot->secrets, rq, arena, &jump, &e) != ERR_OK ||
	    read_questions(rq, arena, &in, &e) != ERR_OK) {
		/* what is settled may have been changed before */
		snprintf(out->text, sizeof(out->text), "%.63s: %.900s%s",
		    json_text(rq, "device", ""), e.message,
		    settle ? "" : "; nothing was changed");
		io_log(slot, LOG_ERROR, out->text);
		credentials_release(&credentials);
		return;
	}
	fill_input(rq, driver, &in);
	in.target.username = credentials.username;
	in.target.password = credentials.password;
	in.target.private_key = credentials.private_key;
	in.target.enable = credentials.enable;
	in.target.jump = jump.used ? &jump.host : NULL;
	in.target.pins = pins;
	in.target.n_pins = slot_read_pins(rq, arena, pins);
	if (settle)
		device_run_settle(&in, &io, arena, out);
	else
		device_run_of(job->id)(&in, &io, arena, out);
	slot_jump_release(&jump);
	credentials_release(&credentials);
}

static json_t *device_run(struct slot *slot, const json_t *request)
{
	struct device_run_outcome out = { .state = RUN_FAILED,
		.text = "out of memory; nothing was changed" };
	struct arena *arena = arena_new(ARENA_MAX);

	if (!arena && strcmp(json_text(request, "mode", ""), "settle") == 0)
		out.state = RUN_UNKNOWN;
	if (arena)
		execute(slot, request, arena, &out);
	arena_free(arena);
	return json_pack("{s:s, s:s, s:o, s:I, s:I, s:b, s:b, s:s}", "type",
	    "end", "state", run_state_words[out.state], "text",
	    slot_text(out.text, strlen(out.text)), "added",
	    (json_int_t)out.added, "removed", (json_int_t)out.removed,
	    "touched", out.touched, "passing", out.passing, "diff_hash",
	    out.diff_hash);
}

static json_t *serve_run(struct slot *slot, const json_t *request)
{
	const struct job *job = job_find(json_text(request, "job", ""));
	bool over_store = job && job->scope == JOB_STORE;

	slot->had_session = slot->had_session || !over_store;
	if (job && job->scope == JOB_SWEEP)
		return slot_probe_run(slot, request);
	return over_store ? slot_store_run(slot, request)
			  : device_run(slot, request);
}

static json_t *serve_greeting(struct slot *slot, const json_t *request)
{
	slot->had_session = true;
	return slot_greet_run(slot, request);
}

static const struct {
	const char *type;
	json_t *(*serve)(struct slot *slot, const json_t *request);
} requests[] = {
	{ "run", serve_run },
	{ "greet", serve_greeting },
};

/* Anything else is a cancel that came after the end. */
static enum err_code serve_one(struct slot *slot, struct err *e)
{
	json_t *request;
	const char *type;
	enum err_code rc = hear(slot, &request, e);

	if (rc != ERR_OK)
		return rc;
	type = json_text(request, "type", "");
	slot->cancelled = false;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strcmp(type, requests[i].type) == 0)
			rc = slot_tell(requests[i].serve(slot, request), e);
	}
	json_decref(request);
	return rc;
}

/* A master that started meanwhile had the lock for itself; then ours is dead,
 * and what it had told us must not be done any more. */
static bool belongs_to_living_master(const char *dir)
{
	struct pollfd p = { .fd = SLOT_FD };
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/run/slots.lock", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	while (fd >= 0 && flock(fd, LOCK_SH) < 0) {
		if (errno != EINTR)
			return false;
	}
	/* held until this process ends */
	return fd >= 0 && poll(&p, 1, 0) >= 0 &&
	       (p.revents & (POLLHUP | POLLERR)) == 0;
}

int slot_main(const char *dir, slot_find_driver find)
{
	struct slot slot = { .dir = dir,
		.find = find,
		.in = BUF_INIT(WIRE_MAX_MESSAGE + 65536 + 4) };
	struct rlimit none = { 0, 0 };
	struct err e = ERR_INIT;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
	/* the master decides when a slot ends, not a terminal's Ctrl-C */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (!belongs_to_living_master(dir) ||
	    secrets_open(dir, &slot.secrets, &e) != ERR_OK ||
	    slot_tell(json_pack("{s:s}", "type", "ready"), &e) != ERR_OK)
		return 1;
	while (serve_one(&slot, &e) == ERR_OK)
		;
	secrets_close(slot.secrets);
	buf_release(&slot.in);
	return 0;
}
