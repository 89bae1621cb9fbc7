/*
 * What the files of the index of runs share: run_index.c follows the branch,
 * run_index_live.c the spool; run_index_list.c makes lists, run_index_device.c
 * answers for single devices.
 *
 * The index has a lock of its own, which is held for everything below.
 */
#ifndef APP_RUN_INDEX_INTERNAL_H
#define APP_RUN_INDEX_INTERNAL_H

#include "app/port/queue.h"
#include "app/run_archive.h"
#include "app/run_last.h"
#include "app/runs.h"

#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

/* A run in the spool, as it was when it was last read. */
struct run_index_live {
	char id[RUN_ID_SIZE];
	char device[64];
	enum queue_place place;
	struct stat stamp; /* of the file it was read from; all zero: spool */
	struct run_entry *entry; /* NULL: it could not be read */
};

struct run_index {
	const struct app *app;
	pthread_mutex_t lock;
	struct commit_id at;	    /* of branch runs */
	struct run_entry **entries; /* by id */
	size_t n, cap;
	struct run_words words;
	struct run_archive archive;
	struct run_last last;
	struct run_index_live *live; /* by id */
	size_t n_live;
	struct timespec live_times[QUEUE_PLACES];
	struct watch *watch;	  /* of the spool; may be NULL */
	uint64_t live_generation; /* of the watch, while `live` surely holds */
};

void run_index_free_live(struct run_index_live *live, size_t n);
/* Reads again what has changed of the runs in hand. */
void run_index_look_at_live(struct run_index *index);

/* Index of the first entry whose id is not below `id`. */
size_t run_index_lower_bound(const struct run_index *index, const char *id);
/* Takes in what has changed on branch runs, and in the spool. */
enum err_code run_index_refresh_done(
    struct run_index *index, struct err *e) must_check;
enum err_code run_index_refresh_live(
    struct run_index *index, struct err *e) must_check;

#endif
