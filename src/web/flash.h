/*
 * The one-time message of response_flash(): a signed cookie that lives for a
 * minute and is bound to the person it was made for.
 */
#ifndef WEB_FLASH_H
#define WEB_FLASH_H

#include "jinja/value.h"
#include "web/request.h"
#include "web/response.h"

/* {kind, text} for the template, or none.  Clears the cookie if there was
 * one. */
struct jv flash_take(struct request *r, struct response *out);

#endif
