/*
 * What the tests of runs share: asking for one, and letting one end as the
 * worker would.
 */
#ifndef UNIT_APP_RUNS_KIT_H
#define UNIT_APP_RUNS_KIT_H

#include "app/runs.h"

#include "unit/app/fixture.h"

static inline enum err_code try_run(struct fixture *f, const struct actor *actor,
    const char *job, const char *json, const char *key, char id[RUN_ID_SIZE],
    struct err *e)
{
	json_t *parameters = parse_json(json), *doc = NULL;
	enum err_code rc = runs_create(&f->app, actor,
	    &(struct run_wish){
		.job = job_find(job), .parameters = parameters, .key = key },
	    &doc, e);

	if (rc == ERR_OK && id)
		snprintf(id, RUN_ID_SIZE, "%s", json_text(doc, "id", ""));
	json_decref(parameters);
	json_decref(doc);
	return rc;
}

static inline size_t count_place(struct fixture *f, enum queue_place place)
{
	char (*ids)[RUN_ID_SIZE];
	size_t n;

	assert_ok(queue_list(f->dir, place, &ids, &n, e));
	free(ids);
	return n;
}

#define DRY "{\"device\":\"r1\"}"
#define PUSH "{\"device\":\"r1\",\"dry_run\":false}"

static inline void done(struct fixture *f, const char *id, const char *state,
    const char *device)
{
	char path[100], text[500], dir[RUN_DIR_SIZE];
	struct raw_file file = { path, text };

	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	snprintf(text, sizeof(text), "{\"id\":\"%s\",\"job\":\"provision\","
	    "\"state\":\"%s\",\"trigger\":\"form\",\"actor\":\"admin\","
	    "\"parameters\":{},\"devices\":[{\"name\":\"%s\",\"state\":\"%s\"}]"
	    ",\"finished_at\":\"2026-11-21T08:30:01.000Z\"}", id, state,
	    device, state);
	push(f, STORE_RUNS, &file, 1);
}

#endif
