#include "infra/git/disk.h"

#include "base/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* True if a test lets this step fail; errno says how. */
static bool step_fails(const char *step)
{
	int error = store_failpoint ? store_failpoint(step) : 0;

	if (error)
		errno = error;
	return error != 0;
}

enum err_code disk_fail(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	bool full = saved == ENOSPC || saved == EDQUOT || saved == EFBIG;
	char what[512];
	enum err_code rc;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (full)
		rc = err_set(e, ERR_NO_SPACE,
		    "The disk of the store is full: nothing was written "
		    "(%s: %s)",
		    what, strerror(saved));
	else
		rc = err_set(e, ERR_SYSTEM,
		    "The store could not be written: %s: %s", what,
		    strerror(saved));
	errno = saved;
	return rc;
}

enum err_code disk_create_temp(const char *dir, const char *prefix,
    char path[STORE_PATH_SIZE], int *ret_fd, struct err *e)
{
	char unique[17];
	char name[STORE_PATH_SIZE];
	int fd;

	random_hex(unique, 8);
	if (snprintf(name, sizeof(name), "%s/%s%s%s", dir, prefix,
		DISK_TEMP_MARK, unique) >= (int)sizeof(name))
		return err_set(e, ERR_LIMIT, "path too long below %s", dir);
	if (step_fails("temp.create"))
		return disk_fail(e, "cannot create a file in %s", dir);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd < 0)
		return disk_fail(e, "cannot create a file in %s", dir);
	memcpy(path, name, strlen(name) + 1);
	*ret_fd = fd;
	return ERR_OK;
}

enum err_code disk_write(
    int fd, const void *data, size_t len, const char *step, struct err *e)
{
	const char *p = data;

	if (step_fails(step)) {
		/* a real failure may leave a part behind */
		int saved = errno;

		if (write(fd, p, len / 2) < 0)
			saved = errno;
		errno = saved;
		return disk_fail(e, "%s", step);
	}
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return disk_fail(e, "%s", step);
		p += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

enum err_code disk_sync(
    struct store *s, int fd, const char *step, struct err *e)
{
	enum err_code rc;

	if (!step_fails(step) && fsync(fd) == 0)
		return ERR_OK;
	rc = disk_fail(e, "%s", step);
	store_set_read_only(s, rc);
	return rc;
}

enum err_code disk_sync_dir(
    struct store *s, const char *dir, const char *step, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err_code rc;

	if (fd < 0)
		return disk_fail(e, "cannot open %s", dir);
	rc = disk_sync(s, fd, step, e);
	close(fd);
	return rc;
}

enum err_code disk_rename(
    const char *from, const char *to, const char *step, struct err *e)
{
	if (step_fails(step) || rename(from, to) < 0)
		return disk_fail(e, "%s", step);
	return ERR_OK;
}

int disk_link(const char *from, const char *to, const char *step)
{
	return step_fails(step) ? -1 : link(from, to);
}
