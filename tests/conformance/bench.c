#include "conformance/bench.h"

#include "base/text.h"
#include "infra/driver/registry.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 10000
#define COMMAND_MS 20000
#define SETTLE_STEPS 8
#define STEP_S 60

/* --- The way to the master --------------------------------------------- */

static void io_log(void *ctx, enum log_level level, const char *text)
{
	struct bench *b = ctx;

	buf_printf(&b->log, "  %d %s\n", (int)level, text);
}

static enum err_code io_backup(void *ctx, enum device_run_phase phase,
    const char *text, size_t len, struct err *e)
{
	struct bench *b = ctx;

	(void)e;
	b->backup[phase] = arena_memdup(b->arena, text, len);
	return ERR_OK;
}

static void io_quarantine(void *ctx, const char *text, const char *why)
{
	struct bench *b = ctx;

	(void)why;
	b->quarantined = arena_strdup(b->arena, text);
}

static void io_diff(
    void *ctx, const char *unified, size_t added, size_t removed)
{
	struct bench *b = ctx;

	(void)added;
	(void)removed;
	b->diff = arena_strdup(b->arena, unified);
	if (b->meanwhile != NULL && !bench_type(b, b->meanwhile, b->somebody))
		bench_die("somebody cannot sign in", b->device);
	b->meanwhile = NULL;
}

static enum err_code io_effect(
    void *ctx, const struct driver_plan *plan, struct err *e)
{
	struct bench *b = ctx;

	(void)e;
	b->effects++;
	if (b->cutter != NULL)
		b->effect_at = cutter_requests(b->cutter);
	b->snapshot = arena_strdup(b->arena, plan->snapshot);
	b->predicted = plan->predicted != NULL
			   ? arena_strdup(b->arena, plan->predicted)
			   : NULL;
	return ERR_OK;
}

static void io_hostkey(void *ctx, const struct driver_refusal *refusal)
{
	struct bench *b = ctx;

	b->refusal = *refusal;
}

static bool io_cancelled(void *ctx)
{
	(void)ctx;
	return false;
}

static struct device_run_io io_of(struct bench *b)
{
	return (struct device_run_io){
		.ctx = b,
		.log = io_log,
		.backup = io_backup,
		.quarantine = io_quarantine,
		.diff = io_diff,
		.effect = io_effect,
		.hostkey = io_hostkey,
		.cancelled = io_cancelled,
	};
}

static struct device_run_input input_of(struct bench *b)
{
	return (struct device_run_input){
		.driver = b->driver,
		.target = b->target,
		.connect_ms = CONNECT_MS,
		.command_ms = COMMAND_MS,
		.deadline = deadline_in_ms(b->run_ms),
		.commit = true,
	};
}

static void forget_run(struct bench *b)
{
	buf_release(&b->log);
	buf_init(&b->log, (size_t)1 << 20);
	b->diff = NULL;
	b->backup[0] = b->backup[1] = NULL;
	b->quarantined = NULL;
	b->snapshot = b->predicted = NULL;
	b->effects = 0;
	b->refusal.kind = DRIVER_REFUSAL_NONE;
}

/* --- Runs -------------------------------------------------------------- */

enum run_state bench_provision(
    struct bench *b, const char *intended, unsigned flags)
{
	struct device_run_input in = input_of(b);
	struct device_run_io io = io_of(b);

	in.intended = intended;
	in.dry_run = flags & BENCH_DRY;
	in.replace = flags & BENCH_REPLACE;
	forget_run(b);
	device_run_provision(&in, &io, b->arena, &b->out);
	return b->out.state;
}

enum run_state bench_backup(struct bench *b)
{
	struct device_run_input in = input_of(b);
	struct device_run_io io = io_of(b);

	forget_run(b);
	device_run_backup(&in, &io, b->arena, &b->out);
	return b->out.state;
}

enum run_state bench_settle(struct bench *b)
{
	struct device_run_io io = io_of(b);

	for (int i = 0; i < SETTLE_STEPS && b->out.state == RUN_UNKNOWN; i++) {
		struct device_run_input in = input_of(b);

		if (i > 0)
			bench_ask(b, "advance %d", STEP_S);
		in.snapshot = b->snapshot;
		in.predicted = b->predicted;
		device_run_settle(&in, &io, b->arena, &b->out);
	}
	return b->out.state;
}

static const char *replace_once(
    struct bench *b, const char *text, const struct backend_edit *edit)
{
	const char *at = strstr(text, edit->from);

	if (at == NULL)
		bench_die(edit->from, "not in the configuration");
	return arena_printf(b->arena, "%.*s%s%s", (int)(at - text), text,
	    edit->to, at + strlen(edit->from));
}

const char *bench_replacement(struct bench *b)
{
	const char *text = bench_running(b);

	for (const struct backend_edit *e = b->backend->edits; e->from; e++)
		text = replace_once(b, text, e);
	return text;
}

/* --- Checks ------------------------------------------------------------ */

void bench_check(struct bench *b, bool ok, const char *fmt, ...)
{
	va_list ap;

	b->checks++;
	if (ok)
		return;
	b->failures++;
	printf("FAIL %s (%s): ", b->name, b->device);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n  ended %s: %s\n%s", run_state_words[b->out.state],
	    b->out.text, buf_text(&b->log));
	fflush(stdout);
}

/* The next line that is neither blank, nor a comment, nor the end's mark,
 * which the simulators leave out. */
static const char *next_line(const char **at, size_t *ret_len)
{
	while (**at != '\0') {
		const char *line = *at;
		size_t len = strcspn(line, "\n");

		*at += len + (line[len] == '\n');
		if (len > 0 && line[0] != '!' &&
		    !(len == 3 && memcmp(line, "end", 3) == 0)) {
			*ret_len = len;
			return line;
		}
	}
	return NULL;
}

bool bench_same(const struct bench *b, const char *x, const char *y)
{
	const char *p, *q;
	size_t n = 0, m = 0;

	(void)b;
	do {
		p = next_line(&x, &n);
		q = next_line(&y, &m);
	} while (p && q && n == m && memcmp(p, q, n) == 0);
	return p == NULL && q == NULL;
}
