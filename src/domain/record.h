/*
 * One record of the store, validated, immutable and shared.
 *
 * A record is a single allocation that holds its canonical JSON text and an
 * index of its fields.  It is reference counted with atomics: snapshots of
 * any thread share it.
 */
#ifndef DOMAIN_RECORD_H
#define DOMAIN_RECORD_H

#include "domain/kind.h"

#include <stdint.h>

struct record;

/* Checks and completes `object` and makes a record of it.  version: the 20
 * bytes of its blob id (NULL: zero).  ERR_INVALID with every reason. */
enum err_code record_new(const struct kind *kind, const json_t *object,
    const uint8_t *version, struct record **ret, struct err *e) must_check;
/* The same from the text of a file. */
enum err_code record_parse(const struct kind *kind, const char *text,
    size_t len, const uint8_t *version, struct record **ret,
    struct err *e) must_check;

struct record *record_ref(const struct record *r);
void record_unref(const struct record *r); /* NULL is fine */

const struct kind *record_kind(const struct record *r);
const char *record_key(const struct record *r);	 /* "r1", "lab/10" */
const char *record_path(const struct record *r); /* "devices/lab/r1.json" */
const uint8_t *record_version(const struct record *r); /* 20 bytes */
/* Canonical JSON, newline at the end. */
const char *record_json(const struct record *r, size_t *ret_len);
/* A new JSON object; NULL when out of memory. */
json_t *record_to_json(const struct record *r);

/* A scalar field as text ("" if absent; booleans "true"/"false"; an object its
 * compact JSON).  `field` is the index in the kind's schema. */
const char *record_text(const struct record *r, int field);
bool record_has(const struct record *r, int field);
long record_number(const struct record *r, int field, long fallback);
bool record_flag(const struct record *r, int field);
bool record_field_is_list(const struct field *f);
/* A list field. */
size_t record_count(const struct record *r, int field);
const char *record_item(const struct record *r, int field, size_t i);
bool record_contains(const struct record *r, int field, const char *item);

#endif
