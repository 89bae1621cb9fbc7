/*
 * The index behind search.h: texts, devices, and which devices hold what.
 */
#ifndef APP_SEARCH_INTERNAL_H
#define APP_SEARCH_INTERNAL_H

#include "app/search.h"

#include <pthread.h>

#define SEARCH_CLASSES 16384 /* of three letters; a power of two */

/* The texts: a file that only grows, until what is dead in it is more than
 * what is alive. */
struct search_file {
	int fd;
	const char
	    *map; /* addresses that the file may grow to; readable up to len */
	size_t len;
	size_t dead;
};

struct search_span {
	size_t at, len;
};

struct search_device {
	char *name;
	size_t slot; /* its bit in the classes; stays when others come */
	struct search_span text[PATH_BACKUP + 1];
	bool fresh[PATH_BACKUP + 1]; /* the text came with this advance */
	bool dirty; /* its classes are not those of its texts */
};

struct search_index {
	const struct app *app;
	pthread_rwlock_t lock;
	struct commit_id at;
	struct search_file file;
	struct search_device *devices; /* by name; only ever added to */
	size_t n, cap;
	size_t n_slots;
	uint8_t *classes; /* [class * stride]: a bit for each device */
	size_t stride;	  /* bytes */
};

enum err_code search_file_open(
    struct search_file *f, const char *dir, struct err *e) must_check;
void search_file_close(struct search_file *f);
enum err_code search_file_add(struct search_file *f, const char *text,
    size_t len, struct search_span *ret, struct err *e) must_check;

/* Brings the index to the tip; the caller holds the lock for writing. */
enum err_code search_advance(struct search_index *index,
    const struct commit_id *tip, struct err *e) must_check;

/* The class of three bytes, letters of either case being one. */
unsigned search_class(const char *p);

/* A bit for each device that may hold all of the texts; NULL when out of
 * memory. */
uint8_t *search_candidates(const struct search_index *index,
    const struct line_regex *pattern, struct arena *a);

#endif
