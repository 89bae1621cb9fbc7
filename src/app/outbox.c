#include "app/outbox.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/schema.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define MAX_LISTED 100000

static const char suffix[] = ".json";

const char *const outbox_place_words[OUTBOX_PLACES + 1] = {
	[OUTBOX_WAITING] = "waiting",
	[OUTBOX_DELIVERED] = "delivered",
	[OUTBOX_GIVEN_UP] = "given-up",
	[OUTBOX_PLACES] = NULL,
};

static const char *const folders[OUTBOX_PLACES] = {
	[OUTBOX_WAITING] = "",
	[OUTBOX_DELIVERED] = "/done",
	[OUTBOX_GIVEN_UP] = "/failed",
};

bool outbox_place_parse(const char *word, enum outbox_place *ret)
{
	for (int i = 0; i < OUTBOX_PLACES; i++) {
		if (strcmp(word, outbox_place_words[i]) == 0) {
			*ret = (enum outbox_place)i;
			return true;
		}
	}
	return false;
}

void outbox_path(const char *dir, enum outbox_place place, const char *id,
    char *path, size_t size)
{
	snprintf(path, size, "%s/outbox%s%s%s%s", dir, folders[place],
	    id ? "/" : "", id ? id : "", id ? suffix : "");
}

enum err_code outbox_prepare(const char *dir, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (int i = 0; i < OUTBOX_PLACES && rc == ERR_OK; i++) {
		char path[PATH_SIZE];

		outbox_path(
		    dir, (enum outbox_place)i, NULL, path, sizeof(path));
		rc = dir_create(path, 0750, e);
	}
	return rc;
}

const char *outbox_channel(const char *id)
{
	const char *dot = strchr(id, '.');

	return dot ? dot + 1 : "";
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

enum err_code outbox_list(const char *dir, enum outbox_place place,
    char (**ret_ids)[OUTBOX_ID_SIZE], size_t *ret_n, struct err *e)
{
	char path[PATH_SIZE];
	char(*ids)[OUTBOX_ID_SIZE] = NULL;
	size_t n = 0, cap = 0;
	struct dirent *entry;
	DIR *d;

	outbox_path(dir, place, NULL, path, sizeof(path));
	d = opendir(path);
	if (!d && errno != ENOENT)
		return err_set_errno(e, "cannot read %s", path);
	while (d && (entry = readdir(d)) != NULL && n < MAX_LISTED) {
		if (entry->d_name[0] == '.' ||
		    !text_ends_with(entry->d_name, suffix))
			continue;
		if (n == cap) {
			void *grown = realloc(
			    ids, (cap = cap ? cap * 2 : 64) * OUTBOX_ID_SIZE);

			if (!grown)
				break;
			ids = grown;
		}
		text_copy(ids[n], OUTBOX_ID_SIZE, entry->d_name);
		ids[n][strlen(ids[n]) - strlen(suffix)] = '\0';
		n++;
	}
	if (d)
		closedir(d);
	if (n)
		qsort(ids, n, OUTBOX_ID_SIZE, by_name);
	*ret_ids = ids;
	*ret_n = n;
	return ERR_OK;
}

/* --- files --------------------------------------------------------------- */

static enum err_code write_at(const char *dir, enum outbox_place place,
    const char *id, const json_t *item, struct err *e)
{
	struct buf text = BUF_INIT(OUTBOX_MAX_ITEM);
	char path[PATH_SIZE];
	enum err_code rc = json_write(item, &text, e);

	outbox_path(dir, place, id, path, sizeof(path));
	if (rc == ERR_OK)
		rc = file_write_durable(
		    path, buf_text(&text), text.len, 0600, e);
	buf_release(&text);
	return rc;
}

enum err_code outbox_put(
    const char *dir, const char *id, const json_t *item, struct err *e)
{
	for (int i = 0; i < OUTBOX_PLACES; i++) {
		char path[PATH_SIZE];

		outbox_path(dir, (enum outbox_place)i, id, path, sizeof(path));
		if (access(path, F_OK) == 0)
			return ERR_OK;
	}
	return write_at(dir, OUTBOX_WAITING, id, item, e);
}

enum err_code outbox_read(const char *dir, enum outbox_place place,
    const char *id, json_t **ret, struct err *e)
{
	struct buf text = BUF_INIT(OUTBOX_MAX_ITEM);
	char path[PATH_SIZE];
	enum err_code rc;

	outbox_path(dir, place, id, path, sizeof(path));
	rc = file_read_regular(path, &text, e);
	if (rc == ERR_OK)
		rc = json_read(buf_text(&text), text.len, text.max, ret, e);
	buf_release(&text);
	return rc;
}

/* --- under the lock ------------------------------------------------------ */

/* Between opening and locking the file may have been replaced. */
static bool is_there(int fd, const char *path)
{
	struct stat own, there;

	return fstat(fd, &own) == 0 && stat(path, &there) == 0 &&
	       own.st_ino == there.st_ino && own.st_dev == there.st_dev;
}

static enum err_code lock_file(
    const char *path, bool wait, int *ret_fd, struct err *e)
{
	for (;;) {
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

		if (fd < 0 && errno == ENOENT)
			return err_set(e, ERR_NOT_FOUND,
			    "there is no such notification: it was sent or "
			    "dropped meanwhile");
		if (fd < 0)
			return err_set_errno(e, "cannot open %s", path);
		if (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) < 0) {
			close(fd);
			if (errno == EINTR)
				continue;
			return err_set(e, ERR_CONFLICT,
			    "this notification is being sent now");
		}
		if (is_there(fd, path)) {
			*ret_fd = fd;
			return ERR_OK;
		}
		close(fd);
	}
}

