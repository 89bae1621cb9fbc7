/*
 * The record of a request to Ironic.  Two places hold it:
 *
 *   branch runs, YYYY/MM/DD/<id>/    committed before Ironic is asked, and
 *                                    when it has answered
 *   DIR/servers/<id>                 while it is in hand or not settled: the
 *                                    document, locked by the process that has
 * it
 *
 * The file is there before the first commit and goes after the last, so that
 * one whose process died is found by its file, and known by its free lock.
 */
#include "app/server_internal.h"

#include "app/port/queue.h"
#include "app/run_doc.h"
#include "app/runs.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4200

void server_run_dir(const struct app *app, char *path, size_t size)
{
	snprintf(path, size, "%s/servers", app->dir);
}

static void file_path(const struct server_run *run, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/servers/%s", run->app->dir, run->id);
}

void server_claim_uuid(const char *run_id, int n, char uuid[SERVER_UUID_SIZE])
{
	uint8_t d[SHA256_SIZE];
	char text[80], hex[2 * SHA256_SIZE + 1];

	snprintf(text, sizeof(text), "switchyard claim %s %d", run_id, n);
	sha256_of(text, strlen(text), d);
	/* a well-formed UUID of version 4 (RFC 4122 section 4.4) */
	d[6] = (uint8_t)((d[6] & 0x0f) | 0x40);
	d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
	hex_encode(hex, d, sizeof(d));
	snprintf(uuid, SERVER_UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
	    hex + 8, hex + 12, hex + 16, hex + 20);
}

/* --- the file ------------------------------------------------------------ */

/* In place: a new file would be another one than the one locked. */
static enum err_code write_file(struct server_run *run, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	enum err_code rc = json_write(run->doc, &text, e);

	if (rc == ERR_OK && (pwrite(run->lock, buf_text(&text), text.len, 0) !=
				    (ssize_t)text.len ||
				ftruncate(run->lock, (off_t)text.len) < 0 ||
				fdatasync(run->lock) < 0))
		rc = err_set_errno(e, "cannot note the request");
	buf_release(&text);
	return rc;
}

/* The lock on a file that is still there: whoever settles may have removed it
 * between our opening and our locking. */
static enum err_code lock_file(
    struct server_run *run, int wait_ms, struct err *e)
{
	char path[PATH_SIZE];
	struct stat st;
	enum err_code rc;
	int fd;

	file_path(run, path);
	for (;;) {
		rc = file_lock(path, wait_ms, &fd, e);
		if (rc != ERR_OK)
			return rc;
		if (fstat(fd, &st) == 0 && st.st_nlink > 0)
			break;
		file_unlock(fd);
	}
	run->lock = fd;
	return ERR_OK;
}

static enum err_code open_file(struct server_run *run, struct err *e)
{
	char dir[PATH_SIZE];
	enum err_code rc;

	server_run_dir(run->app, dir, sizeof(dir));
	rc = dir_create(dir, 0700, e);
	if (rc == ERR_OK)
		rc = lock_file(run, 5000, e);
	if (rc == ERR_OK)
		rc = write_file(run, e);
	if (rc == ERR_OK)
		rc = dir_sync(dir, e);
	return rc;
}

void server_run_drop(struct server_run *run)
{
	if (run->lock >= 0)
		file_unlock(run->lock);
	run->lock = -1;
	json_decref(run->doc);
	json_decref(run->log);
	run->doc = run->log = NULL;
}

void server_run_forget(struct server_run *run)
{
	char path[PATH_SIZE];

	file_path(run, path);
	if (run->lock >= 0)
		unlink(path);
	server_run_drop(run);
}

/* --- beginning ----------------------------------------------------------- */

static json_t *make_doc(const struct server_run *run, const struct actor *actor,
    const struct server_wish *wish, const json_t *parameters)
{
	const char *name = server_action_get(run->action)->name;
	char now[CLOCK_TEXT_SIZE];
	json_t *doc;

	clock_format_utc(clock_wall_ms(), now);
	doc = json_pack("{s:s, s:s+, s:s, s:s, s:s, s:s, s:O, s:[], s:{s:s}}",
	    "id", run->id, "job", "server-", name, "state",
	    run_state_words[RUN_CLAIMED], "trigger",
	    run_trigger_words[actor->via], "actor", actor->name, "created_at",
	    now, "parameters", parameters, "devices", "server", "name",
	    wish->server_id ? wish->server_id : "any");
	if (doc)
		run_doc_set_state(doc, RUN_RUNNING, clock_wall_ms());
	return doc;
}

