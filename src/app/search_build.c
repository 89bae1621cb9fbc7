#include "app/search_internal.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_TEXT ((size_t)STORE_MAX_FILE)
#define PENDING ((size_t)1 << 20)
#define MAX_NAME 250

/* One text of one device, as the walk over the store meets it. */
struct entry {
	char name[MAX_NAME + 1];
	enum path_config which;
	struct search_span span;
};

struct builder {
	struct store *store;
	const atomic_bool *stop;
	int fd;
	uint64_t len;	    /* of the file, what is pending included */
	struct buf pending; /* not written yet */
	struct buf text;
	struct entry *entries;
	size_t n, cap;
	struct search_header header;
	const char *map; /* of the texts, once they are all written */
	struct search_device *devices;
	struct search_shape_set *shapes;
	uint8_t *classes;
	struct buf names;
};

/* --- writing ------------------------------------------------------------- */

static enum err_code flush(struct builder *b, struct err *e)
{
	enum err_code rc =
	    fd_write_all(b->fd, buf_text(&b->pending), b->pending.len, e);

	buf_clear(&b->pending);
	return rc;
}

static enum err_code write_bytes(
    struct builder *b, const void *data, size_t len, struct err *e)
{
	enum err_code rc = ERR_OK;

	b->len += len;
	if (b->pending.len + len > PENDING)
		rc = flush(b, e);
	if (rc == ERR_OK && len > PENDING)
		return fd_write_all(b->fd, data, len, e);
	if (rc == ERR_OK && !buf_add(&b->pending, data, len))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	return rc;
}

/* Begins where every kind of element may lie. */
static enum err_code begin_section(
    struct builder *b, struct search_section *s, struct err *e)
{
	static const char zero[8];
	enum err_code rc = write_bytes(b, zero, (8 - b->len % 8) % 8, e);

	*s = (struct search_section){ b->len, 0 };
	return rc;
}

static enum err_code write_section(struct builder *b, struct search_section *s,
    const void *data, size_t n, size_t element, struct err *e)
{
	enum err_code rc = begin_section(b, s, e);

	s->n = n;
	return rc == ERR_OK ? write_bytes(b, data, n * element, e) : rc;
}

/* --- the texts ----------------------------------------------------------- */

bool search_read_path(const char *path, enum path_config *which, char name[256])
{
	const char *base = strrchr(path, '/');

	for (int i = 0; base && i < SEARCH_TEXTS; i++) {
		const struct path_place *place = &path_places[i];
		size_t len = strlen(base + 1), end = strlen(place->suffix);

		if (!text_starts_with(path, place->dir) || len <= end ||
		    len > MAX_NAME || !text_ends_with(base, place->suffix))
			continue;
		memcpy(name, base + 1, len - end);
		name[len - end] = '\0';
		*which = (enum path_config)i;
		return true;
	}
	return false;
}

static struct entry *new_entry(struct builder *b)
{
	size_t cap = b->cap ? b->cap * 2 : 256;
	struct entry *grown;

	if (b->n == b->cap) {
		grown = realloc(b->entries, cap * sizeof(*grown));
		if (!grown)
			return NULL;
		b->entries = grown;
		b->cap = cap;
	}
	return &b->entries[b->n++];
}

static enum err_code note(
    void *ctx, const struct store_change *change, struct err *e)
{
	struct builder *b = ctx;
	enum path_config which;
	struct entry *entry;
	char name[256];
	enum err_code rc;

	if (*b->stop)
		return err_set(e, ERR_SYSTEM, "the program ends");
	if (!search_read_path(change->path, &which, name))
		return ERR_OK;
	buf_clear(&b->text);
	rc = store_read_blob(b->store, &change->new_blob, &b->text, e);
	/* pushed, and more than any configuration: it alone is not searched */
	if (rc == ERR_LIMIT)
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	entry = new_entry(b);
	if (!entry)
		return err_set(e, ERR_SYSTEM, "out of memory");
	memcpy(entry->name, name, strlen(name) + 1);
	entry->which = which;
	entry->span =
	    (struct search_span){ b->len - b->header.texts.at, b->text.len };
	return write_bytes(b, buf_text(&b->text), b->text.len, e);
}

