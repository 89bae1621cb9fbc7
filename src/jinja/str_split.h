/*
 * The methods of str that take a text apart.
 */
#ifndef JINJA_STR_SPLIT_H
#define JINJA_STR_SPLIT_H

#include "jinja/filters.h"

bool str_split(struct run *r, const struct call *c, struct jv *ret);
bool str_rsplit(struct run *r, const struct call *c, struct jv *ret);
bool str_splitlines(struct run *r, const struct call *c, struct jv *ret);
/* partition and rpartition */
bool str_partition(struct run *r, const struct call *c, struct jv *ret);

#endif
