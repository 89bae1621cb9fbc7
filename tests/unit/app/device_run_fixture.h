/*
 * One device that is a directory (sim/fake_driver.h), and what a run of it
 * tells its master.
 */
#ifndef TESTS_UNIT_APP_DEVICE_RUN_FIXTURE_H
#define TESTS_UNIT_APP_DEVICE_RUN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/device_run.h"
#include "base/file.h"
#include "base/json.h"
#include "sim/fake_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What came through the way to the master. */
struct fixture {
	char dir[64];
	struct arena *arena;
	struct device_run_input in;
	struct device_run_outcome out;
	struct buf log;
	char *diff, *backup[2], *bad;
	struct buf answers; /* "name: text|why" */
	json_t *facts;
	size_t n_effects, n_hostkeys;
	enum err_code effect_answer;
	int cancel_at; /* the n-th question is answered with yes; 0: never */
	int asked;
};

static inline void set(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
}

static inline void io_log(void *ctx, enum log_level level, const char *text)
{
	struct fixture *f = ctx;

	(void)level;
	buf_printf(&f->log, "%s\n", text);
}

static inline enum err_code io_backup(void *ctx, enum device_run_phase phase,
    const char *text, size_t len, struct err *e)
{
	struct fixture *f = ctx;

	(void)e;
	assert_int_equal(len, strlen(text));
	set(&f->backup[phase], text);
	return ERR_OK;
}

static inline enum err_code io_output(
    void *ctx, const struct device_output *got, struct err *e)
{
	struct fixture *f = ctx;

	(void)e;
	assert_true(got->text || got->why);
	assert_true(!got->refused || got->why);
	buf_printf(&f->answers, "%s%s: %s", got->refused ? "refused " : "",
	    got->question->name, got->why ? got->why : got->text);
	return ERR_OK;
}

static inline void io_quarantine(void *ctx, const char *text, const char *why)
{
	struct fixture *f = ctx;

	assert_string_not_equal(why, "");
	set(&f->bad, text);
}

static inline void io_diff(
    void *ctx, const char *unified, size_t added, size_t removed)
{
	struct fixture *f = ctx;

	(void)added;
	(void)removed;
	set(&f->diff, unified);
}

static inline enum err_code io_effect(
    void *ctx, const struct driver_plan *plan, struct err *e)
{
	struct fixture *f = ctx;

	f->n_effects++;
	assert_non_null(plan->snapshot);
	if (f->effect_answer != ERR_OK)
		return err_set(
		    e, f->effect_answer, "not allowed; nothing was changed");
	return ERR_OK;
}

static inline void io_hostkey(void *ctx, const struct driver_refusal *refusal)
{
	struct fixture *f = ctx;

	f->n_hostkeys++;
	assert_string_equal(refusal->fingerprint, "SHA256:fake");
}

static inline bool io_cancelled(void *ctx)
{
	struct fixture *f = ctx;

	return f->cancel_at > 0 && ++f->asked >= f->cancel_at;
}

static inline enum err_code io_facts(
    void *ctx, const json_t *facts, struct err *e)
{
	struct fixture *f = ctx;

	(void)e;
	json_decref(f->facts);
	f->facts = json_deep_copy(facts);
	return ERR_OK;
}

static inline void write_device(
    struct fixture *f, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/22/%s", f->dir, file);
	assert_int_equal(
	    file_replace(path, text, strlen(text), 0600, NULL), ERR_OK);
}

static inline const char *device_file(struct fixture *f, const char *file)
{
	struct buf text = BUF_INIT(1 << 20);
	const char *copy;
	char path[128];

	snprintf(path, sizeof(path), "%s/22/%s", f->dir, file);
	if (file_read(path, &text, NULL) != ERR_OK)
		buf_clear(&text);
	copy = arena_strdup(f->arena, buf_text(&text));
	buf_release(&text);
	return copy;
}

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[128];

	snprintf(f->dir, sizeof(f->dir), "%s/switchyard-device-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	snprintf(path, sizeof(path), "%s/22", f->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	setenv("SWITCHYARD_FAKE", f->dir, 1);
	write_device(f, "running", "old\n");
	f->arena = arena_new((size_t)64 << 20);
	buf_init(&f->log, 1 << 20);
	buf_init(&f->answers, 1 << 20);
	f->in = (struct device_run_input){
		.driver = &fake_driver,
		.target = { .name = "r1", .address = "192.0.2.1", .port = 22 },
		.connect_ms = 1000,
		.command_ms = 1000,
		.deadline = deadline_in_ms(20000),
		.intended = "a\nb\n",
		.commit = true,
	};
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(dir_remove(f->dir, NULL), ERR_OK);
	arena_free(f->arena);
	buf_release(&f->log);
	buf_release(&f->answers);
	json_decref(f->facts);
	free(f->diff);
	free(f->bad);
	free(f->backup[0]);
	free(f->backup[1]);
	free(f);
	return 0;
}

static inline void run(struct fixture *f, device_run_fn fn)
{
	const struct device_run_io io = { f, io_log, io_backup, io_output,
		io_quarantine, io_diff, io_effect, io_hostkey, io_cancelled,
		io_facts };

	fn(&f->in, &io, f->arena, &f->out);
}

static inline void expect(
    struct fixture *f, enum run_state state, const char *words)
{
	if (f->out.state != state || !strstr(f->out.text, words))
		fail_msg("%s: %s", run_state_words[f->out.state], f->out.text);
	assert_memory_equal(f->out.text, "r1: ", 4);
	assert_non_null(strstr(buf_text(&f->log), f->out.text + 4));
}

static inline bool sent(struct fixture *f)
{
	return strstr(device_file(f, "log"), " line ") != NULL;
}

#endif
