/*
 * The host a session has to pass through, out of a slot's request.
 *
 * Ownership: slot_jump_release() frees the credentials; strings are the
 * request's and the arena's.
 */
#ifndef WORKER_SLOT_JUMP_H
#define WORKER_SLOT_JUMP_H

#include "app/port/secrets.h"
#include "base/arena.h"
#include "worker/slot.h"

struct slot_jump {
	bool used; /* false: the device is reached directly */
	struct driver_jump host;
	struct driver_host_key pins[SLOT_PINS_MAX];
	struct credentials credentials;
};

/* Fails as secrets_read(), and then owns nothing. */
enum err_code slot_jump_read(struct secrets *secrets, const json_t *request,
    struct arena *arena, struct slot_jump *to, struct err *e) must_check;
void slot_jump_release(struct slot_jump *jump);

#endif
