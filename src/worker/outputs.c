/*
 * Answers to the further commands of a backup: each is judged by itself, and
 * what is whole takes the place of what was kept of that command before.
 */
#include "worker/worker_internal.h"

#include "base/file.h"
#include "base/json.h"
#include "domain/backup_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MAP ((size_t)256 * 1024)

const char outputs_live_file[] = "outputs.txt";

enum err_code outputs_map_of(const struct snapshot *s, const char *device,
    struct arena *arena, struct backup_map *ret, struct err *e)
{
	const struct record *r = snapshot_find(s, KIND_DEVICE, device);
	const struct record *platform =
	    r ? snapshot_find(s, KIND_PLATFORM, record_text(r, DEVICE_PLATFORM))
	      : NULL;
	enum err_code rc;

	if (!platform) {
		*ret = (struct backup_map){ NULL, 0 };
		return ERR_OK;
	}
	rc = backup_map_parse(record_text(platform, PLATFORM_BACKUP_COMMANDS),
	    record_text(platform, PLATFORM_DRIVER), arena, ret, e);
	if (rc == ERR_INVALID)
		err_context(e, "the backup commands of platform %s",
		    record_key(platform));
	return rc;
}

/* --- one answer -------------------------------------------------------- */

static void note_bad(
    struct worker *w, struct live_run *run, const char *name, const char *why)
{
	size_t used = strlen(run->outputs_bad);

	snprintf(run->outputs_bad + used, sizeof(run->outputs_bad) - used,
	    "%s%s", used ? ", " : "", name);
	live_log(w, run, LOG_ERROR, "%s: %s", name, why);
}

static void put_aside(struct worker *w, struct live_run *run, const char *name,
    const char *text, const char *why)
{
	char file[160], said[400];

	run->outputs_cut = true;
	snprintf(file, sizeof(file), "%s.%s.txt", run->device, name);
	snprintf(said, sizeof(said),
	    "the answer is not whole and is kept "
	    "aside: %s",
	    why);
	note_bad(w, run, name, said);
	backup_keep_aside(w, run, file, text);
}

static void keep(struct worker *w, struct live_run *run, const char *name,
    const struct buf *text)
{
	if (!run->answers)
		run->answers = json_object();
	if (!json_set_text(run->answers, name, buf_text(text), text->len))
		note_bad(w, run, name, "out of memory");
}

static void judge(struct worker *w, struct live_run *run,
    const struct backup_command *command, const json_t *message)
{
	const char *text = json_text(message, "text", NULL);
	const char *why = json_text(message, "why", NULL);
	struct buf clean = BUF_INIT(2 * BACKUP_OUTPUT_MAX);
	struct err e = ERR_INIT;
	char made[300];

	if (json_flag(message, "refused", false) && command->optional)
		live_log(w, run, LOG_INFO, "%s: %s", command->name,
		    why ? why : "the device does not know it");
	else if (!text || json_flag(message, "refused", false))
		note_bad(w, run, command->name, why ? why : "no answer");
	else if (why)
		put_aside(w, run, command->name, text, why);
	else if (backup_output_clean(command, text, &clean, &e) != ERR_OK)
		put_aside(w, run, command->name, text, e.message);
	else if (backup_output_refusal(command, buf_text(&clean), made))
		put_aside(w, run, command->name, buf_text(&clean), made);
	else
		keep(w, run, command->name, &clean);
	buf_release(&clean);
}

/* The map of this run's device, as the platform's record is now. */
static bool read_map(const struct snapshot *s, const struct live_run *run,
    struct arena **arena, struct backup_map *map)
{
	struct err e = ERR_INIT;

	*arena = arena_new(MAX_MAP);
	if (*arena && outputs_map_of(s, run->device, *arena, map, &e) == ERR_OK)
		return true;
	log_err(&e, run->id);
	return false;
}

void outputs_take(struct worker *w, struct live_run *run, const json_t *message)
{
	const struct backup_command *command = NULL;
	const struct snapshot *s;
	struct arena *arena;
	struct backup_map map;

	if (run->job->id != JOB_BACKUP ||
	    snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return;
	if (read_map(s, run, &arena, &map))
		command = backup_map_find(&map, json_text(message, "name", ""));
	if (command)
		judge(w, run, command, message);
	arena_free(arena);
	snapshot_unref(s);
}

/* --- the file ---------------------------------------------------------- */

/* Keeps the file until it is recorded, also over a restart. */
static void stage_file(
    struct worker *w, struct live_run *run, const char *text, size_t len)
{
	char path[LIVE_PATH_SIZE];
	struct err e = ERR_INIT;

	free(run->outputs);
	run->outputs = strdup(text);
	run->outputs_len = len;
	live_path(w, run, outputs_live_file, path);
	if (file_replace(path, text, len, 0600, &e) != ERR_OK)
		log_err(&e, run->id);
}

static void compose(const struct live_run *run, const struct backup_map *map,
    const char *old, struct buf *file)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct backup_command *c = &map->commands[i];
		const char *text = json_text(run->answers, c->name, NULL);

		if (text)
			backup_output_add(file, c, text);
		else
			(void)backup_output_copy(file, old, c->name);
	}
}

static void settle(struct worker *w, struct live_run *run,
    const struct snapshot *s, const struct backup_map *map)
{
	struct buf file = BUF_INIT(STORE_MAX_FILE);
	struct buf old = BUF_INIT(STORE_MAX_FILE);
	struct err e = ERR_INIT;
	struct blob_id id;
	bool has = snapshot_config(s, PATH_OUTPUTS, run->device, &id);
	enum err_code rc = ERR_OK;

	/* nobody asks any more: what is there would grow old unseen */
	if (map->n == 0 && has)
		stage_file(w, run, "", 0);
	if (map->n > 0 && run->answers) {
		if (has)
			rc = store_read_blob(w->app.store, &id, &old, &e);
		compose(run, map, buf_text(&old), &file);
		if (rc == ERR_OK)
			rc = buf_check(&file, "what the commands said", &e);
		if (rc == ERR_OK)
			stage_file(w, run, buf_text(&file), file.len);
		else
			live_log(w, run, LOG_ERROR, "not kept: %s", e.message);
	}
	buf_release(&old);
	buf_release(&file);
}

void outputs_settle(struct worker *w, struct live_run *run)
{
	const struct snapshot *s;
	struct arena *arena;
	struct backup_map map;

	if (run->job->id != JOB_BACKUP || !*run->device ||
	    snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return;
	if (read_map(s, run, &arena, &map))
		settle(w, run, s, &map);
	arena_free(arena);
	snapshot_unref(s);
}

bool outputs_are_refused(
    const struct live_run *run, enum run_state state, char text[300])
{
	if (state != RUN_SUCCEEDED || !*run->outputs_bad)
		return false;
	snprintf(text, 300,
	    "%s: the configuration is kept, but not what was asked besides: "
	    "%s. What was kept of it before stays. The log says why.",
	    run->device, run->outputs_bad);
	return true;
}
