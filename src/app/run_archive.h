/*
 * Which devices the runs were about that are kept no longer: what the audit
 * trail asks once their documents are in the history alone.
 *
 * Each commit that takes a day's runs from the tip of branch `runs` leaves
 * archived/YYYY/MM/DD.json there, for those runs of the day that had several
 * devices (of the others the commit's trailer tells the one):
 *
 *   { "names": ["r1", "r2", …], "runs": { "<id>": 0, … },
 *     "sets": [[0, 1, …], …] }
 *
 * A run's number is that of its set, whose numbers are those of names: a run
 * each hour over all devices is one set.
 *
 * Not for several threads at once.
 */
#ifndef APP_RUN_ARCHIVE_H
#define APP_RUN_ARCHIVE_H

#include "app/run_words.h"
#include "domain/run.h"

#include <jansson.h>

/* --- writing ------------------------------------------------------------- */

#define RUN_ARCHIVE_PATH_SIZE 32

/* day: "2026/11/21" */
void run_archive_path(const char *day, char path[RUN_ARCHIVE_PATH_SIZE]);
bool run_archive_is_path(const char *path);

/* A day without runs; NULL when out of memory. */
struct run_archive_day *run_archive_day_new(void);
void run_archive_day_free(struct run_archive_day *day);
/* False when out of memory. */
bool run_archive_day_add(
    struct run_archive_day *day, const json_t *run) must_check;
/* Borrowed; NULL: no run had several devices. */
const json_t *run_archive_day_json(const struct run_archive_day *day);

/* --- reading ------------------------------------------------------------- */

/* All zero is an empty one. */
struct run_archive {
	struct run_archive_set {
		uint32_t *words; /* sorted */
		size_t n;
	} * sets;
	size_t n_sets;
	struct run_archive_run {
		char id[RUN_ID_SIZE];
		uint32_t set;
	} * runs; /* by id */
	size_t n_runs;
};

/* A day's file; what is none is passed over.  False when out of memory. */
bool run_archive_take(struct run_archive *a, struct run_words *words,
    const json_t *day) must_check;
bool run_archive_has(const struct run_archive *a, const struct run_words *words,
    const char *id, const char *device);
void run_archive_release(struct run_archive *a);

#endif
