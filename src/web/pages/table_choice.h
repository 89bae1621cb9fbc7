/*
 * The rows of a table that something is to be done with: those that were
 * ticked, or all that the query meets.
 *
 * The form's action carries the table's query, so that "all that match" is the
 * table's own choice made again.  What was shown is what is done: a form
 * names its rows by a digest, and is shown anew if they are others now.
 *
 *   scope=all, or row=<key> for each box, or rows=<key>,<key>,
 */
#ifndef WEB_PAGES_TABLE_CHOICE_H
#define WEB_PAGES_TABLE_CHOICE_H

#include "base/crypto.h"
#include "web/pages/record_table.h"

/* What is chosen from. */
struct table_choosing {
	const struct record_table_spec *spec;
	const char *one; /* "device", for sentences */
	struct record_table_rows rows;
	/* NULL if there is no such row */
	const void *(*find)(void *ctx, const char *key);
	/* All that the query meets, ordered; NULL: of `rows`. */
	enum err_code (*select)(struct request *r, void *ctx,
	    struct record_table *ret, struct err *e);
	void *ctx;
};

struct table_choice {
	const void **rows;
	size_t n;
	bool all; /* what the filters meet, not what was ticked */
	char digest[2 * SHA256_SIZE + 1];
	const char *keys; /* for a form's field `rows` */
};

/* In the request's arena.  A row that is gone is a refusal (409). */
enum err_code table_choice_read(struct request *r,
    const struct table_choosing *from, struct table_choice *ret,
    struct err *e) must_check;

/* Are they those that the form showed?  ERR_CONFLICT, with a sentence. */
enum err_code table_choice_check(struct request *r,
    const struct table_choice *choice, struct err *e) must_check;

/* For a form that names them one by one, since those that were done first may
 * not meet the filters any more: adds n, rows, digest, once (the same where it
 * is sent twice), query. */
void table_choice_add(
    struct request *r, const struct table_choice *choice, struct jv ctx);

/* What the first few are called, for a confirmation. */
struct jv table_choice_names(struct arena *a,
    const struct record_table_spec *spec, const struct table_choice *choice);

#endif
