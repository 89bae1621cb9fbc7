#include "base/file.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE 4096

static enum err_code read_all(
    int fd, const char *path, struct buf *out, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (;;) {
		/* room for one byte more tells "full" from "too large" */
		size_t room = out->max - out->len;
		size_t want = room < 65536 ? room : 65536;
		char probe;
		char *to = want ? buf_reserve(out, want) : &probe;
		ssize_t n;

		if (!to) {
			rc = buf_check(out, path, e);
			break;
		}
		n = read(fd, to, want ? want : 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_set_errno(e, "cannot read %s", path);
		else if (n > 0 && !want)
			rc = err_set(e, ERR_LIMIT,
			    "%s is larger than %zu bytes", path, out->max);
		if (n <= 0 || !want)
			break;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
	}
	return rc;
}

enum err_code file_read(const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err_code rc;

	if (fd < 0)
		return err_set_errno(e, "cannot open %s", path);
	rc = read_all(fd, path, out, e);
	close(fd);
	return rc;
}

enum err_code file_read_regular(
    const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	enum err_code rc;

	if (fd < 0)
		return err_set_errno(e, "cannot open %s", path);
	if (fstat(fd, &st) < 0)
		rc = err_set_errno(e, "cannot look at %s", path);
	else if (!S_ISREG(st.st_mode))
		rc = err_set(e, ERR_CORRUPT, "%s is not a file", path);
	else
		rc = read_all(fd, path, out, e);
	close(fd);
	return rc;
}

enum err_code fd_write_all(int fd, const void *data, size_t len, struct err *e)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(e, "cannot write");
		p += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

static enum err_code parent_of(
    const char *path, char parent[PATH_SIZE], struct err *e)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 1;

	if (n >= PATH_SIZE)
		return err_set(e, ERR_LIMIT, "path too long");
	memcpy(parent, slash ? path : ".", n);
	parent[n] = '\0';
	if (n == 0)
		memcpy(parent, "/", 2);
	return ERR_OK;
}

static enum err_code replace_file(const char *path, const void *data,
    size_t len, mode_t mode, bool durable, struct err *e)
{
	char temp[PATH_SIZE], parent[PATH_SIZE];
	enum err_code rc;
	int fd;

	if (snprintf(temp, sizeof(temp), "%s.tmp-XXXXXX", path) >=
	    (int)sizeof(temp))
		return err_set(e, ERR_LIMIT, "path too long");
	if ((rc = parent_of(path, parent, e)) != ERR_OK)
		return rc;
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(e, "cannot create a file in %s", parent);
	rc = fd_write_all(fd, data, len, e);
	if (rc == ERR_OK && fchmod(fd, mode) < 0)
		rc = err_set_errno(e, "cannot set the mode of %s", path);
	if (rc == ERR_OK && durable && fsync(fd) < 0)
		rc = err_set_errno(e, "cannot sync %s", path);
	if (close(fd) < 0 && rc == ERR_OK)
		rc = err_set_errno(e, "cannot close %s", path);
	if (rc == ERR_OK && rename(temp, path) < 0)
		rc = err_set_errno(e, "cannot replace %s", path);
	if (rc != ERR_OK) {
		err_context(e, "%s", path);
		unlink(temp);
		return rc;
	}
	return durable ? dir_sync(parent, e) : ERR_OK;
}

enum err_code file_write_durable(
    const char *path, const void *data, size_t len, mode_t mode, struct err *e)
{
	return replace_file(path, data, len, mode, true, e);
}

enum err_code file_replace(
    const char *path, const void *data, size_t len, mode_t mode, struct err *e)
{
	return replace_file(path, data, len, mode, false, e);
}

enum err_code dir_create(const char *path, mode_t mode, struct err *e)
{
	char part[PATH_SIZE];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return err_set(e, ERR_LIMIT, "path too long");
	memcpy(part, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return err_set_errno(e, "cannot create %s", part);
		part[i] = path[i];
	}
	return ERR_OK;
}

enum err_code dir_sync(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err_code rc = ERR_OK;

	if (fd < 0)
		return err_set_errno(e, "cannot open %s", path);
	if (fsync(fd) < 0)
		rc = err_set_errno(e, "cannot sync %s", path);
	close(fd);
	return rc;
}

static int remove_one(
    const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

enum err_code dir_remove(const char *path, struct err *e)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 &&
	    errno != ENOENT)
		return err_set_errno(e, "cannot remove %s", path);
	return ERR_OK;
}

enum err_code file_lock(
    const char *path, int wait_ms, int *ret_fd, struct err *e)
{
	struct deadline deadline = deadline_in_ms(wait_ms);
	int64_t pause_us = 50;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);

	if (fd < 0)
		return err_set_errno(e, "cannot open the lock %s", path);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		struct timespec ts = { .tv_nsec = (long)pause_us * 1000 };

		if (errno != EWOULDBLOCK && errno != EINTR) {
			enum err_code rc =
			    err_set_errno(e, "cannot lock %s", path);
			close(fd);
			return rc;
		}
		if (deadline_passed(deadline)) {
			close(fd);
			return err_set(e, ERR_TIMEOUT,
			    "another writer has held %s for %d ms", path,
			    wait_ms);
		}
		nanosleep(&ts, NULL);
		if (pause_us < 400)
			pause_us *= 2;
	}
	*ret_fd = fd;
	return ERR_OK;
}

void file_unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}
