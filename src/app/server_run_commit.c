/* Commits of a request's record to branch runs. */
#include "app/server_internal.h"

#include "app/run_doc.h"
#include "app/runs.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char *server_name(const struct server_run *run)
{
	const json_t *server = json_object_get(run->doc, "server");

	return json_text(server, "name", json_text(server, "uuid", "any"));
}

static enum err_code put_log(struct store_txn *t, const struct server_run *run,
    const char *dir, struct err *e)
{
	struct buf text = BUF_INIT(SERVER_MAX_LOG);
	char path[RUN_DIR_SIZE + 16];
	enum err_code rc = ERR_OK;
	json_t *line;
	size_t i;

	json_array_foreach(run->log, i, line)
	{
		if (rc == ERR_OK)
			rc = json_write_line(line, &text, e);
		buf_putc(&text, '\n');
	}
	snprintf(path, sizeof(path), "%s/log.jsonl", dir);
	if (rc == ERR_OK && text.len)
		rc = store_txn_put(
		    t, path, buf_text(&text), text.len, STORE_ANY, e);
	buf_release(&text);
	return rc;
}

static enum err_code put_doc(struct store_txn *t, const struct server_run *run,
    const char *dir, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	char path[RUN_DIR_SIZE + 16];
	enum err_code rc = json_write(run->doc, &text, e);

	snprintf(path, sizeof(path), "%s/run.json", dir);
	if (rc == ERR_OK)
		rc = store_txn_put(
		    t, path, buf_text(&text), text.len, STORE_ANY, e);
	buf_release(&text);
	return rc;
}

enum err_code server_run_commit(struct server_run *run, struct err *e)
{
	const struct server_action_info *info = server_action_get(run->action);
	bool started = run_doc_state(run->doc) == RUN_RUNNING;
	const char *actor = json_text(run->doc, "actor", "unknown");
	char dir[RUN_DIR_SIZE], subject[180], server[256] = "";
	const struct store_trailer trailers[] = {
		{ "Run-Id", run->id },
		{ "Job", json_text(run->doc, "job", "") },
		{ "Trigger", json_text(run->doc, "trigger", "") },
		{ "Actor", actor },
		{ "Server", server },
		{ "Result",
		    started ? "started" : json_text(run->doc, "state", "") },
	};
	const struct store_message message = { .author = actor,
		.subject = subject,
		.trailers = trailers,
		.n_trailers = sizeof(trailers) / sizeof(trailers[0]) };
	struct store_txn *t;
	struct commit_id id;
	enum err_code rc;

	text_append_line(server, sizeof(server), server_name(run));
	snprintf(subject, sizeof(subject), "%s: ", info->title);
	if (started) {
		text_append_line(subject, 140, server);
		text_append_line(subject, sizeof(subject), ": start");
	} else {
		text_append_line(subject, sizeof(subject),
		    json_text(run->doc, "result", ""));
	}
	run_dir_of(run->id, dir);
	rc = store_txn_begin(run->app->store, STORE_RUNS, &t, e);
	if (rc != ERR_OK)
		return rc;
	rc = put_doc(t, run, dir, e);
	if (rc == ERR_OK)
		rc = put_log(t, run, dir, e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	return store_txn_commit(t, &message, &id, NULL, e);
}
