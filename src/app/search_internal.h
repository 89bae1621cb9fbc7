/*
 * The index behind search.h.
 *
 * The image is a file that never changes: all texts as they were at one
 * commit, and what tells which of them need not be read.  Every process that
 * serves the store maps the same one.  What came after that commit is kept
 * beside it by each process, and when that has become much, a new image takes
 * the old one's name.
 */
#ifndef APP_SEARCH_INTERNAL_H
#define APP_SEARCH_INTERNAL_H

#include "app/search.h"

#include <pthread.h>
#include <stdatomic.h>

/* Another arrangement has another name. */
#define SEARCH_MAGIC "SYfind2"
#define SEARCH_CLASSES 16384 /* of three letters; a power of two */
#define SEARCH_TEXTS PATH_CONFIGS
#define SEARCH_NO_SHAPES UINT32_MAX

/* --- the image ------------------------------------------------------------ */

/* Numbers as this machine has them: the file is a cache and travels nowhere. */
struct search_section {
	uint64_t at; /* in the file */
	uint64_t n;  /* elements */
};

struct search_header {
	char magic[8];
	uint64_t size;	   /* of the file */
	uint64_t checksum; /* of what follows the header */
	struct commit_id at;
	uint32_t stride;	       /* bytes of a class's set */
	struct search_section texts;   /* bytes */
	struct search_section ids;     /* uint32_t: shapes of each text */
	struct search_section devices; /* struct search_device, by name */
	struct search_section names;   /* each ends in NUL */
	struct search_section shapes;  /* each ends in a newline */
	struct search_section starts;  /* uint32_t: where each shape begins */
	struct search_section classes; /* a bit for each device */
};

struct search_text_at {
	uint64_t at; /* in the texts */
	uint32_t len;
	uint32_t n_ids; /* SEARCH_NO_SHAPES: they are not known */
	uint64_t ids;	/* in the ids */
};

struct search_device {
	uint64_t name; /* in the names */
	struct search_text_at text[SEARCH_TEXTS];
};

struct search_image {
	const struct search_header *header; /* the whole file */
	const char *texts, *names, *shapes;
	const struct search_device *devices;
	const uint32_t *ids, *starts;
	const uint8_t *classes;
};

/* ERR_NOT_FOUND; ERR_CORRUPT for what is no image, or not a whole one. */
enum err_code search_image_open(
    const char *path, struct search_image *ret, struct err *e) must_check;
void search_image_close(struct search_image *image); /* zeroed is fine */
uint64_t search_checksum(const void *data, size_t len);

/* Makes the image of the store at a commit and gives it the name.  Stops early,
 * with ERR_SYSTEM, once *stop is set. */
enum err_code search_build(struct store *store, const struct commit_id *at,
    const char *path, const atomic_bool *stop, struct err *e) must_check;

/* "intended/<area>/<name>.cfg": a path of path_places. */
bool search_read_path(
    const char *path, enum path_config *which, char name[256]);

/* The class of three bytes, letters of either case being one. */
unsigned search_class(const char *p);

/* A bit for each device of the image that may hold a match, by the texts that
 * every match holds; NULL when out of memory. */
uint8_t *search_candidates(const struct search_image *image,
    const struct line_regex *pattern, struct arena *a);
/* A bit for each shape that matches; NULL if that cannot be told in time. */
uint8_t *search_shapes(const struct search_image *image,
    const struct line_regex *pattern, int64_t until_ms, struct arena *a);

/* --- the shapes, while an image is made ---------------------------------- */

struct search_shape_set;

struct search_shape_set *search_shape_set_new(void); /* NULL: out of memory */
void search_shape_set_free(struct search_shape_set *set);
/* The shapes of a text, each once, valid until the next call; false: there are
 * too many different ones in all, or memory ran out. */
bool search_shape_set_add(struct search_shape_set *set, const char *text,
    size_t len, const uint32_t **ret_ids, size_t *ret_n);
const char *search_shape_set_text(
    const struct search_shape_set *set, size_t *ret_len);
const uint32_t *search_shape_set_starts(
    const struct search_shape_set *set, size_t *ret_n);

/* --- what came after the image ------------------------------------------- */

/* Texts in a file without a name, so that they are the page cache's and not
 * the process's memory. */
struct search_file {
	int fd;
	const char
	    *map; /* addresses that the file may grow to; readable up to len */
	size_t len;
};

struct search_span {
	size_t at, len;
};

struct search_change {
	char *name;		    /* of a device */
	bool changed[SEARCH_TEXTS]; /* its text is another, or gone */
	struct search_span text[SEARCH_TEXTS];
	unsigned put[SEARCH_TEXTS]; /* by which step it came */
};

struct search_later {
	struct search_file file;
	struct search_change *changes; /* by name */
	size_t n, cap;
	unsigned step;
};

void search_later_clear(struct search_later *later);
/* What differs between two commits is added; half a step may be there after an
 * error.  dir: for the file. */
enum err_code search_later_add(struct search_later *later, struct store *store,
    const struct commit_id *from, const struct commit_id *to, const char *dir,
    struct err *e) must_check;

enum err_code search_file_open(
    struct search_file *f, const char *dir, struct err *e) must_check;
void search_file_close(struct search_file *f);
enum err_code search_file_add(struct search_file *f, const char *text,
    size_t len, struct search_span *ret, struct err *e) must_check;

/* --- both ----------------------------------------------------------------- */

struct search_index {
	const struct app *app;
	char *path;	       /* of the image */
	pthread_rwlock_t lock; /* of image, later, at */
	struct search_image image;
	struct search_later later;
	struct commit_id at; /* what image and later come to */

	pthread_mutex_t making; /* one makes the image, others wait */
	pthread_mutex_t wake;	/* of what follows */
	pthread_cond_t woken;
	pthread_t keeper;
	atomic_bool kept; /* the keeper runs */
	bool wanted;
	atomic_bool stopping;
};

/* Locked for reading, at the tip. */
enum err_code search_lock_current(
    struct search_index *index, struct err *e) must_check;
void search_unlock(struct search_index *index);

#endif
