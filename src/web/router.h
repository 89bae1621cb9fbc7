/*
 * The router tables: everything that can be reached, with what it needs.
 * Nothing is reachable that is not in a table; tests walk them.
 */
#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include "web/request.h"
#include "web/response.h"

enum surface {
	SURFACE_PAGE, /* HTML; cookie needs CSRF token; errors are pages */
	SURFACE_API,  /* JSON; errors are problem+json (RFC 9457) */
	SURFACE_MCP,  /* as API, for tokens alone, and no foreign Origin */
	SURFACE_OPEN, /* neither: health, sign-in */
	SURFACES,
};

/* Anything but ERR_OK becomes an error response by the code (err.h) and the
 * surface; what was written to `out` so far is dropped. */
typedef enum err_code (*route_handler)(
    struct request *r, struct response *out, struct err *e);

#define BODY_NONE 0
#define BODY_SMALL ((size_t)8 * 1024)
#define BODY_FORM ((size_t)256 * 1024)
#define BODY_JSON ((size_t)1024 * 1024)
#define BODY_CONFIG ((size_t)8 * 1024 * 1024)

struct route {
	enum request_method method;
	const char *pattern; /* "/devices/{name}/edit"; {x} is one segment */
	enum surface surface;
	enum permission permission;
	size_t body_limit;
	route_handler handler;
	/* Each value of its form is checked by a schema before it is used, and
	 * faults are shown beside their fields. */
	bool checks_fields;
	/* API only, for the OpenAPI document. */
	const char *operation_id;
	const char *summary;
	const char *body_type;	   /* NULL: JSON for the API, else a form */
	enum kind_id kind;	   /* API of records: which; else KIND_NONE */
	const char *const *query;  /* parameters, NULL-terminated, beside the
				      fields of the kind; NULL: none */
	const char *body_schema;   /* components of the OpenAPI document; */
	const char *answer_schema; /* NULL: by the kind */
	int success;		   /* status; 0: by the method */
	bool may_create; /* PUT: 201 where there was nothing, and then no
			    If-Match */
};

struct route_table {
	const struct route *routes;
	size_t n;
};

/* The tables, one for each file in pages/ and api/ (web/routes.c). */
const struct route_table *const *router_tables(size_t *ret_n);

/* The tables, prepared for finding; immutable, any thread. */
struct router;
enum err_code router_new(struct router **ret, struct err *e) must_check;
void router_free(struct router *router); /* NULL is fine */

/* The route, with captures in r; NULL: *ret_status is 404 or 405 and
 * *ret_allow the allowed methods ("GET, POST"). */
const struct route *router_find(const struct router *router, struct request *r,
    int *ret_status, const char **ret_allow);

#endif