enum err_code outbox_open(const char *dir, enum outbox_place place,
    const char *id, bool wait, struct outbox_item *ret, struct err *e)
{
	struct outbox_item item = { .place = place };
	char path[PATH_SIZE];
	enum err_code rc;

	if (!schema_is_name(id, OUTBOX_ID_SIZE - sizeof(suffix)))
		return err_set(
		    e, ERR_NOT_FOUND, "there is no such notification");
	outbox_path(dir, place, id, path, sizeof(path));
	rc = lock_file(path, wait, &item.fd, e);
	if (rc != ERR_OK)
		return rc;
	text_copy(item.id, sizeof(item.id), id);
	if (outbox_read(dir, place, id, &item.json, NULL) != ERR_OK)
		item.json = NULL;
	*ret = item;
	return ERR_OK;
}

void outbox_close(struct outbox_item *item)
{
	json_decref(item->json);
	close(item->fd);
}

enum err_code outbox_rewrite(
    const char *dir, struct outbox_item *item, struct err *e)
{
	return write_at(dir, item->place, item->id, item->json, e);
}

enum err_code outbox_move(const char *dir, struct outbox_item *item,
    enum outbox_place to, struct err *e)
{
	char from[PATH_SIZE], path[PATH_SIZE];
	enum err_code rc = ERR_OK;

	outbox_path(dir, item->place, item->id, from, sizeof(from));
	outbox_path(dir, to, item->id, path, sizeof(path));
	if (!item->json)
		return rename(from, path) == 0
			   ? ERR_OK
			   : err_set_errno(e, "cannot move %s", from);
	rc = write_at(dir, to, item->id, item->json, e);
	if (rc == ERR_OK && unlink(from) < 0)
		rc = err_set_errno(e, "cannot remove %s", from);
	return rc;
}

/* --- what someone asks for ----------------------------------------------- */

/* Where it waits, or where it was given up. */
static enum err_code open_any(
    const char *dir, const char *id, struct outbox_item *ret, struct err *e)
{
	enum err_code rc = outbox_open(dir, OUTBOX_WAITING, id, false, ret, e);

	return rc == ERR_NOT_FOUND
		   ? outbox_open(dir, OUTBOX_GIVEN_UP, id, false, ret, e)
		   : rc;
}

enum err_code outbox_retry(const char *dir, const char *id, struct err *e)
{
	struct outbox_item item;
	enum err_code rc = open_any(dir, id, &item, e);

