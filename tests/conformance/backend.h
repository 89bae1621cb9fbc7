/*
 * What the cases need to know about a platform: one file each,
 * backend_<name>.c, and a row in backends.c.
 *
 * Every case takes a fresh device, so that no case depends on another.
 */
#ifndef CONFORMANCE_BACKEND_H
#define CONFORMANCE_BACKEND_H

#include <stdbool.h>

struct backend_edit {
	const char *from;
	const char *to; /* from NULL ends */
};

#define BACKEND_API_PORT 1000

struct backend {
	const char *name;   /* of the driver and the simulator's platform */
	const char *driver; /* NULL: the same */
	const char *user;   /* NULL: admin */
	/* Not the driver's first, but this one, at a port that is
	 * BACKEND_API_PORT above that of SSH. */
	const char *transport;
	bool real;	    /* a server: one device, set back for each case */
	/* A server without a shell, at one port; what is typed below are
	 * operations, and it tells neither model nor serial number. */
	bool netconf;
	/* A change of several sections, and a line that shows it. */
	const char *merge;
	const char *shows;
	/* What makes a replacement of the running configuration, and a line
	 * that is gone with it. */
	struct backend_edit edits[4];
	const char *gone;
	/* Good lines, then one that the device refuses, and a word of it. */
	const char *bad;
	const char *bad_word;
	/* A line that opens no section, and what is below it all the same,
	 * which the device would take elsewhere; NULL: as above. */
	const char *no_section;
	/* A line that can be had many times, %u a number below 250; NULL: the
	 * driver sends no lines one by one. */
	const char *many;
	/* A line that the device refuses, with the password "s3cr3t"; NULL:
	 * it knows none. */
	const char *bad_secret;
	/* A line that would act; refused before anything is sent. */
	const char *command;
	/* Takes the device's own address away. */
	const char *cut_off;
	bool cuts_itself; /* so that the driver can tell */
	/* What somebody else types to leave a change half done, or to hold the
	 * configuration while he stays signed in; NULL: no such thing. */
	const char *const *pending;
	const char *const *lock;
	/* What he types to change it while a run looks at it, and a word of
	 * that; NULL: drivers hold a lock by then. */
	const char *const *meanwhile;
	const char *meanwhile_word;
	/* … or to commit a change that waits to be confirmed. */
	const char *const *waiting;
	/* Ways of its API to fail at a request, besides a cut connection: the
	 * simulator's modes; NULL: none. */
	const char *const *failures;
	/* Names of cases that make no sense there; NULL: all do. */
	const char *const *skip;
};

extern const struct backend backend_eos;
extern const struct backend backend_eapi; /* the same, over eAPI */
extern const struct backend backend_frr;
extern const struct backend backend_ios;
extern const struct backend backend_junos; /* backend_netconf.c */
extern const struct backend backend_nxos;
extern const struct backend backend_nxapi; /* the same, over NX-API */
extern const struct backend backend_netconf;

const struct backend *backend_find(const char *name);
bool backend_skips(const struct backend *b, const char *name);

#endif
