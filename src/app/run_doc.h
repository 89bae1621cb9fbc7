/*
 * A run as a document: what the queue, the live directory, branch `runs` and
 * the API hold.
 *
 *   { "id", "job", "state", "trigger", "actor", "parameters": {…},
 *     "created_at", "started_at", "finished_at", "result": "one sentence",
 *     "hook", "again_of": "<run id>",
 *     "devices": [ { "name", "state", "result", "added", "removed",
 *                    "intended_commit", "diff_hash", "backup_before",
 *                    "backup_after" } ] }
 *
 * Rows of a run over many devices also have "changed": true (a new backup was
 * committed), "left_alone": true (by the status rules), "retries": n.  A row
 * whose configuration was put aside has "quarantined": true.
 *
 * A run of teardown has "teardown", the lines that are sent.
 *
 * Absent members are left out.  A device's diff is a file beside the
 * document, <device>.diff; its log is log.jsonl, one object a line:
 *   { "n": 1, "t": "2026-11-21T08:30:00.123Z", "level": "info",
 *     "device": "r1", "text": "connected" }
 */
#ifndef APP_RUN_DOC_H
#define APP_RUN_DOC_H

#include "base/buf.h"
#include "domain/job.h"
#include "domain/run.h"

#include <jansson.h>

/* some 200,000 rows of devices */
#define RUN_DOC_MAX ((size_t)32 * 1024 * 1024)

/* A name for a run that begins now. */
void run_id_new(char id[RUN_ID_SIZE]);

/* A queued run for these complete, checked parameters.  NULL when out of
 * memory. */
json_t *run_doc_new(const char *id, const struct job *job,
    enum run_trigger trigger, const char *actor, const json_t *parameters,
    const char *device);

enum run_state run_doc_state(const json_t *doc);
/* The one setter: asserts that the table allows it; stamps started_at and
 * finished_at. */
void run_doc_set_state(json_t *doc, enum run_state to, int64_t now_ms);
void run_doc_set_result(json_t *doc, const char *fmt, ...) printf_like(2, 3);

/* Nobody settles an unknown run any more: it ends as it is. */
void run_doc_give_up(json_t *doc, int64_t now_ms);
/* A final state, or unknown for good. */
bool run_doc_has_ended(const json_t *doc);

/* The entry of a device in "devices", added if need be; NULL for the name ""
 * (a run of the store's) or when out of memory. */
json_t *run_doc_device(json_t *doc, const char *name);
/* Every entry that has not ended gets this state, which is a final one, and,
 * unless it is RUN_SUCCEEDED, this result. */
void run_doc_end_devices(json_t *doc, enum run_state state, const char *result);

/* The actor becomes the author of commits: one line without "<" and ">". */
#define RUN_ACTOR_MAX 128
bool run_doc_takes_actor(const char *name);

/* Reads and checks a document from text. */
enum err_code run_doc_parse(
    const char *text, size_t len, json_t **ret, struct err *e) must_check;

#endif
