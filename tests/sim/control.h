/*
 * The control socket: how a test looks into the devices and moves time.
 *
 * A Unix stream socket.  A request is a line; the answer is "ok N" or
 * "error N", a newline and N bytes.  Requests of one connection are answered
 * in turn, connections one after the other.  docs/simulators.md lists the
 * requests; `help` prints them.
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "sim/fleet.h"

struct control;

/* quit_fd: an eventfd that the request `quit` writes to. */
struct control *control_open(
    const char *path, struct fleet *fleet, int quit_fd);
void control_close(struct control *control); /* NULL is fine */

/* The client: sends one request, prints the answer; an exit status. */
int control_ask(const char *path, const char *request);

#endif
