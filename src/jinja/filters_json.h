/*
 * Writes values as JSON, in the forms of Python's json.dumps().
 */
#ifndef JINJA_FILTERS_JSON_H
#define JINJA_FILTERS_JSON_H

#include "jinja/filters.h"

struct json_style {
	int indent; /* -1: on one line */
	bool sort_keys;
	bool ascii; /* others as \uXXXX */
	bool html;  /* < > & ' as \u00XX */
};

bool emit_json(struct run *r, const struct json_style *style, struct jv v);

#endif
