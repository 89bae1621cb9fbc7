/*
 * The devices of a saved view, as the table /devices shows them: what a run
 * that names the view is for, and what a hook is kept to.
 *
 * A view is read anew each time: who names one gets the devices of the moment.
 */
#ifndef APP_DEVICE_VIEW_H
#define APP_DEVICE_VIEW_H

#include "app/app.h"
#include "app/row_filter.h"

/* Fields of devices that q looks into; -1 ends. */
extern const int device_view_search[];

struct device_view {
	struct row_filter filter;
	char *query; /* decoded in place; the filter's texts lie in it */
	const struct snapshot *snapshot; /* borrowed */
	bool *marks; /* of its devices that have the need; NULL: any */
};

/* ERR_CONFLICT: there is no such view (it was deleted), it is of another
 * table, or says something that is no filter of devices.  ret: to be released
 * by the caller. */
enum err_code device_view_open(const struct app *app, const struct snapshot *s,
    const char *name, struct device_view *ret, struct err *e) must_check;
/* The same without looking at what is known of devices. */
enum err_code device_view_check(
    const struct snapshot *s, const char *name, struct err *e) must_check;
bool device_view_shows(
    const struct device_view *v, const struct record *device);
void device_view_release(struct device_view *v);

#endif