static enum err_code write_texts(
    struct builder *b, const struct commit_id *at, struct err *e)
{
	static const char *const dirs[] = { "backup/", "intended/" };
	enum err_code rc;

	/* its place; it comes last */
	rc = write_bytes(b, &b->header, sizeof(b->header), e);
	if (rc == ERR_OK)
		rc = begin_section(b, &b->header.texts, e);
	for (size_t i = 0; i < 2 && rc == ERR_OK; i++)
		rc = store_diff(b->store, NULL, at, dirs[i], note, b, e);
	b->header.texts.n = b->len - b->header.texts.at;
	return rc == ERR_OK ? flush(b, e) : rc;
}

/* --- the devices --------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* What stands in two areas is told once. */
static enum err_code make_devices(struct builder *b, struct err *e)
{
	const struct entry *last = NULL;
	struct search_device *to = NULL;

	if (b->n) /* a store without any configuration has no entries */
		qsort(b->entries, b->n, sizeof(*b->entries), by_name);
	b->devices = calloc(b->n + 1, sizeof(*b->devices));
	if (!b->devices)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < b->n; i++) {
		const struct entry *entry = &b->entries[i];

		if (!last || strcmp(last->name, entry->name) != 0) {
			to = &b->devices[b->header.devices.n++];
			to->name = b->names.len;
			if (!buf_add(&b->names, entry->name,
				strlen(entry->name) + 1))
				return err_set(e, ERR_SYSTEM, "out of memory");
		}
		to->text[entry->which].at = entry->span.at;
		to->text[entry->which].len = (uint32_t)entry->span.len;
		last = entry;
	}
	return ERR_OK;
}

/* --- what chooses texts -------------------------------------------------- */

static unsigned fold(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? u + 32u : u;
}

unsigned search_class(const char *p)
{
	uint32_t three = fold(p[0]) << 16 | fold(p[1]) << 8 | fold(p[2]);

	/* Fibonacci hashing: the upper bits of the product are well mixed */
	return (three * 2654435769u) >> 18;
}

/* First what the text has, in the nearest cache; then its column. */
static void set_classes(struct builder *b, size_t device)
{
	uint64_t has[SEARCH_CLASSES / 64] = { 0 };
	uint8_t bit = (uint8_t)(1u << (device & 7));
	uint8_t *column = b->classes + (device >> 3);

	for (int which = 0; which < SEARCH_TEXTS; which++) {
		const struct search_text_at *t =
		    &b->devices[device].text[which];
		const char *p = b->map + t->at;

		for (size_t i = 0; i + 2 < t->len; i++) {
			unsigned class = search_class(p + i);

			has[class / 64] |= (uint64_t)1 << (class % 64);
		}
	}
	for (size_t i = 0; i < SEARCH_CLASSES; i++)
		if (has[i / 64] >> (i % 64) & 1)
			column[i * b->header.stride] |= bit;
}

static enum err_code write_ids(
    struct builder *b, struct search_text_at *t, struct err *e)
{
	const uint32_t *ids;
	size_t n;

	t->ids = b->header.ids.n;
	if (!search_shape_set_add(
		b->shapes, b->map + t->at, t->len, &ids, &n)) {
		t->n_ids = SEARCH_NO_SHAPES;
		return ERR_OK;
	}
	t->n_ids = (uint32_t)n;
	b->header.ids.n += n;
	return write_bytes(b, ids, n * sizeof(*ids), e);
}

static enum err_code describe_texts(struct builder *b, struct err *e)
{
	size_t n = b->header.devices.n;
	enum err_code rc = begin_section(b, &b->header.ids, e);

	b->header.stride = (uint32_t)(n / 8 + 1);
	b->classes = calloc(SEARCH_CLASSES, b->header.stride);
	b->shapes = search_shape_set_new();
	if (!b->classes || !b->shapes)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < n && rc == ERR_OK; i++) {
		set_classes(b, i);
		for (int which = 0; which < SEARCH_TEXTS && rc == ERR_OK;
		     which++)
			rc = write_ids(b, &b->devices[i].text[which], e);
		if (*b->stop)
			rc = err_set(e, ERR_SYSTEM, "the program ends");
	}
	return rc;
}

