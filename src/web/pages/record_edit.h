/*
 * New, edit and delete pages of every kind of record, from its schema.  The
 * kind is the first segment of the path ("/vlans/lab/10/edit"), the key what
 * the route captured.
 */
#ifndef WEB_PAGES_RECORD_EDIT_H
#define WEB_PAGES_RECORD_EDIT_H

#include "web/pages/view.h"

enum err_code record_new_page(
    struct request *r, struct response *out, struct err *e) must_check;
enum err_code record_new_post(
    struct request *r, struct response *out, struct err *e) must_check;
enum err_code record_edit_page(
    struct request *r, struct response *out, struct err *e) must_check;
enum err_code record_edit_post(
    struct request *r, struct response *out, struct err *e) must_check;
enum err_code record_delete_page(
    struct request *r, struct response *out, struct err *e) must_check;
enum err_code record_delete_post(
    struct request *r, struct response *out, struct err *e) must_check;

/* The kind by the path, and the key by the captures ("" if there are none). */
const struct kind *record_page_kind(const struct request *r);
const char *record_page_key(const struct request *r);
/* The record; ERR_NOT_FOUND with a sentence. */
enum err_code record_page_find(const struct request *r,
    const struct record **ret, struct err *e) must_check;
/* {name, title, plural, url} */
struct jv record_kind_view(struct arena *a, const struct kind *kind);

/* 40 digits of the form's field `version`; false if it is absent or wrong. */
bool record_form_version(struct request *r, struct blob_id *ret);
/* Saves what a form says of a record that is set and not made (the settings, a
 * job's): the first time without a version, then over the version that the form
 * was made from.  errors: those of reading the form; nothing is saved if there
 * are some. */
enum err_code record_form_save(struct request *r, enum kind_id kind,
    const char *key, const json_t *object, struct schema_errors *errors,
    struct err *e) must_check;

#endif
