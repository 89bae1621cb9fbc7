#include "app/port/queue.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define MAX_DOCUMENT ((size_t)4 * 1024 * 1024)
#define MAX_LISTED ((size_t)1000000)
#define LOCK_WAIT_MS 10000
/* A writer that is still at work has touched its file more recently. */
#define OLD_TEMP_MS ((int64_t)3600 * 1000)
/* A repeated request is remembered this long. */
#define OLD_KEY_MS ((int64_t)30 * 24 * 3600 * 1000)
#define OLD_MARK_MS ((int64_t)24 * 3600 * 1000)

static const char *const place_dirs[QUEUE_PLACES] = {
	[QUEUE_QUEUED] = "queued",
	[QUEUE_CLAIMED] = "claimed",
	[QUEUE_CANCELLED] = "cancelled",
};

void queue_path(
    const char *dir, enum queue_place place, char *path, size_t size)
{
	snprintf(path, size, "%s/spool/%s", dir, place_dirs[place]);
}

static void document_path(const char *dir, enum queue_place place,
    const char *id, char path[PATH_SIZE])
{
	snprintf(
	    path, PATH_SIZE, "%s/spool/%s/%s.json", dir, place_dirs[place], id);
}

static enum err_code check_id(const char *id, struct err *e)
{
	if (run_id_is_valid(id))
		return ERR_OK;
	return err_set(e, ERR_NOT_FOUND, "there is no run \"%.40s\"", id);
}

enum err_code queue_prepare(const char *dir, struct err *e)
{
	static const char *const others[] = { "cancel", "keys" };
	char path[PATH_SIZE];
	enum err_code rc = ERR_OK;

	for (int i = 0; i < QUEUE_PLACES && rc == ERR_OK; i++) {
		queue_path(dir, (enum queue_place)i, path, sizeof(path));
		rc = dir_create(path, 0750, e);
	}
	for (int i = 0; i < 2 && rc == ERR_OK; i++) {
		snprintf(path, sizeof(path), "%s/spool/%s", dir, others[i]);
		rc = dir_create(path, 0750, e);
	}
	return rc;
}

