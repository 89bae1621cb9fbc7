/*
 * What every use case works on: the store, the newest snapshot, the queue and
 * the directories.  Made once by main_*; shared by all threads; immutable.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/actor.h"
#include "app/snapshot.h"

struct app {
	const char *dir;	/* the instance's directory (--dir) */
	struct store *store;
	struct snapshots *snapshots;
};

/* Opens DIR/store.git and makes the first snapshot. */
enum err_code app_open(const char *dir, struct app *ret, struct err *e)
    must_check;
void app_close(struct app *app);

#endif
