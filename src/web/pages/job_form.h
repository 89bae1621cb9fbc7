/*
 * The form of a job, opened from elsewhere with values of its own.
 */
#ifndef WEB_PAGES_JOB_FORM_H
#define WEB_PAGES_JOB_FORM_H

#include "domain/job.h"
#include "web/pages/view.h"

/* preset: an object of parameters, borrowed. */
enum err_code job_form_show(struct request *r, struct response *out,
    const struct job *job, const json_t *preset, struct err *e) must_check;

#endif