static enum err_code begin_with_id(struct server_run *run,
    const struct actor *actor, const struct server_wish *wish,
    const json_t *parameters, struct err *e)
{
	enum err_code rc;

	run->doc = make_doc(run, actor, wish, parameters);
	run->log = json_array();
	if (!run->doc || !run->log) {
		server_run_drop(run);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	rc = open_file(run, e);
	if (rc == ERR_OK)
		rc = server_run_commit(run, e);
	if (rc != ERR_OK && rc != ERR_UNKNOWN_OUTCOME)
		server_run_forget(run);
	else if (rc != ERR_OK)
		server_run_drop(run);
	if (rc != ERR_OK)
		err_context(e, "the request could not be recorded, so nothing "
			       "was asked of Ironic");
	return rc;
}

/* An earlier run that never reached Ironic does not count: the key is asked
 * for again under its next number. */
static bool counts(const json_t *doc)
{
	const json_t *problem = json_object_get(doc, "problem");

	return run_doc_state(doc) != RUN_FAILED ||
	       strcmp(json_text(problem, "code", ""),
		   err_code_word(ERR_REMOTE)) != 0;
}

#define MAX_NUMBER 1000

static enum err_code find_prior(struct server_run *run,
    const struct actor *actor, const char *key, json_t **ret_prior,
    struct err *e)
{
	char full[SERVER_MAX_KEY + 400];

	for (int n = 0; n < MAX_NUMBER; n++) {
		json_t *doc = NULL;
		bool bound = false;
		enum err_code rc;

		run_id_new(run->id);
		snprintf(full, sizeof(full), "%.250s\nserver %d\n%s",
		    actor->name, n, key);
		rc = queue_bind_key(run->app->dir, full, run->id, &bound, e);
		if (rc != ERR_OK || !bound)
			return rc;
		rc = runs_read(run->app, run->id, &doc, e);
		if (rc == ERR_NOT_FOUND) /* it died before its first commit */
			return ERR_OK;
		if (rc != ERR_OK)
			return rc;
		if (counts(doc)) {
			*ret_prior = doc;
			return ERR_OK;
		}
		json_decref(doc);
	}
	return err_set(e, ERR_LIMIT, "this Idempotency-Key was used too often");
}

static enum err_code begin_keyed(struct server_run *run,
    const struct actor *actor, const struct server_wish *wish,
    const json_t *parameters, json_t **ret_prior, struct err *e)
{
	enum err_code rc;
	int lock;

	if (!*wish->key || strlen(wish->key) > SERVER_MAX_KEY)
		return err_set(e, ERR_INVALID,
		    "an idempotency key has 1 to %d characters",
		    SERVER_MAX_KEY);
	rc = queue_lock(run->app->dir, &lock, e);
	if (rc != ERR_OK)
		return rc;
	rc = find_prior(run, actor, wish->key, ret_prior, e);
	if (rc == ERR_OK && !*ret_prior)
		rc = begin_with_id(run, actor, wish, parameters, e);
	queue_unlock(lock);
	return rc;
}

enum err_code server_run_begin(struct server_run *run,
    const struct actor *actor, const struct server_wish *wish,
    const json_t *parameters, json_t **ret_prior, struct err *e)
{
	enum err_code rc =
	    actor_require(actor, server_action_get(run->action)->permission, e);

	*ret_prior = NULL;
	if (rc != ERR_OK)
		return rc;
	if (wish->key)
		return begin_keyed(run, actor, wish, parameters, ret_prior, e);
	run_id_new(run->id);
	return begin_with_id(run, actor, wish, parameters, e);
}

/* --- on the way ---------------------------------------------------------- */

enum err_code server_run_note(
    struct server_run *run, const struct baremetal_node *node, struct err *e)
{
	json_t *server = json_pack("{s:s, s:s}", "name",
	    *node->name ? node->name : node->uuid, "uuid", node->uuid);
	json_t *before = json_pack("{s:s, s:s, s:s, s:b}", "provision_state",
	    node->provision_state, "since", node->state_since, "power_state",
	    node->power_state, "maintenance", node->maintenance);

	if (json_object_set_new(run->doc, "server", server) != 0 ||
	    json_object_set_new(run->doc, "before", before) != 0)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return write_file(run, e);
}

void server_run_log(
    struct server_run *run, const char *level, const char *fmt, ...)
{
	char text[1000], now[CLOCK_TEXT_SIZE];
	json_t *line = json_object();
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	clock_format_utc(clock_wall_ms(), now);
	/* a line that does not fit in memory is missed by nobody */
	if (line &&
	    json_object_set_new(line, "n",
		json_integer((json_int_t)json_array_size(run->log) + 1)) == 0 &&
	    json_object_set_new(line, "t", json_string(now)) == 0 &&
	    json_object_set_new(line, "level", json_string(level)) == 0 &&
	    json_set_text(line, "text", text, strlen(text)))
		json_array_append(run->log, line);
	json_decref(line);
}

void server_run_end(struct server_run *run, enum run_state state,
    const json_t *answer, const struct err *problem, const char *result)
{
	struct err e = ERR_INIT;
	json_t *doc = run->doc;

	if (run_doc_state(doc) != state)
		run_doc_set_state(doc, state, clock_wall_ms());
	run_doc_set_result(doc, "%s", result);
	json_object_del(doc, "problem");
	if (answer)
		json_object_set(doc, "answer", (json_t *)(uintptr_t)answer);
	else if (problem)
		json_object_set_new(doc, "problem",
		    json_pack("{s:s, s:s}", "code",
			err_code_word(problem->code), "message",
			problem->message));
	if (server_run_commit(run, &e) != ERR_OK) {
		log_err(&e, "the end of a server's run is not recorded yet");
		if (write_file(run, &e) != ERR_OK)
			log_err(&e, "nor noted");
		server_run_drop(run);
	} else if (state == RUN_UNKNOWN) {
		if (write_file(run, &e) != ERR_OK)
			log_err(&e, "a server's run");
		server_run_drop(run);
	} else {
		server_run_forget(run);
	}
}

/* --- taking it up again -------------------------------------------------- */

/* What is in the file is newer than what is committed, unless it was cut off
 * while it was written. */
static enum err_code read_doc(struct server_run *run, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	char path[PATH_SIZE];
	json_t *newer = NULL;
	enum err_code rc = runs_read(run->app, run->id, &run->doc, e);

	if (rc != ERR_OK)
		return rc;
	file_path(run, path);
	if (file_read(path, &text, NULL) == ERR_OK &&
	    run_doc_parse(buf_text(&text), text.len, &newer, NULL) == ERR_OK) {
		json_decref(run->doc);
		run->doc = newer;
	}
	buf_release(&text);
	return ERR_OK;
}

/* The lines that are committed, so that others can follow them. */
static enum err_code read_log(struct server_run *run, struct err *e)
{
	struct buf text = BUF_INIT(SERVER_MAX_LOG);
	long last;
	enum err_code rc = runs_read_log(run->app, run->id, 0, &text, &last, e);
	const char *p = buf_text(&text);

	run->log = json_array();
	while (rc == ERR_OK && *p) {
		size_t len = strcspn(p, "\n");
		json_t *line = NULL;

		if (json_read(p, len, SERVER_MAX_LOG, &line, NULL) == ERR_OK &&
		    json_array_append_new(run->log, line) != 0)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
		p += len + (p[len] == '\n');
	}
	buf_release(&text);
	return rc;
}

static bool read_action(struct server_run *run)
{
	const char *job = json_text(run->doc, "job", "");

	return text_starts_with(job, "server-") &&
	       server_action_find(job + strlen("server-"), &run->action);
}

enum err_code server_run_take(const struct app *app, const char *id,
    struct server_run *run, int64_t *ret_age_ms, struct err *e)
{
	char path[PATH_SIZE];
	struct stat st;
	enum err_code rc;

	*run = (struct server_run){ .app = app, .lock = -1 };
	text_copy(run->id, sizeof(run->id), id);
	file_path(run, path);
	if (!run_id_is_valid(id) || stat(path, &st) < 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such request");
	if (lock_file(run, 0, e) != ERR_OK)
		return err_set(e, ERR_NOT_FOUND, "the request is in hand");
	*ret_age_ms = clock_wall_ms() - ((int64_t)st.st_mtim.tv_sec * 1000 +
					    st.st_mtim.tv_nsec / 1000000);
	rc = read_doc(run, e);
	if (rc == ERR_NOT_FOUND) {
		/* it died before its first commit: nothing was asked */
		server_run_forget(run);
		return rc;
	}
	if (rc == ERR_OK)
		rc = read_log(run, e);
	if (rc == ERR_OK && !read_action(run))
		rc = err_set(e, ERR_CORRUPT, "%s is no request to Ironic", id);
	if (rc != ERR_OK)
		server_run_drop(run);
	return rc;
}
