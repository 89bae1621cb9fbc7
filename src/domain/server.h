/*
 * Bare-metal servers: what Ironic's provision states mean to people and
 * programs, and what may be asked of a server in each.
 *
 * The words are those of Ironic's state machine
 * (docs.openstack.org/ironic/latest/user/states.html).
 */
#ifndef DOMAIN_SERVER_H
#define DOMAIN_SERVER_H

#include "base/err.h"
#include "domain/policy.h"
#include "domain/schema.h"

/* The status of a provisioning. */
enum server_status {
	SERVER_ACCEPTED, /* claimed for it; not begun yet */
	SERVER_IN_PROGRESS,
	SERVER_COMPLETED,
	SERVER_FAILED,
	SERVER_STATUSES,
};
extern const char *const server_status_words[SERVER_STATUSES + 1];

/* What a page shows a state as. */
enum server_tone {
	SERVER_TONE_IDLE,
	SERVER_TONE_BUSY,
	SERVER_TONE_GOOD,
	SERVER_TONE_BAD,
	SERVER_TONE_UNKNOWN,
};

enum server_action {
	SERVER_PROVISION,
	SERVER_DEPROVISION,
	SERVER_REBUILD,
	SERVER_RETRY, /* deploy again what failed */
	SERVER_ABORT,
	SERVER_POWER_ON,
	SERVER_POWER_OFF,
	SERVER_REBOOT,
	SERVER_MAINTENANCE_ON,
	SERVER_MAINTENANCE_OFF,
	SERVER_ACTIONS,
};

/* What kind of request to Ironic an action is. */
enum server_request {
	SERVER_ASKS_PROVISION, /* a provision state */
	SERVER_ASKS_POWER,
	SERVER_ASKS_MAINTENANCE,
};

struct server_action_info {
	const char *name;  /* "deprovision": of the run, "server-" before it */
	const char *title; /* "Deprovision server": of the run */
	const char *verb;  /* "Deprovision": on the button */
	enum server_request request;
	const char *target; /* Ironic's word, where the state does not decide */
	enum permission permission;
	bool destructive; /* something is lost that was there */
	/* What it does to the server, for whoever is asked to confirm it. */
	const char *warning;
	struct schema parameters; /* of the request, beside the server */
};

/* Fields of the parameters, where the action has them. */
enum server_field {
	SERVER_IMAGE_ID,
	SERVER_CONFIG_DRIVE,
	SERVER_SERVER_ID,
	SERVER_RESOURCE_CLASS,
	SERVER_TRAITS,
};
/* The members that a config drive takes; ends with NULL. */
extern const char *const server_config_drive_members[];
const struct server_action_info *server_action_get(enum server_action action);
/* By name; false if there is none. */
bool server_action_find(const char *name, enum server_action *ret);

struct server_state {
	const char *word;
	enum server_tone tone;
	enum server_status status;
	int percent;	   /* of a provisioning; -1: none */
	const char *words; /* a sentence for people */
};

/* Never NULL: a state that is not known is busy with something. */
const struct server_state *server_state_get(const char *word);

/* May it be asked in this state, by the rules that Ironic has?  Ironic decides
 * in the end. */
bool server_state_allows(const char *word, enum server_action action);
/* The word for Ironic. */
const char *server_action_target(enum server_action action, const char *word);

/* How far a deployment is, 0 to 100, from its state and step (index of n, -1:
 * not told); -1 where there is no telling. */
int server_progress(const char *word, long step_index, long n_steps);

#endif
