#include "app/run_book.h"

#include "app/run_files.h"
#include "app/run_select.h"
#include "app/run_sheet.h"
#include "base/json.h"
#include "base/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SLOTS 32
#define MAX_BYTES ((size_t)64 * 1024 * 1024)
/* Shorter ones are read as quickly as they are found. */
#define WORTH_KEEPING ((size_t)16 * 1024)
#define PATH_SIZE 4096

/* What a document is known by: the live file, which is replaced and never
 * written into, or the index's entry of a run on record. */
struct mark {
	struct stat file;	       /* st_ino 0: none */
	const struct run_entry *entry; /* held, or NULL */
};

struct slot {
	char id[RUN_ID_SIZE];
	struct mark mark;
	struct run_sheet *sheet; /* NULL: free */
	uint64_t used;
};

struct run_book {
	const struct app *app;
	struct run_index *index;
	pthread_mutex_t lock;
	struct slot slots[SLOTS];
	uint64_t clock;
};

enum err_code run_book_new(const struct app *app, struct run_index *index,
    struct run_book **ret, struct err *e)
{
	struct run_book *book = calloc(1, sizeof(*book));

	if (!book)
		return err_set(e, ERR_SYSTEM, "out of memory");
	book->app = app;
	book->index = index;
	pthread_mutex_init(&book->lock, NULL);
	*ret = book;
	return ERR_OK;
}

static void empty_slot(struct slot *slot)
{
	run_sheet_unref(slot->sheet);
	run_entry_unref(slot->mark.entry);
	*slot = (struct slot){ .sheet = NULL };
}

void run_book_free(struct run_book *book)
{
	if (!book)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		empty_slot(&book->slots[i]);
	pthread_mutex_destroy(&book->lock);
	free(book);
}

/* --- what is kept -------------------------------------------------------- */

static struct mark read_mark(const struct run_book *book, const char *id)
{
	struct mark mark = { .entry = NULL };
	char path[PATH_SIZE];

	run_live_path(book->app->dir, id, "run.json", path, sizeof(path));
	if (stat(path, &mark.file) == 0)
		return mark;
	mark.file = (struct stat){ 0 };
	mark.entry = run_index_hold(book->index, id);
	return mark;
}

static bool same_mark(const struct mark *a, const struct mark *b)
{
	return a->entry == b->entry && a->file.st_ino == b->file.st_ino &&
	       a->file.st_size == b->file.st_size &&
	       a->file.st_mtim.tv_sec == b->file.st_mtim.tv_sec &&
	       a->file.st_mtim.tv_nsec == b->file.st_mtim.tv_nsec;
}

static struct run_sheet *find_kept(
    struct run_book *book, const char *id, const struct mark *mark)
{
	struct run_sheet *found = NULL;

	pthread_mutex_lock(&book->lock);
	for (size_t i = 0; i < SLOTS && !found; i++) {
		struct slot *slot = &book->slots[i];

		if (!slot->sheet || strcmp(slot->id, id) != 0 ||
		    !same_mark(&slot->mark, mark))
			continue;
		slot->used = ++book->clock;
		found = run_sheet_ref(slot->sheet);
	}
	pthread_mutex_unlock(&book->lock);
	return found;
}

/* The run's own, a free one, or the one that was used longest ago. */
static struct slot *choose_slot(struct run_book *book, const char *id)
{
	struct slot *best = &book->slots[0];

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &book->slots[i];

		if (slot->sheet && strcmp(slot->id, id) == 0)
			return slot;
		if (slot->used < best->used)
			best = slot;
	}
	return best;
}

static size_t bytes_kept(const struct run_book *book)
{
	size_t bytes = 0;

	for (size_t i = 0; i < SLOTS; i++) {
		if (book->slots[i].sheet)
			bytes += run_sheet_size(book->slots[i].sheet);
	}
	return bytes;
}

static void make_room(struct run_book *book, size_t bytes)
{
	while (bytes_kept(book) + bytes > MAX_BYTES) {
		struct slot *oldest = NULL;

		for (size_t i = 0; i < SLOTS; i++) {
			struct slot *slot = &book->slots[i];

			if (slot->sheet &&
			    (!oldest || slot->used < oldest->used))
				oldest = slot;
		}
		if (!oldest)
			return;
		empty_slot(oldest);
	}
}

/* Takes over what the mark holds. */
static void keep(struct run_book *book, const char *id, struct mark mark,
    struct run_sheet *sheet)
{
	struct slot *slot;

	pthread_mutex_lock(&book->lock);
	slot = choose_slot(book, id);
	empty_slot(slot);
	make_room(book, run_sheet_size(sheet));
	text_copy(slot->id, sizeof(slot->id), id);
	slot->mark = mark;
	slot->sheet = run_sheet_ref(sheet);
	slot->used = ++book->clock;
	pthread_mutex_unlock(&book->lock);
}

/* --- reading ------------------------------------------------------------- */

/* One that waits in the queue is no file of its own. */
static enum err_code read_queued(const struct run_book *book, const char *id,
    struct buf *text, struct err *e)
{
	json_t *doc;
	enum err_code rc = runs_read(book->app, id, &doc, e);

	if (rc == ERR_OK) {
		rc = json_write_line(doc, text, e);
		json_decref(doc);
	}
	return rc;
}

static enum err_code read_sheet(const struct run_book *book, const char *id,
    struct run_sheet **ret, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	enum err_code rc = run_read_file(book->app, id, "run.json", &text, e);

	if (rc == ERR_NOT_FOUND)
		rc = read_queued(book, id, &text, e);
	if (rc == ERR_OK)
		rc = run_sheet_new(&text, ret, e);
	buf_release(&text);
	return rc;
}

enum err_code run_book_open(struct run_book *book, const char *id,
    struct run_sheet **ret, struct err *e)
{
	struct mark mark = read_mark(book, id);
	struct run_sheet *sheet = find_kept(book, id, &mark);
	enum err_code rc = ERR_OK;

	if (sheet) {
		run_entry_unref(mark.entry);
		*ret = sheet;
		return ERR_OK;
	}
	/* the mark is from before: what is written meanwhile is read again */
	rc = read_sheet(book, id, &sheet, e);
	if (rc == ERR_OK && run_sheet_size(sheet) >= WORTH_KEEPING &&
	    (mark.entry || mark.file.st_ino))
		keep(book, id, mark, sheet);
	else
		run_entry_unref(mark.entry);
	if (rc == ERR_OK)
		*ret = sheet;
	return rc;
}

enum err_code run_book_read_brief(
    struct run_book *book, const char *id, json_t **ret_doc, struct err *e)
{
	struct run_sheet *sheet;
	enum err_code rc;

	if (runs_read_live_brief(book->app, id, ret_doc))
		return ERR_OK;
	rc = run_book_open(book, id, &sheet, e);
	if (rc != ERR_OK)
		return rc;
	*ret_doc = run_sheet_brief(sheet);
	run_sheet_unref(sheet);
	return *ret_doc ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}
