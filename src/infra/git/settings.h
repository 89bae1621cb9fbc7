/*
 * The settings that a store's repository has in its `config` (docs/store.md
 * says why each).  A clone does not bring them.
 */
#ifndef INFRA_GIT_SETTINGS_H
#define INFRA_GIT_SETTINGS_H

#include "base/err.h"

/* Adds those that the file does not name; what it names stays as somebody chose
 * it.  Durable, all or nothing.  Under the store's lock. */
enum err_code settings_complete(
    const char *config_path, struct err *e) must_check;

#endif
