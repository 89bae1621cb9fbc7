/*
 * The kinds, each beside its fields: kind.c finds them by id and by name.
 * Constant data without a thread rule.
 */
#ifndef DOMAIN_KIND_INTERNAL_H
#define DOMAIN_KIND_INTERNAL_H

#include "domain/kind.h"

#define SCHEMA(fields) { (fields), sizeof(fields) / sizeof((fields)[0]) }

/* kind_inventory.c */
extern const struct kind kind_device;
extern const struct kind kind_area;
extern const struct kind kind_role;
extern const struct kind kind_vlan;
extern const struct kind kind_platform;

/* kind_access.c */
extern const struct kind kind_secret;
extern const struct kind kind_hostkey;
extern const struct kind kind_user;
extern const struct kind kind_token;

/* kind_automation.c */
extern const struct kind kind_hook;
extern const struct kind kind_button;
extern const struct kind kind_schedule;
extern const struct kind kind_channel;
extern const struct kind kind_job;

/* kind_portal.c */
extern const struct kind kind_settings;
extern const struct kind kind_ironic;
extern const struct kind kind_image;
extern const struct kind kind_view;

#endif
