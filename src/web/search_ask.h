/*
 * A search as pages and REST ask for it, and its answer: records whose names,
 * addresses, serial numbers or tags hold the text, and lines of
 * configurations.
 *
 *   q=text  mode=regex  case=on  in=intended or in=backup  after=<device>
 */
#ifndef WEB_SEARCH_ASK_H
#define WEB_SEARCH_ASK_H

#include "app/search.h"
#include "web/request.h"

#define SEARCH_MIN 2	  /* bytes of a question */
#define SEARCH_RECORDS 40 /* that are told */

struct search_record {
	const struct record *record;
	const struct field *field; /* where it was found first */
	const char *text;	   /* of the field, or the item of its list */
};

struct search_answer {
	struct line_regex *pattern;
	struct search_record records[SEARCH_RECORDS];
	size_t n_records;
	bool more_records;
	struct search_found found;
};

/* How the sorts of texts are called in addresses and answers. */
extern const char *const search_texts_words[PATH_CONFIGS + 1]; /* NULL ends */

/* max_texts: texts, at most.  ERR_INVALID: the question is too short,
 * or no expression; the message says what is wrong with it.  What is asked for
 * after a device is about configurations alone. */
enum err_code search_ask(struct request *r, size_t max_texts,
    struct search_answer *ret, struct err *e) must_check;

#endif
