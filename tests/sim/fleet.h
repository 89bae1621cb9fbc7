/*
 * All devices of a process and where they listen.
 *
 * Groups of one platform each: device i of a group has the address
 * `listen` + i and the group's ports.  Names are unique.
 *
 * Threads: fixed once fleet_open() has returned; a device's own state is
 * under its lock.
 */
#ifndef SIM_FLEET_H
#define SIM_FLEET_H

#include "sim/https_front.h"
#include "sim/ssh_front.h"

#define FLEET_GROUPS_MAX 16
#define FLEET_DEVICES_MAX 4096

struct fleet_group {
	const struct platform *platform;
	unsigned count;
	struct in_addr listen; /* of the first device */
	bool one_address;      /* ports count up instead of addresses */
	uint16_t ssh_port;
	uint16_t netconf_port;	/* 0: none of its own */
	uint16_t https_port;	/* 0: none */
	const char *name;	/* prefix of the names */
	const char *os_version; /* NULL: the platform's */
};

struct fleet_options {
	struct fleet_group groups[FLEET_GROUPS_MAX];
	size_t n_groups;
	struct device_login login;
	struct ssh_front_options ssh;
	const char *state_dir; /* keeps host keys and startup; NULL: nothing */
};

struct fleet;

/* Ports are open when this returns.  NULL with a message on stderr. */
struct fleet *fleet_open(const struct fleet_options *options);
void fleet_close(struct fleet *fleet);

size_t fleet_count(const struct fleet *fleet);
struct device *fleet_device(struct fleet *fleet, size_t i);
struct device *fleet_find(struct fleet *fleet, const char *name);
/* "name platform address ssh-port netconf-port https-port" */
void fleet_describe(const struct fleet *fleet, size_t i, struct buf *out);
/* Lets all connections notice what changed. */
void fleet_wake(struct fleet *fleet);
/* PEM of the CA that signed the HTTPS certificate; "" without HTTPS. */
const char *fleet_ca(const struct fleet *fleet);

/* Accepts connections for up to wait_ms; extra_fd also ends the wait, -1 for
 * none.  True if extra_fd has something to read. */
bool fleet_serve(struct fleet *fleet, int extra_fd, int wait_ms);

/* --- keeping (fleet_state.c) ------------------------------------------- */

/* Host keys: read from the directory, or made (and kept there). */
bool fleet_load_keys(const char *state_dir, struct device *d);
void fleet_load_startup(const char *state_dir, struct device *d);
/* Writes the startup configurations of devices that were saved since. */
void fleet_save_startup(const char *state_dir, struct device *d);

#endif
