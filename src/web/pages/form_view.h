/*
 * Forms from schemas: each field becomes the control of its type, with its
 * value, its help and what is wrong with it.
 *
 * A control: {name, id, label, help, control, value, checked, options:
 * [{value, label, selected}], required, min, max, maxlength, error}, where
 * control is one of text, number, checkbox, select, textarea, code.
 */
#ifndef WEB_PAGES_FORM_VIEW_H
#define WEB_PAGES_FORM_VIEW_H

#include "web/pages/view.h"

struct form_view {
	const struct schema *schema;
	/* Where values come from: what was just sent (nothing typed is lost),
	 * else the record, else the query (pre-filled links), else `preset`
	 * (a JSON object or NULL), else the schema's fallback. */
	bool submitted;
	const struct record *record;
	const json_t *preset;
	const struct schema_errors *errors; /* or NULL */
	/* What is not set stays so: no fallback stands in a control, and a
	 * boolean is one of three: on, off, or what the fallback says. */
	bool partial;
};

struct jv form_view_fields(struct request *r, const struct form_view *form);

/* What is wrong with the whole, and `message` if no field error says it
 * already; a list of texts. */
struct jv form_view_problems(
    struct request *r, const struct form_view *form, const char *message);

/* The HTTP status of a form that is shown again. */
int form_view_status(enum err_code code);
/* Can the person mend it in the form (or try again later)?  If not, the error
 * page is the answer. */
bool form_view_shows(enum err_code code);

#endif