static enum err_code write_tables(struct builder *b, struct err *e)
{
	struct search_header *h = &b->header;
	size_t len, n;
	const char *shapes = search_shape_set_text(b->shapes, &len);
	const uint32_t *starts = search_shape_set_starts(b->shapes, &n);
	enum err_code rc;

	rc = write_section(
	    b, &h->devices, b->devices, h->devices.n, sizeof(*b->devices), e);
	if (rc == ERR_OK)
		rc = write_section(
		    b, &h->names, buf_text(&b->names), b->names.len, 1, e);
	if (rc == ERR_OK)
		rc = write_section(b, &h->shapes, shapes, len, 1, e);
	if (rc == ERR_OK)
		rc =
		    write_section(b, &h->starts, starts, n, sizeof(*starts), e);
	if (rc == ERR_OK)
		rc = write_section(b, &h->classes, b->classes,
		    (size_t)h->stride * SEARCH_CLASSES, 1, e);
	return rc == ERR_OK ? flush(b, e) : rc;
}

/* --- all of it ----------------------------------------------------------- */

static const char *map_all(const struct builder *b)
{
	void *map = mmap(NULL, (size_t)b->len, PROT_READ, MAP_SHARED, b->fd, 0);

	return map == MAP_FAILED ? NULL : map;
}

static enum err_code describe(struct builder *b, struct err *e)
{
	size_t len = (size_t)b->len;
	const char *map;
	enum err_code rc = make_devices(b, e);

	if (rc != ERR_OK)
		return rc;
	map = map_all(b);
	if (!map)
		return err_set_errno(e, "the index of texts cannot be read");
	b->map = map + b->header.texts.at;
	rc = describe_texts(b, e);
	munmap((void *)(uintptr_t)map, len);
	return rc == ERR_OK ? write_tables(b, e) : rc;
}

/* With the header the file is an image.  Not forced to the disk: after a loss
 * of power the checksum says that it is none, and another is made. */
static enum err_code seal(
    struct builder *b, const struct commit_id *at, struct err *e)
{
	struct search_header *h = &b->header;
	const char *map = map_all(b);
	ssize_t n;

	if (!map)
		return err_set_errno(e, "the index of texts cannot be read");
	memcpy(h->magic, SEARCH_MAGIC, sizeof(h->magic));
	h->size = b->len;
	h->at = *at;
	h->checksum =
	    search_checksum(map + sizeof(*h), (size_t)b->len - sizeof(*h));
	munmap((void *)(uintptr_t)map, (size_t)b->len);
	n = pwrite(b->fd, h, sizeof(*h), 0);
	return n == (ssize_t)sizeof(*h)
		   ? ERR_OK
		   : err_set_errno(e, "the index of texts cannot be written");
}

static void release(struct builder *b)
{
	buf_release(&b->pending);
	buf_release(&b->text);
	buf_release(&b->names);
	search_shape_set_free(b->shapes);
	free(b->entries);
	free(b->devices);
	free(b->classes);
	if (b->fd >= 0)
		close(b->fd);
#ifdef __GLIBC__
	/* it keeps the tens of megabytes otherwise, which are not needed again
	 * for a long time */
	(void)malloc_trim(0);
#endif
}

enum err_code search_build(struct store *store, const struct commit_id *at,
    const char *path, const atomic_bool *stop, struct err *e)
{
	struct builder b = { .store = store,
		.stop = stop,
		.pending = BUF_INIT(PENDING),
		.text = BUF_INIT(MAX_TEXT),
		.names = BUF_INIT((size_t)1 << 30) };
	char made[4096];
	enum err_code rc;

	if (snprintf(made, sizeof(made), "%s.new", path) >= (int)sizeof(made))
		return err_set(
		    e, ERR_LIMIT, "the directory's path is too long");
	/* of one that did not come to its end */
	(void)unlink(made);
	b.fd = open(
	    made, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	rc = b.fd >= 0 ? write_texts(&b, at, e)
		       : err_set_errno(e, "the index of texts cannot be made");
	if (rc == ERR_OK)
		rc = describe(&b, e);
	if (rc == ERR_OK)
		rc = seal(&b, at, e);
	if (rc == ERR_OK && rename(made, path) != 0)
		rc = err_set_errno(e, "the index of texts cannot be named");
	if (rc != ERR_OK && b.fd >= 0)
		(void)unlink(made);
	release(&b);
	return rc;
}
