/*
 * The components of the OpenAPI document that no record kind describes: runs,
 * logs, commits, problems.
 */
#ifndef WEB_API_OPENAPI_SCHEMAS_H
#define WEB_API_OPENAPI_SCHEMAS_H

#include <jansson.h>

/* A new object, name → schema; NULL when out of memory. */
json_t *openapi_fixed_schemas(void);

#endif
