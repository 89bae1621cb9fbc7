/*
 * Who chooses devices by a saved view: schedules, change hooks and buttons.
 * What a view shows decides what these do, so that it is theirs to protect.
 *
 * Any thread; records are the snapshot's.
 */
#ifndef APP_VIEW_USERS_H
#define APP_VIEW_USERS_H

#include "app/actor.h"
#include "app/snapshot.h"

/* How many there are; the first `max` of them in `ret`. */
size_t view_users_find(const struct snapshot *s, const char *view,
    const struct record **ret, size_t max);

/* "schedule nightly, hook core and 2 more"; "" if there is none. */
#define VIEW_USERS_TEXT 180
void view_users_text(
    const struct snapshot *s, const char *view, char text[VIEW_USERS_TEXT]);

/* What a used view shows is changed only by those who may change its users;
 * adds to `errors` otherwise.  old, now: of any kind; old NULL: new. */
void view_users_check(const struct snapshot *s, const struct actor *actor,
    const struct record *old, const struct record *now,
    struct schema_errors *errors);

#endif
