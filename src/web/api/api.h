/*
 * REST under /api/v1: the route tables, one for each file beside this header,
 * and what they share.
 *
 * Answers are JSON objects; a list is {"items": […], "next": cursor or null}.
 * A record's ETag is the id of its blob.  Errors are problem+json
 * (web/errors.h).  Fields marked hidden in a schema are never in an answer.
 */
#ifndef WEB_API_API_H
#define WEB_API_API_H

#include "app/inventory.h"
#include "domain/job.h"
#include "web/router.h"

extern const struct route_table api_health_routes;
extern const struct route_table api_records_routes;
extern const struct route_table api_restore_routes;
extern const struct route_table api_device_config_routes;
extern const struct route_table api_templates_routes;
extern const struct route_table api_history_routes;
extern const struct route_table api_hook_test_routes;
extern const struct route_table api_hostkey_routes;
extern const struct route_table api_metrics_routes;
extern const struct route_table api_notifications_routes;
extern const struct route_table api_reachability_routes;
extern const struct route_table api_access_routes;
extern const struct route_table api_jobs_routes;
extern const struct route_table api_job_settings_routes;
extern const struct route_table api_runs_routes;
extern const struct route_table api_schedules_routes;
extern const struct route_table api_search_routes;
extern const struct route_table api_transfer_routes;
extern const struct route_table api_servers_routes;
extern const struct route_table api_openapi_routes;

#define API_TABLES(X)               \
	X(api_health_routes)        \
	X(api_records_routes)       \
	X(api_restore_routes)       \
	X(api_device_config_routes) \
	X(api_templates_routes)     \
	X(api_history_routes)       \
	X(api_hook_test_routes)     \
	X(api_hostkey_routes)       \
	X(api_metrics_routes)       \
	X(api_notifications_routes) \
	X(api_reachability_routes)  \
	X(api_access_routes)        \
	X(api_jobs_routes)          \
	X(api_job_settings_routes)  \
	X(api_runs_routes)          \
	X(api_schedules_routes)     \
	X(api_search_routes)        \
	X(api_transfer_routes)      \
	X(api_servers_routes)       \
	X(api_openapi_routes)

#define API_MAX_ITEMS 1000
#define API_DEFAULT_ITEMS 100

/* The record as an answer holds it: without hidden fields.  A new reference;
 * NULL when out of memory. */
json_t *api_record_json(const struct record *record);

/* {"items": items, "next": next or null}; takes over `items`. */
json_t *api_list_json(json_t *items, const char *next);

/* Takes over `item`; NULL counts as out of memory. */
enum err_code api_append(json_t *list, json_t *item, struct err *e) must_check;

/* {"commit", "author", "time", "subject", "trailers": {…}} */
json_t *api_commit_json(const struct store_commit *commit);

/* The key that the captures name; NULL when out of memory. */
const char *api_record_key(struct request *r, const struct kind *kind);

/* The record named by the captures; ERR_NOT_FOUND. */
enum err_code api_find_record(struct request *r, const struct kind *kind,
    const struct record **ret, struct err *e) must_check;

/* The job named by the first capture; ERR_NOT_FOUND. */
enum err_code api_find_job(
    struct request *r, const struct job **ret, struct err *e) must_check;

/* 202 with the document of a run that was started, which is taken over, and
 * its place. */
enum err_code api_give_started(struct request *r, struct response *out,
    json_t *doc, struct err *e) must_check;

/* If-Match: *ret_expect is NULL if it is absent or "*", else `id`.  Malformed
 * is 400; api_need_if_match() answers 428 if it is absent. */
enum err_code api_optional_if_match(struct request *r, struct blob_id *id,
    const struct blob_id **ret_expect, bool *ret_present,
    struct err *e) must_check;
enum err_code api_need_if_match(struct request *r, struct blob_id *id,
    const struct blob_id **ret_expect, struct err *e) must_check;

/* Adds the record that stands now, with its version, to the error answer when
 * rc is ERR_STALE; returns rc. */
enum err_code api_explain_stale(struct request *r, enum err_code rc,
    const struct kind *kind, const char *key, const json_t *submitted);

#endif
