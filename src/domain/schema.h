/*
 * Schemas: what a record, a job's parameters or a form may hold.
 *
 * A schema is a const table.  Forms, REST, MCP, the command line, the OpenAPI
 * document and `switchyard check` are all derived from it, so that a field is
 * described once.
 */
#ifndef DOMAIN_SCHEMA_H
#define DOMAIN_SCHEMA_H

#include "base/err.h"

#include <jansson.h>

enum kind_id {
	KIND_NONE,
	KIND_AREA,
	KIND_ROLE,
	KIND_PLATFORM,
	KIND_VLAN,
	KIND_DEVICE,
	KIND_SECRET,
	KIND_HOSTKEY,
	KIND_HOOK,
	KIND_BUTTON,
	KIND_USER,
	KIND_TOKEN,
	KIND_SETTINGS,
	KIND_IRONIC,
	KIND_IMAGE,
	KIND_SCHEDULE,
	KIND_JOB,
	KIND_VIEW,
	KIND_CHANNEL,
	KIND_COUNT,
};

enum field_type {
	FIELD_NAME,  /* [A-Za-z0-9][A-Za-z0-9._-]*: becomes a path segment */
	FIELD_TEXT,  /* one line of UTF-8 */
	FIELD_LINES, /* several lines */
	FIELD_INT,   /* min..max */
	FIELD_BOOL,
	FIELD_CHOICE,  /* one of choices[] */
	FIELD_REF,     /* the key of a record of kind `ref` */
	FIELD_REFS,    /* a list of them */
	FIELD_LABELS,  /* a list of words (tags), any or of choices[] */
	FIELD_NUMBERS, /* a list of integers, min..max (VLAN ids) */
	FIELD_IPV4,    /* a.b.c.d[/length][:port] */
	FIELD_OBJECT,  /* any JSON object (custom variables) */
};

struct field {
	const char *name;  /* JSON member, form control, parameter */
	const char *label; /* for people */
	const char *help;  /* one sentence; NULL: none */
	enum field_type type;
	bool required;
	bool hidden;	  /* never in a form or an answer (hashes) */
	bool automatic;	  /* what a job found: people leave it as it is,
			     or out; admins may move it elsewhere */
	enum kind_id ref; /* FIELD_REF, FIELD_REFS */
	const char *const *choices; /* FIELD_CHOICE, NULL-terminated; also
				       FIELD_LABELS, NULL there: any words */
	long min, max;		    /* FIELD_INT, FIELD_NUMBERS; max of
				       FIELD_LABELS: bytes of an item, 0:
				       FIELD_MAX_LABEL */
	size_t max_len;		    /* bytes of a text, 0: FIELD_MAX_TEXT;
				       items of a list, 0: FIELD_MAX_ITEMS */
	const char *fallback;	    /* the value when absent, as JSON text */
};

#define FIELD_MAX_TEXT 255
#define FIELD_MAX_LINES 8192
#define FIELD_MAX_ITEMS 512
#define FIELD_MAX_LABEL 100
#define FIELD_MAX_OBJECT 65536 /* bytes of JSON text */

struct schema {
	const struct field *fields;
	size_t n_fields;
};

/* What is wrong, field by field, so that a form can say it beside each. */
#define SCHEMA_MAX_ERRORS 16
struct schema_error {
	const struct field *field; /* NULL: about the whole */
	/* Of the object in that field: which member; NULL: none. */
	const struct field *member;
	char message[200]; /* begins with the member's name and ": " */
};
struct schema_errors {
	size_t n;
	struct schema_error item[SCHEMA_MAX_ERRORS];
};

void schema_errors_add(struct schema_errors *errors, const struct field *field,
    const char *fmt, ...) printf_like(3, 4);
/* About a member of the object in a field: a job's parameter. */
void schema_errors_add_member(struct schema_errors *errors,
    const struct field *field, const struct field *member, const char *message);
/* ERR_INVALID with all of them in one sentence; ERR_OK if there is none. */
enum err_code schema_errors_check(
    const struct schema_errors *errors, struct err *e) must_check;

/* Index of the field, or -1. */
int schema_find(const struct schema *s, const char *name);

/* Checks a JSON object against the schema: unknown members, missing required
 * ones, types, bounds.  References are only checked for their form.  Adds to
 * `errors`; true if it added none. */
bool schema_check(
    const struct schema *s, const json_t *object, struct schema_errors *errors);

/* A new object with what is absent filled in from the fallbacks and members
 * that are null or empty text removed where the field is optional.  NULL when
 * out of memory. */
json_t *schema_complete(const struct schema *s, const json_t *object);

/* One value from a form or a command line ("a, b" for lists, "on"/"true" for
 * booleans, JSON text for objects) to JSON.  NULL and an entry in `errors` if
 * it cannot be; an empty text gives json_null(). */
json_t *schema_value_from_text(
    const struct field *f, const char *text, struct schema_errors *errors);

/* The JSON Schema (2020-12, as in OpenAPI 3.1) of the object.  A new
 * reference; NULL when out of memory. */
json_t *schema_to_json_schema(const struct schema *s);

/* "10.1.2.3/24:2222": address gets at most 15 characters, *port 0 if absent,
 * *prefix -1 if absent.  False if it is not of that form. */
bool schema_parse_ipv4(
    const char *text, char address[16], int *prefix, int *port);
bool schema_is_name(const char *text, size_t max_len);

#endif