	if (rc != ERR_OK)
		return rc;
	json_object_del(item.json, "next_ms");
	if (!item.json)
		rc = err_set(e, ERR_CONFLICT,
		    "this notification cannot be read: it can only be dropped");
	else if (item.place == OUTBOX_WAITING)
		rc = outbox_rewrite(dir, &item, e);
	else if (json_object_set_new(item.json, "attempts", json_integer(0)) <
		 0)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else
		rc = outbox_move(dir, &item, OUTBOX_WAITING, e);
	outbox_close(&item);
	return rc;
}

enum err_code outbox_drop(
    const char *dir, const char *id, const char *by, struct err *e)
{
	struct outbox_item item;
	char path[PATH_SIZE], why[200];
	enum err_code rc = open_any(dir, id, &item, e);

	if (rc != ERR_OK)
		return rc;
	snprintf(why, sizeof(why), "dropped by %.128s", by);
	if (item.place == OUTBOX_WAITING) {
		if (item.json)
			(void)!json_set_text(
			    item.json, "why", why, strlen(why));
		rc = outbox_move(dir, &item, OUTBOX_GIVEN_UP, e);
	} else {
		outbox_path(dir, item.place, id, path, sizeof(path));
		if (unlink(path) < 0)
			rc = err_set_errno(e, "cannot remove %s", path);
	}
	outbox_close(&item);
	return rc;
}

/* {id, place, channel, type, event, title, time, attempts, why, next_at}; the
 * last two where there are.  A new reference; NULL when out of memory. */
static json_t *describe(
    enum outbox_place place, const char *id, const json_t *item)
{
	const json_t *event = json_object_get(item, "event");
	const char *why = json_text(item, "why", "");
	int64_t next_ms = json_number(item, "next_ms", 0);
	char next[CLOCK_TEXT_SIZE];
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "id",
	    id, "place", outbox_place_words[place], "channel",
	    outbox_channel(id), "type",
	    json_text(json_object_get(item, "channel"), "type", ""), "event",
	    json_text(event, "event", ""), "title",
	    json_text(event, "title", ""), "time", json_text(event, "time", ""),
	    "attempts", (json_int_t)json_number(item, "attempts", 0));

	if (o && *why && place != OUTBOX_DELIVERED)
		json_object_set_new(o, "why", json_string(why));
	if (o && next_ms > 0 && place == OUTBOX_WAITING) {
		clock_format_utc(next_ms, next);
		json_object_set_new(o, "next_at", json_string(next));
	}
	return o;
}

/* One that leaves while it is looked for is left out. */
static bool describe_one(
    const char *dir, enum outbox_place place, const char *id, json_t *items)
{
	json_t *item = NULL;
	enum err_code rc = outbox_read(dir, place, id, &item, NULL);
	bool ok = rc == ERR_NOT_FOUND ||
		  json_array_append_new(items, describe(place, id, item)) == 0;

	json_decref(item);
	return ok;
}

enum err_code outbox_page(const char *dir, enum outbox_place place,
    const char *before, size_t limit, json_t *items, char next[OUTBOX_ID_SIZE],
    struct err *e)
{
	char(*ids)[OUTBOX_ID_SIZE];
	size_t n, i;
	bool ok = true;
	enum err_code rc = outbox_list(dir, place, &ids, &n, e);

	if (rc != ERR_OK)
		return rc;
	for (i = n; ok && i > 0 && json_array_size(items) < limit; i--) {
		if (!before || strcmp(ids[i - 1], before) < 0)
			ok = describe_one(dir, place, ids[i - 1], items);
	}
	next[0] = '\0'; /* it may be `before` */
	if (i > 0)
		text_copy(next, OUTBOX_ID_SIZE, ids[i]);
	free(ids);
	return ok ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

size_t outbox_count(const char *dir, enum outbox_place place)
{
	char(*ids)[OUTBOX_ID_SIZE];
	size_t n = 0;

	if (outbox_list(dir, place, &ids, &n, NULL) == ERR_OK)
		free(ids);
	return n;
}
