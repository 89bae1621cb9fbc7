/*
 * Who asks, and through which door.  Made by an interface (web, command line,
 * worker) after it has authenticated someone; passed to every use case.
 */
#ifndef APP_ACTOR_H
#define APP_ACTOR_H

#include "domain/policy.h"
#include "domain/run.h"

struct actor {
	const char *name; /* "admin", "token:ci", "hook:default" */
	enum access_role role;
	enum run_trigger via; /* form, api, cli, … */
};

/* ERR_DENIED with the role that is needed. */
enum err_code actor_require(
    const struct actor *actor, enum permission p, struct err *e) must_check;

#endif