/* From the last place to the first, against the way a run goes. */
bool queue_holds(const char *dir, const char *id)
{
	char path[PATH_SIZE];

	for (int i = QUEUE_PLACES; check_id(id, NULL) == ERR_OK && i-- > 0;) {
		document_path(dir, (enum queue_place)i, id, path);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

enum err_code queue_put(const char *dir, const char *id, const char *text,
    size_t len, struct err *e)
{
	char path[PATH_SIZE];
	enum err_code rc = check_id(id, e);

	if (rc == ERR_OK && queue_holds(dir, id))
		rc = err_set(
		    e, ERR_CONFLICT, "run %s is in the queue already", id);
	if (rc != ERR_OK)
		return rc;
	document_path(dir, QUEUE_QUEUED, id, path);
	return file_write_durable(path, text, len, 0640, e);
}

/* link(2) makes the binding: the first one wins, and it appears whole. */
enum err_code queue_bind_key(const char *dir, const char *key,
    char id[RUN_ID_SIZE], bool *ret_bound, struct err *e)
{
	char path[PATH_SIZE], temp[PATH_SIZE + 40], name[2 * SHA256_SIZE + 1];
	struct buf bound = BUF_INIT(RUN_ID_SIZE);
	uint8_t digest[SHA256_SIZE];
	enum err_code rc;

	sha256_of(key, strlen(key), digest);
	hex_encode(name, digest, sizeof(digest));
	snprintf(path, sizeof(path), "%s/spool/keys/%s", dir, name);
	snprintf(temp, sizeof(temp), "%s.%s", path, id);
	rc = file_write_durable(temp, id, strlen(id), 0640, e);
	if (rc != ERR_OK)
		return rc;
	if (link(temp, path) == 0) {
		*ret_bound = false;
		snprintf(path, sizeof(path), "%s/spool/keys", dir);
		rc = dir_sync(path, e);
	} else if (errno == EEXIST) {
		rc = file_read_regular(path, &bound, e);
		if (rc == ERR_OK && !run_id_is_valid(buf_text(&bound)))
			rc = err_set(e, ERR_CORRUPT, "%s is damaged", path);
		if (rc == ERR_OK) {
			text_copy(id, RUN_ID_SIZE, buf_text(&bound));
			*ret_bound = true;
		}
	} else {
		rc = err_set_errno(e, "cannot create %s", path);
	}
	unlink(temp);
	buf_release(&bound);
	return rc;
}

/* ERR_NOT_FOUND if no place has it. */
static enum err_code read_places(const char *dir, const char *id,
    struct buf *out, enum queue_place *ret_place, struct err *e)
{
	for (int i = 0; i < QUEUE_PLACES; i++) {
		char path[PATH_SIZE];
		enum err_code rc;

		document_path(dir, (enum queue_place)i, id, path);
		rc = file_read_regular(path, out, e);
		if (rc == ERR_OK)
			*ret_place = (enum queue_place)i;
		if (rc != ERR_NOT_FOUND)
			return rc;
	}
	return err_set(e, ERR_NOT_FOUND, "run %s is not in the queue", id);
}

/* A run that goes back from claimed to queued between two looks was in neither
 * place when we looked there: so twice. */
enum err_code queue_read(const char *dir, const char *id, struct buf *out,
    enum queue_place *ret_place, struct err *e)
{
	enum err_code rc = check_id(id, e);

	if (rc == ERR_OK)
		rc = read_places(dir, id, out, ret_place, e);
	else
		return rc;
	return rc == ERR_NOT_FOUND ? read_places(dir, id, out, ret_place, e)
				   : rc;
}

enum err_code queue_lock(const char *dir, int *ret_fd, struct err *e)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/spool/keys.lock", dir);
	return file_lock(path, LOCK_WAIT_MS, ret_fd, e);
}

void queue_unlock(int fd)
{
	file_unlock(fd);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(a, b);
}

enum err_code queue_list(const char *dir, enum queue_place place,
    char (**ret_ids)[RUN_ID_SIZE], size_t *ret_n, struct err *e)
{
	char path[PATH_SIZE];
	char(*ids)[RUN_ID_SIZE] = NULL;
	size_t n = 0, cap = 0;
	struct dirent *entry;
	enum err_code rc = ERR_OK;
	DIR *d;

	queue_path(dir, place, path, sizeof(path));
	d = opendir(path);
	if (!d)
		return err_set_errno(e, "cannot open %s", path);
	while (rc == ERR_OK && n < MAX_LISTED && (entry = readdir(d))) {
		size_t len = strlen(entry->d_name);
		char id[RUN_ID_SIZE];

		if (len != 29 || strcmp(entry->d_name + 24, ".json") != 0)
			continue;
		memcpy(id, entry->d_name, 24);
		id[24] = '\0';
		if (!run_id_is_valid(id))
			continue;
		if (n == cap) {
			void *grown;

			cap = cap ? cap * 2 : 64;
			grown = realloc(ids, cap * sizeof(*ids));
			if (!grown) {
				rc = err_set(e, ERR_SYSTEM, "out of memory");
				break;
			}
			ids = grown;
		}
		memcpy(ids[n++], id, sizeof(id));
	}
	closedir(d);
	if (rc != ERR_OK) {
		free(ids);
		return rc;
	}
	if (n)
		qsort(ids, n, sizeof(*ids), by_id);
	*ret_ids = ids;
	*ret_n = n;
	return ERR_OK;
}

enum err_code queue_move(const char *dir, const char *id, enum queue_place from,
    enum queue_place to, struct err *e)
{
	char old[PATH_SIZE], now[PATH_SIZE], parent[PATH_SIZE];
	enum err_code rc = check_id(id, e);

	if (rc != ERR_OK)
		return rc;
	document_path(dir, from, id, old);
	document_path(dir, to, id, now);
	if (rename(old, now) < 0)
		return err_set_errno(e, "cannot move run %s", id);
	queue_path(dir, to, parent, sizeof(parent));
	return dir_sync(parent, e);
}

enum err_code queue_remove(
    const char *dir, const char *id, enum queue_place place, struct err *e)
{
	char path[PATH_SIZE];
	enum err_code rc = check_id(id, e);

	if (rc != ERR_OK)
		return rc;
	document_path(dir, place, id, path);
	if (unlink(path) < 0 && errno != ENOENT)
		return err_set_errno(e, "cannot remove %s", path);
	return ERR_OK;
}

static void cancel_path(const char *dir, const char *id, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/spool/cancel/%s", dir, id);
}

enum err_code queue_request_cancel(
    const char *dir, const char *id, const char *actor, struct err *e)
{
	char path[PATH_SIZE];
	enum err_code rc = check_id(id, e);

	if (rc != ERR_OK)
		return rc;
	cancel_path(dir, id, path);
	return file_write_durable(path, actor, strlen(actor), 0640, e);
}

bool queue_cancel_requested(const char *dir, const char *id, char actor[128])
{
	char path[PATH_SIZE];
	struct buf text = BUF_INIT(127);
	bool asked;

	if (!run_id_is_valid(id))
		return false;
	cancel_path(dir, id, path);
	asked = file_read_regular(path, &text, NULL) == ERR_OK;
	if (asked)
		text_copy(actor, 128, buf_text(&text));
	buf_release(&text);
	return asked;
}

void queue_clear_cancel(const char *dir, const char *id)
{
	char path[PATH_SIZE];

	if (!run_id_is_valid(id))
		return;
	cancel_path(dir, id, path);
	unlink(path);
}

/* --- what nobody needs any more ------------------------------------------ */

static bool in_queue(const char *dir, const char *id)
{
	struct buf text = BUF_INIT(MAX_DOCUMENT);
	enum queue_place place;
	enum err_code rc = queue_read(dir, id, &text, &place, NULL);

	buf_release(&text);
	return rc != ERR_NOT_FOUND;
}

static bool is_stale(
    const char *dir, const char *folder, const char *name, int64_t age_ms)
{
	if (strstr(name, ".tmp-") != NULL)
		return age_ms > OLD_TEMP_MS;
	if (strcmp(folder, "keys") == 0)
		return age_ms > OLD_KEY_MS;
	return strcmp(folder, "cancel") == 0 && age_ms > OLD_MARK_MS &&
	       !in_queue(dir, name);
}

static void sweep_folder(const char *dir, const char *folder)
{
	int64_t now = clock_wall_ms();
	char path[PATH_SIZE];
	struct dirent *entry;
	struct stat st;
	DIR *d;

	snprintf(path, sizeof(path), "%s/spool/%s", dir, folder);
	d = opendir(path);
	if (!d)
		return;
	while ((entry = readdir(d)) != NULL) {
		if (fstatat(dirfd(d), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) &&
		    is_stale(dir, folder, entry->d_name,
			now - (int64_t)st.st_mtim.tv_sec * 1000))
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	closedir(d);
}

void queue_sweep(const char *dir)
{
	for (int i = 0; i < QUEUE_PLACES; i++)
		sweep_folder(dir, place_dirs[i]);
	sweep_folder(dir, "cancel");
	sweep_folder(dir, "keys");
}
