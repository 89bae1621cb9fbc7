#include "app/actor.h"

enum err_code actor_require(
    const struct actor *actor, enum permission p, struct err *e)
{
	if (access_allows(actor->role, p))
		return ERR_OK;
	return err_set(e, ERR_DENIED,
	    "this needs the role %s; %s has the role %s",
	    access_role_word(permission_role(p)), actor->name,
	    access_role_word(actor->role));
}
