/* The sign-in page's routes; what they do is said in login.c. */
#ifndef WEB_PAGES_LOGIN_H
#define WEB_PAGES_LOGIN_H

#include "web/router.h"

extern const struct route_table pages_login_routes;

#endif
