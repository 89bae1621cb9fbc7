/*
 * What every use case works on: the store, the newest snapshot, the queue and
 * the directories.  Made once by main_*; shared by all threads; immutable.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/actor.h"
#include "app/snapshot.h"

struct app {
	const char *dir; /* the instance's directory (--dir) */
	struct store *store;
	struct snapshots *snapshots;
	struct hostkey_waiting *waiting;  /* NULL before app_watch() */
	struct device_need_source *needs; /* app/device_need.h */
};

/* Opens DIR/store.git and makes the first snapshot. */
enum err_code app_open(
    const char *dir, struct app *ret, struct err *e) must_check;
/* For a program that answers requests: lets the kernel tell of changes, so that
 * a question about what has not changed costs no look at the disk.  Where that
 * is not to be had, everything works as before.  Before threads share `app`. */
void app_watch(struct app *app);
void app_close(struct app *app);

#endif
