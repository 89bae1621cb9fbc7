/*
 * How a form asks what a server is provisioned with.
 */
#ifndef WEB_PAGES_SERVER_PROVISION_H
#define WEB_PAGES_SERVER_PROVISION_H

#include "web/pages/view.h"

/* Image and config drive, where the servers are chosen already. */
extern const struct schema server_provision_what;

/* The form's object as the body that REST takes, a new reference; NULL when
 * out of memory. */
json_t *server_provision_body(const json_t *form);
/* Names of the store's images. */
struct jv server_provision_images(struct request *r);

#endif
