/*
 * The queries of ipaddr() that have a name: each asks one thing of an address
 * or network.
 */
#ifndef JINJA_IP_QUERY_H
#define JINJA_IP_QUERY_H

#include "jinja/filters_ip.h"

/* The value under a query. */
struct query {
	struct run *run;
	struct ip ip;
	bool is_address; /* written without prefix */
	ip_number size, first, last;
	struct jv value; /* as it was given */
};

/* Sets *ret; what does not fit the query is false. */
typedef bool (*query_fn)(const struct query *q, struct jv *ret);

/* NULL: no query has that name. */
query_fn ip_query_find(struct jv name);

/* False, which is the answer to what does not fit. */
bool ip_query_no(struct jv *ret);
/* An address of the network with its prefix. */
bool ip_query_with_prefix(
    const struct query *q, ip_number value, struct jv *ret);
/* The value itself, if. */
bool ip_query_value_if(const struct query *q, bool holds, struct jv *ret);

#endif
