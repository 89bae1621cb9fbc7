/*
 * Which devices a job over many of them is for: the parameters of enum
 * choice_parameter (domain/job.h).
 */
#ifndef APP_CHOICE_H
#define APP_CHOICE_H

#include "app/app.h"
#include "domain/job.h"

/* The devices that are named, and those that meet every filter that is set;
 * all of them if `all` is true.  Sorted by name.  *ret: to be freed by the
 * caller, the records are the snapshot's.  ERR_INVALID if nothing is chosen,
 * or no device meets the filters; ERR_CONFLICT: the saved view is gone, or
 * shows no devices (device_view.h). */
enum err_code choice_find(const struct app *app, const struct snapshot *s,
    const json_t *parameters, const struct record ***ret, size_t *ret_n,
    struct err *e) must_check;

#endif
