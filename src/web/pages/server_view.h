/*
 * Servers as templates see them: texts are Ironic's, to be escaped as HTML.
 */
#ifndef WEB_PAGES_SERVER_VIEW_H
#define WEB_PAGES_SERVER_VIEW_H

#include "app/servers.h"
#include "web/pages/view.h"

/* id, name, title (name or id), url, state, badge (what its state is shown as,
 * a word of the icons), words, live, power, class, maintenance, reason, error,
 * image, since, driver, description, instance, locked, traits, facts. */
struct jv server_view(struct arena *a, const struct baremetal_node *node);

/* {status, percent (-1: none), message, started_at, completed_at, live} */
struct jv server_progress_view(
    struct arena *a, const struct baremetal_node *node);

/* What may be asked of it now: {name, verb, title, url, destructive}. */
struct jv server_actions_view(
    struct arena *a, const struct baremetal_node *node);

/* "/servers/n1" */
const char *server_url(struct arena *a, const struct baremetal_node *node);

#endif
