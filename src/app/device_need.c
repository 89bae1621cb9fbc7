#include "app/device_need.h"

#include "app/hostkeys.h"
#include "app/reach_book.h"
#include "app/run_doc.h"
#include "app/run_rows.h"
#include "base/arena.h"
#include "base/json.h"
#include "domain/job.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WAITING 100000
#define WAITING_ARENA ((size_t)64 * 1024 * 1024)

const char *const device_need_words[NEEDS + 1] = {
	[NEED_DOWN] = "down",
	[NEED_DRIFTED] = "drifted",
	[NEED_FAILED] = "failed",
	[NEED_UNSETTLED] = "unsettled",
	[NEED_QUARANTINED] = "quarantined",
	[NEED_APPROVAL] = "approval",
};

enum device_need device_need_find(const char *word)
{
	int need = 0;

	while (need < NEEDS && strcmp(device_need_words[need], word) != 0)
		need++;
	return (enum device_need)need;
}

/* --- where it is known --------------------------------------------------- */

struct device_need_source {
	struct app app;
	pthread_mutex_t lock; /* of what follows */
	struct run_index *runs;
	bool borrowed;
	struct reach_books *reach;
};

enum err_code device_need_source_new(
    const struct app *app, struct device_need_source **ret, struct err *e)
{
	struct device_need_source *src = calloc(1, sizeof(*src));

	if (!src)
		return err_set(e, ERR_SYSTEM, "out of memory");
	src->app = *app;
	pthread_mutex_init(&src->lock, NULL);
	*ret = src;
	return ERR_OK;
}

void device_need_source_free(struct device_need_source *src)
{
	if (!src)
		return;
	if (!src->borrowed && src->runs)
		run_index_free(src->runs);
	reach_books_free(src->reach);
	pthread_mutex_destroy(&src->lock);
	free(src);
}

void device_need_source_use(
    struct device_need_source *src, struct run_index *runs)
{
	src->runs = runs;
	src->borrowed = true;
}

static enum err_code open_runs(struct device_need_source *src, struct err *e)
{
	enum err_code rc = ERR_OK;

	pthread_mutex_lock(&src->lock);
	if (!src->runs)
		rc = run_index_new(&src->app, &src->runs, e);
	pthread_mutex_unlock(&src->lock);
	return rc;
}

static enum err_code open_reach(struct device_need_source *src, struct err *e)
{
	enum err_code rc = ERR_OK;

	pthread_mutex_lock(&src->lock);
	if (!src->reach)
		rc = reach_books_new(src->app.dir, &src->reach, e);
	pthread_mutex_unlock(&src->lock);
	return rc;
}

/* --- marking ------------------------------------------------------------- */

struct marking {
	struct device_need_source *src;
	const struct snapshot *snapshot;
	enum device_need need;
	bool *marks;
};

static void mark(const struct marking *m, const char *device)
{
	size_t at;

	if (snapshot_place(m->snapshot, KIND_DEVICE, device, &at))
		m->marks[at] = true;
}

static enum err_code mark_down(const struct marking *m, struct err *e)
{
	enum err_code rc = open_reach(m->src, e);
	struct reach_book *book;
	struct reach_state s;

	if (rc != ERR_OK)
		return rc;
	book = reach_books_current(m->src->reach);
	for (size_t i = 0; book && i < reach_book_count(book); i++) {
		reach_book_at(book, i, &s);
		if (s.verdict == REACH_DOWN)
			mark(m, s.device);
	}
	reach_book_unref(book);
	return ERR_OK;
}

/* By the newest comparison that has ended. */
static enum err_code mark_drifted(const struct marking *m, struct err *e)
{
	struct run_filter filter = { .job = job_get(JOB_COMPARE)->name,
		.limit = 1 };
	json_t *runs = NULL, *doc = NULL, *row;
	struct err none = ERR_INIT;
	const char *id;
	size_t i;
	enum err_code rc = open_runs(m->src, e);

	if (rc == ERR_OK)
		rc = run_index_list(m->src->runs, &filter, &runs, e);
	if (rc != ERR_OK)
		return rc;
	id = json_text(json_array_get(runs, 0), "id", "");
	if (*id && runs_read(&m->src->app, id, &doc, &none) == ERR_OK &&
	    run_doc_has_ended(doc)) {
		json_array_foreach(json_object_get(doc, "devices"), i, row)
		{
			if (run_row_is(row, RUN_ROWS_CHANGED))
				mark(m, json_text(row, "name", ""));
		}
	}
	json_decref(doc);
	json_decref(runs);
	return ERR_OK;
}

bool device_need_of_run(const struct run_outcome *last, enum device_need need)
{
	switch (need) {
	case NEED_FAILED:
		return last->state == RUN_FAILED ||
		       last->state == RUN_ROLLED_BACK;
	case NEED_UNSETTLED:
		return last->state == RUN_UNKNOWN;
	case NEED_QUARANTINED:
		return last->quarantined;
	case NEED_DOWN:
	case NEED_DRIFTED:
	case NEED_APPROVAL:
	case NEEDS:
		break;
	}
	return false;
}

static enum err_code mark_by_run(const struct marking *m, struct err *e)
{
	const struct record *const *all;
	enum err_code rc = open_runs(m->src, e);
	struct run_outcome last;
	size_t n;

	if (rc != ERR_OK)
		return rc;
	all = snapshot_all(m->snapshot, KIND_DEVICE, &n);
	for (size_t i = 0; i < n; i++) {
		if (run_index_last_outcome(
			m->src->runs, record_key(all[i]), &last))
			m->marks[i] = device_need_of_run(&last, m->need);
	}
	return ERR_OK;
}

static enum err_code mark_waiting(const struct marking *m, struct err *e)
{
	struct arena *arena = arena_new(WAITING_ARENA);
	struct hostkey_list all;

	if (!arena)
		return err_set(e, ERR_SYSTEM, "out of memory");
	all =
	    hostkeys_all_pending(&m->src->app, m->snapshot, arena, MAX_WAITING);
	for (size_t i = 0; i < all.n; i++)
		mark(m, all.list[i].device);
	arena_free(arena);
	return ERR_OK;
}

enum err_code device_need_mark(struct device_need_source *src,
    const struct snapshot *s, enum device_need need, bool *marks, struct err *e)
{
	static enum err_code (*const how[NEEDS])(
	    const struct marking *, struct err *) = {
		[NEED_DOWN] = mark_down,
		[NEED_DRIFTED] = mark_drifted,
		[NEED_FAILED] = mark_by_run,
		[NEED_UNSETTLED] = mark_by_run,
		[NEED_QUARANTINED] = mark_by_run,
		[NEED_APPROVAL] = mark_waiting,
	};
	const struct marking m = { src, s, need, marks };

	return how[need](&m, e);
}
