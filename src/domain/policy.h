/*
 * What automation may do to a device of each status, and what a person of
 * each role may do: two constant tables that every job, trigger and page
 * asks.
 */
#ifndef DOMAIN_POLICY_H
#define DOMAIN_POLICY_H

#include "base/err.h"

enum device_status {
	STATUS_INVENTORY,
	STATUS_PLANNED,
	STATUS_STAGED,
	STATUS_ACTIVE,
	STATUS_FAILED,
	STATUS_DECOMMISSIONING,
	STATUS_COUNT,
};
/* "inventory", …; NULL-terminated, in the order above. */
extern const char *const device_status_words[STATUS_COUNT + 1];
/* False for a word that is no status. */
bool device_status_parse(const char *word, enum device_status *ret);

/* What a job wants to do to a device. */
enum policy_action {
	POLICY_READ,	 /* backup, reachability, dry run */
	POLICY_DISCOVER, /* facts from the device into its record */
	POLICY_PUSH,	 /* change the device's configuration */
	POLICY_TEARDOWN,
	POLICY_ACTIONS,
};

/* NULL if it is allowed, else the reason as a sentence for people. */
const char *policy_refusal(
    enum device_status status, enum policy_action action);

/* Statuses for which the change hook calls provision at all. */
bool policy_hook_ready(enum device_status status);

/* --- people -------------------------------------------------------------- */

enum access_role {
	ROLE_NOBODY, /* not signed in */
	ROLE_VIEWER,
	ROLE_OPERATOR,
	ROLE_APPROVER,
	ROLE_ADMIN,
	ROLE_COUNT,
};
/* "viewer" to "admin"; NULL-terminated. */
extern const char *const access_role_words[];
bool access_role_parse(const char *word, enum access_role *ret);
const char *access_role_word(enum access_role role); /* "nobody" too */

/* What can be asked for; each needs at least one role. */
enum permission {
	MAY_NOTHING, /* needs no sign-in: the login page, health */
	MAY_VIEW,
	MAY_RUN,     /* start and cancel runs, approve host keys */
	MAY_EDIT,    /* inventory and intended configurations */
	MAY_APPROVE, /* what needs a second pair of eyes */
	MAY_ADMIN,   /* users, tokens, settings, hooks, credentials */
	PERMISSIONS,
};
enum access_role permission_role(enum permission p);
bool access_allows(enum access_role role, enum permission p);

#endif
