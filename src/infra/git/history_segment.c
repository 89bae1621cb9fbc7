#include "infra/git/history_segment.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define BYTE_ORDER_MARK 0x01020304u
#define ALIGNMENT 8

/* The last character is the version of the layout. */
static const char magic[8] = "SwHist1";

struct header {
	char magic[8];
	uint32_t order;
	uint32_t n[PART_COLUMNS];
	uint32_t body_check; /* CRC-32 of all that follows the header */
	uint32_t own_check;  /* of the header before this field */
	uint32_t reserved;
};

static uint32_t own_check(const struct header *h)
{
	return (uint32_t)crc32_z(
	    0, (const unsigned char *)h, offsetof(struct header, own_check));
}

/* The bytes of a column with what fills it up. */
static size_t column_len(const uint32_t n[PART_COLUMNS], int column)
{
	size_t len = (size_t)n[column] * part_item_size[column];

	return (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* --- writing ---------------------------------------------------------- */

static enum err_code write_columns(
    int fd, const struct part *p, uint32_t *check, struct err *e)
{
	static const char zeros[ALIGNMENT];
	uint32_t crc = 0;
	enum err_code rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < PART_COLUMNS; i++) {
		size_t len = (size_t)p->n[i] * part_item_size[i];
		size_t fill = column_len(p->n, i) - len;

		rc = fd_write_all(fd, p->data[i], len, e);
		if (rc == ERR_OK)
			rc = fd_write_all(fd, zeros, fill, e);
		crc = len ? (uint32_t)crc32_z(crc, p->data[i], len) : crc;
		crc =
		    (uint32_t)crc32_z(crc, (const unsigned char *)zeros, fill);
	}
	*check = crc;
	return rc;
}

static enum err_code write_file(int fd, const struct part *p, struct err *e)
{
	struct header h = { .order = BYTE_ORDER_MARK };
	enum err_code rc;

	memcpy(h.magic, magic, sizeof(h.magic));
	memcpy(h.n, p->n, sizeof(h.n));
	rc = fd_write_all(fd, &h, sizeof(h), e); /* keeps its place */
	if (rc == ERR_OK)
		rc = write_columns(fd, p, &h.body_check, e);
	h.own_check = own_check(&h);
	if (rc == ERR_OK &&
	    (pwrite(fd, &h, sizeof(h), 0) != sizeof(h) || fdatasync(fd) < 0))
		rc = err_set_errno(e, "cannot write the history index");
	return rc;
}

enum err_code history_segment_write(
    const char *path, const struct part *p, struct err *e)
{
	char temp[STORE_PATH_SIZE];
	enum err_code rc;
	int fd;

	if (snprintf(temp, sizeof(temp), "%s.new", path) >= (int)sizeof(temp))
		return err_set(e, ERR_LIMIT, "path too long");
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0660);
	if (fd < 0)
		return err_set_errno(e, "cannot create %s", temp);
	rc = write_file(fd, p, e);
	if (close(fd) < 0 && rc == ERR_OK)
		rc = err_set_errno(e, "cannot close %s", temp);
	if (rc == ERR_OK && rename(temp, path) < 0)
		rc = err_set_errno(e, "cannot rename %s", temp);
	if (rc != ERR_OK)
		unlink(temp);
	return rc;
}

/* --- reading ---------------------------------------------------------- */

static enum err_code damaged(struct err *e, const char *path)
{
	return err_set(e, ERR_CORRUPT, "%s is damaged", path);
}

/* The columns begin after the header, each at a multiple of ALIGNMENT. */
static bool take_columns(struct history_segment *s)
{
	const struct header *h = s->map;
	size_t at = sizeof(*h);

	if (s->map_len < sizeof(*h) || memcmp(h->magic, magic, 8) != 0 ||
	    h->order != BYTE_ORDER_MARK || h->own_check != own_check(h))
		return false;
	for (int i = 0; i < PART_COLUMNS; i++) {
		size_t len = column_len(h->n, i);

		if (len > s->map_len - at)
			return false;
		s->part.data[i] = (char *)s->map + at;
		s->part.n[i] = h->n[i];
		at += len;
	}
	s->check = h->body_check;
	return at == s->map_len &&
	       (uint32_t)crc32_z(0, (const unsigned char *)(h + 1),
		   s->map_len - sizeof(*h)) == h->body_check;
}

static enum err_code map_file(
    int fd, const char *path, struct history_segment *s, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set_errno(e, "cannot look at %s", path);
	if (st.st_size < (off_t)sizeof(struct header))
		return damaged(e, path);
	s->map_len = (size_t)st.st_size;
	s->map = mmap(NULL, s->map_len, PROT_READ, MAP_SHARED, fd, 0);
	if (s->map == MAP_FAILED) {
		s->map = NULL;
		return err_set_errno(e, "cannot map %s", path);
	}
	return take_columns(s) ? ERR_OK : damaged(e, path);
}

enum err_code history_segment_map(
    const char *path, struct history_segment *ret, struct err *e)
{
	struct history_segment s = { .map = NULL };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err_code rc;

	if (fd < 0)
		return err_set_errno(e, "cannot open %s", path);
	rc = map_file(fd, path, &s, e);
	close(fd);
	if (rc == ERR_OK)
		*ret = s;
	else
		history_segment_unmap(&s);
	return rc;
}

void history_segment_unmap(struct history_segment *s)
{
	if (s->map)
		munmap(s->map, s->map_len);
	*s = (struct history_segment){ .map = NULL };
}
