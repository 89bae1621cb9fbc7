/*
 * The parameters of a job as controls within the form of a record that holds
 * them (domain/job_holder.h): the same fields as the form that starts the job,
 * each named "parameters.<name>".  What is not set stays so.
 *
 * Which fields there are follows from the job, which is chosen in the same
 * form: `parameters_of` names the job whose fields were shown.  Without a
 * script a button asks for the form again with those of another one.
 */
#ifndef WEB_PAGES_PARAMETER_FORM_H
#define WEB_PAGES_PARAMETER_FORM_H

#include "domain/job_holder.h"
#include "web/pages/form_view.h"

/* {job, title, summary, fields, lost, problems} of the job that the form is
 * for: `job` "" where none was chosen; lost: names that are set and that the
 * job does not know.  form: that of the record. */
struct jv parameter_form_view(struct request *r, const struct form_view *form,
    const struct job_holder *holder);

/* What was typed into them, into the object's field.  ERR_INVALID: the fields
 * were another job's; `e` says so. */
enum err_code parameter_form_read(struct request *r,
    const struct job_holder *holder, json_t *object,
    struct schema_errors *errors, struct err *e) must_check;

/* Was the form only sent to see the fields of the job? */
bool parameter_form_asked(struct request *r);

/* [{label, value}] of what a record sets, for its page. */
struct jv parameter_form_told(struct request *r,
    const struct job_holder *holder, const struct record *record);

#endif
