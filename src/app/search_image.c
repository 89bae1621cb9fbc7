#include "app/search_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t search_checksum(const void *data, size_t len)
{
	/* odd constants with mixed bits; four sums do not wait for each other
	 */
	uint64_t sum[4] = { 0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu,
		0x165667b19e3779f9u, 0x85ebca77c2b2ae63u };
	const char *p = data, *end = p + len;
	uint64_t last[4] = { 0 };

	for (; end - p >= 32; p += 32) {
		uint64_t word[4];

		memcpy(word, p, sizeof(word));
		for (int i = 0; i < 4; i++) {
			sum[i] = (sum[i] ^ word[i]) * 0xff51afd7ed558ccdu;
			sum[i] ^= sum[i] >> 32;
		}
	}
	memcpy(last, p, (size_t)(end - p));
	for (int i = 0; i < 4; i++) {
		sum[i] = (sum[i] ^ last[i]) * 0xff51afd7ed558ccdu;
		sum[0] = (sum[0] ^ sum[i] ^ len) * 0xc4ceb9fe1a85ec53u;
		sum[0] ^= sum[0] >> 29;
	}
	return sum[0];
}

static bool holds(const struct search_header *h, const struct search_section *s,
    size_t element)
{
	return s->at % 8 == 0 && s->at >= sizeof(*h) && s->at <= h->size &&
	       s->n <= (h->size - s->at) / element;
}

static bool is_whole(const struct search_header *h, size_t size)
{
	if (memcmp(h->magic, SEARCH_MAGIC, sizeof(h->magic)) != 0 ||
	    h->size != size)
		return false;
	if (!holds(h, &h->texts, 1) || !holds(h, &h->names, 1) ||
	    !holds(h, &h->shapes, 1) || !holds(h, &h->ids, sizeof(uint32_t)) ||
	    !holds(h, &h->starts, sizeof(uint32_t)) ||
	    !holds(h, &h->devices, sizeof(struct search_device)) ||
	    !holds(h, &h->classes, 1) || h->stride < (h->devices.n + 7) / 8 ||
	    h->classes.n != (uint64_t)h->stride * SEARCH_CLASSES)
		return false;
	return search_checksum(h + 1, size - sizeof(*h)) == h->checksum;
}

static enum err_code map_file(
    int fd, const struct search_header **ret, struct err *e)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) != 0)
		return err_set_errno(e, "the index of texts cannot be read");
	if (!S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(**ret))
		return err_set(e, ERR_CORRUPT, "the index of texts is short");
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return err_set_errno(e, "the index of texts cannot be read");
	if (!is_whole(map, (size_t)st.st_size)) {
		munmap(map, (size_t)st.st_size);
		return err_set(e, ERR_CORRUPT,
		    "the index of texts is not as it was written");
	}
	/* the check has touched all of it; what searches need comes back from
	 * the kernel's cache, and the rest is not ours to hold */
	(void)madvise(map, (size_t)st.st_size, MADV_DONTNEED);
	*ret = map;
	return ERR_OK;
}

enum err_code search_image_open(
    const char *path, struct search_image *ret, struct err *e)
{
	const struct search_header *h = NULL;
	const char *base;
	enum err_code rc;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return err_set_errno(e, "the index of texts cannot be read");
	rc = map_file(fd, &h, e);
	close(fd);
	if (rc != ERR_OK)
		return rc;
	base = (const char *)h;
	*ret = (struct search_image){ .header = h,
		.texts = base + h->texts.at,
		.names = base + h->names.at,
		.shapes = base + h->shapes.at,
		.devices = (const void *)(base + h->devices.at),
		.ids = (const void *)(base + h->ids.at),
		.starts = (const void *)(base + h->starts.at),
		.classes = (const void *)(base + h->classes.at) };
	return ERR_OK;
}

void search_image_close(struct search_image *image)
{
	if (image->header)
		munmap((void *)(uintptr_t)image->header,
		    (size_t)image->header->size);
	*image = (struct search_image){ .header = NULL };
}
