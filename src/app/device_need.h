/*
 * Devices that need attention by what is known beyond their records: the
 * filter `needs` of the table of devices, and of saved views of it.
 *
 * What tells is gathered when it is first asked for: the index of runs is read
 * once and follows the branch from then on.  Any thread.
 */
#ifndef APP_DEVICE_NEED_H
#define APP_DEVICE_NEED_H

#include "app/runs.h"

enum device_need {
	NEED_DOWN,	  /* it does not answer */
	NEED_DRIFTED,	  /* differed when devices were compared last */
	NEED_FAILED,	  /* its last run failed, or was rolled back */
	NEED_UNSETTLED,	  /* its last run is unknown: a commit may wait for
			     confirmation */
	NEED_QUARANTINED, /* what was read last was put aside */
	NEED_APPROVAL,	  /* a host key or certificate waits */
	NEEDS,
};

/* "down", "drifted", …; NULL ends. */
extern const char *const device_need_words[NEEDS + 1];
/* NEEDS: there is no such word. */
enum device_need device_need_find(const char *word);

/* Does a device have it whose last run ended so?  False for needs that runs do
 * not tell. */
bool device_need_of_run(const struct run_outcome *last, enum device_need need);

struct device_need_source;

/* app: copied; what it points to outlives the source. */
enum err_code device_need_source_new(const struct app *app,
    struct device_need_source **ret, struct err *e) must_check;
void device_need_source_free(struct device_need_source *src); /* NULL is fine */
/* An index that the program keeps anyway; borrowed.  Before threads share the
 * source. */
void device_need_source_use(
    struct device_need_source *src, struct run_index *runs);

/* Sets the mark of each of the snapshot's devices, in the order of
 * snapshot_all(), that has the need; marks are false before. */
enum err_code device_need_mark(struct device_need_source *src,
    const struct snapshot *s, enum device_need need, bool *marks,
    struct err *e) must_check;

#endif
