/*
 * What the filters on addresses share.
 */
#ifndef JINJA_FILTERS_IP_H
#define JINJA_FILTERS_IP_H

#include "jinja/filters.h"
#include "jinja/ip.h"

/* Texts in the arena. */
bool ip_text(struct run *r, int version, ip_number value, struct jv *ret);
bool ip_text_prefix(
    struct run *r, int version, ip_number value, int prefix, struct jv *ret);
/* An integer, or its digits as a string if it does not fit in 64 bits. */
bool ip_number_value(struct run *r, ip_number n, struct jv *ret);

/* An address or network that an argument must be. */
bool arg_ip(struct run *r, const struct call *c, size_t i, struct ip *ret);

#endif
