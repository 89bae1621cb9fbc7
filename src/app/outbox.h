/*
 * The outbox: notifications on their way, a file each.
 *
 *   DIR/outbox/<id>.json           waits
 *   DIR/outbox/done/<id>.json      was taken by its peer
 *   DIR/outbox/failed/<id>.json    was given up, or dropped by someone
 *
 * The id is "<event>.<channel>"; events have no dot in them.
 *
 * A file is rewritten or moved only under its lock (outbox_open), so that what
 * the sender does and what someone asks for meanwhile never cross.  Any
 * process, any thread; each call works on its own.
 */
#ifndef APP_OUTBOX_H
#define APP_OUTBOX_H

#include "base/err.h"

#include <jansson.h>

#define OUTBOX_MAX_ITEM ((size_t)256 * 1024)
#define OUTBOX_ID_SIZE 256

enum outbox_place {
	OUTBOX_WAITING,
	OUTBOX_DELIVERED,
	OUTBOX_GIVEN_UP,
	OUTBOX_PLACES,
};
extern const char *const outbox_place_words[OUTBOX_PLACES + 1];
bool outbox_place_parse(const char *word, enum outbox_place *ret);

/* id NULL: the directory. */
void outbox_path(const char *dir, enum outbox_place place, const char *id,
    char *path, size_t size);
enum err_code outbox_prepare(const char *dir, struct err *e) must_check;

/* The channel that an item is for. */
const char *outbox_channel(const char *id);

/* Ids, sorted; free() the array and its only allocation. */
enum err_code outbox_list(const char *dir, enum outbox_place place,
    char (**ret_ids)[OUTBOX_ID_SIZE], size_t *ret_n, struct err *e) must_check;

/* Durable when it answers ERR_OK.  An item that is there, wherever, stays. */
enum err_code outbox_put(const char *dir, const char *id, const json_t *item,
    struct err *e) must_check;
/* Without a lock, for who only looks.  ERR_NOT_FOUND, ERR_CORRUPT. */
enum err_code outbox_read(const char *dir, enum outbox_place place,
    const char *id, json_t **ret, struct err *e) must_check;

/* --- under the lock ------------------------------------------------------ */

struct outbox_item {
	enum outbox_place place;
	char id[OUTBOX_ID_SIZE];
	json_t *json; /* NULL: the file cannot be read */
	int fd;
};

/* wait: until nobody else has it; else ERR_CONFLICT.  ERR_NOT_FOUND. */
enum err_code outbox_open(const char *dir, enum outbox_place place,
    const char *id, bool wait, struct outbox_item *ret,
    struct err *e) must_check;
void outbox_close(struct outbox_item *item);
/* Writes item->json where it is; the lock is no longer of use. */
enum err_code outbox_rewrite(
    const char *dir, struct outbox_item *item, struct err *e) must_check;
/* The same in another place.  A crash in between leaves both files: what waits
 * is sent, once more if need be. */
enum err_code outbox_move(const char *dir, struct outbox_item *item,
    enum outbox_place to, struct err *e) must_check;

/* --- what someone asks for ----------------------------------------------- */

/* It is sent as soon as the sender looks; what was given up gets all its
 * attempts anew.  ERR_CONFLICT: it is being sent now. */
enum err_code outbox_retry(
    const char *dir, const char *id, struct err *e) must_check;
/* What waits is given up; what was given up is forgotten. */
enum err_code outbox_drop(
    const char *dir, const char *id, const char *by, struct err *e) must_check;

/* The newest first: items are described and appended to the array.  before:
 * only ids below this one; NULL: all.  next: where the next page begins, "" if
 * this is the last. */
enum err_code outbox_page(const char *dir, enum outbox_place place,
    const char *before, size_t limit, json_t *items, char next[OUTBOX_ID_SIZE],
    struct err *e) must_check;
/* How many there are. */
size_t outbox_count(const char *dir, enum outbox_place place);

#endif
