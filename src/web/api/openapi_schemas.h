/*
 * The components of the OpenAPI document: those that no record kind describes
 * (runs, logs, commits, problems), and what is made of all of them.
 */
#ifndef WEB_API_OPENAPI_SCHEMAS_H
#define WEB_API_OPENAPI_SCHEMAS_H

#include "web/router.h"

/* A new object, name → schema; NULL when out of memory. */
json_t *openapi_fixed_schemas(void);

/* All of the document's components. */
json_t *openapi_component_schemas(void);
/* What an operation answers: a new schema that refers to components. */
json_t *openapi_answer_schema(const struct route *route);

#endif
