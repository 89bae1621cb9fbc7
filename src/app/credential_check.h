/*
 * Can what the store's credentials refer to be read?  Asks every provider as
 * slots, the notifier and the web program would, and shows no value.
 *
 * What systemd and the environment give to a service cannot be seen from
 * another process: that is told, and is no problem.
 *
 * One thread.
 */
#ifndef APP_CREDENTIAL_CHECK_H
#define APP_CREDENTIAL_CHECK_H

#include "app/app.h"
#include "app/snapshot.h"

enum credential_state {
	CREDENTIAL_READABLE, /* text: what it holds */
	CREDENTIAL_UNSEEN,   /* text: who alone can tell */
	CREDENTIAL_WRONG,    /* text: what to do */
};

typedef void (*credential_tell)(
    void *ctx, const char *path, enum credential_state state, const char *text);

/* Each record of credentials, once for each use that is made of it. */
enum err_code credential_check(const struct app *app, const struct snapshot *s,
    credential_tell tell, void *ctx, struct err *e) must_check;

#endif
