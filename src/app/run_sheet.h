/*
 * A run's document as text, with where its rows stand: made once, read by any
 * thread, freed by the last who holds it.
 */
#ifndef APP_RUN_SHEET_H
#define APP_RUN_SHEET_H

#include "app/run_book.h"
#include "base/buf.h"

/* Takes over the text when it answers ERR_OK.  Held once.  ERR_CORRUPT: it is
 * no document of a run. */
enum err_code run_sheet_new(
    struct buf *text, struct run_sheet **ret, struct err *e) must_check;
struct run_sheet *run_sheet_ref(struct run_sheet *sheet);
/* Bytes of memory. */
size_t run_sheet_size(const struct run_sheet *sheet);

#endif
