/*
 * The pages' route tables, one for each file beside this header; web/routes.c
 * lists them.
 *
 *   #define X(t) &t,
 *   static const struct route_table *const pages[] = { PAGES_TABLES(X) };
 */
#ifndef WEB_PAGES_PAGES_H
#define WEB_PAGES_PAGES_H

#include "web/router.h"

extern const struct route_table pages_dashboard_routes;
extern const struct route_table pages_devices_routes;
extern const struct route_table pages_device_routes;
extern const struct route_table pages_device_config_routes;
extern const struct route_table pages_device_history_routes;
extern const struct route_table pages_device_version_routes;
extern const struct route_table pages_device_aside_routes;
extern const struct route_table pages_device_blame_routes;
extern const struct route_table pages_help_routes;
extern const struct route_table pages_library_routes;
extern const struct route_table pages_channel_test_routes;
extern const struct route_table pages_notifications_routes;
extern const struct route_table pages_outbox_bulk_routes;
extern const struct route_table pages_hook_test_routes;
extern const struct route_table pages_reachability_routes;
extern const struct route_table pages_bulk_routes;
extern const struct route_table pages_saved_views_routes;
extern const struct route_table pages_search_routes;
extern const struct route_table pages_record_history_routes;
extern const struct route_table pages_server_table_routes;
extern const struct route_table pages_server_bulk_routes;
extern const struct route_table pages_servers_routes;
extern const struct route_table pages_server_provision_routes;
extern const struct route_table pages_ironic_routes;
extern const struct route_table pages_text_files_routes;
extern const struct route_table pages_jobs_routes;
extern const struct route_table pages_job_routes;
extern const struct route_table pages_schedules_routes;
extern const struct route_table pages_runs_routes;
extern const struct route_table pages_run_routes;
extern const struct route_table pages_run_bulk_routes;
extern const struct route_table pages_audit_routes;
extern const struct route_table pages_transfer_routes;
extern const struct route_table pages_settings_routes;
extern const struct route_table pages_tokens_routes;
extern const struct route_table pages_users_routes;

/* Rows of such a table. */
#define PAGE_GET(pattern_, permission_, handler_)                     \
	{                                                             \
		.method = METHOD_GET, .pattern = (pattern_),          \
		.surface = SURFACE_PAGE, .permission = (permission_), \
		.body_limit = BODY_NONE, .handler = (handler_)        \
	}
#define PAGE_POST_LIMIT(pattern_, permission_, handler_, limit_)      \
	{                                                             \
		.method = METHOD_POST, .pattern = (pattern_),         \
		.surface = SURFACE_PAGE, .permission = (permission_), \
		.body_limit = (limit_), .handler = (handler_)         \
	}
/* A form each of whose values a schema checks. */
#define PAGE_POST_FIELDS(pattern_, permission_, handler_, limit_)     \
	{                                                             \
		.method = METHOD_POST, .pattern = (pattern_),         \
		.surface = SURFACE_PAGE, .permission = (permission_), \
		.body_limit = (limit_), .handler = (handler_),        \
		.checks_fields = true                                 \
	}
#define PAGE_POST(pattern_, permission_, handler_) \
	PAGE_POST_LIMIT(pattern_, permission_, handler_, BODY_FORM)

#define PAGES_TABLES(X)                  \
	X(pages_dashboard_routes)        \
	X(pages_devices_routes)          \
	X(pages_device_routes)           \
	X(pages_device_config_routes)    \
	X(pages_device_history_routes)   \
	X(pages_device_version_routes)   \
	X(pages_device_aside_routes)     \
	X(pages_device_blame_routes)     \
	X(pages_help_routes)             \
	X(pages_library_routes)          \
	X(pages_channel_test_routes)     \
	X(pages_notifications_routes)    \
	X(pages_outbox_bulk_routes)      \
	X(pages_hook_test_routes)        \
	X(pages_reachability_routes)     \
	X(pages_bulk_routes)             \
	X(pages_saved_views_routes)      \
	X(pages_search_routes)           \
	X(pages_record_history_routes)   \
	X(pages_server_table_routes)     \
	X(pages_server_bulk_routes)      \
	X(pages_servers_routes)          \
	X(pages_server_provision_routes) \
	X(pages_ironic_routes)           \
	X(pages_text_files_routes)       \
	X(pages_jobs_routes)             \
	X(pages_job_routes)              \
	X(pages_schedules_routes)        \
	X(pages_runs_routes)             \
	X(pages_run_routes)              \
	X(pages_run_bulk_routes)         \
	X(pages_audit_routes)            \
	X(pages_transfer_routes)         \
	X(pages_settings_routes)         \
	X(pages_tokens_routes)           \
	X(pages_users_routes)

#endif
