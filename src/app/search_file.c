#include "app/search_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Addresses, not memory: the file is read through them as it grows. */
#define SEARCH_MAP_SIZE ((size_t)1 << 36)

/* Not every file system knows files without a name. */
static int open_nameless(const char *dir)
{
	char path[4096];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "%s/search-XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

enum err_code search_file_open(
    struct search_file *f, const char *dir, struct err *e)
{
	struct search_file made = { .fd = open_nameless(dir) };
	void *map;

	if (made.fd < 0)
		return err_set_errno(e, "the index of texts cannot be made");
	map = mmap(NULL, SEARCH_MAP_SIZE, PROT_READ, MAP_SHARED | MAP_NORESERVE,
	    made.fd, 0);
	if (map == MAP_FAILED) {
		(void)err_set_errno(e, "the index of texts cannot be read");
		close(made.fd);
		return e ? e->code : ERR_SYSTEM;
	}
	made.map = map;
	*f = made;
	return ERR_OK;
}

void search_file_close(struct search_file *f)
{
	if (!f->map)
		return;
	munmap((void *)(uintptr_t)f->map, SEARCH_MAP_SIZE);
	close(f->fd);
	*f = (struct search_file){ .fd = -1 };
}

enum err_code search_file_add(struct search_file *f, const char *text,
    size_t len, struct search_span *ret, struct err *e)
{
	size_t done = 0;

	if (len > SEARCH_MAP_SIZE - f->len)
		return err_set(e, ERR_LIMIT,
		    "the configurations are too large to be searched");
	while (done < len) {
		ssize_t n = pwrite(
		    f->fd, text + done, len - done, (off_t)(f->len + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set_errno(
			    e, "the index of texts cannot be written");
		done += (size_t)n;
	}
	*ret = (struct search_span){ f->len, len };
	f->len += len;
	return ERR_OK;
}
