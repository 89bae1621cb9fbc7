/*
 * What is known of every device's reachability: DIR/reach/book.
 *
 * The worker alone writes it, whole, at the end of a sweep, by a rename; it
 * holds states and no history of record, so it is not made durable: what a
 * crash takes the next sweep brings back.  Programs of one build read it as
 * it lies in memory; one of another layout counts as absent.
 */
#ifndef APP_REACH_BOOK_H
#define APP_REACH_BOOK_H

#include "base/err.h"
#include "domain/reach.h"

/* An immutable view, shared and counted. */
struct reach_book;

/* A book that is absent, or none of ours, is empty. */
enum err_code reach_book_open(
    const char *dir, struct reach_book **ret, struct err *e) must_check;
struct reach_book *reach_book_ref(struct reach_book *b);
void reach_book_unref(struct reach_book *b); /* NULL is fine */

/* A copy, with every text ended and every number in its bounds; false if the
 * device was never asked. */
bool reach_book_find(
    const struct reach_book *b, const char *device, struct reach_state *ret);
size_t reach_book_count(const struct reach_book *b);
void reach_book_at(
    const struct reach_book *b, size_t i, struct reach_state *ret);

/* states: sorted in place by device. */
enum err_code reach_book_write(const char *dir, struct reach_state *states,
    size_t n, struct err *e) must_check;

/* --- the newest one, for a program that answers requests ----------------- */

struct reach_books;

enum err_code reach_books_new(
    const char *dir, struct reach_books **ret, struct err *e) must_check;
void reach_books_free(struct reach_books *all); /* NULL is fine */
/* A new reference; NULL if it cannot be read now.  Any thread. */
struct reach_book *reach_books_current(struct reach_books *all);

#endif
