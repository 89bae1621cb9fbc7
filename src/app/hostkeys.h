/*
 * Host keys that wait for a person.
 *
 * A slot that meets a key which is not pinned for the device ends its run and
 * leaves DIR/pending-hostkeys/<device>.json:
 *   { "type": "ssh-ed25519", "key": "<base64>", "fingerprint": "SHA256:…",
 *     "run": "<run id>", "at": "192.0.2.1:22" }
 * Approving writes the record hostkeys/<device>.json through the inventory and
 * removes the file.  So does a run that meets the approved key again; and it
 * is gone with the device, or when the device is managed elsewhere.  Any
 * thread; two people who approve at once get one commit, or one commit and
 * ERR_STALE.
 */
#ifndef APP_HOSTKEYS_H
#define APP_HOSTKEYS_H

#include "app/inventory.h"
#include "base/arena.h"
#include "domain/managed.h"

/* Texts live in the arena that was given. */
struct hostkey_pending {
	const char *device;
	const char *type;
	const char *key;
	const char *fingerprint;
	const char *run; /* "" if the file names none */
	bool replaces;	 /* another key of this type is pinned now */
};

/* ERR_NOT_FOUND if none waits for this device, or only one that is pinned
 * already, or one that another address showed. */
enum err_code hostkeys_pending(const struct app *app, const struct snapshot *s,
    const char *device, struct arena *arena, struct hostkey_pending *ret,
    struct err *e) must_check;

/* The waiting keys of all devices, at most `limit`, in no order; n is 0 when
 * the directory cannot be read.  Files of devices that are gone are passed
 * over. */
struct hostkey_list {
	struct hostkey_pending *list;
	size_t n;
};
struct hostkey_list hostkeys_all_pending(const struct app *app,
    const struct snapshot *s, struct arena *arena, size_t limit);

/* Pins the waiting key: it takes the place of all pinned keys if it replaces
 * one of its type, and stands beside keys of other types otherwise.
 * fingerprint: the one that the person saw; ERR_STALE if another key waits by
 * now.  ERR_DENIED, ERR_NOT_FOUND. */
enum err_code hostkeys_approve(const struct app *app, const struct actor *actor,
    const char *device, const char *fingerprint, struct err *e) must_check;

/* Forgets the waiting key without pinning it. */
enum err_code hostkeys_dismiss(const struct app *app, const struct actor *actor,
    const char *device, const char *fingerprint, struct err *e) must_check;

/* Where a device is managed, as "at" in its file. */
#define HOSTKEYS_AT_SIZE 32
void hostkeys_format_at(
    const struct managed *target, char text[HOSTKEYS_AT_SIZE]);

/* Removes what is settled otherwise: files of devices that are gone or managed
 * elsewhere, and of keys that are pinned.  The worker's, which writes them. */
void hostkeys_sweep(const struct app *app, const struct snapshot *s);

/* "SHA256:<base64>" of a key as in an OpenSSH .pub file ("type base64"), as
 * ssh-keygen -l prints it; "" if the key is not base64. */
const char *hostkeys_fingerprint(struct arena *arena, const char *pub);

#endif
