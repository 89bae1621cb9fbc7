#include "app/app.h"

#include "app/device_need.h"
#include "app/hostkey_waiting.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum err_code app_open(const char *dir, struct app *ret, struct err *e)
{
	struct app app = { .dir = dir };
	char path[4096];
	enum err_code rc;

	if (snprintf(path, sizeof(path), "%s/store.git", dir) >=
	    (int)sizeof(path))
		return err_set(
		    e, ERR_LIMIT, "the directory's path is too long");
	rc = store_open(path, &app.store, e);
	if (rc == ERR_NOT_FOUND)
		return err_set(e, rc,
		    "There is no store at %s: --dir names the directory that "
		    "holds it, and switchyard init makes one.",
		    path);
	if (rc != ERR_OK)
		return rc;
	rc = snapshots_new(app.store, &app.snapshots, e);
	if (rc == ERR_OK)
		rc = device_need_source_new(&app, &app.needs, e);
	if (rc != ERR_OK) {
		app_close(&app);
		return rc;
	}
	*ret = app;
	return ERR_OK;
}

void app_watch(struct app *app)
{
	struct err e = ERR_INIT;

	if (store_watch(app->store, &e) != ERR_OK ||
	    hostkey_waiting_new(app->dir, &app->waiting, &e) != ERR_OK)
		log_err(&e, "changes are looked for at each request");
}

void app_close(struct app *app)
{
	device_need_source_free(app->needs);
	hostkey_waiting_free(app->waiting);
	snapshots_free(app->snapshots);
	store_close(app->store);
	memset(app, 0, sizeof(*app));
}
