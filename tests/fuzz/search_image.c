/*
 * Any bytes as the file of the search index, once as they are and once with the
 * checksum that they should have: no section ends beyond the file.
 */
#include "app/search_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/switchyard-fuzz-XXXXXX";

static void remove_file(void)
{
	(void)unlink(path);
}

/* One file for all, made anew each time: one that is mapped is not cut. */
static void write_file(const void *data, size_t size)
{
	static bool made;
	int fd;

	if (!made) {
		fd = mkstemp(path);
		made = true;
		atexit(remove_file);
	} else {
		remove_file();
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	}
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* Both ends are read: they are mapped. */
static void check_section(const struct search_header *h,
    const struct search_section *s, size_t element)
{
	const unsigned char *base = (const unsigned char *)h + s->at;
	size_t len = s->n * element;

	if (s->at > h->size || len > h->size - s->at)
		abort();
	if (len > 0 && base[0] + base[len - 1] > 2 * 255)
		abort();
}

static void open_image(const void *data, size_t size)
{
	struct search_image image = { .header = NULL };
	const struct search_header *h;
	struct err e = ERR_INIT;

	write_file(data, size);
	if (search_image_open(path, &image, &e) != ERR_OK) {
		if (e.message[0] == '\0')
			abort();
		return;
	}
	h = image.header;
	check_section(h, &h->texts, 1);
	check_section(h, &h->ids, sizeof(uint32_t));
	check_section(h, &h->devices, sizeof(struct search_device));
	check_section(h, &h->names, 1);
	check_section(h, &h->shapes, 1);
	check_section(h, &h->starts, sizeof(uint32_t));
	check_section(h, &h->classes, 1);
	search_image_close(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct search_header h;
	char *copy = malloc(size + 1);

	if (!copy)
		abort();
	open_image(data, size);
	if (size >= sizeof(h)) {
		memcpy(copy, data, size);
		memcpy(&h, data, sizeof(h));
		memcpy(h.magic, SEARCH_MAGIC, sizeof(h.magic));
		h.size = size;
		h.checksum =
		    search_checksum(copy + sizeof(h), size - sizeof(h));
		memcpy(copy, &h, sizeof(h));
		open_image(copy, size);
	}
	free(copy);
	return 0;
}
