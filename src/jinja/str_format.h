/*
 * str.format(): fields, conversions and format specifications of Python.
 */
#ifndef JINJA_STR_FORMAT_H
#define JINJA_STR_FORMAT_H

#include "jinja/filters.h"

/* args[0] is the format. */
bool str_format(struct run *r, const struct call *c, struct jv *ret);

#endif
