/*
 * A relay before a real server, which cuts connections where a simulator
 * would: after a request, or before its response.  What is encrypted cannot be
 * told apart, so each piece that the client sends counts as a request.
 *
 * One thread of its own; the functions may be called from any other.
 */
#ifndef CONFORMANCE_CUTTER_H
#define CONFORMANCE_CUTTER_H

#include <stdbool.h>
#include <stdint.h>

struct cutter;

/* Listens at a port of 127.0.0.1; NULL if that fails. */
struct cutter *cutter_start(const char *address, uint16_t port);
void cutter_stop(struct cutter *c); /* NULL is fine */
uint16_t cutter_port(const struct cutter *c);

/* Counts from now on; the at-th request of all connections is cut.  0: never.
 * before: its response is what does not come. */
void cutter_set(struct cutter *c, unsigned at, bool before);
unsigned cutter_requests(const struct cutter *c);
unsigned cutter_open(const struct cutter *c);

#endif
