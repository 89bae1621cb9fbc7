#include "sim/device.h"

#include "sim/mem.h"

#include <nettle/md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *device_file_name(const char *path)
{
	const char *colon = strchr(path, ':');
	const char *slash = strrchr(path, '/');

	if (slash && (!colon || slash > colon))
		return slash + 1;
	return colon ? colon + 1 : path;
}

struct device_file *device_file_find(struct device *d, const char *path)
{
	const char *name = device_file_name(path);

	for (struct device_file *f = d->files; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

void device_file_put(
    struct device *d, const char *path, const void *data, size_t len)
{
	struct device_file *f = device_file_find(d, path);
	char *copy = mem_zalloc(len + 1);

	memcpy(copy, data, len);
	if (!f) {
		f = mem_zalloc(sizeof(*f));
		f->name = mem_strdup(device_file_name(path));
		f->next = d->files;
		d->files = f;
	}
	mem_replace(&f->data, copy);
	f->len = len;
	f->changed_ms = device_now_ms(d);
}

bool device_file_delete(struct device *d, const char *path)
{
	const char *name = device_file_name(path);

	for (struct device_file **p = &d->files; *p; p = &(*p)->next) {
		struct device_file *f = *p;

		if (strcmp(f->name, name) != 0)
			continue;
		*p = f->next;
		free(f->name);
		free(f->data);
		free(f);
		return true;
	}
	return false;
}

void device_file_md5(const struct device_file *f, char text[33])
{
	struct md5_ctx md5;
	uint8_t digest[MD5_DIGEST_SIZE];

	md5_init(&md5);
	md5_update(&md5, f->len, (const uint8_t *)f->data);
	md5_digest(&md5, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}
