/*
 * Runs over many devices at hand: where each row stands in the document's text
 * and what it is, so that a page of rows costs as much as it shows.  Reading
 * and parsing the document of a run over 10,000 devices takes 40 ms; going
 * through its text takes two, and is done again only when it was written again.
 *
 * Documents are kept up to 64 MB, those that were asked for last.  Any thread.
 */
#ifndef APP_RUN_BOOK_H
#define APP_RUN_BOOK_H

#include "app/run_rows.h"
#include "app/runs.h"

struct run_book;

/* The index tells when the document of a run on record is another. */
enum err_code run_book_new(const struct app *app, struct run_index *index,
    struct run_book **ret, struct err *e) must_check;
void run_book_free(struct run_book *book);

/* A document as it was when it was asked for; never changes. */
struct run_sheet;

/* Held: run_sheet_unref() ends it.  Errors as runs_read(). */
enum err_code run_book_open(struct run_book *book, const char *id,
    struct run_sheet **ret, struct err *e) must_check;
void run_sheet_unref(struct run_sheet *sheet);

size_t run_sheet_count(const struct run_sheet *sheet, enum run_rows which);
bool run_sheet_has_device(const struct run_sheet *sheet, const char *name);

/* Rows of one kind from row *at on, `limit` at most; *at becomes the row behind
 * the last one that was looked at.  A new reference; NULL when out of
 * memory. */
json_t *run_sheet_rows(const struct run_sheet *sheet, enum run_rows which,
    size_t limit, size_t *at);
/* The row that `skip` of the kind stand before. */
size_t run_sheet_find(
    const struct run_sheet *sheet, enum run_rows which, size_t skip);
/* As runs_read_brief(): all rows up to RUN_ROWS_TOLD; of more the first ones
 * and "counts".  A new reference; NULL when out of memory. */
json_t *run_sheet_brief(const struct run_sheet *sheet);

/* As runs_read_brief(), which costs little while the run is under way alone. */
enum err_code run_book_read_brief(struct run_book *book, const char *id,
    json_t **ret_doc, struct err *e) must_check;

#endif
